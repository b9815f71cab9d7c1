"""One arm watched as it goes, by a beta prior: bounds by posterior or predictive chance, and what
they do exactly, by all paths of counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, betaincinv, betaln

from remit.analysis.methods.count_tables import chances, log_ways
from remit.analysis.methods.estimates import LEVEL, Estimate, require_counts, require_level
from remit.analysis.methods.one_proportion import NOBODY
from remit.analysis.methods.register import method
from remit.analysis.methods.two_arm_designs import require_shares
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MonitoringPlan:
    """Bounds at each look, and what they do.

    Attributes:
        looks: persons at each, the last being all. futile: at most so many answers stop the trial
            as futile; -1 where none do. effective: so many or more stop it as effective, one more
            than there are persons where none do. At the last look one of both holds.
        shares: true shares asked about. taken, dropped: the chance to end as effective, and as
            futile, at each. expected: persons at each. early: the chance to end before the last
            look.
    """

    looks: tuple[int, ...]
    futile: tuple[int, ...]
    effective: tuple[int, ...]
    shares: tuple[float, ...]
    taken: tuple[float, ...]
    dropped: tuple[float, ...]
    expected: tuple[float, ...]
    early: tuple[float, ...]


@method(
    "share after a beta prior",
    reference="Gelman A et al. Bayesian data analysis. 3rd ed. 2013:30",
    oracle="monitored_arms",
    tolerance=1e-9,
)
def beta_posterior(
    count: int, n: int, *, prior: tuple[float, float] = (0.5, 0.5), level: float = LEVEL
) -> Estimate:
    """The mean of the posterior with its interval of equal tails.

    Raises:
        MethodError: the count, the prior or the level cannot be.
    """
    require_counts("a share", (count, n))
    require_level(level)
    _check_prior(prior)
    a, b = prior[0] + count, prior[1] + n - count
    tail = (1 - level) / 2
    warnings = () if n else (NOBODY + "; this is the prior",)
    low, high = (float(betaincinv(a, b, at)) for at in (tail, 1 - tail))
    return Estimate(a / (a + b), low, high, level, warnings)


@method(
    "monitoring of one arm by the posterior chance",
    reference="Thall PF, Simon R. Biometrics 1994;50:337",
    oracle="monitored_arms",
    tolerance=1e-9,
)
def posterior_monitoring(
    looks: Sequence[int],
    *,
    target: float,
    futility: float,
    efficacy: float,
    shares: Sequence[float],
    prior: tuple[float, float] = (0.5, 0.5),
    final: float | None = None,
) -> MonitoringPlan:
    """A look stops where the chance that the share exceeds `target` is too small, or large enough.

    Args:
        looks: persons at each look, ascending; the last has all.
        futility: below this chance the trial stops as futile; 0 for never.
        efficacy: above this one it stops as effective; 1 for never.
        final: above this one it ends as effective at the last look; `efficacy` when None.
        shares: true shares at which to say what the plan does.

    Raises:
        MethodError: looks that do not rise, a chance or a share that is none.
    """
    _check(looks, target, shares, prior, futility, efficacy)
    wanted = efficacy if final is None else final
    futile, effective = [], []
    for look in looks[:-1]:
        chance = _posterior(look, target, prior)
        futile.append(int((chance < futility).sum()) - 1)
        effective.append(look + 1 - int((chance > efficacy).sum()))
    last = looks[-1] + 1 - int((_posterior(looks[-1], target, prior) > wanted).sum())
    return _plan(looks, [*futile, last - 1], [*effective, last], shares)


@method(
    "monitoring of one arm by the predictive chance",
    reference="Lee JJ, Liu DD. Clin Trials 2008;5:93",
    oracle="monitored_arms",
    tolerance=1e-9,
)
def predictive_monitoring(
    looks: Sequence[int],
    *,
    target: float,
    futility: float,
    final: float,
    shares: Sequence[float],
    efficacy: float = 1.0,
    prior: tuple[float, float] = (0.5, 0.5),
) -> MonitoringPlan:
    """A look stops where the chance to end as effective, were the trial to go on, says so.

    Args:
        futility, efficacy: below, and above, this predictive chance; 0 and 1 for never.
        final: the trial ends as effective where the share exceeds `target` with more than this
            posterior chance.

    Raises:
        MethodError: as `posterior_monitoring`.
    """
    _check(looks, target, shares, prior, futility, efficacy)
    require_level(final)
    all_ = looks[-1]
    last = all_ + 1 - int((_posterior(all_, target, prior) > final).sum())
    futile, effective = [], []
    for look in looks[:-1]:
        left = all_ - look
        further = [
            _predicted(left, prior[0] + count, prior[1] + look - count)[max(last - count, 0) :]
            for count in range(look + 1)
        ]
        chance = np.minimum([float(one.sum()) for one in further], 1.0)
        futile.append(int((chance < futility).sum()) - 1)
        effective.append(look + 1 - int((chance > efficacy).sum()))
    return _plan(looks, [*futile, last - 1], [*effective, last], shares)


def _posterior(n: int, target: float, prior: tuple[float, float]) -> Floats:
    """The chance that the share exceeds the target after 0, 1 … n answers; it rises with them."""
    count = np.arange(n + 1)
    return np.asarray(1 - betainc(prior[0] + count, prior[1] + n - count, target))


def _predicted(n: int, a: float, b: float) -> Floats:
    """The chance of 0, 1 … n further answers where the share has a beta distribution."""
    k = np.arange(n + 1)
    return np.asarray(np.exp(log_ways(n) + betaln(a + k, b + n - k) - betaln(a, b)))


def _plan(
    looks: Sequence[int], futile: list[int], effective: list[int], shares: Sequence[float]
) -> MonitoringPlan:
    found = [_walk(looks, futile, effective, share) for share in shares]
    taken, dropped, expected, early = (tuple(one[i] for one in found) for i in range(4))
    return MonitoringPlan(
        tuple(looks),
        tuple(futile),
        tuple(effective),
        tuple(shares),
        taken,
        dropped,
        expected,
        early,
    )


def _walk(
    looks: Sequence[int], futile: list[int], effective: list[int], share: float
) -> tuple[float, float, float, float]:
    """Ended as effective, as futile, persons, and before the last look; all at a true share."""
    open_, before = np.ones(1), 0
    taken = dropped = expected = early = 0.0
    for look, low, high in zip(looks, futile, effective, strict=True):
        open_ = np.convolve(open_, chances(look - before, share))
        before = look
        down, up = float(open_[: low + 1].sum()), float(open_[high:].sum())
        if look != looks[-1]:
            early += down + up
        taken, dropped = taken + up, dropped + down
        expected += look * (down + up)
        open_[: low + 1] = 0.0
        open_[high:] = 0.0
    return taken, dropped, expected, early


def _check_prior(prior: tuple[float, float]) -> None:
    if len(prior) != 2 or not all(0 < one < 1e9 for one in prior):
        raise MethodError(
            "a beta prior has two numbers above 0",
            expected="such as (0.5, 0.5)",
            got=str(prior),
            next_step="give the answers and the failures that the prior is worth",
        )


def _check(
    looks: Sequence[int],
    target: float,
    shares: Sequence[float],
    prior: tuple[float, float],
    futility: float,
    efficacy: float,
) -> None:
    _check_prior(prior)
    require_shares(target, futility, efficacy, *shares)
    if len(looks) == 0 or looks[0] < 1 or any(b <= a for a, b in pairwise(looks)):
        raise MethodError(
            "looks are at rising numbers of persons",
            expected="such as [10, 20, 30]",
            got=str(list(looks)),
            next_step="give the persons of each look, the last having all",
        )
    if futility >= efficacy:
        raise MethodError(
            "a trial cannot be futile and effective at once",
            expected="a chance for futility below that for efficacy",
            got=f"{futility} and {efficacy}",
            next_step="lower the first or raise the second",
        )
