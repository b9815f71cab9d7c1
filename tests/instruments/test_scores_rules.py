"""The rules of the packaged scores and classifications at their boundaries.

Each table names the text that gives the expected answer. Numbers in brackets are sections of
`instruments.md`; where a row is our reading of a silent text, the row says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from remit.criteria.columns.numbers import MICRO
from remit.errors import InstrumentError
from remit.facts.codes import NO_VOCABULARY
from remit.facts.dictionary import packaged_dictionary
from remit.instruments.bound_instrument import bound_packaged
from remit.instruments.catalogue import packaged_instruments, read_instrument_text
from remit.instruments.forms import Answers, form_sheet
from remit.instruments.instrument import Item
from remit.instruments.scores import Scores, score_sheet
from remit.instruments.written_numbers import Answer
from remit.truth import Reason, Status

HERE = (
    "selena_sledai", "hybrid_sledai", "selena_flare_index", "acr_1997", "slicc_2012",
    "eular_acr_2019", "sdi", "clasi", "lupusqol", "facit_fatigue", "ssc", "ecog", "pga",
    "isn_rps", "nih_indices", "egfr",
)  # fmt: skip
SLEDAI_FAMILY = ("sledai_2k", "selena_sledai", "hybrid_sledai")
CTCAE_FAMILY = ("ctcae_v5", "ctcae_v6")


def score(
    name: str, visit: Answers, *, previous: Answers | None = None, unlisted: Any = "unknown"
) -> Scores:
    bound = bound_packaged(name, NO_VOCABULARY)
    rows, moments = (
        ([visit], {}) if previous is None else ([previous, visit], {"previous": (-1, 0)})
    )
    return score_sheet(bound, form_sheet(rows, bound.inputs, moments=moments), unlisted=unlisted)


def between(scores: Scores, output: str) -> tuple[Fraction, Fraction]:
    """The least and the most that an output can be at the last visit."""
    column = scores.numbers[output]
    return Fraction(int(column.low[-1]), MICRO), Fraction(int(column.high[-1]), MICRO)


def why(scores: Scores, output: str) -> Reason | None:
    code = int(scores.numbers[output].why[-1])
    return Reason(code) if code else None


def grades(scores: Scores, ladder: str) -> set[str]:
    """The grades that are possible at the last visit."""
    names = next(rung for rung in scores.instrument.ladders if rung.id == ladder).grades
    possible = int(scores.grades[ladder].possible[-1])
    return {name for place, name in enumerate(names) if possible >> place & 1}


def finding(scores: Scores, item: str) -> str:
    words = {Status.MET: "present", Status.NOT_MET: "absent", Status.UNKNOWN: "unknown"}
    return words[Status(int(scores.findings[item].verdict.statuses[-1]))]


def best(item: Item) -> Any:
    """The answer with the most points."""
    return "present" if item.type == "finding" else item.lowest if item.reverse else item.highest


def least(item: Item) -> Any:
    """The answer with the fewest points."""
    return "absent" if item.type == "finding" else item.highest if item.reverse else item.lowest


def asked(name: str) -> list[Item]:
    return [i for i in packaged_instruments()[name].items if i.type in {"finding", "grade"}]


def everything(name: str, **answers: Any) -> dict[str, Any]:
    """Every item at its fewest points, but for `answers`."""
    return {item.id: least(item) for item in asked(name)} | answers


# ---- the files -----------------------------------------------------------------------------------


def test_one_local_id_is_one_item_everywhere() -> None:
    owners: dict[int, set[tuple[str, str]]] = {}
    users: dict[int, set[str]] = {}
    for name, instrument in packaged_instruments().items():
        for item in instrument.items:
            if item.omop is not None:
                owners.setdefault(item.omop, set()).add((item.id, item.definition))
                users.setdefault(item.omop, set()).add(name)
    assert {code: who for code, who in owners.items() if len(who) > 1} == {}
    twice = {frozenset(names) for names in users.values() if len(names) > 1}
    assert all(names <= set(SLEDAI_FAMILY) or names <= set(CTCAE_FAMILY) for names in twice)


@pytest.mark.parametrize("name", HERE)
def test_local_ids_are_unique_in_a_file_and_in_its_range(name: str) -> None:
    codes = [item.omop for item in asked(name)]
    assert len(codes) == len(set(codes))
    assert all(code is not None and 2100001001 <= code <= 2100001999 for code in codes)


@pytest.mark.parametrize("name", HERE)
def test_no_item_hides_a_concept_of_the_dictionary(name: str) -> None:
    known = packaged_dictionary().concepts
    assert [item.id for item in asked(name) if item.id in known] == []


def test_which_items_of_selena_have_their_own_definition() -> None:
    # [1.2]: these eight differ; rash, alopecia, ulcers, platelets and leukocytes are those of 2K.
    two_k, selena = packaged_instruments()["sledai_2k"], packaged_instruments()["selena_sledai"]
    own = {i.id for i in selena.items if i.omop != two_k.item(i.id).omop}
    assert own == {
        "seizure", "visual_disturbance", "cranial_nerve_disorder", "cva", "arthritis",
        "proteinuria", "pleurisy", "pericarditis",
    }  # fmt: skip
    hybrid = packaged_instruments()["hybrid_sledai"]
    assert {i.id for i in hybrid.items if i != selena.item(i.id)} == {"proteinuria"}
    assert hybrid.item("proteinuria") == two_k.item("proteinuria")
    assert [i.points for i in selena.items] == [i.points for i in two_k.items]


# ---- every total ---------------------------------------------------------------------------------

# The maxima of the papers, as section [1], [5], [6], [7], [8] and [16] give them.
MAXIMA = [
    ("selena_sledai", "selena_sledai", 105),
    ("selena_sledai", "selena_sledai_clinical", 101),
    ("hybrid_sledai", "hybrid_sledai", 105),
    ("hybrid_sledai", "hybrid_sledai_clinical", 101),
    ("acr_1997", "acr_1997", 11),
    ("slicc_2012", "slicc_2012_clinical", 11),
    ("slicc_2012", "slicc_2012_immunological", 6),
    ("slicc_2012", "slicc_2012_criteria", 16),  # a Coombs test, or haemolytic anaemia
    ("eular_acr_2019", "eular_acr_2019_points", 51),
    ("eular_acr_2019", "eular_acr_2019_clinical", 39),
    ("sdi", "sdi", 47),
    ("clasi", "clasi_activity", 70),
    ("clasi", "clasi_damage", 56),
    ("lupusqol", "lupusqol_physical_health", 100),
    ("lupusqol", "lupusqol_pain", 100),
    ("lupusqol", "lupusqol_planning", 100),
    ("lupusqol", "lupusqol_intimate_relationships", 100),
    ("lupusqol", "lupusqol_burden_to_others", 100),
    ("lupusqol", "lupusqol_emotional_health", 100),
    ("lupusqol", "lupusqol_body_image", 100),
    ("lupusqol", "lupusqol_fatigue", 100),
    ("facit_fatigue", "facit_fatigue", 52),
    ("ssc", "ssc_symptoms", 38),
    ("ssc", "ssc_distress", 152),
    ("ecog", "ecog", 5),
    ("pga", "pga", 3),
    ("nih_indices", "nih_activity", 24),
    ("nih_indices", "nih_chronicity", 12),
]


def test_every_total_has_its_maximum_in_the_table() -> None:
    totals = {(n, t.id) for n in HERE for t in packaged_instruments()[n].totals}
    assert {(name, output) for name, output, _ in MAXIMA} == totals


@pytest.mark.parametrize(("name", "output", "most"), MAXIMA)
def test_the_least_and_the_most_of_each_total(name: str, output: str, most: int) -> None:
    total = next(t for t in packaged_instruments()[name].totals if t.id == output)
    assert total.range == (0, most)
    assert between(score(name, everything(name)), output) == (0, 0)
    answers = {item.id: best(item) for item in asked(name)}
    if output == "slicc_2012_immunological":
        answers["haemolytic_anaemia"] = "absent"  # beside it a Coombs test does not count
    assert between(score(name, answers), output) == (most, most)


PRORATED = {"lupusqol", "facit_fatigue"}


@pytest.mark.parametrize(("name", "output", "most"), [m for m in MAXIMA if m[0] not in PRORATED])
def test_with_nothing_known_a_total_lies_between_its_bounds(
    name: str, output: str, most: int
) -> None:
    scores = score(name, {})
    assert between(scores, output) == (0, most)
    # New proteinuria asks for the previous visit, and there is none.
    first = Reason.NO_ANCHOR if name == "selena_sledai" else Reason.NO_DATA
    assert why(scores, output) == first


@pytest.mark.parametrize("name", SLEDAI_FAMILY)
def test_an_item_that_is_missing_widens_the_total_by_its_points(name: str) -> None:
    for item in asked(name):
        answers = everything(name)
        del answers[item.id]
        assert between(score(name, answers), name) == (0, item.points), item.id
        present = everything(name, **{item.id: "present"})
        assert between(score(name, present), name) == (item.points, item.points), item.id


@pytest.mark.parametrize(
    ("name", "output"),
    [
        ("selena_sledai", "selena_sledai"),
        ("hybrid_sledai", "hybrid_sledai"),
        ("acr_1997", "acr_1997"),
        ("slicc_2012", "slicc_2012_criteria"),
        ("eular_acr_2019", "eular_acr_2019_points"),
    ],
)
def test_what_is_not_due_to_lupus_gives_no_points(name: str, output: str) -> None:
    # [0]: an attributed-to-lupus "no" scores 0.
    answers = {item.id: "not_attributed" for item in asked(name)}
    assert between(score(name, answers), output) == (0, 0)


def test_a_low_value_that_a_drug_explains_gives_no_points() -> None:
    visit = everything("selena_sledai", leukopenia="not_attributed", leukocytes="2.1 10*9/L")
    scores = score("selena_sledai", visit)
    assert between(scores, "selena_sledai") == (0, 0)
    assert not scores.findings["leukopenia"].contradicted[-1]


# ---- findings that values decide -----------------------------------------------------------------

# instrument, item, quantity, value -> answer. Strict signs are those of the papers [1.1], [5].
VALUES = [
    ("selena_sledai", "thrombocytopenia", "platelets", "99.9 10*9/L", "present"),
    ("selena_sledai", "thrombocytopenia", "platelets", "100 10*9/L", "absent"),
    ("selena_sledai", "thrombocytopenia", "platelets", "99900 /uL", "present"),
    ("selena_sledai", "leukopenia", "leukocytes", "2.99 10*9/L", "present"),
    ("selena_sledai", "leukopenia", "leukocytes", "3 10*9/L", "absent"),
    ("selena_sledai", "fever", "body_temperature", "38 Cel", "absent"),
    ("selena_sledai", "fever", "body_temperature", "38.1 Cel", "present"),
    ("selena_sledai", "hematuria", "urine_rbc", "5 /[HPF]", "absent"),
    ("selena_sledai", "hematuria", "urine_rbc", "6 /[HPF]", "present"),
    ("selena_sledai", "pyuria", "urine_wbc", "5 /[HPF]", "absent"),
    ("selena_sledai", "pyuria", "urine_wbc", "6 /[HPF]", "present"),
    ("hybrid_sledai", "proteinuria", "urine_protein_24h", "0.5 g/d", "absent"),
    ("hybrid_sledai", "proteinuria", "urine_protein_24h", "501 mg/d", "present"),
    ("selena_flare_index", "flare_thrombocytopenia", "platelets", "60 10*9/L", "absent"),
    ("selena_flare_index", "flare_thrombocytopenia", "platelets", "59.9 10*9/L", "present"),
    ("slicc_2012", "renal", "urine_protein_24h", "0.5 g/d", "present"),
    ("slicc_2012", "renal", "urine_protein_24h", "0.49 g/d", "unknown"),  # casts: nobody looked
    ("slicc_2012", "thrombocytopenia", "platelets", "100 10*9/L", "absent"),
    ("slicc_2012", "thrombocytopenia", "platelets", "99.9 10*9/L", "present"),
    ("slicc_2012", "leukopenia_or_lymphopenia", "leukocytes", "3.99 10*9/L", "present"),
    ("slicc_2012", "leukopenia_or_lymphopenia", "leukocytes", "4 10*9/L", "unknown"),
    ("slicc_2012", "leukopenia_or_lymphopenia", "lymphocytes", "0.99 10*9/L", "present"),
    ("slicc_2012", "leukopenia_or_lymphopenia", "lymphocytes", "1 10*9/L", "unknown"),
    ("eular_acr_2019", "fever", "body_temperature", "38.3 Cel", "absent"),
    ("eular_acr_2019", "fever", "body_temperature", "38.4 Cel", "present"),
    ("eular_acr_2019", "leukopenia", "leukocytes", "4 10*9/L", "absent"),
    ("eular_acr_2019", "leukopenia", "leukocytes", "3.99 10*9/L", "present"),
    ("eular_acr_2019", "thrombocytopenia", "platelets", "100 10*9/L", "absent"),
    ("eular_acr_2019", "thrombocytopenia", "platelets", "99 10*9/L", "present"),
    ("eular_acr_2019", "proteinuria", "urine_protein_24h", "0.5 g/d", "absent"),
    ("eular_acr_2019", "proteinuria", "urine_protein_24h", "0.51 g/d", "present"),
    ("eular_acr_2019", "proteinuria", "upcr", "0.5 g/g", "absent"),
    ("eular_acr_2019", "proteinuria", "upcr", "0.51 g/g", "present"),
    ("eular_acr_2019", "ana_1_80", "ana_titre", 40, "absent"),
    ("eular_acr_2019", "ana_1_80", "ana_titre", 80, "present"),
    ("eular_acr_2019", "class_iii_or_iv", "ln_class", "III+V", "present"),
    ("eular_acr_2019", "class_iii_or_iv", "ln_class", "V", "absent"),
    ("eular_acr_2019", "class_ii_or_v", "ln_class", "V", "present"),
    ("eular_acr_2019", "class_ii_or_v", "ln_class", "I", "absent"),
    ("slicc_2012", "biopsy_nephritis", "ln_class", "I", "present"),  # our reading
    ("clasi", "scalp_scarring", "scalp_scarring_quadrants", 0, "absent"),
    ("clasi", "scalp_scarring", "scalp_scarring_quadrants", 1, "present"),
    ("ssc", "symptom_01", "burden_01", 0, "absent"),
    ("ssc", "symptom_01", "burden_01", 1, "present"),
    ("isn_rps", "membranous_lesion", "membranous_percent", 0, "absent"),
    ("isn_rps", "membranous_lesion", "membranous_percent", 1, "present"),
    # A limit of detection decides where it can, a wrong or absent unit decides nothing.
    ("eular_acr_2019", "proteinuria", "upcr", "<0.5 g/g", "absent"),
    ("eular_acr_2019", "proteinuria", "upcr", "<0.6 g/g", "unknown"),
    ("eular_acr_2019", "proteinuria", "upcr", "0.9", "unknown"),
    ("eular_acr_2019", "thrombocytopenia", "platelets", "90 g/L", "unknown"),
    ("selena_sledai", "fever", "body_temperature", "101 Cel", "unknown"),
]


def of_one_day(name: str, expected: str) -> str:
    """A criterion of a classification counts once it was seen: one day's value cannot deny it.

    Aringer, Arthritis Rheumatol 2019;71:1400: once is enough, and not at the same time.
    """
    once = bound_packaged(name, NO_VOCABULARY).instrument.once_is_enough
    return "unknown" if once and expected == "absent" else expected


@pytest.mark.parametrize(("name", "item", "quantity", "value", "expected"), VALUES)
def test_a_value_decides_a_finding(
    name: str, item: str, quantity: str, value: Any, expected: str
) -> None:
    assert finding(score(name, {quantity: value}), item) == of_one_day(name, expected)
    assert finding(score(name, {}), item) == "unknown"


# name, C3, C4 with the lower limits 90 and 10 mg/dL -> finding. [1.1] row 20, [5.2], [5.3].
COMPLEMENT = [
    ("selena_sledai", "low_complement", 90, 10, "absent"),
    ("selena_sledai", "low_complement", 89, None, "present"),
    ("selena_sledai", "low_complement", 90, None, "unknown"),
    ("slicc_2012", "low_complement", 90, 10, "absent"),
    ("slicc_2012", "low_complement", 89, 10, "present"),
    ("slicc_2012", "low_complement", 90, 9, "present"),
    ("eular_acr_2019", "low_c3_or_c4", 90, 10, "absent"),
    ("eular_acr_2019", "low_c3_or_c4", 89, 10, "present"),
    ("eular_acr_2019", "low_c3_or_c4", 90, 9, "present"),
    ("eular_acr_2019", "low_c3_and_c4", 90, 9, "absent"),
    ("eular_acr_2019", "low_c3_and_c4", 89, 10, "absent"),
    ("eular_acr_2019", "low_c3_and_c4", 89, 9, "present"),
    ("eular_acr_2019", "low_c3_and_c4", 89, None, "unknown"),
    ("eular_acr_2019", "low_c3_and_c4", 90, None, "absent"),
]


@pytest.mark.parametrize(("name", "item", "c3", "c4", "expected"), COMPLEMENT)
def test_complement(name: str, item: str, c3: int, c4: int | None, expected: str) -> None:
    visit: dict[str, Any] = {"c3": {"value": c3, "unit": "mg/dL", "lln": 90}}
    if c4 is not None:
        visit["c4"] = {"value": c4, "unit": "mg/dL", "lln": 10}
    assert finding(score(name, visit), item) == of_one_day(name, expected)


@pytest.mark.parametrize("name", ["sledai_2k", "selena_sledai", "hybrid_sledai"])
@pytest.mark.parametrize(
    ("ch50", "others", "expected"),
    [
        ({"value": 29, "unit": "U/mL", "lln": 30}, {}, "present"),
        ({"value": 29, "unit": "U/mL", "lln": 30}, {"c3": 90, "c4": 20}, "present"),
        ({"value": 30, "unit": "U/mL", "lln": 30}, {"c3": 90, "c4": 20}, "absent"),
        ({"value": 30, "unit": "U/mL", "lln": 30}, {"c3": 79, "c4": 20}, "present"),
        ({"value": 30, "unit": "U/mL", "lln": 30}, {"c3": 90}, "unknown"),
        ({"value": 20, "unit": "U/mL"}, {"c3": 90, "c4": 20}, "unknown"),
        (None, {"c3": 90, "c4": 20}, "absent"),
    ],
)
def test_total_complement_counts_where_it_was_measured(
    name: str, ch50: Any, others: Mapping[str, int], expected: str
) -> None:
    # [1.1]: CH50, C3 or C4 below the laboratory's lower limit.
    limits = {"c3": 80, "c4": 10}
    visit: dict[str, Any] = {"ch50": ch50}
    for part, value in others.items():
        visit[part] = {"value": value, "unit": "mg/dL", "lln": limits[part]}
    assert finding(score(name, visit), "low_complement") == expected


@pytest.mark.parametrize(
    ("name", "joints"), [("sledai_2k", 2), ("selena_sledai", 3), ("hybrid_sledai", 3)]
)
def test_the_count_of_inflamed_joints_decides_arthritis(name: str, joints: int) -> None:
    # [1.1, 1.2]: at least two joints; more than two in the SELENA version and the hybrid.
    assert finding(score(name, {"inflamed_joints": joints}), "arthritis") == "present"
    assert finding(score(name, {"inflamed_joints": joints - 1}), "arthritis") == "absent"
    assert finding(score(name, {"inflamed_joints": None}), "arthritis") == "unknown"


def test_slicc_protein_of_exactly_500_mg_counts() -> None:
    # [5.2]: "representing 500 mg" is read as at least.
    at = {"urine_rbc_casts": "0 /[LPF]", "urine_protein_24h": "0.5 g/d"}
    below = at | {"urine_protein_24h": "0.499 g/d"}
    assert finding(score("slicc_2012", at), "renal") == "present"
    assert finding(score("slicc_2012", below), "renal") == "unknown"  # an earlier day may have been
    assert finding(score("slicc_2012", {"urine_rbc_casts": "1 /[LPF]"}), "renal") == "present"


def test_anti_dsdna_is_judged_by_the_limit_of_its_own_laboratory() -> None:
    def answer(value: int, uln: int | None) -> str:
        visit = {"anti_dsdna": {"value": value, "unit": "[IU]/mL", "uln": uln}}
        return finding(score("eular_acr_2019", visit), "anti_dsdna_positive")

    assert [answer(30, 30), answer(31, 30), answer(31, None)] == ["unknown", "present", "unknown"]


# ---- SELENA proteinuria --------------------------------------------------------------------------

# [1.2]: new onset, or a rise by more than 0.5 g in 24 hours; g/d before, now -> answer.
PROTEINURIA = [
    ("0.3", "0.5", "absent"),
    ("0.3", "0.6", "present"),  # new onset, though the rise is small
    ("0.5", "0.51", "present"),
    ("0.6", "1.1", "absent"),  # a rise of exactly 0.5
    ("0.6", "1.11", "present"),
    ("1.8", "1.8", "absent"),
    ("3", "1", "absent"),
    (None, "0.5", "absent"),
    (None, "0.8", "unknown"),  # new or old?
    ("0.3", None, "unknown"),
]


@pytest.mark.parametrize(("before", "now", "expected"), PROTEINURIA)
@pytest.mark.parametrize(("quantity", "unit"), [("urine_protein_24h", "g/d"), ("upcr", "g/g")])
def test_proteinuria_of_selena(
    quantity: str, unit: str, before: str | None, now: str | None, expected: str
) -> None:
    previous: Answers = {} if before is None else {quantity: f"{before} {unit}"}
    visit: Answers = {} if now is None else {quantity: f"{now} {unit}"}
    assert finding(score("selena_sledai", visit, previous=previous), "proteinuria") == expected


def test_proteinuria_of_a_first_visit_is_unknown_to_selena_and_known_to_the_hybrid() -> None:
    visit = {"urine_protein_24h": "0.8 g/d"}
    assert finding(score("selena_sledai", visit), "proteinuria") == "unknown"
    assert finding(score("hybrid_sledai", visit), "proteinuria") == "present"


# ---- SELENA flare index --------------------------------------------------------------------------

QUIET = everything("selena_flare_index", selena_sledai_total=4) | {
    "pga": 0.5,
    "weight": "60 kg",
    "hemoglobin": "12 g/dL",
    "dose of glucocorticoid": "10 mg/d",
}
for _item in ("prednisone_increased", "prednisone_doubled", "prednisone_to_above_half_mg_per_kg"):
    del QUIET[_item]  # the doses decide

NONE, MILD, SEVERE = {"none"}, {"mild_moderate"}, {"severe"}
DOSE = "dose of glucocorticoid"
# what changed, before -> the flare, without treatment, modified. [1.3]
FLARES: list[tuple[dict[str, Any], dict[str, Any], set[str], set[str], set[str]]] = [
    ({}, {}, NONE, NONE, NONE),
    ({"selena_sledai_total": 6}, {}, NONE, NONE, NONE),
    ({"selena_sledai_total": 7}, {}, MILD, MILD, MILD),
    ({"selena_sledai_total": 12}, {}, MILD, MILD, MILD),
    ({"selena_sledai_total": 13}, {}, SEVERE, SEVERE, MILD),
    ({"selena_sledai_total": 14}, {"selena_sledai_total": 14}, NONE, NONE, NONE),
    ({"selena_sledai_total": 14}, {"selena_sledai_total": 13}, SEVERE, SEVERE, NONE),  # our reading
    ({"pga": 1.4}, {}, NONE, NONE, NONE),
    ({"pga": 1.5}, {}, MILD, MILD, MILD),
    ({"pga": 2.5}, {}, MILD, MILD, MILD),
    ({"pga": 2.6}, {}, SEVERE, SEVERE, SEVERE),
    ({"pga": 2.6}, {"pga": 2.6}, NONE, NONE, NONE),
    ({"pga": 1.8}, {"pga": 0.8}, MILD, MILD, MILD),  # 1.8 - 0.8 is exact
    ({"flare_arthritis": "present"}, {}, MILD, MILD, MILD),
    ({"flare_fever": "not_attributed"}, {}, NONE, NONE, NONE),
    ({"nsaid_or_hydroxychloroquine_added": "present"}, {}, MILD, NONE, MILD),
    ({DOSE: "10.5 mg/d"}, {}, MILD, NONE, MILD),
    ({DOSE: "30 mg/d"}, {}, MILD, NONE, MILD),  # exactly 0.5 mg/kg
    ({DOSE: "30.1 mg/d"}, {}, SEVERE, NONE, SEVERE),
    ({DOSE: "40 mg/d"}, {DOSE: "40 mg/d"}, NONE, NONE, NONE),
    ({"immunosuppressant_added": "present"}, {}, SEVERE, NONE, SEVERE),
    ({"hospitalised_for_lupus": "present"}, {}, SEVERE, SEVERE, SEVERE),
    ({"flare_nephritis": "present"}, {}, NONE, NONE, NONE),  # no treatment followed
    ({"flare_nephritis": "present", DOSE: "19.9 mg/d"}, {}, MILD, NONE, MILD),
    ({"flare_nephritis": "present", DOSE: "20 mg/d"}, {}, SEVERE, NONE, SEVERE),
    ({"flare_nephritis": "present", DOSE: "5 mg/d"}, {DOSE: "0 mg/d"}, SEVERE, NONE, SEVERE),
    ({"flare_haemolytic_anaemia": "present", "hemoglobin": "7 g/dL", DOSE: "20 mg/d"},
     {"hemoglobin": "10 g/dL"}, MILD, NONE, MILD),
    ({"flare_haemolytic_anaemia": "present", "hemoglobin": "6.9 g/dL", DOSE: "20 mg/d"},
     {"hemoglobin": "9 g/dL"}, SEVERE, NONE, SEVERE),
    ({"flare_haemolytic_anaemia": "present", "hemoglobin": "8.9 g/dL", DOSE: "20 mg/d"},
     {}, SEVERE, NONE, SEVERE),  # a fall of 3.1
    ({"hemoglobin": "6 g/dL", DOSE: "20 mg/d"}, {}, MILD, NONE, MILD),  # no haemolysis
    ({"flare_thrombocytopenia": None, "platelets": "59 10*9/L", DOSE: "20 mg/d"},
     {}, SEVERE, NONE, SEVERE),
    # What is not known keeps its grades open.
    ({"selena_sledai_total": None}, {}, NONE | MILD | SEVERE, NONE | MILD | SEVERE, NONE | MILD),
    ({"selena_sledai_total": 7, "hospitalised_for_lupus": None}, {}, MILD | SEVERE, MILD | SEVERE,
     MILD | SEVERE),
    ({"flare_arthritis": None}, {}, NONE | MILD, NONE | MILD, NONE | MILD),
    ({DOSE: "35 mg/d", "weight": None}, {}, MILD | SEVERE, NONE, MILD | SEVERE),
]  # fmt: skip


@pytest.mark.parametrize(("now", "before", "classic", "without", "modified"), FLARES)
def test_selena_flare(
    now: dict[str, Any],
    before: dict[str, Any],
    classic: set[str],
    without: set[str],
    modified: set[str],
) -> None:
    scores = score("selena_flare_index", QUIET | now, previous=QUIET | before)
    assert grades(scores, "selena_flare") == classic
    assert grades(scores, "selena_flare_without_treatment") == without
    assert grades(scores, "selena_flare_modified") == modified


def test_without_a_previous_visit_only_what_is_seen_now_can_be_a_flare() -> None:
    # A total of 4, an assessment of 0.5 and 10 mg cannot be a severe flare, whatever went before.
    assert grades(score("selena_flare_index", QUIET), "selena_flare") == NONE | MILD
    high = QUIET | {"selena_sledai_total": 13}
    assert grades(score("selena_flare_index", high), "selena_flare") == NONE | MILD | SEVERE
    admitted = QUIET | {"hospitalised_for_lupus": "present"}
    assert grades(score("selena_flare_index", admitted), "selena_flare") == SEVERE


# ---- classification ------------------------------------------------------------------------------

YES, NO = {"fulfilled"}, {"not_fulfilled"}


def test_acr_1997_needs_four() -> None:
    three = everything("acr_1997", malar_rash="present", arthritis="present", ana="present")
    scores = score("acr_1997", three)
    assert between(scores, "acr_1997") == (3, 3)
    assert grades(scores, "acr_1997_class") == NO
    assert grades(score("acr_1997", three | {"renal": "present"}), "acr_1997_class") == YES
    open_ = score("acr_1997", three | {"renal": "not_assessed"})
    assert between(open_, "acr_1997") == (3, 4)
    assert grades(open_, "acr_1997_class") == YES | NO


# present, unknown -> class, route. [5.2]
SLICC: list[tuple[str, str, set[str], set[str]]] = [
    ("synovitis renal ana", "", NO, {"none"}),
    ("synovitis renal ana anti_sm_positive", "", YES, {"criteria"}),
    ("synovitis renal serositis", "ana", YES | NO, {"criteria", "none"}),
    ("synovitis", "ana anti_sm_positive low_complement", YES | NO, {"criteria", "none"}),
    ("biopsy_nephritis", "", NO, {"none"}),
    ("biopsy_nephritis anti_dsdna_positive", "", YES, {"biopsy"}),
    ("biopsy_nephritis", "ana", YES | NO, {"biopsy", "none"}),
    ("biopsy_nephritis anti_sm_positive low_complement direct_coombs", "", NO, {"none"}),
    ("synovitis renal ana anti_sm_positive", "biopsy_nephritis", YES, {"biopsy", "criteria"}),
]


@pytest.mark.parametrize(("present", "unknown", "expected", "route"), SLICC)
def test_slicc(present: str, unknown: str, expected: set[str], route: set[str]) -> None:
    answers = everything("slicc_2012")
    answers |= dict.fromkeys(present.split(), "present")
    answers |= dict.fromkeys(unknown.split(), "not_assessed")
    scores = score("slicc_2012", answers)
    assert grades(scores, "slicc_2012") == expected
    assert grades(scores, "slicc_2012_route") == route


def test_slicc_without_a_recorded_class_the_biopsy_is_unknown() -> None:
    assert finding(score("slicc_2012", {}), "biopsy_nephritis") == "unknown"


# present, unknown -> points, class. [5.3]
EULAR: list[tuple[str, str, tuple[int, int], set[str]]] = [
    ("ana_1_80 joint_involvement leukopenia", "", (9, 9), NO),
    ("ana_1_80 joint_involvement thrombocytopenia", "", (10, 10), YES),
    ("joint_involvement thrombocytopenia", "", (10, 10), NO),  # no entry criterion
    ("joint_involvement thrombocytopenia", "ana_1_80", (10, 10), YES | NO),
    ("ana_1_80 class_iii_or_iv", "", (10, 10), YES),
    ("ana_1_80 class_ii_or_v proteinuria", "", (8, 8), NO),  # one domain
    ("ana_1_80 anti_sm_positive low_c3_and_c4", "", (10, 10), NO),  # no clinical criterion
    ("ana_1_80 anti_sm_positive low_c3_and_c4", "fever", (10, 12), YES | NO),
    ("ana_1_80 joint_involvement leukopenia", "thrombocytopenia", (9, 10), YES | NO),
    ("ana_1_80 joint_involvement thrombocytopenia", "leukopenia", (10, 10), YES),  # same domain
    ("ana_1_80 oral_ulcers low_c3_and_c4 anti_dsdna_positive", "", (12, 12), YES),  # spec example
]


@pytest.mark.parametrize(("present", "unknown", "points", "expected"), EULAR)
def test_eular_acr(present: str, unknown: str, points: tuple[int, int], expected: set[str]) -> None:
    answers = everything("eular_acr_2019")
    answers |= dict.fromkeys(present.split(), "present")
    answers |= dict.fromkeys(unknown.split(), "not_assessed")
    scores = score("eular_acr_2019", answers)
    assert between(scores, "eular_acr_2019_points") == points
    assert grades(scores, "eular_acr_2019") == expected


def test_one_patient_and_three_answers() -> None:
    # [5.3]: nephritis on biopsy and anti-dsDNA without ANA; oral ulcers with ANA, dsDNA, C3 and C4.
    biopsy = everything("slicc_2012", biopsy_nephritis="present", anti_dsdna_positive="present")
    assert grades(score("slicc_2012", biopsy), "slicc_2012") == YES
    same = everything("eular_acr_2019", class_iii_or_iv="present", anti_dsdna_positive="present")
    assert grades(score("eular_acr_2019", same), "eular_acr_2019") == NO
    ulcers = everything("acr_1997", oral_ulcers="present", immunologic="present", ana="present")
    assert grades(score("acr_1997", ulcers), "acr_1997_class") == NO
    serology = dict.fromkeys(["ana", "anti_dsdna_positive", "low_complement"], "present")
    slicc = everything("slicc_2012", oral_or_nasal_ulcers="present", **serology)
    assert grades(score("slicc_2012", slicc), "slicc_2012") == YES


# ---- damage --------------------------------------------------------------------------------------

# answers -> index. [7]
DAMAGE = [
    ({"filtration_below_half": "present", "nephrotic_proteinuria": "present"}, (2, 2)),
    ({"end_stage_renal_disease": "present"}, (3, 3)),
    ({"end_stage_renal_disease": "present", "nephrotic_proteinuria": "present"}, (3, 3)),
    ({"end_stage_renal_disease": "present", "filtration_below_half": "not_assessed"}, (3, 3)),
    ({"end_stage_renal_disease": "not_assessed", "filtration_below_half": "present"}, (1, 3)),
    ({"myocardial_infarctions": 2}, (2, 2)),
    ({"myocardial_infarctions": "not_assessed", "cataract": "present"}, (1, 3)),
    ({"myocardial_infarctions": 3}, (0, 2)),  # no answer of the form
]


@pytest.mark.parametrize(("answers", "index"), DAMAGE)
def test_sdi(answers: dict[str, Any], index: tuple[int, int]) -> None:
    assert between(score("sdi", everything("sdi", **answers)), "sdi") == index


def test_a_damage_index_that_falls_is_named() -> None:
    one, none = everything("sdi", cataract="present"), everything("sdi")
    assert grades(score("sdi", none, previous=one), "sdi_change") == {"fallen"}
    assert grades(score("sdi", one, previous=one), "sdi_change") == {"same"}
    assert grades(score("sdi", one, previous=none), "sdi_change") == {"risen"}
    assert grades(score("sdi", one), "sdi_change") == {"fallen", "risen", "same"}


# ---- skin ----------------------------------------------------------------------------------------

SITES = (
    "scalp", "ears", "nose_and_malar", "rest_of_face", "v_neck", "posterior_neck_and_shoulders",
    "chest", "abdomen", "back_and_buttocks", "arms", "hands", "legs", "feet",
)  # fmt: skip


# [8.1]: mild 0-9, moderate 10-20, severe from 21.
@pytest.mark.parametrize(
    ("points", "band"),
    [(0, "mild"), (9, "mild"), (10, "moderate"), (20, "moderate"), (21, "severe")],
)
def test_severity_of_skin_activity(points: int, band: str) -> None:
    red, rest = divmod(points, 3)
    visit = everything("clasi", **{f"{site}_erythema": 3 for site in SITES[:red]})
    visit["scalp_scale"] = rest
    scores = score("clasi", visit)
    assert between(scores, "clasi_activity") == (points, points)
    assert grades(scores, "clasi_severity") == {band}


def test_dyspigmentation_that_lasts_counts_twice() -> None:
    # [8.1]; a scar on the arm does not double.
    spots = {"arms_dyspigmentation": 1, "legs_dyspigmentation": 1, "arms_scarring": 2}
    for lasts, damage in [("absent", (4, 4)), ("present", (6, 6)), ("not_assessed", (4, 6))]:
        visit = everything("clasi", dyspigmentation_lasts=lasts, **spots)
        assert between(score("clasi", visit), "clasi_damage") == damage
    no_spots = everything("clasi", dyspigmentation_lasts="not_assessed")
    assert between(score("clasi", no_spots), "clasi_damage") == (0, 0)
    half_known = everything("clasi", dyspigmentation_lasts="present", chest_dyspigmentation=None)
    assert between(score("clasi", half_known), "clasi_damage") == (0, 2)


@pytest.mark.parametrize(("quadrants", "points"), [(0, 0), (1, 3), (2, 4), (3, 5), (4, 6)])
def test_scarring_of_the_scalp(quadrants: int, points: int) -> None:
    visit = everything("clasi", scalp_scarring_quadrants=quadrants)
    del visit["scalp_scarring"]
    assert between(score("clasi", visit), "clasi_damage") == (points, points)


# ---- questionnaires ------------------------------------------------------------------------------


# [8.2]: mean / 4 × 100 of those answered, at least half of the items.
@pytest.mark.parametrize(
    ("domain", "answers", "expected"),
    [
        ("physical_health", {1: 4, 2: 4, 3: 4, 4: 0}, Fraction(75)),  # four of eight
        ("physical_health", {1: 4, 2: 4, 3: 4}, None),
        ("pain", {9: 1, 10: 2}, Fraction("37.5")),
        ("pain", {9: 1}, None),
        ("intimate_relationships", {15: 0}, Fraction(0)),  # one of two
        ("body_image", {26: 4, 27: 4, 28: 3}, Fraction("91.666667")),  # 11 / 12
        ("body_image", {26: 4, 27: 4}, None),
        ("fatigue", {31: 2, 32: "not_assessed", 33: 2, 34: "not_assessed"}, Fraction(50)),
    ],
)
def test_lupusqol(domain: str, answers: Mapping[int, Any], expected: Fraction | None) -> None:
    visit = {f"item_{item:02d}": answer for item, answer in answers.items()}
    scores = score("lupusqol", visit)
    if expected is None:
        assert why(scores, f"lupusqol_{domain}") == Reason.NO_DATA
    else:
        assert between(scores, f"lupusqol_{domain}") == (expected, expected)


def test_facit_turns_all_items_but_the_seventh_and_the_eighth() -> None:
    tired = {f"item_{item:02d}": 4 for item in range(1, 14)}
    assert between(score("facit_fatigue", tired), "facit_fatigue") == (8, 8)
    rested = {f"item_{item:02d}": 0 for item in range(1, 14)}
    assert between(score("facit_fatigue", rested), "facit_fatigue") == (44, 44)


@pytest.mark.parametrize(("answered", "known"), [(13, True), (7, True), (6, False), (0, False)])
def test_facit_needs_more_than_half_of_its_items(answered: int, known: bool) -> None:
    visit = {f"item_{item:02d}": 2 for item in range(1, answered + 1)}
    scores = score("facit_fatigue", visit)
    assert (why(scores, "facit_fatigue") is None) == known
    if known:
        assert between(scores, "facit_fatigue") == (26, 26)


def test_ssc_asks_for_all_its_items() -> None:
    answers = {f"burden_{item:02d}": 2 for item in range(1, 38)}
    scores = score("ssc", answers)
    assert between(scores, "ssc_distress") == (74, 78)
    assert between(scores, "ssc_symptoms") == (37, 38)
    scores = score("ssc", answers | {"burden_38": 0})
    assert between(scores, "ssc_distress") == (74, 74)
    assert between(scores, "ssc_symptoms") == (37, 37)
    # The least burden of a symptom is 1.
    scores = score("ssc", {f"burden_{item:02d}": 1 for item in range(1, 39)})
    assert between(scores, "ssc_distress") == (38, 38)
    assert between(scores, "ssc_symptoms") == (38, 38)


def test_the_line_of_the_global_assessment() -> None:
    # [3.3]: mm / 100 × 3; 10 mm are 0.3.
    for line, value in [(0, "0"), (10, "0.3"), (33, "0.99"), (100, "3")]:
        scores = score("pga", {"pga_line": line})
        assert between(scores, "pga") == (Fraction(value), Fraction(value))
    # [3.3]: a line of 8 cm and a scale of 0 to 10 are brought to 0 to 3 linearly.
    written: list[tuple[str, Answer, str]] = [
        ("pga_line_80", 40, "1.5"),
        ("pga_line_80", 8, "0.3"),
        ("pga_line_80", 80, "3"),
        ("pga_scale_10", 1, "0.3"),
        ("pga_scale_10", "3.3", "0.99"),
        ("pga_scale_10", 10, "3"),
    ]
    for item, answer, value in written:
        scores = score("pga", {item: answer})
        assert between(scores, "pga") == (Fraction(value), Fraction(value))
    for item, most in [("pga_line", 100), ("pga_line_80", 80), ("pga_scale_10", 10)]:
        scores = score("pga", {item: most + 1})
        assert between(scores, "pga") == (0, 3)
        assert why(scores, "pga") == Reason.IMPLAUSIBLE
    assert between(score("pga", {"pga_line": None}), "pga") == (0, 3)


def test_ecog_outside_its_scale_is_unknown() -> None:
    scores = score("ecog", {"performance_status": 6})
    assert between(scores, "ecog") == (0, 5)
    assert why(scores, "ecog") == Reason.IMPLAUSIBLE


# ---- biopsy --------------------------------------------------------------------------------------

# findings -> class of 2018, of 2003. [6]
BIOPSIES: list[tuple[dict[str, Any], set[str], set[str]]] = [
    ({}, {"none"}, {"none"}),
    ({"mesangial_deposits": "present"}, {"I"}, {"I"}),
    ({"mesangial_nuclei": 2, "mesangial_deposits": "present"}, {"I"}, {"I"}),
    ({"mesangial_nuclei": 3, "mesangial_deposits": "present"}, {"I"}, {"II"}),
    ({"mesangial_nuclei": 4}, {"II"}, {"II"}),
    ({"mesangial_expansion": "present"}, {"II"}, {"II"}),
    ({"proliferative_percent": 1}, {"III"}, {"III"}),
    ({"proliferative_percent": 49}, {"III"}, {"III"}),
    ({"proliferative_percent": 50}, {"IV"}, {"IV"}),
    ({"membranous_lesion": "present"}, {"V"}, {"V"}),
    ({"membranous_lesion": "present", "mesangial_nuclei": 5}, {"V"}, {"V"}),
    ({"proliferative_percent": 20, "membranous_percent": 50}, {"III"}, {"III"}),
    ({"proliferative_percent": 20, "membranous_percent": 51}, {"III+V"}, {"III+V"}),
    ({"proliferative_percent": 60, "membranous_percent": 51}, {"IV+V"}, {"IV+V"}),
    ({"proliferative_percent": 50, "membranous_percent": 51}, {"IV+V"}, {"IV+V"}),
    ({"proliferative_percent": 50, "membranous_percent": 50}, {"IV"}, {"IV"}),
    ({"proliferative_percent": 1, "membranous_percent": 51}, {"III+V"}, {"III+V"}),
    ({"membranous_percent": 51, "membranous_lesion": "present"}, {"V"}, {"V"}),
    ({"sclerosed_percent": 89, "proliferative_percent": 60}, {"IV"}, {"IV"}),
    ({"sclerosed_percent": 90, "proliferative_percent": 60}, {"VI"}, {"VI"}),
    (
        {"sclerosed_percent": 90, "proliferative_percent": 60, "residual_activity": "present"},
        {"IV"},
        {"IV"},
    ),
    (
        {"proliferative_percent": 20, "membranous_percent": None},
        {"III", "III+V"},
        {"III", "III+V"},
    ),
    ({"proliferative_percent": None}, {"III", "IV", "none"}, {"III", "IV", "none"}),
]


@pytest.mark.parametrize(("answers", "now", "then"), BIOPSIES)
def test_isn_rps(answers: dict[str, Any], now: set[str], then: set[str]) -> None:
    scores = score("isn_rps", everything("isn_rps", **answers))
    assert grades(scores, "isn_rps_2018") == now
    assert grades(scores, "isn_rps_2003") == then


def test_suffix_and_adequacy_of_a_biopsy() -> None:
    for active, chronic, suffix in [
        ("present", "present", "A/C"),
        ("present", "absent", "A"),
        ("absent", "present", "C"),
        ("absent", "absent", "none"),
    ]:
        visit = everything("isn_rps", active_lesions=active, chronic_lesions=chronic)
        assert grades(score("isn_rps", visit), "isn_rps_2003_activity") == {suffix}
    for count, verdict in [(9, "too_few"), (10, "adequate")]:
        visit = everything("isn_rps", glomeruli_sampled=count)
        assert grades(score("isn_rps", visit), "isn_rps_adequacy") == {verdict}


# [6]: necrosis and cellular crescents count twice.
@pytest.mark.parametrize(
    ("answers", "activity", "chronicity", "active"),
    [
        ({}, (0, 0), (0, 0), {"inactive"}),
        ({"endocapillary_hypercellularity": 1}, (1, 1), (0, 0), {"active"}),
        ({"fibrinoid_necrosis": 1}, (2, 2), (0, 0), {"active"}),
        ({"cellular_crescents": 3}, (6, 6), (0, 0), {"active"}),
        ({"cellular_crescents": None}, (0, 6), (0, 0), {"active", "inactive"}),
        ({"fibrous_crescents": 3, "tubular_atrophy": None}, (0, 0), (3, 6), {"inactive"}),
    ],
)
def test_nih_indices(
    answers: dict[str, Any],
    activity: tuple[int, int],
    chronicity: tuple[int, int],
    active: set[str],
) -> None:
    scores = score("nih_indices", everything("nih_indices", **answers))
    assert between(scores, "nih_activity") == activity
    assert between(scores, "nih_chronicity") == chronicity
    assert grades(scores, "nih_active") == active


# ---- filtration rate -----------------------------------------------------------------------------

WOMAN: dict[str, Any] = {"sex": "female", "age": 30, "creatinine": "0.8 mg/dL"}
CHILD: dict[str, Any] = {"sex": "male", "age": 10, "creatinine": "2.2 mg/dL", "height": "140 cm"}


def rate(equation: str, visit: Answers) -> float | None:
    column = score("egfr", visit).numbers[f"egfr_{equation}"]
    return None if column.why[-1] else float(column.values[-1])


def reason(equation: str, visit: Answers) -> Reason | None:
    return why(score("egfr", visit), f"egfr_{equation}")


def test_rates_that_the_specification_prints() -> None:
    # [11.7]: woman of 30, creatinine 0.8: 69 and 102; [11]: boy of 10: 35.0 and 26.3.
    assert rate("japanese", WOMAN) == pytest.approx(69, abs=0.5)
    assert rate("ckd_epi_2021", WOMAN) == pytest.approx(102, abs=0.5)
    assert rate("schwartz_original", CHILD) == pytest.approx(35.0, abs=0.05)
    assert rate("schwartz_bedside", CHILD) == pytest.approx(26.3, abs=0.05)


def test_chinese_coefficients() -> None:
    # [11.8], worked by hand: 175 × 1 × 30^-0.179 = 175 × 0.543959 for a man with 1.0 mg/dL.
    man: dict[str, Answer] = {"sex": "male", "age": 30, "creatinine": "1 mg/dL"}
    assert rate("mdrd_chinese", man) == pytest.approx(95.19, abs=0.01)
    assert rate("mdrd_chinese", man | {"sex": "female"}) == pytest.approx(95.19 * 0.79, abs=0.01)


def test_the_unit_of_creatinine() -> None:
    # [12]: 88.4 umol/L are 1 mg/dL.
    in_mg = rate("ckd_epi_2021", WOMAN | {"creatinine": "1 mg/dL"})
    assert rate("ckd_epi_2021", WOMAN | {"creatinine": "88.4 umol/L"}) == pytest.approx(in_mg, 1e-4)
    assert reason("ckd_epi_2021", WOMAN | {"creatinine": "88.4 mg/dL"}) == Reason.IMPLAUSIBLE
    assert reason("ckd_epi_2021", WOMAN | {"creatinine": "0.8"}) == Reason.UNIT_MISSING
    assert reason("ckd_epi_2021", WOMAN | {"creatinine": "0.8 g/d"}) == Reason.UNIT_UNKNOWN


@pytest.mark.parametrize("missing", ["sex", "age", "creatinine"])
def test_what_is_missing_makes_a_rate_unknown(missing: str) -> None:
    assert reason("ckd_epi_2021", WOMAN | {missing: None}) == Reason.NO_DATA


def test_each_equation_keeps_to_its_ages() -> None:
    # [11.1] from 18 years, [11.4] and [11.5] to 18, [11.6] to 25.
    assert rate("ckd_epi_2021", WOMAN | {"age": 18}) is not None
    assert reason("ckd_epi_2021", WOMAN | {"age": 17.9}) == Reason.IMPLAUSIBLE
    assert reason("schwartz_bedside", CHILD | {"age": 18.1}) == Reason.IMPLAUSIBLE
    assert rate("ckid_u25", CHILD | {"age": 24.9}) is not None
    assert reason("ckid_u25", CHILD | {"age": 25.1}) == Reason.IMPLAUSIBLE
    assert reason("schwartz_bedside", CHILD | {"height": None}) == Reason.NO_DATA


def test_constants_of_growing_children() -> None:
    # [11.5]: 0.45, 0.55, 0.70; [11.6]: 35.7 for a boy of 1 year, 33.1 for a girl.
    body = {"creatinine": "1 mg/dL", "height": "100 cm", "sex": "male"}
    for age, k in [(0.9, 45), (1, 55), (12.9, 55), (13, 70)]:
        assert rate("schwartz_original", body | {"age": age}) == pytest.approx(k, abs=1e-6)
    assert rate("schwartz_original", body | {"age": 13, "sex": "female"}) == pytest.approx(55)
    for sex, constant in [("male", 35.7), ("female", 33.1)]:
        found = rate("ckid_u25", body | {"age": 1, "sex": sex})
        assert found == pytest.approx(constant, abs=0.05)
    for age, constant in [(12, 39.0), (18, 50.8)]:
        assert rate("ckid_u25", body | {"age": age}) == pytest.approx(constant, abs=1e-6)


# [11.6], cystatin C of 1 mg/L, so that the rate is the constant; by hand: 87.2 × 0.96² = 80.364,
# 87.2 / 1.011¹⁴ = 74.817, 79.9 × 0.974³ = 73.828, 79.9 / 1.004¹¹ = 76.467.
@pytest.mark.parametrize(
    ("sex", "age", "constant"),
    [
        ("male", 1, 74.817),
        ("male", 15, 87.2),
        ("male", 17, 80.364),
        ("male", 18, 77.1),
        ("female", 1, 76.467),
        ("female", 12, 79.9),
        ("female", 15, 73.828),
        ("female", 18, 68.3),
    ],
)
def test_cystatin_in_the_young(sex: str, age: int, constant: float) -> None:
    body: dict[str, Answer] = {"cystatin_c": "1 mg/L", "sex": sex, "age": age}
    assert rate("ckid_u25_cystatin", body) == pytest.approx(constant, abs=1e-3)
    doubled = body | {"cystatin_c": "0.2 mg/dL"}
    assert rate("ckid_u25_cystatin", doubled) == pytest.approx(constant / 2, abs=1e-3)
    assert reason("ckid_u25_cystatin", body | {"cystatin_c": None}) == Reason.NO_DATA
    assert reason("ckid_u25", body) == Reason.NO_DATA


# ---- the schema ----------------------------------------------------------------------------------


SMALL = """
kind = "remit.instrument"
version = 1
id = "small"
title = "Small"
citation = "none"
window = "visit"
reads = "[visit, visit]"
licence = "none"
main = "small"
[[items]]
id = "one"
label = "One"
group = "first"
points = 2
omop = 2100009999
[[totals]]
id = "small"
label = "Small"
range = [0, 1]
"""


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('of = ["two"]', "small names unknown two"),
        ("caps = { second = 1 }", "small names unknown second"),
        ('doubled = { first = "two" }', "small names unknown two"),
        ('doubled = { first = "one" }', "no finding worth one point"),
    ],
)
def test_a_total_that_names_what_is_not_asked_is_refused(line: str, message: str) -> None:
    assert read_instrument_text(SMALL, source="small.toml").id == "small"
    with pytest.raises(InstrumentError, match=message):
        read_instrument_text(SMALL + line, source="small.toml")


def test_points_of_new_items_are_those_that_were_not_there_before() -> None:
    """Section 4: no new features is no new SLEDAI item (rash 2, arthritis 4, pleurisy 2)."""
    bound = bound_packaged("sledai_2k", NO_VOCABULARY)
    visits = (
        {"rash": "present", "arthritis": "absent", "pleurisy": "absent"},
        {"rash": "present", "arthritis": "present", "pleurisy": "absent"},
        {"rash": "absent", "arthritis": "present", "pleurisy": None},
        {"rash": "present", "arthritis": "not_attributed", "pleurisy": "present"},
    )
    moments = {"previous": (-1, 0, 1, 2), "baseline": (0, 0, 0, 0)}
    sheet = form_sheet(visits, bound.inputs, moments=moments)
    column = score_sheet(bound, sheet, unlisted="absent").numbers["sledai_2k_new"]
    low, high = (column.low // MICRO).tolist(), (column.high // MICRO).tolist()
    # At the first visit nothing is known of before; rash alone could be new.
    assert (low[0], high[0]) == (0, 2)
    assert (low[1], high[1]) == (4, 4)
    # Pleurisy was not there and is not assessed: it may be new.
    assert (low[2], high[2]) == (0, 2)
    # Rash came back; pleurisy may have been there already.
    assert (low[3], high[3]) == (2, 4)
