"""A database of MariaDB or MySQL as a live source, by ODBC: rows come as Arrow.

ODBC is what other databases have in common; their SQL is not. So a server that is none of these two
is refused. One connection reads in one read-only transaction that sees one state of the data.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.live.source import READ, SourceTable, Wanted
from remit.facts.live.source_tables import COLUMNS, found_tables
from remit.facts.live.statements import (
    chosen_columns,
    conditions,
    head_rows,
    quoted,
    table_name,
)
from remit.facts.live.table_questions import TableQuestions

if TYPE_CHECKING:
    import arrow_odbc

_BATCH = 50_000  # rows that the driver hands over at once
_TEXT = 4_000  # signs of a text whose column has no limit; a longer one is refused by the driver
_CONNECT_SECONDS = 15
# Names stand between quotation marks, and a stroke in a text is a stroke, as in the standard.
_SETTINGS = (
    "set session sql_mode = concat(@@sql_mode, ',ANSI_QUOTES,NO_BACKSLASH_ESCAPES')",
    "set session transaction isolation level repeatable read",
    "set session transaction read only",
    "start transaction with consistent snapshot, read only",
)
_UNIQUE = (
    "select table_schema, table_name, max(column_name) from information_schema.statistics "
    "where non_unique = 0 group by table_schema, table_name, index_name having count(*) = 1"
)
_STATE = re.compile(r"State: ([0-9A-Z]{5})")
_INSTALL = "install the driver, in a checkout of Remit: python -m pip install '.[odbc]'"


class OdbcSource(TableQuestions):
    """The tables of OMOP in a database of MariaDB or MySQL.

    Args:
        words: what the driver manager takes, such as `DSN=hospital`, without a password.
        schemas: where to look, as `found_tables` has it: databases, as these servers call them; the
            one that `words` name if none.
        statement_seconds: how long one question may take; 0 for no limit.
    """

    endless = False

    def __init__(
        self, words: str, *, schemas: Sequence[str] = (), statement_seconds: int = 0
    ) -> None:
        self._seconds, self._lock = statement_seconds, threading.Lock()
        self.shown = f"odbc {_place_of(words)}"
        self._connection = self._connected(words)
        self._require_known()
        for setting in _SETTINGS:
            self._read(setting)
        ((now,),) = self._answer("select date_format(utc_timestamp(), '%Y-%m-%dT%H:%i:%sZ')")
        self.read_at = str(now)
        ((database,),) = self._answer("select database()")
        if not schemas and database is not None:
            schemas = (str(database),)
        unique = {(str(a), str(b), str(c)) for a, b, c in self._answer(_UNIQUE)}
        self.tables: Mapping[str, SourceTable] = found_tables(
            self._answer(COLUMNS), schemas=schemas, unique=unique, place=self.shown
        )

    def _connected(self, words: str) -> arrow_odbc.Connection:
        try:
            import arrow_odbc
        except (ImportError, OSError):  # the latter without a driver manager
            raise DatasetError(
                "the reader of ODBC is not installed",
                expected="arrow-odbc, and the driver manager unixODBC",
                got="none",
                next_step=_INSTALL,
            ) from None
        if "charset=" not in words.casefold():
            words = f"{words};charset=utf8mb4"
        try:
            return arrow_odbc.connect(words, login_timeout_sec=_CONNECT_SECONDS)
        except arrow_odbc.Error as error:
            state = _state_of(error)
        got, do = "no answer", "check the server, the database and the name"
        if state == "28000":
            got = "a name or password that the server refuses"
            do = "put the password where the driver looks for it: in MYSQL_PWD or ~/.odbc.ini"
        elif state.startswith("IM") or state == "01000":
            got = "a data source or a driver that ODBC does not know"
            do = "look at what it knows: odbcinst -q -s, odbcinst -q -d"
        raise DatasetError(
            "the database cannot be reached",
            expected="a server of MariaDB or MySQL, with its ODBC driver",
            got=f"{got} ({state})",
            next_step=do,
            place=self.shown,
        )

    def _require_known(self) -> None:
        """Nothing, when the server speaks the SQL in which it is asked."""
        try:
            ((version,),) = self._answer("select version()")
        except DatasetError:
            version = ""
        known = re.match(r"[0-9]+\.[0-9]+", str(version))
        if known and "postgres" not in str(version).casefold():
            return
        raise DatasetError(
            "this database is none that is read by ODBC",
            expected="MariaDB 10.5 or later, or MySQL 8",
            got="another server",
            next_step="write its tables as Parquet and give parquet:FOLDER",
            place=self.shown,
        )

    def _read(self, statement: str) -> pa.Table:
        import arrow_odbc

        try:
            with self._lock:  # a connection answers one question at a time
                reader = self._connection.read_arrow_batches(
                    statement,
                    batch_size=_BATCH,
                    max_text_size=_TEXT,
                    query_timeout_sec=self._seconds or None,
                )
                return pa.Table.from_batches(list(reader), reader.schema)
        except arrow_odbc.Error as error:
            state = _state_of(error)  # its message may quote a value
        got, do = f"an error of the database ({state})", "look at the database's log"
        if state in {"HYT00", "70100"} or (self._seconds and state == "HY000"):
            got = f"no answer within {self._seconds} s"
            do = "give it longer: --statement-timeout SECONDS; an index on person_id helps most"
        elif state == "42000":
            got, do = "a role that may not read a table", "ask for the right to select from it"
        elif state.startswith("08"):
            got, do = "the connection was lost", "run the command again"
        raise DatasetError(
            "the database did not answer",
            expected="a server that answers",
            got=got,
            next_step=do,
            place=self.shown,
        )

    def _answer(self, statement: str) -> list[tuple[object, ...]]:
        rows = self._read(statement)
        columns = [column.to_pylist() for column in rows.columns]
        return list(zip(*columns, strict=True))

    def rows(self, table: str, columns: Sequence[str], wanted: Wanted) -> pa.Table:
        """As `Source.rows`."""
        found = self.tables[table]
        chosen = chosen_columns(found, columns)
        words = ", ".join(f"{quoted(column.written)} as {quoted(name)}" for name, column in chosen)
        where = conditions(found, READ[table], wanted)
        return self._read(f"select {words} from {table_name(found)}{where}")

    def heads(self, concepts: Collection[int]) -> pa.Table:
        """As `Source.heads`."""
        found = self._read(head_rows(self.tables["concept_ancestor"], concepts))
        return found.rename_columns(["ancestor_concept_id", "descendant_concept_id"])

    def close(self) -> None:
        """As `Source.close`."""
        with self._lock:
            self._connection.rollback()


def odbc_words(url: str) -> str:
    """What ODBC takes, of a URL such as SQLAlchemy has: `//[USER@]HOST[:PORT]/DATABASE`.

    >>> odbc_words("//reader@db.example:3307/omop")
    'Driver={MariaDB Unicode};Server=db.example;Port=3307;Database=omop;User=reader'

    Raises:
        DatasetError: it has another form.
    """
    found = re.fullmatch(r"//(?:([^@/;{}]+)@)?([^:/;{}@]+)(?::([0-9]+))?/([^/?;{}]+)", url)
    if found is None:
        raise DatasetError(
            "this is no address of a database of MariaDB or MySQL",
            expected="mysql://[USER@]HOST[:PORT]/DATABASE, or odbc:DSN=NAME",
            got="another text",
            next_step="write host and database alone; other settings go into ~/.odbc.ini",
        )
    user, host, port, database = found.groups()
    named = {"Server": host, "Port": port, "Database": database, "User": user}
    said = [f"{word}={value}" for word, value in named.items() if value is not None]
    return ";".join(["Driver={MariaDB Unicode}", *said])


def _place_of(words: str) -> str:
    """The data source or the server and database, as they are named; nothing else of the words."""
    said = dict(re.findall(r"(?:^|;)\s*([A-Za-z]+)\s*=\s*([^;]*)", words))
    named = {word.casefold(): value.strip() for word, value in said.items()}
    places = [named.get("dsn") or named.get("server") or "local", named.get("database")]
    return "/".join(place for place in places if place)


def _state_of(error: Exception) -> str:
    found = _STATE.search(str(error))
    return found[1] if found else "no state"
