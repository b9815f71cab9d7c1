"""Sources that hold the same tables, and the import of these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

import remit
from facts.live.hospital import hospital_tables, write_parquet
from facts.live.servers import required_programs, running_server
from remit.facts.intake.dataset.handed_over import IntakeChoices
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.omop.omop_tables import read_omop
from remit.facts.opened import Facts

CUT = date(2025, 6, 30)
MAPPED = ("condition_occurrence", "measurement")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A server of PostgreSQL: what libpq takes to reach it, but for the database."""
    with running_server(required_programs()) as address:
        yield address


@pytest.fixture(scope="session")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    """A synthetic cohort of 60 persons."""
    folder = tmp_path_factory.mktemp("live") / "cohort"
    return remit.simulate_facts(folder, persons=60, seed=3)


@pytest.fixture(scope="session")
def hospital(cohort: Facts) -> Mapping[str, pa.Table]:
    """The same persons as a hospital may keep them."""
    return hospital_tables(cohort)


@pytest.fixture(scope="session")
def parquet_folder(
    hospital: Mapping[str, pa.Table], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Those tables as Parquet files."""
    return write_parquet(tmp_path_factory.mktemp("live") / "omop", hospital)


@pytest.fixture(scope="session")
def imported(parquet_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    """Those files imported: what a live source is held against."""
    choices = IntakeChoices(source="Parquet", data_cut=CUT, mapped=MAPPED)
    out = tmp_path_factory.mktemp("live") / "imported"
    return write_intake(out, read_omop(parquet_folder), choices)[0]
