"""Refusing to call a live table complete of which rows have no day that can be.

Such a row happened, on a day that nobody can read. An import keeps it, on any day from birth to the
data cut; a live source, of which rows are fetched by their days, does not. So beside it a missing
record would count as absent, and the declaration is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from itertools import pairwise

import numpy as np

from remit.errors import DatasetError
from remit.facts.imprecise_dates import COLUMNS
from remit.facts.intake.rows.impossible_rows import births_of_possible
from remit.facts.intake.rows.undated_rows import without_day
from remit.facts.live.source import READ, Source, Wanted
from remit.facts.live.typed_rows import LiveRules, typed_rows
from remit.facts.tables import TABLES

_EPOCH = date(1970, 1, 1).toordinal()


def require_dated(
    source: Source, complete: Collection[str], rules: LiveRules, borders: Sequence[int]
) -> None:
    """Nothing, when each row of the tables that are declared complete has a day that can be.

    Args:
        borders: the last person of each range.

    Raises:
        DatasetError: one has none.
    """
    asked = [
        name
        for one in complete
        if one in COLUMNS
        for name in (one, *rules.made.raw.get(one, ()))
        if name in source.tables and READ[name].start is not None
    ]
    if not asked:
        return
    people, cut = TABLES["person"], rules.data_cut.toordinal() - _EPOCH
    for after, last in pairwise((None, *borders[:-1], None)):
        wanted = Wanted(after=after, last=last)
        persons = typed_rows(source, people, people.schema.names, wanted, rules)
        births = births_of_possible(persons, cut)
        if not len(births[0]):
            continue
        for name in asked:
            table = READ[name]
            columns = dict.fromkeys(c for c in ("person_id", table.start, table.end) if c)
            rows = typed_rows(source, table, tuple(columns), wanted, rules)
            if rows.num_rows and (wrong := without_day(table, rows, births, cut)).any():
                raise DatasetError(
                    f"{name} cannot be declared complete: rows of it have no day that can be",
                    expected="a day on the calendar, from birth on, for each row",
                    got=f"{np.count_nonzero(wrong):,} rows without one among the persons of a part",
                    next_step="leave --complete out, or import the tables, which keeps such rows "
                    "on any day: remit facts import omop",
                    place=source.shown,
                )
