"""What a dataset says of itself: its source, its data cut, and the hash of each of its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of a dataset: its path inside the folder, its rows, hash and size."""

    file: str
    rows: int
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class TableFiles:
    """The rows of a table, and the file of each part that holds them."""

    rows: int
    files: tuple[DataFile, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a dataset says of itself.

    Attributes:
        data_cut: the last day that the data can speak of.
        complete: the tables in which a missing record means that nothing happened.
        extras: files that are no fact table, such as the known truth of a synthetic cohort.
        checked: whether the rows were found sound when the dataset was written.
    """

    source: str
    data_cut: date
    created_with: str
    seed: int | None
    complete: frozenset[str]
    tables: Mapping[str, TableFiles]
    extras: Mapping[str, DataFile]
    checked: bool = False
