"""A vocabulary of Athena's form: meanings of codes, what lies above them, strengths, its files."""

from __future__ import annotations

import gzip
import shutil
import time
import zipfile
from collections.abc import Collection, Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest

from facts.vocabulary.small_vocabulary import (
    concept,
    relationship,
    write_table,
    write_vocabulary,
)
from remit.errors import ConceptError
from remit.facts.dictionary import packaged_dictionary
from remit.facts.vocabulary import athena as module
from remit.facts.vocabulary.athena import AthenaVocabulary, open_vocabulary
from remit.facts.vocabulary.code_book import MISLABELLED, NO_MEANING, CodeMeaning, SourceCode
from remit.facts.vocabulary.strength_rows import kept_strengths
from remit.facts.vocabulary.vocabulary_files import Vocabulary, vocabulary_batches

LUPUS, NEPHRITIS, NEPHRITIS_CODE = 257628, 9_000_001, "68815009"
# OMOP's ids of the ICD-10-CM codes M32.14 and of two that are invented.
M3214, M3215, TWO = 35_208_804, 9_000_015, 9_000_016
OLD, NEWER, NEWEST, DELETED = 9_000_020, 9_000_021, 9_000_022, 9_000_023
TABLET, INGREDIENT = 9_000_030, 1551099  # prednisone

CONCEPTS = [
    concept(9_000_100, "Disease", "Condition", "SNOMED", "64572001"),
    concept(LUPUS, "Systemic lupus erythematosus", "Condition", "SNOMED", "55464009"),
    concept(NEPHRITIS, "SLE glomerulonephritis", "Condition", "SNOMED", NEPHRITIS_CODE),
    concept(M3214, "Glomerular disease in SLE", "Condition", "ICD10CM", "M32.14", standard=""),
    concept(M3215, "Tubulo-interstitial", "Condition", "ICD10CM", "M99.98", standard=""),
    concept(TWO, "Two things at once", "Condition", "ICD10CM", "M99.99", standard=""),
    concept(OLD, "Lupus of old", "Condition", "SNOMED", "200936003", standard="", invalid="U"),
    concept(NEWER, "Lupus, newer", "Condition", "SNOMED", "196138005", standard="", invalid="U"),
    concept(NEWEST, "Lupus, newest", "Condition", "SNOMED", "95644001"),
    concept(DELETED, "Withdrawn", "Condition", "SNOMED", "239886003", standard="", invalid="D"),
    concept(TABLET, 'prednisone 5 MG "Tablet"', "Drug", "RxNorm", "312617", kind="Clinical Drug"),
    concept(INGREDIENT, "prednisone", "Drug", "RxNorm", "8640", kind="Ingredient"),
    concept(9_000_040, "710.0 of one", "Condition", "ICD9CM", "710.0", standard=""),
    concept(9_000_041, "M32.1", "Condition", "ICD10", "M32.1", standard=""),
]
RELATIONSHIPS = [
    relationship(M3214, "Maps to", NEPHRITIS),
    relationship(TWO, "Maps to", LUPUS),
    relationship(TWO, "Maps to", NEPHRITIS),
    relationship(M3215, "Maps to", NEPHRITIS, invalid="D"),
    relationship(OLD, "Concept replaced by", NEWER),
    relationship(NEWER, "Concept replaced by", NEWEST),
    relationship(NEWER, "Concept replaced by", OLD),  # a circle ends
    relationship(NEPHRITIS, "Is a", LUPUS),
    relationship(9_000_100, "Subsumes", LUPUS),
    relationship(NEWEST, "Is a", LUPUS),
    relationship(TABLET, "RxNorm has ing", INGREDIENT),
    relationship(NEPHRITIS, "Maps to", NEPHRITIS),
    relationship(9_000_040, "Maps to", LUPUS),
]


@pytest.fixture
def book(tmp_path: Path) -> AthenaVocabulary:
    return _opened(write_vocabulary(tmp_path / "athena", CONCEPTS, RELATIONSHIPS))


def _opened(place: Path) -> AthenaVocabulary:
    return open_vocabulary(place, packaged_dictionary())


def _meaning(book: AthenaVocabulary, vocabulary: str, code: str) -> tuple[CodeMeaning, ...]:
    asked = SourceCode(vocabulary, code)
    return book.meanings([asked])[asked]


def _above(book: AthenaVocabulary, code: int) -> set[int]:
    rows = book.ancestry([code]).to_pylist()
    return {row["ancestor_concept_id"] for row in rows if row["descendant_concept_id"] == code}


def test_a_standard_code_means_itself(book: AthenaVocabulary) -> None:
    assert _meaning(book, "SNOMED", NEPHRITIS_CODE) == (
        CodeMeaning(NEPHRITIS, "standard", "Condition", "SLE glomerulonephritis"),
    )


def test_another_code_means_what_it_is_mapped_to(book: AthenaVocabulary) -> None:
    (found,) = _meaning(book, "ICD10CM", "M32.14")
    assert (found.concept, found.how, found.domain) == (NEPHRITIS, "maps_to", "Condition")
    assert _meaning(book, "ICD10CM", "m3214 ") == (found,), "as a hospital may write it"
    both = _meaning(book, "ICD10CM", "M99.99")
    assert [(one.concept, one.how) for one in both] == [(LUPUS, "maps_to"), (NEPHRITIS, "maps_to")]


def test_a_withdrawn_mapping_is_none(book: AthenaVocabulary) -> None:
    assert _meaning(book, "ICD10CM", "M99.98") == (NO_MEANING,)


def test_what_was_replaced_is_followed_to_its_end(book: AthenaVocabulary) -> None:
    (found,) = _meaning(book, "SNOMED", "200936003")
    assert (found.concept, found.how) == (NEWEST, "replaced")
    assert _meaning(book, "SNOMED", "239886003") == (NO_MEANING,), "withdrawn, replaced by none"


def test_a_code_is_one_of_its_vocabulary_alone(book: AthenaVocabulary) -> None:
    assert _meaning(book, "ICD10", "M99.99") == (NO_MEANING,)
    assert _meaning(book, "", "M99.99") == (NO_MEANING,)
    assert _meaning(book, "SNOMED", "8640") == (MISLABELLED,)


def test_the_dictionary_says_what_the_vocabulary_lacks(book: AthenaVocabulary) -> None:
    (found,) = _meaning(book, "LOINC", "2160-0")
    assert (found.concept, found.how) == (3016723, "listed")


def test_ids_of_a_source_are_followed_alike(book: AthenaVocabulary) -> None:
    found = book.meanings_of_ids([M3214, OLD, LUPUS, DELETED, 0, 9_999_999, 3016723])
    assert {code: [(m.concept, m.how) for m in said] for code, said in found.items()} == {
        M3214: [(NEPHRITIS, "maps_to")],
        OLD: [(NEWEST, "replaced")],
        LUPUS: [(LUPUS, "standard")],
        DELETED: [(0, "none")],
        0: [(0, "none")],
        9_999_999: [(0, "none")],
        3016723: [(3016723, "listed")],
    }


def test_the_long_table_of_concepts_is_read_once(
    book: AthenaVocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = list[str]()

    def noted(
        files: Vocabulary, table: str, **asked: Collection[int | str]
    ) -> Iterator[pa.RecordBatch]:
        read.append(table)
        return vocabulary_batches(files, table, **asked)

    monkeypatch.setattr(module, "vocabulary_batches", noted)
    said = [book.meanings_of_ids({OLD, M3214, DELETED, 123}) for _ in range(2)]
    book.meanings_of_ids(packaged_dictionary().listed)
    assert 123 not in book.codes_of_ids({OLD, 123})
    assert book.codes_of_ids({OLD, 123})[OLD].code == "200936003"
    assert said[0] == said[1]
    assert read.count("concept") == 1


def test_what_lies_above_is_followed_where_no_table_is_closed(book: AthenaVocabulary) -> None:
    assert _above(book, NEPHRITIS) == {NEPHRITIS, LUPUS, 9_000_100}
    assert _above(book, TABLET) == {TABLET, INGREDIENT}


def test_the_closed_table_is_taken_as_it_is(tmp_path: Path) -> None:
    closed = {NEPHRITIS: [LUPUS], LUPUS: [], INGREDIENT: []}
    book = _opened(write_vocabulary(tmp_path / "a", CONCEPTS, RELATIONSHIPS, closed=closed))
    assert _above(book, NEPHRITIS) == {NEPHRITIS, LUPUS}
    assert _above(book, TABLET) == set()
    heads = set(book.ancestry([])["ancestor_concept_id"].to_pylist())
    assert {LUPUS, INGREDIENT} <= heads, "of the dictionary's codes it says that it knows them"


def test_a_code_whose_chain_leaves_the_vocabulary_is_not_known_to_be_none(tmp_path: Path) -> None:
    """Databases carry a piece of the vocabulary: the parent's own row is not in it."""
    loose = [*RELATIONSHIPS, relationship(LUPUS, "Is a", 9_000_777)]
    book = _opened(write_vocabulary(tmp_path / "a", CONCEPTS, loose))
    assert _above(book, NEPHRITIS) == {LUPUS, 9_000_100, 9_000_777}, "no row of itself"
    alone = _opened(write_vocabulary(tmp_path / "b", CONCEPTS, []))
    assert _above(alone, NEPHRITIS) == set(), "nor is one without any step"
    assert _above(alone, INGREDIENT) == {INGREDIENT}, "an ingredient is what it is"


def test_a_code_that_is_not_standard_says_nothing_of_what_it_is_none_of(tmp_path: Path) -> None:
    """The chapters of ICD are no hierarchy of the concepts that records are asked for."""
    chapter = concept(9_000_090, "Neoplasms", "Condition", "ICD10CM", "C00-D49", standard="")
    cancer = concept(9_000_091, "Breast", "Condition", "ICD10CM", "C50", standard="")
    step = relationship(9_000_091, "Is a", 9_000_090)
    book = _opened(write_vocabulary(tmp_path / "a", [chapter, cancer], [step]))
    assert _above(book, 9_000_091) == {9_000_090}, "no row of itself"


def test_what_replaced_a_code_of_the_dictionary_counts_for_it(tmp_path: Path) -> None:
    concepts = [
        concept(3016723, "Creatinine", "Measurement", "LOINC", "2160-0", standard="", invalid="U"),
        concept(9_000_050, "Creatinine, new", "Measurement", "LOINC", "38483-4"),
        concept(9_000_051, "and below it", "Measurement", "LOINC", "2164-2"),
    ]
    steps = [
        relationship(3016723, "Concept replaced by", 9_000_050),
        relationship(9_000_051, "Is a", 9_000_050),
    ]
    book = _opened(write_vocabulary(tmp_path / "a", concepts, steps))
    assert 3016723 in _above(book, 9_000_051)
    assert 3016723 in _above(book, 9_000_050)


def test_the_site_may_say_what_its_own_codes_are(book: AthenaVocabulary) -> None:
    rows = [
        ("Krea", "site_lab", 3016723, ""),
        ("X1", "site_lab", LUPUS, ""),
        ("X1", "site_ward", NEPHRITIS, ""),
        ("X2", "site_lab", LUPUS, "D"),
    ]
    head = ("source_code", "source_vocabulary_id", "target_concept_id", "invalid_reason")
    write_table(book.files.place, "SOURCE_TO_CONCEPT_MAP.csv", head, rows)
    known = _opened(book.files.place)
    assert [(m.concept, m.how) for m in _meaning(known, "", "Krea")] == [(3016723, "local")]
    assert _meaning(known, "", "X1") == (NO_MEANING,), "two of its tables say two things"
    assert [m.concept for m in _meaning(known, "site_ward", "X1")] == [NEPHRITIS]
    assert _meaning(known, "", "X2") == (NO_MEANING,), "withdrawn"


def test_strengths_and_version(tmp_path: Path) -> None:
    strengths = [
        (TABLET, INGREDIENT, "5", 8576, "", "", "", "", "", "19700101", "20991231", ""),
        (TABLET, INGREDIENT, "6", 8576, "", "", "", "", "", "19700101", "20991231", "D"),
        (9_000_099, INGREDIENT, "7", 8576, "", "", "", "", "", "19700101", "20991231", ""),
    ]
    book = _opened(write_vocabulary(tmp_path / "a", CONCEPTS, [], strengths=strengths))
    assert book.version == "v5.0 27-FEB-26"
    kept = kept_strengths(book.strengths([TABLET]), [TABLET])
    (row,) = kept.rows.to_pylist()
    assert (row["ingredient_concept_id"], row["amount_value"]) == (INGREDIENT, Decimal(5))
    assert (kept.read, kept.others, kept.ended) == (3, 1, 1)
    (tmp_path / "a" / "DRUG_STRENGTH.csv").unlink()
    assert kept_strengths(_opened(tmp_path / "a").strengths([TABLET]), [TABLET]).read == 0


@pytest.mark.parametrize("form", ["comma", "lower", "gzip", "parquet", "zip", "quoted"])
def test_the_forms_in_which_a_vocabulary_is_kept(
    book: AthenaVocabulary, tmp_path: Path, form: str
) -> None:
    folder, place = book.files.place, tmp_path / form
    place.mkdir()
    for path in folder.iterdir():
        text = path.read_text(encoding="utf-8")
        cells = [line.split("\t") for line in text.splitlines()]
        quoted = [['"' + cell.replace('"', '""') + '"' for cell in line] for line in cells]
        if form == "comma":
            joined = "\n".join(",".join(line) for line in quoted)
            (place / path.name).write_text(joined, encoding="utf-8")
        elif form == "quoted":
            joined = "\n".join("\t".join(line) for line in quoted)
            (place / path.name).write_text(joined, encoding="utf-8")
        elif form == "lower":
            head, _, rest = text.partition("\n")
            (place / path.name.lower()).write_bytes(f"\ufeff{head.upper()}\r\n{rest}".encode())
        elif form == "gzip":
            (place / f"{path.name}.gz").write_bytes(gzip.compress(text.encode()))
        elif form == "parquet":
            plain = csv.ParseOptions(delimiter="\t", quote_char=False)
            pq.write_table(csv.read_csv(path, parse_options=plain), place / f"{path.stem}.parquet")
    if form == "zip":
        with zipfile.ZipFile(place / "vocabulary.zip", "w") as archive:
            for path in folder.iterdir():
                archive.write(path, f"download/{path.name}")
                archive.writestr(f"__MACOSX/download/._{path.name}", b"\0")
        place /= "vocabulary.zip"
    known = _opened(place)
    for code in ("M32.14", "M99.99"):
        assert _meaning(known, "ICD10CM", code) == _meaning(book, "ICD10CM", code)
    assert known.concepts([TABLET])[TABLET].name == 'prednisone 5 MG "Tablet"'
    assert known.ancestry([NEPHRITIS]).equals(book.ancestry([NEPHRITIS]))


def test_what_is_no_vocabulary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConceptError, match="no such vocabulary"):
        _opened(tmp_path / "nowhere")
    with pytest.raises(ConceptError, match="no vocabulary of OMOP"):
        _opened(tmp_path)
    (tmp_path / "CONCEPT.csv").write_text("concept_id\tname\n1\tx\n", encoding="utf-8")
    with pytest.raises(ConceptError, match="without concept_name"):
        _opened(tmp_path).concepts([1])
    (tmp_path / "concept.csv.gz").write_bytes(b"\x1f\x8b\x08\0")
    with pytest.raises(ConceptError, match="table concept twice"):
        _opened(tmp_path)


@pytest.mark.parametrize("damage", ["cut row", "no number", "zip", "gzip", "parquet"])
def test_a_damaged_file_is_an_error_without_its_rows(
    book: AthenaVocabulary, tmp_path: Path, damage: str
) -> None:
    folder = book.files.place
    concepts = folder / "CONCEPT.csv"
    text = concepts.read_text(encoding="utf-8")
    place = folder
    if damage == "cut row":
        concepts.write_text(text[: text.rindex("\t") - 30], encoding="utf-8")
    elif damage == "no number":
        concepts.write_text(text.replace(str(LUPUS), "secret"), encoding="utf-8")
    elif damage == "gzip":
        (folder / "CONCEPT.csv.gz").write_bytes(gzip.compress(text.encode())[:-40])
        concepts.unlink()
    elif damage == "parquet":
        (folder / "concept.parquet").write_bytes(b"PAR1" + b"\0" * 50)
        concepts.unlink()
    else:
        place = tmp_path / "vocabulary.zip"
        place.write_bytes(b"PK\x03\x04" + b"\0" * 50)
    with pytest.raises(ConceptError, match="cannot be read") as caught:
        _opened(place).meanings([SourceCode("SNOMED", NEPHRITIS_CODE)])
    assert "secret" not in str(caught.value)


def test_circles_and_long_chains_of_mappings_end_soon(tmp_path: Path) -> None:
    """Each of thirty old codes is mapped to each other; two thousand follow one another."""
    old = list(range(9_100_000, 9_100_030))
    chain = list(range(9_200_000, 9_202_000))
    rows = [
        concept(code, f"old {code}", "Condition", "Local", f"x{code}", standard="")
        for code in (*old, *chain)
    ]
    links = [relationship(one, "Maps to", other) for one in old for other in old]
    links += [relationship(a, "Maps to", b) for a, b in pairwise(chain)]
    links.append(relationship(chain[-1], "Maps to", LUPUS))
    folder = write_vocabulary(tmp_path / "athena", [*CONCEPTS, *rows], [*RELATIONSHIPS, *links])
    book = open_vocabulary(folder, packaged_dictionary())
    begin = time.process_time()
    found = book.meanings_of_ids([old[0], chain[0]])
    assert time.process_time() - begin < 10
    assert found[old[0]] == (NO_MEANING,)
    assert [meaning.concept for meaning in found[chain[0]]] == [LUPUS]


def test_a_vocabulary_at_the_place_of_another_is_read_anew(tmp_path: Path) -> None:
    place, code = tmp_path / "athena", SourceCode("ICD10CM", "M32.14")
    write_vocabulary(place, CONCEPTS, RELATIONSHIPS)
    (found,) = open_vocabulary(place, packaged_dictionary()).meanings([code])[code]
    assert found.concept == NEPHRITIS
    shutil.rmtree(place)
    write_vocabulary(place, CONCEPTS, [relationship(M3214, "Maps to", LUPUS)])
    (found,) = open_vocabulary(place, packaged_dictionary()).meanings([code])[code]
    assert found.concept == LUPUS
