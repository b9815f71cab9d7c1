"""One arm in two stages (Simon): the design, and what its data say when the trial has ended.

A trial stops after `n_1` persons when `r_1` of them at most answered; else it goes on to `n`, and
the treatment is taken up when more than `r` answered. An outcome is the stage it ended in and the
sum of answers; outcomes are ordered as the unbiased estimate orders them: by stage, then by sum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from remit.analysis.methods.count_tables import chances, log_ways
from remit.analysis.methods.estimates import LEVEL, Estimate, Significance, require_level
from remit.analysis.methods.register import method
from remit.analysis.methods.two_arm_designs import require_shares
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
KINDS = ("optimal", "minimax")
_EXACT = {"xtol": 1e-14, "rtol": 1e-13}


@dataclass(frozen=True, slots=True)
class TwoStageDesign:
    """Bounds of a design, and what it does.

    Attributes:
        r_1, n_1, r, n: as the module says. size, power: the chance to take the treatment up where
            its share is the poor one, and the good one. expected: persons where it is the poor
            one. early: the chance to stop after the first stage where it is the poor one.
    """

    r_1: int
    n_1: int
    r: int
    n: int
    size: float
    power: float
    expected: float
    early: float


@method(
    "two-stage design of one arm (Simon)",
    reference="Simon R. Control Clin Trials 1989;10:1",
    oracle="two_stage_designs",
    tolerance=1e-9,
)
def simon_design(
    poor: float,
    good: float,
    *,
    level: float = 0.05,
    power: float = 0.8,
    kind: str = "optimal",
    most: int = 100,
) -> TwoStageDesign:
    """The design with the fewest expected persons where the share is poor, of all that hold.

    Args:
        poor, good: the share that is not worth a treatment, and the one that must not be missed.
        kind: "optimal", or "minimax": of those with the fewest persons at most.
        most: persons to search up to.

    Raises:
        MethodError: the shares do not rise, or no design of so many persons holds.
    """
    require_shares(poor, good)
    require_level(level)
    require_level(power)
    if poor >= good or kind not in KINDS:
        raise MethodError(
            "a two-stage design tells a poor share from a good one",
            expected=f"a good share above the poor one, and one of {', '.join(KINDS)}",
            got=f"{poor} and {good}, {kind}",
            next_step="suppose a larger good share",
        )
    best: TwoStageDesign | None = None
    for n in range(2, most + 1):
        for n_1 in range(1, n):
            if best is not None and n_1 >= best.expected:
                break
            best = _better(best, n_1, n, (poor, good), level, power)
        if best is not None and kind == "minimax":
            break
    if best is None:
        raise MethodError(
            "no two-stage design that was searched holds level and power",
            expected=f"a design of {most} persons at most",
            got="none",
            next_step="suppose a larger good share, or search further by `most`",
        )
    return best


def _better(
    best: TwoStageDesign | None,
    n_1: int,
    n: int,
    shares: tuple[float, float],
    level: float,
    power: float,
) -> TwoStageDesign | None:
    """The better of the best so far and those of these numbers of persons."""
    first = [chances(n_1, share) for share in shares]
    stops = [np.cumsum(chance) for chance in first]
    # A first stage that stops too often has no power left.
    last = int(np.searchsorted(stops[1], 1 - power, side="right")) - 1
    if last < 0:
        return best
    expected = n - stops[0][: last + 1] * (n - n_1)
    if best is not None and expected[-1] >= best.expected:
        return best
    tails = [
        _tails(chance, chances(n - n_1, share)) for chance, share in zip(first, shares, strict=True)
    ]
    for r_1 in range(last, -1, -1):
        if best is not None and expected[r_1] >= best.expected:
            break
        fits = np.flatnonzero(tails[0][r_1] <= level)
        if not len(fits):
            continue
        r = int(fits[0]) - 1  # more than r answers: the column counts from r + 1 on
        if tails[1][r_1, r + 1] >= power:
            best = TwoStageDesign(
                r_1,
                n_1,
                r,
                n,
                float(tails[0][r_1, r + 1]),
                float(tails[1][r_1, r + 1]),
                float(expected[r_1]),
                float(stops[0][r_1]),
            )
    return best


def _tails(first: Floats, second: Floats) -> Floats:
    """The chance to go on beyond r_1 (row) and to reach a sum (column), all sums from 0 on."""
    n_1, n_2 = len(first) - 1, len(second) - 1
    joint = np.zeros((n_1 + 1, n_1 + n_2 + 2))
    for count in range(n_1 + 1):
        joint[count, count : count + n_2 + 1] = first[count] * second
    on = np.zeros_like(joint)
    on[:-1] = np.cumsum(joint[::-1], axis=0)[::-1][1:]
    return np.asarray(np.cumsum(on[:, ::-1], axis=1)[:, ::-1])


@method(
    "what a two-stage design does",
    reference="Simon R. Control Clin Trials 1989;10:1",
    oracle="two_stage_designs",
    tolerance=1e-9,
)
def two_stage_power(
    r_1: int, n_1: int, r: int, n: int, *, poor: float, good: float
) -> TwoStageDesign:
    """Level, power, expected persons and early stops of any bounds.

    Raises:
        MethodError: the bounds cannot be, or a share is none.
    """
    _check(r_1, n_1, r, n)
    require_shares(poor, good)
    taken = [float(_outcomes(r_1, n_1, n, share)[1][r + 1 :].sum()) for share in (poor, good)]
    early = float(chances(n_1, poor)[: r_1 + 1].sum())
    return TwoStageDesign(r_1, n_1, r, n, taken[0], taken[1], n - early * (n - n_1), early)


@method(
    "share after two stages (unbiased), with its exact interval",
    reference="Jung SH, Kim KM. Stat Med 2004;23:881",
    oracle="two_stage_designs",
    tolerance=1e-8,
)
def two_stage_estimate(
    count: int, *, r_1: int, n_1: int, n: int, stopped: bool = False, level: float = LEVEL
) -> Estimate:
    """The unbiased estimate with least variance, and the shares that the order does not reject.

    Args:
        count: answers, of `n_1` persons when the trial stopped early, else of `n`.

    Raises:
        MethodError: the bounds or the count cannot be.
    """
    require_level(level)
    _check_outcome(count, r_1, n_1, n, stopped=stopped)
    value = count / n_1 if stopped else _unbiased(count, r_1, n_1, n)
    tail = (1 - level) / 2

    def above(share: float) -> float:
        return _at_least(count, r_1, n_1, n, share, stopped=stopped)

    def below(share: float) -> float:
        return 1 - _at_least(count + 1, r_1, n_1, n, share, stopped=stopped)

    # The least outcome of all, and the greatest, leave one side open.
    least = stopped and count == 0
    greatest = not stopped and count == n
    low = 0.0 if least else _root(above, tail)
    high = 1.0 if greatest else _root(below, tail)
    return Estimate(value, low, high, level)


@method(
    "exact p after two stages",
    reference="Jung SH, Owzar K, George SL, Lee T. J Biopharm Stat 2006;16:765",
    oracle="two_stage_designs",
    tolerance=1e-9,
)
def two_stage_test(
    count: int, *, r_1: int, n_1: int, n: int, against: float, stopped: bool = False
) -> Significance:
    """The chance, where the share is `against`, of an outcome that the order puts as high.

    Raises:
        MethodError: as `two_stage_estimate`; a share is none.
    """
    require_shares(against)
    _check_outcome(count, r_1, n_1, n, stopped=stopped)
    return Significance(min(1.0, _at_least(count, r_1, n_1, n, against, stopped=stopped)))


def _unbiased(count: int, r_1: int, n_1: int, n: int) -> float:
    """How many ways lead to the sum with the first person answering, of all ways to it."""
    first = np.arange(max(r_1 + 1, count - (n - n_1)), min(n_1, count) + 1)
    second = log_ways(n - n_1)[count - first]
    ways = log_ways(n_1)[first] + second
    scale = float(ways.max())
    # Of C(n_1, x) ways for the first stage, x / n_1 have the first person among them.
    share = float((np.exp(ways - scale) * first / n_1).sum())
    return share / float(np.exp(ways - scale).sum())


def _outcomes(r_1: int, n_1: int, n: int, share: float) -> tuple[Floats, Floats]:
    """The chance of each sum with an early stop, and of each sum without."""
    first = chances(n_1, share)
    on = first.copy()
    on[: r_1 + 1] = 0.0
    return first[: r_1 + 1], np.convolve(on, chances(n - n_1, share))


def _at_least(count: int, r_1: int, n_1: int, n: int, share: float, *, stopped: bool) -> float:
    early, late = _outcomes(r_1, n_1, n, share)
    if stopped:
        return float(early[count:].sum() + late.sum())
    return float(late[count:].sum())


def _root(rising: Callable[[float], float], wanted: float) -> float:
    return float(brentq(lambda share: rising(share) - wanted, 0.0, 1.0, **_EXACT))


def _check(r_1: int, n_1: int, r: int, n: int) -> None:
    if not (0 <= r_1 < n_1 < n and r_1 <= r < n):
        raise MethodError(
            "a two-stage design has 0 <= r_1 < n_1 < n and r_1 <= r < n",
            expected="such as 3 of 17, then 10 of 37",
            got=f"{r_1} of {n_1}, then {r} of {n}",
            next_step="give the bounds of the protocol",
        )


def _check_outcome(count: int, r_1: int, n_1: int, n: int, *, stopped: bool) -> None:
    _check(r_1, n_1, r_1, n)
    least, most = (0, r_1) if stopped else (r_1 + 1, n)
    if not least <= count <= most:
        raise MethodError(
            "the count does not belong to the stage in which the trial ended",
            expected=f"{least} to {most} answers",
            got=str(count),
            next_step="say whether it stopped early; a trial that ran on against its bound has no "
            "exact inference",
        )
