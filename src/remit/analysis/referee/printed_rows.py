"""What a published table holds, row by row: arms with their numbers, and comparisons of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from remit.analysis.referee.printed_numbers import PrintedNumber

Numbers = Mapping[str, PrintedNumber]
TWICE = "another key of this row says the same: which of the two is printed?"


class Scale(StrEnum):
    """What an estimate measures; UNSAID where only an interval or a p is printed."""

    DIFFERENCE = "difference"
    MEAN_DIFFERENCE = "difference of means"
    ODDS_RATIO = "odds ratio"
    RISK_RATIO = "risk ratio"
    HAZARD_RATIO = "hazard ratio"
    CORRELATION = "correlation"
    COEFFICIENT = "coefficient"
    UNSAID = ""

    @property
    def is_ratio(self) -> bool:
        return self in {Scale.ODDS_RATIO, Scale.RISK_RATIO, Scale.HAZARD_RATIO}


@dataclass(frozen=True, slots=True)
class PrintedArm:
    """One group and what is printed of it.

    Attributes:
        numbers: by what they are: `x` (a count), `n`, `pct`, `mean`, `sd`, `se`, `median`, `q1`,
            `q3`, `min`, `max`, `low` and `high` (of an interval), `time` (persons' years together)
            and `rate` (events in so many of them).
    """

    name: str
    numbers: Numbers

    def get(self, what: str) -> PrintedNumber | None:
        return self.numbers.get(what)


@dataclass(frozen=True, slots=True)
class PrintedComparison:
    """What is printed of a comparison of arms.

    Attributes:
        first, second: names of arms, the first against the second; empty where it is of all arms,
            or the source does not say of which.
        numbers: `estimate`, `low`, `high`, `se`, `p`.
        level: of the interval; None where it is not printed, and 95 % is supposed.
    """

    name: str
    scale: Scale
    numbers: Numbers
    first: str = ""
    second: str = ""
    level: float | None = None

    @property
    def is_named_p(self) -> bool:
        """Whether it is a p of its own, such as of an interaction, and not of the row's arms."""
        return bool(self.name) and not self.first and set(self.numbers) == {"p"}

    def get(self, what: str) -> PrintedNumber | None:
        return self.numbers.get(what)


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """A row of a table: one endpoint, in one subgroup.

    Attributes:
        left: numbers whose key is not known, with what is missing to check them.
        strata: counts by stratum (`x_1`, `n_1`, `x_2`, `n_2`), where they are printed.
        derived: the counts were worked back from the percentages, and prove nothing of them.
        step: between the values that one person can have: 1 for whole numbers; None: not said.
        span: the smallest and largest value that one person can have.
        parts: a total and what must add up to it.
        crosstab: a table of counts, a row for each group; `inputs` are its cells and those of the
            strata, as printed.
        method: as the source states it of this row; empty where it does not.
    """

    label: str
    subgroup: str = ""
    arms: tuple[PrintedArm, ...] = ()
    comparisons: tuple[PrintedComparison, ...] = ()
    left: tuple[tuple[PrintedNumber, str], ...] = ()
    strata: tuple[tuple[int, int, int, int], ...] = ()
    parts: tuple[tuple[PrintedNumber, tuple[PrintedNumber, ...]], ...] = ()
    derived: bool = False
    step: float | None = None
    span: tuple[float | None, float | None] = (None, None)
    line: int | None = None
    crosstab: tuple[tuple[int, ...], ...] = ()
    inputs: tuple[PrintedNumber, ...] = ()
    method: str = ""
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return ", ".join(filter(None, (self.label, self.subgroup)))

    def arm(self, name: str) -> PrintedArm | None:
        return next((arm for arm in self.arms if arm.name == name), None)


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A table, with what its source says of the method.

    Attributes:
        kind: what the file calls it; used only to say what is missing.
        method: as the source states it; empty where it does not.
        notes: remarks of whoever typed the table, shown and not used.
    """

    id: str
    rows: tuple[PrintedRow, ...]
    title: str = ""
    kind: str = ""
    citation: str = ""
    method: str = ""
    notes: tuple[str, ...] = ()
    line: int | None = None


@dataclass(slots=True)
class RowDraft:
    """A row while its keys are read."""

    arms: dict[str, dict[str, PrintedNumber]] = field(default_factory=dict)
    estimates: dict[Scale, dict[str, PrintedNumber]] = field(default_factory=dict)
    plain: dict[str, PrintedNumber] = field(default_factory=dict)
    named: list[PrintedComparison] = field(default_factory=list)
    left: list[tuple[PrintedNumber, str]] = field(default_factory=list)
    versus: dict[str, RowDraft] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    level: float | None = None
    levels: dict[Scale, float] = field(default_factory=dict)

    def put(self, arm: str, what: str, number: PrintedNumber | None) -> None:
        """Note a number of an arm; the arm is noted even where nothing is printed."""
        place = self.arms.setdefault(arm, {})
        if number is not None and what in place:
            self.left.append((number, TWICE))
        elif number is not None:
            place[what] = number

    def put_estimate(self, scale: Scale, what: str, number: PrintedNumber) -> None:
        """Note a number of an estimate."""
        place = self.estimates.setdefault(scale, {})
        if what in place:
            self.left.append((number, TWICE))
        else:
            place[what] = number
