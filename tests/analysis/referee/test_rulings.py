"""Each kind of printed number gets its ruling; what is expected was printed by somebody else."""

from __future__ import annotations

import itertools
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.referee.ruled_rows import refereed, ruling, rulings
from remit.analysis.referee.rulings import Ruling

TWO = {"x_act": "56", "n_act": "70", "x_ctl": "48", "n_ctl": "80"}
REPRODUCED, CLOSE, CONSISTENT, CANNOT, INCONSISTENT, NOT_CHECKABLE = (
    "reproduced",
    "close",
    "consistent",
    "cannot come from these counts",
    "inconsistent",
    "not checkable",
)


# ---- percentages --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "n", "pct", "expected"),
    [
        ("112", "366", "30.6", REPRODUCED),
        ("112", "366", "30.7", CANNOT),
        ("22", "66", "33", REPRODUCED),
        ("1", "8", "12.5", REPRODUCED),
        ("1", "8", "13", REPRODUCED),
        ("1", "8", "12", REPRODUCED),  # half to even
        ("2", "3", "66", CLOSE),  # cut off
        ("0", "20", "0.0", REPRODUCED),
        ("20", "20", "100", REPRODUCED),
        ("0", "0", "0", NOT_CHECKABLE),
        ("9", "8", "112.5", INCONSISTENT),
    ],
)
def test_a_percentage_of_a_count(x: str, n: str, pct: str, expected: str) -> None:
    assert ruling({"x_a": x, "n_a": n, "pct_a": pct}, "pct_a") == expected


def test_the_rounding_is_named() -> None:
    assert "half to even" in rulings({"x_a": 1, "n_a": 8, "pct_a": 12})["pct_a"].arithmetic[0]
    assert "cut off" in rulings({"x_a": 2, "n_a": 3, "pct_a": 66})["pct_a"].arithmetic[0]


def test_a_count_worked_back_from_its_percentage_proves_nothing() -> None:
    row = {"x_a": "84", "n_a": "179", "pct_a": "46.9"}
    assert ruling(row, "pct_a") == REPRODUCED
    assert ruling(row, "pct_a", counts_derived_from_percent=True) == CONSISTENT
    assert ruling({**row, "derived": True}, "pct_a") == CONSISTENT


@pytest.mark.parametrize(
    ("n", "pct", "expected"),
    [
        ("27", "3.5", CANNOT),
        ("32", "15.6", CONSISTENT),
        ("181", "25.6", CANNOT),
        ("5000", "25.6", CONSISTENT),  # of so many, anything can come
        ("10", "104", INCONSISTENT),
    ],
)
def test_a_percentage_without_its_count(n: str, pct: str, expected: str) -> None:
    assert ruling({"n_a": n, "pct_a": pct}, "pct_a") == expected


@given(st.integers(1, 60), st.integers(0, 1000))
@settings(max_examples=200, deadline=None)
def test_whole_persons_are_asked_for_as_enumeration_does(n: int, tenths: int) -> None:
    text = f"{tenths / 10:.1f}"
    can = any(
        abs(100 * k / n - tenths / 10) <= 0.05 + 1e-9 for k in range(n + 1)
    )  # both ends: half up and half to even
    found = ruling({"n_a": n, "pct_a": text}, "pct_a")
    if found == CONSISTENT:
        assert can
    elif not any(math.isclose(abs(100 * k / n - tenths / 10), 0.05) for k in range(n + 1)):
        assert not can


def test_an_n_that_would_do_is_named() -> None:
    found = rulings({"n_a": "181", "pct_a": "25.6"})["pct_a"]
    assert any("of 180 persons 46 would give it" in line for line in found.arithmetic)


# ---- differences, ratios and their intervals ----------------------------------------------------


def test_newcombe_as_he_printed_it() -> None:
    # Newcombe RG. Stat Med 1998;17:873, table II: 56/70 against 48/80, method 10.
    found = rulings({**TWO, "diff": "0.20", "ci": [".0524", ".3339"]})
    assert found["ci"].ruling is Ruling.REPRODUCED
    assert found["ci"].by == ("Newcombe",)
    assert found["diff"].ruling is Ruling.REPRODUCED


def test_the_aspirin_study() -> None:
    # Agresti A. Categorical data analysis. 2nd ed. 2002: 189 of 11,034 and 104 of 11,037.
    counts = {"x_a": "189", "n_a": "11034", "x_b": "104", "n_b": "11037"}
    odds = rulings({**counts, "odds_ratio": "1.83", "ci": ["1.44", "2.33"]})
    assert {odds[key].ruling for key in ("odds_ratio", "ci")} == {Ruling.REPRODUCED}
    risk = rulings({**counts, "rr": "1.82", "rr_ci": "1.43 to 2.30"})
    assert {risk[key].ruling for key in ("rr", "rr_ci")} <= {Ruling.REPRODUCED, Ruling.CLOSE}


def test_mee_is_told_from_miettinen_and_nurminen() -> None:
    # Fagerland MW, Lydersen S, Laake P. Stat Methods Med Res 2015;24:224: 7/34 against 1/34.
    row = {"x1": 7, "n1": 34, "x0": 1, "n0": 34, "ci": ["0.028", "0.34"]}
    found = rulings(row)["ci"]
    assert found.ruling is Ruling.REPRODUCED
    assert [name.partition(" ")[0] for name in found.by] == ["Mee"]
    assert len(found.tried) > 4


@pytest.mark.parametrize(
    ("x", "n", "bounds", "by"),
    [
        # Newcombe RG. Stat Med 1998;17:857, table I.
        (81, 263, ("0.2553", "0.3662"), "Wilson"),
        (81, 263, ("0.2527", "0.3676"), "Clopper-Pearson"),
        (15, 148, ("0.0624", "0.1605"), "Wilson"),
        (15, 148, ("0.0578", "0.1617"), "Clopper-Pearson"),
        (0, 20, ("0.0000", "0.1684"), "Clopper-Pearson"),
        (1, 29, ("0.0009", "0.1776"), "Clopper-Pearson"),
    ],
)
def test_the_interval_of_one_proportion(x: int, n: int, bounds: tuple[str, str], by: str) -> None:
    found = rulings({"x": x, "n": n, "ci": bounds})["ci"]
    assert (found.ruling, found.by) == (Ruling.REPRODUCED, (by,))
    other = f"{float(bounds[1]) + 0.03:.4f}"
    assert ruling({"x": x, "n": n, "ci": [bounds[0], other]}, "ci") != REPRODUCED


def test_a_stated_stratification_makes_close_and_never_reproduced() -> None:
    # TULIP-1/2, SRI(4): the crude Wald interval has the printed digits; the source stratified.
    row = {"x_act": 188, "n_act": 360, "x_ctl": 147, "n_ctl": 366, "diff": "12.1"}
    row |= {"ci": ["4.9", "19.3"]}
    plain = rulings(row)
    assert {plain[key].ruling for key in ("diff", "ci")} == {Ruling.REPRODUCED}
    stated = rulings(row, method_stated="stratified Cochran-Mantel-Haenszel")
    assert {stated[key].ruling for key in ("diff", "ci")} == {Ruling.CLOSE}
    assert any("stratified" in line for line in stated["ci"].arithmetic)
    unadjusted = rulings(row, method_stated="unadjusted difference, unstratified")
    assert unadjusted["ci"].ruling is Ruling.REPRODUCED


def test_printed_strata_reproduce_what_they_give() -> None:
    # Two strata; Mantel-Haenszel as `metafor` has it is an oracle of the method itself.
    strata = [[20, 50, 10, 50], [5, 40, 8, 60]]
    row = {"x_act": 25, "n_act": 90, "x_ctl": 18, "n_ctl": 110, "strata": strata}
    row |= {"diff": "10.3", "p": "0.07"}
    stated = "stratified Mantel-Haenszel"
    pooled = 25 / 90 - 18 / 110
    weights = [50 * 50 / 100, 40 * 60 / 100]
    each = [20 / 50 - 10 / 50, 5 / 40 - 8 / 60]
    expected = sum(w * d for w, d in zip(weights, each, strict=True)) / sum(weights)
    assert abs(pooled - expected) > 0.01
    found = rulings({**row, "diff": f"{100 * expected:.1f}"}, method=stated)["diff"]
    assert found.ruling is Ruling.REPRODUCED
    assert any("strata" in name for name in found.by)


def test_what_lies_far_from_every_method_cannot_come_from_the_counts() -> None:
    found = rulings({**TWO, "diff": "35.0", "ci": ["20.0", "50.0"], "p": "0.2"})
    assert {found[key].ruling for key in ("diff", "ci", "p")} == {Ruling.CANNOT}


def test_both_directions_are_tried_where_none_is_said() -> None:
    row = {"x_a": 56, "n_a": 70, "x_b": 48, "n_b": 80}
    assert ruling({**row, "diff": "20"}, "diff") == REPRODUCED
    assert ruling({**row, "diff": "-20"}, "diff") == REPRODUCED
    assert ruling({**TWO, "diff": "-20"}, "diff") == CANNOT  # the control is known


# ---- p ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("p", "by"),
    [
        # R 4.2.2: fisher.test, chisq.test with and without correction, of 9/12 against 5/20.
        ("0.0100", "Fisher"),
        ("0.0167", "chi square, Yates"),
        ("0.0058", "chi square, Pearson"),
    ],
)
def test_a_p_tells_its_test(p: str, by: str) -> None:
    found = rulings({"x_a": 9, "n_a": 12, "x_b": 5, "n_b": 20, "p": p})["p"]
    assert (found.ruling, found.by) == (Ruling.REPRODUCED, (by,))
    assert f"{len(found.tried)} methods tried" in " ".join(found.arithmetic)


def test_a_p_of_three_arms() -> None:
    # Table 14-1.02 of the CDISC pilot: 3 of 86, 0 of 84, 1 of 84, Fisher's exact test.
    row = {"x_pbo": 3, "n_pbo": 86, "x_low": 0, "n_low": 84, "x_high": 1, "n_high": 84}
    found = rulings({**row, "p": "0.3281"})["p"]
    assert (found.ruling, found.by) == (Ruling.REPRODUCED, ("Fisher",))


@pytest.mark.parametrize(
    ("p", "expected"),
    [("<0.05", CONSISTENT), ("<0.01", CONSISTENT), ("<0.001", CANNOT), ("NS", CANNOT)],
)
def test_a_bound_is_never_reproduced(p: str, expected: str) -> None:
    assert ruling({**TWO, "p": p}, "p") == expected


def test_a_test_that_the_source_names_and_another_that_fits() -> None:
    row = {"x_a": 9, "n_a": 12, "x_b": 5, "n_b": 20, "p": "0.0058"}
    found = rulings(row, method="Fisher's exact test")["p"]
    assert any("not by the method that the source states" in line for line in found.arithmetic)


# ---- results that must agree with each other ----------------------------------------------------


def test_a_hazard_ratio_with_its_interval_and_p() -> None:
    # Furie R et al. N Engl J Med 2020;383:1117 (BLISS-LN): renal event or death.
    row = {"hazard_ratio": "0.51", "ci": ["0.34", "0.77"], "p": "0.001"}
    found = rulings(row)
    assert found["hazard_ratio"].ruling is Ruling.CONSISTENT
    assert found["ci"].ruling is Ruling.CONSISTENT
    assert found["p"].ruling is Ruling.REPRODUCED
    assert ruling({**row, "p": "0.02"}, "p") == INCONSISTENT
    assert ruling({**row, "ci": ["0.34", "0.52"]}, "ci") == INCONSISTENT
    assert ruling({**row, "ci": ["0.60", "0.77"]}, "hazard_ratio") == INCONSISTENT
    assert ruling({**row, "ci": ["0.77", "0.34"]}, "ci") == INCONSISTENT


def test_a_ratio_is_symmetric_as_a_logarithm() -> None:
    linear = rulings({"odds_ratio": "2.00", "ci": ["1.20", "2.80"]})["ci"]
    assert linear.ruling is Ruling.CLOSE
    assert any("symmetric as it stands" in line for line in linear.arithmetic)


def test_a_difference_of_rounded_percentages() -> None:
    row = {"pct_act": "83.5", "pct_ctl": "63.0"}
    assert ruling({**row, "diff": "20.5"}, "diff") == REPRODUCED
    assert ruling({**row, "diff": "20.4"}, "diff") == CLOSE
    assert ruling({**row, "diff": "20.2"}, "diff") == INCONSISTENT


def test_an_interval_of_an_estimate_and_its_error() -> None:
    # Table 14-3.01 of the CDISC pilot.
    row = {"diff": "-0.5", "se": "0.82", "ci": ["-2.1", "1.1"], "p": "0.569"}
    found = rulings(row, kind="ancova")
    assert found["ci"].ruling is Ruling.REPRODUCED
    assert found["se"].ruling is Ruling.REPRODUCED
    assert found["p"].ruling is Ruling.CLOSE  # rounding of -0.5 hides it
    assert ruling({**row, "se": "0.32"}, "se", kind="ancova") == INCONSISTENT
    assert ruling({**row, "p": "0.05"}, "p", kind="ancova") == INCONSISTENT


@pytest.mark.parametrize("key", ["p", "se", "odds_ratio"])
def test_numbers_that_stand_in_no_table(key: str) -> None:
    value = {"p": "1.2", "se": "-1", "odds_ratio": "-2"}[key]
    row = {key: value, **({"diff": 1} if key == "se" else {})}
    assert ruling(row, key) == INCONSISTENT


def test_two_estimates_and_one_interval_are_not_guessed() -> None:
    found = rulings({**TWO, "diff": 20, "odds_ratio": "2.67", "ci": ["1.3", "5.6"]})
    assert found["ci"].ruling is Ruling.NOT_CHECKABLE
    assert "diff_ci" in found["ci"].arithmetic[0]


# ---- means --------------------------------------------------------------------------------------


def test_the_sleep_data() -> None:
    # R: t.test(extra ~ group, sleep): means 0.75 and 2.33, deviations 1.789 and 2.002, 10 each.
    row = {"mean_1": "0.75", "sd_1": "1.789010", "n_1": 10}
    row |= {"mean_2": "2.33", "sd_2": "2.002249", "n_2": 10}
    welch = rulings({**row, "p": "0.07939", "mean_diff": "-1.58", "ci": ["-3.3655", "0.2055"]})
    assert welch["p"].by == ("t test (Welch)",)
    assert welch["mean_diff"].ruling is Ruling.REPRODUCED
    assert welch["ci"].by == ("t test (Welch)",)
    assert rulings({**row, "p": "0.07919"})["p"].by == ("t test (Student)",)
    assert ruling({**row, "p": "0.0001"}, "p") == INCONSISTENT
    assert ruling({**row, "p": "0.30"}, "p") == NOT_CHECKABLE  # a rank test may give it
    assert ruling({**row, "p": "0.30"}, "p", method="Student's t test") == INCONSISTENT


def test_an_analysis_of_variance() -> None:
    # R: anova(lm(weight ~ group, PlantGrowth)): F 4.8461 with 2 and 27 df, p 0.01591.
    row = {"mean": ["5.032", "4.661", "5.526"], "sd": ["0.583", "0.794", "0.443"]}
    found = rulings({**row, "n": [10, 10, 10], "p": "0.016"})["p"]
    assert (found.ruling, found.by) == (Ruling.REPRODUCED, ("ANOVA",))


def test_a_correlation() -> None:
    # R: cor.test(~ mpg + wt, mtcars): r -0.8676594 of 32, p 1.294e-10.
    row = {"r": "-0.8676594", "n": 32}
    assert ruling({**row, "p": "1.294e-10"}, "p") == REPRODUCED
    assert ruling({"r": "0.20", "n": 32, "p": "0.01"}, "p") == INCONSISTENT


def test_an_error_of_a_mean() -> None:
    assert ruling({"mean": 3, "sd": "4.0", "se": "0.8", "n": 25}, "se") == REPRODUCED
    assert ruling({"mean": 3, "sd": "4.0", "se": "1.6", "n": 25}, "se") == INCONSISTENT


def test_grim_as_it_was_published() -> None:
    # Brown NJL, Heathers JAJ. Soc Psychol Personal Sci 2017;8:363: 28 persons, mean 5.19.
    assert ruling({"mean": "5.19", "n": 28, "step": 1}, "mean") == CANNOT
    assert ruling({"mean": "5.18", "n": 28, "step": 1}, "mean") == CONSISTENT
    assert ruling({"mean": "5.19", "n": 28}, "mean") == NOT_CHECKABLE
    assert ruling({"mean": "5.19", "n": 28, "step": "0.1"}, "mean") == CONSISTENT


@pytest.mark.parametrize(("n", "top"), [(3, 4), (4, 3), (5, 3)])
def test_deviations_of_whole_numbers_as_enumeration_has_them(n: int, top: int) -> None:
    """Every mean and deviation of two decimals, against all samples of 0 to `top`."""
    real = set[tuple[str, str]]()
    for sample in itertools.combinations_with_replacement(range(top + 1), n):
        mean = sum(sample) / n
        sd = math.sqrt(sum((value - mean) ** 2 for value in sample) / (n - 1))
        real.add((f"{mean + 1e-9:.2f}", f"{sd + 1e-9:.2f}"))
    means = sorted({mean for mean, _ in real})
    rows = [
        {"item": f"{mean} {sd / 100:.2f}", "mean": mean, "sd": f"{sd / 100:.2f}", "n": n}
        for mean in means
        for sd in range(0, 260, 3)
    ]
    text = json.dumps({"step": 1, "scale_min": 0, "scale_max": top, "rows": rows})
    for one in refereed(text).numbers:
        if one.number != "sd":
            continue
        printed = tuple(one.row.split())
        expected = Ruling.CONSISTENT if printed in real else Ruling.CANNOT
        assert one.ruling is expected, (printed, one.arithmetic)


def test_quartiles_stand_in_their_order() -> None:
    assert ruling({"median": 3, "q1": 4, "q3": 9, "n": 9}, "median") == INCONSISTENT
    assert ruling({"median": 5, "q1": 4, "q3": 9, "n": 9}, "median") == NOT_CHECKABLE
    assert ruling({"mean": 30, "min": 1, "max": 9, "n": 9}, "mean") == INCONSISTENT


# ---- sums ---------------------------------------------------------------------------------------


def test_arms_add_up_to_all() -> None:
    row = {"x_a": 20, "n_a": 40, "x_b": 18, "n_b": 41, "n_total": 81}
    found = rulings({**row, "x_total": 38})
    assert {found[key].ruling for key in ("x_total", "n_total")} == {Ruling.REPRODUCED}
    wrong = rulings({**row, "x_total": 39})
    assert {wrong[key].ruling for key in ("x_total", "x_a", "x_b")} == {Ruling.INCONSISTENT}
    assert wrong["n_total"].ruling is Ruling.REPRODUCED


def test_subgroups_add_up_to_all() -> None:
    def rows(x_high: int, n_high: int) -> list[dict[str, object]]:
        return [
            {"endpoint": "CR", "subgroup": "All", "x_a": 112, "n_a": 366},
            {"endpoint": "CR", "subgroup": "IFN-high", "x_a": x_high, "n_a": n_high},
            {"endpoint": "CR", "subgroup": "IFN-low", "x_a": 24, "n_a": 64},
        ]

    def whole(x_high: int, n_high: int, key: str) -> Ruling:
        found = refereed(json.dumps({"rows": rows(x_high, n_high)})).numbers
        return next(one.ruling for one in found if one.number == key)

    assert whole(88, 302, "x_a") is Ruling.REPRODUCED
    assert whole(89, 302, "x_a") is Ruling.INCONSISTENT
    assert whole(88, 303, "n_a") is Ruling.INCONSISTENT  # more in the parts than there are
    assert whole(88, 300, "n_a") is Ruling.GIVEN  # some persons may be in neither


def test_sums_that_a_file_names() -> None:
    row = {"adds_up": {"total": 100, "parts": {"randomised": 60, "failed": 40}}}
    assert ruling(row, "total") == REPRODUCED
    row = {"adds_up": {"total": 100, "parts": [60, 41]}}
    assert ruling(row, "total") == INCONSISTENT


# ---- nothing is lost ----------------------------------------------------------------------------


def test_every_number_stands_once() -> None:
    row = {**TWO, "pct_act": 80, "foo": "3.5", "list": [1, 2], "p_trend": "0.1", "p": "0.01"}
    row |= {"nested": {"diff": 2, "ci": [1, 3]}, "diff": 20, "ci": [5, 33]}
    numbers = [one.number for one in refereed(json.dumps({"rows": [row]})).numbers]
    assert len(numbers) == len(set(numbers))
    wanted = {*TWO, "pct_act", "foo", "list[1]", "list[2]", "p_trend", "p", "diff", "ci"}
    assert set(numbers) == wanted | {"nested.diff", "nested.ci"}


def test_what_is_missing_is_said() -> None:
    for row, key in (
        ({"p": "0.03"}, "p"),
        ({"pct_a": 30}, "pct_a"),
        ({"hazard_ratio": "0.5"}, "hazard_ratio"),
        ({"median": 3, "n": 4}, "median"),
        ({"unknown_thing": 3}, "unknown_thing"),
    ):
        found = rulings(row)[key]
        assert found.ruling is Ruling.NOT_CHECKABLE
        assert found.arithmetic


def test_nothing_of_zero_or_of_all_is_a_traceback() -> None:
    for x, y in itertools.product((0, 10), repeat=2):
        row = {"x_a": x, "n_a": 10, "x_b": y, "n_b": 10, "diff": 0, "ci": [-20, 20], "p": 1}
        for more in ({}, {"odds_ratio": 1}, {"rr": 1, "rr_ci": [0.5, 2]}):
            assert rulings({**row, **more})
    assert rulings({"x_a": 0, "n_a": 0, "x_b": 1, "n_b": 3, "diff": 0, "p": 1})
    assert rulings({"mean_a": 1, "sd_a": 0, "n_a": 5, "mean_b": 1, "sd_b": 0, "n_b": 5, "p": 1})
    assert rulings({"mean_a": 1, "sd_a": 1, "n_a": 1, "mean_b": 1, "sd_b": 0, "n_b": 5, "p": 1})


# ---- further kinds ------------------------------------------------------------------------------


def test_bounds_of_a_design_with_looks() -> None:
    # rpact 3.3.4: O'Brien-Fleming spending, four looks, one-sided 0.05.
    row = {"info": [0.25, 0.5, 0.75, 1.0], "alpha_one_sided": 0.05}
    z = ["3.74955", "2.53994", "2.01607", "1.72018"]
    found = rulings({**row, "z": z}, kind="group_sequential")
    assert {found[f"z[{k}]"].ruling for k in range(1, 5)} == {Ruling.REPRODUCED}
    assert found["alpha_one_sided"].ruling is Ruling.GIVEN
    wrong = rulings({**row, "z": [*z[:3], "1.74018"]}, kind="group_sequential")
    assert {wrong[f"z[{k}]"].ruling for k in range(1, 5)} == {Ruling.CANNOT}


@pytest.mark.parametrize(("rate", "expected"), [("5.7", REPRODUCED), ("6.1", CANNOT)])
def test_a_rate_of_years(rate: str, expected: str) -> None:
    assert ruling({"x_a": 20, "py_a": "350.5", "rate_a": rate}, "rate_a") == expected


def test_several_numbers_under_one_key() -> None:
    row = {"mean_sd_a": "0.75 ± 1.789010", "n_a": 10, "mean_sd_b": [2.33, 2.002249], "n_b": 10}
    assert rulings({**row, "p": "0.07939"})["p"].by == ("t test (Welch)",)
    row = {"median_iqr_a": "0.8 (0.5-1.1)", "x_b": "16/29 (55.2%)"}
    found = rulings(row)
    assert found["median_iqr_a q1"].printed == "0.5"
    assert found["x_b pct"].ruling is Ruling.REPRODUCED


def test_the_interval_of_an_arm() -> None:
    # Newcombe RG. Stat Med 1998;17:857, table I: 81 of 263.
    row = {"x_a": 81, "n_a": 263, "ci_a": "25.27 to 36.76", "x_b": 5, "n_b": 50}
    assert rulings(row)["ci_a"].by == ("Clopper-Pearson",)
    assert ruling({**row, "ci_a": "25.27 to 38.76"}, "ci_a") == CANNOT
    mean = {"mean_a": "5.0", "sd_a": "2.0", "n_a": 25}
    assert ruling({**mean, "ci_a": "4.17 to 5.83"}, "ci_a") == REPRODUCED
    assert ruling({**mean, "ci_a": "3.17 to 6.83"}, "ci_a") == INCONSISTENT


def test_an_adjusted_estimate_is_close_at_most() -> None:
    # Rovin BH et al. Lancet 2021;397:2070 (AURORA 1): 73 of 179 and 40 of 178, OR 2.65, adjusted.
    row = {"x_act": 73, "n_act": 179, "x_ctl": 40, "n_ctl": 178}
    assert ruling({**row, "adjusted_or": "2.65"}, "adjusted_or") == CLOSE
    assert ruling({**row, "adjusted_or": "2.38"}, "adjusted_or") == CLOSE  # the crude one
    assert ruling({**row, "odds_ratio": "2.38"}, "odds_ratio") == REPRODUCED


def test_a_p_that_its_counts_cannot_give_makes_no_other_number_wrong() -> None:
    found = rulings({**TWO, "diff": "20.0", "ci": ["5.2", "33.4"], "p": "0.6"})
    assert found["p"].ruling is Ruling.CANNOT
    assert found["ci"].ruling is Ruling.REPRODUCED
    assert found["diff"].ruling is Ruling.REPRODUCED


def test_tests_of_one_side_are_tried_where_they_are_stated() -> None:
    row = {"x_a": 9, "n_a": 12, "x_b": 5, "n_b": 20, "p": "0.0029"}
    assert ruling(row, "p") == CANNOT or ruling(row, "p") == CLOSE
    assert ruling(row, "p", method="one-sided chi square") == REPRODUCED


def test_a_table_of_counts() -> None:
    # Table 14-1.02 of the CDISC pilot again, as a table of two answers by three groups.
    row = {"crosstab": [[3, 83], [0, 84], [1, 83]]}
    assert rulings({**row, "p": "0.3281"})["p"].by == ("Fisher",)
    # Agresti A. Categorical data analysis. 2nd ed. 2002, table 3.2: chi square 69.2 with 4 df.
    row = {"crosstab": [[178, 570, 138], [138, 648, 252], [108, 442, 252]]}
    assert ruling({**row, "p": "<0.001"}, "p") == CONSISTENT
    assert rulings({**row, "p": "0.5"})["crosstab[2][3]"].ruling is Ruling.GIVEN
    assert ruling({**row, "p": "0.5"}, "p") == CANNOT


def test_numbers_of_persons_that_a_table_gives_once() -> None:
    found = rulings({"x_a": 56, "pct_a": "80.0"}, {"x_a": 8, "pct_a": "11.4"}, n_a=70)
    assert found["pct_a"].ruling is Ruling.REPRODUCED
    assert found["n_a"].ruling is Ruling.GIVEN


def test_a_method_of_a_row_is_its_own() -> None:
    row = {"x_act": 188, "n_act": 360, "x_ctl": 147, "n_ctl": 366, "ci": ["4.9", "19.3"]}
    assert ruling({**row, "diff": "12.1"}, "ci", method="stratified") == CLOSE
    assert ruling({**row, "diff": "12.1", "method": "Wald"}, "ci", method="stratified") == (
        REPRODUCED
    )


def test_two_keys_that_say_the_same_lose_nothing() -> None:
    found = rulings({"x_a": 5, "count_a": 6, "n_a": 10, "diff": 3, "rd": 4})
    assert set(found) == {"x_a", "count_a", "n_a", "diff", "rd"}
    assert "the same" in found["count_a"].arithmetic[0]
    assert "the same" in found["rd"].arithmetic[0]


def test_an_interval_as_a_mapping_and_one_that_is_absent() -> None:
    row = {**TWO, "diff": "20.0"}
    assert ruling({**row, "ci": {"low": "5.2", "high": "33.4"}}, "ci.low to ci.high") == REPRODUCED
    assert "ci" not in rulings({**row, "ci": "NA"})


def test_two_of_several_arms_by_their_names() -> None:
    # Rovin BH et al. Kidney Int 2019;95:219 (AURA-LV): 29 of 89 and 17 of 88.
    row = {"x_low": 29, "n_low": 89, "x_pbo": 17, "n_pbo": 88, "x_high": 35, "n_high": 88}
    found = rulings({**row, "or_low_vs_pbo": "2.02", "p_low_vs_pbo": "0.046"})
    assert found["or_low_vs_pbo"].ruling is Ruling.REPRODUCED
    assert found["p_low_vs_pbo"].by == ("Wald of the log odds ratio (logistic)",)
    assert ruling({**row, "p_interaction": "0.5"}, "p_interaction") == NOT_CHECKABLE


def test_a_p_of_times_is_not_held_to_counts() -> None:
    row = {**TWO, "hazard_ratio": "1.5", "ci": ["1.0", "2.25"], "p": "0.05"}
    found = rulings(row)
    assert found["p"].ruling in {Ruling.REPRODUCED, Ruling.CLOSE}
    assert found["p"].by in {(), ("estimate and its interval",)}
    assert ruling({**TWO, "p": "0.2"}, "p", method="log-rank test") == NOT_CHECKABLE


def test_a_model_may_move_a_number_further_than_strata() -> None:
    row = {**TWO, "diff": "26.0"}  # 0.8 standard errors from 20
    assert ruling(row, "diff", method="stratified by centre") == CANNOT
    assert ruling(row, "diff", method="propensity score weighted") == NOT_CHECKABLE
    assert ruling({**row, "diff": "60"}, "diff", method="propensity score weighted") == CANNOT


def test_coarse_rounding_is_no_distance() -> None:
    # Appel GB et al. J Am Soc Nephrol 2009;20:1103 (ALMS): 104 and 98 of 185, 1.2 (0.8 to 1.8).
    row = {"x_act": 104, "n_act": 185, "x_ctl": 98, "n_ctl": 185, "or": "1.2", "ci": "0.8 to 1.8"}
    assert {rulings(row)[key].ruling for key in ("or", "ci")} == {Ruling.CLOSE}


def test_texts_under_keys_that_nobody_knows_are_kept() -> None:
    row = {"x": 5, "n": 9, "since": "2014-10-29", "range": "about 5", "resp": "32.1 ± 10.1"}
    found = refereed(json.dumps({"rows": [{"endpoint": "CR", **row}]}))
    assert found.tables[0].table.notes == ("CR: since: 2014-10-29", "CR: range: about 5")
    assert {one.number for one in found.numbers} == {"x", "n", "resp[1]", "resp[2]"}


def test_rows_whose_order_is_turned() -> None:
    rows = [
        {"endpoint": "one", "x_a": 234, "n_a": 378, "x_b": 219, "n_b": 379, "p": "0.179"},
        {"endpoint": "two", "x_a": 240, "n_a": 378, "x_b": 220, "n_b": 379, "p": "0.263"},
    ]
    found = refereed(json.dumps({"rows": rows})).numbers
    first, second = (one for one in found if one.number == "p")
    assert second.ruling is Ruling.CANNOT
    assert any("their order is turned" in line for line in second.arithmetic)
    assert not any("their order is turned" in line for line in first.arithmetic)


def test_a_count_beside_which_nothing_stands() -> None:
    # Mackensen A et al. Nat Med 2022;28:2124: five of five; their exact interval begins at 47.8.
    found = rulings({"endpoint": "DORIS", "x": 5, "n": 5})["x"]
    assert found.ruling is Ruling.NOT_CHECKABLE
    assert "47.8 to 100.0" in found.arithmetic[1]
    assert ruling({"x": 5, "n": 5, "pct": 100}, "x") == "given"
