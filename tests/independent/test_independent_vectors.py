"""The independent instruments against the vectors beside the specification.

What a vector leaves out is filled in here, and the filling is named: absent SLEDAI items, unchanged
normal renal values, a BILAG list padded with E, attested therapy. Sources of the expected values
are in the vector file itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from .bilag import GROUPS, domain_grade, domain_items, numeric_score, renal_grade
from .composites import LowActivityVisit, Visit, bicla, doris, lldas, sri
from .egfr import (
    ckd_epi_2009,
    ckd_epi_2021,
    ckid_u25,
    japanese,
    mdrd_4,
    schwartz_bedside,
    schwartz_original,
)
from .renal_response import nct05631717_response
from .sledai import WEIGHTS, items_from_laboratory, sledai_2k
from .vectors import read_vectors

pytestmark = pytest.mark.shared

Vector = dict[str, Any]

OTHER_INSTRUMENTS = {
    "ACR 1997",
    "CAR-HEMATOTOX",
    "CLASI-A",
    "CLASI-D",
    "CRS (ASTCT)",
    "CTCAE v5",
    "EULAR/ACR 2019",
    "FACIT-F",
    "FACIT-Fatigue",
    "ICANS",
    "ICANS child <12 y",
    "ICE",
    "LupusQoL domain",
    "NIH AI",
    "NIH CI",
    "SDI",
    "SLICC 2012",
    "SSC burden",
    "UPCR conversion",
    "aggregate check",
    "creatinine conversion",
    "prednisone equivalent",
}


@pytest.fixture(scope="module")
def vectors(shared: Path) -> list[Vector]:
    return read_vectors(shared / "data" / "instruments" / "vectors.yaml")


def pick(vectors: list[Vector], *starts: str) -> list[Vector]:
    found = [v for v in vectors if str(v["id"]).startswith(starts)]
    assert found, f"no vector of {starts}"
    return found


def compare(vectors: list[Vector], score: Callable[[Vector], object]) -> None:
    """Every vector's expected part against what `score` gives, all disagreements at once."""
    got = {v["id"]: score(v) for v in vectors}
    assert got == {v["id"]: v["expected"] for v in vectors}


def test_every_entry_is_read(vectors: list[Vector], shared: Path) -> None:
    text = (shared / "data" / "instruments" / "vectors.yaml").read_text(encoding="utf-8")
    assert len(vectors) == text.count("\n- id: ")
    assert len({v["id"] for v in vectors}) == len(vectors)
    parts = {"id", "instrument", "inputs", "expected", "source", "independence"}
    for vector in vectors:
        assert parts <= set(vector) <= {*parts, "note", "tolerance"}


def test_every_vector_is_used_or_of_another_instrument(vectors: list[Vector]) -> None:
    used = (
        *("sledai-", "max-01", "bilag-", "sri-", "ln-", "lldas-"),
        *("egfr", "mdrd-", "bedside-", "u25-", "schwartz-orig-", "jsn-"),
    )
    left = {v["instrument"] for v in vectors if not str(v["id"]).startswith(used)}
    assert left == OTHER_INSTRUMENTS


# --- SLEDAI-2K -----------------------------------------------------------------------------


def only(present: list[str]) -> dict[str, str]:
    """These items present, every other absent."""
    return {name: "present" if name in present else "absent" for name in WEIGHTS}


def total(items: Mapping[str, str]) -> int:
    low, high = sledai_2k(items)
    assert low == high
    return low


def test_sledai_totals(vectors: list[Vector]) -> None:
    chosen = [v for v in pick(vectors, "sledai-") if "present" in v["inputs"]]
    assert len(chosen) == 7
    compare(chosen, lambda v: {"total": total(only(v["inputs"]["present"]))})


def test_sledai_maximum(vectors: list[Vector]) -> None:
    compare(pick(vectors, "max-01"), lambda v: {"total": total(only(list(WEIGHTS)))})


def test_sledai_persistent_proteinuria(vectors: list[Vector]) -> None:
    (vector,) = pick(vectors, "sledai-12")
    protein = Decimal(vector["inputs"]["uprot_24h_g"])
    item = items_from_laboratory({"urine_protein_24h_g": protein})["proteinuria"]
    assert item == "present"
    assert WEIGHTS["proteinuria"] == vector["expected"]["SLEDAI-2K proteinuria"]


def test_sledai_laboratory_limits(vectors: list[Vector]) -> None:
    (vector,) = pick(vectors, "sledai-13")
    names = {
        "platelets": "platelets",
        "wbc": "leukocytes",
        "temp_c": "temperature_c",
        "rbc_hpf": "rbc_hpf",
        "wbc_hpf": "wbc_hpf",
        "uprot_24h_g": "urine_protein_24h_g",
    }
    values = {names[key]: Decimal(value) for key, value in vector["inputs"].items()}
    assessed = {k: v for k, v in items_from_laboratory(values).items() if v != "not_assessed"}
    assert len(assessed) == len(values)
    assert total({**only([]), **assessed}) == vector["expected"]["total"]


# --- BILAG-2004 ----------------------------------------------------------------------------


def test_bilag_constitutional(vectors: list[Vector]) -> None:
    names = {"pyrexia": 1, "weight_loss": 2, "lymph_spleno": 3, "anorexia": 4}

    def grade(vector: Vector) -> object:
        inputs = vector["inputs"]
        items = {number: inputs[name] for name, number in names.items()}
        return {"grade": domain_grade("constitutional", items, inputs["previous_involvement"])}

    compare(pick(vectors, "bilag-cons-"), grade)


def item_choices(domain: str, inputs: Vector) -> list[dict[int, int | None]]:
    """One set of items for each member of the named group, other items of the domain 0."""
    nothing: dict[int, int | None] = dict.fromkeys(domain_items(domain), 0)
    a_items, b_items, c_items = GROUPS[domain]
    if "first_A_item" in inputs:
        first, another = inputs["first_A_item"], inputs["another_A_item"]
        pairs = [(one, two) for one in a_items for two in a_items if one != two]
        return [{**nothing, one: first, two: another} for one, two in pairs]
    for key, group in (("any_A_item", a_items), ("any_B_item", b_items), ("any_C_item", c_items)):
        if key in inputs:
            return [{**nothing, number: inputs[key]} for number in group]
    assert set(inputs) <= {"previous_involvement"}
    return [nothing]


@pytest.mark.parametrize("domain", GROUPS)
def test_bilag_clinical_domains(vectors: list[Vector], domain: str) -> None:
    def grade(vector: Vector) -> object:
        inputs = vector["inputs"]
        ever = inputs.get("previous_involvement", False)
        grades = {domain_grade(domain, items, ever) for items in item_choices(domain, inputs)}
        return {"grade": "/".join(sorted(grades))}

    compare(pick(vectors, f"bilag-{domain[:4]}-"), grade)


RENAL_NORMAL: dict[str, int | Decimal | bool | None] = {
    "sbp": 120,
    "dbp": 75,
    "accelerated_hypertension": False,
    "protein_24h_g": Decimal("0.1"),
    "nephrotic": False,
    "creatinine_umol_l": 70,
    "gfr": 100,
    "active_sediment": False,
    "active_nephritis": False,
}

RENAL_NAMES = {
    "uprot_24h_g": "protein_24h_g",
    "gfr": "gfr",
    "sbp": "sbp",
    "dbp": "dbp",
    "active_nephritis_histology_3mo": "active_nephritis",
    "nephrotic": "nephrotic",
}


def test_bilag_renal(vectors: list[Vector]) -> None:
    """What is not named is normal and unchanged; "D" stands for D or E, so the history is yes."""

    def grade(vector: Vector) -> object:
        now, before = dict(RENAL_NORMAL), dict(RENAL_NORMAL)
        inputs = dict(vector["inputs"])
        first = inputs.pop("first_visit", False)
        for key, value in inputs.items():
            visit = before if key.startswith("prev_") else now
            visit[RENAL_NAMES[key.removeprefix("prev_")]] = value
        found = {"grade": renal_grade(now, None if first else before, True)}
        legacy = {k: v for k, v in vector["expected"].items() if k == "legacy_vba_grade"}
        return {**found, **legacy}

    compare(pick(vectors, "bilag-ren-"), grade)


def test_bilag_renal_a_needs_nothing_else(vectors: list[Vector]) -> None:
    (vector,) = pick(vectors, "bilag-ren-13")
    assert renal_grade({"active_nephritis": True, "nephrotic": True}, {}, None) == "A"
    assert vector["expected"] == {"grade": "A"}


def test_bilag_numeric(vectors: list[Vector]) -> None:
    compare(
        pick(vectors, "bilag-num-"),
        lambda v: {"total": numeric_score(v["inputs"]["grades"].split(","))},
    )


# --- SRI, BICLA, LLDAS, DORIS --------------------------------------------------------------


def composite_visits(inputs: Vector) -> tuple[Visit, Visit]:
    """Baseline and now; the domains that the vector leaves out were never affected (E)."""
    sledai = [int(x) for x in inputs["sledai"].split("->")]
    pga = [Decimal(x) for x in inputs["pga"].split("->")]
    bilag = [inputs[key].split(",") for key in ("bilag_base", "bilag")]
    padded = [grades + ["E"] * (9 - len(grades)) for grades in bilag]
    before, now = (
        Visit(sledai=s, bilag=b, pga=p) for s, b, p in zip(sledai, padded, pga, strict=True)
    )
    return before, now


def test_sri_and_bicla(vectors: list[Vector]) -> None:
    """BICLA without a variant must hold for both."""

    def answers(vector: Vector) -> object:
        before, now = composite_visits(vector["inputs"])
        emblem = bicla("emblem", before, now, treatment_failure=False)
        tulip = bicla("tulip", before, now, treatment_failure=False)
        known = {f"SRI{k}": sri(k, before, now) for k in (4, 5, 6, 7, 8)}
        known |= {"BICLA_EMBLEM": emblem, "BICLA_TULIP": tulip}
        if emblem == tulip:
            known["BICLA"] = emblem
        return {name: known.get(name) for name in vector["expected"]}

    compare(pick(vectors, "sri-"), answers)


def test_lldas_and_doris(vectors: list[Vector]) -> None:
    """Therapy permitted, no haemolytic anaemia, no GI activity, no new features (lldas-04)."""

    def answers(vector: Vector) -> object:
        inputs = vector["inputs"]
        visit = LowActivityVisit(
            items=only(inputs["sledai_items"]),
            new_features=inputs.get("new_features", False),
            haemolytic_anaemia=False,
            gastrointestinal_activity=False,
            pga=inputs["pga"],
            prednisone_mg=Decimal(inputs["pred"]),
            treatment_permitted=True,
        )
        return {"LLDAS": lldas(visit), "DORIS": doris(visit)}

    compare(pick(vectors, "lldas-"), answers)


# --- renal response ------------------------------------------------------------------------


def test_renal_response_of_page_001(vectors: list[Vector]) -> None:
    """The vectors name UPCR only, so one measure suffices; `seed001_CR` is whether it is CR."""

    def answers(vector: Vector) -> object:
        inputs = {k: Decimal(v) for k, v in vector["inputs"].items() if not isinstance(v, bool)}
        baseline = {"creatinine_mg_dl": inputs["scr0"], "upcr_g_g": inputs["upcr0"]}
        now = {
            "creatinine_mg_dl": inputs["scr"],
            "upcr_g_g": inputs["upcr"],
            "prednisone_mg": inputs["pred"],
        }
        response = nct05631717_response(baseline, now, one_measure_suffices=True)
        others = {k: v for k, v in vector["expected"].items() if not k.startswith("seed001")}
        if "seed001" in vector["expected"]:
            return {"seed001": response, **others}
        return {"seed001_CR": response == "CR", **others}

    compare(pick(vectors, "ln-"), answers)


# --- eGFR ----------------------------------------------------------------------------------


def equations(inputs: Vector) -> dict[str, Callable[[], float]]:
    creatinine, age, sex = float(inputs["scr_mg_dl"]), float(inputs["age"]), inputs["sex"]
    height = float(inputs.get("height_cm", "nan"))
    return {
        "egfr21": lambda: ckd_epi_2021(creatinine, age=age, sex=sex),
        "egfr09": lambda: ckd_epi_2009(creatinine, age=age, sex=sex),
        "mdrd": lambda: mdrd_4(creatinine, age=age, sex=sex),
        "bedside": lambda: schwartz_bedside(creatinine, height_cm=height),
        "u25": lambda: ckid_u25(creatinine, height_cm=height, age=age, sex=sex),
        "schwartz-orig": lambda: schwartz_original(creatinine, height_cm=height, age=age, sex=sex),
        "jsn": lambda: japanese(creatinine, age=age, sex=sex),
    }


@pytest.mark.parametrize(
    "start", ["egfr21", "egfr09", "mdrd", "bedside", "u25", "schwartz-orig", "jsn"]
)
def test_egfr(vectors: list[Vector], start: str) -> None:
    for vector in pick(vectors, f"{start}-"):
        tolerance = float(vector["tolerance"])
        values = equations(vector["inputs"])
        expected = dict(vector["expected"])
        got = {"egfr": values[start](), "bedside": values["bedside"]()}
        assert {name: got[name] for name in expected} == {
            name: pytest.approx(float(value), abs=tolerance) for name, value in expected.items()
        }, vector["id"]


def test_egfr_of_the_response_vectors(vectors: list[Vector]) -> None:
    """The values printed to one decimal are those of a woman of 30 by CKD-EPI 2021."""
    for vector in pick(vectors, "ln-"):
        inputs = vector["inputs"]
        for end in ("0", ""):
            value = ckd_epi_2021(float(inputs[f"scr{end}"]), age=30, sex="F")
            printed = float(inputs[f"egfr{end}_ckdepi2021_F30"])
            assert value == pytest.approx(printed, abs=0.05), vector["id"]
