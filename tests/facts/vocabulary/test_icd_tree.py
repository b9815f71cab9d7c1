"""ICD codes below a listed one, and what the dictionary's codes without an id stand for.

Sources of the expected answers: ICD-10-CM (NCHS, public domain) and ICD-10 of the WHO, their
chapters and categories; CVX codes of live vaccines as the CDC lists them.
"""

from __future__ import annotations

import pytest

from remit.facts.dictionary import packaged_dictionary
from remit.facts.vocabulary.code_book import NO_MEANING, ListedCodes, SourceCode
from remit.facts.vocabulary.icd_tree import depth_below, plain_icd10
from remit.facts.vocabulary.listed_chapters import codes_meant, whole_of

DICTIONARY = packaged_dictionary()


@pytest.mark.parametrize(
    "written", ["M32.14", "m32.14", "M3214", "m3214", " M32.14 ", "M32.14*", "M32 .14", "M32.14†"]
)
def test_a_code_is_known_however_it_is_written(written: str) -> None:
    assert plain_icd10(written) == "M3214"


@pytest.mark.parametrize(
    "written",
    ["", "M3", "M3.214", "M32.1.4", "710.0", "250.00", "32.14", "M32.14567", "M3A-", "Mx2"],
)
def test_what_is_no_code_is_none(written: str) -> None:
    assert plain_icd10(written) is None


@pytest.mark.parametrize(
    ("written", "listed"),
    [
        ("M32.1", "M32.1"),
        ("M32.14", "M32.1"),
        ("M3214", "M32"),
        ("C44.112", "C44.1"),
        ("C00", "C00-C97"),
        ("C97", "C00-C97"),
        ("C96.9", "C81-C96"),
        ("C7A.021", "C00-C97"),  # a category of the American edition
        ("A15.0", "A00-B99"),
        ("B99.9", "A00-B99"),
        ("O9A.1", "O00-O9A"),
    ],
)
def test_a_code_lies_at_or_below_a_listed_one(written: str, listed: str) -> None:
    assert depth_below(written, listed) is not None


@pytest.mark.parametrize(
    ("written", "listed"),
    [
        ("M32.0", "M32.1"),  # drug-induced
        ("M33", "M32"),
        ("M32", "M32.1"),  # what lies above says less
        ("D00.0", "C00-C97"),
        ("C98", "C00-C97"),
        ("B99", "A00-A99"),
        ("C80", "C81-C96"),
        ("C97", "C81-C96"),
        ("710.0", "M32"),
        ("M32.14", "M32-"),
    ],
)
def test_a_code_beside_a_listed_one_does_not(written: str, listed: str) -> None:
    assert depth_below(written, listed) is None


def test_the_narrower_of_two_counts() -> None:
    order = ["A00-B99", "A80-B34", "B20-B24", "B20", "B20.1"]
    depths = [depth_below("B20.1", listed) for listed in order]
    assert all(depth is not None for depth in depths)
    assert depths == sorted(depths, key=lambda depth: depth or 0)
    assert len(set(depths)) == len(order)


# vocabulary, written code, the concept that the code means there
MEANT = [
    ("ICD10CM", "M32.10", "sle"),
    ("ICD10CM", "m3211", "sle"),
    ("ICD10", "M32.9", "sle"),
    ("ICD10CM", "M32.14", "lupus_nephritis"),
    ("ICD10CM", "M3215", "lupus_nephritis"),
    ("ICD10CM", "M05.79", "rheumatoid_arthritis"),
    ("ICD10", "M34.1", "systemic_sclerosis"),
    ("ICD10CM", "K51.90", "inflammatory_bowel_disease"),
    ("ICD10CM", "B18.1", "hepatitis_b"),
    ("ICD10CM", "B20", "hiv_infection"),
    ("ICD10", "B24", "hiv_infection"),
    ("ICD10CM", "Z21", "hiv_infection"),
    ("ICD10CM", "A15.0", "tuberculosis"),
    ("ICD10CM", "B35.1", "onychomycosis"),
    ("ICD10CM", "B37.0", "fungal_infection"),
    ("ICD10CM", "J34.89", None),
    ("ICD10CM", "J18.9", "pneumonia"),
    ("ICD10CM", "J84.10", None),  # interstitial, no infection
    ("ICD10CM", "C50.911", "malignancy_unspecified"),
    ("ICD10CM", "C83.30", "haematological_malignancy"),
    ("ICD10CM", "C44.311", "basal_cell_carcinoma"),
    ("ICD10CM", "C44.321", "malignancy_unspecified"),  # squamous cell carcinoma of the nose
    ("ICD10CM", "D05.10", None),  # in situ
    ("ICD10CM", "M32.0", None),  # drug-induced
    ("ICD10CM", "E11.9", None),  # type 2
    ("ICD10CM", "E10.65", "type_1_diabetes"),
    ("ICD10CM", "E10.21", "diabetic_nephropathy"),
    ("CVX", "03", "mmr_vaccine"),
    ("CVX", "37", "yellow_fever_vaccine"),
    ("CVX", "149", "other_live_vaccine"),
    ("CVX", "121", "zoster_live_vaccine"),
    ("CVX", "187", None),  # zoster, recombinant
    ("CVX", "140", None),  # influenza, injected
]


@pytest.mark.parametrize(("vocabulary", "written", "concept"), MEANT)
def test_a_source_code_means_its_concept(
    vocabulary: str, written: str, concept: str | None
) -> None:
    asked = SourceCode(vocabulary, written)
    meanings = ListedCodes(DICTIONARY).meanings([asked])[asked]
    if concept is None:
        assert meanings == (NO_MEANING,)
        return
    ids = {meaning.concept for meaning in meanings}
    assert ids <= set(DICTIONARY.omop_ids(concept))
    assert {meaning.how for meaning in meanings} == {"listed"}


def test_a_code_of_another_vocabulary_is_not_meant() -> None:
    assert codes_meant(DICTIONARY, "SNOMED", "M32.14") == ()
    assert codes_meant(DICTIONARY, "ICD9CM", "M32.14") == ()


def test_what_is_listed_without_an_id_has_one_to_be_written_with() -> None:
    for concept in DICTIONARY.concepts.values():
        if any(code.omop is None and code.is_verified for code in concept.codes):
            assert whole_of(concept) is not None, concept.name


# The first code of a concept that lists categories names the whole of it: SNOMED CT, its names.
@pytest.mark.parametrize(
    ("concept", "omop"),
    [
        ("sle", 257628),
        ("lupus_nephritis", 4285717),
        ("other_infection", 432250),
        ("viral_infection", 440029),
        ("fungal_infection", 433701),
        ("parasitic_infection", 432251),
        ("haematological_malignancy", 4147164),
        ("malignancy_unspecified", 443392),
        ("hiv_infection", 439727),
        ("pneumonia", 255848),
        ("sepsis", 132797),
        ("hypertensive_nephropathy", 201313),
        ("pulmonary_arterial_hypertension", 4013643),
    ],
)
def test_the_code_that_stands_for_the_whole(concept: str, omop: int) -> None:
    whole = whole_of(DICTIONARY.concept(concept))
    assert whole is not None
    assert whole.omop == omop
