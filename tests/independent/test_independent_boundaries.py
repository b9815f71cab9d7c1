"""Boundary and unknown rows of the independent instruments; one row, one sentence of the spec."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from .bilag import DOMAINS, domain_grade, domain_items, numeric_score, renal_grade
from .composites import Visit, bicla, doris, lldas, sri
from .egfr import chinese_mdrd, ckd_epi_2021, ckid_u25, japanese, schwartz_original
from .renal_response import nct05631717_response
from .sledai import WEIGHTS, items_from_laboratory, sledai_2k

D = Decimal

# --- SLEDAI-2K -----------------------------------------------------------------------------


def test_sledai_bounds() -> None:
    assert sledai_2k({}) == (0, 105)
    absent = dict.fromkeys(WEIGHTS, "absent")
    assert sledai_2k({**absent, "rash": "unsure", "fever": "present"}) == (1, 3)
    assert sledai_2k({**absent, "leukopenia": "not_attributed"}) == (0, 0)
    with pytest.raises(ValueError, match="rush"):
        sledai_2k({"rush": "present"})


@pytest.mark.parametrize(
    ("values", "item", "state"),
    [
        ({"upcr_g_g": D("0.51")}, "proteinuria", "present"),
        ({"upcr_g_g": D("0.51"), "urine_protein_24h_g": D("0.5")}, "proteinuria", "absent"),
        ({"c3": D("0.7"), "c3_lln": D("0.8")}, "low_complement", "present"),
        ({"c3": D("0.8"), "c3_lln": D("0.8")}, "low_complement", "not_assessed"),
        (
            {"c3": D("0.8"), "c3_lln": D("0.8"), "c4": D("0.2"), "c4_lln": D("0.1")},
            "low_complement",
            "absent",
        ),
        ({"anti_dsdna": D(30)}, "increased_dna_binding", "not_assessed"),
        ({"anti_dsdna": D(30), "anti_dsdna_uln": D(30)}, "increased_dna_binding", "absent"),
        ({"temperature_c": D("38.1")}, "fever", "present"),
        ({"platelets": None}, "thrombocytopenia", "not_assessed"),
    ],
)
def test_sledai_laboratory(values: dict[str, Decimal | None], item: str, state: str) -> None:
    assert items_from_laboratory(values)[item] == state


# --- BILAG-2004 ----------------------------------------------------------------------------


def test_bilag_domains_hold_items_1_to_77_once() -> None:
    clinical = [n for d in DOMAINS if d != "haematological" for n in domain_items(d)]
    assert sorted(clinical) == list(range(1, 78))
    assert sorted(domain_items("haematological")) == list(range(90, 98))


@pytest.mark.parametrize(
    ("codes", "grade"),
    [
        ({39: 2}, "A"),  # a certain A stands with everything else unknown
        ({39: 0, 40: 2, 41: 1, 42: 0, 43: 0}, "B"),
        ({39: None, 40: 2, 41: 1, 42: 0, 43: 0}, "not_evaluable"),
        ({39: 0, 40: 2, 41: 0, 42: None, 43: None}, "B"),  # neither can give more than B
        ({39: 0, 40: 1, 41: 0, 42: 0, 43: None}, "C"),
        ({39: 0, 40: 0, 41: 0, 42: 0, 43: None}, "not_evaluable"),
    ],
)
def test_bilag_unknown_items(codes: dict[int, int | None], grade: str) -> None:
    assert domain_grade("musculoskeletal", codes, True) == grade


BLOOD: dict[int, int | Decimal | bool | None] = {
    90: D("13.1"),
    91: 5,
    92: 3,
    93: 2,
    94: 250,
    95: 0,
    96: False,
    97: False,
}


@pytest.mark.parametrize(
    ("change", "grade"),
    [
        ({}, "E"),
        ({90: D("7.9")}, "A"),
        ({90: 8}, "B"),
        ({90: D("8.95")}, "B"),
        ({90: 9}, "C"),
        ({90: 11}, "E"),
        ({91: D("0.99")}, "A"),
        ({92: D("0.5")}, "B"),
        ({93: D("0.99")}, "C"),
        ({93: 1}, "E"),
        ({94: 25}, "B"),
        ({94: 50}, "C"),
        ({94: 150}, "E"),
        ({95: 1}, "B"),
        ({95: 2}, "A"),
        ({96: True}, "B"),
        ({97: True}, "C"),
        ({93: None}, "not_evaluable"),
        ({94: 100, 93: None}, "C"),
        ({94: 24, 90: None}, "A"),
    ],
)
def test_bilag_haematological(change: dict[int, Any], grade: str) -> None:
    assert domain_grade("haematological", {**BLOOD, **change}, False) == grade


QUIET: dict[str, int | Decimal | bool | None] = {
    "sbp": 120,
    "dbp": 75,
    "accelerated_hypertension": False,
    "protein_24h_g": D("0.1"),
    "nephrotic": False,
    "creatinine_umol_l": 70,
    "gfr": 100,
    "active_sediment": False,
    "active_nephritis": False,
}


@pytest.mark.parametrize(
    ("change", "earlier", "grade"),
    [
        # two features with a leading one; two without
        ({"protein_24h_g": D("1.01"), "nephrotic": True}, {}, "A"),
        ({"nephrotic": True, "accelerated_hypertension": True}, {}, "B"),
        # protein limits and the fall of exactly 25 %
        ({"protein_24h_g": D(1), "active_sediment": True}, {}, "B"),
        ({"protein_24h_g": D("0.5")}, {}, "B"),
        ({"protein_24h_g": D("0.25")}, {}, "D"),
        ({"protein_24h_g": D("0.26")}, {}, "C"),
        ({"protein_24h_g": D("0.6")}, {"protein_24h_g": D("0.8")}, "C"),
        ({"protein_24h_g": D("0.61")}, {"protein_24h_g": D("0.8")}, "B"),
        ({"protein_24h_g": D("0.6")}, {"protein_24h_g": None}, "not_evaluable"),
        ({"protein_24h_g": None, "pcr_mg_mmol": 50}, {"pcr_mg_mmol": 50}, "B"),
        ({"protein_24h_g": None, "acr_mg_mmol": 25}, {}, "D"),
        # dipstick
        ({"protein_24h_g": None, "dipstick": 2}, {"dipstick": 1}, "B"),
        ({"protein_24h_g": None, "dipstick": 1}, {"dipstick": 0}, "C"),
        ({"protein_24h_g": None, "dipstick": 3, "active_sediment": True}, {"dipstick": 1}, "A"),
        ({"dipstick": 3}, {"dipstick": 0}, "D"),  # a 24 h value is there
        ({"protein_24h_g": None, "dipstick": 2}, {}, "not_evaluable"),
        ({"protein_24h_g": None, "dipstick": 1}, {}, "C"),  # no rise can end at 2+
        # creatinine at 115 % and 130 % of 120
        ({"creatinine_umol_l": 138, "gfr": None}, {"creatinine_umol_l": 120}, "B"),
        ({"creatinine_umol_l": D("137.9"), "gfr": None}, {"creatinine_umol_l": 120}, "D"),
        ({"creatinine_umol_l": 156, "active_sediment": True}, {"creatinine_umol_l": 120}, "B"),
        ({"creatinine_umol_l": 157, "active_sediment": True}, {"creatinine_umol_l": 120}, "A"),
        ({"creatinine_umol_l": 140}, {"creatinine_umol_l": None}, "not_evaluable"),
        ({"creatinine_umol_l": None}, {}, "not_evaluable"),
        # GFR
        ({"gfr": 67, "active_sediment": True}, {}, "B"),  # exactly 67 %
        ({"gfr": 66, "active_sediment": True}, {}, "A"),
        ({"gfr": 49, "active_sediment": True}, {"gfr": 50}, "B"),
        ({"gfr": 49, "active_sediment": True}, {"gfr": 51}, "A"),
        ({"gfr": 49, "active_sediment": True}, {"gfr": None}, "A"),
        ({"gfr": 60}, {"gfr": None}, "not_evaluable"),
        # blood pressure
        ({"sbp": 150, "dbp": 91}, {}, "C"),
        ({"sbp": 149, "dbp": 91}, {}, "D"),
        ({"sbp": 150, "dbp": 90}, {}, "D"),
        ({"sbp": None}, {}, "D"),  # the diastolic does not reach it
        ({"sbp": None, "dbp": 95}, {}, "not_evaluable"),
        # unknown features
        ({"nephrotic": None}, {}, "not_evaluable"),
        ({"active_sediment": None, "nephrotic": True}, {}, "not_evaluable"),
    ],
)
def test_bilag_renal(change: dict[str, Any], earlier: dict[str, Any], grade: str) -> None:
    assert renal_grade({**QUIET, **change}, {**QUIET, **earlier}, True) == grade


@pytest.mark.parametrize(
    ("change", "grade"),
    [
        ({"protein_24h_g": D("0.5")}, "B"),
        ({"protein_24h_g": D("1.1"), "active_sediment": True}, "A"),
        ({"creatinine_umol_l": 200, "active_sediment": True}, "B"),
        ({"gfr": 60}, "E"),
        ({"gfr": 49}, "B"),  # "or not measured", word for word
        ({"sbp": 180, "dbp": 110}, "E"),
    ],
)
def test_bilag_renal_first_visit(change: dict[str, Any], grade: str) -> None:
    assert renal_grade({**QUIET, **change}, None, False) == grade


def test_bilag_unknown_history_and_numeric() -> None:
    assert renal_grade(QUIET, QUIET, None) == "not_evaluable"
    assert numeric_score(["A"] * 9) == 108
    assert numeric_score(["A"] * 8 + ["not_evaluable"]) is None


# --- SRI, BICLA, LLDAS, DORIS --------------------------------------------------------------

N = "not_evaluable"


def visit(sledai: int | tuple[int, int] | None, grades: list[str], pga: str | None) -> Visit:
    """The first domains as named, the others E."""
    padded = grades + ["E"] * (9 - len(grades))
    return Visit(sledai=sledai, bilag=padded, pga=None if pga is None else D(pga))


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (visit(10, ["B"], "1.0"), visit(6, ["C"], "1.29"), True),
        (visit(10, ["B"], "1.0"), visit(6, ["C"], "1.3"), False),
        (visit((9, 12), ["B"], "1"), visit(6, ["C"], "1"), None),
        (visit((9, 9), ["B"], "1"), visit(6, ["C"], None), False),
        (visit(10, ["B"], "1"), visit(6, ["C"], None), None),
        (visit(3, ["B"], "1"), visit(None, ["C"], "1"), False),  # not attainable
        (visit(10, ["C"], "1"), visit(6, ["A"], "1"), False),
        (visit(10, [N], "1"), visit(6, ["A"], "1"), None),
        (visit(10, ["A"], "1"), visit(6, [N], "1"), True),  # nothing there can be new
        (visit(10, ["B"], "1"), visit(6, [N], "1"), None),
        (visit(10, [N, "C"], "1"), visit(6, ["B", "B"], "1"), None),
        (visit(10, ["C", "C"], "1"), visit(6, ["B", "B"], None), False),
    ],
)
def test_sri(before: Visit, now: Visit, expected: bool | None) -> None:
    assert sri(4, before, now) is expected


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (visit(6, ["A"], "1"), visit(6, ["B"], "1"), True),
        (visit(6, ["B"], "1"), visit(6, ["B"], "1"), False),
        (visit(6, ["B"], "1"), visit(7, ["C"], "1"), False),
        (visit(6, ["C"], "1"), visit(9, ["A"], "3"), None),  # no A or B at baseline
        (visit(6, ["B", N], "1"), visit(6, ["C", "A"], "1"), False),  # unimproved or new
        (visit(6, ["B", N], "1"), visit(6, ["C", "B"], "1"), None),
        (visit(6, ["B", N], "1"), visit(6, ["C", "C"], "1"), True),
        (visit(6, ["B", "A"], "1"), visit(6, ["C", N], "1"), None),
    ],
)
def test_bicla(before: Visit, now: Visit, expected: bool | None) -> None:
    assert bicla("tulip", before, now, treatment_failure=False) is expected
    if expected:
        assert bicla("tulip", before, now, treatment_failure=True) is False
        assert bicla("emblem", before, now, treatment_failure=None) is None


def test_lldas_and_doris_unknowns() -> None:
    absent = dict.fromkeys(WEIGHTS, "absent")
    steady = {
        "items": absent,
        "new_features": False,
        "haemolytic_anaemia": False,
        "gastrointestinal_activity": False,
        "pga": D("0.4"),
        "prednisone_mg": D(5),
        "treatment_permitted": True,
    }

    def both(change: dict[str, Any]) -> tuple[bool | None, bool | None]:
        made: Any = {**steady, **change}
        return lldas(made), doris(made)

    assert both({}) == (True, True)
    assert both({"new_features": None}) == (None, True)
    assert both({"pga": None}) == (None, None)
    assert both({"pga": D("0.5")}) == (True, False)
    assert both({"pga": D("1.1")}) == (False, False)
    assert both({"prednisone_mg": D("7.5")}) == (True, False)
    assert both({"prednisone_mg": D("7.6"), "pga": None}) == (False, False)
    assert both({"items": {**absent, "arthritis": "present"}}) == (True, False)
    assert both({"items": {**absent, "rash": "unsure"}}) == (True, None)
    assert both({"items": {**absent, "low_complement": "unsure"}}) == (True, True)
    assert both({"items": {**absent, "fever": "unsure"}}) == (None, None)
    assert both({"items": {**absent, "fever": "present"}}) == (False, False)


# --- renal response ------------------------------------------------------------------------


def renal(creatinine: str, upcr: str, protein: str, dose: str = "10") -> dict[str, Decimal | None]:
    """One visit; a dash is a value that was not measured."""
    names = ("creatinine_mg_dl", "upcr_g_g", "protein_24h_g", "prednisone_mg")
    texts = (creatinine, upcr, protein, dose)
    return {n: None if t == "-" else D(t) for n, t in zip(names, texts, strict=True)}


@pytest.mark.parametrize(
    ("baseline", "now", "strict", "one_measure"),
    [
        (renal("0.8", "2", "-"), renal("1.2", "0.49", "-"), "CR", "CR"),
        (renal("1.0", "2", "-"), renal("1.25", "0.49", "-"), "CR", "CR"),
        (renal("1.0", "2", "2"), renal("1.26", "0.49", "0.49"), "PR", "PR"),
        (renal("-", "2", "-"), renal("1.3", "0.4", "-"), "not_assessable", "not_assessable"),
        (renal("0.8", "2", "2"), renal("0.8", "1", "0.9"), "NR", "NR"),  # exactly 50 %
        (renal("0.8", "2", "2"), renal("0.8", "0.99", "1.9"), "PR", "PR"),
        (renal("0.8", "2", "-"), renal("0.8", "0.99", "-"), "not_assessable", "PR"),
        (renal("0.8", "-", "2"), renal("0.8", "0.6", "0.9"), "PR", "PR"),
        (renal("2.0", "3", "3"), renal("1.4", "2", "2"), "NR", "NR"),  # exactly 30 %
        (renal("2.0", "3", "3"), renal("1.39", "2", "2"), "PR", "PR"),
        (renal("-", "3", "3"), renal("1.0", "2.5", "2.5"), "NR", "NR"),  # both branches fail
        (renal("-", "3", "3"), renal("1.0", "1", "1"), "not_assessable", "not_assessable"),
        (renal("0.8", "0.4", "0.4"), renal("0.8", "0.6", "0.6"), "NR", "NR"),
        (renal("0.8", "0.4", "-"), renal("0.8", "0.6", "0.6"), "NR", "NR"),  # P not improved
        (renal("0.8", "2", "-"), renal("0.8", "0.4", "-", "-"), "not_assessable", "not_assessable"),
        (renal("0.8", "2", "2"), renal("0.8", "0.4", "0.4", "10.1"), "PR", "PR"),
    ],
)
def test_renal_response(
    baseline: dict[str, Decimal | None],
    now: dict[str, Decimal | None],
    strict: str,
    one_measure: str,
) -> None:
    assert nct05631717_response(baseline, now) == strict
    assert nct05631717_response(baseline, now, one_measure_suffices=True) == one_measure


# --- eGFR ----------------------------------------------------------------------------------


def test_egfr_checks_printed_in_the_specification() -> None:
    assert ckid_u25(1, height_cm=100, age=1, sex="M") == pytest.approx(35.7, abs=0.05)
    assert ckid_u25(1, height_cm=100, age=1, sex="F") == pytest.approx(33.1, abs=0.05)
    assert ckid_u25(1, height_cm=100, age=18, sex="M") == pytest.approx(50.8)
    assert round(japanese(0.8, age=30, sex="F")) == 69
    assert round(ckd_epi_2021(0.8, age=30, sex="F")) == 102
    assert round(schwartz_original(2.2, height_cm=140, age=10, sex="M"), 1) == 35.0
    assert chinese_mdrd(1, age=1, sex="M") == pytest.approx(175)
