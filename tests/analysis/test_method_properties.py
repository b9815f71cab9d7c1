"""Statistics know neither the order of rows, nor the unit of a number, nor the names of groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.test_methods import given as arguments_of
from analysis.test_methods import given_at, numbers, pages
from remit.analysis.methods.competing_risks import cumulative_incidence, gray_test
from remit.analysis.methods.covariance_analysis import ancova
from remit.analysis.methods.log_rank import log_rank_test
from remit.analysis.methods.mantel_haenszel import general_association, row_mean_scores
from remit.analysis.methods.proportional_hazards import cox_model
from remit.analysis.methods.register import methods
from remit.analysis.methods.restricted_means import restricted_mean_difference
from remit.analysis.methods.survival_curves import kaplan_meier, restricted_mean
from remit.analysis.methods.visit_intervals import interval_log_rank_test, turnbull_curve

SEEDS = st.integers(0, 2**32 - 1)
Persons = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """A method as it is asked of persons.

    Attributes:
        of: persons -> the numbers that it gives. time: which power of the unit of time each is in.
        turned: what becomes of the numbers when both groups change their names.
    """

    of: Callable[[Persons], Sequence[float]]
    time: tuple[int, ...]
    turned: Callable[[Sequence[float]], Sequence[float]] | None = None


def number(value: float | None) -> float:
    return float("nan") if value is None else value


def same(found: Sequence[float]) -> Sequence[float]:
    return found


def _curve(p: Persons) -> Sequence[float]:
    found = kaplan_meier(p["time"], p["event"])
    return [float(np.nansum(one)) for one in (found.value, found.low, found.high)]


def _median(p: Persons) -> Sequence[float]:
    return [number(kaplan_meier(p["time"], p["event"]).quantile().value)]


def _mean(p: Persons) -> Sequence[float]:
    found = restricted_mean(p["time"], p["event"], until=p["until"])
    return [number(one) for one in (found.value, found.low, found.high)]


def _log_rank(rho: float, gamma: float) -> Callable[[Persons], Sequence[float]]:
    def of(p: Persons) -> Sequence[float]:
        found = log_rank_test(
            p["time"], p["event"], p["group"], strata=p["stratum"], rho=rho, gamma=gamma
        )
        return [number(found.statistic), number(found.p)]

    return of


def _hazard(p: Persons) -> Sequence[float]:
    first = [[float(group == "A")] for group in p["group"]]
    found = cox_model(p["time"], p["event"], first, strata=p["stratum"])
    return [number(found.ratios[0].value), number(found.tests[0].p)]


def _means(p: Persons) -> Sequence[float]:
    first = [group == "A" for group in p["group"]]
    found = restricted_mean_difference(p["time"], p["event"], first, until=p["until"])
    return [number(one) for one in (found.difference.value, found.ratio.value, found.test.p)]


def _incidence(p: Persons) -> Sequence[float]:
    found = cumulative_incidence(p["time"], p["cause"])
    return [float(np.nansum(one)) for one in (found.value, found.error, found.high)]


def _gray(p: Persons) -> Sequence[float]:
    found = gray_test(p["time"], p["cause"], p["group"], strata=p["stratum"])
    return [number(found.statistic), number(found.p)]


def _turnbull(p: Persons) -> Sequence[float]:
    found = turnbull_curve(p["left"], p["right"])
    return [float((found.mass**2).sum()), float((found.mass * found.left).sum())]


def _interval(p: Persons) -> Sequence[float]:
    found = interval_log_rank_test(p["left"], p["right"], p["group"])
    return [number(found.statistic), number(found.p)]


def _covariance(p: Persons) -> Sequence[float]:
    found = ancova(p["time"], p["group"], covariates=[p["base"]], factors=[p["stratum"]])
    contrast = found.contrasts[0]
    # Groups stand in the order in which they come; a difference is of the first less the second.
    sign = 1 if contrast.groups[0] == "A" else -1
    return [
        sign * number(contrast.difference.value),
        number(contrast.error),
        number(contrast.test.p),
    ]


def _tables(p: Persons) -> list[list[list[int]]]:
    return [
        [
            [
                sum(
                    (s, g, c) == (stratum, group, cause)
                    for s, g, c in zip(p["stratum"], p["group"], p["cause"], strict=True)
                )
                for cause in range(3)
            ]
            for group in sorted(set(p["group"]))
        ]
        for stratum in sorted(set(p["stratum"]))
    ]


def _association(p: Persons) -> Sequence[float]:
    tests = (general_association(_tables(p)), row_mean_scores(_tables(p)))
    return [number(test.p) for test in tests]


ASKED: Mapping[str, Asked] = {
    "kaplan_meier": Asked(_curve, (0, 0, 0)),
    "quantile": Asked(_median, (1,)),
    "restricted_mean": Asked(_mean, (1, 1, 1)),
    "log_rank": Asked(_log_rank(0, 0), (0, 0), same),
    "wilcoxon": Asked(_log_rank(1, 0), (0, 0), same),
    "late weights": Asked(_log_rank(0, 1), (0, 0), same),
    "cox_model": Asked(_hazard, (0, 0), lambda found: [1 / found[0], found[1]]),
    "restricted_mean_difference": Asked(
        _means, (1, 0, 0), lambda found: [-found[0], 1 / found[1], found[2]]
    ),
    "cumulative_incidence": Asked(_incidence, (0, 0, 0)),
    "gray_test": Asked(_gray, (0, 0), same),
    "turnbull_curve": Asked(_turnbull, (0, 1)),
    "interval_log_rank_test": Asked(_interval, (0, 0), same),
    "ancova": Asked(_covariance, (1, 1, 0), lambda found: [-found[0], *found[1:]]),
    "association": Asked(_association, (0, 0), same),
}


def persons(seed: int) -> dict[str, Any]:
    """36 persons of two groups and two strata, with ties."""
    random = np.random.default_rng(seed)
    n = 36
    time = random.integers(1, 25, n).astype(float)
    left = random.integers(0, 10, n).astype(float)
    group = np.array(["A", "B"] * (n // 2))
    event = random.random(n) < 0.7
    return {
        "time": time.tolist(),
        "event": event.tolist(),
        "cause": np.where(event, random.integers(1, 3, n), 0).tolist(),
        "group": group.tolist(),
        "stratum": random.choice(["x", "y"], n).tolist(),
        "base": random.normal(size=n).tolist(),
        "left": left.tolist(),
        "right": np.where(random.random(n) < 0.3, np.inf, left + random.integers(1, 6, n)).tolist(),
        "until": float(min(time[group == name].max() for name in "AB")),
    }


def near(found: Sequence[float], other: Sequence[float]) -> None:
    assert other == pytest.approx(found, rel=1e-6, abs=1e-8, nan_ok=True)


@pytest.mark.parametrize("name", ASKED)
@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_rows_can_stand_in_any_order(name: str, seed: int) -> None:
    rows = persons(seed)
    order = np.random.default_rng(seed + 1).permutation(36)
    shuffled = {
        key: [value[i] for i in order] if isinstance(value, list) else value
        for key, value in rows.items()
    }
    near(ASKED[name].of(rows), ASKED[name].of(shuffled))


@pytest.mark.parametrize("name", ASKED)
@settings(max_examples=8, deadline=None)
@given(SEEDS, st.sampled_from((1 / 365.25, 24.0, 1e6)))
def test_numbers_can_stand_in_any_unit(name: str, seed: int, unit: float) -> None:
    rows = persons(seed)
    scaled = dict(rows)
    for key in ("time", "left", "right"):
        scaled[key] = [value * unit for value in rows[key]]
    scaled["until"] = rows["until"] * unit
    found, other = ASKED[name].of(rows), ASKED[name].of(scaled)
    near(found, [value / unit**power for value, power in zip(other, ASKED[name].time, strict=True)])


@pytest.mark.parametrize("name", [name for name, asked in ASKED.items() if asked.turned])
@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_groups_can_change_their_names(name: str, seed: int) -> None:
    rows = persons(seed)
    turned = {**rows, "group": ["B" if group == "A" else "A" for group in rows["group"]]}
    becomes = ASKED[name].turned
    assert becomes is not None
    near(becomes(ASKED[name].of(rows)), ASKED[name].of(turned))


def arrays(value: object) -> object:
    """Lists of numbers as arrays, as whoever works with columns has them."""
    if isinstance(value, list) and value and not any(isinstance(one, list) for one in value):
        found = np.array(value)
        return value if found.dtype.kind not in "biuf" else found
    return [arrays(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", methods())
def test_arrays_are_taken_as_lists_are(name: str) -> None:
    page = pages()[methods()[name].oracle]
    case = next(case for case in page["cases"] if case["method"] == name)
    asked = arguments_of(case["arguments"])
    found = methods()[name].function(**asked)
    other = methods()[name].function(**{key: arrays(value) for key, value in asked.items()})
    for where, _ in numbers(case["expected"]):
        assert given_at(other, where) == pytest.approx(given_at(found, where), nan_ok=True)
