"""Every command and every Python example that the documentation shows is run here.

A console block shows commands after `$ `. The lines below a command must appear in its output in
that order; a line `…` stands for any number of lines. Blocks of one page share one folder, so that
a later command finds what an earlier one wrote. The commands of the README, and those that need a
shell, run as processes of their own; the others of Remit run in this one, which has it loaded.
"""

from __future__ import annotations

import doctest
import importlib
import linecache
import os
import pkgutil
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import remit
from clinic_files import write_own_patients
from facts.intake.redcap.redcap_project import write_project
from fhir_export_files import write_fhir_export
from hospital_files import write_hospital
from remit.cli import main
from trial_files import write_trial_and_map
from vocabulary_files import write_clinic_and_vocabulary

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
WITH_COMMANDS = [
    page for page in PAGES if re.search(r"^```(console|python)", page.read_text("utf-8"), re.M)
]
# Pages that begin with files which their reader has.
STARTS = {
    ROOT / "docs/how-to/own-patients.md": write_own_patients,
    ROOT / "docs/how-to/databases.md": write_hospital,
    ROOT / "docs/how-to/fhir.md": write_fhir_export,
    ROOT / "docs/how-to/sdtm.md": write_trial_and_map,
    ROOT / "docs/how-to/redcap.md": write_project,
    ROOT / "docs/how-to/vocabulary.md": write_clinic_and_vocabulary,
}

# What a command writes with, or beside.
_WRITES = re.compile(
    r"--(out|evidence|figure|draft-map)\b|>|\bcp\b|mkdir|examples|\b(new|export)\b"
)


def _blocks(page: Path) -> list[tuple[str, str]]:
    """The console and Python blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return re.findall(r"^```(console|python)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def _commands(block: str) -> list[tuple[str, list[str]]]:
    commands: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            commands.append((line[2:], []))
        elif commands:
            commands[-1][1].append(line)
    return commands


def _check_shown(command: str, shown: list[str], output: str) -> None:
    lines = [line.rstrip() for line in output.splitlines()]
    place, loose = 0, True
    for line in (line.rstrip() for line in shown):
        if line == "…":
            loose = True
            continue
        found = next((n for n in range(place, len(lines)) if lines[n] == line), None)
        assert found is not None, f"$ {command}\nshown but not printed: {line!r}\n\n{output}"
        assert loose or found == place, (
            f"$ {command}\nlines are left out before {line!r}\n\n{output}"
        )
        place, loose = found + 1, False


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: str(page.relative_to(ROOT)))
def test_documented_commands_print_what_is_shown(
    page: Path,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = tmp_path_factory.mktemp("kept")
    monkeypatch.chdir(tmp_path)
    if page in STARTS:
        STARTS[page](tmp_path)
    names: dict[str, object] = {}
    for kind, block in _blocks(page):
        if kind == "python":
            _run_examples(block, names, page)
            continue
        for command, shown in _commands(block):
            _run_command(command, shown, tmp_path, page=page, kept=kept)
    # A reader who begins again stands in the same folder.
    again = [
        (command, shown)
        for kind, block in _blocks(page)
        for command, shown in _commands(block)
        if kind == "console" and _WRITES.search(command)
    ]
    for command, shown in again:
        said = [line for line in shown if line.startswith("error")]
        _run_command(command, said, tmp_path, page=page, kept=kept)


TERMINAL = {"COLUMNS": "100", "NO_COLOR": "1"}
# What only a shell does, outside quotes.
_QUOTED = re.compile(r"'[^']*'|\"[^\"$`]*\"")
_OF_SHELL = re.compile(r"[|<>&;$*?`]")
# The page whose commands run as a reader's do; what the others show of Remit is the same program.
OF_PROCESSES = ROOT / "README.md"
# Cohorts that were simulated, by the words that did: what was printed, and a copy of the folder.
_MADE: dict[tuple[str, ...], tuple[str, Path]] = {}


def _run_command(command: str, shown: list[str], folder: Path, *, page: Path, kept: Path) -> None:
    words = shlex.split(command)
    of_shell = _OF_SHELL.search(_QUOTED.sub("", command)) is not None
    if of_shell or words[0] != "remit" or page == OF_PROCESSES:
        code, output = _as_process(command, folder)
    else:
        code, output = _inside(words[1:], kept)
    expects_error = any(line.startswith("error") for line in shown)
    assert (code != 0) == expects_error, f"$ {command}\n{output}"
    _check_shown(command, shown, output)


def _inside(words: list[str], kept: Path) -> tuple[int, str]:
    """What a command prints in this process.

    Several pages begin with the same cohort. Its words are those of the command, so that the same
    files come of it (`test_same_seed_gives_same_bytes_whatever_the_chunks`): it is made once.
    """
    out = Path(words[-1])
    simulates = len(words) == 8 and words[:3] == ["facts", "simulate", "--persons"]
    plain, called = simulates and not out.exists(), tuple(words)
    if plain and called in _MADE:
        output, folder = _MADE[called]
        shutil.copytree(folder, out)
        return 0, output
    ran = CliRunner(env=TERMINAL).invoke(main, words)
    if plain and ran.exit_code == 0:
        _MADE[called] = ran.output, shutil.copytree(out, kept / f"made{len(_MADE)}")
    return ran.exit_code, ran.output


def _as_process(command: str, folder: Path) -> tuple[int, str]:
    environment = {**os.environ, **TERMINAL}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    ran = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


def _run_examples(block: str, names: dict[str, object], page: Path) -> None:
    test = doctest.DocTestParser().get_doctest(block, names, page.name, str(page), 0)
    runner = doctest.DocTestRunner()
    runner.run(test, clear_globs=False)
    assert runner.summarize(verbose=False).failed == 0
    names.update(test.globs)


def _modules() -> list[str]:
    found = pkgutil.walk_packages(remit.__path__, prefix="remit.")
    return ["remit", *(module.name for module in found)]


@pytest.mark.parametrize("name", _modules())
def test_documented_examples_in_modules(name: str) -> None:
    linecache.clearcache()  # doctest looks whether each file that is held there has changed
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0
