"""Means and standard deviations: what whole numbers can give, and the tests that follow from them.

GRIM: Brown NJL, Heathers JAJ. Soc Psychol Personal Sci 2017;8:363. GRIMMER: Anaya J. PeerJ
Preprints 2016;4:e2400v1; Allard A. 2018. SPRITE: Heathers JAJ et al. PeerJ Preprints
2018;6:e26968v1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise, product
from math import ceil, floor, inf, sqrt

from remit.analysis.methods.estimates import LEVEL, Estimate
from remit.analysis.methods.summaries import (
    quantile_of_level,
    summary_anova,
    summary_difference,
    summary_t_test,
    z_of_p,
)
from remit.analysis.referee.oriented_arms import pairs_of, parts_of_total
from remit.analysis.referee.printed_numbers import PrintedNumber
from remit.analysis.referee.printed_rows import PrintedArm, PrintedComparison, PrintedRow, Scale
from remit.analysis.referee.roundings import SOUND, common_convention, convention_of, shown
from remit.analysis.referee.rulings import Remark, Ruling
from remit.analysis.referee.significance_rulings import holds
from remit.analysis.referee.stated_methods import SILENT, StatedMethod
from remit.analysis.referee.whole_samples import sample_of, square_sums

GRIM, GRIMMER = "GRIM", "GRIMMER"
RANK = "a rank test or an adjusted analysis needs the patients' values"
RANKS = 1.5  # how much of z a rank test of skewed values may lie from a t test
MOST_SUMS = 2_000
_T = {"t test (Student)": True, "t test (Welch)": False}


# ---- one arm ------------------------------------------------------------------------------------


def arm_remarks_of_means(row: PrintedRow, arm: PrintedArm) -> Iterator[Remark]:
    """What mean, deviation, error, quartiles and extremes of an arm say of each other."""
    yield from _error_of_deviation(arm)
    yield from _order(arm)
    mean, sd, n = arm.get("mean"), arm.get("sd"), arm.get("n")
    if sd is not None and sd.number < 0:
        yield Remark((sd,), Ruling.INCONSISTENT, ("a standard deviation is not negative",))
        return
    if mean is None or mean.is_weak or n is None or not n.whole:
        return
    low, high = row.span
    if (low is not None and mean.high < low) or (high is not None and mean.low > high):
        yield Remark((mean,), Ruling.INCONSISTENT, (f"outside the scale, {low} to {high}",))
        return
    if row.step is None:
        return
    yield from _grim(row, mean, sd, n.whole)


def _grim(
    row: PrintedRow, mean: PrintedNumber, sd: PrintedNumber | None, n: int
) -> Iterator[Remark]:
    """Whether `n` values of the scale have this mean, and this standard deviation."""
    step = Fraction(str(row.step))
    sums = _sums(mean, n, step)
    if not sums:
        at = Fraction(mean.value) * n / step
        near = ", ".join(
            f"{shown(k * step)}/{n} = {shown(k * step / n)}" for k in (floor(at), ceil(at))
        )
        lines = (f"no sum of {n} values in steps of {shown(step)} gives {mean.text}: {near}",)
        yield Remark((mean,), Ruling.CANNOT, lines, (), (GRIM,), from_counts=True)
        if sd is not None:
            yield Remark((sd,), Ruling.NOT_CHECKABLE, ("no values have the mean beside it",))
        return
    told = f"{shown(sums[0] * step)}/{n} = {shown(sums[0] * step / n)}"
    if n * 1 / float(step) >= 10**mean.decimals:
        lines = (f"{told}, but {n} values can have any mean of these digits",)
    else:
        lines = (f"{told} -> {mean.text}: a sum in steps of {shown(step)} gives it",)
    yield Remark((mean,), Ruling.CONSISTENT, lines, (), (GRIM,), from_counts=True)
    if sd is not None and not sd.is_weak and n > 1 and len(sums) <= MOST_SUMS:
        yield _grimmer(row, sums, sd, n, step)


def _sums(mean: PrintedNumber, n: int, step: Fraction) -> list[int]:
    """The sums, in steps, that are printed as the mean."""
    low = floor((Fraction(mean.value) - mean.half) * n / step) - 1
    high = ceil((Fraction(mean.value) + mean.half) * n / step) + 1
    if high - low > 10 * MOST_SUMS:
        high = low + 10 * MOST_SUMS
    return [k for k in range(low, high + 1) if convention_of(k * step / n, mean) in SOUND]


def _grimmer(
    row: PrintedRow, sums: Sequence[int], sd: PrintedNumber, n: int, step: Fraction
) -> Remark:
    """Whether whole numbers of one of these sums have the standard deviation."""
    bounds = [None if end is None else Fraction(str(end)) / step for end in row.span]
    tried = (GRIMMER,)
    for total in sums:
        for squares in square_sums(total, n, sd, step):
            sample = sample_of(total, squares, n, bounds[0], bounds[1])
            if sample is not None:
                seen = ", ".join(f"{count} × {shown(value * step)}" for value, count in sample)
                lines = (f"for example {seen} have this mean and standard deviation",)
                return Remark((sd,), Ruling.CONSISTENT, lines, (), tried, from_counts=True)
    lines = (
        f"no {n} values in steps of {shown(step)} with a sum of "
        f"{', '.join(shown(k * step) for k in sums[:4])} have a standard deviation of {sd.text}"
        + (f" within {row.span[0]} to {row.span[1]}" if None not in row.span else ""),
    )
    return Remark((sd,), Ruling.CANNOT, lines, (), tried, from_counts=True)


def _error_of_deviation(arm: PrintedArm) -> Iterator[Remark]:
    sd, se, n = arm.get("sd"), arm.get("se"), arm.get("n")
    if sd is None or se is None or n is None or not n.whole or sd.is_weak or se.is_weak:
        return
    root = sqrt(n.whole)
    exact, low, high = sd.number / root, sd.low / root, sd.high / root
    told = f"{sd.text}/√{n.whole} = {shown(exact)}"
    by = ("standard deviation / √n",)
    if convention_of(exact, se) in SOUND:
        yield Remark((se,), Ruling.REPRODUCED, (told,), by, by)
    elif low <= se.high and se.low <= high:
        yield Remark((se,), Ruling.CLOSE, (f"{told}, {shown(low)} to {shown(high)}",), (), by)
    else:
        yield Remark((se,), Ruling.INCONSISTENT, (f"{told}, not {se.text}",), (), by)
        yield Remark((sd,), Ruling.INCONSISTENT, (f"{told}, not {se.text}",), (), by)


def mean_interval_remarks(arm: PrintedArm) -> Iterator[Remark]:
    """Whether the interval of a mean is that of its deviation or error."""
    low, high, mean, n = (arm.get(what) for what in ("low", "high", "mean", "n"))
    sd, se = arm.get("sd"), arm.get("se")
    if low is None or high is None or mean is None or n is None or not n.whole or n.whole < 2:
        return
    if sd is not None:
        spread = [value / sqrt(n.whole) for value in (sd.number, max(sd.low, 0), sd.high)]
    elif se is not None:
        spread = [se.number, max(se.low, 0), se.high]
    else:
        return
    lines, by, fits = [], [], False
    for name, df in (("mean ± t standard errors", n.whole - 1.0), ("mean ± 1.96", inf)):
        reach = quantile_of_level(LEVEL, df=df)
        bounds = mean.number - reach * spread[0], mean.number + reach * spread[0]
        lines.append(f"{name}: {shown(bounds[0])} to {shown(bounds[1])}")
        if common_convention(bounds, (low, high)) in SOUND:
            by.append(name)
        ends = reach * spread[1], reach * spread[2]
        fits = fits or (
            mean.low - ends[1] <= low.high
            and low.low <= mean.high - ends[0]
            and mean.low + ends[0] <= high.high
            and high.low <= mean.high + ends[1]
        )
    ruling = Ruling.REPRODUCED if by else Ruling.CLOSE if fits else Ruling.INCONSISTENT
    if ruling is Ruling.CLOSE:
        lines.append("within what rounding of mean and deviation allows")
    tried = ("mean ± t standard errors", "mean ± 1.96")
    yield Remark((low, high), ruling, tuple(lines), tuple(by), tried)


def _order(arm: PrintedArm) -> Iterator[Remark]:
    """Quartiles, median and extremes in their order, the mean between the extremes."""
    ordered = [arm.get(what) for what in ("min", "q1", "median", "q3", "max")]
    known = [number for number in ordered if number is not None and not number.is_weak]
    for one, other in pairwise(known):
        if one.value > other.value:
            lines = (f"{one.key} {one.text} is more than {other.key} {other.text}",)
            yield Remark((one,), Ruling.INCONSISTENT, lines)
            yield Remark((other,), Ruling.INCONSISTENT, lines)
    mean, least, most = arm.get("mean"), arm.get("min"), arm.get("max")
    if mean is None or least is None or most is None:
        return
    if mean.high < least.low or mean.low > most.high:
        lines = (f"the mean {mean.text} lies outside {least.text} to {most.text}",)
        yield Remark((mean,), Ruling.INCONSISTENT, lines)


# ---- arms compared ------------------------------------------------------------------------------


def mean_test_remarks(
    row: PrintedRow, comparison: PrintedComparison, stated: StatedMethod
) -> Iterator[Remark]:
    """Whether a t test or an analysis of variance of the printed summaries gives p and interval."""
    p = comparison.get("p")
    _, arms = parts_of_total(row)
    if comparison.scale not in {Scale.UNSAID, Scale.DIFFERENCE, Scale.MEAN_DIFFERENCE}:
        return
    for first, second in pairs_of(row, comparison)[:1]:
        groups = [_summary(first), _summary(second)]
        known = [group for group in groups if group is not None]
        if len(known) == 2:
            if p is not None:
                yield _t_test(p, known, stated)
            yield from _interval(comparison, known, stated)
    if p is not None and len(arms) > 2 and not comparison.name:
        known = [group for group in map(_summary, arms) if group is not None]
        if len(known) == len(arms):
            yield _anova(p, known, stated)


def _summary(
    arm: PrintedArm,
) -> tuple[PrintedNumber, PrintedNumber, int] | None:
    mean, sd, n = arm.get("mean"), arm.get("sd"), arm.get("n")
    if mean is None or sd is None or n is None or n.whole is None or n.whole < 2:
        return None
    if mean.is_weak or sd.is_weak or sd.number < 0 or "ls" in mean.key.lower().split("_")[0]:
        return None
    return mean, sd, n.whole


_Group = tuple[PrintedNumber, PrintedNumber, int]


def _corners(groups: Sequence[_Group]) -> Iterator[tuple[tuple[float, float, int], ...]]:
    """The summaries at each end of what rounding allows."""
    ends = [
        [(mean, max(sd_at, 0.0), n) for mean in (m.low, m.high) for sd_at in (sd.low, sd.high)]
        for m, sd, n in groups
    ]
    yield from product(*ends)


def _t_test(p: PrintedNumber, groups: Sequence[_Group], stated: StatedMethod) -> Remark:
    (m_1, s_1, n_1), (m_2, s_2, n_2) = groups
    spans: dict[str, tuple[float, float, float]] = {}
    overlap = m_1.low <= m_2.high and m_2.low <= m_1.high
    for name, equal in _T.items():
        nominal = summary_t_test(
            m_1.number, s_1.number, n_1, m_2.number, s_2.number, n_2, equal=equal
        ).p
        found = [summary_t_test(*one, *two, equal=equal).p for one, two in _corners(groups)]
        known = [value for value in found if value is not None]
        if nominal is not None and known:
            spans[name] = nominal, min(known), 1.0 if overlap else max(known)
    text = f"{m_1.text} ({s_1.text}), n {n_1} against {m_2.text} ({s_2.text}), n {n_2}"
    return _of_spans(p, spans, text, stated, ("t test", "Welch"))


def _anova(p: PrintedNumber, groups: Sequence[_Group], stated: StatedMethod) -> Remark:
    nominal = summary_anova([(m.number, s.number, n) for m, s, n in groups]).p
    spans: dict[str, tuple[float, float, float]] = {}
    if nominal is not None:
        least, most = _anova_span(groups)
        spans["ANOVA"] = nominal, least, most
    text = " against ".join(f"{m.text} ({s.text}), n {n}" for m, s, n in groups)
    return _of_spans(p, spans, text, stated, ("ANOVA",))


def _anova_span(groups: Sequence[_Group]) -> tuple[float, float]:
    """The smallest and largest p: means as far apart, and as near, as rounding allows."""
    wide = [(s.low, n) for _, s, n in groups]
    apart = [
        summary_anova(
            [(mean, max(sd, 0.0), n) for mean, (sd, n) in zip(means, wide, strict=True)]
        ).p
        for means in product(*([m.low, m.high] for m, _, _ in groups[:10]))
    ]
    # The means that lie nearest to each other: each as near to one middle as it can.
    ends = sorted({end for m, _, _ in groups for end in (m.low, m.high)})
    middles = [a + (b - a) * k / 20 for a, b in pairwise(ends) for k in range(21)]
    near = [
        summary_anova([(min(max(middle, m.low), m.high), s.high, n) for m, s, n in groups]).p
        for middle in middles
    ]
    least = min((p for p in apart if p is not None), default=0.0)
    return least, max((p for p in near if p is not None), default=1.0)


def _of_spans(
    p: PrintedNumber,
    spans: Mapping[str, tuple[float, float, float]],
    text: str,
    stated: StatedMethod,
    kinds: tuple[str, ...],
) -> Remark:
    """What tests of printed summaries say of a p: nominal, and from least to most."""
    tried = tuple(spans)
    if not spans:
        return Remark((p,), Ruling.NOT_CHECKABLE, (f"no test is defined for {text}",))
    lines = [
        f"{name} of {text}: p = {shown(nominal)}, rounding allows {shown(least)} to {shown(most)}"
        for name, (nominal, least, most) in spans.items()
    ]
    if p.is_weak:
        agree = tuple(
            name
            for name, (nominal, *ends) in spans.items()
            if holds(p, nominal) or any(holds(p, end) for end in ends)
        )
        if agree:
            return Remark((p,), Ruling.CONSISTENT, tuple(lines), agree, tried)
    by = tuple(name for name, one in spans.items() if convention_of(one[0], p) in SOUND)
    if by and not p.is_weak:
        lines.append(f"{len(tried)} tried, {len(by)} give{'s' if len(by) == 1 else ''} {p.text}")
        if stated.needs_more:
            lines.append(f"the digits agree, but {stated.excuse}")
            return Remark((p,), Ruling.CLOSE, tuple(lines), by, tried)
        return Remark((p,), Ruling.REPRODUCED, tuple(lines), by, tried)
    if not p.is_weak and any(one[1] <= p.high and p.low <= one[2] for one in spans.values()):
        lines.append(f"{p.text} lies within what rounding allows")
        return Remark((p,), Ruling.CLOSE, tuple(lines), (), tried)
    gap = min(_gap_to(p, one[1], one[2]) for one in spans.values())
    lines.append(f"{p.text} is {shown(gap, 2)} of z away")
    named = any(test.startswith(kind) for test in stated.tests for kind in kinds)
    if gap <= SILENT and not named:
        lines.append(stated.excuse)
        return Remark((p,), Ruling.CLOSE, tuple(lines), (), tried)
    if named or gap > RANKS:
        return Remark((p,), Ruling.INCONSISTENT, tuple(lines), (), tried)
    lines.append(RANK)
    return Remark((p,), Ruling.NOT_CHECKABLE, tuple(lines), (), tried)


def _gap_to(p: PrintedNumber, least: float, most: float) -> float:
    tiny = 1e-300
    low, high = (p.number, p.number) if p.is_weak else (p.low, p.high)
    one = z_of_p(min(1.0, max(high, tiny))), z_of_p(min(1.0, max(low, tiny)))
    two = z_of_p(min(1.0, max(most, tiny))), z_of_p(min(1.0, max(least, tiny)))
    return max(0.0, one[0] - two[1], two[0] - one[1])


def _interval(
    comparison: PrintedComparison, groups: Sequence[_Group], stated: StatedMethod
) -> Iterator[Remark]:
    """Whether the interval is that of the difference of two means."""
    low, high = comparison.get("low"), comparison.get("high")
    if low is None or high is None or low.is_weak or high.is_weak:
        return
    level = comparison.level or LEVEL
    (m_1, s_1, n_1), (m_2, s_2, n_2) = groups
    lines, by, fits = [], [], False
    for name, equal in _T.items():
        found = summary_difference(
            m_1.number, s_1.number, n_1, m_2.number, s_2.number, n_2, equal=equal, level=level
        )
        ends = [
            summary_difference(*one, *two, equal=equal, level=level)
            for one, two in _corners(groups)
        ]
        if found.low is None or found.high is None:
            continue
        lines.append(f"{name}: {shown(found.low)} to {shown(found.high)}")
        if common_convention((found.low, found.high), (low, high)) in SOUND:
            by.append(name)
        fits = fits or (_within(ends, low, "low") and _within(ends, high, "high"))
    tried = tuple(_T)
    if by and not stated.needs_more:
        yield Remark((low, high), Ruling.REPRODUCED, tuple(lines), tuple(by), tried)
    elif fits or by:
        lines.append("within what rounding of means and deviations allows")
        yield Remark((low, high), Ruling.CLOSE, tuple(lines), (), tried)
    elif lines and not stated.needs_more:
        lines.append(RANK)
        yield Remark((low, high), Ruling.NOT_CHECKABLE, tuple(lines), (), tried)


def _within(ends: Sequence[Estimate], printed: PrintedNumber, which: str) -> bool:
    bounds = [getattr(end, which) for end in ends]
    known = [bound for bound in bounds if bound is not None]
    return bool(known) and min(known) <= printed.high and printed.low <= max(known)
