"""A thing that decided, and what concepts, codes and signed statements are called.

A record is called by its own code where the dictionary lists it (`Hashimoto thyroiditis`, not
"another autoimmune disease"); drugs and measurements by their concept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from remit.criteria.dates import Window
from remit.criteria.evidence import Evidence
from remit.criteria.reference.records import PersonRecords
from remit.criteria.reference.spans import Days, window_days
from remit.facts.codes import Codes
from remit.facts.dictionary import Dictionary, packaged_dictionary
from remit.facts.imprecise_dates import UnknownDay
from remit.instruments.catalogue import FINDING_VALUES, packaged_instruments
from remit.protocol.schema import Protocol

_CALLED_BY_CODE = frozenset({"condition", "procedure", "visit"})


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that decided a criterion.

    Attributes:
        title: what it is: the title of the concept, or what there is no record of.
        value: its value with unit; empty for an event and for absence.
        day: the date of the record; None where no record decided.
        between: between which days the record lies where its day is not exactly known.
        table, row: the record; empty and None where there is none.
    """

    title: str
    value: str = ""
    day: date | None = None
    table: str = ""
    row: int | None = None
    between: UnknownDay | None = None

    @property
    def words(self) -> str:
        """In one line.

        >>> Cause("Platelet count", "42 10⁹/L", date(2024, 5, 1)).words
        'Platelet count 42 10⁹/L, 2024-05-01'
        """
        between = ": " if self.value[:1].isalpha() else " "
        said = f"{self.title}{between}{self.value}".strip()
        if self.between is not None:
            return f"{said}, {self.between.words}"
        return said if self.day is None else f"{said}, {self.day.isoformat()}"


@dataclass(frozen=True)
class Titles:
    """What concepts, codes and signed statements are called."""

    protocol: Protocol
    dictionary: Dictionary
    codes: Codes

    @cached_property
    def _listed(self) -> Mapping[int, str]:
        found: dict[int, str] = {}
        for concept in self.dictionary.concepts.values():
            for code in concept.codes:
                if code.omop is not None:
                    name = code.name if concept.kind in _CALLED_BY_CODE else concept.label
                    found.setdefault(code.omop, name)
        return found

    @cached_property
    def _answers(self) -> Mapping[int, str]:
        found = {code: name.replace("_", " ") for name, code in FINDING_VALUES.items()}
        for concept in self.dictionary.concepts.values():
            found |= {value.omop: value.label for value in concept.values.values()}
        return found

    @cached_property
    def _items(self) -> Mapping[int, str]:
        """The items of instruments, whose codes no concept of the dictionary lists."""
        return {
            item.omop: item.label
            for instrument in packaged_instruments().values()
            for item in instrument.items
            if item.omop is not None
        }

    def concept(self, name: str) -> str:
        """The title of a concept, or of one without another (`infection except onychomycosis`)."""
        return " except ".join(self._label(part) for part in name.split(" except "))

    def _label(self, name: str) -> str:
        known = self.dictionary.concepts.get(name)
        return name.replace("_", " ") if known is None else known.label

    def code(self, code: int, name: str) -> str:
        """The title of a record's code, which was read as this concept."""
        if code in self._listed:
            return self._listed[code]
        whole = name.split(" except ")[0]
        for leaf in self.dictionary.leaves(whole) if whole in self.dictionary.concepts else ():
            if code in self.codes.ids_of_concepts([leaf]):
                return leaf.label
        return self.concept(name)

    def any_code(self, code: int) -> str:
        """The title of a record's code, whatever it was read as."""
        if code in self._listed:
            return self._listed[code]
        for concept in self.dictionary.concepts.values():
            if not concept.members and code in self.codes.ids_of_concepts([concept]):
                return concept.label
        return self._items.get(code, f"code {code}")

    def answer(self, code: int | None) -> str:
        """The title of a coded value, as it stands within a line: `fulfilled`, `III`."""
        title = self._answers.get(code or 0, f"code {code}")
        return title[:1].lower() + title[1:] if title[1:2].islower() else title


def titles_of(protocol: Protocol, codes: Codes) -> Titles:
    """What things are called in a study, over a dataset with these codes."""
    return Titles(protocol, packaged_dictionary(), codes)


def cause_of(title: str, item: Evidence, value: str = "", *, day: date | None = None) -> Cause:
    between = item.possible if day is None else None
    return Cause(title, value, day or item.day, item.table, item.row, between)


def window_words(days: Days) -> str:
    """The days of a window: a day, a range, or up to a day.

    >>> window_words(Days(date.min, date(2024, 5, 1)))
    'up to 2024-05-01'
    >>> window_words(Days(date(2024, 4, 3), date(2024, 5, 1)))
    'from 2024-04-03 to 2024-05-01'
    """
    if days.first == days.last:
        return f"on {days.last.isoformat()}"
    if days.first == date.min:
        return f"up to {days.last.isoformat()}"
    return f"from {days.first.isoformat()} to {days.last.isoformat()}"


def nothing_of(title: str, window: Window, person: PersonRecords) -> Cause:
    days = window_days(window, person)
    when = "" if days is None else f" {window_words(days)}"
    return Cause(f"no record of {title}{when}")
