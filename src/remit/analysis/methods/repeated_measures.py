"""Repeated measures: groups compared at each visit, whatever the visits that persons missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

from remit.analysis.methods.covariance_analysis import EXACT
from remit.analysis.methods.estimates import LEVEL, Estimate, Significance, require_level
from remit.analysis.methods.kenward_roger import SmallSample
from remit.analysis.methods.register import method
from remit.analysis.methods.residual_covariance import STRUCTURES
from remit.analysis.methods.restricted_likelihood import (
    RestrictedFit,
    VisitPattern,
    restricted_fit,
    visit_patterns,
)
from remit.analysis.methods.visit_design import VisitDesign, visit_design
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class VisitMean:
    """The least-squares mean of a group.

    Attributes:
        visit: None for the average over visits. df: of its interval.
    """

    visit: float | None
    group: str
    mean: Estimate
    error: float
    df: float


@dataclass(frozen=True, slots=True)
class VisitContrast:
    """The mean of one group less that of another.

    Attributes:
        visit: None for the average over visits. groups: the two names.
        difference: with its interval. error: its standard error.
        test: Student's t of no difference.
    """

    visit: float | None
    groups: tuple[str, str]
    difference: Estimate
    error: float
    test: Significance


@dataclass(frozen=True, slots=True)
class RepeatedMeasures:
    """What a mixed model for repeated measures gives.

    Attributes:
        means: by visit and group. contrasts: later groups less earlier ones, by visit.
        overall_means, overall_contrasts: averaged over visits, all of one weight.
        visits: in order. covariance: of a person's answers, a row for each visit.
        structure: of the covariance, as `STRUCTURES` names it.
        log_likelihood: the restricted one.
        n: rows of answers, and persons.
        warnings: a structure that did not converge, and what took its place.
    """

    means: tuple[VisitMean, ...]
    contrasts: tuple[VisitContrast, ...]
    overall_means: tuple[VisitMean, ...]
    overall_contrasts: tuple[VisitContrast, ...]
    visits: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    structure: str
    log_likelihood: float
    n: tuple[int, int]
    warnings: tuple[str, ...] = ()


@method(
    "mixed model for repeated measures (restricted likelihood, Kenward-Roger, linear form)",
    reference="Mallinckrodt CH et al. Drug Inf J 2008;42:303; Kenward MG, Roger JH. Biometrics "
    "1997;53:983",
    oracle="repeated_measures",
    tolerance=1e-7,
)
def repeated_measures(
    response: Sequence[float],
    groups: Sequence[str],
    *,
    persons: Sequence[object],
    visits: Sequence[float],
    covariates: Sequence[Sequence[float]] = (),
    factors: Sequence[Sequence[str]] = (),
    by_visit: bool = True,
    structure: str = "unstructured",
    level: float = LEVEL,
) -> RepeatedMeasures:
    """Groups compared at each visit: group, visit, and group by visit, with covariates and factors.

    One row is one answer; a visit that a person missed has no row. Answers are taken to be missing
    at random.

    Args:
        groups: of each row; ordered as they first occur.
        persons, visits: of each row; visits are ordered by their number.
        covariates: numbers, one list for each covariate; means are at their averages over rows.
        factors: names, one list for each factor, such as the site; all levels weigh alike.
        by_visit: each covariate has a slope of its own at each visit; else one for all.
        structure: to begin with; where it does not converge, the next of `STRUCTURES` is tried,
            and `warnings` say so.

    Raises:
        MethodError: the lists differ in length or hold no numbers, a person has two rows of one
            visit or stands in two groups, a group was not seen at a visit, a term depends on
            others, or no structure converges.
    """
    require_level(level)
    design = visit_design(
        response,
        groups,
        persons,
        visits,
        covariates=covariates,
        factors=factors,
        by_visit=by_visit,
    )
    patterns = visit_patterns(design.x, design.y, design.person, design.visit)
    fit, used, warnings = _converged(patterns, _rough(design), structure)
    small = SmallSample.of(fit)
    frame = _Frame(design, small, level, warnings)
    every = range(len(design.visits))
    scale = design.scale
    return RepeatedMeasures(
        means=tuple(frame.mean([at], group) for at in every for group in design.groups),
        contrasts=tuple(one for at in every for one in frame.contrasts([at])),
        overall_means=tuple(frame.mean(every, group) for group in design.groups),
        overall_contrasts=frame.contrasts(every),
        visits=design.visits,
        covariance=tuple(tuple(row) for row in (fit.matrix * scale**2).tolist()),
        structure=used,
        log_likelihood=design.log_likelihood(fit.deviance),
        n=(len(design.y), len(set(design.person.tolist()))),
        warnings=warnings,
    )


def _converged(
    patterns: Sequence[VisitPattern], rough: Floats, wanted: str
) -> tuple[RestrictedFit, str, tuple[str, ...]]:
    """The first structure that converges, its name, and what was tried before."""
    names = [one.name for one in STRUCTURES]
    if wanted not in names:
        raise MethodError(
            f"there is no covariance structure {wanted!r}",
            expected=f"one of {', '.join(names)}",
            got=wanted,
            next_step="choose one of them",
        )
    failed: list[str] = []
    for one in STRUCTURES[names.index(wanted) :]:
        fit = restricted_fit(patterns, rough, one)
        if fit is not None:
            told = tuple(f"the {title} did not converge" for title in failed)
            if failed:
                told += (f"the {one.title} was used in its place",)
            return fit, one.name, told
        failed.append(one.title)
    raise MethodError(
        "no covariance of repeated answers can be estimated",
        expected="answers that vary, of more persons than the model has terms",
        got=f"{failed[-1]} that does not converge either",
        next_step="leave out a term or a visit, or compare the groups at one visit",
    )


def _rough(design: VisitDesign) -> Floats:
    """Variances and correlations of what is left around least squares, by pairs of visits."""
    left = design.y - design.x @ np.linalg.lstsq(design.x, design.y, rcond=None)[0]
    if float(left @ left) < 1e-20 * len(left):
        raise MethodError(
            "the model leaves no spread: no covariance can be estimated",
            expected="answers that differ between persons alike",
            got="answers that the terms give exactly",
            next_step="count the answers, or leave out a term",
        )
    table = np.full((int(design.person.max()) + 1, len(design.visits)), np.nan)
    table[design.person, design.visit] = left
    seen = np.isfinite(table)
    table = np.where(seen, table, 0.0)
    both = np.maximum(seen.T.astype(float) @ seen, 1.0)
    rough = table.T @ table / both
    least = 1e-3 * float(left @ left) / len(left)
    spread = np.sqrt(np.maximum(np.diag(rough), least))
    together = np.clip(rough / np.outer(spread, spread), -0.95, 0.95)
    np.fill_diagonal(together, 1.0)
    return np.asarray(np.outer(spread, spread) * together, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    """A fitted model that is asked for means and differences."""

    design: VisitDesign
    small: SmallSample
    level: float
    warnings: tuple[str, ...]

    def mean(self, at: Sequence[int], group: str) -> VisitMean:
        value, error, df = self.small.combination(self.design.row(at, group))
        scale, centre = self.design.scale, self.design.centre
        estimate, error = self._estimate(value * scale + centre, error * scale, df)
        return VisitMean(self._visit(at), group, estimate, error, df)

    def contrasts(self, at: Sequence[int]) -> tuple[VisitContrast, ...]:
        made = []
        for earlier, later in combinations(self.design.groups, 2):
            row = self.design.row(at, later) - self.design.row(at, earlier)
            value, error, df = self.small.combination(row)
            estimate, error = self._estimate(
                value * self.design.scale, error * self.design.scale, df
            )
            if error > 0 and estimate.value is not None:
                t = estimate.value / error
                test = Significance(2 * float(stdtr(df, -abs(t))), t, df, self.warnings)
            else:
                test = Significance(None, warnings=(EXACT,))
            made.append(VisitContrast(self._visit(at), (later, earlier), estimate, error, test))
        return tuple(made)

    def _visit(self, at: Sequence[int]) -> float | None:
        return self.design.visits[at[0]] if len(at) == 1 else None

    def _estimate(self, value: float, error: float, df: float) -> tuple[Estimate, float]:
        half = float(stdtrit(df, (1 + self.level) / 2)) * error
        return Estimate(value, value - half, value + half, self.level, self.warnings), error
