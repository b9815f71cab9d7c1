"""A PostgreSQL database as a live source, read by COPY in one read-only, repeatable transaction.

Nothing is written, not even a temporary table: a role that may only read passes, and so does a
standby server. A second connection sees the same snapshot, so that two ranges of persons come at
once. Passwords come from where the driver looks for them: PGPASSWORD, ~/.pgpass or a service file.
"""

from __future__ import annotations

import threading
import weakref
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, cast

import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.live.answered_source import AnsweredSource
from remit.facts.live.asked_rows import asked_rows
from remit.facts.live.copied_blocks import CopiedBlocks
from remit.facts.live.copied_columns import (
    AmbiguousTextError,
    aggregate,
    rows_of,
    table_of,
)
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

CONNECTIONS = 2
ROWS_AT_ONCE = 400_000  # of one answer: the server holds it in its memory, as we do
_FINE = 5_000  # persons, by which a range is cut into answers
_UNIQUE = (
    "select n.nspname, c.relname, a.attname from pg_index i "
    "join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace "
    "join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0] "
    "where i.indisunique and i.indisvalid and i.indnkeyatts = 1 and i.indpred is null "
    "and i.indexprs is null"
)
_INSTALL = "install the driver, in a checkout of Remit: python -m pip install '.[postgresql]'"


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
        self._address = address
        self._statement_seconds, self._connect_seconds = statement_seconds, connect_seconds
        self._idle: list[psycopg.Connection] = []
        self._open, self._most = 0, CONNECTIONS
        self._made: list[psycopg.Connection] = []
        self._closing = weakref.finalize(self, _close_all, self._made)
        self._changed = threading.Condition()
        self._groups: dict[str, Sequence[CodeGroup]] = {}
        self._snapshot: str | None = None
        self.shown = "postgresql"
        with self._connection() as first:
            info = first.info
            where = info.host or "local"
            self.shown = f"postgresql {where}:{info.port}/{info.dbname}"
            self.read_at = str(
                self._ask(
                    first,
                    "select to_char(transaction_timestamp() at time "
                    "zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')",
                )[0][0]
            )
            unique = {(str(a), str(b), str(c)) for a, b, c in self._ask(first, _UNIQUE)}
            rows = self._ask(first, COLUMNS)
            hidden = self._ask(first, HIDDEN)
        self.tables: Mapping[str, SourceTable] = found_tables(
            rows, schemas=schemas, unique=unique, place=self.shown
        )
        refuse_hidden(hidden, self.tables, place=self.shown)
        self.shown += f", schema {self.tables['person'].schema}"

    # ---- connections ----------------------------------------------------------------------------

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection]:
        """A connection that nobody else uses meanwhile."""
        held = self._taken()
        try:
            yield held
        finally:
            with self._changed:
                self._idle.append(held)
                self._changed.notify()

    def _taken(self) -> psycopg.Connection:
        with self._changed:
            while not self._idle and self._open >= self._most:
                self._changed.wait()
            if self._idle:
                return self._idle.pop()
            self._open += 1
        try:
            return self._connected()
        except DatasetError:
            with self._changed:
                self._open -= 1
                alone = self._open == 0
                self._most = max(self._open, 1)
            if alone:
                raise
            return self._taken()  # the server gives no second one: the first will be free

    def _connected(self) -> psycopg.Connection:
        """A connection in a transaction that sees what the first one sees."""
        try:
            import psycopg
        except ImportError as error:
            raise DatasetError(
                "the driver of PostgreSQL is not installed",
                expected="psycopg 3",
                got="none",
                next_step=_INSTALL,
            ) from error
        try:
            found = psycopg.connect(
                self._address,
                connect_timeout=self._connect_seconds,
                application_name="remit",
                keepalives_idle=30,
                keepalives_interval=10,
                keepalives_count=3,
            )
            self._made.append(found)
            found.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            found.read_only = True
            if self._snapshot is None and self._most > 1:
                self._snapshot = _exported(found)
                self._most = 1 if self._snapshot is None else CONNECTIONS
            elif self._snapshot is not None:
                # The server's own word, of digits and hyphens.
                found.execute(f"set transaction snapshot '{self._snapshot}'")
            for setting in (
                "jit = off",  # it costs more than these statements take
                # What is gathered comes through one process: others would copy each row to it.
                "max_parallel_workers_per_gather = 0",
                # Else it sorts rows by their codes, on its disk, to gather them.
                "work_mem = '64MB'",
                "idle_in_transaction_session_timeout = 0",
                "datestyle = iso",
                "extra_float_digits = 1",
                "client_encoding = utf8",
                f"statement_timeout = {1000 * self._statement_seconds}",
            ):
                found.execute(f"set local {setting}")
        except psycopg.Error as error:
            raise self._failed(error, "cannot be reached") from None
        return found

    def _failed(self, error: psycopg.Error, what: str) -> DatasetError:
        """A refusal in the server's words where these hold no row: only its code says what."""
        import psycopg

        state = error.sqlstate or ""
        got = f"an error of the database ({type(error).__name__} {state})".rstrip()
        do = "look at the database's log, and run the command again"
        if isinstance(error, psycopg.errors.QueryCanceled):
            got = f"no answer within {self._statement_seconds} s"
            do = "give it longer: --statement-timeout SECONDS; an index on person_id helps most"
        elif isinstance(error, psycopg.errors.InsufficientPrivilege):
            got = "a role that may not read a table"
            do = "ask for: grant usage on schema … and grant select on all its tables to this role"
        elif what != "cannot be reached" and (not state or state.startswith(("08", "57P"))):
            got = "the connection was lost"
            do = "run the command again once the database answers; with --format parquet, what was "
            do += "found of whole parts is kept, and the run goes on from there"
        elif isinstance(error, psycopg.OperationalError) and not state:
            # Of a connection: it tells hosts, names and ports, and no row.
            lines = [line.strip() for line in str(error).splitlines() if line.strip()]
            got = next((line for line in lines if "FATAL" in line), lines[0] if lines else got)
            do = "check host, port, name and role; a password goes into PGPASSWORD or ~/.pgpass"
        return DatasetError(
            f"the database {what}",
            expected="a PostgreSQL server that answers",
            got=got,
            next_step=do,
            place=self.shown,
        )

    def _ask(self, connection: psycopg.Connection, statement: str) -> list[tuple[object, ...]]:
        import psycopg

        try:
            return connection.execute(cast("psycopg.abc.Query", statement.encode())).fetchall()
        except psycopg.Error as error:
            raise self._failed(error, "did not answer") from None

    def _answer(self, statement: str) -> list[tuple[object, ...]]:
        with self._connection() as connection:
            return self._ask(connection, statement)

    # ---- questions ------------------------------------------------------------------------------

    def rows(self, table: str, columns: Sequence[str], wanted: Wanted) -> pa.Table:
        """As `Source.rows`."""
        found, declared = self.tables[table], READ[table]
        chosen = chosen_columns(found, columns)
        asked = asked_rows(found, declared, self._worth_narrowing(table, wanted))
        aggregates = ", ".join(["count(*)", *(aggregate(column) for _, column in chosen)])
        pieces = []
        # Asked before a connection is taken: two threads that each hold one would wait for ever.
        ranges = tuple(self._pieces(table, wanted))
        with self._connection() as connection:
            for piece in ranges:
                source = f"from {asked.source(piece)}"
                message = self._copied(connection, f"select {aggregates} {source}")
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
            with self._connection() as connection:
                message = self._copied(connection, blocks.statement(asked.source(piece), few))
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

    def _copied(self, connection: psycopg.Connection, statement: str) -> bytes:
        import psycopg

        whole = f"copy ({statement}) to stdout (format binary)".encode()
        try:
            with (
                connection.cursor() as cursor,
                cursor.copy(cast("psycopg.abc.Query", whole)) as copy,
            ):
                return b"".join(copy)
        except psycopg.Error as error:
            raise self._failed(error, "did not answer") from None

    def _as_texts(
        self,
        connection: psycopg.Connection,
        chosen: Sequence[tuple[str, SourceColumn]],
        source: str,
    ) -> pa.Table:
        """The same rows, every value as a text: slow, and for texts with signs of control only."""
        names = [name for name, _ in chosen]
        words = ", ".join(f"{quoted(column.written)}::text" for _, column in chosen)
        rows = self._ask(connection, f"select {words} {source}")
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
        self._closing()


def _one_table(pieces: Sequence[pa.Table]) -> pa.Table:
    if len({piece.schema for piece in pieces}) > 1:
        texts = pa.schema([pa.field(name, pa.string()) for name in pieces[0].column_names])
        pieces = [piece.cast(texts) for piece in pieces]
    return pa.concat_tables(pieces)


def _close_all(connections: list[psycopg.Connection]) -> None:
    for connection in connections:
        connection.close()


def _exported(connection: psycopg.Connection) -> str | None:
    """The name of the transaction's snapshot; None, in a new transaction, where none is given."""
    import psycopg

    try:
        row = connection.execute("select pg_export_snapshot()").fetchone()
    except psycopg.errors.DatabaseError:
        connection.rollback()
        return None
    return None if row is None else str(row[0])
