"""Whether printed results agree with each other: estimate, interval, standard error and p.

Rounding hides up to half a digit of each printed number. All that follows from them is therefore
worked out twice: from what is printed, and as the range that rounding allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import atanh, inf, log

from remit.analysis.methods.estimates import LEVEL
from remit.analysis.methods.summaries import quantile_of_level, wald_significance, z_of_p
from remit.analysis.referee.oriented_arms import pairs_of
from remit.analysis.referee.printed_numbers import PrintedNumber
from remit.analysis.referee.printed_rows import PrintedComparison, PrintedRow, Scale
from remit.analysis.referee.roundings import SOUND, common_convention, convention_of, shown
from remit.analysis.referee.rulings import Remark, Ruling
from remit.analysis.referee.significance_rulings import holds
from remit.analysis.referee.stated_methods import SILENT, StatedMethod

SUBTRACTED = "difference of the printed {}"
FROM_ERROR = "estimate and its standard error"
FROM_INTERVAL = "estimate and its interval"
SKEWED = 3.0  # how many times longer one side of an interval may be than the other
FEW = 9  # degrees of freedom below which an interval by t is not looked for
Span = tuple[float, float]


# ---- a difference of what stands beside it ------------------------------------------------------


def subtraction_remarks(
    row: PrintedRow, comparison: PrintedComparison, stated: StatedMethod, *, adjusted: bool
) -> Iterator[Remark]:
    """Whether a printed difference is that of the printed percentages or means.

    Args:
        adjusted: the difference is of a model, and the means beside it are not.
    """
    printed = comparison.get("estimate")
    if (
        printed is None
        or printed.is_weak
        or comparison.scale not in {Scale.DIFFERENCE, Scale.MEAN_DIFFERENCE}
    ):
        return
    what = "means" if comparison.scale is Scale.MEAN_DIFFERENCE else ""
    pairs = []
    for first, second in pairs_of(row, comparison):
        for name, label in (("pct", "percentages"), ("mean", "means")):
            one, two = first.get(name), second.get(name)
            if one and two and not one.is_weak and not two.is_weak and what in {"", label}:
                pairs.append((one, two, label))
    if not pairs:
        return
    is_size = "abs" in printed.key.split(".")[-1]
    tried = tuple(dict.fromkeys(SUBTRACTED.format(label) for _, _, label in pairs))
    for one, two, label in pairs:
        exact = abs(one.value - two.value) if is_size else one.value - two.value
        if convention_of(float(exact), printed) in SOUND:
            lines = (f"{one.text} - {two.text} = {exact} -> {printed.text}",)
            by = (SUBTRACTED.format(label),)
            yield Remark((printed,), Ruling.REPRODUCED, lines, by, tried)
            return
    one, two, label = pairs[0]
    low, high = one.low - two.high, one.high - two.low
    if is_size:
        low, high = sorted((abs(low), abs(high)))
    exact = abs(one.value - two.value) if is_size else one.value - two.value
    told = f"{one.text} - {two.text} = {exact}; rounding allows {shown(low)} to {shown(high)}"
    if low <= printed.high and printed.low <= high:
        yield Remark((printed,), Ruling.CLOSE, (told,), (), tried)
    elif not (adjusted or stated.needs_more):
        outside = (told, f"{printed.text} lies outside")
        yield Remark((printed,), Ruling.INCONSISTENT, outside, (), tried)


# ---- estimate, interval, error, p ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shape:
    """The scale on which an interval is symmetric."""

    to: Callable[[float], float]
    name: str


def _shape(scale: Scale) -> _Shape:
    if scale.is_ratio:
        return _Shape(_log, "on the scale of logarithms")
    if scale is Scale.CORRELATION:
        return _Shape(_atanh, "on Fisher's scale")
    return _Shape(lambda value: value, "about the estimate")


def _log(value: float) -> float:
    return log(value) if value > 0 else -inf


def _atanh(value: float) -> float:
    return atanh(value) if -1 < value < 1 else inf if value >= 1 else -inf


def agreement_remarks(comparison: PrintedComparison) -> Iterator[Remark]:
    """What estimate, interval, standard error and p of one comparison say of each other."""
    estimate, low, high, error, p = (
        comparison.get(what) for what in ("estimate", "low", "high", "se", "p")
    )
    scale = comparison.scale
    estimate, low, high, error = (
        None if number is None or number.is_weak else number
        for number in (estimate, low, high, error)
    )
    impossible = tuple(_impossible(scale, estimate, low, high, error, p))
    yield from impossible
    if impossible:
        return
    shape = _shape(scale)
    z = quantile_of_level(comparison.level or LEVEL)
    if low is not None and high is not None and estimate is not None:
        yield from _symmetry(shape, scale, estimate, low, high)
    if low is not None and high is not None and error is not None and not scale.is_ratio:
        yield from _interval_of_error(estimate, low, high, error, z)
    if p is not None:
        yield from _p_of(shape, scale, estimate, low, high, error, p, z)


def _impossible(
    scale: Scale,
    estimate: PrintedNumber | None,
    low: PrintedNumber | None,
    high: PrintedNumber | None,
    error: PrintedNumber | None,
    p: PrintedNumber | None,
) -> Iterator[Remark]:
    """Numbers that can stand in no table."""
    if p is not None and not 0 <= p.number <= 1:
        yield Remark((p,), Ruling.INCONSISTENT, (f"a p lies between 0 and 1: {p.text}",))
    if error is not None and error.number < 0:
        yield Remark((error,), Ruling.INCONSISTENT, ("a standard error is not negative",))
    if scale.is_ratio:
        for number in (estimate, low, high):
            if number is not None and number.number < 0:
                lines = (f"a ratio is not negative: {number.text}",)
                yield Remark((number,), Ruling.INCONSISTENT, lines)
    if scale is Scale.CORRELATION and estimate is not None and abs(estimate.number) > 1:
        yield Remark((estimate,), Ruling.INCONSISTENT, ("a correlation lies between -1 and 1",))
    if low is None or high is None:
        return
    if low.value > high.value:
        lines = (f"the lower bound {low.text} lies above the upper {high.text}",)
        yield Remark((low, high), Ruling.INCONSISTENT, lines)
    elif estimate is not None and (estimate.high < low.low or estimate.low > high.high):
        lines = (f"{estimate.text} lies outside {low.text} to {high.text}",)
        yield Remark((estimate,), Ruling.INCONSISTENT, lines)
        yield Remark((low, high), Ruling.INCONSISTENT, lines)


def _symmetry(
    shape: _Shape, scale: Scale, estimate: PrintedNumber, low: PrintedNumber, high: PrintedNumber
) -> Iterator[Remark]:
    middle = (
        (shape.to(low.low) + shape.to(high.low)) / 2,
        (shape.to(low.high) + shape.to(high.high)) / 2,
    )
    at = shape.to(estimate.low), shape.to(estimate.high)
    if not all(abs(value) < inf for value in (*middle, *at)):
        return
    centre = (shape.to(low.number) + shape.to(high.number)) / 2
    if scale.is_ratio:
        told = f"√({low.text} × {high.text}) = {shown((low.number * high.number) ** 0.5)}"
    elif scale is Scale.CORRELATION:
        told = (
            f"middle on Fisher's scale {shown(centre)}, estimate {shown(shape.to(estimate.number))}"
        )
    else:
        told = f"({low.text} + {high.text})/2 = {shown(centre)}"
    lines: tuple[str, ...]
    if middle[0] <= at[1] and at[0] <= middle[1]:
        lines = (f"{told}: the interval is symmetric {shape.name}, {estimate.text}",)
        yield Remark((estimate,), Ruling.CONSISTENT, lines)
        yield Remark((low, high), Ruling.CONSISTENT, lines)
        return
    below = shape.to(estimate.number) - shape.to(low.number)
    above = shape.to(high.number) - shape.to(estimate.number)
    longer = max(below, above) / max(min(below, above), 1e-12)
    lines = (f"{told}, not {estimate.text}: not symmetric {shape.name}",)
    if scale.is_ratio:
        linear = (low.low + high.low) / 2 <= estimate.high and estimate.low <= (
            low.high + high.high
        ) / 2
        if linear:
            lines += ("it is symmetric as it stands, as intervals of ratios are not",)
    if longer > SKEWED:
        lines += (f"one side is {shown(longer, 1)} times as long as the other",)
        yield Remark((estimate,), Ruling.INCONSISTENT, lines)
        yield Remark((low, high), Ruling.INCONSISTENT, lines)
        return
    lines += (
        "an exact, score, profile or bootstrap interval may be so; one by a standard error not",
    )
    yield Remark((estimate,), Ruling.CONSISTENT, lines)
    yield Remark((low, high), Ruling.CLOSE, lines)


def _interval_of_error(
    estimate: PrintedNumber | None,
    low: PrintedNumber,
    high: PrintedNumber,
    error: PrintedNumber,
    z: float,
) -> Iterator[Remark]:
    """Whether interval and standard error are of one estimate."""
    implied = (high.number - low.number) / (2 * z)
    allowed = (high.low - low.high) / (2 * z), (high.high - low.low) / (2 * z)
    told = f"({high.text} - {low.text})/(2 × {shown(z, 2)}) = {shown(implied)}"
    by = (f"estimate ± {shown(z, 2)} standard errors",)
    if convention_of(implied, error) in SOUND:
        yield Remark((error,), Ruling.REPRODUCED, (told,), by, by)
    elif allowed[0] <= error.high and error.low <= allowed[1]:
        lines = (f"{told}; rounding allows {shown(allowed[0])} to {shown(allowed[1])}",)
        yield Remark((error,), Ruling.CLOSE, lines, (), by)
    elif error.low <= allowed[1] and allowed[0] <= error.high * quantile_of_level(0.95, df=FEW) / z:
        lines = (f"{told}: wider, as an interval by t with few degrees of freedom is",)
        yield Remark((error,), Ruling.CLOSE, lines, (), by)
        yield Remark((low, high), Ruling.CLOSE, lines, (), by)
        return
    else:
        lines = (f"{told}, not {error.text}",)
        yield Remark((error,), Ruling.INCONSISTENT, lines, (), by)
        yield Remark((low, high), Ruling.INCONSISTENT, lines, (), by)
        return
    if estimate is None:
        return
    bounds = estimate.number - z * error.number, estimate.number + z * error.number
    told = (
        f"{estimate.text} ± {shown(z, 2)} × {error.text}: {shown(bounds[0])} to {shown(bounds[1])}"
    )
    if common_convention(bounds, (low, high)) in SOUND:
        yield Remark((low, high), Ruling.REPRODUCED, (told,), by, by)
        return
    reach = z * error.low, z * error.high
    ways = (
        (estimate.low - reach[1], estimate.high - reach[0]),
        (estimate.low + reach[0], estimate.high + reach[1]),
    )
    fits = all(
        way[0] <= number.high and number.low <= way[1]
        for way, number in zip(ways, (low, high), strict=True)
    )
    text = (
        f"{told}; rounding allows {shown(ways[0][0])} to {shown(ways[0][1])} and "
        f"{shown(ways[1][0])} to {shown(ways[1][1])}"
    )
    ruling = Ruling.CLOSE if fits else Ruling.INCONSISTENT
    yield Remark((low, high), ruling, (text,), (), by)


def _p_of(
    shape: _Shape,
    scale: Scale,
    estimate: PrintedNumber | None,
    low: PrintedNumber | None,
    high: PrintedNumber | None,
    error: PrintedNumber | None,
    p: PrintedNumber,
    z: float,
) -> Iterator[Remark]:
    """Whether a p is that of the estimate over its standard error."""
    numbers: list[tuple[PrintedNumber, ...]] = []
    if error is not None and not scale.is_ratio:
        errors, exact, by = (error.low, error.high), error.number, FROM_ERROR
        numbers.append((error,))
    elif low is not None and high is not None:
        narrow, wide = (
            shape.to(high.low) - shape.to(low.high),
            shape.to(high.high) - shape.to(low.low),
        )
        errors = narrow / (2 * z), wide / (2 * z)
        exact, by = (shape.to(high.number) - shape.to(low.number)) / (2 * z), FROM_INTERVAL
        numbers.append((low, high))
    else:
        return
    if estimate is not None:
        at, middle = (shape.to(estimate.low), shape.to(estimate.high)), shape.to(estimate.number)
        numbers.append((estimate,))
    elif low is not None and high is not None and scale is not Scale.UNSAID:
        middle = (shape.to(low.number) + shape.to(high.number)) / 2
        at = (
            (shape.to(low.low) + shape.to(high.low)) / 2,
            (shape.to(low.high) + shape.to(high.high)) / 2,
        )
    else:
        return
    if not all(abs(value) < inf for value in (*errors, *at, exact, middle)) or exact <= 0:
        return
    nominal = wald_significance(middle, exact).p
    least, most = _p_span(at, (max(errors[0], 1e-12), errors[1]))
    assert nominal is not None
    z_text = f"{shown(middle, 4)}/{shown(exact, 4)} = {shown(middle / exact, 3)}"
    told = f"{by}: z = {z_text}, p = {shown(nominal)}"
    span = f"rounding allows p from {shown(least)} to {shown(most)}"
    if p.is_weak:
        ruling, lines = _weak(p, nominal, least, most, told, span)
    elif convention_of(nominal, p) in SOUND:
        ruling, lines = Ruling.REPRODUCED, (told, span)
    elif least <= p.high and p.low <= most:
        ruling, lines = Ruling.CLOSE, (told, span)
    else:
        gap = _gap(p.low, p.high, least, most)
        ruling, lines = _apart(gap, told, span, p)
    names = (by,) if ruling is Ruling.REPRODUCED else ()
    yield Remark((p,), ruling, lines, names, (by,))
    if ruling is Ruling.INCONSISTENT:
        for group in numbers:
            yield Remark(group, Ruling.INCONSISTENT, lines, (), (by,), against=p)


def _p_span(at: Span, errors: Span) -> Span:
    """The smallest and the largest p that rounding of estimate and error allow."""
    furthest = max(abs(at[0]), abs(at[1]))
    nearest = 0.0 if at[0] <= 0 <= at[1] else min(abs(at[0]), abs(at[1]))
    least, most = wald_significance(furthest, errors[0]).p, wald_significance(nearest, errors[1]).p
    assert least is not None
    assert most is not None
    return least, most


def _gap(p_low: float, p_high: float, least: float, most: float) -> float:
    """How far apart two ranges of p are, as differences of z."""
    tiny = 1e-300
    one = z_of_p(min(1.0, max(p_high, tiny))), z_of_p(min(1.0, max(p_low, tiny)))
    two = z_of_p(min(1.0, max(most, tiny))), z_of_p(min(1.0, max(least, tiny)))
    return max(0.0, one[0] - two[1], two[0] - one[1])


def _apart(gap: float, told: str, span: str, p: PrintedNumber) -> tuple[Ruling, tuple[str, ...]]:
    if gap <= SILENT:
        more = "a test of another kind than the interval explains as much"
        return Ruling.CLOSE, (told, span, f"{p.text} is {shown(gap, 2)} of z away: {more}")
    return Ruling.INCONSISTENT, (told, span, f"{p.text} is {shown(gap, 2)} of z away")


def _weak(
    p: PrintedNumber, nominal: float, least: float, most: float, told: str, span: str
) -> tuple[Ruling, tuple[str, ...]]:
    if holds(p, nominal):
        return Ruling.CONSISTENT, (told,)
    if holds(p, least) or holds(p, most):
        return Ruling.CONSISTENT, (told, span)
    return _apart(_gap(p.number, p.number, least, most), told, span, p)
