"""Damaged files of a study: each is read or refused in words, and none breaks a reader.

`make bench` can run 10,000 of them (`REMIT_MUTANTS=10000`).
"""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pytest

from facts.intake.sdtm.sdtm_mutants import mutants, sources
from remit.errors import DatasetError
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.dataset.handed_over import IntakeChoices, SourceTables
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.sdtm.files.sdtm_datasets import joined_study, parser_job
from remit.facts.intake.sdtm.sdtm_tables import read_sdtm
from remit.facts.intake.sources.limited_process import MEGABYTE, Job, Limits, parse_limited
from remit.facts.vocabulary.code_book import ListedCodes

COUNT = int(os.environ.get("REMIT_MUTANTS", "400"))
LIMITS = Limits(memory=2048 * MEGABYTE, seconds=10, size=256 * MEGABYTE)
SEED = 20261128


def _parsed(folder: Path, files: dict[str, bytes]) -> dict[str, pa.Table]:
    """The whole files of the trial, by name."""
    jobs = []
    for name, content in files.items():
        path = folder / name
        path.write_bytes(content)
        jobs.append(parser_job(path, name, "utf-8"))
    found = parse_limited(jobs, LIMITS)
    assert all(isinstance(answer, pa.Table) for answer in found)
    return dict(zip(files, found, strict=True))


def test_each_damaged_file_is_read_or_refused_in_words(tmp_path: Path) -> None:
    files = sources(tmp_path)
    whole = _parsed(tmp_path, files)
    made: list[tuple[str, Job]] = []
    for number, (name, content) in enumerate(mutants(files, COUNT, SEED)):
        path = tmp_path / f"m{number}{Path(name).suffix}"
        path.write_bytes(content)
        made.append((name, parser_job(path, name, "utf-8")))
    answers = parse_limited([job for _, job in made], LIMITS)
    dictionary = packaged_dictionary()
    book, read, written = ListedCodes(dictionary), 0, 0
    others = {n: t for n, t in whole.items() if n.endswith("5.xpt")}
    for (name, job), answer in zip(made, answers, strict=True):
        if isinstance(answer, DatasetError):
            assert "exit 1" not in str(answer), f"{job.path}: {answer}"
            continue
        stem = "".join(filter(str.isalpha, Path(name).stem))
        rest = [(t, n) for n, t in others.items() if n != f"{stem}5.xpt"]
        try:
            found = read_sdtm(joined_study(tmp_path, [(answer, name), *rest]), dictionary, book)
        except DatasetError:
            continue
        read += 1
        if read % 20 == 0:
            written += _written(tmp_path / f"out{read}", found)
    assert read > COUNT / 20, "some damage leaves a file that can be read"
    assert written


def _written(out: Path, found: SourceTables) -> bool:
    """Whether a dataset was written, whole; else nothing is left."""
    try:
        facts, report = write_intake(out, found, IntakeChoices("damaged"))
    except DatasetError:
        assert not out.exists()
        return False
    facts.close()
    assert all(table.unaccounted == 0 for table in report.tables)
    return True


@pytest.mark.parametrize("size", [0, 1, 79, 80, 81, 240, 640])
def test_the_beginning_of_a_transport_file_is_no_dataset(tmp_path: Path, size: int) -> None:
    path = tmp_path / "dm.xpt"
    path.write_bytes(sources(tmp_path)["dm5.xpt"][:size])
    (found,) = parse_limited([parser_job(path, "dm.xpt", "utf-8")], LIMITS)
    assert isinstance(found, DatasetError)
