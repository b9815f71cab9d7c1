"""Shares of responders at the last visit when answers are missing: chained logistic regressions.

Missing at random: each visit by the group, the covariates and the visits before, in one pass where
nothing is missing but what follows a last answer; by all other visits, in cycles, where there are
gaps. Coefficients are drawn around Firth's, which are finite even where all of a group respond.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from remit.analysis.methods.binary_likelihood import BinaryData, binary_fit
from remit.analysis.methods.estimates import LEVEL, require_level
from remit.analysis.methods.imputed_differences import (
    NOTHING,
    ImputedContrast,
    ImputedDifferences,
)
from remit.analysis.methods.incomplete_answers import IncompleteAnswers, incomplete_answers
from remit.analysis.methods.pooled_estimates import pooled_estimate
from remit.analysis.methods.register import method
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
FIRST, BETWEEN = 10, 5


@method(
    "difference of responders at the last visit by multiple imputation (chained equations)",
    reference="van Buuren S. Stat Methods Med Res 2007;16:219; Rubin DB. Multiple imputation for "
    "nonresponse in surveys. 1987:169",
    oracle="imputed_responses",
    tolerance=0.02,
)
def imputed_responses(
    answers: Sequence[Sequence[int | None]],
    groups: Sequence[str],
    *,
    reference: str,
    random: int | np.random.Generator,
    covariates: Sequence[Sequence[float]] = (),
    imputations: int = 100,
    level: float = LEVEL,
) -> ImputedDifferences:
    """Shares of responders of groups less that of a reference, with the variance of proportions.

    Args:
        answers: a row of each person, one for each visit in order; 1 or true responds, None is
            missing.
        covariates: a row of each person.
        random: a seed or a generator: the same gives the same numbers.

    Raises:
        MethodError: as `incomplete_answers`; an answer is neither yes nor no; the reference is
            unknown; fewer than two imputations.
    """
    require_level(level)
    given = incomplete_answers(answers, groups, covariates)
    if any(one not in (0, 1, None) for row in answers for one in row):
        raise MethodError(
            "each person responds, does not, or has no answer",
            expected="true, false or None",
            got="other values",
            next_step="use imputed_differences for numbers",
        )
    if reference not in given.groups or imputations < 2:
        raise MethodError(
            "groups are compared with one of them, imputed more than once",
            expected=f"one of {', '.join(given.groups)}, and two imputations at least",
            got=f"{reference} and {imputations}",
            next_step="name a group that has persons, and ask for 100 imputations",
        )
    table = np.array([[np.nan if one is None else one for one in row] for row in answers], float)
    generator = np.random.default_rng(random)
    made = np.array(list(_last_visits(given, table, imputations, generator)))
    gone, other = np.isnan(table[:, -1]), given.groups.index(reference)
    members = [given.group == arm for arm in range(len(given.groups))]
    shares = [made[:, member].mean(axis=1) for member in members]
    spreads = [
        share * (1 - share) / member.sum() for share, member in zip(shares, members, strict=True)
    ]
    contrasts = tuple(
        ImputedContrast(
            (name, reference),
            pooled_estimate(
                (shares[arm] - shares[other]).tolist(),
                (spreads[arm] + spreads[other]).tolist(),
                level=level,
            ),
            (int(gone[members[arm]].sum()), int(gone[members[other]].sum())),
        )
        for arm, name in enumerate(given.groups)
        if arm != other
    )
    warnings = () if gone.any() else (NOTHING,)
    return ImputedDifferences(contrasts, "missing_at_random", imputations, warnings)


def _last_visits(
    given: IncompleteAnswers, table: Floats, number: int, random: np.random.Generator
) -> Iterator[Floats]:
    """The last visit of each imputation, one number a person."""
    missing = np.isnan(table)
    base = np.hstack(
        [np.eye(len(given.groups))[given.group][:, 1:], given.values[:, : given.covariates]]
    )
    visits = [place for place in range(table.shape[1]) if missing[:, place].any()]
    filled = table.copy()
    if not given.gaps.any():
        fits = {at: _Chain.of(base, table[:, :at], table[:, at]) for at in visits}
        for _ in range(number):
            for at in visits:
                fits[at].draw(base, filled[:, :at], filled[:, at], missing[:, at], random)
            yield filled[:, -1].copy()
        return
    for at in visits:
        for arm in range(len(given.groups)):
            own = missing[:, at] & (given.group == arm)
            known = table[~missing[:, at] & (given.group == arm), at]
            filled[own, at] = random.choice(known, int(own.sum()))
    for step in range(FIRST + number * BETWEEN):
        for at in visits:
            others = np.delete(filled, at, axis=1)
            chain = _Chain.of(base, others, table[:, at])
            chain.draw(base, others, filled[:, at], missing[:, at], random)
        if step >= FIRST and (step - FIRST) % BETWEEN == BETWEEN - 1:
            yield filled[:, -1].copy()


@dataclass(frozen=True, slots=True, eq=False)
class _Chain:
    """A visit by others: Firth's coefficients, the root of their covariance, columns in use."""

    beta: Floats
    root: Floats
    kept: list[int]

    @classmethod
    def of(cls, base: Floats, others: Floats, answers: Floats) -> _Chain:
        rows = ~np.isnan(answers)
        x = _design(base, others)[rows]
        kept = list(range(x.shape[1]))
        if np.linalg.matrix_rank(x) < len(kept):
            kept = []
            for place in range(x.shape[1]):
                if np.linalg.matrix_rank(x[:, [*kept, place]]) > len(kept):
                    kept.append(place)
        x = x[:, kept]
        width = np.ones(len(kept))
        fit = binary_fit(BinaryData(x, answers[rows], 0 * width, width), penalised=True)
        root = np.asarray(np.linalg.cholesky(fit.covariance), np.float64)
        return cls(fit.beta, root, kept)

    def draw(
        self,
        base: Floats,
        others: Floats,
        column: Floats,
        missing: npt.NDArray[np.bool_],
        random: np.random.Generator,
    ) -> None:
        """Fill the missing answers of a column in its place."""
        beta = self.beta + self.root @ random.standard_normal(len(self.beta))
        chance = expit(_design(base[missing], others[missing])[:, self.kept] @ beta)
        column[missing] = random.random(len(chance)) < chance


def _design(base: Floats, others: Floats) -> Floats:
    return np.hstack([np.ones((len(base), 1)), base, others])
