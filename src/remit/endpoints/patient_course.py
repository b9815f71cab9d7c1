"""The course of one person as values: series, stacks and strips that a page can draw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import inf

from remit.truth import Reason


@dataclass(frozen=True, slots=True)
class CourseVisit:
    """A planned visit: its planned `day`, a short name and the `days` since baseline."""

    id: str
    tick: str
    day: date
    days: int


@dataclass(frozen=True, slots=True)
class Point:
    """What is known of a quantity at a visit, in the unit of its series.

    Attributes:
        low, high: equal where the number is exact; infinite where there is no bound.
        days: from baseline to the record's day, or to the visit's where there is no record.
        why: why the number is not exact; None where it is.
        recorded: the number as it was recorded where that is in another unit, else empty.
        lln, uln: the record's own limits of normal.
    """

    low: float
    high: float
    low_open: bool
    high_open: bool
    days: int
    why: Reason | None
    recorded: str = ""
    lln: float | None = None
    uln: float | None = None

    @property
    def is_exact(self) -> bool:
        return self.why is None and self.low == self.high

    @property
    def is_known(self) -> bool:
        """Whether anything is known: the number, or a bound of it."""
        return self.is_exact or self.low > -inf or self.high < inf

    @property
    def text(self) -> str:
        """The number without its unit, a bound with its sign, or the reason why there is none.

        >>> Point(0.5, 0.5, False, False, 0, None).text
        '0.5'
        >>> Point(-inf, 0.2, False, True, 0, Reason.CENSORED).text
        '<0.2'
        """
        if self.is_exact:
            return short_number(self.low)
        if self.low > -inf and self.high < inf:
            return f"{short_number(self.low)} to {short_number(self.high)}"
        if self.high < inf:
            return f"{'<' if self.high_open else '≤'}{short_number(self.high)}"
        if self.low > -inf:
            return f"{'>' if self.low_open else '≥'}{short_number(self.low)}"
        if self.why in (None, Reason.NO_DATA):
            return "not measured"
        return f"unknown ({self.why.word})"


@dataclass(frozen=True, slots=True)
class Series:
    """A quantity over the visits, one point each; `in_laboratory` where limits of normal exist."""

    name: str
    label: str
    unit: str
    in_laboratory: bool
    points: tuple[Point, ...]

    @property
    def measured(self) -> int:
        return sum(point.is_known for point in self.points)

    @property
    def limits(self) -> tuple[float | None, float | None]:
        """The lower and the upper limit of normal where all records agree on them."""
        found = []
        for name in ("lln", "uln"):
            values = {getattr(p, name) for p in self.points if getattr(p, name) is not None}
            found.append(values.pop() if len(values) == 1 else None)
        return found[0], found[1]


@dataclass(frozen=True, slots=True)
class GroupPoints:
    """The points of one group of items: the least and the most at each visit."""

    group: str
    low: tuple[int, ...]
    high: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ScoreStack:
    """A total by the groups of its items.

    Attributes:
        id: of the total.
        low, high: of all groups together; equal where every item is known.
        total: what definitions read; a recorded total goes before that of the items.
        recorded: where the total was recorded.
    """

    id: str
    label: str
    groups: tuple[GroupPoints, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]
    total: tuple[Point, ...]
    recorded: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class GradeStrip:
    """A ladder: the grades that are possible at each visit; one where the grade is known."""

    id: str
    label: str
    grades: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class GradePanel:
    """The ladders of one instrument, a strip each; `id` is the instrument's."""

    id: str
    label: str
    strips: tuple[GradeStrip, ...]

    @property
    def is_graded(self) -> bool:
        """Whether anything is known of any grade."""
        return any(len(cell) < len(row.grades) for row in self.strips for cell in row.cells)


@dataclass(frozen=True, slots=True)
class ResponseCell:
    """The response at a visit.

    Attributes:
        grade: None where it is not assessable, or where a baseline is not judged.
        judged: whether the definition judges this visit and applies to the person.
        gates: the first gate that each better grade fails, or why it is not judged.
    """

    grade: str | None
    judged: bool
    gates: str


@dataclass(frozen=True, slots=True)
class ResponseStrip:
    """The responses of a person under one definition."""

    definition: str
    title: str
    type: str
    cells: tuple[ResponseCell, ...]


@dataclass(frozen=True, slots=True)
class PatientCourse:
    """One followed person; every tuple of points and cells has one entry a visit.

    Attributes:
        time_unit: of the ticks: weeks, months or days after baseline.
        unread: labels of quantities that nothing in this adjudication reads.
    """

    study: str
    person: int
    arm: str | None
    visits: tuple[CourseVisit, ...]
    time_unit: str
    series: tuple[Series, ...]
    unread: tuple[str, ...]
    stacks: tuple[ScoreStack, ...]
    grades: tuple[GradePanel, ...]
    responses: tuple[ResponseStrip, ...]


def short_number(number: float) -> str:
    """A number for people: three significant digits, whole from 100, no exponent.

    >>> short_number(0.59951), short_number(1234.6), short_number(12)
    ('0.6', '1235', '12')
    """
    size = abs(number)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3
    text = f"{number:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
