"""`remit facts import sdtm`: from the datasets of a trial to a dataset, and how it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from facts.vocabulary.small_vocabulary import concept, relationship, write_vocabulary
from remit.cli import main
from remit.facts.opened import open_facts
from remit.facts.person_names import person_names
from remit.facts.soundness import check_dataset
from trial_files import STUDY, write_trial_and_map

PILOT = "data/trials/cdisc_pilot/sdtm"


def _run(*words: str | Path) -> tuple[int, str]:
    ran = CliRunner().invoke(main, ["facts", "import", "sdtm", *map(str, words)])
    return ran.exit_code, ran.output


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("luna")
    write_trial_and_map(folder)
    return folder


@pytest.fixture
def luna(written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(written, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _account(folder: Path) -> dict[str, dict[str, object]]:
    report = json.loads((folder / "import_report.json").read_text(encoding="utf-8"))
    return {table["table"]: table for table in report["tables"]}


def test_a_trial_becomes_a_sound_dataset_and_no_row_is_lost(luna: Path) -> None:
    words = ("trial", "--map", "confirmed.toml", "--out", "out", "--study", "nct06167174")
    code, output = _run(*words, "--screening-date", "rficdtc", "--expect", "LB=8")
    assert code == 0, output
    account = _account(luna / "out")
    assert {name: table["unaccounted"] for name, table in account.items()} == dict.fromkeys(
        account, 0
    )
    with open_facts("out") as facts:
        assert [f for f in check_dataset(facts) if f.severity == "error"] == []
        shown = person_names(facts).shown
        assert {shown(p) for p in facts.rows("person")["person_id"].to_pylist()} == {
            f"{STUDY}-00{n}" for n in range(1, 6)
        }
        anchors = {
            (shown(row["person_id"]), row["anchor"], str(row["anchor_date"]))
            for row in facts.rows("study_anchor").to_pylist()
        }
    assert (f"{STUDY}-001", "screening", "2024-02-20") in anchors
    assert (f"{STUDY}-001", "consent", "2024-02-20") in anchors


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("trial",), "give --out"),
        (("trial", "--draft-map", "x.toml", "--out", "out"), "--draft-map writes a map alone"),
        (("trial", "--out", "out", "--expect", "LB"), "LB"),
        (("trial", "--out", "out", "--expect", "LB=7"), "another number of rows of LB"),
        (("trial", "--out", "out", "--expect", "SE=1", "--expect", "EG=1"), "no such table"),
        (("trial", "--out", "out", "--map", "trial/lb.json"), "TOML"),
        (("trial", "--out", "out", "--strict", "--data-cut", "2024-03-01"), "strict"),
        (("nowhere", "--out", "out"), "nowhere"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    luna: Path, words: tuple[str, ...], said: str
) -> None:
    code, output = _run(*words)
    assert code != 0
    assert said in output
    assert not (luna / "out").exists()
    assert "Traceback" not in output


def test_a_damaged_file_is_told_and_nothing_is_written(luna: Path) -> None:
    path = luna / "trial" / "dm.xpt"
    path.write_bytes(path.read_bytes()[:-1])
    code, output = _run("trial", "--out", "out")
    assert code == 6
    assert "dm.xpt: the file was cut or damaged" in output
    assert not (luna / "out").exists()


def test_no_value_of_a_patient_is_in_an_error(luna: Path) -> None:
    lb = json.loads((luna / "trial" / "lb.json").read_text(encoding="utf-8"))
    lb["rows"][0][
        lb["columns"].index(next(c for c in lb["columns"] if c["name"] == "LBSTRESN"))
    ] = "secret"
    (luna / "trial" / "lb.json").write_text(json.dumps(lb), encoding="utf-8")
    code, output = _run("trial", "--out", "out")
    assert code == 6
    assert "row 1 of LBSTRESN is of another type" in output
    assert "secret" not in output


def test_codes_beside_a_term_are_resolved_by_a_vocabulary(luna: Path) -> None:
    rows = [
        concept(4024567, "Respiratory finding", "Condition", "SNOMED", "106048009"),
        concept(255848, "Pneumonia", "Condition", "SNOMED", "233604007"),
        concept(45591949, "Pneumonia, unspecified", "Condition", "ICD10CM", "J18.9", standard=""),
    ]
    steps = [
        relationship(255848, "Is a", 4024567),
        relationship(45591949, "Maps to", 255848),
    ]
    write_vocabulary(luna / "athena", rows, steps)
    code, output = _run("trial", "--out", "out", "--vocabulary", "athena")
    assert code == 0, output
    with open_facts("out") as facts:
        assert facts.manifest.vocabulary is not None
        found = {
            row["condition_source_value"]: row["condition_concept_id"]
            for row in facts.rows("condition_occurrence").to_pylist()
        }
        said = {
            (row["source_vocabulary"], row["source_code"]): (row["concept_id"], row["how"])
            for row in facts.rows("concept_map").to_pylist()
        }
        above = facts.rows("concept_ancestor").to_pylist()
    assert found["lung infection; grade 3; serious"] == 255848
    assert found["head cold; grade 1"] == 0
    assert said["ICD10CM", "J18.9"] == (255848, "maps_to")
    assert {"ancestor_concept_id": 4024567, "descendant_concept_id": 255848} in above
    assert all(table["unaccounted"] == 0 for table in _account(luna / "out").values())


@pytest.mark.shared
def test_the_cdisc_pilot_is_read_row_by_row(shared: Path, tmp_path: Path) -> None:
    code, output = _run(shared / PILOT, "--out", tmp_path / "out", "--expect", "LB=59580")
    assert code == 0, output
    lines = " ".join(output.split())
    # The numbers of rows of the published datasets.
    for said in (
        "DM: 306 rows: 306 written to person",
        "LB: 59,580 rows: 59,580 written to measurement; 18,126 understood",
        "VS: 29,643 rows: 29,635 written to measurement, 8 left out: not done, as its status says; "
        "29,643 understood, 8 of them not done",
        "AE: 1,191 rows: 1,191 written to condition_occurrence",
        "MH: 1,818 rows: 1,818 written to condition_occurrence",
        "CM: 7,510 rows: 7,510 written to drug_exposure",
        "EX: 591 rows: 591 written to drug_exposure",
        "QS: 121,749 rows: 121,749 written to measurement",
        "SUPPLB: 64,403 rows: 64,403 belong to a row of LB",
        "TS: 33 rows (ts.xpt)",
    ):
        assert said in lines, said
    account = _account(tmp_path / "out")
    assert all(table["unaccounted"] == 0 for table in account.values())
    with open_facts(tmp_path / "out") as facts:
        assert [f for f in check_dataset(facts) if f.severity == "error"] == []
        assert facts.rows("death").num_rows == 3
        open_days = facts.rows("imprecise_date")["date_column"].to_pylist()
    # 5,454 starts of drugs are a year or a month, and 21 are not told; no subject has a birth.
    assert open_days.count("drug_exposure_start_date") == 5_454 + 21
    assert open_days.count("birth_date") == 306


@pytest.mark.shared
def test_the_sample_of_dataset_json_is_read(shared: Path, tmp_path: Path) -> None:
    folder = tmp_path / "sample"
    folder.mkdir()
    for path in (shared / "data/trials/dataset_json").glob("*.json"):
        if not path.name.startswith("testfile"):
            shutil.copy(path, folder)
    code, output = _run(folder, "--out", tmp_path / "out", "--expect", "LB=3488")
    assert code == 0, output
    lines = " ".join(output.split())
    assert "LB: 3,488 rows: 3,488 written to measurement" in lines
    assert "VS: 1,414 rows: 1,414 written to measurement; 1,414 understood" in lines
    assert all(table["unaccounted"] == 0 for table in _account(tmp_path / "out").values())
    code, output = _run(shared / "data/trials/dataset_json", "--out", tmp_path / "all")
    assert code == 6
    assert "testfile_05.json: the file has another number of rows than it says" in output


@pytest.mark.shared
def test_a_cut_dataset_of_the_pilot_needs_its_rows_expected(shared: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cut"
    folder.mkdir()
    for path in (shared / PILOT).glob("*.xpt"):
        shutil.copy(path, folder)
        (folder / path.name).chmod(0o644)
    whole = (folder / "dm.xpt").read_bytes()
    start = whole.index(b"HEADER RECORD*******OBS") + 80
    (folder / "dm.xpt").write_bytes(whole[: start + 160 * 348])  # 160 of 306 rows of 348 bytes
    code, output = _run(folder, "--out", tmp_path / "out", "--expect", "DM=306")
    assert code == 6
    assert "160 rows" in output
    code, output = _run(folder, "--out", tmp_path / "out")
    assert code == 0, output
    assert "DM may have been cut" in " ".join(output.split())


def test_a_date_of_dm_that_is_not_read_is_refused_with_those_that_are(tmp_path: Path) -> None:
    code, told = _run(tmp_path, "--out", tmp_path / "out", "--screening-date", "RFICDT")
    assert code == 2
    assert "RFICDTC, RFSTDTC, RFXSTDTC; got RFICDT" in told
