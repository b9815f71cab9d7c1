"""From samples and labels to a verdict: an honest AUC, its null, and the gain over the clinic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.analysis.methods.estimates import Estimate
from remit.errors import OmicsError
from remit.omics.biomarker_verdicts import BiomarkerVerdict, judge_biomarker
from remit.omics.expression import Expression, person_means
from remit.omics.expression_tests import require_one_each
from remit.omics.guards import (
    LEAST_PERMUTATIONS,
    Guard,
    SampleSize,
    affordable,
    clinical_guards,
    origin_guard,
    size_guards,
)
from remit.omics.labels import Labels
from remit.omics.leaks import Leak, shown_leaks
from remit.omics.methods.discrimination import (
    PairCounts,
    area_gain,
    area_under_curve,
    count_pairs,
    expected_half_width,
    findable_area,
)
from remit.omics.methods.nested_validation import (
    FOLDS,
    FoldRecipe,
    areas_within_folds,
    fused_scores,
    validate_once,
)
from remit.omics.methods.person_folds import log10_permutations, permuted_labels
from remit.omics.signatures import log_values

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
# What is offered, by name: every step of each is fitted inside the folds.
PIPELINES: Mapping[str, FoldRecipe] = {
    "ridge": FoldRecipe(keep=2000),
    "ridge_batch_centred": FoldRecipe(keep=2000, centre_batch=True),
    "selected": FoldRecipe(keep=2000, select=20),
}
# Each clinical column stays; one that too many lack decides before.
_CLINICAL = FoldRecipe(keep=0, most_missing=1.0)
SEVERAL = ("refuse", "mean")


@dataclass(frozen=True, slots=True)
class ValidationPlan:
    """How a validation is run; the seed decides folds and permutations."""

    pipeline: str = "ridge"
    repeats: int = 20
    permutations: int = 1000
    seed: int = 1
    show_leaks: bool = False


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a validation found.

    Attributes:
        rule: what a yes is.
        size: what so many persons can carry.
        left_out: why -> how many persons.
        area: of the features, over pairs of persons left out together; `spread` is the standard
            deviation of the repeats' areas.
        p: of permutations of persons' labels within batch and site; `null` their areas.
        clinical, fused, gain: the clinical columns, those with the features, the difference.
        clinical_columns: their names.
        scores: person -> mean rank among the persons left out with them, from 0 to 1.
        origins: `batch` or `site` -> p that it tells the response.
        leaks: what would have been printed with a leak; empty unless asked for.
    """

    rule: str
    plan: ValidationPlan
    size: SampleSize
    left_out: Mapping[str, int]
    area: Estimate
    spread: float
    p: float | None
    null: Floats
    clinical: Estimate | None
    fused: Estimate | None
    gain: Estimate | None
    clinical_columns: tuple[str, ...]
    scores: Mapping[str, float]
    answers: Mapping[str, bool]
    origins: Mapping[str, float]
    guards: tuple[Guard, ...]
    leaks: tuple[Leak, ...]
    notes: tuple[str, ...]
    verdict: BiomarkerVerdict

    @property
    def null_mean(self) -> float | None:
        """The mean AUC of shuffled labels."""
        return float(self.null.mean()) if self.null.size else None

    @property
    def null_range(self) -> tuple[float | None, float | None]:
        """Where 95 % of the AUCs of shuffled labels lie."""
        if not self.null.size:
            return None, None
        low, high = np.quantile(self.null, [0.025, 0.975]).tolist()
        return low, high


@dataclass(frozen=True, slots=True)
class _People:
    """Who is analysed: one row a person."""

    persons: tuple[str, ...]
    values: Floats
    yes: Flags
    batch: npt.NDArray[np.int64]
    strata: npt.NDArray[np.int64]
    clinical: Floats


def predict_response(
    expression: Expression,
    labels: Labels,
    *,
    plan: ValidationPlan | None = None,
    several: str = "refuse",
    clinical: Sequence[str] = (),
) -> Prediction:
    """Whether the features tell who responds, beyond what the clinic knows.

    Args:
        several: what is done where a person has several samples: `refuse`, or `mean`, which takes
            the mean of each person's.
        clinical: columns of the labels that the clinic has anyway, such as proteinuria and eGFR.

    Raises:
        OmicsError: several samples of a person, nobody with both a sample and a label, or a
            pipeline or column that nobody knows.
    """
    plan = plan or ValidationPlan()
    _check(plan, several, clinical, labels)
    samples = expression
    if several == "mean":
        expression = person_means(expression)
    require_one_each(expression)
    people = _people(expression, labels, clinical)
    persons, yes = len(people.persons), int(people.yes.sum())
    left = dict(labels.left_out)
    unlabelled = len(set(expression.persons)) - persons
    unsampled = len(set(labels.answers) - set(expression.persons))
    left |= {"a sample, no label": unlabelled} if unlabelled else {}
    left |= {"a label, no sample": unsampled} if unsampled else {}
    both = 0 < yes < persons
    size = SampleSize(
        persons, yes, affordable(persons, yes), people.values.shape[1],
        findable_area(yes, persons - yes) if both else None,
        expected_half_width(0.75, yes, persons - yes) if both else None,
    )  # fmt: skip
    guards = size_guards(size) + clinical_guards(clinical, people.clinical)
    origins: dict[str, float] = {}
    for name in ("batch", "site"):
        words = [getattr(one, name) for one in expression.samples if one.person in labels.answers]
        guard, p_of = origin_guard(name, words, people.yes)
        guards += [] if guard is None else [guard]
        origins |= {} if p_of is None else {name: p_of}
    ways = log10_permutations(people.yes, people.strata)
    if both and ways < LEAST_PERMUTATIONS:
        told = f"{10**ways:.0f} ways to exchange labels within batch and site: no p means anything"
        guards.append(Guard("few_permutations", told, decides=True))
    if not clinical:
        told = "no clinical columns were given: what the features add to them is not known"
        guards.append(Guard("no_clinical_comparator", told, decides=False))
    if not both or persons < 2 * FOLDS:
        nothing = Estimate(None, warnings=("not fitted",))
        if both:
            told = f"{persons} persons are too few for {FOLDS} folds"
            guards.append(Guard("one_fold", told, decides=True))
        verdict = judge_biomarker(guards, nothing, None, None)
        return Prediction(
            labels.rule, plan, size, left, nothing, 0.0, None, np.empty(0), None, None, None,
            tuple(clinical), {}, dict(zip(people.persons, people.yes.tolist(), strict=True)),
            origins, tuple(guards), (), expression.notes, verdict,
        )  # fmt: skip
    run = _validated(people, plan)
    gain = None
    clinical_area = fused_area = None
    if run.clinical is not None and run.fused is not None:
        clinical_area, fused_area = area_under_curve(run.clinical), area_under_curve(run.fused)
        gain = area_gain(run.fused, run.clinical)
    area = area_under_curve(run.pairs)
    leaks: tuple[Leak, ...] = ()
    if plan.show_leaks:
        leaks = shown_leaks(samples, labels, PIPELINES[plan.pipeline], plan.seed)
    return Prediction(
        labels.rule, plan, size, left, area, run.spread, run.p, run.null, clinical_area,
        fused_area, gain, tuple(clinical),
        dict(zip(people.persons, run.ranks.tolist(), strict=True)),
        dict(zip(people.persons, people.yes.tolist(), strict=True)),
        origins, tuple(guards), leaks, expression.notes,
        judge_biomarker(guards, area, run.p, gain),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DefinedPredictions:
    """The same question under several definitions; `sentence` says under which it holds."""

    predictions: Mapping[str, Prediction]
    sentence: str


def predict_definitions(
    expression: Expression,
    labels: Mapping[str, Labels],
    *,
    plan: ValidationPlan | None = None,
    several: str = "refuse",
    clinical: Sequence[str] = (),
) -> DefinedPredictions:
    """As `predict_response`, under each definition; its errors too."""
    found = {
        name: predict_response(expression, one, plan=plan, several=several, clinical=clinical)
        for name, one in labels.items()
    }
    holds = [name for name, one in found.items() if one.verdict.finding == "biomarker"]
    if not holds:
        sentence = f"it holds under none of {len(found)} definitions"
    elif len(holds) == len(found):
        sentence = f"it holds under all of {len(found)} definitions"
    else:
        sentence = f"it holds under {', '.join(holds)} only, of {len(found)} definitions"
    return DefinedPredictions(found, sentence)


def _check(plan: ValidationPlan, several: str, clinical: Sequence[str], labels: Labels) -> None:
    for word, known, what in (
        (plan.pipeline, tuple(PIPELINES), "pipeline"),
        (several, SEVERAL, "way with several samples"),
    ):
        if word not in known:
            raise OmicsError(
                f"nobody knows this {what}",
                expected=f"one of {', '.join(known)}",
                got=word,
                next_step="name one of them",
            )
    least_of = ((1, plan.repeats, "repeats"), (19, plan.permutations, "permutations"))
    for least, number, what in least_of:
        if number < least:
            raise OmicsError(
                f"there are too few {what}",
                expected=f"{least} or more",
                got=str(number),
                next_step="20 repeats and 1000 permutations are usual",
            )
    for name in clinical:
        if not any(np.isfinite(row.get(name, np.nan)) for row in labels.clinical.values()):
            raise OmicsError(
                "nobody has this clinical column",
                expected="a column of numbers that was read with the labels",
                got=name,
                next_step="name a column that holds numbers, once they are there",
            )


def _people(expression: Expression, labels: Labels, clinical: Sequence[str]) -> _People:
    kept = [at for at, who in enumerate(expression.persons) if who in labels.answers]
    if not kept:
        raise OmicsError(
            "nobody has both a sample and a label",
            expected="the same ids of persons in the sample sheet and the labels",
            got=f"{len(set(expression.persons))} persons in samples, {len(labels.answers)} labels",
            next_step="write the ids alike",
        )
    chosen = expression.columns(kept)
    batch = [one.batch for one in chosen.samples]
    strata = [(one.batch, one.site) for one in chosen.samples]
    rows = [labels.clinical.get(who, {}) for who in chosen.persons]
    numbers = [[row.get(name, np.nan) for name in clinical] for row in rows]
    return _People(
        chosen.persons,
        np.ascontiguousarray(log_values(chosen).T),
        np.array([labels.answers[who] for who in chosen.persons]),
        _numbered(batch),
        _numbered(strata),
        np.array(numbers, np.float64).reshape(len(kept), len(clinical)),
    )


def _numbered(words: Sequence[object]) -> npt.NDArray[np.int64]:
    numbers = {word: at for at, word in enumerate(dict.fromkeys(words))}
    return np.array([numbers[word] for word in words], np.int64)


@dataclass(frozen=True, slots=True)
class _Validated:
    pairs: PairCounts
    spread: float
    p: float | None
    null: Floats
    ranks: Floats
    clinical: PairCounts | None
    fused: PairCounts | None


def _validated(people: _People, plan: ValidationPlan) -> _Validated:
    recipe = PIPELINES[plan.pipeline]
    drawn = np.random.default_rng([plan.seed, 0])
    others = permuted_labels(people.yes, people.strata, plan.permutations, drawn)
    labelled = np.column_stack([people.yes, others])
    numbers = labelled.astype(np.float64)
    areas, pairs, clinical, fused = [], [], [], []
    ranks = np.zeros(len(people.persons))
    for repeat in range(1, plan.repeats + 1):
        seed = [plan.seed, repeat]
        own = validate_once(
            people.values, numbers, recipe, np.random.default_rng(seed), batch=people.batch
        )
        areas.append(areas_within_folds(own, labelled))
        pairs.append(count_pairs(own.scores[:, 0], people.yes, own.folds))
        ranks += _ranks_within(own.scores[:, 0], own.folds) / plan.repeats
        if people.clinical.shape[1]:
            first = numbers[:, :1]
            known = validate_once(people.clinical, first, _CLINICAL, np.random.default_rng(seed))
            together = fused_scores([known, own], first[:, 0])
            clinical.append(count_pairs(known.scores[:, 0], people.yes, own.folds))
            fused.append(count_pairs(together, people.yes, own.folds))
    table = np.array(areas)
    # Where no repeat had two persons to compare, there is no area, and none of the null.
    seen = np.isfinite(table).sum(axis=0)
    mean = np.where(seen > 0, np.nansum(table, axis=0) / np.maximum(seen, 1), np.nan)
    null = mean[1:][seen[1:] > 0]
    p = (1 + int((null >= mean[0]).sum())) / (1 + len(null)) if seen[0] else None
    repeated = table[np.isfinite(table[:, 0]), 0]
    return _Validated(
        _sum(pairs), float(repeated.std(ddof=1)) if len(repeated) > 1 else 0.0, p, null, ranks,
        _sum(clinical) if clinical else None, _sum(fused) if fused else None,
    )  # fmt: skip


def _sum(pairs: Sequence[PairCounts]) -> PairCounts:
    total = pairs[0]
    for one in pairs[1:]:
        total = total.plus(one)
    return total


def _ranks_within(scores: Floats, folds: npt.NDArray[np.int64]) -> Floats:
    """The rank of each person among those of the fold, from 0 to 1; the mean where scores tie."""
    found = np.zeros(len(scores))
    for at in np.unique(folds):
        inside = np.flatnonzero(folds == at)
        own = scores[inside]
        below = (own[:, None] > own).sum(axis=1)
        alike = (own[:, None] == own).sum(axis=1) - 1
        found[inside] = (below + alike / 2) / max(len(inside) - 1, 1)
    return found
