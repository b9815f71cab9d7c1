"""The codes of the dictionary held against every public list of codes at hand.

Sources: the vocabulary extract of Synthea27Nj and that of the MIMIC demo (CONCEPT.csv), the cohort
definitions of OHDSI PhenotypeLibrary (id, code, name, standard flag), the laboratory map of OHDSI
MIMIC, and the cancers of the mCODE project.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from remit.facts.concept import Code
from remit.facts.dictionary import packaged_dictionary
from remit.facts.lint import names_agree
from remit.facts.vocabulary.listed_chapters import codes_meant

DICTIONARY = packaged_dictionary()


@dataclass(frozen=True, slots=True)
class PublicCode:
    """What a public list says of an OMOP id; empty where it does not say it."""

    omop: int
    vocabulary: str
    code: str
    name: str
    standard: str
    source: str


def _concept_rows(path: Path) -> Iterator[PublicCode]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            said = {key.lower(): value for key, value in row.items() if key is not None}
            yield PublicCode(
                int(said["concept_id"]),
                said["vocabulary_id"],
                said["concept_code"],
                said["concept_name"],
                said["standard_concept"] or "non-standard",
                path.parent.name,
            )


def _circe_concepts(page: object, source: str) -> Iterator[PublicCode]:
    if isinstance(page, dict):
        if isinstance(page.get("CONCEPT_ID"), int):
            said = {key: str(value or "") for key, value in page.items()}
            yield PublicCode(
                page["CONCEPT_ID"],
                said.get("VOCABULARY_ID", ""),
                said.get("CONCEPT_CODE", ""),
                said.get("CONCEPT_NAME", ""),
                said.get("STANDARD_CONCEPT", ""),
                source,
            )
        for value in page.values():
            yield from _circe_concepts(value, source)
    elif isinstance(page, list):
        for value in page:
            yield from _circe_concepts(value, source)


def _public_codes(clinical: Path) -> Iterator[PublicCode]:
    yield from _concept_rows(clinical / "synthea27nj" / "csv" / "CONCEPT.csv")
    yield from _concept_rows(clinical / "mimic_iv_demo_omop_5.3" / "concept.csv")
    for path in sorted((clinical / "phenotypelibrary").glob("*.json")):
        yield from _circe_concepts(json.loads(path.read_text(encoding="utf-8")), path.name)


def _listed() -> list[tuple[str, Code]]:
    return [
        (concept.name, code)
        for concept in DICTIONARY.concepts.values()
        for code in concept.codes
        if code.omop is not None and code.vocabulary != "local"
    ]


@pytest.mark.shared
def test_no_public_list_contradicts_a_code(shared: Path) -> None:
    by_id: dict[int, list[PublicCode]] = {}
    ids: dict[tuple[str, str], set[int]] = {}
    for public in _public_codes(shared / "data" / "clinical"):
        by_id.setdefault(public.omop, []).append(public)
        ids.setdefault((public.vocabulary, public.code), set()).add(public.omop)
    contradictions, looked_at = [], 0
    for concept, code in _listed():
        assert code.omop is not None
        found = by_id.get(code.omop, [])
        looked_at += bool(found)
        where = f"{concept}: {code.vocabulary} {code.code} ({code.omop})"
        codes = {one.code for one in found if one.vocabulary == code.vocabulary}
        if codes and codes != {code.code}:
            contradictions.append(f"{where}: the id has the code {codes}")
        other = ids.get((code.vocabulary, code.code), set()) - {code.omop}
        if other:
            contradictions.append(f"{where}: the code has the id {other}")
        contradictions += [
            f"{where}: {code.name} is called {one.name} in {one.source}"
            for one in found
            if one.name and not names_agree(code.name, one.name)
        ]
    assert contradictions == []
    assert looked_at > 100, "so many of the dictionary's codes are in these lists"


@pytest.mark.shared
def test_what_is_not_standard_says_so(shared: Path) -> None:
    path = shared / "data" / "clinical" / "synthea27nj" / "csv" / "CONCEPT.csv"
    standard = {row.omop: row.standard for row in _concept_rows(path)}
    marked = {
        (concept, code.omop)
        for concept, code in _listed()
        if standard.get(code.omop or 0) == "non-standard"
    }
    assert marked == {("egfr", 3030354), ("sulfamethoxazole", 36029301)}
    for concept, code in _listed():
        if (concept, code.omop) in marked:
            assert "not standard" in code.verified, concept
            assert DICTIONARY.concept(concept).codes[0].omop != code.omop


@pytest.mark.shared
def test_a_hospitals_laboratory_items_reach_the_concept_of_their_name(shared: Path) -> None:
    """OHDSI MIMIC gcpt_meas_lab_loinc_mod.csv: the item's words, and the id that it maps to."""
    path = shared / "data" / "clinical" / "omop_site_mappings" / "gcpt_meas_lab_loinc_mod.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        target = {
            row["concept_name"]: int(row["target_concept_id"]) for row in csv.DictReader(file)
        }
    asked = {
        "Double Stranded DNA|Blood|Chemistry": "anti_dsdna",
        "RBC Casts|Urine|Hematology": "urine_rbc_casts",
        "Cholesterol, LDL, Calculated|Blood|Chemistry": "ldl_cholesterol",
        "Estimated GFR (MDRD equation)|Blood|Chemistry": "egfr",
        "HCG, Qualitative|Blood|Chemistry": "pregnancy_test_serum",
        "HCG, Urine, Qualitative|Urine|Chemistry": "pregnancy_test_urine",
        "C3|Blood|Chemistry": "c3",
        "C4|Blood|Chemistry": "c4",
    }
    for item, concept in asked.items():
        assert target[item] in DICTIONARY.omop_ids(concept), item


@pytest.mark.shared
def test_cancers_of_icd_10_are_malignancies(shared: Path) -> None:
    """mCODE: primary cancers, and growths of uncertain behaviour (D37-D48), which are none."""
    path = shared / "data" / "clinical" / "cancer_codes" / "mcode_primary_or_uncertain_cancer.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        codes = [row["code"] for row in csv.DictReader(file) if "icd-10" in row["system"]]
    malignant = set(DICTIONARY.omop_ids("malignancy"))
    found = {code: codes_meant(DICTIONARY, "ICD10CM", code) for code in codes}
    cancers = [code for code in codes if code.startswith("C")]
    assert len(cancers) > 500
    assert all({one.omop for one in found[code]} <= malignant for code in cancers)
    assert all(found[code] for code in cancers)
    assert not any(found[code] for code in codes if code.startswith("D"))
