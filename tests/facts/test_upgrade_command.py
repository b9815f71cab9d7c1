"""`remit facts upgrade`: an earlier dataset is written anew, and says so."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from facts.rows import tables_with
from facts.version_1 import write_version_1
from remit.cli import main
from remit.facts.opened import open_facts


def test_a_dataset_of_version_1_is_written_anew(tmp_path: Path) -> None:
    old, new = write_version_1(tmp_path / "old", tables_with()), tmp_path / "new"
    ran = CliRunner().invoke(main, ["facts", "upgrade", str(old), "--out", str(new)])
    assert ran.exit_code == 0
    assert ran.output.splitlines() == ["version 1 -> 2, parts: 1", f"written: {new}"]
    assert open_facts(new).manifest.origin is not None
    again = CliRunner().invoke(main, ["facts", "upgrade", str(old), "--out", str(new)])
    assert again.exit_code == 9
