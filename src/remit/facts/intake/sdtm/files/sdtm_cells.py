"""Cells of SDTM datasets as texts, whatever file they came in.

Numbers are texts too: the shortest decimal that stands for a double is what was printed. SAS has no
zero of its own when a number comes from a mainframe: 16 to the power of -65 stands for it, which no
study measures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import pyarrow as pa

from remit.errors import DatasetError

# 16^-65 is 5.397605346934028e-79, the smallest number that a SAS transport file can hold.
_SMALLEST = 1e-70
ZEROS = b"zeros"  # metadata: how many numbers stood for zero
NAME = b"dataset"  # metadata: the name of the dataset
_TINY = re.compile(r"[+-]?[0-9](?:\.[0-9]+)?[eE]-(?:7[0-9]|[89][0-9]|[1-9][0-9]{2,})")


def number_text(number: float) -> str | None:
    """A double as it was printed; None where it is missing.

    >>> number_text(63.0), number_text(0.1), number_text(5.397605346934028e-79)
    ('63', '0.1', '0')
    """
    if number != number:  # SAS tells no value by a number that is none
        return None
    if abs(number) < _SMALLEST:
        return "0"
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return repr(number)


def is_tiny(number: float) -> bool:
    """Whether a number stands for zero and is not zero itself."""
    return 0 < abs(number) < _SMALLEST


def plain_zero(text: str) -> str:
    """A text, or 0 where it is a number that stands for it.

    >>> plain_zero("5.397605346934028e-79"), plain_zero("1e-5")
    ('0', '1e-5')
    """
    return "0" if _TINY.fullmatch(text) else text


def text_table(
    name: str, columns: Sequence[str], cells: Sequence[Iterable[str | None]], *, zeros: int
) -> pa.Table:
    """Columns of texts; an empty text is no value, and blanks at its end are padding."""
    arrays = [pa.array([_plain(cell) for cell in column], pa.string()) for column in cells]
    fields = [pa.field(column, pa.string()) for column in columns]
    metadata = {NAME: name.encode(), ZEROS: str(zeros).encode()}
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata))


def joined_tables(tables: Sequence[pa.Table]) -> pa.Table:
    """The rows of some tables of one dataset, with the zeros of all."""
    zeros = sum(int(table.schema.metadata[ZEROS]) for table in tables)
    metadata = {**tables[0].schema.metadata, ZEROS: str(zeros).encode()}
    plain = [table.replace_schema_metadata(None) for table in tables]
    return pa.concat_tables(plain).replace_schema_metadata(metadata)


def counted_table(name: str, rows: int) -> pa.Table:
    """Rows without columns: of a dataset that is not read only their number is needed."""
    metadata = {NAME: name.encode(), ZEROS: b"0"}
    schema = pa.schema([pa.field("ROW", pa.null())], metadata)
    return pa.Table.from_arrays([pa.nulls(rows)], schema=schema)


def not_of_coding(encoding: str, place: str) -> DatasetError:
    """The refusal of text that the declared coding does not read."""
    return DatasetError(
        f"the file holds text that is not {encoding}",
        expected=f"text in {encoding}",
        got="a byte that it does not know",
        next_step="say how the file was written: --encoding windows-1252 (SAS on Windows) or "
        "latin-1; write it anew as UTF-8 if nobody knows",
        place=place,
    )


def plain_key(value: str | None) -> str | None:
    """A value as both sides may write it: numbers without zeros around them.

    >>> plain_key("  45"), plain_key("45.0"), plain_key("3.5"), plain_key("E07")
    ('45', '45', '3.5', 'E07')
    """
    if value is None:
        return None
    text = value.strip()
    whole, point, rest = text.partition(".")
    if whole.isdigit() and (not point or rest.isdigit()):
        rest = rest.rstrip("0")
        return f"{int(whole)}.{rest}" if rest else str(int(whole))
    return text


def _plain(cell: str | None) -> str | None:
    return (cell.strip() or None) if cell is not None else None
