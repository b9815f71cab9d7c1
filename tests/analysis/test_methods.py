"""Each method agrees with its oracle: R, a printed value, or enumeration that shares no code."""

from __future__ import annotations

import inspect
import json
import math
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from remit.analysis import methods as package
from remit.analysis.methods.covariance_analysis import ancova
from remit.analysis.methods.estimates import Estimate, Significance
from remit.analysis.methods.log_rank import log_rank_batch, log_rank_test
from remit.analysis.methods.proportional_hazards import cox_model
from remit.analysis.methods.register import method_named, methods
from remit.analysis.methods.sequential_designs import SequentialDesign
from remit.analysis.methods.survival_curves import kaplan_meier
from remit.errors import MethodError

ORACLES = Path(__file__).parent / "oracles"
# What draws at random, as its oracle does: both come near the same numbers, by the seed of a case.
SIMULATED = frozenset({"imputed_differences", "imputed_responses", "tipping_point"})
# What its modules hold for each other, and gives no result.
Page = Mapping[str, Any]


@cache
def pages() -> Mapping[str, Page]:
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(ORACLES.glob("*.json"))
    }


def number(value: object) -> float:
    return float(str(value).lower())


def numbers(value: object, where: str = "") -> Iterator[tuple[str, float]]:
    """Each number inside a value of an oracle, and where it stands."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from numbers(inner, f"{where}.{key}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from numbers(inner, f"{where}.{place}")
    else:
        yield where, number(value)


def given(arguments: Page) -> dict[str, Any]:
    """The arguments of a case; a design, which R writes as its fields, as the value that it is."""
    found = dict(arguments)
    if "design" in found:
        design = dict(found["design"])
        for name in ("times", "upper", "lower"):
            design[name] = tuple(number(one) for one in design[name])
        found["design"] = SequentialDesign(**design, spent=(), nominal=())
    return found


def given_at(found: object, where: str) -> float:
    """The number at the same place of what a method gave."""
    at: Any = found
    for step in where.split(".")[1:]:
        at = (
            at[int(step)]
            if step.isdigit()
            else at[step]
            if isinstance(at, dict)
            else getattr(at, step)
        )
    return math.nan if at is None else float(at)


def differences(page: Page) -> Iterator[tuple[str, Page, str, float, float]]:
    """Method, its arguments, the field, what it gave and what it must give; of each case."""
    for case in page["cases"]:
        found = methods()[case["method"]].function(**given(case["arguments"]))
        for where, expected in numbers(case["expected"]):
            yield case["method"], case["arguments"], where, given_at(found, where), expected


def near_enough(given: float, expected: float, near: float) -> bool:
    if math.isnan(expected):
        return math.isnan(given)
    return math.isclose(given, expected, rel_tol=near, abs_tol=near)


@pytest.mark.parametrize("name", pages())
def test_methods_agree_with_their_oracle(name: str) -> None:
    page = pages()[name]
    assert page["versions"]["R"]
    for method, arguments, field, given, expected in differences(page):
        near = methods()[method].tolerance
        assert near_enough(given, expected, near), (
            method,
            arguments,
            field,
            given,
            expected,
        )


def test_every_method_has_cases_of_its_oracle() -> None:
    known = pages()
    for name, method in methods().items():
        cases = [case for case in known[method.oracle]["cases"] if case["method"] == name]
        assert len(cases) >= 3, name
        assert method.reference
        assert 0 < method.tolerance <= (0.02 if name in SIMULATED else 1e-5)


def test_every_function_that_gives_a_result_is_registered() -> None:
    results = {
        "AdjustedMeans",
        "AdjustedTests",
        "Curve",
        "Description",
        "DesignPower",
        "DrawnControls",
        "Estimate",
        "ExactModel",
        "HazardModel",
        "ImputedDifferences",
        "IncidenceCurve",
        "IntervalCurve",
        "LiverQuadrants",
        "LogisticModel",
        "MatchedPairs",
        "MonitoringPlan",
        "OrdinalModel",
        "PairedChange",
        "PlannedSize",
        "PooledEstimate",
        "RepeatedMeasures",
        "RestrictedMeans",
        "SequentialDesign",
        "SequentialPower",
        "Significance",
        "TippingPoint",
        "Trend",
        "TwoStageDesign",
    }
    given = set()
    for found in iter_modules(package.__path__):
        module = import_module(f"{package.__name__}.{found.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            private = name.startswith("_") or function.__module__ != module.__name__
            if not private and inspect.signature(function).return_annotation in results:
                given.add(name)
    assert given == set(methods())


@pytest.fixture(scope="module")
def r_session() -> Iterator[subprocess.Popen[str]]:
    """R with its packages loaded, which runs each script in a copy of itself."""
    command = ["Rscript", "--vanilla", "session.R"]
    with subprocess.Popen(
        command, cwd=ORACLES, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def made_by_r(session: subprocess.Popen[str], name: str, out: Path) -> Page:
    """The cases of a script, run now."""
    assert session.stdin is not None
    assert session.stdout is not None
    session.stdin.write(f"{name}.R\t{out}\n")
    session.stdin.flush()
    said = session.stdout.readline().strip()
    if "there is no package called" in said:
        pytest.skip(said)
    assert said == "made", said
    page: Page = json.loads(out.read_text(encoding="utf-8"))
    return page


# What R works at for longer than three seconds runs here when one of its files is no longer what it
# was when R last made these values, by their hash; `make bench` runs it always.
LONG_IN_R = {
    "imputed_differences": "c61448ead91f39e5f263326c1ef475b3f3fd5df2fbb952eaab961ada689242b1",
    "repeated_measures": "76e815a6a09582f1a14ba1c38902e553078c3fb381743ac7ea7e2ec85cd1fca7",
    "two_arm_designs": "2bf876f7356fc3c713becb668b765079c96561eacbe74e928ef06ed14d7d61f4",
}


def hash_of(name: str) -> str:
    texts = [(ORACLES / file).read_bytes() for file in ("cases.R", f"{name}.R", f"{name}.json")]
    return sha256(b"".join(texts)).hexdigest()


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not here")
@pytest.mark.parametrize("name", pages())
def test_the_stored_values_are_those_of_r(
    r_session: subprocess.Popen[str], tmp_path: Path, name: str
) -> None:
    if LONG_IN_R.get(name) == hash_of(name) and "REMIT_WHOLE_ORACLES" not in os.environ:
        return  # these files gave these values
    made, stored = made_by_r(r_session, name, tmp_path / "made.json"), pages()[name]
    assert len(made["cases"]) == len(stored["cases"])
    for one, other in zip(made["cases"], stored["cases"], strict=True):
        assert (one["method"], one["arguments"]) == (other["method"], other["arguments"])
        again = dict(numbers(other["expected"]))
        for where, value in numbers(one["expected"]):
            assert near_enough(value, again[where], 1e-7), (one["method"], where)


# ---- printed values -----------------------------------------------------------------------------


def estimate_of(name: str, *arguments: object, **settings: object) -> Estimate:
    found = method_named(name).function(*arguments, **settings)
    assert isinstance(found, Estimate)
    return found


def p_of(name: str, *arguments: object, **settings: object) -> float:
    found = method_named(name).function(*arguments, **settings)
    assert isinstance(found, Significance)
    assert found.p is not None
    return found.p


def test_printed_intervals_of_a_difference() -> None:
    # Fagerland MW, Lydersen S, Laake P. Stat Methods Med Res 2015;24:224 (7/34 against 1/34).
    mee = estimate_of("miettinen_nurminen_difference", 7, 34, 1, 34, factor=False)
    assert (mee.low, mee.high) == pytest.approx((0.028, 0.34), abs=0.005)
    # Newcombe RG. Stat Med 1998;17:873, table II: 56/70 against 48/80, method 10.
    newcombe = estimate_of("newcombe_difference", 56, 70, 48, 80)
    assert (newcombe.low, newcombe.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_fisher_of_the_pilot() -> None:
    # Table 14-1.02 of the CDISC pilot: ended for lack of efficacy, 3 of 86, 0 of 84, 1 of 84.
    assert round(p_of("fisher_test", [[3, 0, 1], [83, 84, 83]]), 4) == 0.3281


@pytest.mark.shared
@pytest.mark.parametrize(("visit", "p"), [(8, 0.2727), (16, 0.4003), (24, 0.6180)])
def test_row_mean_scores_of_the_pilot(shared: Path, visit: int, p: float) -> None:
    # Table 14-3.13: CIBIC+ by treatment, controlled for the site group.
    rows = pq.read_table(shared / "data/trials/cdisc_pilot/adam/adqscibc.parquet").to_pylist()
    kept = [
        row
        for row in rows
        if row["EFFFL"] == "Y" and row["ANL01FL"] == "Y" and float(row["AVISITN"]) == visit
    ]
    sites, arms = (sorted({row[name] for row in kept}) for name in ("SITEGR1", "TRTPN"))
    assert len(arms) == 3
    table = [
        [
            [
                sum(
                    row["SITEGR1"] == site and row["TRTPN"] == arm and float(row["AVAL"]) == value
                    for row in kept
                )
                for value in range(1, 8)
            ]
            for arm in arms
        ]
        for site in sites
    ]
    assert round(p_of("row_mean_scores", table), 4) == p


def test_quantiles_are_those_of_r() -> None:
    # R 4.2.2, survival 3.5-3: quantile(survfit(Surv(time, status) ~ 1, veteran, "log-log")).
    cases = pages()["survival_curves"]["cases"]
    veteran = next(c["arguments"] for c in cases if len(c["arguments"]["times"]) == 137)
    curve = kaplan_meier(veteran["times"], veteran["events"])
    found = [curve.quantile(share) for share in (0.25, 0.5, 0.75)]
    assert [(one.value, one.low, one.high) for one in found] == [
        (25, 18, 33),
        (80, 52, 100),
        (162, 132, 231),
    ]
    assert kaplan_meier([1, 2, 3, 4], [True] * 4).quantile().value == 2.5
    never = kaplan_meier([1, 2], [False, False]).quantile()
    assert never.value is None
    assert never.warnings
    assert curve.at(10_000).value == 0.0
    assert kaplan_meier([1, 2], [True, False]).at(3).warnings


def test_a_batch_of_log_ranks_is_one_after_the_other() -> None:
    random = np.random.default_rng(1)
    times, events = random.exponential(size=(50, 40)), random.random((50, 40)) < 0.7
    first = random.random((50, 40)) < 0.5
    found = log_rank_batch(times, events, first)
    for z, time, event, group in zip(found, times, events, first, strict=True):
        one = log_rank_test(time.tolist(), event.tolist(), group.tolist())
        assert one.statistic == pytest.approx(z**2, rel=1e-9)


def test_separated_events_have_no_hazard_ratio() -> None:
    model = cox_model([1, 2, 3, 4, 5, 6], [True] * 6, [[1.0]] * 3 + [[0.0]] * 3)
    assert model.ratios[0].value is None
    assert model.ratios[0].warnings
    # R 4.2.2, survival 3.5-3, which says of the same "coefficient may be infinite".
    assert model.likelihood_ratio.statistic == pytest.approx(5.99, abs=0.005)
    with pytest.raises(MethodError, match="depend on each other"):
        cox_model([1, 2, 3], [True] * 3, [[1.0, 2.0], [2.0, 4.0], [0.0, 0.0]])


@pytest.mark.shared
def test_the_primary_analysis_of_the_pilot(shared: Path) -> None:
    # Table 14-3.01: ADAS-Cog (11), change to week 24, by treatment with site group and baseline.
    rows = pq.read_table(shared / "data/trials/cdisc_pilot/adam/adqsadas.parquet").to_pylist()
    kept = [
        row
        for row in rows
        if (row["PARAMCD"], row["EFFFL"], row["ANL01FL"], row["AVISIT"])
        == ("ACTOT", "Y", "Y", "Week 24")
    ]
    kept.sort(key=lambda row: (float(row["TRTPN"]), row["USUBJID"]))
    change, baseline = ([float(row[name]) for row in kept] for name in ("CHG", "BASE"))
    arms = [row["TRTP"] for row in kept]
    sites = [row["SITEGR1"] for row in kept]
    found = ancova(change, arms, covariates=[baseline], factors=[sites])
    printed = [(-0.5, 0.82, 0.569), (-1.0, 0.84, 0.233), (-0.5, 0.84, 0.520)]
    for contrast, (difference, error, p) in zip(found.contrasts, printed, strict=True):
        assert contrast.difference.value == pytest.approx(difference, abs=0.05)
        assert contrast.error == pytest.approx(error, abs=0.005)
        assert contrast.test.p == pytest.approx(p, abs=0.0005)


# ---- input that cannot be -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("clopper_pearson", (6, 5), "0 to 5"),
        ("wilson", (-1, 5), "0 to 5"),
        ("binomial_test", (1, 5, 0.0), "level between 0 and 1"),
        ("newcombe_difference", (1, 5, 9, 8), "9 of 8"),
        ("fisher_test", ([[1, 2], [3]],), "rows of one"),
        ("fisher_test", ([[1, -2], [3, 4]],), "counts"),
        ("fisher_test", ([[1.5, 2], [3, 4]],), "counts"),
        ("kaplan_meier", ([1, 2], [True]), "one length"),
        ("kaplan_meier", ([-1.0], [True]), "numbers from 0"),
        ("kaplan_meier", ([1.0], [2]), "true or false"),
        ("log_rank_test", ([1.0], [True], []), "1 of each"),
        ("conditional_odds_ratio", ([[1, 2, 3], [4, 5, 6]],), "2 × 2"),
        ("row_mean_scores", ([[[1, 2], [3, 4]], [[1, 2, 3], [3, 4, 5]]],), "one shape"),
    ],
)
def test_what_cannot_be_is_refused(name: str, arguments: tuple[object, ...], said: str) -> None:
    settings = {"against": arguments[2]} if name == "binomial_test" else {}
    given = arguments[:2] if name == "binomial_test" else arguments
    with pytest.raises(MethodError) as error:
        method_named(name).function(*given, **settings)
    assert said in str(error.value)


def test_what_cannot_be_estimated_is_none_and_says_why() -> None:
    empty = estimate_of("clopper_pearson", 0, 0)
    assert (empty.value, empty.low, empty.high) == (None, None, None)
    assert empty.warnings
    assert estimate_of("miettinen_nurminen_difference", 0, 0, 3, 5).warnings
    assert estimate_of("odds_ratio", 0, 5, 3, 5).warnings
    found = method_named("fisher_test").function([[3, 0], [5, 0]])
    assert isinstance(found, Significance)
    assert found.p is None
    assert found.warnings
    with pytest.raises(MethodError, match="no method"):
        method_named("students_t")
