"""What the planning of any design holds: the result, and the search for what was left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, inf, isfinite

from scipy.optimize import brentq

from remit.analysis.methods.estimates import require_level
from remit.errors import MethodError

EXACT = {"xtol": 1e-12, "rtol": 1e-12}
MOST = 1e7


@dataclass(frozen=True, slots=True)
class PlannedSize:
    """A design with nothing left open.

    Attributes:
        n_1, n_2: persons of the arms, rounded up where they were worked out; n_2 is 0 with one arm.
        exact: persons of the first arm, or events of a time to event, before they were rounded.
        effect: in the unit of the design. power: at `exact`.
        events: of a time to event; None else.
        warnings: what whoever plans by it has to know.
    """

    n_1: int
    n_2: int
    exact: float
    effect: float
    power: float
    events: int | None = None
    warnings: tuple[str, ...] = ()

    @staticmethod
    def of(
        first: float, effect: float, power: float, ratio: float, *, rounded: bool
    ) -> PlannedSize:
        """Two arms by the first one; persons that were worked out are rounded up."""
        whole = ceil if rounded else round
        n_1, n_2 = (int(whole(n - 1e-9)) for n in (first, first * ratio))
        return PlannedSize(n_1, n_2, first, effect, power)


def solved(
    chance: Callable[[float, float], float],
    n: float | None,
    effect: float | None,
    power: float | None,
    *,
    least: float,
    scale: float,
    most: float = inf,
) -> tuple[float, float, float]:
    """Persons, effect and power, of which one was left out; power rises with the others.

    Args:
        chance: persons and effect -> power. least: persons to begin from.
        scale: an effect of its order. most: the largest effect that can be.

    Raises:
        MethodError: not one is left out, persons are not counted, or the power is out of reach.
    """
    one_open(n, effect, power)
    if n is not None and (not isfinite(n) or n <= 0):
        raise MethodError(
            "persons, or events, are counted",
            expected="a number above 0",
            got=str(n),
            next_step="give the persons of the first arm",
        )
    if n is not None and effect is not None:
        return n, effect, chance(n, effect)
    assert power is not None
    if effect is not None:
        known = effect
        if known == 0 or chance(MOST, known) < power:
            raise unreached(power, chance(MOST, known))
        if chance(least, known) >= power:
            return least, known, chance(least, known)
        top = max(4.0, 2 * least)
        while chance(top, known) < power:
            top *= 2
        found = float(brentq(lambda at: chance(at, known) - power, least, top, **EXACT))
        return found, known, chance(found, known)
    assert n is not None
    persons, top = n, min(scale, most)
    while chance(persons, top) < power and top < min(most, 1e6 * scale):
        top = min(2 * top, most)
    if chance(persons, top) < power:
        raise unreached(power, chance(persons, top))
    found = float(brentq(lambda at: chance(persons, at) - power, 0.0, top, **EXACT))
    return persons, found, chance(persons, found)


def one_open(*three: float | None) -> None:
    """Nothing, when two of three are given.

    Raises:
        MethodError: more or fewer are.
    """
    if sum(one is None for one in three) != 1:
        raise MethodError(
            "of persons, effect and power exactly one is worked out",
            expected="two of them given",
            got=", ".join("left out" if one is None else str(one) for one in three),
            next_step="leave out the one you ask for",
        )


def unreached(power: float, reached: float) -> MethodError:
    """The error that no number of persons, or no effect, has the power."""
    return MethodError(
        "the power is not reached",
        expected=f"a power of {power}",
        got=f"{reached:.3f} at most",
        next_step="suppose a larger effect, or plan more persons",
    )


def check_design(
    level: float, sides: int, power: float | None, positive: tuple[float, ...], good: object
) -> None:
    """Nothing, when the numbers of a design can be.

    Args:
        positive: those that have to be above 0. good: whether all else holds.

    Raises:
        MethodError: one cannot.
    """
    require_level(level)
    if power is not None:
        require_level(power)
    if sides not in (1, 2) or not good or not all(isfinite(x) and x > 0 for x in positive):
        raise MethodError(
            "a number of the design cannot be",
            expected="sides 1 or 2, shares from 0 to 1, deviations and ratios above 0, a ratio of "
            "hazards other than 1, a share above the one it is tested against",
            got=f"sides {sides}, {', '.join(map(str, positive))}",
            next_step="see the function for what each one means",
        )
    if power is not None and power <= level:
        raise MethodError(
            "a power exceeds the level",
            expected=f"more than {level}",
            got=str(power),
            next_step="ask for a power such as 0.8",
        )
