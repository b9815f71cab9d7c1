"""ICD codes below a listed one, and what the dictionary's codes without an id stand for.

Sources of the expected answers: ICD-10-CM and ICD-9-CM (NCHS, public domain) and ICD-10 of the WHO,
their chapters and categories; CVX codes of live vaccines as the CDC lists them.
"""

from __future__ import annotations

import pytest

from remit.facts.dictionary import packaged_dictionary
from remit.facts.vocabulary.code_book import MISLABELLED, NO_MEANING, ListedCodes, SourceCode
from remit.facts.vocabulary.icd_tree import depth_below, plain_icd9, plain_icd10
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


@pytest.mark.parametrize("written", ["250.01", "25001", " 25001  ", "250.01*", "250 .01"])
def test_a_code_of_icd_9_is_known_however_it_is_written(written: str) -> None:
    assert plain_icd9(written) == "25001"


@pytest.mark.parametrize(
    ("written", "plain"),
    [("042", "042"), ("v08", "V08"), ("V10.3", "V103"), ("E849.0", "E8490"), ("E8490", "E8490")],
)
def test_zeros_and_letters_of_icd_9_stay(written: str, plain: str) -> None:
    assert plain_icd9(written) == plain


@pytest.mark.parametrize(
    "written", ["", "42", "42.0", "25.01", "250.012", "250.0.1", "E84.9", "E84", "M32.14", "V1"]
)
def test_what_is_no_code_of_icd_9_is_none(written: str) -> None:
    assert plain_icd9(written) is None


@pytest.mark.parametrize(
    ("written", "listed", "holds"),
    [
        ("250.01", "250", True),
        ("25001", "250.0", True),
        ("250", "250.0", False),
        ("140", "140-208", True),
        ("208.92", "140-208", True),
        ("209.00", "140-208", False),
        ("209.36", "209.0-209.3", True),
        ("209.40", "209.0-209.3", False),  # a benign one
        ("209", "209.0-209.3", False),  # it does not say which
        ("V10.3", "001-139", False),
        ("E850.1", "E850-E858", True),
        ("E859", "E850-E858", False),
        ("E850.1", "V01-V91", False),
        ("850.1", "E850-E858", False),
        ("V42.0", "V40-V49", True),
    ],
)
def test_the_tree_of_icd_9_is_in_its_codes(written: str, listed: str, *, holds: bool) -> None:
    assert (depth_below(written, listed, "ICD9CM") is not None) == holds


def test_the_narrower_of_two_of_icd_9_counts() -> None:
    for code, order in (
        ("070.32", ["001-139", "070-072", "070", "070.3", "070.32"]),
        ("E851.0", ["E800-E999", "E850-E858", "E851-E852", "E851"]),
    ):
        depths = [depth_below(code, listed, "ICD9CM") for listed in order]
        assert None not in depths
        assert depths == sorted(depths, key=lambda depth: depth or 0)
        assert len(set(depths)) == len(order)


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
    ("ICD9CM", "710.0", "sle"),
    ("ICD9CM", "7100   ", "sle"),
    ("ICD9CM", "710.9", None),  # a connective tissue disease not further said
    ("ICD9CM", "714.30", None),  # juvenile
    ("ICD9CM", "042", "hiv_infection"),
    ("ICD9CM", "V08", "hiv_infection"),
    ("ICD9CM", "42", None),  # it may be a procedure
    ("ICD9CM", "07030", "hepatitis_b"),
    ("ICD9CM", "070.54", "hepatitis_c"),
    ("ICD9CM", "070.1", "viral_infection"),  # hepatitis A
    ("ICD9CM", "011.90", "tuberculosis"),
    ("ICD9CM", "137.0", "other_infection"),  # late effects
    ("ICD9CM", "078.88", "other_infection"),  # chlamydial, among the viral ones
    ("ICD9CM", "110.1", "onychomycosis"),
    ("ICD9CM", "112.0", "fungal_infection"),
    ("ICD9CM", "250.01", "type_1_diabetes"),
    ("ICD9CM", "250.13", "type_1_diabetes"),
    ("ICD9CM", "250.00", None),  # type II
    ("ICD9CM", "250.40", "diabetic_nephropathy"),
    ("ICD9CM", "174.9", "malignancy_unspecified"),
    ("ICD9CM", "202.80", "haematological_malignancy"),
    ("ICD9CM", "173.31", "basal_cell_carcinoma"),
    ("ICD9CM", "173.32", "malignancy_unspecified"),  # squamous cell carcinoma
    ("ICD9CM", "209.29", "malignancy_unspecified"),
    ("ICD9CM", "209.60", None),  # benign
    ("ICD9CM", "211.3", None),  # benign
    ("ICD9CM", "233.0", None),  # in situ
    ("ICD9CM", "238.7", None),  # of uncertain behaviour
    ("ICD9CM", "V10.3", None),  # in the history
    ("ICD9CM", "486", "pneumonia"),
    ("ICD9CM", "038.9", "sepsis"),
    ("ICD9CM", "244.9", "hypothyroidism"),
    ("ICD9CM", "E850.1", None),
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
        assert meanings in {(NO_MEANING,), (MISLABELLED,)}
        return
    ids = {meaning.concept for meaning in meanings}
    assert ids <= set(DICTIONARY.omop_ids(concept))
    assert {meaning.how for meaning in meanings} == {"listed"}


def test_a_code_may_say_two_things() -> None:
    """250.41: diabetes with renal manifestations, and that it is of type I."""
    found = {code.omop for code in codes_meant(DICTIONARY, "ICD9CM", "250.41")}
    assert found & set(DICTIONARY.omop_ids("type_1_diabetes"))
    assert found & set(DICTIONARY.omop_ids("diabetic_nephropathy"))


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
