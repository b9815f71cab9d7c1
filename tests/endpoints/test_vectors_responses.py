"""The packaged response definitions against the vectors beside the specification.

What a vector leaves out is filled in here, and the filling is named. Nephritis: no red cell casts
where it says `casts: false`, no rescue; creatinine carries the vector's upper limit of normal, and
the filtration rate before the flare is recorded at baseline. Composites: BILAG domains that are not
listed are E. Low disease activity: SLEDAI items that are not listed are absent, and so are new
features, haemolytic anaemia and gastrointestinal activity; background treatment is permitted.
Sources of the expected values are in the vector file itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from endpoints.judging import answers, judge, known_to
from independent.vectors import read_vectors
from remit.criteria.columns.numbers import MICRO
from remit.facts.codes import NO_VOCABULARY
from remit.instruments.bound_instrument import bound_packaged
from remit.instruments.forms import form_sheet
from remit.instruments.scores import Scores, score_sheet
from remit.truth import Status

pytestmark = pytest.mark.shared

Vector = dict[str, Any]
Inputs = Mapping[str, Any]
COMPLETE = {"CR", "R"}
ALONE = {"unit-02", "sledai-12"}


@pytest.fixture(scope="module")
def vectors(shared: Path) -> list[Vector]:
    every = read_vectors(shared / "data" / "instruments" / "vectors.yaml")
    return [v for v in every if v["id"].startswith(("ln-", "sri-", "lldas-")) or v["id"] in ALONE]


# ---- nephritis -----------------------------------------------------------------------------------

NEPHRITIS = {
    "seed001": "nanjing_registry",
    "KDIGO24": "kdigo_2024",
    "LUNAR": "lunar",
    "ACCESS": "access",
    "BLISS_PERR": "bliss_ln_perr",
    "BLISS_CRR": "bliss_ln_crr",
    "AURORA": "aurora_crr",
    "NOBILITY": "nobility_crr",
    "REGENCY": "regency_crr",
    "ALMS_primary": "alms_primary",
    "EULAR19_at_0_5": "eular_2019_month_12",
    "EULAR19_at_0_7": "eular_2019_month_12_07",
}
GRADES = {"PRR": "PR", "PR": "PR", "NR": "NR"}


def definition_of(key: str) -> str:
    return NEPHRITIS.get(key) or NEPHRITIS[key.removesuffix("_CR").removesuffix("_CRR")]


def creatinine(value: Decimal, limit: Decimal) -> Mapping[str, object]:
    return {"value": value, "unit": "mg/dL", "uln": limit}


def nephritis(inputs: Inputs, expected: Inputs) -> Mapping[str, object]:
    assert inputs["casts"] is False
    assert inputs["rescue"] is False
    before = {
        "upcr": inputs["upcr0"],
        "cr": creatinine(inputs["scr0"], inputs["scr_uln"]),
        "rbc": inputs["rbc0"],
        "gfr": inputs["egfr0_ckdepi2021_F30"],
        "preflare_egfr": inputs["preflare_egfr"],
    }
    now = {
        "upcr": inputs["upcr"],
        "cr": creatinine(inputs["scr"], inputs["scr_uln"]),
        "rbc": inputs["rbc"],
        "gfr": inputs["egfr_ckdepi2021_F30"],
        "pred": inputs["pred"],
        "casts": 0,
        "rescue_treatment": "absent",
        "treatment_stopped": "absent",
        "egfr_fall_confirmed": {True: "present", None: None}[inputs.get("egfr_fall_confirmed")],
    }
    found: dict[str, object] = {}
    for key, value in expected.items():
        name = definition_of(key)
        judged = judge(name, known_to(name, answers(before)), known_to(name, answers(now)))
        assert judged.observed == judged.imputed
        if isinstance(value, bool):
            assert judged.observed in {"CR", "PR", "R", "NR"}
            found[key] = judged.observed in COMPLETE
        else:
            found[key] = next(word for word, g in GRADES.items() if g == judged.observed)
            if GRADES[value] == judged.observed:
                found[key] = value
    return found


# ---- composites ----------------------------------------------------------------------------------

COMPOSITES = {
    "SRI4": ("sri_4",),
    "SRI5": ("sri_5",),
    "SRI6": ("sri_6",),
    "BICLA": ("bicla_emblem", "bicla_tulip"),
    "BICLA_EMBLEM": ("bicla_emblem",),
    "BICLA_TULIP": ("bicla_tulip",),
}


def letters(text: str) -> str:
    return text.replace(",", "").ljust(9, "E")


def composites(inputs: Inputs, expected: Inputs) -> Mapping[str, object]:
    sledai, pga = inputs["sledai"].split("->"), inputs["pga"].split("->")
    before = {"sledai_2k": sledai[0], "pga": pga[0], "bilag": letters(inputs["bilag_base"])}
    now = {"sledai_2k": sledai[1], "pga": pga[1], "bilag": letters(inputs["bilag"])}
    found: dict[str, object] = {}
    for key in expected:
        words = {judge(name, answers(before), answers(now)).observed for name in COMPOSITES[key]}
        assert words <= {"R", "NR"}, key
        assert len(words) == 1, key
        found[key] = words == {"R"}
    return found


# ---- low disease activity ------------------------------------------------------------------------


def total(scores: Scores, output: str) -> Fraction:
    column = scores.numbers[output]
    assert column.low[-1] == column.high[-1]
    return Fraction(int(column.low[-1]), MICRO)


def low_activity(inputs: Inputs, expected: Inputs) -> Mapping[str, object]:
    instrument = bound_packaged("sledai_2k", NO_VOCABULARY)
    listed = dict.fromkeys(inputs["sledai_items"], "present")
    sheet = form_sheet([listed], instrument.inputs)
    scores = score_sheet(instrument, sheet, unlisted="absent")
    outputs = ("sledai_2k", "sledai_2k_clinical", "sledai_2k_major_organ")
    assert inputs.get("new_features", False) is False
    assert inputs.get("ist", "stable") == "stable"
    now = {
        **{output: str(total(scores, output)) for output in outputs},
        "pga": inputs["pga"],
        "pred": inputs["pred"],
        "new_features": "absent",
        "haemolytic_anaemia": "absent",
        "gastrointestinal_activity": "absent",
        "treatment_permitted": "present",
    }
    names = {"LLDAS": "lldas", "DORIS": "doris_2021"}
    found: dict[str, object] = {}
    for key in expected:
        word = judge(names[key], {}, known_to(names[key], answers(now))).observed
        assert word in {"R", "NR"}, key
        found[key] = word == "R"
    return found


# ---- units and versions --------------------------------------------------------------------------


def conversion(inputs: Inputs, expected: Inputs) -> Mapping[str, object]:
    now = answers({"upcr": f"{inputs['upcr_mg_mmol']} mg/mmol"})
    gram, molar = judge("kdigo_2024", {}, now), judge("eular_2012", {}, now)
    [margin] = [m for text, m in gram.margins("CR", "proteinuria") if text.startswith("upcr")]
    return {
        "upcr_g_g": margin.value[-1],
        "<0.5 g/g": gram.status("CR", "proteinuria") == Status.MET,
        "<50 mg/mmol": molar.status("CR", "proteinuria") == Status.MET,
    }


def three_proteinurias(inputs: Inputs, expected: Inputs) -> Mapping[str, object]:
    """The totals, and what they decide: with SELENA-SLEDAI of 0 no fall by 4 can be reached."""
    visit = {"urine_protein_24h": f"{inputs['uprot_24h_g']} g/d"}
    earlier = {"urine_protein_24h": f"{inputs['previous_uprot_24h_g']} g/d"}
    found: dict[str, object] = {}
    for name, label in (
        ("sledai_2k", "SLEDAI-2K"),
        ("selena_sledai", "SELENA-SLEDAI"),
        ("hybrid_sledai", "hybrid SELENA-SLEDAI"),
    ):
        instrument = bound_packaged(name, NO_VOCABULARY)
        sheet = form_sheet([earlier, visit], instrument.inputs, moments={"previous": (-1, 0)})
        scores = score_sheet(instrument, sheet, unlisted="absent")
        found[f"{label} proteinuria"] = total(scores, name)
    for name, score, reachable in (
        ("sri_4", "sledai_2k", Status.MET),
        ("il2_low_dose_trial", "selena_sledai", Status.NOT_MET),
    ):
        label = {"sledai_2k": "SLEDAI-2K", "selena_sledai": "SELENA-SLEDAI"}[score]
        baseline = {score: str(found[f"{label} proteinuria"])}
        assert judge(name, baseline, {}).status("R", "attainable") == reachable
    return found


ANSWERED_BY: Mapping[str, Callable[[Inputs, Inputs], Mapping[str, object]]] = {
    "LN response matrix": nephritis,
    "SRI-4 / BICLA": composites,
    "LLDAS / DORIS": low_activity,
    "UPCR conversion": conversion,
    "SLEDAI-2K vs SELENA proteinuria": three_proteinurias,
}


def differs(expected: object, got: object, tolerance: object) -> bool:
    if isinstance(expected, (bool, str)):
        return got != expected
    return abs(Fraction(str(got)) - Fraction(str(expected))) > Fraction(str(tolerance))


def test_every_vector_of_responses_is_here(vectors: list[Vector]) -> None:
    wanted = {f"ln-{n:02d}" for n in range(1, 10)}
    wanted |= {f"sri-{n:02d}" for n in range(1, 7)} | {f"lldas-{n:02d}" for n in range(1, 5)}
    assert {v["id"] for v in vectors} == wanted | ALONE


def test_every_vector_agrees(vectors: list[Vector]) -> None:
    wrong, checked = {}, Counter[str]()
    for vector in vectors:
        got = ANSWERED_BY[vector["instrument"]](vector["inputs"], vector["expected"])
        assert set(got) == set(vector["expected"]), vector["id"]
        for key, expected in vector["expected"].items():
            checked[vector["independence"]] += 1
            if differs(expected, got[key], vector.get("tolerance", 0)):
                wrong[vector["id"], key] = (expected, got[key])
    assert not wrong
    assert sum(checked.values()) == sum(len(v["expected"]) for v in vectors)


def test_the_count_of_vectors_by_independence(vectors: list[Vector]) -> None:
    # C is derived from the text of the definition; no outside source states a response.
    assert Counter(v["independence"] for v in vectors) == {"C": 21}
