"""The rows of a CSV file as leaves, one row at a time, whatever the size of the file."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator

from remit.errors import PageError, Place
from remit.registry.exports.leaf import Leaf

# Of one cell; no registry's text is longer.
MAX_CELL = 5_000_000


def csv_records(lines: Iterable[str], source: str) -> Iterator[tuple[Leaf, ...]]:
    """The leaves of each row below the line of names, a leaf a filled cell.

    A path is the name of the column with its blanks as underscores. `lines` have the line ends of
    the file.

    Raises:
        PageError: no line of names, two columns of one name, a row with more or fewer cells than
            names, a cell over 5 MB, or quotes that do not end. Rows before the fault were given.
    """
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(lines, strict=True)
    try:
        names = [name.strip().lstrip("\ufeff").replace(" ", "_") for name in next(reader, [])]
        _check_names(names, source)
        line = reader.line_num + 1
        for row in reader:
            if row:
                if len(row) != len(names):
                    raise _fault(source, line, f"{len(names)} cells", f"{len(row)} cells")
                yield tuple(_cells(names, row, line))
            line = reader.line_num + 1
    except csv.Error as error:
        raise _fault(source, reader.line_num, "a row of a CSV file", str(error)) from error


def _cells(names: list[str], row: list[str], line: int) -> Iterator[Leaf]:
    """The filled cells of a row that begins on a line, each with the lines that it stands on."""
    for name, cell in zip(names, row, strict=True):
        last = line + cell.count("\n")
        if cell.strip():
            yield Leaf(name, cell, line, last)
        line = last


def _check_names(names: list[str], source: str) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if not names or not any(names):
        raise _fault(source, 1, "the names of columns", "no name")
    if twice:
        raise _fault(source, 1, "each column once", f"{twice[0]!r} twice")


def _fault(source: str, line: int, expected: str, got: str) -> PageError:
    return PageError(
        "the CSV cannot be read",
        expected=expected,
        got=got,
        next_step="export it again; the file may be cut off or edited",
        place=Place(source, line),
    )
