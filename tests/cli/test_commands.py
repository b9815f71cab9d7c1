"""The commands, run as a user runs them; and each bad input with its exit code and words."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from cli.long_job import long_job
from remit.cli import main
from remit.errors import DatasetError
from remit.facts.manifest import page_digest
from remit.facts.opened import Facts, open_facts
from remit.facts.snapshot import write_dataset
from remit.protocol import packaged_protocols, protocol_named
from remit.registry import fixture_pages

PERSONS = 400


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def succeed(*words: object) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.output


def fail(code: int, *words: object) -> str:
    result = run(*words)
    assert result.exit_code == code, (result.exit_code, result.output, result.exception)
    assert "Traceback" not in result.output
    return result.output


@pytest.fixture(scope="module")
def cohort(small_cohort: Facts) -> Facts:
    return small_cohort


# ---- what works ---------------------------------------------------------------------------------


def test_every_command_has_help_with_an_example() -> None:
    def walk(command: click.Command, words: list[str]) -> None:
        text = succeed(*words, "--help")
        assert "Example: remit " in text, words
        for name, inner in getattr(command, "commands", {}).items():
            walk(inner, [*words, name])

    walk(main, [])


@pytest.mark.parametrize("group", [(), ("facts",), ("facts", "import"), ("protocol",)])
def test_a_list_of_commands_says_their_sentences_whole(group: tuple[str, ...]) -> None:
    said = CliRunner().invoke(main, [*group, "--help"], terminal_width=80).output
    assert "Commands:\n" in said
    assert "..." not in said.split("Commands:\n")[1]


def test_registry_commands() -> None:
    pages = fixture_pages()
    records = json.loads(succeed("registry", "read", *pages, "--json"))
    assert len(records) == len(pages)
    trials = json.loads(succeed("registry", "link", *pages, "--json"))
    assert len(trials) == len(pages) - 1  # one invented trial stands on two pages
    assert "criteria" in succeed("registry", "show", pages[0])
    assert "told by 2 pages" in succeed("registry", "link", *pages)


def test_real_pages_link_as_the_specification_says(shared: Path) -> None:
    """studies.md: 001 and 003 are one trial; 000, 002 and 004 stay apart."""
    pages = sorted((shared / "pages").glob("*.txt"))
    trials = json.loads(succeed("registry", "link", *pages, "--json"))
    groups = sorted(
        sorted(Path(record["source"]).name[:3] for record in trial["records"]) for trial in trials
    )
    assert groups == [["000"], ["001", "003"], ["002"], ["004"]]


def test_facts_commands(tmp_path: Path) -> None:
    out = tmp_path / "small"
    text = succeed("facts", "simulate", "--persons", 20, "--seed", 3, "--out", out)
    assert "measurement" in text
    assert "every file sound" in succeed("facts", "check", out)
    assert "LOINC 2890-2" in succeed("facts", "concepts", "upcr")
    assert "prednisone" in succeed("facts", "concepts")
    assert "no findings" in succeed("facts", "lint")


def test_protocol_commands(tmp_path: Path) -> None:
    listed = succeed("protocol", "list")
    for name in packaged_protocols():
        assert name in listed
        assert protocol_named(name).title[:20] in succeed("protocol", "show", name)
    assert json.loads(succeed("protocol", "schema"))["title"] == "remit.protocol version 1"
    copy = tmp_path / "mine.toml"
    copy.write_text(_protocol_text("nct06167174"), encoding="utf-8")
    assert "sound; 24 criteria" in succeed("protocol", "check", copy)
    assert "sound; 24 criteria" in succeed("protocol", "check", "nct06167174")


def _protocol_text(name: str) -> str:
    from importlib import resources

    return (resources.files("remit.protocol") / "studies" / f"{name}.toml").read_text("utf-8")


@pytest.mark.parametrize("study", packaged_protocols())
def test_screen_in_each_format_gives_the_same_numbers(
    cohort: Facts, study: str, tmp_path: Path
) -> None:
    found = json.loads(succeed("screen", study, "--facts", cohort.folder, "--format", "json"))
    assert (found["kind"], found["version"]) == ("remit.screening", 1)
    assert "eligible" in succeed("screen", study, "--facts", cohort.folder)
    succeed("screen", study, "--facts", cohort.folder, "--out", tmp_path / "screened.txt")
    assert "eligible" in (tmp_path / "screened.txt").read_text(encoding="utf-8")
    out = tmp_path / "screened"
    succeed("screen", study, "--facts", cohort.folder, "--format", "parquet", "--out", out)
    verdicts = pq.read_table(out / "verdicts.parquet")
    assert verdicts.num_rows == PERSONS * len(protocol_named(study).criteria)
    standings = pq.read_table(out / "standings.parquet")
    for group in found["cohorts"]:
        own = standings.filter(
            pc.equal(standings["cohort"], group["cohort"])
            if group["cohort"]
            else pc.is_null(standings["cohort"])
        )
        eligible = pc.sum(pc.equal(own["standing"], "eligible")).as_py()
        assert eligible == group["counts"]["eligible"]
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert set(manifest["files"]) == {
        "criteria.parquet",
        "persons.parquet",
        "records.parquet",
        "standings.parquet",
        "summary.json",
        "verdicts.parquet",
    }


def test_evidence_is_written_for_every_person(cohort: Facts, tmp_path: Path) -> None:
    out = tmp_path / "screened"
    words = ["screen", "nct06167174", "--facts", cohort.folder, "--format", "parquet"]
    succeed(*words, "--out", out, "--evidence")
    evidence = pq.read_table(out / "evidence.parquet")
    assert len(pc.unique(evidence["person_id"])) == PERSONS
    platelets = evidence.filter(pc.equal(evidence["criterion"], "E6"))
    measured = platelets.filter(pc.equal(platelets["table"], "measurement"))
    assert measured.num_rows > PERSONS // 3
    source = cohort.rows("measurement")
    rows = source.filter(pc.is_in(source["measurement_id"], measured["row"]))
    assert rows.num_rows == len(pc.unique(measured["row"]))


def test_explain_and_report(cohort: Facts, tmp_path: Path) -> None:
    found = json.loads(succeed("explain", "nct05631717", 7, "--facts", cohort.folder, "--json"))
    assert found["person"] == 7
    assert "I1" in succeed("explain", "nct05631717", 7, "--facts", cohort.folder)
    out = tmp_path / "report.html"
    succeed("report", "nct05631717", "--facts", cohort.folder, "--out", out)
    assert "<html" in out.read_text("utf-8")


def test_the_figure_of_a_comparison_is_written_by_itself(cohort: Facts, tmp_path: Path) -> None:
    out = tmp_path / "rates.svg"
    words = ["adjudicate", "nct05631717", "--facts", cohort.folder, "--definition", "all"]
    text = succeed(*words, "--compare", "--figure", out)
    assert "persons at week_24" in text
    assert out.read_text("utf-8").startswith("<svg ")
    fail(2, *words, "--figure", tmp_path / "other.svg")


def test_a_report_shows_the_followed(cohort: Facts, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    succeed("report", "nct05631717", "--facts", cohort.folder, "--out", out)
    html = out.read_text("utf-8")
    assert "visit by visit</h2>" in html
    assert "the same persons under every definition of response</h2>" in html


def test_a_report_is_a_folder_or_one_file(cohort: Facts, tmp_path: Path) -> None:
    words = ("report", "nct06167174", "--facts", cohort.folder, "--out")
    folder = tmp_path / "report"
    assert f"written: {folder / 'index.html'}" in succeed(*words, folder)
    names = {path.name for path in folder.iterdir()}
    assert {"index.html", "nct06167174.html", "provenance.html", "manifest.json"} <= names
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["kind"] == "remit.report"
    assert manifest["files"] == {
        name: {"sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest()}
        for name in names - {"manifest.json"}
    }
    fail(9, *words, folder)
    succeed(*words, folder, "--replace")
    mailed = tmp_path / "to mail"
    assert f"written: {mailed}" in succeed(*words, mailed, "--single-file")
    assert mailed.read_text("utf-8").startswith("<!doctype html>")


def test_a_parameter_set_otherwise_changes_the_verdicts(cohort: Facts) -> None:
    words = ["screen", "nct05631717", "--facts", cohort.folder, "--format", "json"]
    plain = json.loads(succeed(*words))
    other = json.loads(succeed(*words, "--set", "upcr_threshold=3.0 g/g"))
    assert other["parameters"]["upcr_threshold"] == "3.0 g/g"
    assert plain["persons"] != other["persons"]


def test_demo_runs_and_agrees_with_the_truth(tmp_path: Path) -> None:
    text = succeed("demo", "--persons", 150, "--out", tmp_path / "demo")
    assert "known truth: 0 differ" in text
    assert (tmp_path / "demo" / "report.html").is_file()
    assert (tmp_path / "demo" / "report" / "index.html").is_file()


# ---- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"hello\nworld\n", "format"),
        (b"MedPath\n\x00\x00", "binary"),
        ("MedPath\nÄrzte\n".encode("latin-1"), "UTF-8"),
        (b"a" * 50_000_000, "5"),
        (b"{not json", "JSON"),
    ],
    ids=["empty", "unknown format", "binary", "mis-encoded", "50 MB", "bad JSON"],
)
def test_a_bad_page_is_refused_by_name(tmp_path: Path, content: bytes, words: str) -> None:
    page = tmp_path / "page.txt"
    page.write_bytes(content)
    text = fail(3, "registry", "read", page)
    assert "page.txt" in text
    assert words in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("target_enrolment", "target_enrollment"), "target_enrollment"),
        (lambda text: text.replace('id = "I2"', 'id = "I1"', 1), "I1"),
        (lambda text: text.replace("platelets < 50 10*9/L", "platelets < < 50"), "does not parse"),
        (
            lambda text: text.replace("platelets < 50 10*9/L", "platelettes < 50 10*9/L"),
            "platelets",
        ),
        (lambda text: text.replace("platelets < 50 10*9/L", "platelets < 50 mg/dL"), "measure"),
        (lambda text: text.replace("platelets < 50 10*9/L", "platelets = 50 10*9/L"), "bare ="),
        (lambda text: text.replace('kind = "remit.protocol"', "kind ="), "TOML"),
    ],
    ids=["unknown key", "duplicate id", "no parse", "unknown concept", "unit", "bare =", "no TOML"],
)
def test_a_bad_protocol_is_refused_with_file_and_line(
    tmp_path: Path, change: Callable[[str], str], words: str
) -> None:
    good = _protocol_text("nct06167174")
    bad = change(good)
    assert bad != good
    file = tmp_path / "study.toml"
    file.write_text(bad, encoding="utf-8")
    text = fail(4, "protocol", "check", file)
    assert words in text
    assert "study.toml:" in text


def test_an_unknown_study_or_parameter_is_answered_with_near_names(cohort: Facts) -> None:
    assert "nct06167174" in fail(4, "screen", "nct06167147", "--facts", cohort.folder)
    words = ["screen", "nct06904729", "--facts", cohort.folder, "--set"]
    assert "schwartz" in fail(4, *words, "schwarz=bedside_2009")
    assert "bedside_2009" in fail(4, *words, "schwartz=bedside")
    fail(2, *words, "schwartz")


def _copy(cohort: Facts, tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    shutil.copytree(cohort.folder, folder)
    return folder


def _write_signed(folder: Path, manifest: dict[str, object]) -> None:
    signed = {**manifest, "sha256": page_digest(manifest)}
    (folder / "manifest.json").write_text(json.dumps(signed), encoding="utf-8")


def _rewritten(cohort: Facts, out: Path, *, check: bool = True, **changed: pa.Table) -> Path:
    tables = {name: cohort.rows(name) for name in cohort.manifest.tables}
    write_dataset(out, {**tables, **changed}, source="test", data_cut=cohort.data_cut, check=check)
    return out


def test_a_missing_table_or_file_is_refused_by_name(cohort: Facts, tmp_path: Path) -> None:
    folder = _copy(cohort, tmp_path)
    (folder / "part-0000" / "dose_era.parquet").unlink()
    assert "dose_era.parquet" in fail(6, "screen", "nct06167174", "--facts", folder)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    del manifest["tables"]["dose_era"]
    _write_signed(folder, manifest)
    assert "dose_era" in fail(6, "screen", "nct06167174", "--facts", folder)
    assert "no such folder" in fail(6, "screen", "nct06167174", "--facts", tmp_path / "nowhere")


def test_a_damaged_file_is_refused_by_name(cohort: Facts, tmp_path: Path) -> None:
    folder = _copy(cohort, tmp_path)
    file = folder / "part-0000" / "measurement.parquet"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert "measurement.parquet" in fail(6, "screen", "nct06167174", "--facts", folder)


def test_a_wrong_column_type_is_refused(cohort: Facts, tmp_path: Path) -> None:
    from remit.facts.files import hash_files

    folder = _copy(cohort, tmp_path)
    file = folder / "part-0000" / "person.parquet"
    table = pq.read_table(file)
    place = table.schema.get_field_index("year_of_birth")
    wrong = table.set_column(place, "year_of_birth", table["year_of_birth"].cast(pa.string()))
    pq.write_table(wrong, file)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    (entry,) = manifest["tables"]["person"]
    entry["sha256"], entry["bytes"] = hash_files([file])[0], file.stat().st_size
    _write_signed(folder, manifest)
    text = fail(6, "screen", "nct06167174", "--facts", folder)
    assert "year_of_birth" in text
    assert "person.parquet" in text


def test_a_measurement_before_birth_is_refused(cohort: Facts, tmp_path: Path) -> None:
    measured = cohort.rows("measurement")
    days = measured["measurement_date"].to_pylist()
    days[7] = date(1850, 1, 1)
    place = measured.schema.get_field_index("measurement_date")
    field = measured.schema.field("measurement_date")
    early = measured.set_column(place, field, pa.array(days, field.type))
    with pytest.raises(DatasetError, match="before birth"):
        _rewritten(cohort, tmp_path / "refused", measurement=early)
    assert not (tmp_path / "refused").exists()
    folder = _rewritten(cohort, tmp_path / "unchecked", check=False, measurement=early)
    text = fail(6, "screen", "nct06167174", "--facts", folder)
    assert "measurement" in text
    assert "before birth" in text
    assert "before birth" in fail(6, "facts", "check", folder)


def test_a_unit_that_nobody_knows_is_named(cohort: Facts) -> None:
    """The planted unknown units: a warning, since such a record answers unknown; strict refuses."""
    assert "mg/TV" in succeed("facts", "check", cohort.folder)
    assert "mg/TV" in fail(6, "facts", "check", cohort.folder, "--strict-units")


def test_a_person_that_is_not_there_is_said_so(cohort: Facts) -> None:
    explain = ["explain", "nct06167174", "--facts", cohort.folder]
    assert "no such person" in fail(6, *explain, 999999)
    for nobody in (2**63, "P001"):
        assert "an id as the source has it, such as 14" in fail(6, *explain, nobody)


def test_an_output_that_exists_or_cannot_be_written_is_refused(
    cohort: Facts, tmp_path: Path
) -> None:
    there = tmp_path / "there"
    there.mkdir()
    (there / "mine.txt").write_text("keep me", encoding="utf-8")
    simulate = ["facts", "simulate", "--persons", 5, "--seed", 1, "--out"]
    assert "exists already" in fail(9, *simulate, there)
    assert (there / "mine.txt").read_text("utf-8") == "keep me"
    inside_a_file = there / "mine.txt" / "deeper"
    assert "cannot be written" in fail(9, *simulate, inside_a_file)
    screen = ["screen", "nct06167174", "--facts", cohort.folder]
    fail(9, *screen, "--format", "parquet", "--out", there)
    fail(9, *screen, "--format", "json", "--out", there / "mine.txt")
    assert "is a file" in fail(9, *screen, "--format", "json", "--out", inside_a_file)
    fail(9, "report", "nct06167174", "--facts", cohort.folder, "--out", there / "mine.txt")
    fail(9, "demo", "--persons", 5, "--out", there)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["there"]


def test_a_job_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    with subprocess.Popen(long_job(tmp_path / "cohort")) as job:
        for _ in range(600):
            if any(tmp_path.iterdir()):
                break
            time.sleep(0.1)
        assert any(tmp_path.iterdir())
        job.send_signal(signal.SIGTERM)
        assert job.wait(timeout=60) == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []


def test_wrong_usage_has_its_own_exit_code(cohort: Facts) -> None:
    fail(2, "screen", "nct06167174")
    fail(2, "screen", "nct06167174", "--facts", cohort.folder, "--format", "parquet")
    fail(2, "screen", "nct06167174", "--facts", cohort.folder, "--evidence")
    fail(2, "screen", "nct06167174", "--facts", cohort.folder, "--smallest", 2)
    words = ["screen", "nct06167174", "--facts", cohort.folder, "--format", "parquet"]
    fail(2, *words, "--out", "x", "--smallest", 5)
    fail(2, "facts", "simulate", "--persons", 0, "--seed", 1, "--out", "x")


def test_a_dataset_opens_again_as_it_was_written(cohort: Facts, tmp_path: Path) -> None:
    again = open_facts(_rewritten(cohort, tmp_path / "again"))
    for name, file in cohort.manifest.tables.items():
        assert again.manifest.tables[name].rows == file.rows
