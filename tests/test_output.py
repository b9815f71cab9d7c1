"""Outputs: whole or not at all, never over what is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from remit.errors import OutputError
from remit.output import new_file, new_folder, write_new_file


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
