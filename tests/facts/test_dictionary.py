"""The concept dictionary: its loader, and what the packaged entries promise."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from remit.errors import ConceptError
from remit.facts.dictionary import Dictionary, packaged_dictionary, read_dictionary

DICTIONARY = packaged_dictionary()
CONCEPTS = DICTIONARY.concepts
HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "concepts.md"

# The names that the four packaged studies and the data generator use.
ASKED = {
    "quantity": """
        upcr urine_protein_24h creatinine egfr height weight platelets leukocytes
        neutrophils lymphocytes hemoglobin alt ast bilirubin_total cholesterol_total
        triglycerides ldl_cholesterol c3 c4 anti_dsdna crp urine_rbc albumin_serum
        cd19_b_cells
    """,
    "titre": "ana_titre",
    "score": "sledai_2k acr_1997 ecog",
    "category": """
        slicc_2012 eular_acr_2019 ln_class ln_activity pregnancy_test_urine
        pregnancy_test_serum ssc_fatigue cd19_expression
    """,
    "condition": """
        sle lupus_nephritis other_connective_tissue_disease rheumatoid_arthritis
        systemic_sclerosis inflammatory_myopathy sjogren_syndrome
        mixed_connective_tissue_disease other_autoimmune_disease neuropsychiatric_lupus
        alveolar_haemorrhage retinal_lesion pulmonary_arterial_hypertension pregnancy
        lactation infection bacterial_infection viral_infection fungal_infection
        parasitic_infection tuberculosis hepatitis_b hepatitis_c hiv_infection herpes_zoster
        onychomycosis other_kidney_disease diabetic_nephropathy iga_nephropathy
        polycystic_kidney_disease malignancy solid_malignancy haematological_malignancy
        basal_cell_carcinoma hypothyroidism neuropsychiatric_symptoms severe_lung_disorder
        central_nervous_system_disorder severe_heart_disorder severe_liver_disorder
        severe_coagulation_disorder congenital_immunoglobulin_deficiency severe_drug_allergy
        severe_mental_disorder severe_cognitive_dysfunction active_severe_nephritis
        autoimmune_disease
    """,
    "drug": """
        prednisone prednisolone methylprednisolone dexamethasone hydrocortisone
        betamethasone cortisone deflazacort triamcinolone glucocorticoid
        mycophenolate_mofetil cyclophosphamide azathioprine
        methotrexate tacrolimus ciclosporin leflunomide iguratimod tripterygium voclosporin
        hydroxychloroquine immunosuppressant calcineurin_inhibitor rituximab obinutuzumab
        ofatumumab ocrelizumab b_cell_depletion etanercept infliximab adalimumab golimumab
        belimumab tocilizumab tofacitinib baricitinib upadacitinib jak_inhibitor
        biologic_or_targeted antibacterial antiviral antifungal antituberculous
        anti_infective iv_antibiotic mmr_vaccine varicella_vaccine yellow_fever_vaccine
        zoster_live_vaccine live_vaccine car_t_cells
    """,
    "procedure": """
        renal_biopsy plasmapheresis immunoadsorption major_surgery bcc_excision
        kidney_transplant
    """,
    "visit": "inpatient_stay outpatient_visit",
}


def _factor(concept: str, unit: str) -> Fraction:
    return CONCEPTS[concept].factors[unit]


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, names in ASKED.items() for name in names.split()]
)
def test_the_names_of_the_studies_exist(kind: str, name: str) -> None:
    assert DICTIONARY.concept(name).kind == kind


@pytest.mark.parametrize("name", sorted(CONCEPTS))
def test_every_entry_is_complete(name: str) -> None:
    concept = CONCEPTS[name]
    assert concept.label
    assert concept.source
    assert DICTIONARY.omop_ids(name)
    for code in concept.codes:
        assert code.name
        assert code.verified
        assert "memory" not in code.verified or not code.is_verified
        if code.vocabulary == "local":
            assert code.code == f"remit:{name}"
            assert code.verified == "local"
    if concept.kind in {"quantity", "titre", "score"}:
        assert concept.plausible is not None
        low, high = concept.plausible
        assert low < high


@pytest.mark.parametrize("name", sorted(n for n, c in CONCEPTS.items() if c.kind == "condition"))
def test_the_absence_of_a_condition_fits_its_course(name: str) -> None:
    absence = CONCEPTS[name].absence
    if CONCEPTS[name].course == "chronic":
        assert (absence.rule, absence.days) == ("lookback", 365)
    else:
        assert (absence.rule, absence.days) == ("covered", None)


def test_exposures_asked_for_ever_need_a_year_of_observation() -> None:
    for name in ("car_t_cells", "kidney_transplant"):
        assert CONCEPTS[name].absence.rule == "lookback"
    assert CONCEPTS["rituximab"].absence.rule == "covered"


# Factors to SI: AMA Manual of Style, table of SI conversion factors; half a unit of the last digit.
@pytest.mark.parametrize(
    ("concept", "unit", "printed", "tolerance"),
    [
        ("creatinine", "umol/L", "88.4", "0.05"),
        ("bilirubin_total", "umol/L", "17.104", "0.0005"),
        ("cholesterol_total", "mmol/L", "0.0259", "0.00005"),
        ("ldl_cholesterol", "mmol/L", "0.0259", "0.00005"),
        ("triglycerides", "mmol/L", "0.0113", "0.00005"),
        ("c3", "g/L", "0.01", "0"),
        ("albumin_serum", "g/L", "10", "0"),
        ("hemoglobin", "g/L", "10", "0"),
        ("crp", "mg/dL", "0.1", "0"),
    ],
)
def test_conversions_agree_with_the_printed_factors(
    concept: str, unit: str, printed: str, tolerance: str
) -> None:
    assert abs(1 / _factor(concept, unit) - Fraction(printed)) <= Fraction(tolerance)


def test_one_gram_per_gram_of_creatinine_is_113_mg_per_mmol() -> None:
    assert _factor("upcr", "mg/mmol") * Fraction("113.12") == 1
    assert _factor("upcr", "mg/g") * 1000 == 1


def test_a_24_hour_collection_in_grams_is_grams_a_day() -> None:
    assert _factor("urine_protein_24h", "g") == 1
    assert _factor("urine_protein_24h", "mg") == Fraction(1, 1000)


# A usual value lies in the range; the same value with the number of another unit does not.
@pytest.mark.parametrize(
    ("concept", "usual", "slipped"),
    [
        ("upcr", "1.5", "1500"),
        ("urine_protein_24h", "2.5", "2500"),
        ("creatinine", "0.9", "80"),
        ("height", "165", "1.65"),
        ("platelets", "250", "250000"),
        ("hemoglobin", "12.5", "125"),
        ("cholesterol_total", "190", "4.9"),
        ("triglycerides", "120", "1.4"),
        ("ldl_cholesterol", "110", "2.8"),
        ("c3", "90", "0.9"),
        ("c4", "18", "0.18"),
        ("albumin_serum", "4.2", "42"),
        ("body_temperature", "36.8", "98.2"),
    ],
)
def test_plausible_ranges_catch_a_wrong_unit(concept: str, usual: str, slipped: str) -> None:
    limits = CONCEPTS[concept].plausible
    assert limits is not None
    assert limits[0] <= Decimal(usual) <= limits[1]
    assert not limits[0] <= Decimal(slipped) <= limits[1]


# Doses in mg equal to prednisone 5 mg: Liu et al. Allergy Asthma Clin Immunol 2013;9:30, table 1;
# cortisone: Dietrich et al. Neurooncol Pract 2015;2:6, table 1; deflazacort: UK summary of product
# characteristics of Calcort, section 4.2; triamcinolone: section 10 of the specification.
@pytest.mark.parametrize(
    ("drug", "dose"),
    [
        ("prednisone", "5"),
        ("prednisolone", "5"),
        ("methylprednisolone", "4"),
        ("dexamethasone", "0.75"),
        ("hydrocortisone", "20"),
        ("betamethasone", "0.6"),
        ("cortisone", "25"),
        ("deflazacort", "6"),
        ("triamcinolone", "4"),
    ],
)
def test_prednisone_equivalents(drug: str, dose: str) -> None:
    assert CONCEPTS["glucocorticoid"].equivalents[drug] * Fraction(dose) == 5


def test_every_glucocorticoid_has_an_equivalent() -> None:
    concept = CONCEPTS["glucocorticoid"]
    assert set(concept.equivalents) - {"triamcinolone"} == set(concept.members)


# Myfortic prescribing information: 720 mg of mycophenolic acid for 1 g of mycophenolate mofetil.
def test_mycophenolic_acid_counts_as_mofetil() -> None:
    assert CONCEPTS["mycophenolate"].equivalents["mycophenolic_acid"] * 720 == 1000


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("ln_class", {"I", "II", "III", "IV", "V", "VI", "III+V", "IV+V"}),
        ("ln_activity", {"active", "chronic", "active_and_chronic"}),
        ("slicc_2012", {"fulfilled", "not_fulfilled"}),
        ("eular_acr_2019", {"fulfilled", "not_fulfilled"}),
        ("pregnancy_test_urine", {"positive", "negative"}),
        ("pregnancy_test_serum", {"positive", "negative"}),
        ("cd19_expression", {"positive", "negative"}),
        ("ssc_fatigue", {"none", "mild", "moderate", "significant", "severe"}),
    ],
)
def test_the_answers_of_a_category(name: str, values: set[str]) -> None:
    assert set(CONCEPTS[name].values) == values


@pytest.mark.parametrize(
    ("name", "leaves"),
    [
        ("jak_inhibitor", ("tofacitinib", "baricitinib", "upadacitinib")),
        ("b_cell_depletion", ("rituximab", "obinutuzumab", "ofatumumab", "ocrelizumab")),
        ("calcineurin_inhibitor", ("tacrolimus", "ciclosporin", "voclosporin")),
    ],
)
def test_the_leaves_of_a_class(name: str, leaves: tuple[str, ...]) -> None:
    assert tuple(leaf.name for leaf in DICTIONARY.leaves(name)) == leaves


# The lists of NCT05631717, exclusion criteria.
def test_the_classes_hold_what_the_study_lists() -> None:
    listed = """mycophenolate_mofetil cyclophosphamide ciclosporin tacrolimus tripterygium
        leflunomide azathioprine iguratimod"""
    assert set(listed.split()) < set(CONCEPTS["immunosuppressant"].members)
    biologics = {leaf.name for leaf in DICTIONARY.leaves("biologic_or_targeted")}
    named = {"etanercept", "infliximab", "adalimumab", "golimumab", "belimumab", "tocilizumab"}
    assert named < biologics
    assert {leaf.name for leaf in DICTIONARY.leaves("jak_inhibitor")} < biologics
    # "Such as": others of the kind count too. Telitacicept is licensed for lupus in China (Dhillon
    # 2021, Drugs 81:1671); certolizumab pegol is a TNF inhibitor as the four that are named.
    assert {"anifrolumab", "telitacicept", "abatacept", "certolizumab_pegol"} < biologics


def test_an_intravenous_antibiotic_is_an_antibacterial_by_that_route() -> None:
    concept = CONCEPTS["iv_antibiotic"]
    assert concept.route == (4171047, 4170113, 4171884)
    assert DICTIONARY.leaves("iv_antibiotic") == DICTIONARY.leaves("antibacterial")


def test_lupus_without_further_word_and_drug_induced_lupus_are_not_sle() -> None:
    assert not {255891, 4063581, 4198217} & set(DICTIONARY.omop_ids("sle"))
    assert 257628 in DICTIONARY.omop_ids("sle")


# Public lists label 5048-4 anti-dsDNA and 4485-9 C4.
@pytest.mark.parametrize(("code", "concept"), [("5048-4", "ana_titre"), ("4485-9", "c3")])
def test_codes_that_public_lists_mislabel(code: str, concept: str) -> None:
    holders = [c.name for c in CONCEPTS.values() if code in {x.code for x in c.codes}]
    assert holders == [concept]


HEAD = 'kind = "remit.concepts"\nversion = 1\n'
CODE = '{ vocabulary = "LOINC", code = "1-8", name = "x", omop = %s, verified = "%s" }'
DRUG = '[concept.%s]\nlabel = "x"\nkind = "drug"\nsource = "x"\n'


def _read(*parts: str) -> Dictionary:
    return read_dictionary({"test.toml": HEAD + "".join(parts)})


def _drug(name: str, *codes: str, more: str = "") -> str:
    return DRUG % name + f"codes = [{', '.join(codes)}]\n" + more


def test_unverified_codes_are_kept_and_not_used() -> None:
    text = _drug("x", CODE % (7, "UNVERIFIED (from memory)"), CODE % (8, "a file"))
    dictionary = _read(text)
    assert dictionary.omop_ids("x") == (8,)
    assert [code.is_verified for code in dictionary.concept("x").codes] == [False, True]


def test_a_concept_may_name_what_lies_below_it_and_is_none_of_it() -> None:
    concept = _read(_drug("x", CODE % (7, "a"), more="excludes = [9, 8]\n")).concept("x")
    assert concept.excludes == (9, 8)
    assert _read(_drug("x", CODE % (7, "a"))).concept("x").excludes == ()


@pytest.mark.parametrize("vocabulary", ["CVX", "NDC", "HCPCS", "ICD10", "ICD9CM"])
def test_vocabularies_in_which_clinics_code(vocabulary: str) -> None:
    (code,) = _read(_drug("x", CODE.replace("LOINC", vocabulary) % (7, "a"))).concept("x").codes
    assert code.vocabulary == vocabulary


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('kind = "remit.units"\nversion = 1\n', "not a concept file"),
        ('kind = "remit.concepts"\nversion = 2\n', "not a concept file"),
        (
            HEAD + _drug("x", CODE % (7, "UNVERIFIED (from memory)")),
            "no code that data could carry",
        ),
        (HEAD + _drug("x"), "neither codes nor members"),
        (HEAD + _drug("x", CODE % (7, "a"), more='colour = "red"\n'), "colour"),
        (HEAD + _drug("x", more='members = ["y"]\n'), "'y' is not in the dictionary"),
        (
            HEAD
            + _drug("x", more='members = ["y"]\n')
            + _drug("y", CODE % (7, "a")).replace("drug", "visit"),
            "of another kind",
        ),
        (HEAD + _drug("x", CODE % (7, "a")).replace("drug", "quantity"), "needs a canonical unit"),
        (HEAD + _drug("x", CODE % (7, "a")).replace("drug", "category"), "needs its values"),
        (
            HEAD
            + _drug("x", CODE % (7, "a"), more='unit = "[degF]"\n').replace("drug", "quantity"),
            "cannot be its canonical unit",
        ),
        (HEAD + _drug("x", CODE % (7, "a"), more="absence = { days = 0 }\n"), "absence.days"),
        (HEAD + _drug("x", CODE % (7, "a"), more="excludes = [7]\n"), "both listed and excluded"),
        (
            HEAD
            + _drug("x", more='members = ["y"]\nexcludes = [8]\n')
            + _drug("y", CODE % (7, "a")),
            "a class excludes nothing itself",
        ),
        (HEAD + _drug("x", CODE.replace("LOINC", "Loinc") % (7, "a")), "vocabulary"),
    ],
)
def test_a_wrong_entry_is_refused(text: str, message: str) -> None:
    with pytest.raises(ConceptError, match=message):
        read_dictionary({"test.toml": text})


def test_one_name_in_two_files_is_refused() -> None:
    text = HEAD + _drug("x", CODE % (7, "a"))
    with pytest.raises(ConceptError, match="given twice"):
        read_dictionary({"one.toml": text, "two.toml": text})


def test_an_unknown_name_gets_its_neighbours() -> None:
    with pytest.raises(ConceptError, match="rituximab"):
        DICTIONARY.concept("rituxmab")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)


def test_the_examples_of_the_how_to_run() -> None:
    (entry,) = _blocks("toml")
    assert read_dictionary({"how-to": entry}).omop_ids("c3") == (3000620,)
    # Those with prompts are run with the commands of the page.
    examples = [block for block in _blocks("python") if not block.startswith(">>>")]
    assert len(examples) == 2
    for example in examples:
        exec(compile(example, str(HOW_TO), "exec"), {})
