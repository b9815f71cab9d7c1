"""Repeated measures: the pilot's printed numbers, what must not change them, and bad input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from remit.analysis.methods.covariance_analysis import ancova
from remit.analysis.methods.repeated_measures import RepeatedMeasures, repeated_measures
from remit.errors import MethodError

Arguments = dict[str, Any]


def invented(persons: int = 48, seed: int = 5) -> Arguments:
    """VisitAnswers of three groups at three visits, a fifth of them missing; sorted by person."""
    random = np.random.default_rng(seed)
    rows: dict[str, list[Any]] = {name: [] for name in ("y", "group", "person", "visit", "base")}
    for person in range(persons):
        base, own = random.normal(20, 5), random.normal(0, 2)
        for visit in (4, 12, 24):
            if visit > 4 and random.random() < 0.25:
                continue
            rows["y"].append(0.4 * base + own + random.normal(0, 1 + visit / 10))
            rows["group"].append("abc"[person % 3])
            rows["person"].append(person)
            rows["visit"].append(visit)
            rows["base"].append(base)
    return {
        "response": rows["y"],
        "groups": rows["group"],
        "persons": rows["person"],
        "visits": rows["visit"],
        "covariates": [rows["base"]],
    }


def pilot(shared: Path) -> Arguments:
    """ADAS-Cog (11), change from baseline as it was observed, of the efficacy population."""
    rows = pq.read_table(shared / "data/trials/cdisc_pilot/adam/adqsadas.parquet").to_pylist()
    kept = [
        row
        for row in rows
        if (row["PARAMCD"], row["EFFFL"], row["ANL01FL"], row["DTYPE"]) == ("ACTOT", "Y", "Y", "")
        and row["AVISIT"] != "Baseline"
    ]
    kept.sort(key=lambda row: (float(row["TRTPN"]), row["USUBJID"]))
    return {
        "response": [float(row["CHG"]) for row in kept],
        "groups": [row["TRTP"] for row in kept],
        "persons": [row["USUBJID"] for row in kept],
        "visits": [float(row["AVISITN"]) for row in kept],
        "covariates": [[float(row["BASE"]) for row in kept]],
        "factors": [[row["SITEGR1"] for row in kept]],
    }


def numbers_of(found: object) -> list[float]:
    """Every number of a result, in order."""
    if is_dataclass(found):
        return [n for one in fields(found) for n in numbers_of(getattr(found, one.name))]
    if isinstance(found, tuple):
        return [n for one in found for n in numbers_of(one)]
    return [float(found)] if isinstance(found, int | float) else []


@pytest.mark.shared
def test_the_pilot_as_sas_has_it(shared: Path) -> None:
    # CDISC pilot, week 24, SAS PROC MIXED with an unstructured covariance and DDFM=KR.
    found = repeated_measures(**pilot(shared))
    assert found.n == (539, 234)
    assert [round(one.mean.value or 0, 4) for one in found.means[-3:]] == [2.3291, 1.7352, 1.5009]
    low, high, _ = found.contrasts[-3:]
    assert (low.difference.value, high.difference.value) == pytest.approx(
        (-0.5939, -0.8282), abs=5e-5
    )
    assert (round(low.test.p or 0, 4), round(high.test.p or 0, 4)) == (0.5600, 0.4403)
    # Table 14-3.11 prints averages over the three visits.
    assert [round(one.mean.value or 0, 1) for one in found.overall_means] == [1.6, 1.5, 1.1]


@pytest.mark.shared
def test_a_visit_alone_is_an_analysis_of_covariance(shared: Path) -> None:
    arguments = pilot(shared)
    kept = [place for place, visit in enumerate(arguments["visits"]) if visit == 24]

    def pick(values: Sequence[Any]) -> list[Any]:
        return [values[place] for place in kept]

    found = repeated_measures(
        pick(arguments["response"]),
        pick(arguments["groups"]),
        persons=pick(arguments["persons"]),
        visits=pick(arguments["visits"]),
        covariates=[pick(arguments["covariates"][0])],
        factors=[pick(arguments["factors"][0])],
    )
    same = ancova(
        pick(arguments["response"]),
        pick(arguments["groups"]),
        covariates=[pick(arguments["covariates"][0])],
        factors=[pick(arguments["factors"][0])],
    )
    for one, other in zip(found.contrasts, same.contrasts, strict=True):
        assert one.groups == other.groups
        assert one.test.df == pytest.approx(same.df, rel=1e-9)
        assert one.test.p == pytest.approx(other.test.p, rel=1e-8)
        assert one.difference.low == pytest.approx(other.difference.low, rel=1e-8)


def test_the_order_of_rows_does_not_matter() -> None:
    arguments = invented()
    found = repeated_measures(**arguments)
    order = np.random.default_rng(1).permutation(len(arguments["response"]))
    # The order of groups is that of the rows; so the first three stay.
    order = np.concatenate([[0, 3, 6], [at for at in order if at not in (0, 3, 6)]])
    assert [arguments["groups"][at] for at in order[:3]] == list(dict.fromkeys(arguments["groups"]))
    mixed: Arguments = {
        name: [[one[at] for at in order] for one in value]
        if name == "covariates"
        else [value[at] for at in order]
        for name, value in arguments.items()
    }
    assert numbers_of(repeated_measures(**mixed)) == pytest.approx(numbers_of(found), rel=1e-7)


def test_names_of_groups_do_not_matter() -> None:
    arguments = invented()
    found = repeated_measures(**arguments)
    names = {"a": "c", "b": "a", "c": "b"}
    renamed = repeated_measures(**arguments | {"groups": [names[g] for g in arguments["groups"]]})
    assert numbers_of(renamed) == pytest.approx(numbers_of(found), rel=1e-9)


@pytest.mark.parametrize("structure", ["unstructured", "heterogeneous_toeplitz"])
def test_units_do_not_matter(structure: str) -> None:
    arguments = invented()
    found = repeated_measures(**arguments, structure=structure)
    scaled = repeated_measures(
        [1000 * y + 5e5 for y in arguments["response"]],
        arguments["groups"],
        persons=arguments["persons"],
        visits=arguments["visits"],
        covariates=[[x / 88.4 - 7 for x in arguments["covariates"][0]]],
        structure=structure,
    )
    for one, other in zip(scaled.contrasts, found.contrasts, strict=True):
        assert one.difference.value == pytest.approx(1000 * (other.difference.value or 0), rel=1e-7)
        assert (one.test.p, one.test.df) == pytest.approx((other.test.p, other.test.df), rel=1e-6)
    assert scaled.means[0].mean.low == pytest.approx(
        1000 * (found.means[0].mean.low or 0) + 5e5, rel=1e-9
    )


def test_a_covariance_that_cannot_be_estimated_is_replaced_and_named() -> None:
    # Nobody was seen at both the first and the last visit: their covariance is unknown.
    arguments = invented()
    kept = [
        at
        for at, (person, visit) in enumerate(
            zip(arguments["persons"], arguments["visits"], strict=True)
        )
        if visit == 12 or (visit == 4) == (person % 2 == 0)
    ]
    found = repeated_measures(**_rows(arguments, kept))
    assert found.structure == "heterogeneous_autoregressive"
    assert found.warnings == (
        "the unstructured covariance did not converge",
        "the heterogeneous Toeplitz covariance did not converge",
        "the heterogeneous autoregressive covariance of order 1 was used in its place",
    )
    assert found.contrasts[0].test.warnings == found.means[0].mean.warnings == found.warnings


def test_a_singular_covariance_is_replaced_or_refused() -> None:
    # The answer of the last visit is that of the one before: the two have a correlation of 1.
    arguments = invented()
    before = dict(zip(_keys(arguments), arguments["response"], strict=True))
    response = [
        before.get((person, 12), y) if visit == 24 else y
        for (person, visit), y in zip(_keys(arguments), arguments["response"], strict=True)
    ]
    kept = [
        at
        for at, (person, visit) in enumerate(_keys(arguments))
        if visit < 24 or (person, 12) in before
    ]
    found = repeated_measures(**_rows(arguments | {"response": response}, kept))
    assert found.structure != "unstructured"
    assert found.warnings[0] == "the unstructured covariance did not converge"
    only = [at for at in kept if arguments["visits"][at] > 4]
    with pytest.raises(MethodError, match="no covariance of repeated answers"):
        repeated_measures(**_rows(arguments | {"response": response}, only))


def _keys(arguments: Arguments) -> list[tuple[int, int]]:
    return list(zip(arguments["persons"], arguments["visits"], strict=True))


def _rows(arguments: Arguments, kept: Sequence[int]) -> Arguments:
    return {
        name: [[one[at] for at in kept] for one in value]
        if name == "covariates"
        else [value[at] for at in kept]
        for name, value in arguments.items()
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"response": [1.0]}, "each row has"),
        ({"response": []}, "each row has a number"),
        ({"groups": ["a"] * 120}, "two groups at least"),
        ({"structure": "banded"}, "no covariance structure"),
        ({"level": 1.0}, "level"),
        ({"covariates": [[1.0] * 120]}, "a term depends on others"),
    ],
)
def test_what_no_model_can_take_is_refused(change: Mapping[str, Any], said: str) -> None:
    arguments = invented()
    rows = len(arguments["response"])
    cut = {
        name: [value[0][:rows]]
        if name == "covariates"
        else value[:rows]
        if isinstance(value, list)
        else value
        for name, value in change.items()
    }
    with pytest.raises(MethodError, match=said):
        repeated_measures(**arguments | cut)


def test_rows_that_contradict_each_other_are_refused() -> None:
    arguments = invented()
    twice = [0, *range(len(arguments["response"]))]
    with pytest.raises(MethodError, match="one answer at a visit"):
        repeated_measures(**_rows(arguments, twice))
    groups = ["b", *arguments["groups"][1:]]
    with pytest.raises(MethodError, match="stands in one group"):
        repeated_measures(**arguments | {"groups": groups})
    kept = [
        at
        for at, group in enumerate(arguments["groups"])
        if group != "c" or arguments["visits"][at] != 24
    ]
    with pytest.raises(MethodError, match="none of group 'c' at visit 24"):
        repeated_measures(**_rows(arguments, kept))
    with pytest.raises(MethodError, match="leaves no spread"):
        repeated_measures(**arguments | {"response": [1.5] * len(arguments["response"])})
    with pytest.raises(MethodError, match="no numbers"):
        repeated_measures(**arguments | {"response": [np.nan, *arguments["response"][1:]]})


def test_a_result_holds_no_nan() -> None:
    found = repeated_measures(**invented())
    assert isinstance(found, RepeatedMeasures)
    assert np.isfinite(numbers_of(found)).all()


def test_more_parameters_than_persons_can_carry_end_in_a_named_structure() -> None:
    # Sixteen persons at six visits: an unstructured covariance has 21 numbers.
    random = np.random.default_rng(8)
    ends = set()
    for _ in range(6):
        own, base = random.normal(size=16), random.normal(10, 2, 16)
        y = 0.5 * base[:, None] + own[:, None] + random.normal(0, 0.6, (16, 6)).cumsum(axis=1)
        person, visit = np.nonzero(random.random((16, 6)) > 0.2)
        found = repeated_measures(
            y[person, visit].tolist(),
            ["ab"[one % 2] for one in person],
            persons=person.tolist(),
            visits=visit.tolist(),
            covariates=[base[person].tolist()],
        )
        assert np.isfinite(numbers_of(found)).all()
        assert (found.structure == "unstructured") == (found.warnings == ())
        ends.add(found.structure)
    assert len(ends) > 1
