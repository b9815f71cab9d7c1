"""DuckDB over the rows of a dataset, in this process: the only module that knows of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from remit.errors import DatasetError
from remit.facts.tables import AMOUNT, NUMBER, TABLES
from remit.output import scratch_folder

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from remit.facts.opened import Facts

# Only Linux opens such a name anew, with a position of its own.
_OPEN_FILES = Path("/proc/self/fd")

# Below so many rows a second thread costs more processor time than the clock gains by it.
_FEW = 1_000_000
# The rows of a table that is held in memory: its files are then opened once, not at each question.
_SMALL = 2_000

# What a column of an empty table is; a table without rows is read from no file.
_TYPES: Mapping[str, str] = {
    "id": "bigint",
    "concept": "integer",
    "int": "integer",
    "date": "date",
    "datetime": "timestamp_ms",
    "number": f"decimal({NUMBER.precision}, {NUMBER.scale})",
    "amount": f"decimal({AMOUNT.precision}, {AMOUNT.scale})",
    "text": "varchar",
    "bool": "boolean",
}

Row = tuple[object, ...]


class Engine:
    """Questions in SQL; each table of `TABLES` has the same name there.

    Attributes:
        filled: the tables that have rows; of the others there is nothing to ask.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, folder: Path, filled: frozenset[str]
    ) -> None:
        self._connection = connection
        self._folder = folder
        self.filled = filled

    def rows(self, question: str, *values: object) -> Sequence[Row]:
        """The rows of the answer; each `?` stands for a value.

        Raises:
            DatasetError: the rows cannot be read, such as a text that is none.
        """
        import duckdb

        try:
            return self._connection.execute(question, list(values)).fetchall()
        except duckdb.Error as error:
            # Its message tells the value that it could not read; so no traceback may lead to it.
            kind = type(error).__name__
        raise DatasetError(
            "rows of the dataset cannot be read",
            expected="texts in UTF-8, and dates and numbers as the tables declare them",
            got=f"rows at which DuckDB stops ({kind})",
            next_step="write the dataset anew from its source",
            place=self._folder,
        )


@contextmanager
def engine_over(facts: Facts) -> Iterator[Engine]:
    """DuckDB over the tables of a dataset; it reads those and its own temporary folder only.

    DuckDB reads files by their names. Where the system names those that are open, it reads these;
    elsewhere the names are held against the open files, before and after.

    Raises:
        DatasetError: a file was moved, replaced or changed while it was read, or is damaged.
    """
    import duckdb  # takes longer than a small screening, and only a check or an import needs it

    facts.check_names()
    with scratch_folder() as temporary:
        counts = {name: table.rows for name, table in facts.manifest.tables.items()}
        config: dict[str, str | bool | int | float | list[str]] = {"temp_directory": str(temporary)}
        if sum(counts.values()) < _FEW:
            config["threads"] = 1
        with duckdb.connect(config=config) as connection:
            paths = (path for name in TABLES for path in table_paths(facts, name))
            connection.execute(f"set allowed_directories = [{_quoted(temporary)}]")
            connection.execute(f"set allowed_paths = [{', '.join(map(_quoted, paths))}]")
            connection.execute("set enable_external_access = false")
            filled = {name for name, rows in counts.items() if rows}
            engine = Engine(connection, facts.folder, frozenset(filled))
            for name, table in TABLES.items():
                if name in filled:
                    kind = "table" if counts[name] < _SMALL else "view"
                    columns = ", ".join(table.schema.names)
                    source = _source(connection, facts, name)
                    engine.rows(f"create {kind} {name} as select {columns} from {source}")
                else:
                    types = ", ".join(f"{c.name} {_TYPES[c.type]}" for c in table.columns)
                    engine.rows(f"create table {name} ({types})")
            yield engine
        facts.check_names()


def is_database(path: Path) -> bool:
    """Whether a file is a DuckDB database, by its first bytes."""
    with path.open("rb") as file:
        return file.read(12)[8:] == b"DUCK"


@contextmanager
def _database(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB file, opened to be read only; it reads no other file.

    Raises:
        DatasetError: it cannot be opened or read, such as one that another program writes to.
    """
    import duckdb

    failure = ""
    try:
        with duckdb.connect(
            str(path),
            read_only=True,
            config={"enable_external_access": "false", "autoload_known_extensions": "false"},
        ) as connection:
            yield connection
            return
    except duckdb.Error as error:
        # Its message may tell a value; so no traceback may lead to it.
        failure = type(error).__name__
    raise DatasetError(
        "the database cannot be read",
        expected="a DuckDB file that is whole and that no other program writes to",
        got=f"a file at which DuckDB stops ({failure})",
        next_step="close the other program, or copy the database",
        place=path,
    )


def database_tables(path: Path) -> tuple[tuple[str, str], ...]:
    """Schema and name of each table and view of a DuckDB file.

    Raises:
        DatasetError: it cannot be read.
    """
    with _database(path) as connection:
        rows = connection.execute(
            "select table_schema, table_name from information_schema.tables order by 1, 2"
        ).fetchall()
    return tuple((str(schema), str(name)) for schema, name in rows)


@contextmanager
def database_rows(
    path: Path, relation: tuple[str, str], *, rows: int
) -> Iterator[tuple[list[str], Callable[[list[str]], Iterator[pa.RecordBatch]]]]:
    """The columns of a table of a DuckDB file, and what reads some of them batch by batch.

    Raises:
        DatasetError: it cannot be read.
    """
    with _database(path) as connection:
        # A schema may be named as the file is: then two words would mean either.
        (catalog,) = connection.execute("select current_database()").fetchall()[0]
        table = ".".join(map(_named, (catalog, *relation)))
        head = [str(row[0]) for row in connection.execute(f"describe {table}").fetchall()]

        def read(columns: list[str]) -> Iterator[pa.RecordBatch]:
            asked = ", ".join(map(_named, columns))
            ran = connection.execute(f"select {asked} from {table}")
            # The newer name; DuckDB 1.4 has the older one alone.
            named = "to_arrow_reader" if hasattr(ran, "to_arrow_reader") else "fetch_record_batch"
            yield from getattr(ran, named)(rows)

        yield head, read


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _source(connection: duckdb.DuckDBPyConnection, facts: Facts, name: str) -> str:
    """What the rows of a table are read from: its files, or rows in memory."""
    files = table_paths(facts, name)
    if files:
        return f"read_parquet([{', '.join(map(_quoted, files))}])"
    connection.register(f"rows_of_{name}", facts.rows(name))
    return f"rows_of_{name}"


def table_paths(facts: Facts, name: str) -> tuple[str, ...]:
    """What DuckDB may call the files of a table; nothing where it reads their rows from memory."""
    listed = facts.manifest.tables.get(name)
    if listed is None or not listed.files:
        return ()
    held = {file.path: file for file in facts.files}
    files = [held[facts.folder / entry.file] for entry in listed.files]
    if _OPEN_FILES.is_dir():
        return tuple(str(_OPEN_FILES / str(file.descriptor)) for file in files)
    names = tuple(str(file.path.resolve()) for file in files)
    # A name with the signs of a pattern would stand for other files.
    return () if any(sign in name for name in names for sign in "*?[") else names


def _quoted(text: object) -> str:
    return "'" + str(text).replace("'", "''") + "'"
