"""What the generator decided about each person, as arrays: persons × records.

Tables and truth are both made from this state, and neither from the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from remit.simulate.calendar import Birth, Days, Flags, add_months

Amounts = NDArray[np.int64]
MICRO = 1_000_000
NO_AMOUNT = np.int64(-(2**62))
NO_LIMIT = NO_AMOUNT


@dataclass(frozen=True, slots=True)
class WrittenUnit:
    """How a record names its unit: by OMOP id, by text, both or not at all.

    Attributes:
        code: the unit of the closed table that is meant; None when nobody can know.
    """

    omop: int | None
    text: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class Labs:
    """The records of one measured concept; a later column has a greater record id.

    Attributes:
        second: of the day, -1 where no time is recorded.
        amount: the printed number in millionths, NO_AMOUNT where there is none.
        unit: index into `units`.
        bound: 0 an exact number, 1 `<`, 2 `>`.
        high: upper limit of normal in the record's unit, in millionths, NO_LIMIT where not given.
        coded: index into `codes`, -1 where there is none (categories only).
        codes: OMOP ids of answers, those of the concept and ids that it does not list.
    """

    there: Flags
    day: Days
    second: Days
    amount: Amounts
    unit: NDArray[np.int8]
    units: tuple[WrittenUnit, ...]
    bound: NDArray[np.int8]
    high: Amounts
    low: Amounts
    coded: NDArray[np.int8]
    codes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Spells:
    """Records with a start and an end: conditions, drug exposures, stays, coverage; or points.

    Attributes:
        endless: no end date is recorded.
        route: OMOP route id, 0 where not recorded (drugs).
    """

    there: Flags
    start: Days
    end: Days
    endless: Flags
    route: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class DoseEras:
    """Dose eras of one ingredient: `amount` in millionths of the unit, or NO_AMOUNT."""

    there: Flags
    start: Days
    end: Days
    amount: Amounts
    unit: NDArray[np.int8]
    units: tuple[WrittenUnit, ...]


@dataclass(frozen=True, slots=True)
class Signatures:
    """Signed answers on one item of a study: 0 no row, 1 signed yes, 2 signed no, 3 not signed."""

    state: NDArray[np.int8]
    day: Days


@dataclass(frozen=True, slots=True)
class Added:
    """Further measurements of some persons of a chunk.

    Attributes:
        at: of each person the row in the chunk.
        first: the first of the numbers that tell the record ids of these from others.
        labs: concept -> records. Its units are those of the concept in `DrawnCohort.labs`.
        items: OMOP id of an item of an instrument -> records.
    """

    at: NDArray[np.int64]
    first: int
    labs: Mapping[str, Labs]
    items: Mapping[int, Labs]


@dataclass(frozen=True, slots=True)
class Setbacks:
    """What came between treatment and response: persons. A day is ABSENT where nothing came.

    Attributes:
        stopped: the day on which treatment stopped.
        left: who left the study on that day.
        worse, better: the days on which another deterioration began, and on which it was over.
    """

    stopped: Days
    left: Flags
    worse: Days
    better: Days


@dataclass(frozen=True, slots=True)
class DrawnEvents:
    """The adverse events of the followed of a study, by person and day; each column (events,).

    Attributes:
        who: the place of each one's person among the followed.
        end: ABSENT where none is recorded.
        severity: 1 mild, 2 moderate, 3 severe. grade: of CTCAE, 0 where none is recorded.
        serious, related, emergent: 1 yes, 0 no, -1 not said.
        action, outcome: places in the words of `simulate.tables.adverse`.
    """

    who: NDArray[np.int64]
    term: NDArray[np.str_]
    system: NDArray[np.str_]
    start: Days
    end: Days
    severity: NDArray[np.int8]
    grade: NDArray[np.int8]
    serious: NDArray[np.int8]
    related: NDArray[np.int8]
    emergent: NDArray[np.int8]
    action: NDArray[np.int8]
    outcome: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.who)


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """A visit that a study plans: so many weeks, or months, after the day of its anchor.

    Attributes:
        span: how many days it may lie from its planned day, either way.
    """

    id: str
    anchor: str
    week: int | None
    month: int | None
    span: int

    @property
    def weeks(self) -> float:
        """Weeks after the anchor, with a fraction where the study counts in months."""
        return float(self.week) if self.week is not None else 13 * (self.month or 0) / 3

    def day(self, start: Days) -> Days:
        """The planned day, from the day of the anchor."""
        if self.week is not None:
            return (start + 7 * self.week).astype(np.int32)
        return add_months(start, self.month or 0)


@dataclass(frozen=True, slots=True)
class FollowedPersons:
    """The persons of a chunk who are followed in a study, and their records after screening.

    Attributes:
        planned: the visits that the study plans, in order of time; `start` is the anchor of the
            first.
        arms: names of the study's arms; `arm` is the place in it.
        course: what the treatment truly does to them: 0 complete, 1 partial, 2 no response.
        rescue: the first day of rescue treatment, ABSENT where there was none.
        events: what else came between treatment and response.
        adverse: their adverse events.
        measured: what is measured and recorded at their visits.
        visits: their visits to the clinic.
        exposures, eras: drug -> records. Of the chunk's own records those of drugs in `eras` end
            on the day of baseline.
        coverage: further observation periods.
    """

    study: str
    planned: tuple[PlannedVisit, ...]
    arms: tuple[str, ...]
    arm: NDArray[np.int8]
    course: NDArray[np.int8]
    rescue: Days
    events: Setbacks
    adverse: DrawnEvents
    measured: Added
    visits: Spells
    exposures: Mapping[str, Spells]
    eras: Mapping[str, DoseEras]
    coverage: Spells

    @property
    def at(self) -> NDArray[np.int64]:
        return self.measured.at

    @property
    def start(self) -> str:
        return self.planned[0].anchor


@dataclass(frozen=True, slots=True)
class DrawnCohort:
    """All that was decided for the persons of one chunk.

    Attributes:
        person: ids, rising by one.
        anchors: study -> anchor -> day, ABSENT where the person has none.
        coverage: observation periods.
        labs, conditions, exposures, procedures, visits: concept -> records.
        eras: ingredient -> dose eras.
        biopsy_findings: attribute -> its record for each biopsy, column by column.
        attested: study -> item -> answers.
        items: items of scores recorded at screening in place of, or beside, a total.
        dies: who dies on the day of the last record, of those who are not followed.
        followed: by study, who is followed.
        own_codes: concept -> its OMOP ids, of concepts that the studies bring themselves.
    """

    person: NDArray[np.int64]
    female: Flags
    birth: Birth
    data_cut: date
    anchors: Mapping[str, Mapping[str, Days]]
    coverage: Spells
    labs: Mapping[str, Labs]
    conditions: Mapping[str, Spells]
    exposures: Mapping[str, Spells]
    eras: Mapping[str, DoseEras]
    procedures: Mapping[str, Spells]
    visits: Mapping[str, Spells]
    biopsy_findings: Mapping[str, Labs]
    attested: Mapping[str, Mapping[str, Signatures]]
    items: Added
    dies: Flags
    followed: tuple[FollowedPersons, ...] = ()
    own_codes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.person)
