"""Real patients with and without a vocabulary: who has cancer, and who took which drug.

No download of Athena is at hand, so that the vocabularies are built of what the data say
themselves: of the MIMIC demo the chapters of its ICD codes, and its `drug_era`, which OHDSI's own
ETL derived from the whole vocabulary. Figures: issue "Facts from real hospitals".
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import remit
from facts.vocabulary.mimic_vocabulary import csv_rows, is_cancer, mimic_vocabulary
from remit.criteria.environment import Environment
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.dataset.handed_over import IntakeChoices
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.omop.omop_tables import read_omop
from remit.facts.opened import Facts
from remit.facts.person_names import person_names
from remit.facts.screening_dates import screening_rule
from remit.facts.vocabulary.athena import open_vocabulary
from remit.facts.vocabulary.code_book import ListedCodes, SourceCode
from remit.facts.vocabulary.code_forms import canonical_code, has_form
from remit.protocol import protocol_named

pytestmark = pytest.mark.shared
DICTIONARY = packaged_dictionary()
STUDY = protocol_named("NCT05631717")


@pytest.fixture(scope="module")
def mimic(shared: Path) -> Path:
    return shared / "data/clinical/mimic_iv_demo_omop_5.3"


@pytest.fixture(scope="module")
def vocabulary(mimic: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mimic_vocabulary(mimic, tmp_path_factory.mktemp("vocabulary"))


def _imported(mimic: Path, out: Path, vocabulary: Path | None) -> Facts:
    book = None if vocabulary is None else open_vocabulary(vocabulary, DICTIONARY)
    facts, report = write_intake(
        out,
        read_omop(mimic, by_source=book is not None),
        IntakeChoices(
            source="MIMIC",
            rule=screening_rule("last-visit"),
            anchors={STUDY.id: STUDY.default_anchor},
            book=book,
        ),
    )
    rows = {table.table: table.read for table in report.tables}
    assert rows["condition_occurrence"] == 16_441
    assert rows["drug_exposure"] == 18_229
    assert rows["procedure_occurrence"] == 18_447
    assert all(table.unaccounted == 0 for table in report.tables)
    return facts


@pytest.fixture(scope="module")
def without(mimic: Path, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    return _imported(mimic, tmp_path_factory.mktemp("mimic") / "without", None)


@pytest.fixture(scope="module")
def resolved(mimic: Path, vocabulary: Path, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    return _imported(mimic, tmp_path_factory.mktemp("mimic") / "with", vocabulary)


def _bearers(mimic: Path) -> set[str]:
    found = {
        row["person_id"]
        for row in csv_rows(mimic, "condition_occurrence")
        if is_cancer(row["condition_source_value"])
    }
    assert len(found) == 21
    return found


def _malignancy(facts: Facts) -> Mapping[str, str]:
    """Each person's verdict on E7a: a malignancy in the last five years."""
    names, table = person_names(facts), remit.screen(STUDY, facts).verdict_table()
    return {
        names.shown(row["person_id"]): row["status"]
        for row in table.to_pylist()
        if row["criterion"] == "E7a"
    }


def test_nobody_with_a_cancer_code_passes_for_one_without(mimic: Path, without: Facts) -> None:
    found = _malignancy(without)
    assert "not_met" not in {found[person] for person in _bearers(mimic)}


def test_each_of_21_is_met_with_a_vocabulary(mimic: Path, resolved: Facts) -> None:
    found = _malignancy(resolved)
    assert {found[person] for person in _bearers(mimic)} == {"met"}
    assert "not_met" in set(found.values()), "and others are known to have none"


@pytest.mark.parametrize(("name", "takers"), [("glucocorticoid", 21), ("antibacterial", 78)])
def test_takers_of_a_drug_are_those_of_its_eras(
    mimic: Path, resolved: Facts, name: str, takers: int
) -> None:
    asked = set(DICTIONARY.omop_ids(name))
    theirs = {
        row["person_id"]
        for row in csv_rows(mimic, "drug_era")
        if int(row["drug_concept_id"]) in asked
    }
    assert len(theirs) == takers
    assert _takers(resolved, name) == theirs


def _takers(facts: Facts, name: str) -> set[str]:
    environment = Environment(DICTIONARY, frozenset(), codes=facts.codes)
    ids = environment.ids_of(DICTIONARY.leaves(name))
    rows = facts.rows("drug_exposure", ["person_id"], concepts=ids)
    names = person_names(facts)
    return {names.shown(person) for person in set(rows["person_id"].to_pylist())}


def test_a_pieced_vocabulary_of_a_database_knows_drugs_and_says_where_it_ends(
    shared: Path, tmp_path: Path
) -> None:
    """`synthea27nj`: its zip has the steps of the hierarchy around what occurs, and no more."""
    folder = shared / "data/clinical/synthea27nj"
    book = open_vocabulary(folder / "Synthea27Nj_5.4.zip", DICTIONARY)
    assert book.version == "v5.0 09-APR-22*"
    (found,) = book.meanings([SourceCode("SNOMED", "15777000")]).values()
    assert [(meaning.concept, meaning.how) for meaning in found] == [(4311629, "replaced")]
    facts, _ = write_intake(
        tmp_path / "out",
        read_omop(folder / "csv", by_source=True),
        IntakeChoices(source="synthea27nj", book=book),
    )
    assert facts.manifest.vocabulary == "v5.0 09-APR-22*"
    # What lies above those conditions is cut off: of none that is not listed is it known what it
    # is not.
    conditions = (facts.codes.occurring or {})["condition_occurrence"]
    assert not facts.codes.vocabulary & conditions - DICTIONARY.listed


def test_aids_is_an_infection_with_hiv(shared: Path) -> None:
    """SNOMED 62479008, which passed "no HIV" once."""
    book = open_vocabulary(shared / "data/clinical/synthea27nj/Synthea27Nj_5.4.zip", DICTIONARY)
    (found,) = book.meanings([SourceCode("SNOMED", "62479008")]).values()
    assert {meaning.concept for meaning in found} <= set(DICTIONARY.omop_ids("hiv_infection"))


def test_each_real_code_of_a_cancer_has_the_form_of_its_vocabulary(shared: Path) -> None:
    """5,258 codes of the value set of primary and uncertain cancers (mCODE)."""
    systems = {
        "http://snomed.info/sct": "SNOMED",
        "http://hl7.org/fhir/sid/icd-10-cm": "ICD10CM",
    }
    rows = csv_rows(shared / "data/clinical/cancer_codes", "mcode_primary_or_uncertain_cancer")
    wrong = [
        row["code"]
        for row in rows
        if (system := systems.get(row["system"]))
        and not has_form(system, canonical_code(system, row["code"]))
    ]
    assert len(rows) == 5_258
    assert wrong == []


def test_bearers_of_cancer_codes_are_known_by_their_codes_alone(mimic: Path) -> None:
    """The chapters of ICD say it without a vocabulary."""
    rows = csv_rows(mimic, "condition_occurrence")
    asked = {
        (text := row["condition_source_value"]): SourceCode(_vocabulary_of(text), text)
        for row in rows
    }
    meanings = ListedCodes(DICTIONARY).meanings(list(asked.values()))
    malignant = set(DICTIONARY.omop_ids("malignancy"))
    found = {
        text: bool({meaning.concept for meaning in meanings[code]} & malignant)
        for text, code in asked.items()
    }
    of_nine = {text for text in asked if text.strip().isdigit()}
    assert {t for t in of_nine if found[t]} == set(filter(is_cancer, of_nine))
    assert all(found[text] for text in asked if is_cancer(text))
    # C7A and C7B, neuroendocrine tumours, are malignant too; the 21 leave them out.
    others = {text for text in asked if found[text] and not is_cancer(text)}
    assert all(text.startswith(("C7A", "C7B")) for text in others)
    counted = {text for text in asked if found[text]} - others
    bearers = {row["person_id"] for row in rows if row["condition_source_value"] in counted}
    assert bearers == _bearers(mimic)


def _vocabulary_of(text: str) -> str:
    """MIMIC writes codes of both editions without a dot; only those of ICD-9 begin with digits."""
    return "ICD9CM" if text[:1].isdigit() else "ICD10CM"
