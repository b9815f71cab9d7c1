"""The toxicity instruments against the vectors beside the specification.

What a vector leaves out is filled in here, and the filling is named: a baseline that is not given
lies at the limit of normal, no oxygen and no vasopressor where none is named, an ICE score is
spread over its items. Sources of the expected values are in the vector file itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from independent.vectors import read_vectors
from remit.criteria.columns.numbers import MICRO
from remit.facts.codes import NO_VOCABULARY
from remit.instruments.bound_instrument import bound_packaged
from remit.instruments.forms import Answers, form_sheet
from remit.instruments.scores import Scores, score_sheet
from remit.instruments.written_numbers import Answer

pytestmark = pytest.mark.shared

Vector = dict[str, Any]
Inputs = Mapping[str, Any]
Results = Mapping[str, object]


@pytest.fixture(scope="module")
def vectors(shared: Path) -> list[Vector]:
    return read_vectors(shared / "data" / "instruments" / "vectors.yaml")


def score(name: str, visit: Answers, *, baseline: Answers | None = None) -> Scores:
    """An instrument at one visit, with findings that are not listed absent."""
    bound = bound_packaged(name, NO_VOCABULARY)
    rows = [visit] if baseline is None else [baseline, visit]
    moments = {} if baseline is None else {"baseline": (0, 0)}
    return score_sheet(bound, form_sheet(rows, bound.inputs, moments=moments), unlisted="absent")


def number(scores: Scores, output: str) -> Decimal | None:
    """A total at the last visit; None where it is not exact."""
    column = scores.numbers[output]
    low, high = int(column.low[-1]), int(column.high[-1])
    return Decimal(low) / MICRO if low == high else None


def grade(scores: Scores, ladder: str) -> str | None:
    """A grade at the last visit; None where several are possible."""
    grades = next(rung for rung in scores.instrument.ladders if rung.id == ladder).grades
    possible = int(scores.grades[ladder].possible[-1])
    found = [name for place, name in enumerate(grades) if possible >> place & 1]
    return found[0] if len(found) == 1 else None


# ---- CTCAE ---------------------------------------------------------------------------------------

COUNTS = {
    "neutrophils 10^9/L": "neutrophils",
    "platelets 10^9/L": "platelets",
    "lymphocytes 10^9/L": "lymphocytes",
    "wbc 10^9/L": "leukocytes",
    "hemoglobin g/dL": "hemoglobin",
}
MULTIPLES = {
    "ALT x ULN (baseline normal)": ("alt", "U/L", "ctcae_alt"),
    "bilirubin x ULN (baseline normal)": ("bilirubin_total", "mg/dL", "ctcae_bilirubin"),
    "creatinine x ULN": ("creatinine", "mg/dL", "ctcae_creatinine"),
}


def ctcae(inputs: Inputs) -> Results:
    ((name, value),) = inputs.items()
    if name in COUNTS:
        item = COUNTS[name]
        unit = "g/dL" if item == "hemoglobin" else "10*9/L"
        # the vectors grade values: nobody judges an anaemia life-threatening
        visit: dict[str, Answer] = {item: f"{value} {unit}", "anemia_life_threatening": "absent"}
        scores = score("ctcae_v5", visit)
        return _both_ways(scores, f"ctcae_{item}")
    item, unit, ladder = MULTIPLES[name]
    limit: dict[str, Answer] = {item: {"value": "1", "unit": unit, "uln": "1"}}
    visit = {item: {"value": str(value), "unit": unit, "uln": "1"}}
    return _both_ways(score("ctcae_v5", visit, baseline=limit), ladder)


def _both_ways(scores: Scores, ladder: str) -> Results:
    """The number of the ladder's total, which must be that of its grade."""
    total = number(scores, f"{ladder}_grade")
    assert str(total) == grade(scores, ladder)
    return {"grade": total}


# ---- CAR-T toxicity ------------------------------------------------------------------------------


def crs(inputs: Inputs) -> Results:
    """Organ toxicity has no item: it cannot count."""
    answers: dict[str, Answer] = {"vasopressors": inputs.get("vasopressors", 0)}
    fever = inputs.get("fever", inputs.get("fever_now"))
    answers["fever"] = "present" if fever else "absent"
    answers["oxygen"] = {"low-flow nasal cannula": "low_flow"}.get(inputs.get("o2", ""), "none")
    if inputs.get("tocilizumab_given"):
        answers["anticytokine_or_steroid_given"] = "present"
    known = {"fever", "fever_now", "vasopressors", "o2", "tocilizumab_given"}
    assert set(inputs) <= known | {"organ_toxicity_ctcae", "hypotension"}
    assert inputs.get("hypotension", "none") == "none"
    return {"grade": number(score("crs_astct", answers), "crs_grade")}


ICE = {
    "ice_orientation": 4,
    "ice_naming": 3,
    "ice_command": 1,
    "ice_writing": 1,
    "ice_attention": 1,
}
CONSCIOUSNESS = {
    "awake, global aphasia": "spontaneous",
    "unarousable": "unarousable",
    "awakens spontaneously": "spontaneous",
}


def icans(inputs: Inputs) -> Results:
    """A child is 8 years old, everyone else 40; no seizure, no oedema."""
    answers: dict[str, Answer] = {"seizure": "none", "cerebral_edema": "none"}
    answers["consciousness"] = CONSCIOUSNESS[inputs["consciousness"]]
    if "capd" in inputs:
        answers |= {"age": 8, "capd": inputs["capd"]}
    else:
        assert inputs["ice"] == 0
        answers |= {"age": 40, **dict.fromkeys(ICE, 0)}
    return {"grade": number(score("icans_astct", answers), "icans_grade")}


def ice_highest(inputs: Inputs) -> Results:
    assert inputs == {"all_items": "maximum"}
    return {"total": number(score("icans_astct", ICE), "ice")}


def hematotox(inputs: Inputs) -> Results:
    scores = score(
        "car_hematotox",
        {
            "platelets": f"{inputs['plt']} 10*9/L",
            "neutrophils": f"{inputs['anc']} 10*9/L",
            "hemoglobin": f"{inputs['hb']} g/dL",
            "crp": f"{inputs['crp_mg_dl']} mg/dL",
            "ferritin": f"{inputs['ferritin']} ng/mL",
        },
    )
    return {
        "score": number(scores, "car_hematotox"),
        "risk": grade(scores, "car_hematotox_risk"),
    }


# ---- all of them ---------------------------------------------------------------------------------

RUNS: Mapping[str, Callable[[Inputs], Results]] = {
    "ctcae-": ctcae,
    "crs-": crs,
    "icans-": icans,
    "ht-": hematotox,
    "max-08": ice_highest,
}


def chosen(vectors: list[Vector], start: str) -> list[Vector]:
    return [vector for vector in vectors if str(vector["id"]).startswith(start)]


def test_every_vector_is_run(vectors: list[Vector]) -> None:
    ours = {"CTCAE v5", "CRS (ASTCT)", "ICANS", "ICANS child <12 y", "CAR-HEMATOTOX", "ICE"}
    of_instruments = {vector["id"] for vector in vectors if vector["instrument"] in ours}
    run = [vector for start in RUNS for vector in chosen(vectors, start)]
    assert {vector["id"] for vector in run} == of_instruments
    assert len(run) == len(of_instruments) == 23
    assert Counter(vector["independence"] for vector in run) == {"A": 5, "C": 18}


@pytest.mark.parametrize("start", RUNS)
def test_vectors(start: str, vectors: list[Vector]) -> None:
    for vector in chosen(vectors, start):
        found = RUNS[start](vector["inputs"])
        assert found.keys() == vector["expected"].keys()
        for key, expected in vector["expected"].items():
            value = found[key]
            if isinstance(expected, str):
                assert value == expected, vector["id"]
            else:
                assert isinstance(value, Decimal), vector["id"]
                tolerance = vector.get("tolerance", Decimal(0))
                assert abs(value - expected) <= tolerance, vector["id"]
