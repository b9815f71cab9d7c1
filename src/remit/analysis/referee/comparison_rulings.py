"""Differences, ratios, intervals and p of two or more arms: whether their counts give them.

Every method of `tried_methods` is tried; a ruling tells how many were, and which give the digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import isfinite, log

from remit.analysis.methods.estimates import LEVEL, Estimate
from remit.analysis.methods.summaries import quantile_of_level
from remit.analysis.referee.count_rulings import counts_of
from remit.analysis.referee.matched_methods import Case, Cases, Nearest, remark_of_matches
from remit.analysis.referee.printed_numbers import PrintedNumber
from remit.analysis.referee.printed_rows import PrintedArm, PrintedComparison, Scale
from remit.analysis.referee.roundings import common_convention, convention_of, shown
from remit.analysis.referee.rulings import Remark
from remit.analysis.referee.stated_methods import StatedMethod
from remit.analysis.referee.tried_methods import (
    estimates,
    shares,
    stratified,
)

# Levels at which an interval is looked for where its own is not printed.
OTHER_LEVELS = (0.90, 0.99, 0.975)


# ---- the estimate -------------------------------------------------------------------------------


def estimate_remarks(
    comparison: PrintedComparison, cases: Cases, stated: StatedMethod
) -> Iterator[Remark]:
    """Whether a difference or a ratio is that of the counts."""
    printed = comparison.get("estimate")
    if printed is None or printed.is_weak:
        return
    tried: list[str] = []
    given: dict[str, list[str]] = {}
    nearest: Nearest | None = None
    for case in cases.cases:
        for name, estimate in _estimates(comparison.scale, case, LEVEL).items():
            if name in _INTERVALS_ALONE:
                continue
            tried.append(name)
            for unit, label in _units(comparison.scale, printed):
                value = _exact(comparison.scale, name, case, estimate)
                if value is None:
                    continue
                how = convention_of(value * unit, printed)
                told = _told(comparison.scale, case, value * unit, name)
                if how is not None:
                    given.setdefault(how, []).append(f"{name}|{told}{label} -> {printed.text}")
                away = _away(comparison.scale, estimate, float(value), printed, unit)
                if away is not None and (nearest is None or away < nearest.away):
                    nearest = Nearest(away, f"{told}{label}", (float(value * unit),))
    names = tuple(dict.fromkeys(tried))
    yield remark_of_matches((printed,), given, nearest, names, cases, stated)


# Methods that differ in their interval alone: the difference is the same for all.
_INTERVALS_ALONE = frozenset(
    {
        "Wald, continuity corrected",
        "Newcombe",
        "Miettinen-Nurminen",
        "Mee (Miettinen-Nurminen without N/(N-1))",
        "Agresti-Caffo",
    }
)


def _estimates(scale: Scale, case: Case, level: float) -> Mapping[str, Estimate]:
    found = dict(estimates(scale, case.counts, level))
    if case.strata:
        found |= {
            f"{name}, by {case.strata_name}" if case.strata_name else name: estimate
            for name, estimate in stratified(scale, case.strata, level).items()
        }
    return found


def _exact(scale: Scale, name: str, case: Case, estimate: Estimate) -> Fraction | float | None:
    a, n, b, m = case.counts
    if scale is Scale.DIFFERENCE and name == "Wald":
        return Fraction(a, n) - Fraction(b, m)
    if name == "risk ratio, Katz" and b:
        return Fraction(a * m, n * b)
    if name == "odds ratio, Woolf" and b and n > a:
        return Fraction(a * (m - b), (n - a) * b)
    if estimate.value is None or not isfinite(estimate.value):
        return None
    return estimate.value


def _units(scale: Scale, printed: PrintedNumber) -> tuple[tuple[int, str], ...]:
    """What an estimate may be printed in: percentage points or parts of one; ratios as they are."""
    if scale is not Scale.DIFFERENCE:
        return ((1, ""),)
    if printed.percent or abs(printed.number) > 1:
        return ((100, " percentage points"),)
    return ((100, " percentage points"), (1, ""))


def _told(scale: Scale, case: Case, value: Fraction | float, name: str) -> str:
    if scale is Scale.DIFFERENCE:
        a, n, b, m = case.counts
        if name == "Wald":
            return f"{a}/{n} - {b}/{m} = {shown(value)}"
    return f"{name} of {case.text} = {shown(value)}"


def _away(
    scale: Scale, estimate: Estimate, value: float, printed: PrintedNumber, unit: int
) -> float | None:
    """How many standard errors a printed estimate lies from one that was computed."""
    error = _error(scale, estimate)
    gap = _gap(scale, value, printed, unit)
    return None if error is None or gap is None else gap / error


def _error(scale: Scale, estimate: Estimate) -> float | None:
    """The standard error behind an interval, on the scale on which it is symmetric."""
    low, high = estimate.low, estimate.high
    if low is None or high is None or not isfinite(high):
        return None
    if scale.is_ratio:
        if low <= 0:
            return None
        low, high = log(low), log(high)
    error = (high - low) / (2 * quantile_of_level(estimate.level))
    return error if error > 0 else None


def _gap(scale: Scale, value: float, printed: PrintedNumber, unit: int) -> float | None:
    """How far a number lies from all that rounding may have printed so."""
    low, high, at = printed.low / unit, printed.high / unit, value
    if scale.is_ratio:
        if min(low, at) <= 0:
            return None
        low, high, at = log(low), log(high), log(at)
    return max(0.0, low - at, at - high)


# ---- the interval -------------------------------------------------------------------------------


def interval_remarks(
    comparison: PrintedComparison, cases: Cases, stated: StatedMethod
) -> Iterator[Remark]:
    """Whether a method gives both bounds of the interval from the counts."""
    low, high = comparison.get("low"), comparison.get("high")
    if low is None or high is None or low.is_weak or high.is_weak:
        return
    scales = (
        (comparison.scale,)
        if comparison.scale is not Scale.UNSAID
        else (Scale.DIFFERENCE, Scale.ODDS_RATIO, Scale.RISK_RATIO)
    )
    tried: list[str] = []
    given: dict[str, list[str]] = {}
    nearest: Nearest | None = None
    levels = (comparison.level,) if comparison.level else (LEVEL, *OTHER_LEVELS)
    for level in levels:
        for scale, case in product(scales, cases.cases):
            for name, estimate in _estimates(scale, case, level).items():
                if level == levels[0]:
                    tried.append(name)
                if estimate.low is None or estimate.high is None:
                    continue
                for unit, label in _interval_units(scale, comparison, low, high):
                    bounds = estimate.low * unit, estimate.high * unit
                    told = f"{name} of {case.text}: {shown(bounds[0])} to {shown(bounds[1])}{label}"
                    how = common_convention(bounds, (low, high))
                    if how is not None:
                        if level != levels[0]:
                            how = f"an interval of {100 * level:g} %"
                        given.setdefault(how, []).append(f"{name}|{told}")
                    if level == levels[0]:
                        away = _bounds_away(scale, estimate, (low, high), unit)
                        if away is not None and (nearest is None or away < nearest.away):
                            nearest = Nearest(away, told, bounds)
        if given:
            break
    yield remark_of_matches((low, high), given, nearest, tuple(dict.fromkeys(tried)), cases, stated)


def _interval_units(
    scale: Scale, comparison: PrintedComparison, low: PrintedNumber, high: PrintedNumber
) -> tuple[tuple[int, str], ...]:
    widest = max(abs(low.number), abs(high.number))
    printed = comparison.get("estimate")
    if scale is not Scale.DIFFERENCE:
        return ((1, ""),)
    if widest > 1 or low.percent or high.percent or (printed and printed.percent):
        return ((100, " percentage points"),)
    return ((100, " percentage points"), (1, ""))


def _bounds_away(
    scale: Scale, estimate: Estimate, printed: tuple[PrintedNumber, PrintedNumber], unit: int
) -> float | None:
    """The further of the two bounds, in standard errors."""
    error = _error(scale, estimate)
    if error is None or estimate.low is None or estimate.high is None:
        return None
    low, high = (
        _gap(scale, bound, number, unit)
        for bound, number in zip((estimate.low, estimate.high), printed, strict=True)
    )
    return None if low is None or high is None else max(low, high) / error


def share_remarks(
    arm: PrintedArm, comparison: PrintedComparison, stated: StatedMethod
) -> Iterator[Remark]:
    """Whether a method gives the interval of one proportion."""
    low, high, counts = comparison.get("low"), comparison.get("high"), counts_of(arm)
    if counts is None or low is None or high is None or low.is_weak or high.is_weak:
        return
    tried: list[str] = []
    given: dict[str, list[str]] = {}
    nearest: Nearest | None = None
    level = comparison.level or LEVEL
    units = (100, 1) if high.number <= 1 and not high.percent else (100,)
    for (x, n), unit in product(counts.pairs, units):
        for name, estimate in shares(x, n, level).items():
            tried.append(name)
            if estimate.low is None or estimate.high is None:
                continue
            bounds = estimate.low * unit, estimate.high * unit
            told = f"{name} of {x}/{n}: {shown(bounds[0])} to {shown(bounds[1])}"
            how = common_convention(bounds, (low, high))
            if how is not None:
                given.setdefault(how, []).append(f"{name}|{told}")
            away = _bounds_away(Scale.DIFFERENCE, estimate, (low, high), unit)
            if away is not None and (nearest is None or away < nearest.away):
                nearest = Nearest(away, told, bounds)
    cases = Cases((), (counts.how,) if counts.how else (), counts.open)
    # Nothing that is not stated adjusts the share of one group.
    names, excused = tuple(dict.fromkeys(tried)), stated.needs_more
    yield remark_of_matches((low, high), given, nearest, names, cases, stated, excused=excused)
