"""Times known to lie between two visits: Turnbull's curve, and tests of groups by it.

A person's event came after `left` and by `right`: the last visit without it and the first with it.
`right` is infinite where none was seen, `left` is 0 where the first visit had it already; both are
equal where the day itself is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

from remit.analysis.methods.estimates import Estimate, Significance
from remit.analysis.methods.quadratic_forms import chi_square_of
from remit.analysis.methods.register import method
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
ROUNDS = 500
SCORES = ("sun", "finkelstein", "wilcoxon")
ALIKE = "all persons have one score: nothing can be compared"
UNDER_WAY = "the search for the likeliest curve did not end: the curve is near it"


@dataclass(frozen=True, slots=True, eq=False)
class IntervalCurve:
    """The likeliest share without an event, which falls inside of intervals alone.

    Attributes:
        left, right: the intervals in which it falls, after left and by right; shape (intervals,).
        mass: by how much. value: the share from each right on.
        warnings: what whoever reads it has to know.
    """

    left: Floats
    right: Floats
    mass: Floats
    value: Floats
    warnings: tuple[str, ...] = ()

    def at(self, time: float) -> Estimate:
        """The share at a time; None inside of an interval, where no data tell how it falls."""
        inside = (self.left < time) & (time < self.right)
        if inside.any():
            place = int(np.argmax(inside))
            said = f"between {self.left[place]:g} and {self.right[place]:g} nobody knows the curve"
            return Estimate(None, warnings=(*self.warnings, said))
        return Estimate(1.0 - float(self.mass[self.right <= time].sum()), warnings=self.warnings)


@method(
    "survival curve of times between visits (Turnbull)",
    reference="Turnbull BW. J R Stat Soc B 1976;38:290; Wang Y. J R Stat Soc B 2007;69:185",
    oracle="visit_intervals",
    tolerance=1e-6,
)
def turnbull_curve(left: Sequence[float], right: Sequence[float]) -> IntervalCurve:
    """The likeliest curve; it has no bounds, as its error has no known form.

    Raises:
        MethodError: the lists differ in length, nobody is there, or an interval cannot be.
    """
    after, by = _intervals(left, right)
    begins, ends, covers = _innermost(after, by)
    mass, warnings = _likeliest(covers)
    kept = mass > 0
    begins, ends, mass = begins[kept], ends[kept], mass[kept]
    value = np.maximum(1 - np.cumsum(mass), 0.0)
    return IntervalCurve(begins, ends, mass, value, warnings)


@method(
    "test of times between visits (log-rank, permutation form)",
    reference="Sun J. Stat Med 1996;15:1387; Finkelstein DM. Biometrics 1986;42:845; Fay MP, Shaw "
    "PA. J Stat Softw 2010;36(2)",
    oracle="visit_intervals",
    tolerance=1e-6,
)
def interval_log_rank_test(
    left: Sequence[float],
    right: Sequence[float],
    groups: Sequence[object],
    *,
    scores: str = "sun",
) -> Significance:
    """Whether the groups differ in when their events come, by permuting them.

    Args:
        scores: "sun" or "finkelstein", which are log-rank scores of discrete and of grouped
            continuous times; "wilcoxon" weighs early differences more.

    Raises:
        MethodError: as `turnbull_curve`; nobody knows the scores, or a group is missing.
    """
    after, by = _intervals(left, right)
    if len(groups) != len(after) or scores not in SCORES:
        raise MethodError(
            "each person has a group, and the test its scores",
            expected=f"{len(after)} groups, and one of {', '.join(SCORES)}",
            got=f"{len(groups)} groups, {scores}",
            next_step="give a group for every person",
        )
    _, _, covers = _innermost(after, by)
    mass, warnings = _likeliest(covers)
    score = _scores(covers, mass, scores)
    names = sorted({str(group) for group in groups})
    belongs = np.array([[str(group) == name for name in names] for group in groups], np.float64)
    middle = score - score.mean()
    over = middle @ (belongs - belongs.mean(axis=0))
    off = belongs - belongs.mean(axis=0)
    n = len(score)
    variance = float(middle @ middle) / max(n - 1, 1) * (off.T @ off)
    # Equal scores leave errors of rounding alone.
    variance = variance if float(middle @ middle) > 1e-12 else np.zeros_like(variance)
    tested = chi_square_of(over, variance)
    if tested is None:
        return Significance(None, df=0.0, warnings=(*warnings, ALIKE))
    return Significance(*tested, warnings)


def _scores(covers: npt.NDArray[np.bool_], mass: Floats, scores: str) -> Floats:
    """What each person's interval says, by the curve of all persons."""
    before = np.concatenate([[1.0], np.maximum(1 - np.cumsum(mass), 0.0)])
    before[-1] = 0.0
    first = covers.argmax(axis=1)
    last = covers.shape[1] - covers[:, ::-1].argmax(axis=1)
    high, low = before[first], before[last]
    if scores == "wilcoxon":
        return np.asarray(high + low - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.where(before[:-1] > 0, mass / before[:-1], 0.0)
        log_share = np.concatenate([[0.0], -np.cumsum(hazard)])
        if scores == "finkelstein":
            log_share = np.where(before > 0, np.log(np.maximum(before, 1e-300)), 0.0)
        found = (high * log_share[first] - low * log_share[last]) / (high - low)
    return np.asarray(found)


def _intervals(left: Sequence[float], right: Sequence[float]) -> tuple[Floats, Floats]:
    after, by = np.asarray(left, np.float64), np.asarray(right, np.float64)
    if after.ndim != 1 or after.shape != by.shape or not after.size:
        raise MethodError(
            "each person has the end of the time without the event and its latest time",
            expected="two lists of one length, at least 1",
            got=f"{after.size} and {by.size}",
            next_step="give both for every person; infinity where no event was seen",
        )
    wrong = ~(np.isfinite(after) & (after >= 0) & (by >= after))
    if wrong.any():
        place = int(np.argmax(wrong))
        raise MethodError(
            "an event comes after the last visit without it",
            expected="0 <= left <= right, left being finite",
            got=f"{after[place]} and {by[place]}",
            next_step="look at the visits; leave out persons without any, and say how many",
        )
    return after, by


def _innermost(after: Floats, by: Floats) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Where the likeliest curve can fall: from a left end to the next right one.

    Returns:
        Left and right of each, and which person's interval covers which, shape (persons, them).
    """
    # A day that is known is closed at its left: it begins before its own right end.
    begin_rank = np.where(after == by, -1, 1)
    ends = np.concatenate([after, by])
    rank = np.concatenate([begin_rank, np.zeros(len(by), np.int64)])
    is_left = np.concatenate([np.ones(len(after), bool), np.zeros(len(by), bool)])
    order = np.lexsort((rank, ends))
    found = [
        (one, other)
        for one, other in pairwise(order.tolist())
        if is_left[one] and not is_left[other]
    ]
    lefts = np.array([one for one, _ in found])
    rights = np.array([other for _, other in found])
    n = len(after)
    # Equal ends have one place: a person's interval covers what begins and ends with it.
    at, kind = ends[order], rank[order]
    new = (at[1:] != at[:-1]) | (kind[1:] != kind[:-1])
    same = np.concatenate([[0], np.cumsum(new)])
    of = np.empty(len(order), np.int64)
    of[order] = same
    covers = (of[:n, None] <= of[lefts][None, :]) & (of[rights][None, :] <= of[n:, None])
    return ends[lefts], ends[rights], covers


def _likeliest(covers: npt.NDArray[np.bool_]) -> tuple[Floats, tuple[str, ...]]:
    """The masses under which the intervals that were seen are likeliest.

    Each round solves, with no mass below 0, the quadratic problem that the likelihood is nearly
    (Wang's constrained Newton steps), and goes along it as far as the likelihood rises.
    """
    rows, weight = np.unique(covers, axis=0, return_counts=True)
    table = rows.astype(np.float64)
    root = np.sqrt(weight)
    n, number = int(weight.sum()), table.shape[1]
    mass = np.full(number, 1 / number)

    def likelihood(of: Floats) -> float:
        seen = table @ of
        return float(weight @ np.log(seen)) if (seen > 0).all() else -np.inf

    best = likelihood(mass)
    for _ in range(ROUNDS):
        slope = table / (table @ mass)[:, None]
        gradient = weight @ slope
        if gradient.max() <= n * (1 + 1e-10):
            return mass, ()
        # All masses sum to 1: solved with that as one more row, and scaled to it after.
        system = np.vstack([root[:, None] * (slope - 2), np.ones(number)])
        wanted = np.concatenate([np.zeros(len(root)), [1.0]])
        towards = nnls(system, wanted)[0]
        towards = towards / towards.sum()
        step = 1.0
        while step > 1e-10:
            tried = mass + step * (towards - mass)
            now = likelihood(tried)
            if now > best:
                break
            step /= 2
        else:
            # No step rises: what is left are errors of rounding.
            near = gradient.max() <= n * (1 + 1e-6)
            return mass, () if near else (UNDER_WAY,)
        mass, best = np.where(tried > 1e-14, tried, 0.0), now
        mass /= mass.sum()
    return mass, (UNDER_WAY,)
