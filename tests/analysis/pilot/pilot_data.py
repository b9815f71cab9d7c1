"""The analysis datasets of the CDISC pilot as answers: texts are numbers, the zero of SAS."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from remit.analysis.rows.question import MethodQuestion
from remit.analysis.rows.row_heads import RowHead
from remit.analysis.rows.visit_answers import OBSERVED, VisitAnswers

PILOT = "data/trials/cdisc_pilot"
PLACEBO, LOW, HIGH = "Placebo", "Xanomeline Low Dose", "Xanomeline High Dose"
ARMS = (PLACEBO, LOW, HIGH)
ZERO = 1e-70  # below it a number is the zero of a SAS transport file that was read as a float
Row = Mapping[str, object]
Rows = Sequence[Row]


@cache
def adam(
    shared: Path, name: str, columns: tuple[str, ...] | None = None
) -> tuple[dict[str, object], ...]:
    """The rows of an analysis dataset, with texts as they are.

    Args:
        columns: these only; all when None.
    """
    path = shared / PILOT / "adam" / f"{name}.parquet"
    read = None if columns is None else list(columns)
    return tuple(pq.read_table(path, columns=read).to_pylist())


def number(value: object) -> float | None:
    """A number of a dataset; None where the text is empty.

    >>> number("5.397605346934028e-79"), number("54.0"), number("")
    (0.0, 54.0, None)
    """
    if value is None or value == "":
        return None
    found = float(str(value))
    return 0.0 if abs(found) < ZERO else found


def answers(
    rows: Rows,
    value: str | Callable[[Row], object],
    *,
    analysis: str,
    visit: str = "",
    arm: str = "TRT01P",
    levels: Sequence[str] = (),
    baseline: Sequence[str] = (),
    strata: str = "",
    unit: str = "",
) -> VisitAnswers:
    """One answer a row: a number, or one of some words."""
    read = value if callable(value) else lambda row: row[value]
    ordered = sorted(rows, key=lambda row: str(row["USUBJID"]))
    found = [read(row) for row in ordered]
    if levels:
        places: Mapping[object, int] = {level: at for at, level in enumerate(levels)}
        numbers = [None if one is None else float(places[one]) for one in found]
    else:
        numbers = [number(one) for one in found]
    return VisitAnswers(
        analysis,
        visit,
        np.arange(len(ordered), dtype=np.int64),
        tuple(str(row["USUBJID"]) for row in ordered),
        np.array([str(row[arm]) for row in ordered]),
        np.array([0.0 if one is None else one for one in numbers]),
        np.array([one is not None for one in numbers]),
        np.array([OBSERVED if one is not None else "missing" for one in numbers]),
        baseline={
            name: np.array([_or_nan(number(row[name])) for row in ordered]) for name in baseline
        },
        strata=np.array([str(row[strata]) for row in ordered]) if strata else None,
        unit=unit,
        levels=tuple(levels),
    )


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value


def asked(found: VisitAnswers, *, arms: Sequence[str] = ARMS) -> MethodQuestion:
    return MethodQuestion(found, tuple(arms), None, 0.95)


def head(analysis: str, *, population: str, title: str = "") -> RowHead:
    return RowHead(
        study="CDISCPILOT01", analysis=analysis, title=title or analysis, population=population
    )


def persons(rows: Rows, *, arm: str = "TRT01P") -> list[int]:
    """How many persons each arm has, in the order of `ARMS`."""
    return [len({row["USUBJID"] for row in rows if row[arm] == one}) for one in ARMS]
