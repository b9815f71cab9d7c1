"""What leaks would print: never part of a verdict, shown beside it so that their size is seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.omics.expression import Expression, person_means
from remit.omics.labels import Labels
from remit.omics.methods.nested_validation import FoldRecipe, areas_within_folds, validate_once
from remit.omics.signatures import log_values

Floats = npt.NDArray[np.float64]
SHUFFLES = 10
SELECTED = 20


@dataclass(frozen=True, slots=True)
class Leak:
    """A leak by name, and the AUC that it would print, with the true labels and shuffled ones."""

    name: str
    told: str
    area: float
    shuffled: float


def shown_leaks(
    expression: Expression, labels: Labels, recipe: FoldRecipe, seed: int
) -> tuple[Leak, ...]:
    """The leaks that are possible with these samples.

    Args:
        expression: all samples, with several of a person where there are.
    """
    kept = [at for at, who in enumerate(expression.persons) if who in labels.answers]
    chosen = expression.columns(kept)
    found = []
    repeated = len(set(chosen.persons)) < len(chosen.persons)
    if repeated:
        values = np.ascontiguousarray(log_values(chosen).T)
        found.append(_of_samples(chosen.persons, values, labels, recipe, seed))
        chosen = person_means(chosen)
    values = np.ascontiguousarray(log_values(chosen).T)
    found.append(_of_selection(chosen.persons, values, labels, seed))
    return tuple(found)


def _of_samples(
    persons: tuple[str, ...], values: Floats, labels: Labels, recipe: FoldRecipe, seed: int
) -> Leak:
    """Folds of samples: a person is in training and among those left out."""
    random = np.random.default_rng([seed, 1_000_003])
    who = list(dict.fromkeys(persons))
    answers = np.array([labels.answers[one] for one in who])
    columns = [answers] + [random.permutation(answers) for _ in range(SHUFFLES)]
    at = {one: place for place, one in enumerate(who)}
    yes = np.column_stack([column[[at[one] for one in persons]] for column in columns])
    one = validate_once(values, yes.astype(np.float64), recipe, random)
    areas = areas_within_folds(one, yes)
    told = f"{len(persons)} samples of {len(who)} persons split as if each were a person"
    return Leak("samples_split", told, float(areas[0]), float(np.nanmean(areas[1:])))


def _of_selection(persons: tuple[str, ...], values: Floats, labels: Labels, seed: int) -> Leak:
    """Features selected with the labels of everybody, before the folds."""
    random = np.random.default_rng([seed, 1_000_033])
    answers = np.array([labels.answers[one] for one in persons])
    known = values[:, np.isfinite(values).all(axis=0)]
    known = known[:, known.std(axis=0) > 0]
    scaled = (known - known.mean(axis=0)) / known.std(axis=0)
    areas = []
    for at in range(SHUFFLES + 1):
        yes = answers if at == 0 else random.permutation(answers)
        strength = np.abs(scaled.T @ (yes - yes.mean()))
        chosen = known[:, np.argsort(-strength)[:SELECTED]]
        one = validate_once(chosen, yes[:, None].astype(np.float64), FoldRecipe(keep=0), random)
        areas.append(float(areas_within_folds(one, yes[:, None])[0]))
    told = f"the {SELECTED} strongest features chosen with everybody's labels, then validated"
    return Leak("selection_before_folds", told, areas[0], float(np.nanmean(areas[1:])))
