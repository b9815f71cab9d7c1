"""What stands in the way of an answer: each guard by name, with what it saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from remit.analysis.methods.exact_tables import fisher_test
from remit.omics.methods.affordable_parameters import affordable_parameters, largest_r2
from remit.omics.methods.fold_preparation import MOST_MISSING

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
LEAST_EVENTS = 10
LEAST_PERMUTATIONS = 2.0  # a hundred ways, as a power of ten: else no p below 0.05 means much
HOPED_R2 = (0.2, 0.3)
_MOST_LEVELS = 12


@dataclass(frozen=True, slots=True)
class Guard:
    """Something that a reader of the answer must know.

    Attributes:
        name: `one_class`, `few_events`, `few_parameters`, `batch_tells`, `site_tells`,
            `few_permutations`, `many_candidates`, `no_clinical_comparator`, `clinical_missing`,
            `clinical_alike`, `one_fold`.
        told: in words, with the numbers.
        decides: whether no claim can be made while it stands.
    """

    name: str
    told: str
    decides: bool


@dataclass(frozen=True, slots=True)
class SampleSize:
    """What so many persons can carry, said before anything is fitted.

    Attributes:
        persons, yes: how many there are, and how many with the response.
        affordable: a hoped Cox-Snell R² -> candidate parameters.
        candidates: features that the pipeline looks at.
        findable: the least AUC found with 80 % power; None where none below 0.99 is.
        half_width: of a 95 % interval around an AUC of 0.75.
    """

    persons: int
    yes: int
    affordable: Mapping[float, float]
    candidates: int
    findable: float | None
    half_width: float | None


def size_guards(size: SampleSize) -> list[Guard]:
    """Guards about how many persons there are."""
    fewer = min(size.yes, size.persons - size.yes)
    found = []
    if fewer == 0:
        told = f"all {size.persons} persons have the same label"
        return [Guard("one_class", told, decides=True)]
    if fewer < LEAST_EVENTS:
        told = f"{fewer} persons in the smaller group, fewer than {LEAST_EVENTS}"
        found.append(Guard("few_events", told, decides=True))
    most = max(size.affordable.values(), default=0.0)
    if most < 1:
        told = f"{size.persons} persons carry {most:.1f} parameters at most: not even one score"
        found.append(Guard("few_parameters", told, decides=True))
    elif size.candidates > most:
        told = (
            f"{size.candidates:,} candidate features where {most:.1f} are affordable: "
            "the score orders persons, it is no chance of a response"
        )
        found.append(Guard("many_candidates", told, decides=False))
    return found


def affordable(persons: int, yes: int) -> dict[float, float]:
    """Candidate parameters by hoped R², as far as that R² is possible with this share."""
    if not 0 < yes < persons:
        return {}
    most = largest_r2(yes / persons)
    return {r2: affordable_parameters(persons, r2) for r2 in HOPED_R2 if r2 < most}


def clinical_guards(names: Sequence[str], values: Floats) -> list[Guard]:
    """Clinical columns that say too little to compare the features with.

    Args:
        values: persons × columns; NaN is not known.
    """
    found, alike = [], list[Guard]()
    for name, column in zip(names, values.T, strict=True):
        known = column[np.isfinite(column)]
        lacking = len(column) - len(known)
        what = "what the features add to it is not known"
        if lacking > MOST_MISSING * len(column):
            told = f"{name} is not known of {lacking} of {len(column)} persons: {what}"
            found.append(Guard("clinical_missing", told, decides=True))
        elif (known == known[0]).all():
            told = f"{name} is the same in all persons and tells nothing of them"
            alike.append(Guard("clinical_alike", told, decides=False))
    # The other columns are compared with; where there is none, nothing is.
    if len(alike) == len(names):
        alike = [replace(one, decides=True) for one in alike]
    return found + alike


def origin_guard(name: str, words: Sequence[str], yes: Flags) -> tuple[Guard | None, float | None]:
    """Whether the batch or site of persons tells their response, by Fisher's exact test.

    Returns:
        The guard, where p is below 0.05, and p; None where there is one batch only.
    """
    counts: dict[str, list[int]] = {}
    for word, answer in zip(words, yes.tolist(), strict=True):
        counts.setdefault(word, [0, 0])[int(answer)] += 1
    if len(counts) < 2:
        return None, None
    # The rarest levels as one: enumeration has its limits, and they say little each.
    ordered = sorted(counts.values(), key=sum, reverse=True)
    head, rest = ordered[: _MOST_LEVELS - 1], ordered[_MOST_LEVELS - 1 :]
    table = head + ([[sum(one) for one in zip(*rest, strict=True)]] if rest else [])
    p = fisher_test(table).p
    if p is None or p >= 0.05:
        return None, p
    told = f"the {name} alone tells the response (p {p:.3g}, {len(counts)} of them)"
    return Guard(f"{name}_tells", told, decides=True), p
