"""Sample sheets and files of values for tests, and the real ones beside the checkout."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from conftest import ROOT

REAL = ROOT.parent / "shared/data/omics"
HEADS = ("sample", "person", "tissue", "visit", "assay", "batch", "site", "path", "column", "scale")


def write_sheet(
    path: Path, rows: Iterable[Mapping[str, object]], heads: Sequence[str] = HEADS
) -> Path:
    """A sheet; blood of arrays in `values.csv` where a row does not say."""
    usual = {"tissue": "blood", "assay": "expression_array", "path": "values.csv"}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, heads, restval="")
        writer.writeheader()
        writer.writerows({**usual, **row} for row in rows)
    return path


def write_values(
    path: Path, features: Sequence[str], columns: Sequence[str], values: npt.NDArray[np.float64]
) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["gene", *columns])
        for name, row in zip(features, values.tolist(), strict=True):
            writer.writerow([name, *row])
    return path


def real_rows(name: str) -> list[dict[str, str]]:
    with (REAL / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
