"""How many verdicts hang on codes and units that nobody could read, and which to map first.

A verdict is a person and a criterion. It hangs on what was not understood where every reason for
its being unknown is of that kind. Which rows it hangs on is told by person, table and code, not by
window: so a number is the most that mapping one code could settle, alone or with others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.criteria.tree import leaves_of
from remit.facts.arrays import Whole, texts_of, whole_numbers
from remit.facts.opened import Facts
from remit.facts.tables import TABLES
from remit.protocol.bound import BoundCriterion
from remit.screening.study_screenings import Screening
from remit.truth import Reason, Status
from remit.units import find_unit

CODES = Reason.CODE_UNRESOLVED.bit | Reason.CODE_UNKNOWN.bit
UNITS = Reason.UNIT_MISSING.bit | Reason.UNIT_UNKNOWN.bit

Flags = npt.NDArray[np.bool_]
Cause = Literal["code", "unit", "undeclared"]


@dataclass(frozen=True, slots=True)
class OpenStudy:
    """The verdicts of one study, and how many are unknown for what.

    Attributes:
        verdicts: persons times criteria. unknown: of those.
        hanging: unknown only for codes and units that nobody could read.
        undated: unknown since the person has no screening date, or another named date.
        unsigned: unknown since a person has to sign.
    """

    study: str
    persons: int
    verdicts: int
    unknown: int
    hanging: int
    undated: int
    unsigned: int


@dataclass(frozen=True, slots=True)
class OpenCause:
    """What verdicts hang on, over all studies.

    Attributes:
        cause: a code or a unit of rows; `undeclared` where the table may lack codes of a concept,
            since nobody declared it mapped.
        written: the code or the unit; empty of a table.
        verdicts: at most so many hang on it. persons: of how many.
    """

    cause: Cause
    table: str
    written: str
    verdicts: int
    persons: int


@dataclass(frozen=True, slots=True)
class OpenVerdicts:
    """How much of some studies hangs on what was not understood; the most verdicts first."""

    studies: tuple[OpenStudy, ...]
    causes: tuple[OpenCause, ...]


@dataclass(frozen=True, slots=True)
class _Hanging:
    """The verdicts of one criterion that hang on what was not understood.

    Attributes:
        by_code, by_unit: of which persons; shape (persons,).
        lacking: the tables that may lack codes. strange: table -> codes that nobody knows.
        measured: the codes of the measurements that it reads.
    """

    by_code: Flags
    by_unit: Flags
    lacking: frozenset[str]
    strange: Mapping[str, frozenset[int]]
    measured: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Carriers:
    """Who has a row of what: pairs of a code and a person, each once; shape (pairs,).

    Attributes:
        shown: what each place of `label` stands for.
        code, person: the code, and the place of the person.
    """

    shown: tuple[str, ...]
    label: Whole
    code: Whole
    person: Whole

    def causes(self, kind: Cause, table: str, asked: Iterable[tuple[Flags, frozenset[int]]]
               ) -> Iterator[OpenCause]:  # fmt: skip
        """What verdicts hang on, from who is open and on which codes, criterion by criterion."""
        verdicts = np.zeros(len(self.shown), np.int64)
        seen = np.zeros(len(self.label), np.bool_)
        for persons, codes in asked:
            here = persons[self.person] & np.isin(self.code, np.array(sorted(codes), np.int64))
            # Two codes of one label are one thing that a verdict hangs on.
            pairs = np.unique(self._pair[here])
            verdicts += np.bincount(pairs // self._width, minlength=len(self.shown))
            seen |= here
        pairs = np.unique(self._pair[seen])
        counts = np.bincount(pairs // self._width, minlength=len(self.shown))
        for place in np.flatnonzero(verdicts).tolist():
            yield OpenCause(
                kind, table, self.shown[place], int(verdicts[place]), int(counts[place])
            )

    @property
    def _width(self) -> int:
        return int(self.person.max()) + 1 if len(self.person) else 1

    @property
    def _pair(self) -> Whole:
        return self.label * self._width + self.person


def open_verdicts(screenings: Sequence[Screening]) -> OpenVerdicts:
    """What the unknown verdicts of screenings hang on.

    Args:
        screenings: of the same persons of one dataset, as `screen_studies` gives them.
    """
    hanging = [
        found
        for screening in screenings
        for item in screening.bound.criteria
        if (found := _hanging(item, screening)) is not None
    ]
    causes = [*_undeclared(hanging)]
    if hanging:
        facts, persons = screenings[0].facts, screenings[0].person_ids
        for table in sorted({table for found in hanging for table in found.strange}):
            asked = [(found.by_code, found.strange.get(table, frozenset())) for found in hanging]
            carriers = _code_carriers(facts, table, _joined(asked), persons)
            causes += carriers.causes("code", table, asked)
        asked = [(found.by_unit, found.measured) for found in hanging if found.by_unit.any()]
        carriers = _unit_carriers(facts, _joined(asked), persons)
        causes += carriers.causes("unit", "measurement", asked)
    causes.sort(key=lambda cause: (-cause.verdicts, -cause.persons, cause.table, cause.written))
    return OpenVerdicts(tuple(_study(screening) for screening in screenings), tuple(causes))


def _joined(asked: Iterable[tuple[Flags, frozenset[int]]]) -> frozenset[int]:
    return frozenset[int]().union(*(codes for _, codes in asked))


def _study(screening: Screening) -> OpenStudy:
    unknown = hanging = undated = unsigned = 0
    for name, statuses in screening.statuses.items():
        unknown += int(np.count_nonzero(statuses == Status.UNKNOWN))
        for mask, count in screening.reasons[name].counts():
            hanging += count if mask and not mask & ~(CODES | UNITS) else 0
            undated += count if mask & Reason.NO_ANCHOR.bit else 0
            unsigned += count if mask & Reason.NEEDS_ATTESTATION.bit else 0
    persons = len(screening.person_ids)
    verdicts = persons * len(screening.statuses)
    return OpenStudy(screening.protocol.id, persons, verdicts, unknown, hanging, undated, unsigned)


def _hanging(item: BoundCriterion, screening: Screening) -> _Hanging | None:
    """What the verdicts of one criterion hang on; None where none does."""
    if item.node is None:
        return None
    column = screening.reasons[item.criterion.id]
    masks = column.masks
    hangs = column.within(CODES | UNITS) & (masks != 0)
    if not hangs.any():
        return None
    lacking, measured = set[str](), set[int]()
    strange: dict[str, frozenset[int]] = {}
    for placed in leaves_of(item.node):
        for absence in placed.leaf.absences:
            if not absence.rule.carried:
                lacking.add(absence.table)
            known = strange.get(absence.table, frozenset())
            strange[absence.table] = known | absence.rule.unresolved
        for read in placed.leaf.reads:
            if read.table == "measurement":
                measured.update(read.ids or ())
    return _Hanging(
        hangs & ((masks & CODES) != 0),
        hangs & ((masks & UNITS) != 0),
        frozenset(lacking),
        {table: codes for table, codes in strange.items() if codes},
        frozenset(measured),
    )


def _undeclared(hanging: Sequence[_Hanging]) -> Iterator[OpenCause]:
    """The tables that may lack codes of what is asked."""
    for table in sorted({table for found in hanging for table in found.lacking}):
        open_ = [found.by_code for found in hanging if table in found.lacking]
        verdicts = sum(int(np.count_nonzero(persons)) for persons in open_)
        if verdicts:
            persons = int(np.count_nonzero(np.any(open_, axis=0)))
            yield OpenCause("undeclared", table, "", verdicts, persons)


def _code_carriers(facts: Facts, table: str, codes: frozenset[int], persons: Whole) -> _Carriers:
    """Who has a row of which code."""
    concept = TABLES[table].concept
    assert concept is not None, "codes are those of a table that has them"
    rows = facts.rows(table, (concept, "person_id"), concepts=codes)
    rows = rows.group_by([concept, "person_id"], use_threads=False).aggregate([])
    code = whole_numbers(rows[concept]).astype(np.int64)
    shown, label = np.unique(code, return_inverse=True)
    person = np.searchsorted(persons, whole_numbers(rows["person_id"]))
    return _Carriers(tuple(map(str, shown.tolist())), label, code, person)


def _unit_carriers(facts: Facts, codes: frozenset[int], persons: Whole) -> _Carriers:
    """Who has a measurement of which code in which unit that nobody knows, or in none."""
    keys = ["measurement_concept_id", "unit_concept_id", "unit_source_value", "person_id"]
    rows = facts.rows("measurement", keys, concepts=codes)
    rows = rows.group_by(keys, use_threads=False).aggregate([])
    coded = whole_numbers(rows["unit_concept_id"], empty=0).astype(np.int64)
    texts, text = texts_of(rows["unit_source_value"])
    # Few units differ: each is looked up once.
    distinct, place = np.unique(coded * len(texts) + text, return_inverse=True)
    shown: dict[str, int] = {}
    labels = np.full(len(distinct), -1, np.int64)
    for number, key in enumerate(distinct.tolist()):
        unit, written = key // len(texts), texts[key % len(texts)]
        if find_unit(omop_id=unit, text=written) is None:
            words = " ".join(str(part) for part in (unit, written) if part) or "(no unit)"
            labels[number] = shown.setdefault(words, len(shown))
    label = labels[place]
    at = np.flatnonzero(label >= 0)
    code = whole_numbers(rows["measurement_concept_id"]).astype(np.int64)
    person = np.searchsorted(persons, whole_numbers(rows["person_id"]))
    return _Carriers(tuple(shown), label[at], code[at], person[at])
