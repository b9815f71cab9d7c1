"""Repeated nested cross-validation over persons: scores of each by models that never saw them.

Varma S, Simon R. BMC Bioinformatics 2006;7:91 (why the inner folds); Ambroise C, McLachlan GJ. Proc
Natl Acad Sci USA 2002;99:6562 (why every step is inside).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.omics.methods.fold_models import PENALTIES, fold_scores
from remit.omics.methods.fold_preparation import MOST_MISSING, PreparedFold, prepare_fold
from remit.omics.methods.person_folds import person_folds

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
FOLDS = 5


@dataclass(frozen=True, slots=True)
class FoldRecipe:
    """What is done inside each fold.

    Attributes:
        keep: features of the largest variance that stay; 0: all.
        select: features chosen by the training labels; 0: all that stay.
        centre_batch: whether each batch is centred by its training persons.
        most_missing: the share of training persons that may lack a feature that stays.
    """

    keep: int = 2000
    select: int = 0
    centre_batch: bool = False
    most_missing: float = MOST_MISSING


@dataclass(frozen=True, slots=True)
class ValidatedScores:
    """Of one repeat: what models said of persons that they did not see.

    Attributes:
        folds: persons: the fold in which each was left out.
        scores: persons × labellings.
        inner: persons × folds: scores by inner folds of the first labelling, where the person
            was in training; NaN in the fold in which it was left out. They weigh a fusion.
    """

    folds: Whole
    scores: Floats
    inner: Floats


def validate_once(
    values: Floats,
    labels: Floats,
    recipe: FoldRecipe,
    random: np.random.Generator,
    *,
    batch: Whole | None = None,
    folds: int = FOLDS,
) -> ValidatedScores:
    """One repeat: folds of persons, and in each inner folds that choose the penalty.

    Args:
        values: persons × features, one row a person; NaN is a value that is not known.
        labels: persons × labellings, 0 or 1; the first are the true ones, others permuted.
        random: it is used for the folds alone, and as often whatever the values: two models that
            begin with the same state are validated on the same folds.
    """
    persons, ways = labels.shape
    outer = person_folds(persons, folds, random)
    scores, inner_scores = np.empty((persons, ways)), np.full((persons, folds), np.nan)

    def prepared(some: Whole, left: Whole) -> PreparedFold:
        centre = batch if recipe.centre_batch else None
        return prepare_fold(
            values, some, left, keep=recipe.keep, batch=centre, most_missing=recipe.most_missing
        )

    for at in range(folds):
        train, test = np.flatnonzero(outer != at), np.flatnonzero(outer == at)
        inner = person_folds(len(train), folds, random)
        loss = np.zeros((len(PENALTIES), ways))
        kept = np.empty((len(PENALTIES), len(train)))
        for within in range(folds):
            some, left = train[inner != within], train[inner == within]
            fold = prepared(some, left)
            found = fold_scores(fold, labels[some], select=recipe.select)
            off = labels[left] - labels[some].mean(axis=0) - found
            loss += (off**2).sum(axis=1)
            kept[:, inner == within] = found[:, :, 0]
        best = loss.argmin(axis=0)
        inner_scores[train, at] = kept[best[0]]
        fold = prepared(train, test)
        found = fold_scores(fold, labels[train], select=recipe.select)
        scores[test] = np.take_along_axis(found, best[None, None, :], axis=0)[0]
    return ValidatedScores(outer, scores, inner_scores)


def areas_within_folds(found: ValidatedScores, labels: npt.NDArray[np.bool_]) -> Floats:
    """The area of each labelling over pairs of persons that were left out together.

    Returns:
        NaN for a labelling without such a pair.
    """
    won, compared = np.zeros(labels.shape[1]), np.zeros(labels.shape[1])
    for at in np.unique(found.folds):
        inside = found.folds == at
        s, y = found.scores[inside], labels[inside]
        for one in range(len(s)):
            pair = y[one][None, :] & ~y
            higher = (s[one][None, :] > s) + 0.5 * (s[one][None, :] == s)
            won += (higher * pair).sum(axis=0)
            compared += pair.sum(axis=0)
    return np.where(compared > 0, won / np.maximum(compared, 1), np.nan)


def fused_scores(parts: Sequence[ValidatedScores], labels: Floats) -> Floats:
    """Scores of several models as one, the weights learnt by inner scores of training persons.

    Weights are those of least squares, none below 0: a score that speaks against itself is out.

    Args:
        parts: of the same folds.
        labels: persons: 0 or 1.
    """
    folds = parts[0].folds
    assert all((one.folds == folds).all() for one in parts), "models of other folds"
    fused = np.empty(len(labels))
    for at in np.unique(folds):
        train, test = folds != at, folds == at
        x = np.column_stack([one.inner[train, at] for one in parts])
        weights = _least_squares(x - x.mean(axis=0), labels[train] - labels[train].mean())
        fused[test] = np.column_stack([one.scores[test, 0] for one in parts]) @ weights
    return fused


def _least_squares(x: Floats, y: Floats) -> Floats:
    from scipy.optimize import nnls

    return np.asarray(nnls(x, y)[0], np.float64)
