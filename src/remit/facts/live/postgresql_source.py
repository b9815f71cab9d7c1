"""A PostgreSQL database as a live source, read by COPY in one read-only, repeatable transaction.

Nothing is written, not even a temporary table: a role that may only read passes, and so does a
standby server. A second connection sees the same snapshot, so that two ranges of persons come at
once. Passwords come from where the driver looks for them: PGPASSWORD, ~/.pgpass or a service file.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

import pyarrow as pa

from remit.facts.live.answered_source import AnsweredSource
from remit.facts.live.asked_rows import asked_rows
from remit.facts.live.copied_blocks import CopiedBlocks
from remit.facts.live.copied_columns import (
    AmbiguousTextError,
    aggregate,
    rows_of,
    table_of,
)
from remit.facts.live.postgresql_connections import CONNECTIONS, PostgresqlConnections
from remit.facts.live.source import (
    READ,
    CodeGroup,
    Question,
    SourceColumn,
    SourceRows,
    SourceTable,
    Wanted,
)
from remit.facts.live.source_tables import COLUMNS, HIDDEN, found_tables, refuse_hidden
from remit.facts.live.statements import (
    chosen_columns,
    head_rows,
    quoted,
)
from remit.facts.live.table_questions import TableQuestions

if TYPE_CHECKING:
    import psycopg

ROWS_AT_ONCE = 400_000  # of one answer: the server holds it in its memory, as we do
_FINE = 5_000  # persons, by which a range is cut into answers
_UNIQUE = (
    "select n.nspname, c.relname, a.attname from pg_index i "
    "join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace "
    "join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0] "
    "where i.indisunique and i.indisvalid and i.indnkeyatts = 1 and i.indpred is null "
    "and i.indexprs is null"
)
# As far as the server has counted them, of the columns that this role may read.
_SPARSE = "select schemaname, tablename, attname from pg_stats where null_frac > 0.9"


class PostgresqlSource(TableQuestions):
    """The tables of OMOP in a schema of a database.

    Args:
        address: a URL or words of libpq, without a password.
        schemas: where to look, as `found_tables` has it.
        statement_seconds: how long one question may take; 0 for no limit.
        connect_seconds: how long to wait for the server.
    """

    def __init__(
        self,
        address: str,
        *,
        schemas: Sequence[str] = (),
        statement_seconds: int = 0,
        connect_seconds: int = 15,
    ) -> None:
        self._connections = PostgresqlConnections(
            address, statement_seconds=statement_seconds, connect_seconds=connect_seconds
        )
        self._groups: dict[str, Sequence[CodeGroup]] = {}
        with self._connections.one() as first:
            info = first.info
            where = info.host or "local"
            self._connections.shown = f"postgresql {where}:{info.port}/{info.dbname}"
            self.read_at = str(
                self._connections.ask(
                    first,
                    "select to_char(transaction_timestamp() at time "
                    "zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')",
                )[0][0]
            )
            unique, sparse = (
                {(str(a), str(b), str(c)) for a, b, c in self._connections.ask(first, words)}
                for words in (_UNIQUE, _SPARSE)
            )
            rows = self._connections.ask(first, COLUMNS)
            hidden = self._connections.ask(first, HIDDEN)
        self.tables: Mapping[str, SourceTable] = found_tables(
            rows, schemas=schemas, unique=unique, sparse=sparse, place=self._connections.shown
        )
        refuse_hidden(hidden, self.tables, place=self._connections.shown)
        self._connections.shown += f", schema {self.tables['person'].schema}"
        self.shown = self._connections.shown

    @cached_property
    def copies_may_read(self) -> bool:
        """As `Source.copies_may_read`."""
        if not self._connections.copies_may_connect:
            return False
        _ = self._fine  # asked once, and not by each copy
        return True

    def _answer(self, statement: str) -> list[tuple[object, ...]]:
        with self._connections.one() as connection:
            return self._connections.ask(connection, statement)

    def rows(self, table: str, columns: Sequence[str], wanted: Wanted) -> pa.Table:
        """As `Source.rows`."""
        found, declared = self.tables[table], READ[table]
        chosen = chosen_columns(found, columns)
        asked = asked_rows(found, declared, self._worth_narrowing(table, wanted))
        aggregates = ", ".join(["count(*)", *(aggregate(column) for _, column in chosen)])
        pieces = []
        # Asked before a connection is taken: two threads that each hold one would wait for ever.
        ranges = tuple(self._pieces(table, wanted))
        with self._connections.one() as connection:
            for piece in ranges:
                source = f"from {asked.source(piece)}"
                message = self._connections.copied(connection, f"select {aggregates} {source}")
                try:
                    pieces.append(table_of(rows_of(message), chosen))
                except AmbiguousTextError:
                    pieces.append(self._as_texts(connection, chosen, source))
        return _one_table(pieces)

    def answered(self, table: str, questions: Sequence[Question]) -> SourceRows:
        """As `Source.answered`: one look at the rows of some persons for all questions."""
        found, declared = self.tables[table], READ[table]
        whole = any(asked.concepts is None for _, asked in questions)
        if not questions or whole or declared.concept is None:
            return self
        blocks = CopiedBlocks(found, declared, questions)
        wanted = replace(questions[0][1], concepts=blocks.codes)
        asked = asked_rows(found, declared, self._worth_narrowing(table, wanted))
        most = self._expected(table, blocks.codes) / 2
        few = {
            name for name in blocks.columns if self._expected(table, blocks.codes_of(name)) < most
        }

        def of_range(piece: Wanted) -> list[pa.Table]:
            with self._connections.one() as connection:
                statement = blocks.statement(asked.source(piece), few)
                message = self._connections.copied(connection, statement)
            try:
                return blocks.tables(rows_of(message))
            except AmbiguousTextError:
                of_persons = partial(replace, after=piece.after, last=piece.last)
                return [self.rows(table, names, of_persons(one)) for names, one in questions]

        # The server works on one range while the rows of another are laid out here.
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            pieces = list(pool.map(of_range, self._pieces(table, wanted)))
        answers = [_one_table(list(tables)) for tables in zip(*pieces, strict=True)]
        return AnsweredSource(self, table, list(zip(questions, answers, strict=True)))

    def _as_texts(
        self,
        connection: psycopg.Connection,
        chosen: Sequence[tuple[str, SourceColumn]],
        source: str,
    ) -> pa.Table:
        """The same rows, every value as a text: slow, and for texts with signs of control only."""
        names = [name for name, _ in chosen]
        words = ", ".join(f"{quoted(column.written)}::text" for _, column in chosen)
        rows = self._connections.ask(connection, f"select {words} {source}")
        columns = list(zip(*rows, strict=True)) or [()] * len(names)
        return pa.Table.from_arrays([pa.array(column, pa.string()) for column in columns], names)

    def _pieces(self, table: str, wanted: Wanted) -> Iterator[Wanted]:
        """The same rows in ranges of persons, each of about so many rows as one answer holds."""
        fine = self._fine
        if READ[table].person is None or wanted.persons is not None or wanted.keys is not None:
            yield wanted
            return
        rows = self._expected(table, wanted.concepts)
        step = max(1, int(ROWS_AT_ONCE * len(fine) / max(rows, 1)))
        first = 0 if wanted.after is None else bisect_right(fine, wanted.after)
        last = len(fine) if wanted.last is None else bisect_left(fine, wanted.last)
        cuts = fine[first:last][step - 1 :: step]
        for after, until in zip((wanted.after, *cuts), (*cuts, wanted.last), strict=True):
            yield replace(wanted, after=after, last=until)

    def _worth_narrowing(self, table: str, wanted: Wanted) -> Wanted:
        """The same, of all days where few of the rows carry a code of which some days are asked.

        To look up the days of a person costs about an eighth of what a row costs on its way.
        """
        if wanted.days is None or wanted.concepts is None:
            return wanted
        bound = frozenset().union(*(one.concepts for one in wanted.days.ranges))
        few = self._expected(table, bound & frozenset(wanted.concepts))
        if 4 * few < self._expected(table, wanted.concepts):
            return replace(wanted, days=None)
        return wanted

    def _expected(self, table: str, concepts: Collection[int] | None) -> int:
        groups = self._groups.get(table)
        if groups is None:
            return self.row_count(table)
        asked = None if concepts is None else frozenset(concepts)
        return sum(group.rows for group in groups if asked is None or group.code in asked)

    @cached_property
    def _fine(self) -> Sequence[int]:
        return self.person_borders(_FINE)[:-1]

    def code_groups(self, table: str, concept: str, key: str) -> Sequence[CodeGroup]:
        """As `Source.code_groups`; asked once."""
        if table not in self._groups:
            self._groups[table] = super().code_groups(table, concept, key)
        return self._groups[table]

    def row_count(self, table: str) -> int:
        """As `Source.row_count`."""
        if table in self._groups:
            return sum(group.rows for group in self._groups[table])
        return super().row_count(table)

    def heads(self, concepts: Collection[int]) -> pa.Table:
        """As `Source.heads`."""
        rows = self._answer(head_rows(self.tables["concept_ancestor"], concepts))
        pairs = [(int(str(above)), int(str(below))) for above, below in rows]
        return pa.table(
            {
                "ancestor_concept_id": pa.array([above for above, _ in pairs], pa.int64()),
                "descendant_concept_id": pa.array([below for _, below in pairs], pa.int64()),
            }
        )

    def close(self) -> None:
        """As `Source.close`."""
        self._connections.close()


def _one_table(pieces: Sequence[pa.Table]) -> pa.Table:
    if len({piece.schema for piece in pieces}) > 1:
        texts = pa.schema([pa.field(name, pa.string()) for name in pieces[0].column_names])
        pieces = [piece.cast(texts) for piece in pieces]
    return pa.concat_tables(pieces)
