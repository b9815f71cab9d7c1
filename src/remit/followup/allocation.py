"""Who was taken into a study, and into which arm."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from remit.errors import DatasetError
from remit.facts.opened import Facts

ALLOCATION = "allocation"


def read_arms(facts: Facts, study: str) -> Mapping[int, str]:
    """Person -> arm, from the dataset's extra `allocation`; empty where it has none."""
    if ALLOCATION not in facts.extras:
        return {}
    return _arms(facts.extra(ALLOCATION), study, place=facts.folder)


def arms_of_file(path: Path, study: str) -> Mapping[int, str]:
    """Person -> arm, from a Parquet file with person_id, arm and perhaps study.

    Raises:
        DatasetError: it cannot be read or lacks a column.
    """
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise DatasetError(
            "the allocation cannot be read",
            expected="a Parquet file with person_id and arm",
            got="a file of another kind, or a damaged one" if path.is_file() else "no file",
            next_step="check the path",
            place=path,
        ) from error
    return _arms(table, study, place=path)


def _arms(table: pa.Table, study: str, *, place: Path) -> Mapping[int, str]:
    if not {"person_id", "arm"} <= set(table.column_names):
        raise DatasetError(
            "the allocation lacks a column",
            expected="person_id and arm",
            got=", ".join(table.column_names) or "no column",
            next_step="add the column",
            place=place,
        )
    rows = table.to_pylist()
    return {row["person_id"]: row["arm"] for row in rows if row.get("study", study) == study}
