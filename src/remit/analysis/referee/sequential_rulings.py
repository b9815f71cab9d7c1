"""Bounds of a group-sequential design: whether a spending function gives them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from remit.analysis.methods.sequential_designs import SPENDING, sequential_bounds
from remit.analysis.referee.printed_numbers import PrintedNumber
from remit.analysis.referee.printed_rows import PrintedRow
from remit.analysis.referee.roundings import SOUND, convention_of, shown
from remit.analysis.referee.rulings import Remark, Ruling
from remit.errors import MethodError

_LOOKS = frozenset({"info", "information", "times", "looks", "fractions"})
_BOUNDS = frozenset({"z", "bounds", "boundaries", "upper"})
# Programs that integrate coarsely differ from each other by so much of z.
INTEGRATED = 1e-4
_PLACE = re.compile(r"^([a-z_]+)\[[0-9]+\]$")


def sequential_remarks(row: PrintedRow) -> Iterator[Remark]:
    """What the spending functions say of printed bounds."""
    lists: dict[str, list[PrintedNumber]] = defaultdict(list)
    level: PrintedNumber | None = None
    sides = 1
    for number, _ in row.left:
        place = _PLACE.match(number.key.lower())
        if place:
            lists[place.group(1)].append(number)
        elif number.key.lower().startswith("alpha"):
            level = number
            sides = 2 if "two" in number.key.lower() else 1
    looks = next((lists[name] for name in lists if name in _LOOKS), [])
    bounds = next((lists[name] for name in lists if name in _BOUNDS), [])
    if level is None or not looks or len(looks) != len(bounds):
        return
    yield from _of_bounds(looks, bounds, level, sides)
    for number in (*looks, level):
        yield Remark((number,), Ruling.GIVEN, ("taken as printed: the bounds follow from it",))


def _of_bounds(
    looks: list[PrintedNumber], bounds: list[PrintedNumber], level: PrintedNumber, sides: int
) -> Iterator[Remark]:
    times = [look.number for look in looks]
    times = [time / times[-1] for time in times] if times[-1] > 1 else times
    found: dict[str, tuple[float, ...]] = {}
    lines: tuple[str, ...]
    for spending in SPENDING:
        try:
            design = sequential_bounds(times, level=level.number, spending=spending, sides=sides)
        except MethodError as error:
            lines = (error.what,)
            yield from (Remark((bound,), Ruling.NOT_CHECKABLE, lines) for bound in bounds)
            return
        found[f"spending of {spending.replace('_', ' ')}"] = design.upper
    tried = tuple(found)
    # One function for all bounds: that which comes nearest at its worst look.
    name = min(found, key=lambda one: _worst(found[one], bounds))
    for value, bound in zip(found[name], bounds, strict=True):
        told = f"{name}: z = {shown(value, 6)}"
        count = f"{len(tried)} spending functions tried, for all bounds together"
        if _worst(found[name], bounds) > INTEGRATED:
            lines = (
                told,
                count,
                f"no function gives all bounds; this one is nearest to {bound.text}",
            )
            yield Remark((bound,), Ruling.CANNOT, lines, (), tried, from_counts=True)
        elif convention_of(value, bound) in SOUND:
            yield Remark(
                (bound,), Ruling.REPRODUCED, (told, count), (name,), tried, from_counts=True
            )
        else:
            away = shown(abs(value - bound.number), 6)
            lines = (told, count, f"{away} away: as much as programs differ in their integration")
            yield Remark((bound,), Ruling.CLOSE, lines, (), tried, from_counts=True)


def _worst(values: tuple[float, ...], bounds: list[PrintedNumber]) -> float:
    """How far the furthest bound lies from its value, beyond what rounding hides."""
    return max(
        max(0.0, bound.low - value, value - bound.high)
        for value, bound in zip(values, bounds, strict=True)
    )
