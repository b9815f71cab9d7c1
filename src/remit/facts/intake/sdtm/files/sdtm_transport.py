"""SAS transport files (XPT), of version 5 and 8, held against their layout before they are read.

Source: SAS Institute, "The Record Layout of a Data Set in SAS Transport (XPORT) Format" (TS-140)
and its form for SAS 8 and 9. The file is made of records of 80 bytes, blanks fill up the last one,
and nothing in it says how many rows there are: a file that was cut reads as a short one.
"""

from __future__ import annotations

import codecs
import mmap
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, cast

import pyarrow as pa
import pyreadstat

from remit.errors import DatasetError
from remit.facts.intake.sdtm.files.sdtm_cells import (
    counted_table,
    is_tiny,
    joined_tables,
    not_of_coding,
    number_text,
    text_table,
)
from remit.facts.intake.sdtm.files.sdtm_domains import is_read

RECORD = 80
_HEADER = re.compile(rb"HEADER RECORD\*{7}(.{8})HEADER RECORD!{7}(.{30})  ", re.DOTALL)
_COLUMN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VERSIONS = {b"LIBRARY ": 5, b"LIBV8   ": 8}
_OF_MEMBER = {5: b"MEMBER  ", 8: b"MEMBV8  "}
_OF_COLUMNS = {5: b"NAMESTR ", 8: b"NAMSTV8 "}
_OF_ROWS = {5: b"OBS     ", 8: b"OBSV8   "}
_TEXT = 2
_ROWS_AT_ONCE = 50_000
_LONGEST = 32_767  # bytes of a text in a file of version 8


Content: TypeAlias = bytes | mmap.mmap


@dataclass(frozen=True, slots=True)
class TransportLayout:
    """How the bytes of a transport file lie.

    Attributes:
        name: of the dataset. columns: their names, in order.
        start: where rows begin. width: bytes of a row. rows: how many there are.
    """

    name: str
    columns: tuple[str, ...]
    start: int
    width: int
    rows: int


def read_transport(path: Path, *, shown: str = "", encoding: str = "utf-8") -> pa.Table:
    """The dataset in a transport file, each cell a text; of one that is not read the rows alone.

    Raises:
        DatasetError: the file is none, was cut or damaged, or its text is of another coding.
    """
    place = shown or path.name
    if path.stat().st_size == 0:
        raise _damaged("the file is empty", "a SAS transport file", "no byte", place)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        layout = transport_layout(content, place=place)
    if not is_read(layout.name):
        return counted_table(layout.name, layout.rows)
    coding = _iconv(encoding, place)
    names = [name.upper() for name in layout.columns]
    # The reader has an object for each cell: so many rows at a time need little memory.
    tables = []
    for first in range(0, max(layout.rows, 1), _ROWS_AT_ONCE):
        is_last = first + _ROWS_AT_ONCE >= layout.rows
        cells = _cells(path, first, 0 if is_last else _ROWS_AT_ONCE, (encoding, coding), place)
        count = len(next(iter(cells.values()), ()))
        if count != min(layout.rows - first, _ROWS_AT_ONCE) or tuple(cells) != layout.columns:
            raise _damaged(
                "two readings of the file differ",
                f"{layout.rows:,} rows of {len(layout.columns)} columns by its layout",
                f"{first + count:,} rows of {len(cells)} columns",
                place,
            )
        zeros = sum(is_tiny(c) for column in cells.values() for c in column if type(c) is float)
        columns = [[_text(cell) for cell in column] for column in cells.values()]
        tables.append(text_table(layout.name, names, columns, zeros=zeros))
    return joined_tables(tables)


def _cells(
    path: Path, first: int, limit: int, coding: tuple[str, str], place: str
) -> Mapping[str, list[object]]:
    """The cells of some rows, column by column; of all that follow where `limit` is 0.

    Args:
        coding: as the user says it, and as the C library writes it.
    """
    try:
        found, _ = pyreadstat.read_xport(
            path,
            output_format="dict",
            encoding=coding[1],
            disable_datetime_conversion=True,
            row_offset=first,
            row_limit=limit,
        )
    except UnicodeDecodeError as error:
        raise not_of_coding(coding[0], place) from error
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError) as error:
        raise _damaged(
            "the file breaks its reader", "a whole transport file", type(error).__name__, place
        ) from None
    return cast("dict[str, list[object]]", found)


def _text(cell: object) -> str | None:
    if cell is None:
        return None
    return number_text(cell) if isinstance(cell, float) else str(cell)


def transport_layout(content: Content, *, place: str) -> TransportLayout:
    """The layout of a file, when all of its parts fit.

    Raises:
        DatasetError: it is no transport file, was cut, or its parts contradict one another.
    """
    if not content:
        raise _damaged("the file is empty", "a SAS transport file", "no byte", place)
    version = _VERSIONS.get(_kind(content, 0) or b"")
    if version is None:
        raise _damaged(
            "this is no SAS transport file",
            "a file that begins with HEADER RECORD*******LIBRARY",
            "another beginning",
            place,
            "write it with PROC COPY or the XPORT engine; a file of PROC CPORT is another format",
        )
    if len(content) % RECORD:
        raise _damaged(
            "the file was cut or damaged",
            f"a length that is a multiple of {RECORD} bytes",
            f"{len(content):,} bytes",
            place,
        )
    member = 3 * RECORD
    _require_kind(content, member, _OF_MEMBER[version], place)
    _require_kind(content, member + RECORD, b"DSCRPTR ", place, b"DSCPTV8 ")
    size = _number(content[member + 74 : member + 78], place)
    if size not in {136, 140}:
        raise _damaged("a header is damaged", "columns of 140 or 136 bytes", str(size), place)
    described = member + 2 * RECORD
    wide = 8 if version == 5 else 32
    name = _word(content[described + 8 : described + 8 + wide], place)
    columns_at = described + 2 * RECORD
    _require_kind(content, columns_at, _OF_COLUMNS[version], place)
    count = _number(content[columns_at + 53 : columns_at + 58], place)
    first = columns_at + RECORD
    end = first + -(-count * size // RECORD) * RECORD
    if count < 1 or end > len(content):
        raise _damaged(
            "the file ends within its columns", f"{count} columns", "the end of the file", place
        )
    columns, width = _columns(content[first : first + count * size], size, version, place)
    start = _rows_at(content, end, version, place)
    rows = _count_rows(content, start, width, place)
    said = _HEADER.fullmatch(content[start - RECORD : start])
    told = said[2][:15].strip() if version == 8 and said is not None else b""
    if told.isdigit() and int(told) not in {0, rows}:
        raise _damaged(
            "the file has another number of rows than it says",
            f"{int(told):,} rows",
            f"{rows:,}",
            place,
        )
    _require_one(content, start, version, place)
    return TransportLayout(name, columns, start, width, rows)


def _kind(content: Content, at: int) -> bytes | None:
    found = _HEADER.fullmatch(content[at : at + RECORD])
    return None if found is None else found[1]


def _require_kind(content: Content, at: int, kind: bytes, place: str, other: bytes = b"") -> None:
    if _kind(content, at) not in {kind, other}:
        raise _damaged(
            "a header is missing or damaged",
            f"the header {kind.decode().strip()} at byte {at:,}",
            "other bytes" if at < len(content) else "the end of the file",
            place,
        )


def _number(text: bytes, place: str) -> int:
    if not text.strip().isdigit():
        raise _damaged("a header is damaged", "a number", "other bytes", place)
    return int(text)


def _word(text: bytes, place: str) -> str:
    word = text.rstrip(b" \0").decode("ascii", errors="replace")
    if _COLUMN.fullmatch(word) is None:
        raise _damaged("a header is damaged", "a name of a dataset or column", "other bytes", place)
    return word


def _columns(part: bytes, size: int, version: int, place: str) -> tuple[tuple[str, ...], int]:
    """The names of the columns, and the bytes of a row."""
    names, position = list[str](), 0
    for at in range(0, len(part), size):
        one = part[at : at + size]
        kind, length = int.from_bytes(one[0:2], "big"), int.from_bytes(one[4:6], "big")
        place_of, name = int.from_bytes(one[84:88], "big"), one[8:16]
        if version == 8 and one[88:120].strip(b" \0"):
            name = one[88:120]
        fits = 1 <= length <= _LONGEST if kind == _TEXT else kind == 1 and 2 <= length <= 8
        if not fits or place_of != position:
            raise _damaged(
                "the columns of the file do not follow one another",
                f"column {len(names) + 1} at byte {position} of a row, a number or a text",
                f"byte {place_of}, kind {kind}, {length} bytes",
                place,
            )
        names.append(_word(name, place))
        position += length
    if len({name.upper() for name in names}) != len(names):
        raise _damaged("a column stands twice", "each column once", "a name again", place)
    return tuple(names), position


def _rows_at(content: Content, at: int, version: int, place: str) -> int:
    """Where rows begin: behind long labels, which files of version 8 may have."""
    found = _HEADER.fullmatch(content[at : at + RECORD])
    if version == 8 and found is not None and found[1].startswith(b"LABELV"):
        at += RECORD
        while at < len(content) and _kind(content, at) != _OF_ROWS[8]:
            at += RECORD
    _require_kind(content, at, _OF_ROWS[version], place)
    return at + RECORD


def _count_rows(content: Content, start: int, width: int, place: str) -> int:
    """How many rows there are; blanks fill up the last record.

    Raises:
        DatasetError: what is left behind the last row is no filling: the file was cut within a row.
    """
    rows, rest = divmod(len(content) - start, width)
    tail = content[len(content) - rest :] if rest else b""
    if rest >= RECORD or tail.strip(b" "):
        raise _damaged(
            "the file was cut within a row",
            f"whole rows of {width:,} bytes, and fewer than {RECORD} blanks behind the last",
            f"{rows:,} rows and {rest:,} bytes",
            place,
        )
    # A short row may be all filling.
    while rows and rest + width < RECORD:
        begin = start + (rows - 1) * width
        if content[begin : begin + width].strip(b" "):
            break
        rows, rest = rows - 1, rest + width
    return rows


def _require_one(content: Content, start: int, version: int, place: str) -> None:
    """Nothing, when the file holds one dataset: the others would pass for rows."""
    sign = b"HEADER RECORD*******" + _OF_MEMBER[version] + b"HEADER RECORD!!!!!!!"
    at = content.find(sign, start)
    while at >= 0:
        if at % RECORD == 0:
            raise _damaged(
                "the file holds several datasets",
                "one dataset a file",
                f"another one at byte {at:,}",
                place,
                "write each dataset into a file of its own",
            )
        at = content.find(sign, at + 1)


def _iconv(encoding: str, place: str) -> str:
    """The name of a coding as the C library writes it."""
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        raise DatasetError(
            "nobody knows this coding of text",
            expected="utf-8, windows-1252 or latin-1",
            got=encoding,
            next_step="give another name with --encoding",
            place=place,
        ) from None
    return {"cp1252": "CP1252", "iso8859-1": "LATIN1"}.get(name, name.upper())


def _damaged(
    what: str,
    expected: str,
    got: str,
    place: str,
    next_step: str = "copy the file anew from its source, and hold its size against that there",
) -> DatasetError:
    return DatasetError(what, expected=expected, got=got, next_step=next_step, place=place)
