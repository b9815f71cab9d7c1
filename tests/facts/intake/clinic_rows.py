"""Small sheets and a map of them, for tests of the format `tidy`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pyarrow as pa

from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.dataset.handed_over import SourceTables
from remit.facts.intake.tidy.tidy_map_file import read_tidy_map
from remit.facts.intake.tidy.tidy_tables import read_tidy

CUT = date(2024, 6, 30)
PERSONS = "patient;birth;sex\nP1;15.06.1990;f\nP2;1988;m\n"
PERSONS_MAP = """
[[table]]
file = "persons.csv"
holds = "persons"
columns = { patient = "patient", birth = { column = "birth", format = "%d.%m.%Y" }, sex = "sex" }
sexes = { f = "female", m = "male" }
"""
YEARS_MAP = PERSONS_MAP.replace("%d.%m.%Y", "%Y")
PERSONS_OF_YEARS = "patient;birth;sex\nP1;1990;f\nP2;1988;m\n"


def written(folder: Path, files: Mapping[str, str], tables: str) -> tuple[tuple[Path, ...], Path]:
    """The files and the map in a folder."""
    paths = []
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
        paths.append(folder / name)
    place = folder / "map.toml"
    place.write_text(f'kind = "remit.tidy_map"\nversion = 1\n{tables}', encoding="utf-8")
    return tuple(paths), place


def read_rows(
    folder: Path, files: Mapping[str, str], tables: str, *, data_cut: date | None = CUT
) -> SourceTables:
    """What the reader makes of files and a map, persons P1 and P2 among them."""
    if "persons.csv" not in files:
        files, tables = {"persons.csv": PERSONS_OF_YEARS, **files}, YEARS_MAP + tables
    paths, place = written(folder, files, tables)
    dictionary = packaged_dictionary()
    return read_tidy(
        paths, read_tidy_map(place, dictionary), dictionary, place=place, data_cut=data_cut
    )


def column(table: pa.Table, name: str) -> list[object]:
    return list(table[name].to_pylist())
