"""A live part of which what some leaves read lies in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.imprecise_dates import NAME, Asked
from remit.facts.reading import Block, Kind, OpenDaysPart, chosen_rows
from remit.facts.tables import TABLES


class FetchedPart:
    """A live part of which what some leaves read lies in memory.

    Args:
        held: table -> its blocks with their rows.
        ranges: of `imprecise_date`, about these rows and those that the source states itself.
        persons: of whom they are; of all of the part when None.
    """

    def __init__(
        self,
        part: OpenDaysPart,
        held: Mapping[str, Sequence[tuple[Block, pa.Table]]],
        ranges: pa.Table,
        persons: Collection[int] | None,
    ) -> None:
        self._part, self._held, self._ranges = part, held, ranges
        self._persons = None if persons is None else frozenset(persons)

    @property
    def kinds(self) -> Sequence[Kind]:
        """As `Part.kinds`."""
        return self._part.kinds

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
        for (ids, _), rows in self._held.get(table, ()) if self._is_among(persons) else ():
            covers = ids is None or (concepts is not None and ids.issuperset(concepts))
            if covers and set(columns) <= set(rows.column_names):
                same = ids is not None and concepts is not None and len(ids) == len(concepts)
                return chosen_rows(
                    rows,
                    TABLES[table],
                    columns,
                    concepts=None if same else concepts,
                    persons=None if persons == self._persons else persons,
                    study=study,
                )
        return self._part.rows(table, columns, concepts=concepts, persons=persons, study=study)

    def open_days(
        self, of: Asked | None = None, *, persons: Collection[int] | None = None
    ) -> pa.Table:
        """As `OpenDaysPart.open_days`; about rows that are held, it reads none again."""
        if of is None or not self._is_among(persons):
            return self._part.open_days(of, persons=persons)
        others = {name: codes for name, codes in of.items() if not self._holds(name, codes)}
        held = _about(self._ranges, {*of, "person"} - {*others})
        if persons is not None:
            held = chosen_rows(
                held, TABLES[NAME], held.column_names, concepts=None, persons=persons, study=None
            )
        if not others:
            return held
        return pa.concat_tables(
            [held, _about(self._part.open_days(others, persons=persons), others)]
        )

    def _is_among(self, persons: Collection[int] | None) -> bool:
        return self._persons is None or (persons is not None and self._persons.issuperset(persons))

    def _holds(self, table: str, codes: Collection[int] | None) -> bool:
        """Whether all rows of a table with some codes are held, or tell of no day."""
        if table not in self._held:
            return False
        held = frozenset[int]()
        for (ids, _), _ in self._held[table]:
            if ids is None:
                return True
            held |= ids
        return codes is not None and held.issuperset(codes)


def _about(ranges: pa.Table, tables: Collection[str]) -> pa.Table:
    """Those about rows of some tables."""
    names = pa.array(sorted(tables), pa.string())
    return ranges.filter(pc.is_in(ranges["fact_table"], value_set=names))
