"""What a form does not name, where its reader takes it as absent.

A finding is then absent; a count of events is 0, and an oxygen that nobody noted is none. Only
items that have such an answer take it: a symptom scale that was left empty was not answered.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from remit.criteria.columns.numbers import (
    MICRO,
    Categories,
    Numbers,
    bounded_numbers,
    categories_of,
)
from remit.criteria.columns.sheet import Sheet
from remit.instruments.instrument import Instrument, Item
from remit.truth import Reason


def fill_unlisted(instrument: Instrument, sheet: Sheet) -> Sheet:
    """The sheet with "none" for every grade and choice of which nothing is recorded."""
    numbers: dict[str, Numbers] = {}
    categories: dict[str, Categories] = {}
    for item in instrument.items:
        if item.unlisted is None:
            continue
        if item.type == "grade":
            numbers[item.id] = _filled_grade(item, sheet)
        else:
            categories[item.id] = _filled_choice(item, sheet)
    return sheet.with_columns(numbers=numbers, categories=categories)


def _filled_grade(item: Item, sheet: Sheet) -> Numbers:
    column = sheet.numbers_at(item.id, "visit")
    empty = column.why == Reason.NO_DATA
    micro = np.full(sheet.rows, int(item.unlisted or 0) * MICRO, np.int64)
    none = bounded_numbers(micro, micro, np.zeros(sheet.rows, np.int8))
    return replace(
        column,
        low=np.where(empty, none.low, column.low),
        high=np.where(empty, none.high, column.high),
        why=np.where(empty, none.why, column.why).astype(np.int8),
    )


def _filled_choice(item: Item, sheet: Sheet) -> Categories:
    ids = tuple(sorted(item.values.values()))
    column = sheet.categories_named(item.id, ids)
    place = column.ids.index(item.values[str(item.unlisted)])
    none = categories_of(column.ids, np.full(sheet.rows, place))
    empty = column.why == Reason.NO_DATA
    return replace(
        column,
        possible=np.where(empty, none.possible, column.possible),
        why=np.where(empty, none.why, column.why).astype(np.int8),
    )
