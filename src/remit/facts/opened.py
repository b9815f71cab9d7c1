"""An opened dataset: parts of rows, the data cut, completeness, and the one resolution of codes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.arrays import whole_numbers
from remit.facts.codes import Codes, codes_of
from remit.facts.declared import declared_rows
from remit.facts.manifest import Manifest, TableFiles
from remit.facts.reading import Part, TablesPart
from remit.facts.tables import TABLES


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """A dataset that is open.

    Attributes:
        folder: where it lies; for tables in memory a word of where they come from.
        codes: the one resolution of codes.
        parts: each holds every row of a range of persons.
        extras: files that are no fact table, such as the known truth of a synthetic cohort.
    """

    folder: Path
    manifest: Manifest
    codes: Codes
    parts: tuple[Part, ...]
    extras: Mapping[str, pa.Table]

    @property
    def data_cut(self) -> date:
        """The last day that the data can speak of."""
        return self.manifest.data_cut

    @property
    def complete(self) -> frozenset[str]:
        """The tables in which a missing record means that nothing happened."""
        return self.manifest.complete

    def rows(
        self,
        table: str,
        columns: Sequence[str] | None = None,
        *,
        concepts: Collection[int] | None = None,
        persons: Collection[int] | None = None,
    ) -> pa.Table:
        """Rows of all parts, one after the other: for few rows, or few columns.

        Args:
            columns: those of the table when None.
            concepts, persons: as `Part.rows`.
        """
        wanted = TABLES[table].schema.names if columns is None else columns
        pieces = [
            part.rows(table, wanted, concepts=concepts, persons=persons) for part in self.parts
        ]
        return pa.concat_tables(pieces)

    def extra(self, name: str) -> pa.Table:
        """The rows of an extra.

        Raises:
            DatasetError: the dataset has no such extra.
        """
        if name not in self.extras:
            raise DatasetError(
                f"the dataset has no table {name!r}",
                expected=f"one of {', '.join(sorted(self.extras)) or 'none'}",
                got=name,
                next_step="name a table of the dataset",
                place=self.folder,
            )
        return self.extras[name]

    def __enter__(self) -> Facts:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None


def facts_in_memory(
    tables: Mapping[str, pa.Table],
    *,
    data_cut: date,
    complete: Collection[str] = (),
    source: str = "in memory",
    extras: Mapping[str, pa.Table] | None = None,
) -> Facts:
    """Tables in memory as an opened dataset; a table that is not given has no row.

    Whoever hands rows over answers for them: they are not looked through for what cannot be.

    Raises:
        DatasetError: a table that nobody knows, or rows with other columns than declared.
    """
    for name in (*tables, *complete):
        if name not in TABLES:
            raise DatasetError(
                f"nobody knows a table {name!r}",
                expected=f"one of {', '.join(TABLES)}",
                got=name,
                next_step="correct the name",
            )
    rows = {name: declared_rows(TABLES[name], table) for name, table in tables.items()}
    part = TablesPart(rows)
    manifest = Manifest(
        source=source,
        data_cut=data_cut,
        created_with="",
        seed=None,
        complete=frozenset(complete),
        tables={name: TableFiles(table.num_rows, ()) for name, table in rows.items()},
        extras={},
        checked=True,
    )
    ancestry = part.rows("concept_ancestor", TABLES["concept_ancestor"].schema.names)
    codes = codes_of(ancestry, occurring=_occurring(rows))
    return Facts(Path(source), manifest, codes, (part,), dict(extras or {}))


def _occurring(tables: Mapping[str, pa.Table]) -> Mapping[str, frozenset[int]]:
    """Table -> the codes in its concept column, of each table that has one."""
    return {
        name: frozenset(np.unique(whole_numbers(rows[column])).tolist())
        for name, rows in tables.items()
        if (column := TABLES[name].concept) is not None
    }
