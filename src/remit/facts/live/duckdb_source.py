"""A DuckDB file, or a folder of Parquet files, as a live source: read in this process."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.intake.omop.omop_places import find_tables
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
    import duckdb

_UNIQUE = (
    "select schema_name, table_name, constraint_column_names[1] from duckdb_constraints() "
    "where constraint_type in ('PRIMARY KEY', 'UNIQUE') and len(constraint_column_names) = 1"
)


class DuckdbSource(TableQuestions):
    """The tables of OMOP in a DuckDB file or in Parquet files.

    Args:
        path: the file, or the folder of Parquet files.
        schemas: where to look, as `found_tables` has it.
    """

    def __init__(self, path: Path, *, schemas: Sequence[str] = ()) -> None:
        self._here = threading.local()
        folder = path.is_dir()
        self.shown = f"{'parquet' if folder else 'duckdb'} {path.name}"
        self._connection = _over_parquet(path) if folder else _of_file(path)
        (now,) = self._answer("select epoch(now())")[0]
        at = datetime.fromtimestamp(float(str(now)), UTC)
        self.read_at = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        unique = {(str(a), str(b), str(c)) for a, b, c in self._answer(_UNIQUE)}
        self.tables: Mapping[str, SourceTable] = found_tables(
            self._answer(COLUMNS), schemas=schemas, unique=unique, place=str(path)
        )
        self._path = path

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of this thread."""
        if not hasattr(self._here, "cursor"):
            self._here.cursor = self._connection.cursor()
        found: duckdb.DuckDBPyConnection = self._here.cursor
        return found

    def _failed(self, kind: str) -> DatasetError:
        return DatasetError(
            "the database cannot be read",
            expected="tables of the OMOP CDM in a sound file",
            got=f"rows at which DuckDB stops ({kind})",
            next_step="look at the file with DuckDB itself, and write it anew",
            place=self.shown,
        )

    def _answer(self, statement: str) -> list[tuple[object, ...]]:
        import duckdb

        try:
            return self._cursor().execute(statement).fetchall()
        except duckdb.Error as error:
            kind = type(error).__name__  # its message may quote a value
        raise self._failed(kind)

    def rows(self, table: str, columns: Sequence[str], wanted: Wanted) -> pa.Table:
        """As `Source.rows`."""
        import duckdb

        found = self.tables[table]
        words = ", ".join(
            f"{quoted(column.written)} as {quoted(name)}"
            for name, column in chosen_columns(found, columns)
        )
        where = conditions(found, READ[table], wanted)
        try:
            return (
                self._cursor()
                .execute(f"select {words} from {table_name(found)}{where}")
                .to_arrow_table()
            )
        except duckdb.Error as error:
            kind = type(error).__name__
        raise self._failed(kind)

    def heads(self, concepts: Collection[int]) -> pa.Table:
        """As `Source.heads`."""
        import duckdb

        statement = head_rows(self.tables["concept_ancestor"], concepts)
        try:
            found = self._cursor().execute(statement).to_arrow_table()
        except duckdb.Error as error:
            raise self._failed(type(error).__name__) from None
        return found.rename_columns(["ancestor_concept_id", "descendant_concept_id"])

    def close(self) -> None:
        """As `Source.close`."""
        self._connection.close()


def _of_file(path: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB file, to read only."""
    import duckdb

    try:
        return duckdb.connect(str(path), read_only=True, config={"threads": 2})
    except duckdb.Error as error:
        busy = "lock" in str(error).casefold()
    raise DatasetError(
        "another program has the database open to write"
        if busy
        else "this is no database of DuckDB",
        expected="a file that nobody writes to" if busy else "a file that DuckDB wrote",
        got="a lock" if busy else "another file, or one of a later version of DuckDB",
        next_step="close that program, or read a copy" if busy else "check the file",
        place=path,
    )


def _over_parquet(folder: Path) -> duckdb.DuckDBPyConnection:
    """Views of the Parquet files of a folder, by the names of OMOP."""
    import duckdb

    connection = duckdb.connect(config={"threads": 2})
    for name, source in find_tables(folder).items():
        other = [place for place in source.files if not place.is_parquet]
        if name not in READ:
            continue
        if other:
            raise DatasetError(
                f"the table {name} is no Parquet file",
                expected="each table as Parquet: measurement.parquet, or a folder measurement",
                got=other[0].name,
                next_step="import it: remit facts import omop",
                place=folder,
            )
        files = ", ".join(
            "'" + str(place.path.resolve()).replace("'", "''") + "'" for place in source.files
        )
        try:
            connection.execute(
                f"create view {name} as select * from read_parquet([{files}], union_by_name = true)"
            )
        except duckdb.Error:
            raise DatasetError(
                f"the files of {name} cannot be read",
                expected="Parquet files with the same columns",
                got="a damaged file, or one of another format",
                next_step="write it anew",
                place=folder,
            ) from None
    return connection
