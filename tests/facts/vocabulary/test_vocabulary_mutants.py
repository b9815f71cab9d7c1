"""Damaged vocabularies: each is read or refused in words, soon, and what is read holds together.

`make bench` can run 10,000 of them (`REMIT_MUTANTS=10000`).
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from facts.intake.omop.test_omop_mutants import TABLES
from facts.vocabulary.small_vocabulary import write_vocabulary
from facts.vocabulary.test_athena import CONCEPTS, M3214, RELATIONSHIPS, TABLET, TWO
from facts.vocabulary.vocabulary_mutants import vocabulary_mutant
from remit.errors import RemitError
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.dataset.handed_over import IntakeChoices
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.omop.omop_tables import read_omop
from remit.facts.soundness import check_dataset
from remit.facts.vocabulary.athena import open_vocabulary
from remit.facts.vocabulary.code_book import CodeMeaning, SourceCode
from remit.facts.vocabulary.strength_rows import kept_strengths

COUNT = int(os.environ.get("REMIT_MUTANTS", "150"))
IMPORTED = 25  # each so manieth goes through a whole import
SECONDS = 10
IDS = (*(int(str(row[0])) for row in CONCEPTS), 5, 0)
CODES = tuple(SourceCode(str(row[3]), str(row[6])) for row in CONCEPTS)
CONDITIONS = (
    "condition_occurrence_id,person_id,condition_concept_id,condition_start_date,"
    "condition_source_value\n"
    f"1,1,{M3214},2024-05-01,M32.14\n2,2,{TWO},2024-05-01,M99.99\n3,1,0,2024-05-02,x\n"
)


def vocabulary_files(folder: Path) -> dict[str, bytes]:
    """The whole files, by name."""
    closed = {9_000_001: (257628, 9_000_100), 257628: (9_000_100,)}
    strengths = [(TABLET, 1551099, 5, 8576, "", "", "", "", "", "19700101", "20991231", "")]
    write_vocabulary(folder, CONCEPTS, RELATIONSHIPS, closed=closed, strengths=strengths)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def ask(place: Path) -> None:
    """All questions of a vocabulary; what it answers holds together."""
    book = open_vocabulary(place, packaged_dictionary())
    assert book.version
    by_id, by_code = book.meanings_of_ids(IDS), book.meanings(CODES)
    assert set(by_id) == set(IDS)
    assert set(by_code) == set(CODES)
    for found in (*by_id.values(), *by_code.values()):
        assert found
        assert all(_is_sound(meaning) for meaning in found), found
        concepts = [meaning.concept for meaning in found]
        assert len(set(concepts)) == len(concepts)
    pairs = book.ancestry(IDS)
    assert pairs.column(0).null_count == pairs.column(1).null_count == 0
    asked = {*IDS, *packaged_dictionary().listed}
    assert {row for row in pairs.column(1).to_pylist() if row <= 0} == set()
    below = set(pairs.column(1).to_pylist())
    heads = {a for a, b in zip(*(c.to_pylist() for c in pairs.columns), strict=True) if a == b}
    assert below <= asked | heads | below
    strengths = kept_strengths(book.strengths([TABLET]), [TABLET])
    assert set(strengths.rows["drug_concept_id"].to_pylist()) <= {TABLET}
    book.codes_of_ids(IDS)


def _is_sound(meaning: CodeMeaning) -> bool:
    nothing = meaning.how in {"none", "mislabelled"}
    return nothing == (meaning.concept == 0) and 0 <= meaning.concept < 1 << 31


def import_with(place: Path, source: Path, out: Path) -> None:
    """An import by a vocabulary: each row is accounted for, and the dataset is sound."""
    found = read_omop(source, by_source=True)
    choices = IntakeChoices("damaged", book=open_vocabulary(place, packaged_dictionary()))
    facts, report = write_intake(out, found, choices)
    assert all(table.unaccounted == 0 for table in report.tables)
    assert [f for f in check_dataset(facts) if f.severity == "error"] == []
    facts.close()


def test_each_damaged_vocabulary_is_read_or_refused_in_words(tmp_path: Path) -> None:
    whole, read, refused = vocabulary_files(tmp_path / "whole"), 0, 0
    source, out = tmp_path / "omop", tmp_path / "out"
    source.mkdir()
    out.mkdir()
    for name, text in {**TABLES, "condition_occurrence": CONDITIONS}.items():
        (source / f"{name}.csv").write_text(text)
    for seed in range(COUNT):
        place, begin = tmp_path / f"v{seed}", time.process_time()
        place.mkdir()
        for name, content in vocabulary_mutant(whole, seed).items():
            (place / name).write_bytes(content)
        try:
            ask(place)
            if seed % IMPORTED == 0:
                import_with(place, source, out / f"o{seed}")
            read += 1
        except RemitError:
            refused += 1
            assert not (out / f"o{seed}").exists(), seed
        assert time.process_time() - begin < SECONDS, seed
        assert all(path.name.startswith("o") for path in out.iterdir()), seed
    assert read
    assert refused
