"""Analysis datasets read back from their files by programs that are not ours."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

# pandas reads a zero of SAS as the smallest number that the format can hold.
SMALLEST = 1e-70


@dataclass(frozen=True)
class Source:
    """A line of `result_sources.csv`."""

    row: str
    dataset: str
    conditions: dict[str, str]
    variables: tuple[str, ...]


def read_transport(path: Path) -> pd.DataFrame:
    """The rows of a transport file, read by pandas; texts without a value are empty."""
    frame = pd.read_sas(path, format="xport", encoding="utf-8")
    for name in frame.columns:
        if frame[name].dtype.kind == "f":
            values = frame[name].to_numpy()
            frame[name] = np.where(np.abs(values) < SMALLEST, 0.0, values)
        else:
            frame[name] = frame[name].fillna("")
    return frame


def read_sources(folder: Path) -> tuple[Source, ...]:
    """Of each result row the records that it was made of."""
    with (folder / "result_sources.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    return tuple(
        Source(
            line["row"],
            line["dataset"],
            _conditions(line["selection"]),
            tuple(line["variables"].split()),
        )
        for line in lines
    )


def _conditions(selection: str) -> dict[str, str]:
    """`ADRS where PARAMCD EQ 'CR' and AVISITN EQ 24` as columns with what stands for them."""
    _, _, told = selection.partition(" where ")
    pairs = [one.split(" EQ ") for one in told.split(" and ") if one]
    return dict(pairs)


def selected(frame: pd.DataFrame, source: Source) -> pd.DataFrame:
    """The rows of a frame that a source means."""
    for name, value in source.conditions.items():
        # SAS compares a column of numbers with a number alone, which has no quotes.
        assert value.startswith("'") != (frame[name].dtype.kind == "f"), (name, value)
        frame = frame[frame[name] == (value[1:-1] if value.startswith("'") else float(value))]
    return frame
