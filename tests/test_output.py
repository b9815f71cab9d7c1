"""Outputs: whole or not at all, never over what is there."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from remit.cli import main
from remit.errors import OutputError
from remit.output import (
    clean_leftovers,
    new_file,
    new_folder,
    scratch_folder,
    write_new_file,
)
from remit.replacement import replacing


def test_a_file_is_written_once(tmp_path: Path) -> None:
    path = write_new_file(tmp_path / "new" / "r.html", "<p>é</p>")
    assert path.read_bytes() == "<p>é</p>".encode()
    with pytest.raises(OutputError, match="exists already"):
        write_new_file(path, "other")
    assert path.read_text(encoding="utf-8") == "<p>é</p>"
    assert os.listdir(path.parent) == ["r.html"]


def test_a_file_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match=r"cannot be written(.|\n)*file is a file"):
        write_new_file(tmp_path / "file" / "r.html", "x")

    with (
        pytest.raises(OutputError, match=r"cannot be written(.|\n)*file is a file"),
        new_file(tmp_path / "file" / "r.parquet"),
    ):
        pass

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        write_new_file(tmp_path / "r.html", "x")
    assert os.listdir(tmp_path) == ["file"]


def test_a_folder_below_a_file_is_refused_by_the_name_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with (
        pytest.raises(OutputError, match=r"cannot be written(.|\n)*file is a file"),
        new_folder(tmp_path / "file" / "data"),
    ):
        pass
    assert os.listdir(tmp_path) == ["file"]


# ---- what a kill leaves --------------------------------------------------------------------------

WRITES = """
import sys, time
from pathlib import Path
from remit.output import new_folder, new_file
kind = {"folder": new_folder, "file": new_file}[sys.argv[1]]
with kind(Path(sys.argv[2])) as there:
    (there / "half" if sys.argv[1] == "folder" else there).write_text("half")
    print("writing", flush=True)
    time.sleep(600)
"""
# Without a lock nothing tells what a kill left from what is being written: Windows keeps all of it.
locks = pytest.mark.skipif(
    sys.platform == "win32", reason="a folder cannot be locked there, so leftovers stay"
)


def writer(kind: str, out: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITES, kind, str(out)]
    job = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert job.stdout is not None
    assert job.stdout.readline() == "writing\n"
    time.sleep(0.2)
    return job


@locks
@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_a_kill_left_is_removed_and_named_at_the_next_run(tmp_path: Path, kind: str) -> None:
    out = tmp_path / "out"
    with writer(kind, out) as job:
        (left,) = tmp_path.iterdir()
        assert clean_leftovers(out) == (), "it is being written"
        assert left.exists()
        job.kill()
    assert left.exists()
    other = tmp_path / ".other.remit-abc"
    other.mkdir()
    time.sleep(0.2)
    assert clean_leftovers(tmp_path / "ou") == ()
    assert clean_leftovers(out) == (left,)
    assert list(tmp_path.iterdir()) == [other]


@locks
def test_the_next_command_names_what_it_removed(tmp_path: Path) -> None:
    out = tmp_path / "pages"
    with writer("folder", out) as job:
        job.kill()
    time.sleep(0.2)
    (left,) = tmp_path.iterdir()
    ran = CliRunner().invoke(main, ["registry", "examples", str(out)])
    assert ran.exit_code == 0
    assert f"removed what a killed run left: {left}" in ran.output
    assert list(tmp_path.iterdir()) == [out]


@locks
def test_a_link_is_not_followed_when_leftovers_are_removed(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "keep").write_text("x")
    (tmp_path / ".out.remit-link").symlink_to(tmp_path / "mine")
    (tmp_path / ".out.remit-file").write_text("x")
    time.sleep(0.2)
    assert clean_leftovers(tmp_path / "out") == ()
    assert (tmp_path / "mine" / "keep").exists()


def test_two_writers_of_one_output_do_not_remove_each_other(tmp_path: Path) -> None:
    with new_folder(tmp_path / "out") as first:
        (first / "a").write_text("a")
        time.sleep(0.2)
        with new_file(tmp_path / "out") as second:
            assert first.exists()
            second.write_text("b")
            os.unlink(second)
            second.write_text("b")
        assert (tmp_path / "out").read_text() == "b"
        (tmp_path / "out").unlink()
    assert (tmp_path / "out" / "a").read_text() == "a"


def test_a_scratch_folder_is_gone_afterwards() -> None:
    with scratch_folder() as folder:
        (folder / "x").write_text("x")
    assert not folder.exists()


# ---- what is replaced ----------------------------------------------------------------------------


def ours(folder: Path, text: str) -> Path:
    """A folder as Remit writes one."""
    folder.mkdir()
    (folder / "manifest.json").write_text('{"kind": "remit.facts", "files": ["rows"]}')
    (folder / "rows").write_text(text)
    return folder


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError])
def test_what_stops_an_exchange_in_between_leaves_the_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: type[BaseException]
) -> None:
    out = ours(tmp_path / "data", "old")
    rename = Path.rename

    def stopped(self: Path, target: Path) -> Path:
        if target == out and self.name != ".replaced":
            raise stop
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", stopped)
    with (
        pytest.raises((KeyboardInterrupt, OutputError)),
        replacing(),
        new_folder(out) as folder,
    ):
        (folder / "manifest.json").write_text('{"kind": "remit.facts"}')
    assert (out / "rows").read_text() == "old"
    assert os.listdir(tmp_path) == ["data"]


@pytest.mark.skipif(sys.platform == "win32", reason="no lock tells what a kill left there")
def test_what_a_kill_left_in_the_midst_of_an_exchange_is_put_back(tmp_path: Path) -> None:
    out = tmp_path / "data"
    aside = tmp_path / ".data.remit-abc"
    aside.mkdir()
    ours(aside / ".replaced", "old")
    time.sleep(0.2)
    assert clean_leftovers(out) == (aside,)
    assert (out / "rows").read_text() == "old"
    assert os.listdir(tmp_path) == ["data"]
