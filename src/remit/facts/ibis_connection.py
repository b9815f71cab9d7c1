"""An Ibis connection to an opened dataset, for the compiler of criteria to SQL."""

from __future__ import annotations

import shutil
import tempfile
import weakref

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend

from remit.facts.engine import table_paths
from remit.facts.opened import Facts
from remit.facts.tables import TABLES


def connect(facts: Facts, *, memory_limit: str | None = None) -> Backend:
    """An Ibis connection (DuckDB, in this process) with a view of each table of `tables.py`.

    A table that the dataset lacks is an empty one. The connection reads the dataset and its
    own temporary folder only; that folder is removed with the connection.

    Args:
        memory_limit: for example "1GB"; DuckDB's own default when None.
    """
    temporary = tempfile.mkdtemp(prefix="remit-")
    limits = {} if memory_limit is None else {"memory_limit": memory_limit}
    backend = ibis.duckdb.connect(temp_directory=temporary, **limits)
    weakref.finalize(backend, shutil.rmtree, temporary, ignore_errors=True)
    allowed = [str(facts.folder.resolve()), temporary]
    quoted = ", ".join("'" + path.replace("'", "''") + "'" for path in allowed)
    backend.raw_sql(f"SET allowed_directories = [{quoted}]")
    backend.raw_sql("SET enable_external_access = false")
    for name, table in TABLES.items():
        files = table_paths(facts, name)
        if files:
            paths = ", ".join("'" + str(path.resolve()).replace("'", "''") + "'" for path in files)
            columns = ", ".join(table.schema.names)
            backend.raw_sql(f"CREATE VIEW {name} AS SELECT {columns} FROM read_parquet([{paths}])")
        elif name in facts.manifest.tables:
            backend.create_table(name, facts.rows(name))
        else:
            backend.create_table(name, schema=ibis.Schema.from_pyarrow(table.schema))
    return backend


def fetch_rows(backend: Backend, table: ir.Table) -> pa.Table:
    """The rows of an expression as Arrow, straight from the engine.

    Ibis's own way loads pandas first, which takes longer than a small screening.
    """
    return backend.con.sql(backend.compile(table)).to_arrow_table()
