"""DuckDB over the rows of a dataset, in this process: the only module that knows of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from remit.errors import DatasetError
from remit.facts.tables import TABLES
from remit.output import scratch_folder

if TYPE_CHECKING:
    import duckdb

    from remit.facts.opened import Facts

# Only Linux opens such a name anew, with a position of its own.
_OPEN_FILES = Path("/proc/self/fd")

Row = tuple[object, ...]


class Engine:
    """Questions in SQL; each table of `TABLES` is a view of the same name.

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
        with duckdb.connect(config={"temp_directory": str(temporary)}) as connection:
            paths = (path for name in TABLES for path in table_paths(facts, name))
            connection.execute(f"set allowed_directories = [{_quoted(temporary)}]")
            connection.execute(f"set allowed_paths = [{', '.join(map(_quoted, paths))}]")
            connection.execute("set enable_external_access = false")
            filled = {name for name, listed in facts.manifest.tables.items() if listed.rows}
            engine = Engine(connection, facts.folder, frozenset(filled))
            for name, table in TABLES.items():
                columns = ", ".join(table.schema.names)
                source = _source(connection, facts, name)
                engine.rows(f"create view {name} as select {columns} from {source}")
            yield engine
        facts.check_names()


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
