"""Trials that look at their data as they go: bounds by spending the level, power, information.

A look stands at its share of the whole information: of the persons, or of the events. The statistic
z of each look has, under a drift, mean drift x root of that share; the drift is the mean of the z
that a trial would have at its end. The chances come from integrating over the z of one look after
the other (Armitage P, McPherson CK, Rowe BC. J R Stat Soc A 1969;132:235).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import e as euler
from math import expm1, inf, isfinite, log, sqrt

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from remit.analysis.methods.estimates import require_level
from remit.analysis.methods.register import method
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
SPENDING = ("obrien_fleming", "pocock", "hwang_shih_decani", "power")
# Beyond so many standard errors no chance is left that counts.
_FAR = 9.0
_PANEL = np.polynomial.legendre.leggauss(16)
_EXACT = {"xtol": 1e-12, "rtol": 1e-12}


@dataclass(frozen=True, slots=True)
class SequentialDesign:
    """Bounds of a trial with several looks.

    Attributes:
        times: share of the information at each look; the last is 1.
        upper: z from which on a look stops for success. lower: z up to which it stops: as futile
            with one side, for success of the other group with two; -inf where it does not.
        spent: of the level, up to each look. nominal: p of each upper bound, of as many sides.
        sides: 1 or 2. level: of all looks together.
        drift: that the futility bounds suppose; None without.
    """

    times: tuple[float, ...]
    upper: tuple[float, ...]
    lower: tuple[float, ...]
    spent: tuple[float, ...]
    nominal: tuple[float, ...]
    sides: int
    level: float
    drift: float | None = None


@dataclass(frozen=True, slots=True)
class SequentialPower:
    """What a design does under a drift.

    Attributes:
        power: the chance to end in success (of either group, with two sides). upper, lower: the
            chance to stop at each look by each bound. expected: share of the whole information.
        drift: that was supposed. inflation: information over that of one look with this power.
    """

    power: float
    upper: tuple[float, ...]
    lower: tuple[float, ...]
    expected: float
    drift: float
    inflation: float | None


def spent_level(spending: str, time: float, level: float, parameter: float | None) -> float:
    """How much of a one-sided level is spent up to a share of the information.

    Raises:
        MethodError: nobody knows the function, or its parameter cannot be.
    """
    if spending not in SPENDING or (parameter is not None and not isfinite(parameter)):
        raise MethodError(
            f"there is no spending function {spending!r} with the parameter {parameter}",
            expected=f"one of {', '.join(SPENDING)}, and a number",
            got=f"{spending}, {parameter}",
            next_step="name one of them",
        )
    if spending == "obrien_fleming":
        return float(2 * ndtr(ndtri(level / 2) / sqrt(time)))
    if spending == "pocock":
        return level * log(1 + (euler - 1) * time)
    if spending == "power":
        return float(level * time ** (3.0 if parameter is None else parameter))
    gamma = -4.0 if parameter is None else parameter
    return level * (time if gamma == 0 else expm1(-gamma * time) / expm1(-gamma))


@method(
    "group-sequential bounds by spending the level",
    reference="Lan KKG, DeMets DL. Biometrika 1983;70:659; Hwang IK, Shih WJ, De Cani JS. Stat Med "
    "1990;9:1439; Kim K, DeMets DL. Biometrika 1987;74:149",
    oracle="sequential_designs",
    tolerance=1e-8,
)
def sequential_bounds(
    times: Sequence[float],
    *,
    level: float = 0.025,
    spending: str = "obrien_fleming",
    parameter: float | None = None,
    sides: int = 1,
) -> SequentialDesign:
    """The bounds at which the level is spent as its function says.

    Args:
        times: share of the information at each look, rising to 1.
        parameter: of Hwang, Shih and DeCani (-4 when None), or of the power (3).
        sides: 2 for a level and bounds of both sides, which mirror each other.

    Raises:
        MethodError: the times, the level, the sides or the function cannot be.
    """
    _check(times, level, sides)
    own = level / sides
    spent = [spent_level(spending, time, own, parameter) for time in times]
    upper: list[float] = []
    walk = _Walk(0.0)
    before = 0.0
    for time, now in zip(times, spent, strict=True):
        if now - before <= 0:
            upper.append(inf)
        else:
            upper.append(_bound(walk, time, now - before))
        low = -upper[-1] if sides == 2 else -inf
        walk = walk.after(time, low, upper[-1])
        before = now
    lower = tuple(-bound if sides == 2 else -inf for bound in upper)
    nominal = tuple(float(sides * ndtr(-bound)) for bound in upper)
    all_spent = tuple(sides * one for one in spent)
    return SequentialDesign(tuple(times), tuple(upper), lower, all_spent, nominal, sides, level)


@method(
    "power of a group-sequential design",
    reference="Jennison C, Turnbull BW. Group sequential methods. 2000:348",
    oracle="sequential_designs",
    tolerance=1e-8,
)
def sequential_power(design: SequentialDesign, *, drift: float) -> SequentialPower:
    """The chance to stop at each look, and the information to expect, under a drift.

    Raises:
        MethodError: the drift is no number.
    """
    if not isfinite(drift):
        raise MethodError(
            "a drift is the mean of z at the end of a trial",
            expected="a number, such as 3.24",
            got=str(drift),
            next_step="take the effect over its standard error",
        )
    upper, lower = _crossings(design, drift)
    stops = [up + down for up, down in zip(upper, lower, strict=True)]
    expected = sum(t * stop for t, stop in zip(design.times, stops, strict=True))
    expected += 1 - sum(stops)
    power = sum(upper) + (sum(lower) if design.sides == 2 else 0.0)
    return SequentialPower(
        power, tuple(upper), tuple(lower), expected, drift, _inflation(design, power, drift)
    )


@method(
    "drift for the power of a group-sequential design",
    reference="Jennison C, Turnbull BW. Group sequential methods. 2000:37",
    oracle="sequential_designs",
    tolerance=1e-8,
)
def sequential_size(design: SequentialDesign, *, power: float = 0.8) -> SequentialPower:
    """The drift with the power; its `inflation` times the persons of one look are to be planned.

    Raises:
        MethodError: the power does not lie between the level and 1.
    """
    require_level(power)
    if power <= design.level:
        raise MethodError(
            "a power exceeds the level",
            expected=f"more than {design.level}",
            got=str(power),
            next_step="ask for a power such as 0.8",
        )

    def off(drift: float) -> float:
        return sequential_power(design, drift=drift).power - power

    top = 1.0
    while off(top) < 0:
        top *= 2
    return sequential_power(design, drift=float(brentq(off, 0.0, top, **_EXACT)))


@method(
    "futility bounds by spending the chance to miss",
    reference="Pampallona S, Tsiatis AA, Kim K. Drug Inf J 2001;35:1113",
    oracle="sequential_designs",
    tolerance=1e-8,
)
def futility_bounds(
    design: SequentialDesign,
    *,
    power: float = 0.8,
    spending: str = "hwang_shih_decani",
    parameter: float | None = None,
) -> SequentialDesign:
    """The design with bounds below which success is no longer to be expected.

    They need not be kept: the upper bounds stay as they are, and so does the level. `drift` is
    the one at which the design with these bounds has the power.

    Raises:
        MethodError: the design has two sides, or the power cannot be.
    """
    require_level(power)
    if design.sides != 1 or power <= design.level:
        raise MethodError(
            "futility bounds belong to a design of one side, with a power above its level",
            expected=f"one side and a power above {design.level}",
            got=f"{design.sides} sides, {power}",
            next_step="make the bounds with sides=1",
        )
    miss = 1 - power
    shares = [spent_level(spending, time, miss, parameter) for time in design.times]

    def lower(drift: float) -> tuple[list[float], float]:
        """The bounds of the looks before the last, and the chance to end in success."""
        found: list[float] = []
        walk, before, reached = _Walk(drift), 0.0, 0.0
        for time, top, now in zip(design.times[:-1], design.upper, shares, strict=False):
            reached += 0.0 if top == inf else walk.above(time, top)
            found.append(min(_bound(walk, time, now - before, below=True), top))
            walk = walk.after(time, found[-1], top)
            before = now
        return found, reached + walk.above(1.0, design.upper[-1])

    one = -float(ndtri(design.level)) - float(ndtri(miss))
    top = one
    while lower(top)[1] < power:
        top *= 1.5
    drift = float(brentq(lambda at: lower(at)[1] - power, 0.0, top, **_EXACT))
    return replace(design, lower=(*lower(drift)[0], design.upper[-1]), drift=drift)


@method(
    "conditional power",
    reference="Lan KKG, Wittes J. Biometrics 1988;44:579",
    oracle="sequential_designs",
    tolerance=1e-9,
)
def conditional_power(
    z: float, time: float, *, bound: float, drift: float | None = None
) -> SequentialPower:
    """The chance that z reaches a bound at the end, after what was seen at a look.

    Args:
        time: share of the information, below 1.
        drift: supposed for the rest; when None, that of the trend so far, z over the root of time.

    Raises:
        MethodError: the time does not lie between 0 and 1, or a number is none.
    """
    require_level(time)
    given = z / sqrt(time) if drift is None else drift
    if not all(isfinite(one) for one in (z, bound, given)):
        raise MethodError(
            "z, the bound and the drift are numbers",
            expected="such as z 1.2, bound 1.96",
            got=f"{z}, {bound}, {drift}",
            next_step="give the statistic of the look",
        )
    ahead = (z * sqrt(time) + given * (1 - time) - bound) / sqrt(1 - time)
    power = float(ndtr(ahead))
    return SequentialPower(power, (power,), (1 - power,), 1.0, given, None)


@dataclass(frozen=True, slots=True, eq=False)
class _Walk:
    """Where the sum of information, root of time x z, stands among trials that went on.

    Attributes:
        drift: of the sum by time. time: of the last look. at, weight: points and what stands at
            each; None before the first look, when all stand at 0.
    """

    drift: float
    time: float = 0.0
    at: Floats | None = None
    weight: Floats | None = None

    def above(self, time: float, bound: float) -> float:
        """The chance to be at a z of `bound` or more at a later time."""
        return float(self._moved(time, bound * sqrt(time), 1))

    def below(self, time: float, bound: float) -> float:
        return float(self._moved(time, bound * sqrt(time), -1))

    def _moved(self, time: float, edge: float, sign: int) -> float:
        more = time - self.time
        at = np.zeros(1) if self.at is None else self.at
        weight = np.ones(1) if self.weight is None else self.weight
        return float(weight @ ndtr(sign * (at + self.drift * more - edge) / sqrt(more)))

    def after(self, time: float, low: float, high: float) -> _Walk:
        """The trials that stand between two z at a time and go on."""
        more, root = time - self.time, sqrt(time)
        middle = self.drift * time
        bottom = max(low * root, middle - _FAR * root)
        top = min(high * root, middle + _FAR * root)
        if top <= bottom:
            return _Walk(self.drift, time, np.zeros(1), np.zeros(1))
        # Panels of twice what one step spreads: 16 points each leave no error that counts.
        panels = max(4, int((top - bottom) / sqrt(more) / 2) + 1)
        edges = np.linspace(bottom, top, panels + 1)
        half = np.diff(edges) / 2
        at = (edges[:-1, None] + half[:, None] * (1 + _PANEL[0][None, :])).ravel()
        width = (half[:, None] * _PANEL[1][None, :]).ravel()
        before = np.zeros(1) if self.at is None else self.at
        weight = np.ones(1) if self.weight is None else self.weight
        off = (at[:, None] - before[None, :] - self.drift * more) / sqrt(more)
        density = np.exp(-off * off / 2) @ weight / sqrt(2 * np.pi * more)
        return _Walk(self.drift, time, at, density * width)


def _bound(walk: _Walk, time: float, chance: float, *, below: bool = False) -> float:
    """The z beyond which a walk stands with a chance; infinite where all that stands is less."""
    of: Callable[[float, float], float] = walk.below if below else walk.above
    if walk.weight is not None and chance >= float(walk.weight.sum()):
        return inf if below else -inf
    middle = walk.drift * sqrt(time)
    ends = (middle - 3 * _FAR, middle + 3 * _FAR)
    return float(brentq(lambda z: of(time, z) - chance, *ends, **_EXACT))


def _crossings(design: SequentialDesign, drift: float) -> tuple[list[float], list[float]]:
    walk = _Walk(drift)
    upper, lower = [], []
    for time, low, high in zip(design.times, design.lower, design.upper, strict=True):
        upper.append(0.0 if high == inf else walk.above(time, high))
        lower.append(0.0 if low == -inf else walk.below(time, low))
        walk = walk.after(time, low, high)
    return upper, lower


def _inflation(design: SequentialDesign, power: float, drift: float) -> float | None:
    """Information over that of a trial with one look, the same power and level."""
    if not design.level < power < 1 or drift <= 0:
        return None
    one = -float(ndtri(design.level / design.sides)) + float(ndtri(power))
    return (drift / one) ** 2


def _check(times: Sequence[float], level: float, sides: int) -> None:
    require_level(level)
    rising = all(b > a for a, b in pairwise(times))
    if len(times) == 0 or times[0] <= 0 or times[-1] != 1 or not rising or sides not in (1, 2):
        raise MethodError(
            "looks stand at rising shares of the information, the last at 1; sides are 1 or 2",
            expected="such as [0.25, 0.5, 0.75, 1], 1",
            got=f"{list(times)}, {sides}",
            next_step="divide the persons, or events, of each look by those of the last",
        )
