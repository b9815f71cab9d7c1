"""A verdict on made samples with a known truth: planted is found, nothing is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from remit.errors import OmicsError
from remit.omics.biomarker_verdicts import BiomarkerFinding
from remit.omics.expression import Expression, read_expression
from remit.omics.labels import Labels, read_labels
from remit.omics.methods.nested_validation import areas_within_folds, validate_once
from remit.omics.methods.person_folds import permuted_labels
from remit.omics.prediction import (
    PIPELINES,
    Prediction,
    ValidationPlan,
    predict_definitions,
    predict_response,
)
from remit.omics.samples import read_samples
from remit.simulate.expression_samples import MadeSamples, write_made_samples

CLINICAL = ("proteinuria", "egfr")
SHORT = ValidationPlan(repeats=3, permutations=99)


def made(folder: Path, what: MadeSamples, seed: int = 1) -> tuple[Expression, Labels]:
    out = write_made_samples(folder / "made", what, seed=seed)
    sheet = read_samples(out / "samples.csv")
    labels = read_labels(out / "labels.csv", rule="made", clinical=CLINICAL)
    return read_expression(sheet.samples), labels


def test_a_planted_biomarker_is_found(tmp_path: Path) -> None:
    expression, labels = made(tmp_path, MadeSamples(planted=12, effect=1.2))
    found = predict_response(expression, labels, plan=SHORT, clinical=CLINICAL)
    assert found.verdict.finding is BiomarkerFinding.BIOMARKER
    assert found.p == 0.01  # 1 of 100, the least there is
    assert found.gain is not None
    assert found.gain.low is not None
    assert found.gain.low > 0


@pytest.mark.parametrize("effect", [np.nan, np.inf, -1e308])
def test_an_effect_that_is_no_size_makes_no_samples(tmp_path: Path, effect: float) -> None:
    with pytest.raises(OmicsError, match="effect is out of range"):
        made(tmp_path, MadeSamples(planted=3, effect=effect))
    assert not list(tmp_path.iterdir())


def test_nothing_planted_is_not_found(tmp_path: Path) -> None:
    expression, labels = made(tmp_path, MadeSamples())
    found = predict_response(expression, labels, plan=SHORT, clinical=CLINICAL)
    assert found.verdict.finding is BiomarkerFinding.NOT_SHOWN
    assert found.verdict.sentence.startswith("no biomarker here")


def test_what_the_clinic_knows_is_no_biomarker(tmp_path: Path) -> None:
    """The features say what proteinuria says, and no more."""
    expression, labels = made(tmp_path, MadeSamples(clinical_effect=2.5))
    upcr = np.array([labels.clinical[who]["proteinuria"] for who in expression.persons])
    values = expression.values.copy()
    values[:40] = -np.log(upcr) * 2 + 0.3 * values[:40]
    copied = replace(expression, values=values)
    found = predict_response(copied, labels, plan=SHORT, clinical=CLINICAL)
    assert found.p == 0.01
    assert found.verdict.finding is BiomarkerFinding.NOT_SHOWN
    assert "beyond the clinical columns" in found.verdict.sentence
    alone = predict_response(copied, labels, plan=SHORT)
    assert alone.verdict.finding is BiomarkerFinding.CANNOT
    assert "no clinical columns" in alone.verdict.sentence


def test_a_batch_that_tells_the_response_decides(tmp_path: Path) -> None:
    expression, labels = made(tmp_path, MadeSamples(planted=12, effect=1.5))
    samples = tuple(
        replace(one, batch="run_1" if labels.answers[one.person] else "run_2")
        for one in expression.samples
    )
    told = predict_response(
        replace(expression, samples=samples), labels, plan=SHORT, clinical=CLINICAL
    )
    assert told.verdict.finding is BiomarkerFinding.CANNOT
    assert {guard.name for guard in told.guards if guard.decides} == {
        "batch_tells", "few_permutations",
    }  # fmt: skip


def test_samples_of_a_person_are_refused(tmp_path: Path) -> None:
    expression, labels = made(tmp_path, MadeSamples(persons=40))
    later = tuple(replace(one, id=f"{one.id}2", visit="week_4") for one in expression.samples)
    twice = replace(
        expression,
        samples=expression.samples + later,
        values=np.concatenate([expression.values, expression.values], axis=1),
    )
    with pytest.raises(OmicsError, match="several samples of a person"):
        predict_response(twice, labels, plan=SHORT)
    mean = predict_response(twice, labels, plan=SHORT, several="mean")
    once = predict_response(expression, labels, plan=SHORT)
    assert mean.area == once.area  # the mean of the same twice


@pytest.mark.parametrize(
    ("kept", "name"), [(4, "few_events"), (0, "one_class"), (None, "few_parameters")]
)
def test_too_few_persons_make_no_claim(tmp_path: Path, kept: int | None, name: str) -> None:
    expression, labels = made(tmp_path, MadeSamples(persons=60, planted=20, effect=3.0))
    yes = [who for who, answer in labels.answers.items() if answer]
    no = [who for who, answer in labels.answers.items() if not answer]
    chosen = labels.only([*yes[:11], *no[:11]] if kept is None else [*yes[:kept], *no])
    found = predict_response(expression, chosen, plan=SHORT, clinical=CLINICAL)
    assert found.verdict.finding is BiomarkerFinding.CANNOT
    assert name in {guard.name for guard in found.guards}


@pytest.mark.parametrize(
    ("every", "value", "name"), [(3, np.nan, "clinical_missing"), (1, 90.0, "clinical_alike")]
)
def test_a_clinical_column_that_says_too_little_decides(
    tmp_path: Path, every: int, value: float, name: str
) -> None:
    """A model without the column is no comparator for it."""
    expression, labels = made(tmp_path, MadeSamples(planted=12, effect=1.2))
    clinical = {
        who: dict.fromkeys(CLINICAL, value) if at % every == 0 else row
        for at, (who, row) in enumerate(labels.clinical.items())
    }
    poor = replace(labels, clinical=clinical)
    found = predict_response(expression, poor, plan=SHORT, clinical=CLINICAL)
    assert found.verdict.finding is BiomarkerFinding.CANNOT
    assert name in {guard.name for guard in found.guards if guard.decides}


def test_persons_who_were_never_left_out_together_give_no_p(tmp_path: Path) -> None:
    """Two with the response among ten, in folds of two: in some draws they share one."""
    expression, labels = made(tmp_path, MadeSamples(persons=30))
    yes = [who for who, answer in labels.answers.items() if answer][:2]
    no = [who for who, answer in labels.answers.items() if not answer][:8]
    chosen = labels.only([*yes, *no])
    found = [
        predict_response(
            expression, chosen, plan=ValidationPlan(repeats=1, permutations=19, seed=seed)
        )
        for seed in range(1, 41)
    ]
    none = [one for one in found if one.area.value is None]
    assert 0 < len(none) < len(found)
    assert [one.p for one in none] == [None] * len(none)
    assert all(np.isfinite(one.null).all() for one in found)


def test_an_answer_is_said_by_definition(tmp_path: Path) -> None:
    expression, labels = made(tmp_path, MadeSamples(planted=12, effect=1.2))
    answers = dict(labels.answers)
    shuffled = np.random.default_rng(3).permutation(list(answers.values()))
    other = replace(labels, answers=dict(zip(answers, shuffled.tolist(), strict=True)))
    found = predict_definitions(
        expression, {"one": labels, "two": other}, plan=SHORT, clinical=CLINICAL
    )
    assert found.sentence == "it holds under one only, of 2 definitions"


@pytest.mark.parametrize("pipeline", sorted(PIPELINES))
def test_shuffled_labels_are_told_by_chance_in_every_pipeline(pipeline: str) -> None:
    """0.50 ± 0.03 is asked for; the error of the mean of 600 shuffles is 0.004."""
    random = np.random.default_rng(5)
    values, labels = random.normal(size=(40, 80)), np.arange(40) < 12
    ways = permuted_labels(labels, np.zeros(40, np.int64), 600, random)
    batch = (np.arange(40) % 3).astype(np.int64)
    found = validate_once(values, ways.astype(np.float64), PIPELINES[pipeline], random, batch=batch)
    assert abs(float(areas_within_folds(found, ways).mean()) - 0.5) < 0.015


def test_the_same_seed_gives_the_same_answer(tmp_path: Path) -> None:
    expression, labels = made(tmp_path, MadeSamples(persons=40))
    runs: list[Prediction] = [predict_response(expression, labels, plan=SHORT) for _ in range(2)]
    assert runs[0].area == runs[1].area
    assert (runs[0].null == runs[1].null).all()
    backwards = expression.columns(list(range(len(expression.samples)))[::-1])
    assert backwards.persons == expression.persons[::-1]


def test_a_leak_is_shown_with_what_it_does_to_shuffled_labels(tmp_path: Path) -> None:
    expression, labels = made(tmp_path, MadeSamples(features=1500))
    plan = replace(SHORT, show_leaks=True)
    (leak,) = predict_response(expression, labels, plan=plan).leaks
    assert leak.name == "selection_before_folds"
    assert leak.shuffled > 0.75  # of labels that nothing can tell
