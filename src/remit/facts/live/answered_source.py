"""A source that some questions were put to already: each is answered once, and let go."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

import pyarrow as pa

from remit.facts.live.source import Question, SourceRows, SourceTable, Wanted


class AnsweredSource:
    """A source, and the answers to some questions to one of its tables.

    Attributes:
        answers: those that nobody asked for yet.
    """

    def __init__(
        self, source: SourceRows, table: str, answers: Sequence[tuple[Question, pa.Table]]
    ) -> None:
        self._source, self._table = source, table
        self.answers = list(answers)
        self._lock = threading.Lock()

    @property
    def shown(self) -> str:
        """As `SourceRows.shown`."""
        return self._source.shown

    @property
    def tables(self) -> Mapping[str, SourceTable]:
        """As `SourceRows.tables`."""
        return self._source.tables

    def rows(self, table: str, columns: Sequence[str], wanted: Wanted) -> pa.Table:
        """As `SourceRows.rows`."""
        with self._lock:
            for place, (question, rows) in enumerate(self.answers):
                if table == self._table and question == (tuple(columns), wanted):
                    del self.answers[place]
                    return rows
        return self._source.rows(table, columns, wanted)
