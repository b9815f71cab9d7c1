"""Counts and percentages of one arm: whether the one can come from the other.

A percentage without its count is asked for a whole number of persons that gives it (GRIM; Brown
NJL, Heathers JAJ. Soc Psychol Personal Sci 2017;8:363).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, sqrt

from remit.analysis.referee.printed_numbers import PrintedNumber
from remit.analysis.referee.printed_rows import PrintedArm
from remit.analysis.referee.roundings import SOUND, convention_of, shown
from remit.analysis.referee.rulings import Remark, Ruling
from remit.analysis.referee.stated_methods import StatedMethod

SHARE = "count / n"
GRIM = "GRIM"
MOST_COUNTS = 9


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts that an arm may have.

    Attributes:
        pairs: counts with their n: one where it is printed, several where only a percentage is.
        how: where they come from, when not from the print.
        forced: no whole count gives the percentage; this is the nearest.
    """

    pairs: tuple[tuple[int, int], ...]
    how: str = ""
    forced: bool = False

    @property
    def open(self) -> bool:
        """Whether they are not the ones that must stand behind the print."""
        return self.forced or len(self.pairs) > 1


def counts_of(arm: PrintedArm) -> Counts | None:
    """The counts of an arm; None where nothing printed gives few enough."""
    x, n, pct = (arm.get(what) for what in ("x", "n", "pct"))
    if n is None or not n.whole:
        return None
    if x is not None:
        return Counts(((x.whole, n.whole),)) if x.whole is not None and x.whole <= n.whole else None
    if pct is None or pct.is_weak or not 0 <= pct.number <= _whole_of(pct):
        return None
    fitting = tuple(_fitting(pct, n.whole))
    if len(fitting) > MOST_COUNTS:
        return None
    if fitting:
        told = " or ".join(map(str, fitting))
        return Counts(
            tuple((k, n.whole) for k in fitting), f"{told} of {n.whole} read back from {pct.text}"
        )
    nearest = min(n.whole, round(Fraction(pct.value) * n.whole / _whole_of(pct)))
    told = f"{nearest} of {n.whole} is nearest to {pct.text}"
    return Counts(((nearest, n.whole),), told, forced=True)


def count_remarks(arm: PrintedArm, *, derived: bool, stated: StatedMethod) -> Iterator[Remark]:
    """What the counts of an arm say of each other and of its percentage."""
    x, n, pct = (arm.get(what) for what in ("x", "n", "pct"))
    for number in (x, n):
        if number is not None and not number.is_weak and number.whole is None:
            said = (f"{number.text} is no whole number of persons",)
            yield Remark((number,), Ruling.INCONSISTENT, said, from_counts=True)
    if x is not None and n is not None and (x.whole or 0) > (n.whole or 0):
        said = (f"{x.text} of {n.text}: more than there are",)
        yield Remark((x,), Ruling.INCONSISTENT, said, from_counts=True)
        yield Remark((n,), Ruling.INCONSISTENT, said, from_counts=True)
        if pct is not None:
            yield Remark((pct,), Ruling.INCONSISTENT, said)
        return
    if pct is None:
        return
    if not pct.is_weak and not 0 <= pct.number <= _whole_of(pct):
        said = (f"a share of persons lies between 0 and {_whole_of(pct)}",)
        yield Remark((pct,), Ruling.INCONSISTENT, said)
    elif pct.is_weak:
        yield Remark((pct,), Ruling.NOT_CHECKABLE, ("only a bound is printed",))
    elif x is not None and x.whole is not None and n is not None and n.whole:
        yield _share(pct, x.whole, n.whole, derived=derived, stated=stated)
    elif n is not None and n.whole:
        yield _grim(pct, n.whole, stated)
    elif x is not None and x.whole:
        yield _of_any(pct, x.whole)
    else:
        missing = "0 persons have no percentage" if n is not None else "its count and n are missing"
        yield Remark((pct,), Ruling.NOT_CHECKABLE, (missing,))


def rate_remarks(arm: PrintedArm) -> Iterator[Remark]:
    """Whether a rate is the count over the persons' years, of 1, 100 or 1,000 of them."""
    x, time, rate = (arm.get(what) for what in ("x", "time", "rate"))
    if rate is None or rate.is_weak:
        return
    if x is None or x.whole is None or time is None or time.is_weak or time.value <= 0:
        lines = ("a rate needs its events (x_) and the persons' years (py_)",)
        yield Remark((rate,), Ruling.NOT_CHECKABLE, lines)
        return
    told = []
    for per in (1, 100, 1000):
        exact = Fraction(per * x.whole) / Fraction(time.value)
        low, high = per * x.whole / time.high, per * x.whole / max(time.low, 1e-9)
        line = f"{per} × {x.whole}/{time.text} = {shown(exact)}"
        if convention_of(exact, rate) in SOUND:
            by = (f"count / years, of {per}",)
            yield Remark((rate,), Ruling.REPRODUCED, (line,), by, by, from_counts=True)
            return
        if low <= rate.high and rate.low <= high:
            lines = (f"{line}; rounding allows {shown(low)} to {shown(high)}",)
            yield Remark((rate,), Ruling.CLOSE, lines, from_counts=True)
            return
        told.append(line)
    yield Remark((rate,), Ruling.CANNOT, tuple(told), from_counts=True)


def _whole_of(pct: PrintedNumber) -> int:
    """What all persons are: 100, or 1 where a proportion is printed."""
    return 1 if "proportion" in pct.key and not pct.percent else 100


def _share(pct: PrintedNumber, x: int, n: int, *, derived: bool, stated: StatedMethod) -> Remark:
    whole = _whole_of(pct)
    exact = Fraction(whole * x, n)
    told = f"{x}/{n} = {shown(exact)}{' %' if whole == 100 else ''}"
    how = convention_of(exact, pct)
    lines: list[str]
    if how in SOUND and derived:
        lines = [f"{told}, but the count was worked back from this percentage"]
        return Remark((pct,), Ruling.CONSISTENT, tuple(lines), tried=(SHARE,), from_counts=True)
    if how in SOUND:
        lines = [f"{told} -> {pct.text} ({how})"]
        by = (SHARE,)
        return Remark((pct,), Ruling.REPRODUCED, tuple(lines), by, by, from_counts=True)
    if how is not None:
        lines = [f"{told}: {pct.text} only where it was {how}"]
        if stated.needs_more:
            lines.append(f"or it is weighted: {stated.excuse}")
        return Remark((pct,), Ruling.CLOSE, tuple(lines), tried=(SHARE,), from_counts=True)
    error = whole * sqrt(x / n * (1 - x / n) / n)
    away = abs(pct.number - float(exact))
    if stated.needs_more and away <= stated.near * error:
        lines = [f"{told}, {shown(away, 2)} from {pct.text}: {stated.excuse}"]
        return Remark((pct,), Ruling.CLOSE, tuple(lines), tried=(SHARE,), from_counts=True)
    lines = [f"{told}, not {pct.text}, by any rounding", *_others(pct, x, n)]
    return Remark((pct,), Ruling.CANNOT, tuple(lines), tried=(SHARE,), from_counts=True)


def _others(pct: PrintedNumber, x: int, n: int) -> Iterator[str]:
    """Which other count of these n, or other n of this count, gives a percentage."""
    fitting = list(_fitting(pct, n))
    if fitting:
        yield f"{' or '.join(map(str, fitting[:3]))} of {n} would give it"
    sizes = list(_sizes(pct, x))
    if sizes:
        yield f"{x} of {_span(sizes)} would give it"


def _grim(pct: PrintedNumber, n: int, stated: StatedMethod) -> Remark:
    whole = _whole_of(pct)
    fitting = list(_fitting(pct, n))
    lines: tuple[str, ...]
    if fitting:
        k = fitting[0]
        told = f"{k}/{n} = {shown(Fraction(whole * k, n))}"
        fineness = 10**pct.decimals * whole
        if n >= fineness:
            lines = (f"{told}, but of {n} persons any percentage of these digits can come",)
        else:
            lines = (f"{told} -> {pct.text}: a whole number of persons gives it",)
        return Remark((pct,), Ruling.CONSISTENT, lines, tried=(GRIM,), from_counts=True)
    at = Fraction(pct.value) * n / whole
    near = sorted({max(0, floor(at)), min(n, ceil(at))})
    told = ", ".join(f"{k}/{n} = {shown(Fraction(whole * k, n))}" for k in near)
    if stated.needs_more:
        lines = (f"{told}: none is {pct.text}, and none need be: {stated.excuse}",)
        return Remark((pct,), Ruling.NOT_CHECKABLE, lines, tried=(GRIM,))
    lines = (
        f"no whole number of {n} gives {pct.text}: {told}",
        *_other_sizes(pct, n),
    )
    return Remark((pct,), Ruling.CANNOT, lines, tried=(GRIM,), from_counts=True)


def _other_sizes(pct: PrintedNumber, n: int) -> Iterator[str]:
    """The nearest numbers of persons of whom a whole number gives the percentage."""
    sizes = [
        m for m in range(n - 1, max(1, n - 11), -1) if next(_fitting(pct, m), None) is not None
    ]
    if sizes:
        k = next(_fitting(pct, sizes[0]))
        yield (
            f"of {sizes[0]} persons {k} would give it: another denominator, or an estimate "
            "with censoring or weights"
        )


def _of_any(pct: PrintedNumber, x: int) -> Remark:
    sizes = list(_sizes(pct, x))
    if sizes:
        lines = (f"{x} of {_span(sizes)} gives it; n is not printed",)
        return Remark((pct,), Ruling.CONSISTENT, lines, from_counts=True)
    return Remark((pct,), Ruling.CANNOT, (f"{x} of no number gives it",), from_counts=True)


def _fitting(pct: PrintedNumber, n: int) -> Iterator[int]:
    """The counts of `n` that a sound rounding prints as the percentage."""
    whole = _whole_of(pct)
    low = floor((Fraction(pct.value) - pct.half) * n / whole) - 1
    high = ceil((Fraction(pct.value) + pct.half) * n / whole) + 1
    if high - low > 10_000:
        high = low + 10_000
    for k in range(max(0, low), min(n, high) + 1):
        if convention_of(Fraction(whole * k, n), pct) in SOUND:
            yield k


def _sizes(pct: PrintedNumber, x: int) -> Iterator[int]:
    """The numbers of persons of whom `x` are printed as the percentage."""
    whole = _whole_of(pct)
    least, most = Fraction(pct.value) - pct.half, Fraction(pct.value) + pct.half
    if x == 0 or most <= 0:
        return
    first = max(x, floor(whole * x / most) - 1)
    last = first + 1000 if least <= 0 else ceil(whole * x / least) + 1
    for n in range(first, min(last, first + 1000) + 1):
        if convention_of(Fraction(whole * x, n), pct) in SOUND:
            yield n


def _span(sizes: list[int]) -> str:
    return str(sizes[0]) if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}"
