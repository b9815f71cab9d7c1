"""By a vocabulary a live source answers as the import of the same tables by it, cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pytest

from facts.live.conftest import CUT
from facts.live.hospital import write_parquet
from facts.live.servers import load_duckdb, load_postgresql
from facts.live.test_live_facts import differences
from facts.live.test_made_rows import CASES
from facts.vocabulary.small_vocabulary import concept, relationship, write_vocabulary
from remit.errors import DatasetError
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.dataset.handed_over import IntakeChoices
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.omop.omop_tables import read_omop
from remit.facts.live.address import address_of
from remit.facts.live.live_facts import OWN_VOCABULARY, LiveChoices, open_live
from remit.facts.opened import Facts
from remit.facts.tables import TABLES
from remit.facts.vocabulary.athena import open_vocabulary
from remit.screening.explanation import explain_in_dataset
from remit.study import packaged_studies

Tables = Mapping[str, pa.Table]
DICTIONARY = packaged_dictionary()
# Ids that the hospital gives in place of the standard ones: from these on.
_LOCAL, _ICD = 60_000_000, 50_000_000
_DOMAINS = {
    "condition_occurrence": "Condition",
    "drug_exposure": "Drug",
    "procedure_occurrence": "Procedure",
    "measurement": "Measurement",
    "dose_era": "Drug",
}
_SOURCES = {
    "condition_occurrence": ("CONDITION_SOURCE_CONCEPT_ID", "CONDITION_SOURCE_VALUE"),
    "drug_exposure": ("DRUG_SOURCE_CONCEPT_ID", "DRUG_SOURCE_VALUE"),
    "procedure_occurrence": ("PROCEDURE_SOURCE_CONCEPT_ID", "PROCEDURE_SOURCE_VALUE"),
    "measurement": ("MEASUREMENT_SOURCE_CONCEPT_ID", "MEASUREMENT_SOURCE_VALUE"),
}
LUPUS = 257628


def as_the_hospital_codes(tables: Tables) -> Tables:
    """The tables with codes of the hospital's own, and records in the wrong table.

    Of each table a third of the codes are not standard, a third are 0 beside the id of the source's
    code, and of some nothing but the text is left. Conditions, drugs and measurements that were
    recorded as something else stand among the observations and the procedures.
    """
    changed = {name: _recoded(name, rows) for name, rows in tables.items()}
    measured = tables["MEASUREMENT"]
    odd = measured.slice(0, measured.num_rows // 3)
    count = odd.num_rows
    changed["MEASUREMENT"] = changed["MEASUREMENT"].slice(count)
    # Ids of the hospital do not rise with its rows.
    ids = pa.array(np.random.default_rng(5).permutation(count) + 7_000, pa.int64())
    changed["OBSERVATION"] = pa.table(
        {
            "OBSERVATION_ID": ids,
            "PERSON_ID": odd["PERSON_ID"],
            "OBSERVATION_CONCEPT_ID": odd["MEASUREMENT_CONCEPT_ID"],
            "OBSERVATION_DATE": odd["MEASUREMENT_DATE"],
            "OBSERVATION_TYPE_CONCEPT_ID": pa.array([32817] * count),
            "VALUE_AS_NUMBER": odd["VALUE_AS_NUMBER"],
            "UNIT_CONCEPT_ID": odd["UNIT_CONCEPT_ID"],
            "OBSERVATION_SOURCE_VALUE": pa.array(["text"] * count),
        }
    )
    done, had = changed["PROCEDURE_OCCURRENCE"], tables["CONDITION_OCCURRENCE"]
    some = had.slice(0, had.num_rows // 2)
    top = pc.max(done["PROCEDURE_OCCURRENCE_ID"]).as_py()
    moved = pa.table(
        {
            "PROCEDURE_OCCURRENCE_ID": pa.array(range(top + some.num_rows, top, -1), pa.int64()),
            "PERSON_ID": some["PERSON_ID"],
            "PROCEDURE_CONCEPT_ID": some["CONDITION_CONCEPT_ID"],
            "PROCEDURE_DATE": some["CONDITION_START_DATE"],
            "PROCEDURE_SOURCE_VALUE": pa.array(["misplaced"] * some.num_rows),
        }
    )
    changed["PROCEDURE_OCCURRENCE"] = pa.concat_tables([done, moved], promote_options="permissive")
    changed["CONDITION_OCCURRENCE"] = changed["CONDITION_OCCURRENCE"].slice(some.num_rows)
    del changed["CONCEPT_ANCESTOR"]
    return changed


def _recoded(name: str, rows: pa.Table) -> pa.Table:
    if name.lower() not in _SOURCES:
        return rows
    table = TABLES[name.lower()]
    assert table.concept is not None
    codes = rows[table.concept.upper()].to_pylist()
    source, text = _SOURCES[name.lower()]
    held, sources, texts = [], [], []
    for code in codes:
        turn = (code or 0) % 4 if code else 3
        held.append(code if turn in (0, 3) else (_local(code) if turn == 1 else 0))
        sources.append(_icd(code) if turn == 2 and code % 3 else None)
        texts.append(f"T{code}")
    for word, values, kind in (
        (table.concept.upper(), held, pa.int64()),
        (source, sources, pa.int64()),
        (text, texts, pa.string()),
    ):
        column = pa.array(values, kind)
        place = rows.schema.get_field_index(word)
        rows = (
            rows.append_column(word, column) if place < 0 else rows.set_column(place, word, column)
        )
    return rows


def _local(code: int) -> int:
    return _LOCAL + code % 9_000_000


def _icd(code: int) -> int:
    return _ICD + code % 9_000_000


def vocabulary_of(tables: Tables, folder: Path) -> Path:
    """What the hospital's codes mean: mapped, replaced, twofold, or as the site maps texts."""
    rows, steps, above = {}, [], dict[int, list[int]]()
    said = []
    for name, held in tables.items():
        if name.lower() not in _DOMAINS:
            continue
        table = TABLES[name.lower()]
        assert table.concept is not None
        domain = _DOMAINS[name.lower()]
        for code in {code for code in held[table.concept.upper()].to_pylist() if code}:
            if code in rows:
                continue
            rows[code] = concept(code, f"name {code}", domain, "SNOMED", f"S{code}")
            above[code] = []
            rows[_local(code)] = concept(
                _local(code), "ours", domain, "site", f"L{code}", standard=""
            )
            rows[_icd(code)] = concept(
                _icd(code), "old", domain, "SNOMED", f"I{code}", standard="", invalid="U"
            )
            steps.append(relationship(_local(code), "Maps to", code))
            steps.append(relationship(_icd(code), "Concept replaced by", code))
            if code % 5 == 0 and domain != "Drug":
                steps.append(relationship(_local(code), "Maps to", LUPUS))
            if code // 4 % 2:
                said.append((f"T{code}", 0, "site", code, "19700101", "20991231", ""))
    rows[LUPUS] = concept(LUPUS, "Lupus", "Condition", "SNOMED", "55464009")
    above.setdefault(LUPUS, [])
    for code, up in above.items():
        if code % 7 == 0 and code != LUPUS:
            up.append(LUPUS)
    place = write_vocabulary(folder, rows.values(), steps, closed=above)
    lines = ["source_code\tsource_concept_id\tsource_vocabulary_id\ttarget_concept_id\t"
             "valid_start_date\tvalid_end_date\tinvalid_reason"]  # fmt: skip
    lines += ["\t".join(map(str, (t, i, v, c, a, b, x))) for t, i, v, c, a, b, x in said]
    (place / "SOURCE_TO_CONCEPT_MAP.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def coded(hospital: Tables) -> Tables:
    return as_the_hospital_codes(hospital)


@pytest.fixture(scope="module")
def vocabulary(hospital: Tables, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return vocabulary_of(hospital, tmp_path_factory.mktemp("vocabulary"))


def imported_with(tables: Path, vocabulary: Path, out: Path) -> Facts:
    """The import of the tables of a folder by a vocabulary."""
    book = open_vocabulary(vocabulary, DICTIONARY)
    choices = IntakeChoices(source="Parquet", data_cut=CUT, book=book)
    return write_intake(out, read_omop(tables, by_source=True, book=book), choices)[0]


def require_same(facts: Facts, imported: Facts) -> None:
    """Nothing, when codes, rows and all verdicts of a source are those of the import."""
    assert facts.manifest.mapped == imported.manifest.mapped
    assert facts.manifest.resolved == imported.manifest.resolved
    assert facts.manifest.vocabulary == imported.manifest.vocabulary
    assert facts.codes.occurring is not None
    assert imported.manifest.codes is not None
    held = {name: codes for name, codes in facts.codes.occurring.items() if codes}
    assert held == {n: codes for n, codes in imported.manifest.codes.items() if codes}
    assert facts.codes.heads.tolist() == imported.codes.heads.tolist()
    assert facts.codes.vocabulary == imported.codes.vocabulary
    for name in ("concept_map", "concept_ancestor"):
        columns = TABLES[name].schema.names
        order = [(column, "ascending") for column in columns]
        one, two = (f.rows(name, columns).sort_by(order) for f in (facts, imported))
        assert one.equals(two), name
    assert differences(facts, imported) == []


@pytest.fixture(scope="module")
def coded_folder(coded: Tables, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_parquet(tmp_path_factory.mktemp("coded") / "omop", coded)


@pytest.fixture(scope="module")
def resolved_import(
    coded_folder: Path, vocabulary: Path, tmp_path_factory: pytest.TempPathFactory
) -> Facts:
    return imported_with(coded_folder, vocabulary, tmp_path_factory.mktemp("coded") / "out")


@pytest.mark.parametrize("kind", ["duckdb", "parquet", "postgresql"])
def test_every_cell_is_that_of_the_import_with_the_vocabulary(
    kind: str,
    coded: Tables,
    coded_folder: Path,
    vocabulary: Path,
    resolved_import: Facts,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    where: Path | str = coded_folder
    if kind == "duckdb":
        where = load_duckdb(tmp_path / "hospital.duckdb", coded)
    elif kind == "postgresql":
        where = load_postgresql(request.getfixturevalue("postgresql"), "coded", coded)
    monkeypatch.setattr("remit.facts.live.live_facts.PERSONS_A_PART", 23)
    monkeypatch.setattr("remit.facts.live.postgresql_source._FINE", 3)
    monkeypatch.setattr("remit.facts.live.postgresql_source.ROWS_AT_ONCE", 100)
    choices = LiveChoices(data_cut=CUT, vocabulary=vocabulary)
    with open_live(address_of(f"{kind}:{where}"), choices) as facts:
        require_same(facts, resolved_import)
        for name in ("condition_occurrence", "drug_exposure", "measurement"):
            columns, key = TABLES[name].schema.names, TABLES[name].key
            one, two = (f.rows(name, columns).sort_by(key) for f in (facts, resolved_import))
            assert one.equals(two), name  # the ids of records that were moved too
        # What a source wrote of the code of a moved record, of all persons and of one.
        told = [n for n in TABLES["source_record"].schema.names if n != "source_record_id"]
        order = [(column, "ascending") for column in told]
        for whom in (None, [17]):
            one, two = (
                f.rows("source_record", told, persons=whom).sort_by(order)
                for f in (facts, resolved_import)
            )
            assert one.equals(two)
            assert "observation_source_value text" in set(one["reference"].to_pylist())
        for study in packaged_studies()[:2]:
            for person in (1, 17):
                one = explain_in_dataset(study, facts, person)
                two = explain_in_dataset(study, resolved_import, person)
                assert one.standings == two.standings
                assert one.findings == two.findings
    # Each kind of meaning was there, and records were moved.
    hows = set(resolved_import.rows("concept_map")["how"].to_pylist())
    assert {"standard", "maps_to", "replaced", "local", "none"} <= hows
    assert resolved_import.rows("observation").num_rows == 0


def vocabulary_tables(vocabulary: Path) -> Tables:
    """The files of a vocabulary as tables of a database."""
    found = {}
    for path in vocabulary.glob("*.csv"):
        options = csv.ParseOptions(delimiter="\t", quote_char=False)
        texts = csv.ConvertOptions(
            column_types=dict.fromkeys(("concept_code", "source_code"), pa.string()),
            strings_can_be_null=True,
        )
        found[path.stem.lower()] = csv.read_csv(path, None, options, texts)
    return found


@pytest.mark.parametrize("kind", ["duckdb", "postgresql"])
def test_the_vocabulary_may_lie_beside_the_data(
    kind: str,
    coded: Tables,
    vocabulary: Path,
    resolved_import: Facts,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    tables = {**coded, **vocabulary_tables(vocabulary)}
    tables = {name: rows for name, rows in tables.items() if name != "drug_strength"}
    if kind == "duckdb":
        where = str(load_duckdb(tmp_path / "hospital.duckdb", tables))
    else:
        where = load_postgresql(request.getfixturevalue("postgresql"), "beside", tables)
    choices = LiveChoices(data_cut=CUT, vocabulary=OWN_VOCABULARY)
    with open_live(address_of(f"{kind}:{where}"), choices) as facts:
        require_same(facts, resolved_import)


def test_a_source_without_a_vocabulary_says_so(coded_folder: Path) -> None:
    choices = LiveChoices(data_cut=CUT, vocabulary=OWN_VOCABULARY)
    with pytest.raises(DatasetError, match="the source has no vocabulary of its own"):
        open_live(address_of(f"parquet:{coded_folder}"), choices)


@pytest.mark.parametrize("change", CASES, ids=lambda case: case.__name__)
def test_what_is_made_of_other_tables_is_made_of_resolved_rows(
    change: Callable[[Tables], Tables],
    hospital: Tables,
    vocabulary: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tables = as_the_hospital_codes(change(hospital))
    folder = write_parquet(tmp_path / "omop", tables)
    imported = imported_with(folder, vocabulary, tmp_path / "out")
    monkeypatch.setattr("remit.facts.live.live_facts.PERSONS_A_PART", 23)
    choices = LiveChoices(data_cut=CUT, vocabulary=vocabulary)
    with open_live(address_of(f"parquet:{folder}"), choices) as facts:
        require_same(facts, imported)
