"""Questions about tables that every database with SQL answers in the same words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import ClassVar

import pyarrow as pa

from remit.facts.live.plain_answers import code_groups_of, first_column
from remit.facts.live.source import (
    READ,
    CodeGroup,
    Question,
    SourceRows,
    SourceTable,
    Wanted,
)
from remit.facts.live.statements import borders, code_groups, latest, row_codes, table_name


class TableQuestions(ABC):
    """What sources share that are asked by statements.

    Attributes:
        shown, tables: as `Source` has them.
        endless: whether a day of theirs may be the infinite one.
    """

    shown: str
    tables: Mapping[str, SourceTable]
    endless: ClassVar[bool] = True

    @property
    def copies_may_read(self) -> bool:
        """As `Source.copies_may_read`."""
        return False

    @abstractmethod
    def rows(self, table: str, columns: Sequence[str], wanted: Wanted) -> pa.Table:
        """As `SourceRows.rows`."""

    def answered(self, table: str, questions: Sequence[Question]) -> SourceRows:
        """As `Source.answered`."""
        return self

    @abstractmethod
    def _answer(self, statement: str) -> Sequence[Sequence[object]]:
        """The rows that a statement gives."""

    def code_groups(self, table: str, concept: str, key: str) -> Sequence[CodeGroup]:
        """As `Source.code_groups`."""
        return code_groups_of(self._answer(code_groups(self.tables[table], concept, key)))

    def row_codes(self, table: str) -> Sequence[Sequence[object]]:
        """As `Source.row_codes`."""
        return self._answer(row_codes(self.tables[table], READ[table]))

    def row_count(self, table: str) -> int:
        """As `Source.row_count`."""
        (row,) = self._answer(f"select count(*) from {table_name(self.tables[table])}")
        return int(str(row[0]))

    def last_days(self, table: str, column: str) -> pa.Array:
        """As `Source.last_days`."""
        statement = latest(self.tables[table], column, endless=self.endless)
        return first_column(self._answer(statement))

    def person_borders(self, persons: int) -> Sequence[int]:
        """As `Source.person_borders`."""
        rows = self._answer(borders(self.tables["person"], "person_id", persons))
        return sorted({_whole(row[0]) for row in rows})


def _whole(value: object) -> int:
    return int(value) if isinstance(value, (int, float, Decimal)) else int(str(value))
