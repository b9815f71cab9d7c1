"""Parsers in a child: what comes back, and that whatever breaks one names its file alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from remit.errors import DatasetError
from remit.facts.intake.sources.limited_process import MEGABYTE, Job, Limits, parse_limited

FAULTY = "facts.intake.sources.faulty_parsers"
SMALL = Limits(memory=768 * MEGABYTE, seconds=60, size=16 * MEGABYTE)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "list.txt"
    path.write_text("one\ntwo\n", encoding="utf-8")
    return path


def test_rows_come_back_in_the_order_of_the_files(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("three\n", encoding="utf-8")
    jobs = [Job(f"{FAULTY}:lines", file, {"mark": "-"}), Job(f"{FAULTY}:lines", other)]
    first, second = parse_limited(jobs)
    assert isinstance(first, pa.Table)
    assert isinstance(second, pa.Table)
    assert first["line"].to_pylist() == ["-one", "-two"]
    assert second["line"].to_pylist() == ["three"]


@pytest.mark.parametrize(
    ("parser", "said"),
    [
        ("refused", "it is no list"),
        ("crashed", "breaks its reader"),
        ("raised", "breaks its reader"),
        ("endless", "takes too long"),
        ("hungry", "more memory"),
        ("verbose", "too large"),
        ("nowhere", "breaks its reader"),
    ],
)
def test_what_breaks_a_parser_names_its_file_and_no_other(
    file: Path, parser: str, said: str
) -> None:
    jobs = [
        Job(f"{FAULTY}:lines", file),
        Job(f"{FAULTY}:{parser}", file, shown="bad.xpt"),
        Job(f"{FAULTY}:lines", file),
    ]
    limits = replace(SMALL, seconds=5) if parser == "endless" else SMALL
    before, broken, after = parse_limited(jobs, limits)
    assert isinstance(broken, DatasetError)
    assert said in str(broken)
    assert "bad.xpt" in str(broken) or parser == "refused"
    assert isinstance(before, pa.Table)
    assert isinstance(after, pa.Table)


def test_a_file_larger_than_the_limit_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    path.write_bytes(b"x" * (17 * MEGABYTE))
    (found,) = parse_limited([Job(f"{FAULTY}:lines", path)], SMALL)
    assert isinstance(found, DatasetError)
    assert "too large" in str(found)


def test_no_job_starts_no_process() -> None:
    assert parse_limited([]) == ()
