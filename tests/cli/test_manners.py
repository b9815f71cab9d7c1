"""Commands say what takes long, look at the output before the work, and stop cleanly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cli.long_job import long_job
from remit.cli import main, printer
from remit.facts.opened import Facts, open_facts
from remit.protocol import packaged_protocols, protocol_named
from remit.registry import fixture_pages
from remit.screening import screen_dataset
from remit.screening.parquet_tables import evidence_batches
from remit.testing import Row, small_facts, study_text

CUT = date(2024, 12, 31)
SCREENED: Row = {"anchor": "screening", "date": "2024-06-01"}


def run(*words: str | Path, code: int = 0) -> str:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result.output


def remit(*words: str | Path) -> subprocess.Popen[str]:
    return started([sys.executable, "-m", "remit.cli", *map(str, words)])


def started(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_no_command_waits_for_a_library_that_it_does_not_need(small_cohort: Facts) -> None:
    # Arrow loads pandas and cloudpickle, where they are installed, and the stores of clouds.
    commands = [
        ("screen", "nct06167174"),
        ("explain", "nct06167174", "7"),
        ("score", "sledai-2k", "--visits"),
        ("dose", "glucocorticoid", "--at", "2024-06-01"),
        ("adjudicate", "nct05631717", "--definition", "all", "--compare"),
        ("what-if", "nct06167174"),
    ]
    text = f"""
import sys
from remit.cli.program import run
for words in {commands!r}:
    sys.argv = ["remit", *words, "--facts", {str(small_cohort.folder)!r}]
    try:
        run()
    except SystemExit as ended:
        slow = {{"pandas", "scipy", "duckdb", "polars", "cloudpickle"}} & set(sys.modules)
        slow |= {{"pyarrow._s3fs", "remit.cli.referee_command"}} & set(sys.modules)
        print("ended:", words[0], ended.code, *sorted(slow))
"""
    process = started([sys.executable, "-c", text])
    out, err = process.communicate(timeout=120)
    ended = [line for line in out.splitlines() if line.startswith("ended: ")]
    assert ended == [f"ended: {words[0]} 0" for words in commands], out + err


def test_pandas_is_there_for_who_asks_for_it(tmp_path: Path) -> None:
    text = """
import sys
from remit.cli.program import ArrowAlone
sys.meta_path.insert(0, ArrowAlone())
import pandas
from remit.result_table import ResultTable
import pyarrow as pa
print(len(ResultTable(pa.table({"a": [1, 2]})).to_pandas()))
"""
    out, err = started([sys.executable, "-c", text]).communicate(timeout=60)
    assert out == "2\n", err


@pytest.mark.parametrize("threads", [None, "2"])
def test_libraries_do_nothing_at_their_start_that_no_command_needs(
    monkeypatch: pytest.MonkeyPatch, threads: str | None
) -> None:
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    if threads is not None:  # whoever has set it keeps it
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", threads)
    text = """
import gc, os, sys
from remit.cli.program import run
sys.argv = ["remit", "docs", "language", "--topics"]
try:
    run()
except SystemExit as ended:
    from pydantic.plugin._loader import get_plugins
    print("ended:", ended.code, len(list(get_plugins())), gc.isenabled())
    print("threads:", os.environ["OPENBLAS_NUM_THREADS"])
"""
    out, err = started([sys.executable, "-c", text]).communicate(timeout=60)
    assert out.splitlines()[-2:] == ["ended: 0 0 True", f"threads: {threads or 1}"], err


# ---- what is there -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("screen", "nct06167174", "--format", "parquet"),
        ("screen", "nct06167174", "--format", "json"),
        ("report", "nct06167174"),
        ("adjudicate", "nct05631717", "--format", "parquet"),
        ("score", "sledai-2k", "--visits"),
        ("panel", "form", "nct05631717", "--at", "week_24", "--adjudicator", "Li"),
    ],
)
def test_the_output_is_looked_at_before_the_work(tmp_path: Path, words: tuple[str, ...]) -> None:
    """The dataset is no dataset: had the work begun, that would be the error."""
    out = tmp_path / "out.html"
    out.write_text("mine")
    said = run(*words, "--facts", tmp_path, "--out", out, code=9)
    assert "the output exists already" in said
    assert "--replace" in said
    assert out.read_text() == "mine"


def test_a_file_and_a_folder_are_replaced_when_told_to(
    tmp_path: Path, cohort_of: Callable[[int, int], Facts]
) -> None:
    facts = cohort_of(400, 1).folder
    page, folder = tmp_path / "page.json", tmp_path / "screened"
    page.write_text("old")
    to_json = ("screen", "nct06167174", "--facts", facts, "--format", "json")
    run(*to_json, "--out", page, "--replace")
    assert json.loads(page.read_text())["study"] == "NCT06167174"
    to_parquet = ("screen", "nct06167174", "--facts", facts, "--format", "parquet", "--out", folder)
    run(*to_parquet)
    before = (folder / "verdicts.parquet").stat().st_ino
    (folder / ".DS_Store").write_text("of a file manager")
    run(*to_parquet, "--replace")
    assert os.listdir(folder).count(".DS_Store") == 0
    assert (folder / "verdicts.parquet").stat().st_ino != before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["page.json", "screened"]


def test_a_folder_that_remit_did_not_write_is_replaced_by_nobody(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    (mine / "manifest.json").write_text('{"kind": "another.program"}')
    out = ("--format", "parquet", "--out", mine, "--replace")
    said = run("screen", "nct06167174", "--facts", tmp_path, *out, code=9)
    assert "none that Remit wrote" in said
    assert (mine / "thesis.txt").read_text() == "years of work"


def test_a_file_of_a_user_in_a_folder_of_remit_stays(tmp_path: Path) -> None:
    folder = tmp_path / "screened"
    study = tmp_path / "own.toml"
    study.write_text(study_text({"I1": "platelets >= 50 10*9/L"}))
    small_facts([SCREENED], data_cut=CUT, folder=tmp_path / "data")
    words = ("screen", study, "--facts", tmp_path / "data", "--format", "parquet", "--out", folder)
    run(*words)
    (folder / "notes").mkdir()
    (folder / "notes" / "thesis.txt").write_text("years of work")
    said = run(*words, "--replace", code=9)
    assert "a file that Remit did not write" in said
    assert "notes/thesis.txt" in said
    assert (folder / "notes" / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize(
    ("form", "out"),
    [
        ("parquet", "study/data"),  # the dataset itself
        ("parquet", "study"),  # what holds it
        ("csv", "study/data/manifest.json"),  # a file of it
        ("csv", "study/data/part-0000/person.parquet"),
        ("csv", "own.toml"),  # the study
        ("json", "dates.csv"),  # the rule of the screening dates
    ],
)
def test_what_a_command_reads_is_not_replaced(tmp_path: Path, form: str, out: str) -> None:
    (tmp_path / "own.toml").write_text(study_text({"I1": "platelets >= 50 10*9/L"}))
    (tmp_path / "dates.csv").write_text("person,date\n1,2024-06-01\n")
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "manifest.json").write_text('{"kind": "remit.demo", "files": ["data"]}')
    small_facts([SCREENED], data_cut=CUT, folder=tmp_path / "study" / "data")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    said = run(
        *("screen", tmp_path / "own.toml", "--facts", tmp_path / "study" / "data"),
        *("--screening-date", tmp_path / "dates.csv", "--format", form),
        *("--replace", "--out", tmp_path / out),
        code=9,
    )
    assert "what is read would be replaced" in said
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_dataset_is_replaced_by_a_dataset_only(tmp_path: Path) -> None:
    study = tmp_path / "own.toml"
    study.write_text(study_text({"I1": "platelets >= 50 10*9/L"}))
    for name in ("data", "other"):
        small_facts([SCREENED], data_cut=CUT, folder=tmp_path / name)
    said = run(
        *("screen", study, "--facts", tmp_path / "data", "--format", "parquet"),
        *("--out", tmp_path / "other", "--replace"),
        code=9,
    )
    assert "this folder holds something else" in said
    assert open_facts(tmp_path / "other").data_cut == CUT


def test_with_replace_the_hint_names_another_path_only(tmp_path: Path) -> None:
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "own.toml").write_text(study_text({"I1": "platelets >= 50 10*9/L"}))
    small_facts([SCREENED], data_cut=CUT, folder=tmp_path / "data")
    said = run(
        *("screen", tmp_path / "own.toml", "--facts", tmp_path / "data", "--format", "parquet"),
        *("--out", tmp_path / "dangling", "--replace"),
        code=9,
    )
    assert "a link" in said
    assert "add --replace" not in said


def test_what_fails_replaces_nothing(tmp_path: Path) -> None:
    out = tmp_path / "page.json"
    out.write_text("old")
    run("screen", "nct06167174", "--facts", tmp_path, "--format", "json", "--out", out,
        "--replace", code=6)  # fmt: skip
    assert out.read_text() == "old"


def test_the_same_cohort_and_the_same_pages_may_be_there(tmp_path: Path) -> None:
    simulate = ("facts", "simulate", "--persons", "5", "--out", tmp_path / "cohort")
    assert "written:" in run(*simulate, "--seed", "1")
    before = (tmp_path / "cohort" / "manifest.json").stat().st_mtime_ns
    assert "there already, the same" in run(*simulate, "--seed", "1")
    assert (tmp_path / "cohort" / "manifest.json").stat().st_mtime_ns == before
    for other in (("--seed", "2"), ("--seed", "1", "--no-truth")):
        assert "the output exists already" in run(*simulate, *other, code=9)
    pages = ("registry", "examples", tmp_path / "pages")
    assert run(*pages) == run(*pages)
    (next((tmp_path / "pages").iterdir())).write_text("changed by hand")
    assert "the output exists already" in run(*pages, code=9)


# ---- what takes long -----------------------------------------------------------------------------


def test_long_work_says_what_it_does_where_no_terminal_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(printer, "SILENT", 0.05)
    monkeypatch.setattr(printer, "AGAIN", 0.05)
    said = ""

    def until(word: str) -> None:
        nonlocal said
        ends = time.monotonic() + 20
        while word not in said and time.monotonic() < ends:
            time.sleep(0.01)
            said += capsys.readouterr().err

    # Who has little of the processor says it later than it is due.
    with printer.working("reading") as say:
        until("reading")
        say("writing \x1b[31m")
        until("writing")
    lines = (said + capsys.readouterr().err).splitlines()
    assert lines[0].startswith("reading (")
    assert lines[-1].startswith("writing ")
    assert "\x1b" not in "".join(lines)
    with printer.working("a moment"):
        pass
    assert capsys.readouterr().err == ""


# ---- Ctrl-C --------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal of POSIX systems")
def test_control_c_says_what_was_kept(tmp_path: Path) -> None:
    out = tmp_path / "cohort"
    running = started(long_job(out))
    for _ in range(600):
        if any(tmp_path.iterdir()):
            break
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    printed, said = running.communicate(timeout=120)
    assert running.returncode == 130, said
    assert "stopped" in said
    assert f"not written: {out}" in said
    assert "Traceback" not in said
    assert printed == ""
    assert list(tmp_path.iterdir()) == []


# ---- evidence ------------------------------------------------------------------------------------


def test_no_row_of_evidence_stands_twice(cohort_of: Callable[[int, int], Facts]) -> None:
    facts = cohort_of(400, 1)
    for study in packaged_protocols():
        screening = screen_dataset(protocol_named(study), facts)
        rows = [row for batch in evidence_batches(screening) for row in batch.to_pylist()]
        assert len(rows) == len({tuple(row.values()) for row in rows}), study
        asked = {item.criterion.id for item in screening.bound.criteria if item.node is not None}
        assert {(row["person_id"], row["criterion"]) for row in rows} == {
            (person, name) for person in screening.person_ids.tolist() for name in asked
        }


# ---- --json and --format json --------------------------------------------------------------------


def test_json_is_asked_for_in_one_way_everywhere(
    tmp_path: Path, cohort_of: Callable[[int, int], Facts]
) -> None:
    facts, page = cohort_of(400, 1).folder, fixture_pages()[0]
    calls: list[tuple[str | Path, ...]] = [
        ("screen", "nct06167174", "--facts", facts),
        ("explain", "nct06167174", "14", "--facts", facts),
        ("adjudicate", "nct05631717", "--facts", facts),
        ("score", "sledai-2k", "--facts", facts, "--person", "2", "--at", "2024-12-01"),
        ("dose", "glucocorticoid", "--facts", facts, "--person", "2", "--at", "2024-12-01"),
        ("registry", "read", page),
        ("registry", "link", page),
    ]
    for call in calls:
        short = run(*call, "--json")
        json.loads(short)
        assert run(*call, "--format", "json") == short, call
        assert run(*call, "--format", "json", "--json") == short, call
        assert run(*call, "--format", "table") == run(*call), call
        said = run(*call, "--json", "--format", "table", code=2)
        assert "--json and --format table are two forms" in said
    with_forms = {
        name
        for name, command in leaves(main).items()
        if {"--json", "--format"} & {name for option in command.params for name in option.opts}
    }
    both = {
        name
        for name, command in leaves(main).items()
        if {"--json", "--format"} <= {name for option in command.params for name in option.opts}
    }
    # What a study is written as for others is no page of ours.
    assert with_forms - {"protocol export"} == both


def leaves(group: click.Group, *before: str) -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found |= leaves(command, *before, name)
        else:
            found[" ".join((*before, name))] = command
    return found
