"""Snapshots of version 1: one file a table, whose rows are brought into order when they are read.

It holds the rows of all persons as one part, and is slow where they are many; `remit facts upgrade`
writes such a dataset anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.facts.arrays import arrow_of
from remit.facts.part import TableFile, no_rows
from remit.facts.reading import (
    ADDED,
    KIND,
    PLACE,
    STUDY,
    Kind,
    chosen_rows,
    kinds_of,
    places_of,
    reading_order,
)
from remit.facts.tables import TABLES

_ORDERED_BY = ("person_id", "measurement_date", "measurement_datetime", "measurement_id")
_KIND_OF = ("operator_concept_id", "unit_concept_id", "unit_source_value", "value_source_value")


class FirstVersionPart:
    """All persons of a dataset of version 1."""

    def __init__(self, files: Mapping[str, TableFile]) -> None:
        self.files = dict(files)

    @cached_property
    def _places(self) -> npt.NDArray[np.int32]:
        return places_of(self.files["measurement"].read(_ORDERED_BY))

    @cached_property
    def _kinds(self) -> tuple[npt.NDArray[np.int16], tuple[Kind, ...]]:
        return kinds_of(self.files["measurement"].read(_KIND_OF))

    @property
    def kinds(self) -> Sequence[Kind]:
        """As `Part.kinds`."""
        return self._kinds[1]

    def rows(
        self,
        table: str,
        columns: Sequence[str],
        *,
        concepts: Collection[int] | None = None,
        persons: Collection[int] | None = None,
        study: str | None = None,
    ) -> pa.Table:
        """As `Part.rows`."""
        declared = TABLES[table]
        file = self.files.get(table)
        if file is None:
            return no_rows(declared, columns)
        order = reading_order(declared)
        chooses = [name for name in (declared.concept, declared.person) if name is not None]
        if study is not None and STUDY in declared.schema.names:
            chooses.append(STUDY)
        needed = list(dict.fromkeys((*columns, *order, *chooses)))
        added = ADDED.get(table, {})
        groups = file.groups_with(concepts)
        rows = file.read([name for name in needed if name not in added], groups=groups)
        if added:
            rows = self._with_added(rows, _positions(file, groups))
        rows = chosen_rows(rows, declared, needed, concepts=concepts, persons=persons, study=study)
        return rows.sort_by([(name, "ascending") for name in order]).select(list(columns))

    def _with_added(self, rows: pa.Table, at: npt.NDArray[np.int64]) -> pa.Table:
        place = arrow_of(self._places[at], pa.int32())
        kind = arrow_of(self._kinds[0][at], pa.int16())
        rows = rows.append_column(pa.field(PLACE, pa.int32(), nullable=False), place)
        return rows.append_column(pa.field(KIND, pa.int16(), nullable=False), kind)


def _positions(file: TableFile, groups: Sequence[int]) -> npt.NDArray[np.int64]:
    """The numbers in their file of the rows of some row groups."""
    sizes = [file.footer.row_group(n).num_rows for n in range(file.footer.num_row_groups)]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    pieces = [np.arange(starts[group], starts[group + 1]) for group in groups]
    return np.concatenate(pieces).astype(np.int64) if pieces else np.zeros(0, np.int64)
