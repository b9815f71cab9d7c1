"""Connections to a PostgreSQL server in read-only transactions that see the same state of the data.

The first exports its snapshot, and the others take it: those of this process, and those that copies
of it make, which cannot share a connection with it. Passwords come from where the driver looks for
them: PGPASSWORD, ~/.pgpass or a service file.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, cast

from remit.errors import DatasetError

if TYPE_CHECKING:
    import psycopg

CONNECTIONS = 2  # of this process; as many copies of it have one each
_INSTALL = "install the driver, in a checkout of Remit: python -m pip install '.[postgresql]'"
_SETTINGS = (
    "jit = off",  # it costs more than these statements take
    # What is gathered comes through one process: others would copy each row to it.
    "max_parallel_workers_per_gather = 0",
    # Else it sorts rows by their codes, on its disk, to gather them.
    "work_mem = '64MB'",
    "idle_in_transaction_session_timeout = 0",
    "datestyle = iso",
    "extra_float_digits = 1",
    "client_encoding = utf8",
)


class PostgresqlConnections:
    """A few connections, each of which one thread uses at a time.

    Args:
        address: a URL or words of libpq, without a password.
        statement_seconds: how long one question may take; 0 for no limit.
        connect_seconds: how long to wait for the server.

    Attributes:
        shown: what and where the server is, without a secret.
    """

    def __init__(self, address: str, *, statement_seconds: int, connect_seconds: int) -> None:
        self._address = address
        self._statement_seconds, self._connect_seconds = statement_seconds, connect_seconds
        self._snapshot: str | None = None
        self.shown = "postgresql"
        self._begin(CONNECTIONS)

    def _begin(self, most: int) -> None:
        self._process = os.getpid()
        self._idle: list[psycopg.Connection] = []
        self._open, self._most = 0, most
        self._made: list[psycopg.Connection] = []
        self._closing = weakref.finalize(self, _close_all, self._made)
        self._changed = threading.Condition()

    @contextmanager
    def one(self) -> Iterator[psycopg.Connection]:
        """A connection that nobody else uses meanwhile.

        Raises:
            DatasetError: the server cannot be reached.
        """
        if os.getpid() != self._process:
            # A copy: it lets those of the process that it was made of alone, and open.
            self._closing.detach()
            self._not_ours = self._made
            self._begin(1)
        held = self._taken()
        try:
            yield held
        finally:
            with self._changed:
                self._idle.append(held)
                self._changed.notify()

    @cached_property
    def copies_may_connect(self) -> bool:
        """Whether the server lets copies of this process have connections, all at once."""
        if self._snapshot is None:
            return False
        found: list[psycopg.Connection] = []
        try:
            for _ in range(CONNECTIONS):
                found.append(self._connected())
        except DatasetError:
            return False
        finally:
            for connection in found:
                self._made.remove(connection)
                connection.close()
        return True

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
            for setting in (*_SETTINGS, f"statement_timeout = {1000 * self._statement_seconds}"):
                found.execute(f"set local {setting}".encode())
        except psycopg.Error as error:
            # A server that was there has gone since: the run can be taken up again.
            first = self._snapshot is None
            raise self._failed(error, "cannot be reached" if first else "did not answer") from None
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

    def ask(self, connection: psycopg.Connection, statement: str) -> list[tuple[object, ...]]:
        """The rows of an answer.

        Raises:
            DatasetError: there is none.
        """
        import psycopg

        try:
            return connection.execute(cast("psycopg.abc.Query", statement.encode())).fetchall()
        except psycopg.Error as error:
            raise self._failed(error, "did not answer") from None

    def copied(self, connection: psycopg.Connection, statement: str) -> bytes:
        """The rows of an answer as a binary COPY sends them; errors as `ask`."""
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

    def close(self) -> None:
        """Let them all go."""
        self._closing()


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
