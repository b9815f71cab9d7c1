"""A vocabulary's strengths alone give over a live source the doses of an import, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from facts.live.conftest import CUT
from facts.live.hospital import write_parquet
from facts.live.servers import load_duckdb, load_postgresql
from facts.live.test_live_codes import (
    as_the_hospital_codes,
    imported_with,
    require_same,
    vocabulary_of,
    vocabulary_tables,
)
from facts.live.test_made_rows import with_sigs
from facts.vocabulary.small_vocabulary import STRENGTH, write_table
from remit.criteria.evidence import Evidence
from remit.facts.dose_basis import DoseStrength
from remit.facts.live.address import address_of
from remit.facts.live.live_facts import OWN_VOCABULARY, LiveChoices, open_live
from remit.facts.opened import Facts
from remit.facts.tables import TABLES
from remit.screening.explanation import explain_in_dataset
from remit.study import packaged_studies

Tables = Mapping[str, pa.Table]
DAYS = ("19700101", "20991231")


def strength_rows(tables: Tables) -> list[tuple[object, ...]]:
    """Strengths of the standard codes: tablets, combinations, solutions, boxes, ended, twofold."""
    codes = sorted(
        {code for code in tables["DRUG_EXPOSURE"]["DRUG_CONCEPT_ID"].to_pylist() if code}
    )
    none = ("", "", "", "")
    rows: list[tuple[object, ...]] = []
    for at, code in enumerate(codes):
        tablet = (code, code, 5, 8576, *none, "", *DAYS, "")
        kind = at % 10
        if kind == 6:
            rows += [tablet, (code, 9_000_077, 1, 8576, *none, "", *DAYS, "")]
        elif kind == 7:
            rows.append((code, code, "", "", 5, 8576, 1, 8587, "", *DAYS, ""))
        elif kind == 8:
            rows += [tablet, (code, code, 6, 8576, *none, "", *DAYS, "")]
        elif kind == 9:
            rows += [
                (code, code, 5, 8576, *none, 30, *DAYS, ""),
                (code, code, 7, 8576, *none, "", *DAYS, "D"),
            ]
        else:
            rows += [tablet, (code, code, 9, 8576, *none, "", "19700101", "20010101", "U")]
    return rows


@pytest.fixture(scope="module")
def coded(hospital: Tables) -> Tables:
    tables = dict(with_sigs(hospital))
    del tables["DRUG_STRENGTH"]
    return as_the_hospital_codes(tables)


@pytest.fixture(scope="module")
def vocabulary(hospital: Tables, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = vocabulary_of(hospital, tmp_path_factory.mktemp("vocabulary"))
    write_table(place, "DRUG_STRENGTH.csv", STRENGTH, strength_rows(hospital))
    return place


@pytest.fixture(scope="module")
def folder(coded: Tables, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_parquet(tmp_path_factory.mktemp("strengths") / "omop", coded)


@pytest.fixture(scope="module")
def by_strengths(folder: Path, vocabulary: Path, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    return imported_with(folder, vocabulary, tmp_path_factory.mktemp("strengths") / "out")


def require_same_doses(facts: Facts, imported: Facts) -> None:
    """Nothing, when verdicts, strengths, doses and explanations are those of the import."""
    require_same(facts, imported)
    assert facts.manifest.strengths == imported.manifest.strengths
    assert facts.rows("drug_strength").equals(imported.rows("drug_strength"))
    for name in ("dose_era", "dose_basis"):
        columns = TABLES[name].schema.names[1:]
        order = [(column, "ascending") for column in columns]
        one, two = (f.rows(name, columns).sort_by(order) for f in (facts, imported))
        assert one.num_rows
        assert one.equals(two), name


def strengths_told(
    facts: Facts, persons: range
) -> list[tuple[int, str, Evidence, tuple[DoseStrength, ...]]]:
    """By which strengths the doses behind all verdicts were worked out."""
    return [
        (person, finding.criterion.id, replace(record, row=0), record.strengths)
        for study in packaged_studies()
        for person in persons
        for finding in explain_in_dataset(study, facts, person).findings
        for leaf in finding.leaves
        for record in leaf.evidence
        if record.table == "dose_era"
    ]


@pytest.mark.parametrize("kind", ["parquet", "duckdb", "postgresql"])
def test_a_vocabulary_alone_gives_the_doses_of_the_import(
    kind: str,
    coded: Tables,
    folder: Path,
    vocabulary: Path,
    by_strengths: Facts,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    where: Path | str = folder
    if kind == "duckdb":
        where = load_duckdb(tmp_path / "hospital.duckdb", coded)
    elif kind == "postgresql":
        where = load_postgresql(request.getfixturevalue("postgresql"), "strengths", coded)
    monkeypatch.setattr("remit.facts.live.live_facts.PERSONS_A_PART", 23)
    choices = LiveChoices(data_cut=CUT, vocabulary=vocabulary)
    with open_live(address_of(f"{kind}:{where}"), choices) as facts:
        require_same_doses(facts, by_strengths)
        if kind == "parquet":
            told = strengths_told(facts, range(5, 10))
            assert told == strengths_told(by_strengths, range(5, 10))
            assert any(strengths for _, _, _, strengths in told)
    origin = by_strengths.manifest.strengths
    assert origin is not None
    assert (origin.by, origin.version) == ("vocabulary", "v5.0 27-FEB-26")
    # Of codes that are not standard the strength is that of what they mean.
    raw = set(by_strengths.rows("concept_map")["source_concept_id"].to_pylist())
    products = set(by_strengths.rows("dose_basis")["drug_concept_id"].to_pylist())
    assert products <= raw


@pytest.mark.parametrize("kind", ["duckdb", "postgresql"])
def test_the_source_may_have_the_strengths_beside_its_vocabulary(
    kind: str,
    coded: Tables,
    folder: Path,
    vocabulary: Path,
    by_strengths: Facts,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    tables = {**coded, **vocabulary_tables(vocabulary)}
    if kind == "duckdb":
        where = str(load_duckdb(tmp_path / "hospital.duckdb", tables))
    else:
        where = load_postgresql(request.getfixturevalue("postgresql"), "own_strengths", tables)
    choices = LiveChoices(data_cut=CUT, vocabulary=OWN_VOCABULARY)
    with open_live(address_of(f"{kind}:{where}"), choices) as facts:
        require_same(facts, by_strengths)
        assert facts.rows("drug_strength").equals(by_strengths.rows("drug_strength"))
        origin = facts.manifest.strengths
        assert origin is not None
        assert (origin.by, origin.version) == ("source", "v5.0 27-FEB-26")
