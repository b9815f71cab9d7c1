"""Signatures and named dates in files count over a live source as they do at an import."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner

from facts.live.conftest import CUT, MAPPED
from facts.live.servers import load_duckdb, load_postgresql
from facts.live.test_live_facts import differences
from remit.cli import main
from remit.errors import DatasetError
from remit.facts.intake.dataset.handed_over import IntakeChoices
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.omop.omop_tables import read_omop
from remit.facts.intake.persons.anchor_file import StudyDates
from remit.facts.live.address import address_of
from remit.facts.live.live_facts import LiveChoices, open_live
from remit.facts.live.local_files import LocalFiles
from remit.facts.opened import Facts
from remit.facts.screening_dates import dated_facts
from remit.study import packaged_studies

STUDIES = packaged_studies()
ITEMS = {study.id: tuple(study.attestations) for study in STUDIES}
DATES = {study.id: StudyDates(tuple(study.anchors), study.default_anchor) for study in STUDIES}
SCREENED = {study.id: study.default_anchor for study in STUDIES}


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each item of the studies signed for the first persons, yes and no in turn."""
    items = sorted({item for found in ITEMS.values() for item in found})
    rows = [
        f"{person},{item},{'yes' if (person + at) % 3 else 'no'},Dr Li,2025-0{1 + at % 6}-0{person}"
        for person in range(1, 8)
        for at, item in enumerate(items)
    ]
    path = tmp_path_factory.mktemp("files") / "signed.csv"
    path.write_text("\n".join(["person,item,answer,by,date", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def dates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The day of screening of some persons."""
    names = sorted({study.default_anchor for study in STUDIES})
    rows = [f"{one},{name},2024-0{one % 9 + 1}-11" for one in range(1, 31) for name in names]
    path = tmp_path_factory.mktemp("files") / "dates.csv"
    path.write_text("\n".join(["person,anchor,date", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def undated(hospital: Mapping[str, pa.Table]) -> Mapping[str, pa.Table]:
    """The hospital's tables without Remit's own."""
    return {name: rows for name, rows in hospital.items() if name != "STUDY_ANCHOR"}


@pytest.fixture(scope="module")
def file(undated: Mapping[str, pa.Table], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return load_duckdb(tmp_path_factory.mktemp("files") / "hospital.duckdb", undated)


def imported_with(folder: Path, source: Path, choices: IntakeChoices) -> Facts:
    return write_intake(folder, read_omop(source), choices)[0]


@pytest.mark.parametrize(
    ("kind", "rule"),
    [("duckdb", None), ("postgresql", "last-visit"), ("duckdb", date(2024, 6, 30))],
)
def test_every_cell_is_that_of_an_import_with_the_files(
    kind: str,
    rule: date | str | None,
    undated: Mapping[str, pa.Table],
    file: Path,
    signed: Path,
    dates: Path,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    imported = imported_with(
        tmp_path / "out",
        file,
        IntakeChoices(
            source="DuckDB",
            data_cut=CUT,
            mapped=MAPPED,
            signed=signed,
            dates=dates,
            rule=rule,
            anchors=SCREENED,
            items=ITEMS,
            studies=DATES,
        ),
    )
    where: Path | str = file
    if kind == "postgresql":
        where = load_postgresql(request.getfixturevalue("postgresql"), "files", undated)
    files = LocalFiles(signed=signed, dates=dates, items=ITEMS, studies=DATES)
    choices = LiveChoices(data_cut=CUT, mapped=MAPPED, files=files)
    with open_live(address_of(f"{kind}:{where}"), choices) as facts:
        assert "signed answers: signed.csv (sha256 " in facts.manifest.source
        found = facts if rule is None else dated_facts(facts, rule, SCREENED)
        assert differences(found, imported) == []
        for name in ("attestation", "study_anchor"):
            order = [(column, "ascending") for column in imported.rows(name).column_names]
            if name == "attestation":  # numbered in the order of the persons by an import
                order = order[1:]
            names = [column for column, _ in order]
            one, two = (f.rows(name).select(names).sort_by(order) for f in (found, imported))
            assert one.equals(two), name
            assert one.num_rows


WRONG_DATES = [
    ("99,{anchor},2024-01-01", "the dataset has no such person"),
    ("007,{anchor},2024-01-01", "the dataset has no such person"),
    ("LN-7,{anchor},2024-01-01", "the dataset has no such person"),
    ("-77,{anchor},2024-01-01", "the dataset has no such person"),
    ("1,{anchor},1850-01-01", "the day lies before birth"),
    ("1,{anchor},2031-01-01", "the day of screening lies after the data cut"),
    ("1,nothing,2024-01-01", "no study names such a date"),
    ("1,{anchor},2024-02-30", "the cell date is no date"),
    ("1,{anchor},2024-01-01\n1,{anchor},2024-01-02", "one person has two days of one name"),
]
WRONG_SIGNED = [
    ("99,{item},yes,Li,2024-01-01", "the data have no such person"),
    ("007,{item},yes,Li,2024-01-01", "the data have no such person"),
    ("1,nothing,yes,Li,2024-01-01", "no criterion of these studies asks for this item"),
    ("1,{item},perhaps,Li,2024-01-01", "the answer is neither yes nor no"),
    ("1,{item},yes,,2024-01-01", "nobody signed this answer"),
    ("1,{item},yes,Li,2031-01-01", "the answer was signed after the data cut"),
    ("1,{item},yes,Li,2024-01-01\n1,{item},no,Li,2024-01-01", "two answers to"),
]


def _live_error(file: Path, files: LocalFiles) -> str:
    with pytest.raises(DatasetError) as error:
        open_live(address_of(f"duckdb:{file}"), LiveChoices(data_cut=CUT, files=files))
    return str(error.value)


@pytest.mark.parametrize(("rows", "said"), WRONG_DATES)
def test_dates_are_refused_as_at_an_import(
    rows: str, said: str, file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "dates.csv"
    anchor = STUDIES[0].default_anchor
    path.write_text(f"person,anchor,date\n{rows.format(anchor=anchor)}\n", encoding="utf-8")
    live = _live_error(file, LocalFiles(dates=path, studies=DATES))
    assert said in live
    choices = IntakeChoices(source="a", data_cut=CUT, dates=path, studies=DATES)
    with pytest.raises(DatasetError) as error:
        imported_with(tmp_path / "out", file, choices)
    assert str(error.value) == live


@pytest.mark.parametrize(("rows", "said"), WRONG_SIGNED)
def test_signatures_are_refused_as_at_an_import(
    rows: str, said: str, file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "signed.csv"
    item = next(item for found in ITEMS.values() for item in found)
    text = f"person,item,answer,by,date\n{rows.format(item=item)}\n"
    path.write_text(text, encoding="utf-8")
    live = _live_error(file, LocalFiles(signed=path, items=ITEMS))
    assert said in live
    choices = IntakeChoices(source="a", data_cut=CUT, signed=path, items=ITEMS)
    with pytest.raises(DatasetError) as error:
        imported_with(tmp_path / "out", file, choices)
    assert _without_example(str(error.value)) == _without_example(live)


def _without_example(text: str) -> str:
    return text.split(", such as")[0]


def test_ids_of_either_sign_are_written_as_the_source_has_them(tmp_path: Path) -> None:
    tables = {
        "person": pa.table(
            {"person_id": pa.array([-9066117, 12], pa.int64()), "year_of_birth": [1990, 1980]}
        ),
        "visit_occurrence": pa.table(
            {
                "visit_occurrence_id": [1],
                "person_id": pa.array([12], pa.int64()),
                "visit_concept_id": [9202],
                "visit_start_date": [date(2024, 5, 1)],
            }
        ),
    }
    file = load_duckdb(tmp_path / "a.duckdb", tables)
    path, anchor = tmp_path / "dates.csv", STUDIES[0].default_anchor
    path.write_text(f"person;anchor;date\n -9066117 ;{anchor};2024-01-31\n", encoding="utf-8")
    files = LocalFiles(dates=path, studies=DATES)
    with open_live(address_of(f"duckdb:{file}"), LiveChoices(files=files)) as facts:
        rows = facts.rows("study_anchor", study=STUDIES[0].id).to_pylist()
    assert [(row["person_id"], row["anchor_date"]) for row in rows] == [
        (-9066117, date(2024, 1, 31))
    ]


def test_a_date_that_the_source_has_already_is_refused(
    hospital: Mapping[str, pa.Table], dates: Path, tmp_path: Path
) -> None:
    file = load_duckdb(tmp_path / "a.duckdb", hospital)  # with study_anchor
    files = LocalFiles(dates=dates, studies=DATES)
    assert "give a person two dates of one name" in _live_error(file, files)


def test_commands_take_the_files(file: Path, signed: Path, dates: Path, tmp_path: Path) -> None:
    words = ["screen", "nct06167174", "--engine", f"duckdb:{file}", "--data-cut", str(CUT)]
    files = ["--signed", str(signed), "--anchors", str(dates)]
    ran = CliRunner().invoke(main, [*words, *files, "--format", "json"])
    assert ran.exit_code == 0, ran.output
    assert "named dates: dates.csv (sha256 " in ran.output
    ran = CliRunner().invoke(main, [*words[:2], "--facts", str(tmp_path), *files])
    assert "--signed goes with --engine" in ran.output
    broken = tmp_path / "broken.csv"
    broken.write_text("person,date\n1,2024-01-01\n", encoding="utf-8")
    ran = CliRunner().invoke(main, [*words, "--anchors", str(broken)])
    assert ran.exit_code == DatasetError.exit_code
    assert "anchor" in ran.output
