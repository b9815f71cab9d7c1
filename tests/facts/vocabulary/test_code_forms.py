"""The form of a code tells whether it can be one of the vocabulary that it is said to be of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from remit.facts.dictionary import packaged_dictionary
from remit.facts.vocabulary.code_book import MISLABELLED, ListedCodes, SourceCode
from remit.facts.vocabulary.code_forms import canonical_code, has_form

SYSTEMS = {"http://loinc.org": "LOINC", "http://snomed.info/sct": "SNOMED"}


@pytest.mark.parametrize(
    ("vocabulary", "code"),
    [
        ("LOINC", "2160-0"),  # creatinine in serum; LOINC Users' Guide has the digit's rule
        ("LOINC", "LA6576-8"),
        ("SNOMED", "55464009"),
        ("SNOMED", "1121000119107"),  # of an extension: namespace and partition
        ("RxNorm", "8640"),
        ("ICD10CM", "M32.14"),
        ("ICD10CM", "S72.001A"),
        ("ICD10CM", "C7A.1"),
        ("ICD10", "M32.1"),
        ("ICD9CM", "710.0"),
        ("ICD9CM", "V10.3"),
        ("ICD9CM", "E849.0"),
        ("ATC", "H02AB06"),
        ("ATC", "L04"),
        ("CVX", "140"),
        ("NDC", "00002751001"),
        ("UCUM", "mg/dL"),
        ("", "whatever a site writes"),
    ],
)
def test_a_code_of_its_vocabulary(vocabulary: str, code: str) -> None:
    assert canonical_code(vocabulary, code) == code
    assert has_form(vocabulary, code)


@pytest.mark.parametrize(
    ("vocabulary", "code"),
    [
        ("LOINC", "2160-1"),  # another check digit
        ("LOINC", "2160"),
        ("LOINC", "1271" + "A" * 32),  # a code of CIEL, filled up
        ("LOINC", "٢160-0"),  # a digit that is none of ASCII
        ("SNOMED", "55464008"),
        ("SNOMED", "112141" + "A" * 30),
        ("SNOMED", "M32.14"),
        ("RxNorm", "M32.14"),
        ("RxNorm", "prednisone"),
        ("ICD10CM", "710.0"),
        ("ICD10", "S72.001A"),  # letters and seven characters are of the clinical modification
        ("ICD9CM", "M32.14"),
        ("ATC", "H2AB06"),
        ("CVX", "influenza"),
        ("NDC", "12"),
    ],
)
def test_a_code_of_another(vocabulary: str, code: str) -> None:
    assert not has_form(vocabulary, canonical_code(vocabulary, code))


@pytest.mark.parametrize(
    ("vocabulary", "written", "code"),
    [
        ("ICD9CM", "78791  ", "787.91"),  # as the MIMIC demo writes it
        ("ICD9CM", "2809   ", "280.9"),
        ("ICD9CM", "V103", "V10.3"),
        ("ICD9CM", "E8490", "E849.0"),
        ("ICD10CM", "m3214", "M32.14"),
        ("ICD10", "C50.-", "C50"),
        ("NDC", "0002-7510-01", "00002751001"),
        ("SNOMED", " 55464009 ", "55464009"),
        ("", "Kreatinin ", "Kreatinin"),
    ],
)
def test_what_hospitals_leave_out(vocabulary: str, written: str, code: str) -> None:
    assert canonical_code(vocabulary, written) == code


def test_a_mislabelled_code_means_nothing_even_if_the_dictionary_listed_its_digits() -> None:
    book = ListedCodes(packaged_dictionary())
    asked = SourceCode("LOINC", "2160-0" + "A" * 30)
    assert book.meanings([asked]) == {asked: (MISLABELLED,)}


def test_an_unverified_code_of_the_dictionary_is_not_used() -> None:
    dictionary = packaged_dictionary()
    unverified = [
        SourceCode(code.vocabulary, code.code)
        for concept in dictionary.concepts.values()
        for code in concept.codes
        if not code.is_verified and code.omop not in dictionary.listed
    ]
    found = ListedCodes(dictionary).meanings(unverified)
    assert all(m.concept == 0 for meanings in found.values() for m in meanings)


@pytest.mark.shared
def test_no_code_of_the_mislabelled_patients_passes(shared: Path) -> None:
    """Codes of CIEL under the systems of LOINC and SNOMED CT (google/fhir-data-pipes)."""
    asked = set()
    for path in (shared / "data/clinical/fhir_mislabelled_codes").glob("*.json"):
        asked |= set(_coded(json.loads(path.read_text(encoding="utf-8"))))
    padded = {code for code in asked if len(code.code) == 36}
    assert len(padded) > 30
    found = ListedCodes(packaged_dictionary()).meanings(asked)
    assert {found[code] for code in padded} == {(MISLABELLED,)}
    passed = {code for code in asked if found[code][0].concept}
    assert all(has_form(code.vocabulary, code.code) for code in passed)


def _coded(node: object) -> list[SourceCode]:
    if isinstance(node, list):
        return [code for item in node for code in _coded(item)]
    if not isinstance(node, dict):
        return []
    here = []
    if node.get("system") in SYSTEMS and isinstance(node.get("code"), str):
        here = [SourceCode(SYSTEMS[str(node["system"])], str(node["code"]))]
    return here + [code for item in node.values() for code in _coded(item)]
