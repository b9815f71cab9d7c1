"""Tests of curves: log-rank, weighted and in strata; one trial, or many at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from remit.analysis.methods.estimates import Significance
from remit.analysis.methods.quadratic_forms import chi_square_of
from remit.analysis.methods.register import method
from remit.analysis.methods.survival_curves import counted, watched
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
NO_EVENT = "no event was seen while two groups were at risk: nothing can be compared"


@method(
    "log-rank test, stratified, with weights of Harrington and Fleming",
    reference="Mantel N. Cancer Chemother Rep 1966;50:163; Harrington DP, Fleming TR. Biometrika "
    "1982;69:553; Fleming TR, Harrington DP. Counting processes and survival analysis. 1991:257",
    oracle="log_rank",
    tolerance=1e-9,
)
def log_rank_test(
    times: Sequence[float],
    events: Sequence[bool],
    groups: Sequence[object],
    *,
    strata: Sequence[object] | None = None,
    rho: float = 0.0,
    gamma: float = 0.0,
) -> Significance:
    """Whether the groups differ in when their events come.

    Args:
        strata: the comparison is within them; one when None.
        rho: events weigh the share without an event before, to this power: 0 is the log-rank test,
            1 is Peto's and Prentice's Wilcoxon test.
        gamma: and the share with an event before, to this one: 1 looks at late differences.

    Raises:
        MethodError: the arrays differ in number, a time is no length, or a power is negative.
    """
    time, event = watched(times, events)
    names = sorted({str(group) for group in groups})
    if len(groups) != len(time) or (strata is not None and len(strata) != len(time)):
        raise MethodError(
            "each person has a group, and a stratum where there are strata",
            expected=f"{len(time)} of each",
            got=f"{len(groups)} groups, {len(time if strata is None else strata)} strata",
            next_step="give one for every person",
        )
    if not (0 <= rho < np.inf and 0 <= gamma < np.inf):
        raise MethodError(
            "the weights of events are powers of shares",
            expected="rho and gamma from 0",
            got=f"{rho} and {gamma}",
            next_step="take 0 and 0 for the log-rank test",
        )
    group = np.array([names.index(str(one)) for one in groups])
    layer = np.zeros(len(time), np.int64)
    if strata is not None:
        layer = np.unique([str(one) for one in strata], return_inverse=True)[1]
    over, variance = np.zeros(len(names)), np.zeros((len(names), len(names)))
    for one in np.unique(layer):
        here = layer == one
        some, more = _of_stratum(time[here], event[here], group[here], len(names), (rho, gamma))
        over += some
        variance += more
    tested = chi_square_of(over, variance)
    return Significance(*tested) if tested else Significance(None, df=0.0, warnings=(NO_EVENT,))


def _of_stratum(
    time: Floats,
    event: npt.NDArray[np.bool_],
    group: npt.NDArray[np.int64],
    number: int,
    powers: tuple[float, float],
) -> tuple[Floats, Floats]:
    """Seen less expected events of each group, weighted, and their variance."""
    steps, at_risk, had, _ = counted(time, event)
    place = np.searchsorted(steps, time)
    risk, seen = (np.zeros((number, len(steps))) for _ in range(2))
    np.add.at(risk, (group, place), 1)
    risk = np.cumsum(risk[:, ::-1], axis=1)[:, ::-1]
    np.add.at(seen, (group[event], place[event]), 1)
    n, d = at_risk.astype(float), had.astype(float)
    before = np.concatenate([[1.0], np.cumprod(1 - d / n)[:-1]])
    weight = before ** powers[0] * (1 - before) ** powers[1]
    over = ((seen - risk * d / n) * weight).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(n > 1, weight**2 * d * (n - d) / (n - 1) / n, 0.0)
    share = risk / n
    variance = np.diag((risk * factor).sum(axis=1)) - (risk * factor) @ share.T
    return over, variance


def log_rank_batch(
    times: Floats, events: npt.NDArray[np.bool_], first: npt.NDArray[np.bool_]
) -> Floats:
    """The statistics z of many trials of two groups; no time may occur twice in a trial.

    Args:
        times: shape (trials, persons). events, first: the same shape; `first`: of the first group.

    Returns:
        Seen less expected events of the first group over their standard error, shape (trials,); 0
        where no event can be compared.
    """
    order = np.argsort(times, axis=1, kind="stable")
    event = np.take_along_axis(events, order, axis=1)
    one = np.take_along_axis(first, order, axis=1)
    risk = np.arange(times.shape[1], 0, -1, dtype=np.float64)
    share = np.cumsum(one[:, ::-1], axis=1)[:, ::-1] / risk
    over = ((one - share) * event).sum(axis=1)
    variance = (share * (1 - share) * event).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(variance > 0, over / np.sqrt(variance), 0.0))
