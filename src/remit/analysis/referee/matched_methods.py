"""The counts behind a comparison, and what it means that methods give its digits or miss them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from remit.analysis.referee.count_rulings import counts_of
from remit.analysis.referee.oriented_arms import pairs_of
from remit.analysis.referee.printed_numbers import PrintedNumber
from remit.analysis.referee.printed_rows import PrintedComparison, PrintedRow, Scale
from remit.analysis.referee.roundings import SOUND, shown
from remit.analysis.referee.rulings import Remark, Ruling
from remit.analysis.referee.stated_methods import StatedMethod
from remit.analysis.referee.tried_methods import Four, Strata

# What counts say nothing of has times, values or a model behind it.
OF_COUNTS = frozenset({Scale.DIFFERENCE, Scale.ODDS_RATIO, Scale.RISK_RATIO, Scale.UNSAID})


@dataclass(frozen=True, slots=True)
class Case:
    """Counts of two arms that may stand behind a comparison.

    Attributes:
        counts: of the first and the second arm.
        names: of the arms.
        strata: the same counts by stratum, where they are printed, with what the strata are.
    """

    counts: Four
    names: tuple[str, str]
    strata: Strata = ()
    strata_name: str = ""

    @property
    def text(self) -> str:
        a, n, b, m = self.counts
        return f"{a}/{n} against {b}/{m}"


@dataclass(frozen=True, slots=True)
class Cases:
    """All counts that may stand behind a comparison.

    Attributes:
        told: where they come from, when they are not printed.
        open: several counts give the printed percentages, or none does.
    """

    cases: tuple[Case, ...]
    told: tuple[str, ...]
    open: bool


def cases_of(
    row: PrintedRow, comparison: PrintedComparison, strata: Strata, strata_name: str
) -> Cases | None:
    """The counts of both arms of a comparison, in each order that may be meant; None without."""
    if comparison.scale not in OF_COUNTS or comparison.is_named_p:
        return None
    found: list[Case] = []
    told: list[str] = []
    is_open = False
    for first, second in pairs_of(row, comparison):
        one, two = counts_of(first), counts_of(second)
        if one is None or two is None:
            continue
        told += [counts.how for counts in (one, two) if counts.how]
        is_open = is_open or one.open or two.open
        for (a, n), (b, m) in product(one.pairs, two.pairs):
            found.append(Case((a, n, b, m), (first.name, second.name), strata, strata_name))
    if not found:
        return None
    return Cases(tuple(found), tuple(dict.fromkeys(told)), is_open)


@dataclass(frozen=True, slots=True)
class Nearest:
    """What came nearest to the printed numbers.

    Attributes:
        away: in standard errors, or in z of a p.
        told: the method with what it gives; `values` are these.
    """

    away: float
    told: str
    values: tuple[float, ...]

    def is_last_digit(self, numbers: Sequence[PrintedNumber]) -> bool:
        """Whether each printed number is at most one off in its last digit."""
        return all(
            abs(value - number.number) <= 3 * float(number.half) * (1 + 1e-9)
            for value, number in zip(self.values, numbers, strict=True)
        )


def remark_of_matches(
    numbers: tuple[PrintedNumber, ...],
    given: Mapping[str, Sequence[str]],
    nearest: Nearest | None,
    tried: tuple[str, ...],
    cases: Cases,
    stated: StatedMethod,
    *,
    excused: bool = True,
) -> Remark:
    """One remark of what the methods gave: which give the digits, or how near they come.

    Args:
        excused: an analysis that is not stated, with strata or covariates, may explain a number
            that is near.
    """
    text = " to ".join(dict.fromkeys(number.text for number in numbers))
    sound = [line for how in given if how in SOUND for line in given[how]]
    count = f"{len(tried)} method{'s' if len(tried) != 1 else ''} tried"
    if sound:
        by = tuple(dict.fromkeys(line.partition("|")[0] for line in sound))
        lines = [*cases.told, *dict.fromkeys(line.partition("|")[2] for line in sound[:4])]
        lines.append(f"{count}, {len(by)} give{'s' if len(by) == 1 else ''} {text}")
        wanted = [name for name in stated.tests if any(one.startswith(name) for one in tried)]
        if wanted and not any(one.startswith(name) for one in by for name in wanted):
            lines.append(f"not by the method that the source states: {stated.text}")
        over_strata = any("strata)" in name for name in by)
        if stated.needs_more and not over_strata:
            lines.append(f"the digits agree, but {stated.excuse}")
            return Remark(numbers, Ruling.CLOSE, tuple(lines), by, tried, from_counts=True)
        if stated.needs_more and any(case.strata_name for case in cases.cases):
            lines.append("the strata are the printed subgroups; the source may have used more")
            return Remark(numbers, Ruling.CLOSE, tuple(lines), by, tried, from_counts=True)
        if cases.open:
            lines.append("the counts themselves are not printed")
            return Remark(numbers, Ruling.CONSISTENT, tuple(lines), by, tried, from_counts=True)
        return Remark(numbers, Ruling.REPRODUCED, tuple(lines), by, tried, from_counts=True)
    for how, found in given.items():
        lines = [*cases.told, found[0].partition("|")[2], f"{text} only where it was {how}"]
        if stated.needs_more:
            lines.append(f"or: {stated.excuse}")
        return Remark(numbers, Ruling.CLOSE, tuple(lines), (), tried, from_counts=True)
    if nearest is None:
        lines = [*cases.told, "no method that was tried is defined for these counts"]
        return Remark(numbers, Ruling.NOT_CHECKABLE, tuple(lines), (), tried)
    unit = "of z" if len(numbers) == 1 and is_p(numbers[0]) else "standard errors"
    lines = [*cases.told, f"nearest: {nearest.told}, {shown(nearest.away, 2)} {unit} away"]
    lines.append(f"{count}, none gives {text}")
    near, far = nearest.away <= stated.near, nearest.away > stated.far
    if near and nearest.is_last_digit(numbers):
        lines.append("one off in the last digit: numbers that were rounded on the way explain it")
        excused = True
    if near and excused:
        if stated.needs_more or not nearest.is_last_digit(numbers):
            lines.append(stated.excuse)
        return Remark(numbers, Ruling.CLOSE, tuple(lines), (), tried, from_counts=True)
    if not near and not far:
        lines.append(f"{stated.excuse}: the patients' values are needed")
        return Remark(numbers, Ruling.NOT_CHECKABLE, tuple(lines), (), tried)
    if not near:
        lines.append(f"further than {stated.far} {unit}, which nothing printed explains")
    return Remark(numbers, Ruling.CANNOT, tuple(lines), (), tried, from_counts=True)


def is_p(number: PrintedNumber) -> bool:
    return "p" in re.split(r"[._]", number.key.lower())
