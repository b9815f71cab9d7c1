"""Grades of adverse events that CTCAE does not have: the event stays, its grade is not known."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.adverse_events import NAME
from remit.facts.arrays import EMPTY, whole_numbers
from remit.facts.event_words import GRADES
from remit.facts.tables import FactTable

_ODD = "{rows} grades are none of 1 to 5: not known"


def with_known_grades(
    table: FactTable, rows: pa.Table, mended: Counter[tuple[str, str]]
) -> pa.Table:
    """The rows of a table, of adverse events without such grades; `mended` counts them."""
    if table.name != NAME or "grade" not in rows.column_names:
        return rows
    grade = whole_numbers(rows["grade"])
    odd = (grade != EMPTY) & ((grade < GRADES.start) | (grade >= GRADES.stop))
    if not odd.any():
        return rows
    mended[NAME, _ODD] += int(np.count_nonzero(odd))
    place = rows.schema.get_field_index("grade")
    known = pc.if_else(pa.array(odd), None, rows["grade"])
    return rows.set_column(place, rows.schema.field(place), known)
