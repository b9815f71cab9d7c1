"""The worst grade after baseline beside the baseline grade: toxicity as a trial reports it.

CTCAE grades a value by itself; where values were abnormal before treatment the shift tells more:
the grade at the first visit, the worst grade at any later visit, and by how many grades that is
worse. A visit whose grade is not known could have been worse than all others, so that the worst is
then known from below only; a grade that cannot be exceeded settles it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.criteria.columns.numbers import MICRO
from remit.criteria.columns.sheet import Sheet
from remit.errors import InstrumentError
from remit.facts.codes import NO_VOCABULARY
from remit.instruments.bound_instrument import bind_instrument
from remit.instruments.instrument import Instrument
from remit.instruments.scores import Scores, score_sheet
from remit.instruments.visits import Visits, visits_in_order

Grades = npt.NDArray[np.int64]

UNKNOWN, NO_VISIT = "unknown", "no later visit"


@dataclass(frozen=True, slots=True)
class GradeRange:
    """A grade between two bounds; `top` is the highest grade where nothing is recorded."""

    low: int
    high: int
    top: int

    @property
    def text(self) -> str:
        """ "2"; "0 or 1" and "0 to 2" between bounds; ">=2"; "unknown" of every grade."""
        if self.low == self.high:
            return str(self.low)
        if self.high >= self.top:
            return UNKNOWN if self.low <= 0 else f">={self.low}"
        return f"{self.low} {'or' if self.high == self.low + 1 else 'to'} {self.high}"


@dataclass(frozen=True, slots=True)
class Shift:
    """What one test shows of one person.

    Attributes:
        test: the name of the instrument's shift (`platelets`).
        baseline: the grade at the first visit, on the day `baseline_date`.
        worst: the worst grade at the visits after it; None where there are none.
        worst_date, worst_day, worst_visit: when that grade, or the most that is known of it, was
            reached first: the date, the days since baseline, and the number of the visit (baseline
            is 1); None where no later visit has a known grade.
        visits: how many visits came after baseline; `unknown_visits` of them have no exact grade.
    """

    person: int
    test: str
    baseline: GradeRange
    baseline_date: date
    worst: GradeRange | None
    worst_date: date | None
    worst_day: int | None
    worst_visit: int | None
    visits: int
    unknown_visits: int

    @property
    def shift(self) -> tuple[int, int] | None:
        """By how many grades the worst is worse than baseline, as bounds; negative if better."""
        if self.worst is None:
            return None
        return self.worst.low - self.baseline.high, self.worst.high - self.baseline.low

    @property
    def shift_text(self) -> str:
        """ "+2", "0", "-1", or both bounds; "unknown" where neither grade is known in part."""
        worst = UNKNOWN if self.worst is None else self.worst.text
        if self.shift is None or worst == self.baseline.text == UNKNOWN:
            return UNKNOWN
        low, high = (f"{bound:+d}" if bound else "0" for bound in self.shift)
        return low if low == high else f"{low} to {high}"


def visits_of_one(days: Sequence[date]) -> Visits:
    """The visits of a single person (number 1), in the order of their dates."""
    day = np.array(days, "datetime64[D]")
    return visits_in_order(np.ones(len(days), np.int64), day)


def shifts_of(visits: Visits, scores: Scores) -> tuple[Shift, ...]:
    """The shift of every person and test, by test, then person.

    Args:
        visits: ordered by person and day; the first of a person is the baseline.
        scores: of an instrument that names its `shifts`.

    Raises:
        InstrumentError: the instrument names none.
    """
    instrument = scores.instrument
    if not instrument.shifts:
        raise InstrumentError(
            f"{instrument.id} has no grades of which a shift is reported",
            expected="an instrument with shifts, such as ctcae_v5",
            got=instrument.id,
            next_step="leave the shift out",
        )
    if len(visits) == 0:
        return ()
    starts = np.flatnonzero(visits.moments["baseline"] == np.arange(len(visits)))
    ends = np.append(starts[1:], len(visits))
    nothing = score_sheet(bind_instrument(instrument, NO_VOCABULARY), Sheet(1, {}, {}, {})).numbers
    found: list[Shift] = []
    for test, total in instrument.shifts.items():
        column = scores.numbers[total]
        low, high = column.low // MICRO, column.high // MICRO
        top = int(nothing[total].high[0]) // MICRO
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            found.append(_shift(test, visits, low[start:end], high[start:end], start, top))
    return tuple(found)


def _shift(test: str, visits: Visits, low: Grades, high: Grades, start: int, top: int) -> Shift:
    """The shift of one person, whose visits are the rows from `start` on."""
    days = visits.day[start : start + len(low)]
    after_low, after_high = low[1:], high[1:]
    worst = reached = None
    if len(after_low):
        worst = GradeRange(int(after_low.max()), int(after_high.max()), top)
        # A grade of 0 was reached where it is exact; a higher one where it is the least possible.
        at_worst = (after_low == worst.low) & ((after_low > 0) | (after_high == 0))
        reached = int(np.argmax(at_worst)) + 1 if at_worst.any() else None
    dates: list[date] = days.astype(object).tolist()
    return Shift(
        int(visits.person[start]),
        test,
        GradeRange(int(low[0]), int(high[0]), top),
        dates[0],
        worst,
        None if reached is None else dates[reached],
        None if reached is None else (dates[reached] - dates[0]).days,
        None if reached is None else reached + 1,
        len(after_low),
        int(np.sum(after_low != after_high)),
    )


def shift_counts(shifts: Iterable[Shift]) -> Mapping[str, Mapping[tuple[str, str], int]]:
    """The shift table of each test: (baseline grade, worst grade) -> persons; grades as texts.

    A person without a visit after baseline counts under "no later visit".
    """
    counts: dict[str, Counter[tuple[str, str]]] = {}
    for shift in shifts:
        worst = NO_VISIT if shift.worst is None else shift.worst.text
        counts.setdefault(shift.test, Counter())[shift.baseline.text, worst] += 1
    return counts


def table_grades(instrument: Instrument, test: str, seen: Iterable[str]) -> tuple[str, ...]:
    """The rows or columns of a shift table: every grade, then the open ones that were seen."""
    total = instrument.shifts[test]
    lowest, top = next(t.range for t in instrument.totals if t.id == total)
    exact = [str(grade) for grade in range(int(lowest), int(top) + 1)]
    rest = {text for text in seen if text not in exact}
    last = [text for text in (UNKNOWN, NO_VISIT) if text in rest]
    return (*exact, *sorted(rest - {UNKNOWN, NO_VISIT}), *last)


def shifts_table(
    shifts: Iterable[Shift], *, called: Callable[[Grades], pa.Array] | None = None
) -> pa.Table:
    """One row a person and test.

    Args:
        called: persons as the table of visits calls them: the column `person` in place of
            `person_id`.

    Returns:
        person_id, test, baseline_date, baseline_low, baseline_high, worst_low, worst_high,
        worst_date, worst_day, worst_visit, shift_low, shift_high, visits, unknown_visits. Bounds
        are equal where a grade is known; all of `worst` is empty without a visit after baseline.
    """
    rows = [
        {
            "person_id": row.person,
            "test": row.test,
            "baseline_date": row.baseline_date,
            "baseline_low": row.baseline.low,
            "baseline_high": row.baseline.high,
            "worst_low": None if row.worst is None else row.worst.low,
            "worst_high": None if row.worst is None else row.worst.high,
            "worst_date": row.worst_date,
            "worst_day": row.worst_day,
            "worst_visit": row.worst_visit,
            "shift_low": None if row.shift is None else row.shift[0],
            "shift_high": None if row.shift is None else row.shift[1],
            "visits": row.visits,
            "unknown_visits": row.unknown_visits,
        }
        for row in shifts
    ]
    table = pa.Table.from_pylist(rows, schema=_SCHEMA)
    if called is None:
        return table
    persons = called(np.array([row["person_id"] for row in rows], np.int64))
    return table.set_column(0, "person", persons)


_SCHEMA = pa.schema(
    [
        ("person_id", pa.int64()),
        ("test", pa.string()),
        ("baseline_date", pa.date32()),
        ("baseline_low", pa.int8()),
        ("baseline_high", pa.int8()),
        ("worst_low", pa.int8()),
        ("worst_high", pa.int8()),
        ("worst_date", pa.date32()),
        ("worst_day", pa.int32()),
        ("worst_visit", pa.int32()),
        ("shift_low", pa.int8()),
        ("shift_high", pa.int8()),
        ("visits", pa.int32()),
        ("unknown_visits", pa.int32()),
    ]
)
