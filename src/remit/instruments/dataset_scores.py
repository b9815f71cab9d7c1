"""An instrument over the persons of a dataset: at one date, or at each of their visits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from remit.criteria.columns.numbers import HIGHEST, LOWEST, MICRO
from remit.facts.opened import Facts
from remit.facts.soundness import require_sound
from remit.facts.visit_days import visit_days
from remit.instruments.bound_instrument import BoundInstrument
from remit.instruments.cards import grade_text
from remit.instruments.scores import Scores, score_sheet
from remit.instruments.sheets import gather_sheet
from remit.instruments.visits import Visits, chosen_persons, days_before, visits_in_order


def score_dataset(
    bound: BoundInstrument,
    facts: Facts,
    *,
    at: date | None,
    persons: Sequence[int] | None = None,
    lookback: int | None = None,
) -> tuple[Visits, Scores]:
    """Score the persons of a dataset.

    Args:
        bound: with the codes of the dataset.
        at: the day on which to judge; each day on which a visit is recorded when None.
        persons: these only; all when None.
        lookback: how many days before the visit a value may lie; the instrument's own when None.

    Raises:
        DatasetError: a person is not in the dataset, or it holds rows that cannot be.
    """
    if not facts.manifest.checked:
        require_sound(facts)
    everyone = chosen_persons(facts, persons)
    window = bound.days if lookback is None else days_before(lookback)
    if at is not None:
        judged = np.full(len(everyone), np.datetime64(at))
        visits = visits_in_order(everyone, judged, days=window)
    else:
        who, days = visit_days(facts, persons=everyone.tolist())
        pairs = np.stack([who, days.astype(np.int64)])
        person, day = np.unique(pairs, axis=1)
        visits = visits_in_order(person, day.astype("datetime64[D]"), days=window)
    return visits, score_sheet(bound, gather_sheet(bound.inputs, visits, facts))


def scores_table(visits: Visits, scores: Scores, *, called: pa.Array | None = None) -> pa.Table:
    """One row a visit and output.

    Args:
        called: the persons of the visits as their table calls them, shape (visits,): they are the
            column `person` in place of `person_id`.

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
                    **({"person_id": visits.person} if called is None else {"person": called}),
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
