"""An instrument over the persons of a dataset: at one date, or at each of their visits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from remit.criteria.compiling.sources import Sources
from remit.criteria.tabular.columns import HIGHEST, LOWEST, MICRO
from remit.facts.ibis_connection import connect
from remit.facts.opened import Facts
from remit.facts.soundness import require_sound
from remit.facts.tables import TABLES
from remit.instruments.cards import grade_text
from remit.instruments.gathering import Visits, gather_sheet, visits_in_order
from remit.instruments.people import chosen_persons
from remit.instruments.scoring import BoundInstrument, Scores, score_sheet


def score_dataset(
    bound: BoundInstrument,
    dataset: Facts,
    *,
    at: date | None,
    persons: Sequence[int] | None = None,
    lookback: int = 30,
) -> tuple[Visits, Scores]:
    """Score the persons of a dataset.

    Args:
        at: the day on which to judge; each day on which a visit is recorded when None.
        persons: these only; all when None.
        lookback: how many days before the visit a value may lie.

    Raises:
        DatasetError: a person is not in the dataset, or it holds rows that cannot be.
    """
    if not dataset.manifest.checked:
        require_sound(dataset)
    backend = connect(dataset)
    tables = {name: backend.table(name) for name in TABLES}
    everyone = chosen_persons(tables["person"], persons, place=dataset.folder)
    if at is not None:
        day = np.full(len(everyone), np.datetime64(at))
        visits = visits_in_order(everyone, day, lookback=lookback)
    else:
        held = tables["visit_occurrence"].filter(
            lambda table: table.person_id.isin(everyone.tolist())
        )
        rows = held.select("person_id", "visit_start_date").distinct().to_pyarrow()
        days = rows["visit_start_date"].to_numpy().astype("datetime64[D]")
        visits = visits_in_order(rows["person_id"].to_numpy(), days, lookback=lookback)
    sources = Sources(tables, "", dataset.data_cut, dataset.manifest.complete)
    sheet = gather_sheet(bound.inputs, visits, sources)
    backend.disconnect()
    return visits, score_sheet(bound, sheet)


def scores_table(visits: Visits, scores: Scores) -> pa.Table:
    """One row a visit and output.

    Returns:
        person_id, date, output, low and high (numbers; equal where the score is complete, empty
        for no bound), grade (ladders; the possible ones joined by "or"), complete.
    """
    instrument = scores.instrument
    ladders = {ladder.id: ladder for ladder in instrument.ladders}
    tables = []
    for name in instrument.outputs:
        count = len(visits)
        if name in ladders:
            column = scores.grades[name]
            grades = [grade_text(column, ladders[name].grades, row) for row in range(count)]
            low = high = pa.nulls(count, pa.float64())
            complete, text = column.why == 0, pa.array(grades, pa.string())
        else:
            numbers = scores.numbers[name]
            each = MICRO * numbers.scale
            low = pa.array(numbers.low / each, pa.float64(), mask=numbers.low <= LOWEST)
            high = pa.array(numbers.high / each, pa.float64(), mask=numbers.high >= HIGHEST)
            complete, text = numbers.is_exact, pa.nulls(count, pa.string())
        tables.append(
            pa.table(
                {
                    "person_id": visits.person,
                    "date": pa.array(visits.day, pa.date32()),
                    "output": pa.repeat(name, count),
                    "low": low,
                    "high": high,
                    "grade": text,
                    "complete": pa.array(complete),
                }
            )
        )
    return pa.concat_tables(tables)
