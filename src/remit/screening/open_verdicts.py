"""How many verdicts hang on codes and units that nobody could read, and which to map first.

A verdict is a person and a criterion. It hangs on what was not understood where every reason for
its being unknown is of that kind. Which rows it hangs on is told by person, table and code, not by
window: so a number is the most that mapping one code could settle, alone or with others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.criteria.tree import leaves_of
from remit.facts.arrays import Whole, whole_numbers
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
Carriers = tuple[tuple[str, Whole], ...]
_UNITS_OF = "units of measurement"


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


def open_verdicts(screenings: Sequence[Screening]) -> OpenVerdicts:
    """What the unknown verdicts of screenings of one dataset hang on."""
    if not screenings:
        return OpenVerdicts((), ())
    tally = _Tally(screenings[0].facts)
    for screening in screenings:
        for item in screening.bound.criteria:
            if item.node is not None:
                _count(item, screening, tally)
    return OpenVerdicts(tuple(_study(screening) for screening in screenings), tally.causes())


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


class _Tally:
    """Verdicts and persons of each cause, as they are found; who carries what is read once."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._carriers: dict[tuple[str, frozenset[int]], Carriers] = {}
        self._verdicts: dict[tuple[Cause, str, str], int] = {}
        self._persons: dict[tuple[Cause, str, str], list[Whole]] = {}

    def carriers(self, table: str, codes: frozenset[int]) -> Carriers:
        """Each of the codes, or unit of measurements of them, with the persons who have a row."""
        key = (table, codes)
        if key not in self._carriers:
            found = _unit_carriers if table == _UNITS_OF else _code_carriers
            self._carriers[key] = tuple(found(self._facts, table, codes))
        return self._carriers[key]

    def add(self, cause: Cause, table: str, written: str, persons: Whole) -> None:
        if not len(persons):
            return
        key = (cause, table, written)
        self._verdicts[key] = self._verdicts.get(key, 0) + len(persons)
        self._persons.setdefault(key, []).append(persons)

    def causes(self) -> tuple[OpenCause, ...]:
        found = [
            OpenCause(*key, count, len(np.unique(np.concatenate(self._persons[key]))))
            for key, count in self._verdicts.items()
        ]
        return tuple(sorted(found, key=lambda c: (-c.verdicts, -c.persons, c.table, c.written)))


def _count(item: BoundCriterion, screening: Screening, tally: _Tally) -> None:
    """What the verdicts of one criterion hang on."""
    column = screening.reasons[item.criterion.id]
    hangs = column.within(CODES | UNITS) & (column.masks != 0)
    if not hangs.any():
        return
    by_code = screening.person_ids[hangs & ((column.masks & CODES) != 0)]
    by_unit = screening.person_ids[hangs & ((column.masks & UNITS) != 0)]
    assert item.node is not None, "the caller has seen to it"
    lacking: dict[str, dict[str, None]] = {}
    strange: dict[str, frozenset[int]] = {}
    measured: frozenset[int] = frozenset()
    for placed in leaves_of(item.node):
        for absence in placed.leaf.absences:
            rule = absence.rule
            if not rule.carried:
                lacking.setdefault(absence.table, {})[absence.concept] = None
            known = strange.get(absence.table, frozenset())
            strange[absence.table] = known | rule.unresolved
        for read in placed.leaf.reads:
            if read.table == "measurement" and read.ids is not None:
                measured |= frozenset(read.ids)
    if len(by_code):
        for table in lacking:
            tally.add("undeclared", table, "", by_code)
        for table, codes in strange.items():
            for code, persons in tally.carriers(table, codes):
                tally.add("code", table, code, np.intersect1d(persons, by_code))
    if len(by_unit):
        for unit, persons in tally.carriers(_UNITS_OF, measured):
            tally.add("unit", "measurement", unit, np.intersect1d(persons, by_unit))


def _code_carriers(facts: Facts, table: str, codes: frozenset[int]) -> Iterator[tuple[str, Whole]]:
    """Each code with the persons who have a row of it."""
    concept = TABLES[table].concept
    if not codes or concept is None:
        return
    rows = facts.rows(table, (concept, "person_id"), concepts=codes)
    rows = rows.group_by([concept, "person_id"], use_threads=False).aggregate([])
    code, person = whole_numbers(rows[concept]), whole_numbers(rows["person_id"])
    for each in np.unique(code).tolist():
        yield str(each), np.asarray(person[code == each], np.int64)


def _unit_carriers(facts: Facts, table: str, codes: frozenset[int]) -> Iterator[tuple[str, Whole]]:
    """Each unit that nobody knows, or none, with the persons who have a measurement in it."""
    unit = ["unit_concept_id", "unit_source_value"]
    rows = facts.rows("measurement", (*unit, "person_id"), concepts=codes)
    rows = rows.group_by([*unit, "person_id"], use_threads=False).aggregate([])
    found: dict[str, list[int]] = {}
    for coded, text, person in zip(
        *(rows[name].to_pylist() for name in (*unit, "person_id")), strict=True
    ):
        if find_unit(omop_id=coded, text=text) is None:
            written = " ".join(str(part) for part in (coded or None, text) if part)
            found.setdefault(written or "(no unit)", []).append(person)
    for written, persons in found.items():
        yield written, np.unique(np.array(persons, np.int64))
