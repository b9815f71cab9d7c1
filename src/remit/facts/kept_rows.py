"""The rows of a few persons, each table read once and kept: for what asks them again and again.

Leaf by leaf, a criterion asks a few columns of a few codes; of one person the whole is less than
what one such read decodes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from remit.facts.imprecise_dates import NAME, READ, Asked
from remit.facts.opened import Facts
from remit.facts.reading import ADDED, STUDY, Kind, Part, chosen_rows, has_open_days
from remit.facts.tables import TABLES


class KeptPart:
    """A part of which some persons are asked, and of its tables mostly some codes."""

    def __init__(
        self, part: Part, persons: Collection[int], codes: Mapping[str, Collection[int]]
    ) -> None:
        self._part = part
        self._persons = frozenset(persons)
        self._codes = {table: frozenset(found) for table, found in codes.items()}
        self._kept: dict[tuple[str, str | None], pa.Table] = {}

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
        """As `Part.rows`, of these persons alone."""
        declared = TABLES[table]
        whom = self._persons if persons is None else self._persons.intersection(persons)
        coded = declared.concept is not None
        if coded and (concepts is None or not self._codes.get(table, set()).issuperset(concepts)):
            return self._part.rows(table, columns, concepts=concepts, persons=whom, study=study)
        rows = self._table(table, study if STUDY in declared.schema.names else None)
        return chosen_rows(rows, declared, columns, concepts=concepts, persons=whom)

    def open_days(
        self, of: Asked | None = None, *, persons: Collection[int] | None = None
    ) -> pa.Table:
        """As `OpenDaysPart.open_days`."""
        whom = self._persons if persons is None else self._persons.intersection(persons)
        if not has_open_days(self._part):
            return self.rows(NAME, READ, persons=whom)
        return self._part.open_days(of, persons=whom)

    def _table(self, name: str, study: str | None) -> pa.Table:
        if (name, study) not in self._kept:
            columns = (*TABLES[name].schema.names, *ADDED.get(name, ()))
            self._kept[name, study] = self._part.rows(
                name, columns, concepts=self._codes.get(name), persons=self._persons, study=study
            )
        return self._kept[name, study]


def facts_of_persons(
    facts: Facts, persons: Collection[int], *, codes: Mapping[str, Collection[int]]
) -> Facts:
    """The dataset as if it held these persons alone.

    Args:
        codes: table -> the codes that will be asked of it; others are read when they are asked.
    """
    parts = facts.parts
    if len(parts) > 1:
        parts = tuple(
            part for part in parts if part.rows("person", ("person_id",), persons=persons).num_rows
        )
    kept = tuple(KeptPart(part, persons, codes) for part in parts or facts.parts[:1])
    return replace(facts, parts=kept, workers=None)
