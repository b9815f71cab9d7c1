"""Multiple imputation: printed and closed values, the same numbers again, and bad input."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

import numpy as np
import pytest

from remit.analysis.methods.covariance_analysis import ancova
from remit.analysis.methods.imputed_differences import imputed_differences, tipping_point
from remit.analysis.methods.imputed_responses import imputed_responses
from remit.analysis.methods.missing_strategies import STRATEGIES
from remit.analysis.methods.pooled_estimates import pooled_estimate
from remit.analysis.methods.repeated_measures import repeated_measures
from remit.errors import MethodError

Arguments = dict[str, Any]


def invented(persons: int = 60, *, gaps: bool = True, seed: int = 2) -> Arguments:
    """Answers of two groups at three visits, with a baseline; some leave, some miss a visit."""
    random = np.random.default_rng(seed)
    rows, groups, before = [], [], []
    for person in range(persons):
        group, base = ("drug", "control")[person % 2], random.normal(5, 1.5)
        own = random.normal(0, 0.7)
        row: list[float | None] = [
            0.6 * base + own + 0.9 * visit * (group == "drug") + random.normal(0, 0.8)
            for visit in range(1, 4)
        ]
        left = int(random.choice([1, 2, 3, 3, 3, 3]))
        row = [one if at < left else None for at, one in enumerate(row)]
        if gaps and left == 3 and random.random() < 0.3:
            row[int(random.integers(0, 2))] = None
        rows.append(row)
        groups.append(group)
        before.append([base])
    return {"answers": rows, "groups": groups, "covariates": before, "reference": "control"}


def test_the_printed_example_of_sas() -> None:
    # SAS/STAT User's Guide, The MI Procedure, Getting Started: fitness of 31 men, 5 imputations.
    # Variable: mean, within, between -> error, df, increase, missing information, bounds.
    printed = {
        "oxygen": (47.094040, 0.954041, 0.056930, 1.011116, 25.549, 0.071606, 0.068898),
        "run time": (10.572073, 0.064496, 0.000811, 0.255870, 27.721, 0.015084, 0.014968),
        "run pulse": (171.787793, 3.269089, 0.922032, 2.091776, 15.753, 0.338455, 0.275664),
    }
    bounds = {"oxygen": (45.0139, 49.1742), "run time": (10.0477, 11.0964)}
    bounds["run pulse"] = (167.3478, 176.2278)
    for name, (mean, within, between, error, df, increase, missing) in printed.items():
        step = sqrt(between / 2.5)  # five numbers with this variance around the mean
        found = pooled_estimate(
            [mean + step * place for place in (-2, -1, 0, 1, 2)], [within] * 5, complete_df=30
        )
        assert found.error == pytest.approx(error, abs=1e-6)
        # What is printed of the variance between has three digits of run time.
        assert found.df == pytest.approx(df, abs=2e-3)
        assert (found.increase, found.missing_information) == pytest.approx(
            (increase, missing), abs=1e-5
        )
        assert (found.estimate.low, found.estimate.high) == pytest.approx(bounds[name], abs=5e-5)


def test_rules_without_a_spread() -> None:
    same = pooled_estimate([2.0, 2.0], [0.5, 0.5], complete_df=20)
    assert (same.between, same.increase) == (0.0, 0.0)
    assert same.df == pytest.approx(21 / 23 * 20)
    none = pooled_estimate([2.0, 2.0], [0.0, 0.0])
    assert none.test.p is None
    assert none.estimate.warnings


def test_what_is_missing_at_random_is_a_mixed_models() -> None:
    # Both stand on the same likelihood: imputations without end come near the mixed model, whose
    # covariate has a slope at each visit.
    arguments = invented(120)
    rows = [
        (person, visit, one)
        for person, row in enumerate(arguments["answers"])
        for visit, one in enumerate(row)
        if one is not None
    ]
    groups = [arguments["groups"][person] for person, _, _ in rows]
    model = repeated_measures(
        [one for _, _, one in rows],
        groups,
        persons=[person for person, _, _ in rows],
        visits=[float(visit) for _, visit, _ in rows],
        covariates=[[arguments["covariates"][person][0] for person, _, _ in rows]],
    )
    drug = model.contrasts[-1]
    found = imputed_differences(**arguments, imputations=300, random=3).contrasts[0].pooled
    sign = 1.0 if drug.groups == ("drug", "control") else -1.0
    noise = 3 * sqrt(found.between / 300)
    assert found.estimate.value == pytest.approx(sign * (drug.difference.value or 0), abs=noise)
    assert found.error == pytest.approx(drug.error, rel=0.03)


@pytest.mark.parametrize("strategy", ["missing_at_random", "jump_to_reference"])
def test_one_visit_has_a_closed_form(strategy: str) -> None:
    # Without covariates the mean of imputed answers is that of whose mean they are drawn around.
    random = np.random.default_rng(7)
    drug, control = random.normal(3, 1, 40), random.normal(1, 1, 40)
    answers = [[one] for one in drug[:25]] + [[None]] * 15 + [[one] for one in control[:32]]
    answers += [[None]] * 8
    found = imputed_differences(
        answers,
        ["drug"] * 40 + ["control"] * 40,
        reference="control",
        random=1,
        strategy=strategy,
        imputations=3000,
    )
    known, other = drug[:25].mean(), control[:32].mean()
    share = 1.0 if strategy == "missing_at_random" else 25 / 40
    pooled = found.contrasts[0].pooled
    assert found.contrasts[0].imputed == (15, 8)
    noise = 3 * sqrt(pooled.between / 3000)
    assert pooled.estimate.value == pytest.approx(share * (known - other), abs=noise)


def test_nothing_missing_is_an_analysis_of_covariance() -> None:
    arguments = invented(gaps=False)
    kept = [at for at, row in enumerate(arguments["answers"]) if row[-1] is not None]
    answers, groups, before = (
        [arguments[name][at] for at in kept] for name in ("answers", "groups", "covariates")
    )
    found = imputed_differences(
        answers, groups, covariates=before, reference="control", random=1, imputations=3
    )
    assert found.warnings
    plain = ancova(
        [row[-1] for row in answers],
        ["control" if one == "control" else "drug" for one in groups],
        covariates=[[row[0] for row in before]],
    ).contrasts[0]
    sign = 1.0 if plain.groups == ("drug", "control") else -1.0
    pooled = found.contrasts[0].pooled
    assert pooled.estimate.value == pytest.approx(sign * (plain.difference.value or 0))
    assert pooled.error == pytest.approx(plain.error)
    point = tipping_point(
        answers,
        groups,
        covariates=before,
        reference="control",
        group="drug",
        random=1,
        imputations=3,
    )
    assert point.shift is None
    assert point.warnings


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_seed_gives_the_same_numbers(strategy: str) -> None:
    arguments = invented() | {"strategy": strategy, "imputations": 10}
    one = imputed_differences(**arguments, random=4)
    assert imputed_differences(**arguments, random=4) == one
    assert imputed_differences(**arguments, random=np.random.default_rng(4)) == one
    assert imputed_differences(**arguments, random=5) != one


def test_strategies_stand_in_the_order_of_what_they_suppose() -> None:
    # The drug works more at each visit: who stops it keeps less by one strategy than by the next.
    arguments = invented(100) | {"imputations": 100, "random": 6}
    value = {
        name: (
            imputed_differences(**arguments, strategy=name).contrasts[0].pooled.estimate.value or 0
        )
        for name in STRATEGIES
    }
    assert value["jump_to_reference"] < value["copy_increments"] < value["missing_at_random"]
    shifted = imputed_differences(**arguments, shift=-1.0).contrasts[0]
    drugs = arguments["groups"].count("drug")
    assert shifted.pooled.estimate.value == pytest.approx(
        value["missing_at_random"] - shifted.imputed[0] / drugs, abs=0.03
    )


def test_names_and_units_do_not_matter() -> None:
    arguments = invented() | {"imputations": 10, "random": 8, "strategy": "jump_to_reference"}
    found = imputed_differences(**arguments).contrasts[0].pooled
    names = {"drug": "a", "control": "z"}
    renamed = imputed_differences(
        **arguments | {"groups": [names[one] for one in arguments["groups"]], "reference": "z"}
    ).contrasts[0]
    assert renamed.groups == ("a", "z")
    assert renamed.pooled == found
    scaled = (
        imputed_differences(
            **arguments
            | {
                "answers": [
                    [None if one is None else 88.4 * one + 30 for one in row]
                    for row in arguments["answers"]
                ],
                "covariates": [[one / 10 - 2] for (one,) in arguments["covariates"]],
            }
        )
        .contrasts[0]
        .pooled
    )
    assert scaled.estimate.value == pytest.approx(88.4 * (found.estimate.value or 0), rel=1e-8)
    assert scaled.test.p == pytest.approx(found.test.p, rel=1e-6)


def test_the_order_of_persons_changes_no_more_than_chance() -> None:
    arguments = invented() | {"imputations": 300, "random": 8}
    found = imputed_differences(**arguments).contrasts[0].pooled
    turned = {name: arguments[name][::-1] for name in ("answers", "groups", "covariates")}
    other = imputed_differences(**arguments | turned).contrasts[0].pooled
    noise = 4 * sqrt(found.between / 300)
    assert other.estimate.value == pytest.approx(found.estimate.value, abs=noise)


def test_the_tipping_point_is_where_the_conclusion_turns() -> None:
    arguments = invented() | {"imputations": 50, "random": 9}
    point = tipping_point(**arguments, group="drug")
    assert point.shift is not None
    assert point.shift < 0
    assert point.after is not None
    assert point.after.pooled.test.p == pytest.approx(0.05, abs=1e-6)
    again = imputed_differences(**arguments, shift=point.shift)
    assert again.contrasts[0].pooled.test.p == pytest.approx(0.05, abs=1e-6)
    held = tipping_point(**arguments, group="drug", limit=0.001)
    assert held.shift is None
    assert held.warnings


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"answers": []}, "a place for an answer"),
        ({"groups": ["drug"]}, "a place for an answer"),
        ({"groups": ["drug"] * 60}, "two groups at least"),
        ({"reference": "nobody"}, "no group 'nobody'"),
        ({"strategy": "guess"}, "no strategy 'guess'"),
        ({"imputations": 1}, "more than once"),
        ({"covariates": [], "strategy": "return_to_baseline"}, "first covariate"),
        ({"covariates": [[float("nan")]] * 60}, "finite numbers"),
        ({"covariates": [[1.0]] * 60}, "nothing is left to draw"),
        ({"level": 0.0}, "level"),
    ],
)
def test_what_cannot_be_is_refused(change: Mapping[str, Any], said: str) -> None:
    with pytest.raises(MethodError, match=said):
        imputed_differences(**invented() | {"imputations": 5, "random": 1} | dict(change))


def test_too_few_answers_to_learn_from_are_refused() -> None:
    arguments = invented()
    answers = [
        [*row[:2], None if group == "drug" else row[2]]
        for row, group in zip(arguments["answers"], arguments["groups"], strict=True)
    ]
    with pytest.raises(MethodError, match="0 of 'drug'"):
        imputed_differences(**arguments | {"answers": answers}, random=1)
    with pytest.raises(MethodError, match="two imputations at least"):
        pooled_estimate([1.0], [1.0])
    with pytest.raises(MethodError, match="not negative"):
        pooled_estimate([1.0, 2.0], [1.0, -1.0])
    with pytest.raises(MethodError, match="not the reference"):
        tipping_point(**arguments, group="control", random=1)


def responders() -> Arguments:
    arguments = invented(90)
    return arguments | {
        "answers": [
            [None if one is None else int(one > 4) for one in row] for row in arguments["answers"]
        ],
        "covariates": arguments["covariates"],
    }


def test_responders_are_imputed_between_none_and_all() -> None:
    arguments = responders()
    found = imputed_responses(**arguments, random=1, imputations=15)
    assert found == imputed_responses(**arguments, random=1, imputations=15)
    pooled, (lost, _) = found.contrasts[0].pooled, found.contrasts[0].imputed
    drugs = [
        row[-1]
        for row, group in zip(arguments["answers"], arguments["groups"], strict=True)
        if group == "drug"
    ]
    controls = [
        row[-1]
        for row, group in zip(arguments["answers"], arguments["groups"], strict=True)
        if group == "control"
    ]
    least = drugs.count(1) / 45 - (controls.count(1) + controls.count(None)) / 45
    most = (drugs.count(1) + drugs.count(None)) / 45 - controls.count(1) / 45
    assert drugs.count(None) == lost > 0
    assert least < (pooled.estimate.value or 0) < most
    assert pooled.between > 0
    turned = {name: arguments[name][::-1] for name in ("answers", "groups", "covariates")}
    other = imputed_responses(**arguments | turned, random=2, imputations=15).contrasts[0].pooled
    noise = 4 * sqrt(2 * pooled.between / 15)
    assert other.estimate.value == pytest.approx(pooled.estimate.value, abs=noise)


def test_responders_of_whom_nobody_is_missing_are_two_proportions() -> None:
    answers = [[1]] * 6 + [[0]] * 4 + [[1]] * 2 + [[0]] * 8
    found = imputed_responses(
        answers, ["drug"] * 10 + ["control"] * 10, reference="control", random=1, imputations=2
    )
    assert found.warnings
    pooled = found.contrasts[0].pooled
    assert pooled.estimate.value == pytest.approx(0.4)
    assert pooled.error == pytest.approx(sqrt(0.6 * 0.4 / 10 + 0.2 * 0.8 / 10))


def test_all_responders_with_gaps_have_numbers() -> None:
    answers: list[list[int | None]] = [[1, 1], [None, 1], [1, 1], [1, 1], [1, None]] * 3
    answers += [[0, 1], [0, 0], [1, 0], [1, 1], [0, None]] * 3
    found = imputed_responses(
        answers, ["drug"] * 15 + ["control"] * 15, reference="control", random=1, imputations=8
    )
    assert found.contrasts[0].pooled.test.p is not None
    with pytest.raises(MethodError, match="responds, does not"):
        imputed_responses(
            [[2], *([1] for _ in range(9))],
            ["drug", "control"] * 5,
            reference="control",
            random=1,
        )
    with pytest.raises(MethodError, match="two imputations at least"):
        imputed_responses(
            [[1]] * 10, ["drug", "control"] * 5, reference="control", random=1, imputations=1
        )
