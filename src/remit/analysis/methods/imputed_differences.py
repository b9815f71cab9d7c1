"""Groups compared at the last visit when answers are missing: multiple imputation.

Missing at random, or by reference to another group: Carpenter JR, Roger JH, Kenward MG. J Biopharm
Stat 2013;23:1352. What follows a person's last answer is imputed by the strategy; gaps before it
are taken to be missing at random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from remit.analysis.methods.drawn_normals import drawn_normals, fill, holes_of
from remit.analysis.methods.estimates import LEVEL, require_level
from remit.analysis.methods.incomplete_answers import (
    IncompleteAnswers,
    Places,
    incomplete_answers,
)
from remit.analysis.methods.missing_strategies import STRATEGIES, ExpectedMeans
from remit.analysis.methods.pooled_estimates import PooledEstimate, pooled_estimate
from remit.analysis.methods.register import method
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
Random = int | np.random.Generator
NOTHING = "no answer is missing after a last one: nothing was imputed, and no shift changes p"
HELD = "no shift within the limit changes the conclusion"
REFUTED = "p is not below the level without any shift: there is nothing to tip"


@dataclass(frozen=True, slots=True)
class ImputedContrast:
    """The mean of a group less that of the reference at the last visit, adjusted for covariates.

    Attributes:
        groups: the two names, the reference last.
        imputed: persons of either whose last visit was imputed.
    """

    groups: tuple[str, str]
    pooled: PooledEstimate
    imputed: tuple[int, int]


@dataclass(frozen=True, slots=True)
class ImputedDifferences:
    """What multiple imputation gives.

    Attributes:
        contrasts: of each group but the reference, in the order of groups.
        strategy: what was supposed of missing answers. imputations: how many.
    """

    contrasts: tuple[ImputedContrast, ...]
    strategy: str
    imputations: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TippingPoint:
    """How much worse imputed answers must be before a difference is no longer significant.

    Attributes:
        shift: what must be added to each imputed answer of the group; None where nothing tips.
        before, after: the contrast without the shift, and with it (None without one).
        tried: the contrast with each shift that was asked for, on the same imputations.
    """

    shift: float | None
    before: ImputedContrast
    after: ImputedContrast | None
    warnings: tuple[str, ...] = ()
    tried: tuple[ImputedContrast, ...] = ()


@method(
    "difference at the last visit by multiple imputation (at random, or by reference)",
    reference="Rubin DB. Multiple imputation for nonresponse in surveys. 1987; Carpenter JR, Roger "
    "JH, Kenward MG. J Biopharm Stat 2013;23:1352",
    oracle="imputed_differences",
    tolerance=0.02,
)
def imputed_differences(
    answers: Sequence[Sequence[float | None]],
    groups: Sequence[str],
    *,
    reference: str,
    random: Random,
    covariates: Sequence[Sequence[float]] = (),
    strategy: str | Sequence[str] = "missing_at_random",
    shift: float = 0.0,
    imputations: int = 100,
    level: float = LEVEL,
) -> ImputedDifferences:
    """Groups against a reference at the last visit, each imputation by analysis of covariance.

    Args:
        answers: a row of each person, one for each visit in order; None is missing.
        covariates: a row of each person, such as the answer before treatment, which
            `return_to_baseline` takes the first of them for.
        random: a seed or a generator: the same gives the same numbers.
        strategy: a name of `STRATEGIES`, or one for each person.
        shift: added to each imputed answer of the last visit of every group but the reference.

    Raises:
        MethodError: as `incomplete_answers`; the strategy or the reference is unknown; fewer than
            two imputations.
    """
    require_level(level)
    given = incomplete_answers(answers, groups, covariates)
    tables = _imputed_tables(given, reference, strategy, imputations, random)
    found = _contrasts(given, tables, reference, shift, level)
    gone = given.last < given.values.shape[1] - 1
    said = strategy if isinstance(strategy, str) else ", ".join(dict.fromkeys(strategy))
    return ImputedDifferences(found, said, imputations, () if gone.any() else (NOTHING,))


@method(
    "tipping point of a difference at the last visit",
    reference="Yan X, Lee S, Li N. J Biopharm Stat 2009;19:1085; Ratitch B, O'Kelly M, Tosiello R. "
    "Pharm Stat 2013;12:337",
    oracle="imputed_differences",
    tolerance=0.02,
)
def tipping_point(
    answers: Sequence[Sequence[float | None]],
    groups: Sequence[str],
    *,
    reference: str,
    random: Random,
    group: str,
    covariates: Sequence[Sequence[float]] = (),
    strategy: str | Sequence[str] = "missing_at_random",
    imputations: int = 100,
    shifts: Sequence[float] = (),
    limit: float = 10.0,
    level: float = LEVEL,
) -> TippingPoint:
    """The shift of imputed answers at which a group no longer differs from the reference.

    The shift goes towards no difference; every shift is tried on the same imputations.

    Args:
        group: the group whose imputed answers are shifted.
        shifts: what to try beside; added to each imputed answer as it is.
        limit: how far the search goes, in standard deviations of the last visit's answers.

    Raises:
        MethodError: as `imputed_differences`; the group is unknown or the reference.
    """
    require_level(level)
    given = incomplete_answers(answers, groups, covariates)
    place = _place(given, group)
    if group == reference:
        raise MethodError(
            "a group is tipped against another one",
            expected="a group that is not the reference",
            got=group,
            next_step="choose another group",
        )
    tables = _imputed_tables(given, reference, strategy, imputations, random)
    others = [arm for arm, name in enumerate(given.groups) if name != reference]

    def at(shift: float) -> ImputedContrast:
        return _contrasts(given, tables, reference, shift, level, only=place)[others.index(place)]

    before, tried = at(0.0), tuple(at(one) for one in shifts)
    p, value = before.pooled.test.p, before.pooled.estimate.value
    if not (given.last[given.group == place] < given.values.shape[1] - 1).any():
        return TippingPoint(None, before, None, (NOTHING,), tried)
    if p is None or value is None or p >= 1 - level:
        return TippingPoint(None, before, None, (REFUTED,), tried)
    spread = float(np.nanstd(given.values[:, -1])) * given.scale * limit
    side = -1.0 if value > 0 else 1.0

    def over(shift: float) -> float:
        return (at(side * shift).pooled.test.p or 0.0) - (1 - level)

    reach = spread / 64
    while over(reach) < 0:
        reach *= 2
        if reach > spread:
            return TippingPoint(None, before, None, (HELD,), tried)
    shift = side * float(brentq(over, 0.0, reach, xtol=1e-10 * spread))
    return TippingPoint(shift, before, at(shift), (), tried)


def _imputed_tables(
    given: IncompleteAnswers,
    reference: str,
    strategy: str | Sequence[str],
    imputations: int,
    random: Random,
) -> Floats:
    """The last visit of each imputation; shape (imputations, persons)."""
    ways = _ways(given, strategy)
    if imputations < 2:
        raise MethodError(
            "multiple imputation imputes more than once",
            expected="two imputations at least",
            got=str(imputations),
            next_step="ask for 100",
        )
    other, first = _place(given, reference), given.covariates
    extra, places = given.values[:, :first], np.arange(given.values.shape[1] - first)
    last = given.last - first
    after = places > last[:, None]
    holes = holes_of(after, ~after)
    generator = np.random.default_rng(random)
    found = np.empty((imputations, len(given.values)))
    for number, draw in enumerate(drawn_normals(given, imputations, generator)):
        across = draw.covariance[:first, first:]
        slope = np.linalg.solve(draw.covariance[:first, :first], across)
        own, reference_mean = (
            draw.means[arm][:, first:] + (extra - draw.means[arm][:, :first]) @ slope
            for arm in (given.group, np.full_like(given.group, other))
        )
        expected = ExpectedMeans(own, reference_mean, after, last, given.baseline)
        means = own.copy()
        for way, rows in ways.items():
            means[rows] = STRATEGIES[way](expected)[rows]
        table = draw.table[:, first:].copy()
        inner = draw.covariance[first:, first:] - across.T @ slope
        fill(table, holes, means, inner, generator)
        found[number] = table[:, -1]
    return found * given.scale + given.middle


def _ways(given: IncompleteAnswers, strategy: str | Sequence[str]) -> dict[str, Places]:
    """Of each strategy the persons of whom it is supposed, as places in the table."""
    n = len(given.values)
    each = [strategy] * n if isinstance(strategy, str) else list(strategy)
    if len(each) != n:
        raise MethodError(
            "each person has a strategy, or all have one",
            expected=f"one, or {n}",
            got=str(len(each)),
            next_step="give one for every person",
        )
    unknown = [one for one in dict.fromkeys(each) if one not in STRATEGIES]
    if unknown:
        raise MethodError(
            f"there is no strategy {unknown[0]!r} for missing answers",
            expected=f"one of {', '.join(STRATEGIES)}",
            got=unknown[0],
            next_step="choose one of them",
        )
    if "return_to_baseline" in each and not given.covariates:
        raise MethodError(
            "a return to the answer before treatment needs that answer",
            expected="it as the first covariate",
            got="no covariates",
            next_step="give it for every person",
        )
    names = np.array(each)
    return {way: np.flatnonzero(names == way) for way in dict.fromkeys(each)}


def _contrasts(
    given: IncompleteAnswers,
    tables: Floats,
    reference: str,
    shift: float,
    level: float,
    *,
    only: int | None = None,
) -> tuple[ImputedContrast, ...]:
    """An analysis of covariance of each imputation, all at once, pooled.

    Args:
        only: the group to which the shift is added; every group but the reference when None.
    """
    other = _place(given, reference)
    gone = given.last < given.values.shape[1] - 1
    shifted = gone & (given.group == only if only is not None else given.group != other)
    y = tables + shift * shifted
    extra = given.values[:, : given.covariates]
    x = np.hstack([np.eye(len(given.groups))[given.group], extra - extra.mean(axis=0)])
    q, r = np.linalg.qr(x)
    root = np.linalg.inv(r)
    beta = y @ q @ root.T
    left = y - beta @ x.T
    df = len(x) - x.shape[1]
    variance = np.einsum("mi,mi->m", left, left) / df
    found = []
    for arm, name in enumerate(given.groups):
        if arm == other:
            continue
        row = np.zeros(x.shape[1])
        row[arm], row[other] = 1.0, -1.0
        scale = float(((row @ root) ** 2).sum())
        pooled = pooled_estimate(
            (beta @ row).tolist(), (variance * scale).tolist(), complete_df=df, level=level
        )
        counts = (int((gone & (given.group == one)).sum()) for one in (arm, other))
        found.append(ImputedContrast((name, reference), pooled, (next(counts), next(counts))))
    return tuple(found)


def _place(given: IncompleteAnswers, group: str) -> int:
    if group not in given.groups:
        raise MethodError(
            f"there is no group {group!r}",
            expected=f"one of {', '.join(given.groups)}",
            got=group,
            next_step="name a group that has persons",
        )
    return given.groups.index(group)
