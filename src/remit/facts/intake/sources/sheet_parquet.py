"""A Parquet file as a sheet: its columns as cells, each of the type that the file gives it."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from itertools import repeat

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from remit.errors import DatasetError, Place
from remit.facts.intake.sources.sheet_grid import Cell, Grid

MAGIC = b"PAR1"
MOST_CELLS = 10_000_000
MOST_UNPACKED = 512 * 2**20
_WORLD = frozenset({"UTC", "ETC/UTC", "GMT", "ETC/GMT", "Z", "+00:00", "ZULU"})
_PLAIN = (
    pa.types.is_boolean,
    pa.types.is_date,
    pa.types.is_decimal,
    pa.types.is_floating,
    pa.types.is_integer,
    pa.types.is_large_string,
    pa.types.is_null,
    pa.types.is_string,
    pa.types.is_timestamp,
)


def parquet_grid(content: bytes, *, file: str) -> Grid:
    """The cells of a file; its names of columns are row 1.

    Raises:
        DatasetError: the file is damaged or too large, or a column holds more than plain values.
    """
    try:
        source = pq.ParquetFile(BytesIO(content))
        _check_size(source.metadata, file)
        _check_types(source.schema_arrow, file)
        table = source.read(use_threads=False)
        _require_days_of_the_place(table, file)
        columns = [[_cell(value) for value in column.to_pylist()] for column in table.columns]
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise _refused(
            file,
            "the Parquet file cannot be read",
            expected="a whole file",
            got=f"a damaged one ({type(error).__name__})",
            next_step="write it anew",
        ) from None
    names = tuple(str(name) for name in table.column_names)
    rows = zip(*columns, strict=True) if columns else repeat((), table.num_rows)
    kept = {n: row for n, row in enumerate(rows, start=2) if any(cell != "" for cell in row)}
    return Grid(file, None, {1: names, **kept} if names else {})


def _check_size(metadata: pq.FileMetaData, file: str) -> None:
    groups = (metadata.row_group(number) for number in range(metadata.num_row_groups))
    unpacked = sum(group.total_byte_size for group in groups)
    cells = metadata.num_rows * max(metadata.num_columns, 1)
    if cells > MOST_CELLS or unpacked > MOST_UNPACKED:
        raise _refused(
            file,
            "the Parquet file is too large",
            expected=f"at most {MOST_CELLS:,} cells and {MOST_UNPACKED // 2**20} MiB unpacked",
            got=f"{cells:,} cells, {unpacked / 2**20:,.0f} MiB",
            next_step="split it, or bring the data as OMOP tables (`remit facts import omop`)",
        )


def _check_types(schema: pa.Schema, file: str) -> None:
    for field in schema:
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if not any(is_plain(kind) for is_plain in _PLAIN):
            raise _refused(
                file,
                f"the column {field.name} holds more than plain values",
                expected="texts, numbers, days and times",
                got=str(field.type)[:60],
                next_step="leave the column out, or spread it over several",
            )


def world_times(column: pa.ChunkedArray) -> bool:
    """Whether a column tells times of the world's clock, so that the days at the place are open.

    Programs write a midnight at the place so: 1980-01-01 in Berlin is 1979-12-31 23:00 of UTC.
    """
    kind = column.type
    if not pa.types.is_timestamp(kind) or (kind.tz or "").upper() not in _WORLD:
        return False
    day_us = 86_400_000_000
    numbers = column.cast(pa.timestamp("us", kind.tz), safe=False).cast(pa.int64()).drop_null()
    whole = pc.multiply(pc.divide(numbers, day_us), day_us)
    return pc.all(pc.equal(numbers, whole)).as_py() is False


def _require_days_of_the_place(table: pa.Table, file: str) -> None:
    for name, column in zip(table.column_names, table.columns, strict=True):
        if world_times(column):
            raise _refused(
                file,
                f"the column {name} has times of UTC, which may be another day at the place",
                expected="days, or times as the clock at the place showed them",
                got=f"{column.type}, and not all at midnight",
                next_step="write the column without a zone, or in the zone of the place",
            )


def _cell(value: object) -> Cell:
    """A value as a cell of a workbook would be: numbers with the fifteen digits that they carry."""
    if value is None or value != value:  # not a number is not itself
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(format(Decimal(format(value, ".15g")), "f"))
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value.replace(tzinfo=None)
    return value if isinstance(value, date) else str(value).strip()


def _refused(file: str, what: str, *, expected: str, got: str, next_step: str) -> DatasetError:
    return DatasetError(what, expected=expected, got=got, next_step=next_step, place=Place(file))
