"""Rules of sections 5, 7 and 15 of the specification that join items, values or visits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

import remit
from remit.cli import main
from remit.instruments.forms import Answers


def scored(name: str, form: Answers, *, absent: bool = True) -> Mapping[str, str]:
    card = remit.score(name, form, unlisted="absent" if absent else "unknown")
    return {outcome.id: outcome.value for outcome in card.outcomes}


# ---- SLICC 2012: a direct Coombs test counts without haemolytic anaemia --------------------------


@pytest.mark.parametrize(
    ("anaemia", "clinical", "immunological"),
    [("absent", "0", "1"), ("present", "1", "0"), ("not_attributed", "0", "1")],
)
def test_a_coombs_test_counts_without_haemolytic_anaemia(
    anaemia: str, clinical: str, immunological: str
) -> None:
    found = scored("slicc_2012", {"direct_coombs": "present", "haemolytic_anaemia": anaemia})
    assert found["slicc_2012_clinical"] == clinical
    assert found["slicc_2012_immunological"] == immunological


def test_a_coombs_test_beside_haemolytic_anaemia_does_not_make_the_fourth_criterion() -> None:
    form = dict.fromkeys(("direct_coombs", "haemolytic_anaemia", "synovitis", "ana"), "present")
    assert scored("slicc_2012", form)["slicc_2012"] == "not_fulfilled"
    assert scored("slicc_2012", {**form, "serositis": "present"})["slicc_2012"] == "fulfilled"


def test_a_coombs_test_is_open_while_haemolytic_anaemia_is() -> None:
    found = scored("slicc_2012", {"direct_coombs": "present", "ana": "present"}, absent=False)
    assert found["slicc_2012_immunological"] == "1 to 6"


# ---- ACR 1997: two occasions ---------------------------------------------------------------------


def acr(folder: Path, *visits: Mapping[str, object]) -> Mapping[str, str]:
    """The last of some dated visits, of which three criteria are recorded at each."""
    there = dict.fromkeys(("malar_rash", "arthritis", "ana"), "present")
    form = folder / "visits.json"
    rows = [{"date": f"2025-0{n}-01", **there, **visit} for n, visit in enumerate(visits, start=1)]
    form.write_text(json.dumps(rows), encoding="utf-8")
    words = ["score", "acr_1997", "--items", str(form), "--unlisted", "absent", "--json"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    return {row["id"]: row["value"] for row in json.loads(result.output)[-1]["outcomes"]}


# Section 5.1, criterion 9: leukocytes below 4.0 or lymphocytes below 1.5 on two occasions, or
# platelets below 100; section 5.3: lymphocytes of 1.2 twice are an ACR criterion.
@pytest.mark.parametrize(
    ("before", "now", "criteria"),
    [
        ({"lymphocytes": "1.2 10*9/L"}, {"lymphocytes": "1.2 10*9/L"}, "4"),
        ({"lymphocytes": "1.5 10*9/L"}, {"lymphocytes": "1.2 10*9/L"}, "3"),
        ({"lymphocytes": "1.2 10*9/L"}, {"lymphocytes": "1.5 10*9/L"}, "3"),
        ({"leukocytes": "3.9 10*9/L"}, {"leukocytes": "3.99 10*9/L"}, "4"),
        ({"leukocytes": "4 10*9/L"}, {"leukocytes": "3.99 10*9/L"}, "3"),
        ({"leukocytes": "3.9 10*9/L"}, {"lymphocytes": "1.2 10*9/L"}, "3"),
        ({}, {"lymphocytes": "1.2 10*9/L"}, "3"),
        ({}, {"platelets": "99.9 10*9/L"}, "4"),
        ({}, {"platelets": "100 10*9/L"}, "3"),
        ({}, {"platelets": "99.9 10*9/L", "hematologic": "not_attributed"}, "3"),
        ({}, {"urine_rbc_casts": "1 /[LPF]"}, "4"),
        ({}, {"urine_rbc_casts": "0 /[LPF]"}, "3"),
        ({}, {"anti_dsdna": {"value": 31, "unit": "[IU]/mL", "uln": 30}}, "4"),
        ({}, {"anti_dsdna": {"value": 30, "unit": "[IU]/mL", "uln": 30}}, "3"),
    ],
)
def test_values_of_two_visits(
    tmp_path: Path, before: Mapping[str, object], now: Mapping[str, object], criteria: str
) -> None:
    found = acr(tmp_path, before, now)
    assert found["acr_1997"] == criteria
    assert found["acr_1997_class"] == ("fulfilled" if criteria == "4" else "not_fulfilled")


def test_normal_values_do_not_deny_a_criterion() -> None:
    found = scored("acr_1997", {"platelets": "250 10*9/L"}, absent=False)
    assert found["acr_1997"] == "0 to 11"


# ---- SDI: whatever the cause; counts of events that are not named --------------------------------


@pytest.mark.parametrize(
    ("form", "total"),
    [
        ({}, "0"),
        ({"cataract": "not_attributed"}, "1"),
        ({"myocardial_infarctions": 2}, "2"),
        (dict.fromkeys(("filtration_below_half", "nephrotic_proteinuria"), "present"), "2"),
        (
            dict.fromkeys(
                ("filtration_below_half", "nephrotic_proteinuria", "end_stage_renal_disease"),
                "present",
            ),
            "3",
        ),
    ],
)
def test_damage(form: Answers, total: str) -> None:
    assert scored("sdi", form)["sdi"] == total


def test_damage_that_was_not_assessed_stays_open() -> None:
    assert scored("sdi", {"cataract": "present"}, absent=False)["sdi"] == "1 to 47"


# ---- cell therapy: what a form does not name -----------------------------------------------------


@pytest.mark.parametrize(
    ("form", "grade"),
    [
        ({"fever": "present"}, "1"),
        ({"fever": "present", "hypotension": "present"}, "2"),
        ({"fever": "present", "vasopressors": 1}, "3"),
        ({"hypotension": "present"}, "0"),
    ],
)
def test_no_pressor_and_no_oxygen_where_absent_is_the_rule(form: Answers, grade: str) -> None:
    assert scored("crs_astct", form)["crs_astct"] == grade


@pytest.mark.parametrize(
    ("form", "grade"),
    [
        ({"age": 8, "capd": 8}, "1"),
        ({"age": 8, "capd": 9}, "3"),
        ({"age": 8, "capd_not_possible": "present"}, "4"),
        ({"age": 40, "capd_not_possible": "present", "seizure": "resolving"}, "3"),
        ({"age": 14, "uses_capd": "present", "capd_not_possible": "present"}, "4"),
    ],
)
def test_a_child_who_cannot_be_assessed_is_grade_4(form: Answers, grade: str) -> None:
    found = scored("icans_astct", {"consciousness": "spontaneous", **form})
    assert found["icans_astct"] == grade
