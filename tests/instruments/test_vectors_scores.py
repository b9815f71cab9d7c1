"""The packaged scores and classifications against the vectors beside the specification.

What a vector leaves out is filled in here, and the filling is named: findings that it does not list
are absent, the four items of a LupusQoL vector are those of fatigue, a FACIT-Fatigue sum is spread
over its items. Sources of the expected values are in the vector file itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from independent.vectors import read_vectors
from remit.criteria.columns.numbers import MICRO
from remit.facts.codes import NO_VOCABULARY
from remit.instruments.bound_instrument import bound_packaged
from remit.instruments.catalogue import packaged_instruments
from remit.instruments.forms import Answers, form_sheet
from remit.instruments.scores import Scores, score_sheet
from remit.truth import Status

pytestmark = pytest.mark.shared

Vector = dict[str, Any]
Results = Mapping[str, object]


@pytest.fixture(scope="module")
def vectors(shared: Path) -> list[Vector]:
    return read_vectors(shared / "data" / "instruments" / "vectors.yaml")


def score(name: str, visit: Answers, *, previous: Answers | None = None) -> Scores:
    """An instrument at one visit, with findings that are not listed absent."""
    bound = bound_packaged(name, NO_VOCABULARY)
    rows, moments = (
        ([visit], {}) if previous is None else ([previous, visit], {"previous": (-1, 0)})
    )
    return score_sheet(bound, form_sheet(rows, bound.inputs, moments=moments), unlisted="absent")


def number(scores: Scores, output: str) -> Fraction | None:
    """An output at the last visit; None where it is not exact."""
    column = scores.numbers[output]
    low, high = int(column.low[-1]), int(column.high[-1])
    return Fraction(low, MICRO) if low == high else None


def grade(scores: Scores, ladder: str) -> str | None:
    """A grade at the last visit; None where several are possible."""
    grades = next(rung for rung in scores.instrument.ladders if rung.id == ladder).grades
    possible = int(scores.grades[ladder].possible[-1])
    found = [name for place, name in enumerate(grades) if possible >> place & 1]
    return found[0] if len(found) == 1 else None


def present(*names: str) -> Answers:
    return dict.fromkeys(names, "present")


def highest(name: str) -> Answers:
    """The answers with the most points: every finding present, every grade at its best end."""
    answers: dict[str, Any] = {}
    for item in packaged_instruments()[name].items:
        worst = item.lowest if item.reverse else item.highest
        answers[item.id] = "present" if item.type == "finding" else worst
    return answers


# ---- SLEDAI --------------------------------------------------------------------------------------

LABORATORY = {
    "platelets": ("platelets", "10*9/L"),
    "wbc": ("leukocytes", "10*9/L"),
    "temp_c": ("body_temperature", "Cel"),
    "rbc_hpf": ("urine_rbc", "/[HPF]"),
    "wbc_hpf": ("urine_wbc", "/[HPF]"),
    "uprot_24h_g": ("urine_protein_24h", "g/d"),
}


def sledai(inputs: Mapping[str, Any]) -> Results:
    return {"total": number(score("sledai_2k", present(*inputs["present"])), "sledai_2k")}


def sledai_laboratory(inputs: Mapping[str, Any]) -> Results:
    visit = {LABORATORY[k][0]: f"{value} {LABORATORY[k][1]}" for k, value in inputs.items()}
    return {"total": number(score("sledai_2k", visit), "sledai_2k")}


def three_proteinurias(inputs: Mapping[str, Any]) -> Results:
    """Nothing else is present, so that each total is that of the proteinuria."""
    visit = {"urine_protein_24h": f"{inputs['uprot_24h_g']} g/d"}
    before = {"urine_protein_24h": f"{inputs['previous_uprot_24h_g']} g/d"}
    versions = {
        "SLEDAI-2K proteinuria": "sledai_2k",
        "SELENA-SLEDAI proteinuria": "selena_sledai",
        "hybrid SELENA-SLEDAI proteinuria": "hybrid_sledai",
    }
    return {
        label: number(score(name, visit, previous=before), name) for label, name in versions.items()
    }


# ---- classification ------------------------------------------------------------------------------

EULAR_NAMES = {
    "class_II_V": "class_ii_or_v",
    "class_III_IV": "class_iii_or_iv",
    "apl": "antiphospholipid",
    "anti_dsdna": "anti_dsdna_positive",
    "anti_sm": "anti_sm_positive",
}
SLICC_NAMES = {
    "acute_cut": "acute_cutaneous",
    "leukopenia": "leukopenia_or_lymphopenia",
    "dsdna": "anti_dsdna_positive",
    "sm": "anti_sm_positive",
    "complement": "low_complement",
}


def eular_acr(inputs: Mapping[str, Any]) -> Results:
    listed = inputs["criteria"]
    visit = (
        highest("eular_acr_2019")
        if listed == "all"
        else present(*(EULAR_NAMES.get(name, name) for name in listed))
    )
    visit = {**visit, "ana_1_80": "present" if inputs["ana_ge_1_80"] else "absent"}
    scores = score("eular_acr_2019", visit)
    return {
        "eligible": bool(scores.findings["ana_1_80"].verdict.statuses[-1] == Status.MET),
        "total": number(scores, "eular_acr_2019_points"),
        "classified": grade(scores, "eular_acr_2019") == "fulfilled",
    }


def acr(inputs: Mapping[str, Any]) -> Results:
    scores = score("acr_1997", present(*inputs["criteria"]))
    classified = grade(scores, "acr_1997_class") == "fulfilled"
    return {"met": number(scores, "acr_1997"), "classified": classified}


def slicc(inputs: Mapping[str, Any]) -> Results:
    listed = [*inputs.get("clinical", ()), *inputs.get("immunologic", ()), *inputs.get("other", ())]
    visit = dict(present(*(SLICC_NAMES.get(name, name) for name in listed)))
    flags = {
        "biopsy_LN": "biopsy_nephritis",
        "ana": "ana",
        "anti_dsdna": "anti_dsdna_positive",
    }
    for flag, item in flags.items():
        if flag in inputs:
            visit[item] = "present" if inputs[flag] else "absent"
    scores = score("slicc_2012", visit)
    return {
        "classified": grade(scores, "slicc_2012") == "fulfilled",
        "route": grade(scores, "slicc_2012_route"),
    }


# ---- filtration rate -----------------------------------------------------------------------------


def egfr(equation: str) -> Callable[[Mapping[str, Any]], Results]:
    def results(inputs: Mapping[str, Any]) -> Results:
        visit: dict[str, Any] = {
            "sex": {"F": "female", "M": "male"}[inputs["sex"]],
            "age": inputs["age"],
            "creatinine": f"{inputs['scr_mg_dl']} mg/dL",
        }
        if "height_cm" in inputs:
            visit["height"] = f"{inputs['height_cm']} cm"
        scores = score("egfr", visit)
        bedside = number(scores, "egfr_schwartz_bedside")
        return {"egfr": number(scores, f"egfr_{equation}"), "bedside": bedside}

    return results


# ---- questionnaires ------------------------------------------------------------------------------


def lupusqol(inputs: Mapping[str, Any]) -> Results:
    """The domain of fatigue has the four items of the vectors."""
    assert inputs["n_items"] == 4
    visit = {f"item_{31 + place}": answer for place, answer in enumerate(inputs["responses"])}
    return {"score": number(score("lupusqol", visit), "lupusqol_fatigue")}


def facit(inputs: Mapping[str, Any]) -> Results:
    positive = {7, 8}
    if "answered" in inputs:
        count, left = inputs["answered"], inputs["item_score_sum"]
        scored = {}
        for item in range(1, count + 1):
            scored[item] = min(4, left)
            left -= scored[item]
        raw = {item: s if item in positive else 4 - s for item, s in scored.items()}
    else:
        words = {"not at all": 0, "very much": 4}
        negative, others = words[inputs["all_negative_items"]], words[inputs["items_7_8"]]
        raw = {item: others if item in positive else negative for item in range(1, 14)}
    visit = {f"item_{item:02d}": answer for item, answer in raw.items()}
    return {"score": number(score("facit_fatigue", visit), "facit_fatigue")}


# ---- which vector is answered by what ------------------------------------------------------------

ANSWERED_BY: Mapping[str, Callable[[Mapping[str, Any]], Results]] = {
    "SLEDAI-2K": sledai,
    "SLEDAI-2K vs SELENA proteinuria": three_proteinurias,
    "SLEDAI-2K lab rules": sledai_laboratory,
    "EULAR/ACR 2019": eular_acr,
    "ACR 1997": acr,
    "SLICC 2012": slicc,
    "CKD-EPI 2021 creat": egfr("ckd_epi_2021"),
    "CKD-EPI 2009 creat, race factor 1": egfr("ckd_epi_2009"),
    "MDRD-4 IDMS (175), race factor 1": egfr("mdrd"),
    "bedside Schwartz 2009": egfr("schwartz_bedside"),
    "CKiD U25 creat": egfr("ckid_u25"),
    "original Schwartz (k 0.55)": egfr("schwartz_original"),
    "original Schwartz (k 0.70 adolescent boy)": egfr("schwartz_original"),
    "JSN eGFRcreat (Matsuo 2009)": egfr("japanese"),
    "JSN eGFRcreat": egfr("japanese"),
    "LupusQoL domain": lupusqol,
    "FACIT-Fatigue": facit,
}
# The vectors `max-NN`: instrument and output.
MAXIMA = {
    "SLEDAI-2K": ("sledai_2k", "sledai_2k"),
    "EULAR/ACR 2019": ("eular_acr_2019", "eular_acr_2019_points"),
    "SDI": ("sdi", "sdi"),
    "CLASI-A": ("clasi", "clasi_activity"),
    "CLASI-D": ("clasi", "clasi_damage"),
    "NIH AI": ("nih_indices", "nih_activity"),
    "NIH CI": ("nih_indices", "nih_chronicity"),
    "SSC burden": ("ssc", "ssc_distress"),
    "FACIT-F": ("facit_fatigue", "facit_fatigue"),
}
# Instruments of other definition files, with their own vector tests, and what is no instrument.
ELSEWHERE = {
    "BILAG-2004 cardiorespiratory",
    "BILAG-2004 constitutional",
    "BILAG-2004 gastrointestinal",
    "BILAG-2004 mucocutaneous",
    "BILAG-2004 musculoskeletal",
    "BILAG-2004 neuropsychiatric",
    "BILAG-2004 numerical",
    "BILAG-2004 ophthalmic",
    "BILAG-2004 renal",
    "CAR-HEMATOTOX",
    "CRS (ASTCT)",
    "CTCAE v5",
    "ICANS",
    "ICANS child <12 y",
    "ICE",
    "LLDAS / DORIS",
    "LN response matrix",
    "SRI-4 / BICLA",
    "UPCR conversion",
    "aggregate check",
    "creatinine conversion",
    "prednisone equivalent",
}


def answer(vector: Vector) -> Results:
    if "all_items" in vector["inputs"]:
        name, output = MAXIMA[vector["instrument"]]
        return {"total": number(score(name, highest(name)), output)}
    return ANSWERED_BY[vector["instrument"]](vector["inputs"])


def ours(vectors: list[Vector]) -> list[Vector]:
    return [v for v in vectors if v["instrument"] in {*ANSWERED_BY, *MAXIMA}]


def differs(expected: Any, got: Any, tolerance: Any) -> bool:
    if isinstance(expected, bool) or expected is None or isinstance(expected, str) or got is None:
        return bool(got != expected)
    return bool(abs(Fraction(got) - Fraction(expected)) > Fraction(tolerance))


def test_every_vector_belongs_to_an_instrument_here_or_elsewhere(vectors: list[Vector]) -> None:
    assert {v["instrument"] for v in vectors} == {*ANSWERED_BY, *MAXIMA} | ELSEWHERE
    assert not {*ANSWERED_BY, *MAXIMA} & ELSEWHERE


def test_every_vector_agrees_at_its_tolerance(vectors: list[Vector]) -> None:
    wrong, checked = {}, set()
    for vector in ours(vectors):
        got = answer(vector)
        assert vector["expected"], vector["id"]
        for key, expected in vector["expected"].items():
            if differs(expected, got[key], vector.get("tolerance", 0)):
                wrong[vector["id"], key] = (expected, got[key])
        checked.add(vector["id"])
    assert not wrong
    assert len(checked) == len(ours(vectors))


def test_the_count_of_vectors_by_independence(vectors: list[Vector]) -> None:
    # A stated by an outside source, B computed by another package, C derived from the definition.
    assert Counter(v["independence"] for v in ours(vectors)) == {"A": 16, "B": 25, "C": 25}
