"""Rows of several questions by one look at a table: a row of the answer for each code.

Each question alone would look at all rows of its persons again, which costs the server as much as
half of what it sends. A code stands once for all of its rows, and a column comes only for codes of
which it is asked. Of a column that is nearly empty, what is not empty comes with the keys of its
rows: to look whether a value is empty costs the server a fifth of what it costs to send one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np
import pyarrow as pa

from remit.facts.arrays import arrow_of, held, repeated_text, whole_numbers
from remit.facts.live.copied_columns import (
    aggregate,
    column_of,
    each_value,
    table_of,
    whole_of_cell,
)
from remit.facts.live.plain_answers import concept_of
from remit.facts.live.source import Question, SourceColumn, SourceTable
from remit.facts.live.statements import chosen_columns, coded, quoted
from remit.facts.tables import FactTable

Cells = Sequence[memoryview | None]


@dataclass(frozen=True)  # no slots: what is worked out once is kept
class CopiedBlocks:
    """Several questions to one table, each for columns of rows with some codes."""

    table: SourceTable
    declared: FactTable
    questions: Sequence[Question]

    @cached_property
    def codes(self) -> frozenset[int]:
        """The codes of all questions."""
        return frozenset().union(*(_codes(question) for question in self.questions))

    @property
    def _code(self) -> SourceColumn:
        return self.table.columns[self.declared.concept or ""]

    @cached_property
    def columns(self) -> dict[str, SourceColumn]:
        """What any question asks for, but the code."""
        names = dict.fromkeys(name for columns, _ in self.questions for name in columns)
        names.pop(self.declared.concept or "", None)
        return dict(chosen_columns(self.table, tuple(names)))

    def codes_of(self, column: str) -> frozenset[int]:
        """The codes in whose rows a column is asked for."""
        return frozenset().union(
            *(_codes(question) for question in self.questions if column in question[0])
        )

    @cached_property
    def sparse(self) -> tuple[str, ...]:
        """The columns of which no empty value comes; their rows are told by the key."""
        key = self.columns.get(self.declared.key)
        if key is None or not key.filled or not key.unique or key.kind not in {"small", "whole"}:
            return ()
        everywhere = self.codes == self.codes_of(self.declared.key)
        return tuple(n for n, column in self.columns.items() if column.sparse and everywhere)

    def statement(self, source: str, few: Collection[str]) -> str:
        """What is selected.

        Args:
            source: what follows `from`.
            few: columns that come of the codes alone of which they are asked; to look at the code
                costs a third of what it costs to send a value.
        """
        words = [each_value(self._code), "count(*)"]
        for name, column in self.columns.items():
            where = [coded(self._code, self.codes_of(name))] if name in few else []
            where += [f"{quoted(column.written)} is not null"] if name in self.sparse else []
            words.append(aggregate(column, where=" and ".join(where)))
            if name in self.sparse:
                key = self.columns[self.declared.key]
                words.append(aggregate(key, where=" and ".join(where)))
        return f"select {', '.join(words)} from {source} group by 1"

    def tables(self, rows: Sequence[Cells]) -> list[pa.Table]:
        """The answer to each question.

        Raises:
            AmbiguousTextError: a text holds a sign by which texts are parted.
        """
        place, beside = dict[str, int](), 2
        for name in self.columns:
            place[name] = beside
            beside += 1 + (name in self.sparse)
        said = [(self._said(row[0]), row) for row in rows]
        found = []
        for question in self.questions:
            codes = _codes(question)
            # What is no code of the tables of facts counts as 0.
            of_these = [(code, row) for code, row in said if concept_of(code) in codes]
            chosen = chosen_columns(self.table, question[0])
            full, few = (
                [(n, column) for n, column in chosen if n in place and (n in self.sparse) == empty]
                for empty in (False, True)
            )
            columns = table_of(
                [[row[1], *(row[place[name]] for name, _ in full)] for _, row in of_these], full
            )
            for name, column in few:
                cells = [(row[place[name]], row[place[name] + 1]) for _, row in of_these]
                spread = self._spread(columns[self.declared.key], column, cells)
                columns = columns.append_column(name, spread)
            if len(full) + len(few) < len(chosen):
                name = self.declared.concept or ""
                columns = columns.append_column(name, self._repeated(of_these))
            found.append(columns.select([name for name, _ in chosen]))
        return found

    def _spread(
        self,
        keys: pa.ChunkedArray,
        column: SourceColumn,
        cells: Sequence[tuple[memoryview | None, memoryview | None]],
    ) -> pa.Array:
        """A column that is empty but in the rows with some keys.

        Args:
            cells: of each code, the values that are not empty and the keys of their rows.
        """
        key = self.columns[self.declared.key]
        width = 4 if key.kind == "small" else 8
        count = sum(len(told) for _, told in cells if told is not None) // width
        values = column_of([value for value, _ in cells], column.kind, count)
        told = whole_numbers(column_of([told for _, told in cells], key.kind, count))
        # Both come in the order of the rows, in which no key stands twice.
        of_row = np.full(len(keys), -1, np.int32)
        of_row[held(whole_numbers(keys), np.sort(told))] = np.arange(count, dtype=np.int32)
        at = pa.Array.from_buffers(
            pa.int32(),
            len(keys),
            [pa.array(of_row >= 0, pa.bool_()).buffers()[1], pa.py_buffer(of_row.data)],
        )
        return values.take(at)

    def _said(self, cell: memoryview | None) -> int | Decimal | None:
        if self._code.kind == "number":
            return Decimal(bytes(cell).decode()) if cell else None
        whole = whole_of_cell(cell)
        none = cell is None or whole == -(1 << (8 * len(cell) - 1))
        return None if none and not self._code.filled else whole

    def _repeated(self, said: Sequence[tuple[int | Decimal | None, Cells]]) -> pa.ChunkedArray:
        """The code of each row, as the source keeps it."""
        kind = {"small": pa.int32(), "whole": pa.int64()}.get(self._code.kind, pa.string())
        pieces = []
        for code, row in said:
            rows = whole_of_cell(row[1])
            if code is None:
                pieces.append(pa.nulls(rows, kind))
            elif kind == pa.string():
                pieces.append(repeated_text(str(code), rows))
            else:
                pieces.append(arrow_of(np.full(rows, int(code)), kind))
        return pa.chunked_array([pa.concat_arrays(pieces)] if pieces else [], kind)


def _codes(question: Question) -> Collection[int]:
    return frozenset(question[1].concepts or ())
