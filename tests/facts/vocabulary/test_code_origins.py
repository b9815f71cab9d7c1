"""By which code of its source a row came to its meaning: told where it is certain, else not."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from facts.rows import rows_of
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.dataset.handed_over import IntakeChoices
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.omop.omop_tables import read_omop
from remit.facts.screening_dates import screening_rule
from remit.facts.vocabulary.athena import open_vocabulary
from remit.facts.vocabulary.code_origins import CodedRow, CodeOrigin, code_origins
from remit.protocol import read_protocol_text
from remit.screening import explain_person, screen_dataset
from remit.screening.explanation import Explanation, explain_in_dataset
from remit.testing import study_text
from remit.views.json.explanation_page import explanation_page
from remit.views.words import evidence_cells
from vocabulary_files import NEPHRITIS, write_clinic_and_vocabulary

CREATININE = 3016723
M3214 = CodeOrigin("ICD10CM", "M32.14", NEPHRITIS, "maps_to")


def code_map(*origins: CodeOrigin, source: int | None = None) -> pa.Table:
    rows: list[dict[str, object]] = [
        {
            "concept_map_id": number,
            "source_vocabulary": one.vocabulary,
            "source_code": one.code,
            "source_concept_id": source,
            "concept_id": one.concept,
            "how": one.how,
        }
        for number, one in enumerate(origins, 1)
    ]
    return rows_of("concept_map", *rows)


def origin_of(
    text: str | None,
    *origins: CodeOrigin,
    table: str = "condition_occurrence",
    concept: int = NEPHRITIS,
    resolved: tuple[str, ...] = (),
) -> CodeOrigin | None:
    row = CodedRow(table, 1, concept, text)
    return code_origins(code_map(*origins), [row], resolved=resolved).get((table, 1))


@pytest.mark.parametrize("text", ["M32.14", "M3214", "m32.14", "M32.14 Glomerular disease in SLE"])
def test_a_row_is_told_by_the_code_that_stands_in_it(text: str) -> None:
    other = CodeOrigin("ICD10CM", "M32.1", NEPHRITIS, "maps_to")
    assert origin_of(text, M3214, other) == M3214


def test_nothing_is_told_where_the_text_is_another_one() -> None:
    assert origin_of("lupus nephritis", M3214) is None
    assert origin_of("", M3214) is None
    assert origin_of(None, M3214) is None
    assert origin_of("M32.1", M3214) is None
    # The same code with another meaning is not how this row came to its own.
    assert origin_of("M32.14", M3214, concept=1) is None


def test_nothing_is_told_where_two_vocabularies_have_the_code() -> None:
    german = CodeOrigin("ICD10GM", "M32.14", NEPHRITIS, "maps_to")
    assert origin_of("M32.14", M3214, german) is None


def test_a_code_that_means_nothing_is_no_origin() -> None:
    none = CodeOrigin("ICD10CM", "M32.14", 0, "none")
    assert origin_of("M32.14", none, concept=0) is None


def test_what_a_map_says_twice_is_one_code() -> None:
    # The code itself may have an id in one of the rows.
    maps = pa.concat_tables([code_map(M3214), code_map(M3214, source=35208804)])
    row = CodedRow("condition_occurrence", 1, NEPHRITIS, "M32.14")
    assert code_origins(maps, [row], resolved=())["condition_occurrence", 1] == M3214


def test_a_measurement_is_told_where_one_code_alone_has_its_meaning() -> None:
    loinc = CodeOrigin("LOINC", "2160-0", CREATININE, "standard")
    local = CodeOrigin("", "CREA", CREATININE, "local")

    def told(*origins: CodeOrigin, resolved: tuple[str, ...] = ("measurement",)) -> object:
        return origin_of(None, *origins, table="measurement", concept=CREATININE, resolved=resolved)

    assert told(loinc) == loinc
    assert told(loinc, local) is None
    # Where no vocabulary resolved the table, its ids may have come another way.
    assert told(loinc, resolved=()) is None


def test_the_words_name_the_code_its_id_and_how() -> None:
    assert M3214.words == f"ICD10CM M32.14 -> {NEPHRITIS}, Maps to"
    assert CodeOrigin("", "CREA", 1, "local").words == "CREA -> 1, the map of the site"


def _explained(folder: Path, *, resolved: bool) -> Explanation:
    """A person whose disease is written as M32.14; the same alone and out of a screening of all."""
    folder.mkdir()
    write_clinic_and_vocabulary(folder)
    book = open_vocabulary(folder / "athena", packaged_dictionary()) if resolved else None
    choices = IntakeChoices(
        "clinic", rule=screening_rule("last-visit"), anchors={"TEST": "screening"}, book=book
    )
    found = read_omop(folder / "tables", by_source=resolved)
    criteria = {"A": "any lupus_nephritis in [screening - 1 year, screening]"}
    study = read_protocol_text(study_text(criteria, kind="exclusion"), source="test")
    facts, _ = write_intake(folder / "out", found, choices)
    with facts:
        alone = explain_in_dataset(study, facts, 1)
        assert explain_person(screen_dataset(study, facts), 1).findings == alone.findings
        return alone


def test_an_explanation_shows_how_a_code_was_taken(tmp_path: Path) -> None:
    found = _explained(tmp_path / "a", resolved=True)
    (record,) = found.findings[0].leaves[0].evidence
    assert record.origin == M3214
    assert f"(ICD10CM M32.14 -> {NEPHRITIS}, Maps to)" in evidence_cells(record)[-1]
    (shown,) = explanation_page(found).findings[0].leaves[0].evidence
    assert shown.origin is not None
    said = shown.origin
    assert (said.vocabulary, said.code, said.concept_id, said.how) == (
        ("ICD10CM", "M32.14", NEPHRITIS, "maps_to")
    )


def test_a_dataset_without_a_map_tells_nothing(tmp_path: Path) -> None:
    found = _explained(tmp_path / "a", resolved=False)
    records = [r for f in found.findings for leaf in f.leaves for r in leaf.evidence]
    assert all(record.origin is None and record.reference is None for record in records)
