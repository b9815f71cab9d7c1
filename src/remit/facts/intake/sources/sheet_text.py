"""Text files of a spreadsheet: their encoding, their delimiter and their rows.

Both are told from the bytes alone and never from the country of a computer. Where two readings are
possible the file is refused, or the map says which one holds.
"""

from __future__ import annotations

import codecs
import csv
import re
from io import StringIO

from remit.errors import DatasetError, Place
from remit.facts.intake.sources.sheet_grid import Cell, Grid, without_empty

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


# Excel takes this line as an order and shows no row for it.
_ORDER = re.compile(r'"?sep=([,;\t|])"?(\r\n|\r|\n)', re.IGNORECASE)


def text_grid(content: bytes, *, file: str, delimiter: str | None = None) -> Grid:
    """The cells of a text file.

    Args:
        file: its name, for notes and errors.
        delimiter: what stands between cells; told from the rows if not given.

    Raises:
        DatasetError: the file is of no known encoding or damaged, or its delimiter cannot be told.
    """
    text, notes = _decoded(content, file)
    order = _ORDER.match(text)
    if order is not None:
        text, delimiter = text[order.end() :], delimiter or order[1]
    found = _delimiter(text, file) if delimiter is None else delimiter
    rows = dict(without_empty(enumerate(_rows(text, found, file), start=1)))
    return Grid(file, None, rows, notes)


def _decoded(content: bytes, file: str) -> tuple[str, tuple[str, ...]]:
    encoding, body = "utf-8", content
    for mark, name in _MARKS:
        if content.startswith(mark):
            encoding, body = name, content[len(mark) :]
            break
    else:
        encoding = _without_mark(content)
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8" or body is not content:
            raise _no_text(file, body, error.start, encoding.upper()) from None
        return _western(body, file)
    if "\0" in text:
        at = text.index("\0")
        raise _no_text(file, text[:at].encode(), at, "a text without the character NUL")
    return text, () if encoding == "utf-8" else (f"read as {encoding[:6].upper()}",)


def _without_mark(content: bytes) -> str:
    """UTF-16 that lacks its mark: every other byte of plain Latin letters is zero."""
    head = content[:400]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if len(head) >= 4 and len(content) % 2 == 0 and max(even, odd) * 3 > len(head):
        return "utf-16-le" if odd > even else "utf-16-be"
    return "utf-8"


def _western(content: bytes, file: str) -> tuple[str, tuple[str, ...]]:
    """A text in Windows-1252, the encoding of Western European Excel; it is said, and where."""
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _no_text(file, content, error.start, "UTF-8, UTF-16 or Windows-1252") from None
    number, line = next(
        (number, line)
        for number, line in enumerate(text.split("\n"), start=1)
        if not line.isascii()
    )
    letters = "".join(dict.fromkeys(sign for sign in line if not sign.isascii()))
    return text, (f"no UTF-8; read as Windows-1252: look at {letters} in line {number}",)


def _no_text(file: str, content: bytes, at: int, expected: str) -> DatasetError:
    return DatasetError(
        "the file is no text that can be read",
        expected=expected,
        got=f"a byte that it does not know, at position {at}",
        next_step="save it from the spreadsheet as `CSV UTF-8`",
        place=Place(file, content.count(b"\n", 0, at) + 1),
    )


def _rows(text: str, delimiter: str, file: str) -> list[tuple[Cell, ...]]:
    """Each row's cells. A row that runs over several lines inside quotes is one."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[Cell, ...]] = []
    try:
        rows.extend(tuple(cell.strip() for cell in row) for row in reader)
    except csv.Error:
        raise DatasetError(
            "a quotation mark is not closed, or stands inside a cell",
            expected='cells as "a text, in quotes", where a mark inside is written twice',
            got=f"a row that begins in line {len(rows) + 1} or after",
            next_step="save the file anew from the spreadsheet, or close the quotation mark",
            place=Place(file, reader.line_num),
        ) from None
    return rows


def _delimiter(text: str, file: str) -> str:
    """The one that cuts every row alike; else the one that cuts the first row, or any.

    Raises:
        DatasetError: two of them could be meant.
    """
    counts = {delimiter: _counts(text, delimiter) for delimiter in DELIMITERS}
    cutting = {d: found for d, found in counts.items() if max(found, default=0) > 1}
    alike = [d for d, found in cutting.items() if len(set(found)) == 1]
    first = [d for d, found in cutting.items() if found[0] > 1]
    chosen = next((found for found in (alike, first, list(cutting)) if found), [","])
    if len(chosen) > 1:
        raise DatasetError(
            "what stands between the cells cannot be told",
            expected="one of comma, semicolon and tab in the first row",
            got=" and ".join(DELIMITERS[delimiter] for delimiter in chosen),
            next_step='say `delimiter = ";"` for this file in the map, or save it with tabs',
            place=Place(file, 1),
        )
    return chosen[0]


def _counts(text: str, delimiter: str) -> list[int]:
    """How many cells each row has, rows that are empty left out; 0 where quotes go wrong."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[int] = []
    try:
        found.extend(len(row) for row in reader if any(cell.strip() for cell in row))
    except csv.Error:
        found.append(0)
    return found
