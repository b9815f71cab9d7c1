"""`remit facts import fhir`: what a user sees, and what is there afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fhir_export_files import write_fhir_export
from remit.cli import main


@pytest.fixture
def export(tmp_path: Path) -> Path:
    write_fhir_export(tmp_path)
    return tmp_path / "export"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_an_export_becomes_a_dataset_that_is_sound(export: Path, tmp_path: Path) -> None:
    out = tmp_path / "clinic"
    result = run("facts", "import", "fhir", export, "--out", out, "--screening-date", "2024-03-01")
    assert result.exit_code == 0, result.output
    assert "Condition: refuted: 1 row" in result.output
    report = json.loads((out / "import_report.json").read_text(encoding="utf-8"))
    assert [table["table"] for table in report["tables"] if table["unaccounted"]] == []
    assert {table["table"]: table["rows"] for table in report["unread_tables"]} == {"Claim": 1}
    assert run("facts", "check", out).exit_code == 0
    told = run("explain", "NCT05631717", "a1", "--facts", out)
    assert told.exit_code == 0, told.output


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ({"Condition.ndjson": b'{"resourceType": "Condition", "id'}, "cut or damaged"),
        (
            {"Condition.ndjson": b'{"resourceType": "Condition", "verificationStatus": "refuted"}'},
            "Condition: verificationStatus is a string",
        ),
        ({"Patient.ndjson": b""}, "no patient"),
    ],
)
def test_an_export_that_is_refused_leaves_nothing_behind(
    export: Path, tmp_path: Path, damage: dict[str, bytes], said: str
) -> None:
    for name, text in damage.items():
        (export / name).write_bytes(text)
    result = run("facts", "import", "fhir", export, "--out", tmp_path / "clinic")
    assert result.exit_code != 0
    assert said in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["export"]


def test_an_export_of_fewer_resources_than_expected_is_refused(
    export: Path, tmp_path: Path
) -> None:
    words: list[str | Path] = ["facts", "import", "fhir", export, "--out", tmp_path / "clinic"]
    result = run(*words, "--expect", "Observation=8")
    assert "another number of rows of Observation" in result.output
    assert not (tmp_path / "clinic").exists()
    assert run(*words, "--expect", "Observation=7", "--expect", "Claim=1").exit_code == 0
