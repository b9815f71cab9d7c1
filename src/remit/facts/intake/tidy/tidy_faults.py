"""What stops an import: all faults of all files in one refusal, each with its rows.

Rows with a fault are not left out, since an absent row reads as an absent disease. No fault shows
what a cell holds: its shape is enough to find the slip.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from remit.errors import DatasetError, Place
from remit.facts.intake.sources.sheet_grid import SHOWN


@dataclass(frozen=True, slots=True)
class RowFault:
    """One thing that is wrong with rows of a sheet.

    Attributes:
        what, expected, do: of an error. got: what such a cell looks like.
    """

    title: str
    what: str
    expected: str
    got: str
    do: str


@dataclass(slots=True)
class FaultList:
    """The faults found so far; it grows while the files are read."""

    rows: dict[RowFault, dict[int, None]] = field(default_factory=dict)
    _shapes: dict[tuple[str, str, str, str], RowFault] = field(default_factory=dict)

    def add(
        self, title: str, row: int, what: str, *, expected: str, do: str, got: str = ""
    ) -> None:
        """Note a row; rows of one fault are one entry, whatever their cells look like."""
        key = (title, what, expected, do)
        fault = self._shapes.setdefault(key, RowFault(title, what, expected, got, do))
        # Each row once: a sheet that holds two things is read twice.
        self.rows.setdefault(fault, {})[row] = None

    def require_none(self) -> None:
        """Nothing, when no row has a fault.

        Raises:
            DatasetError: with every fault, its file, sheet and rows.
        """
        if not self.rows:
            return
        count = sum(len(rows) for rows in self.rows.values())
        first, rows = next((fault, list(rows)) for fault, rows in self.rows.items())
        if len(self.rows) == 1:
            what = f"{first.what} ({rows_said(rows)})" if len(rows) > 1 else first.what
            raise DatasetError(
                what,
                expected=first.expected,
                got=first.got or None,
                next_step=first.do,
                place=Place(first.title, rows[0]),
            )
        raise DatasetError(
            f"{count:,} rows cannot be read",
            expected="every row: one that is left out reads as a test or a drug that never was",
            next_step="correct the rows in the spreadsheet, or the map",
            place=Place(first.title, rows[0]),
            excerpt="\n".join(_entry(fault, rows) for fault, rows in self.rows.items()),
        )


def rows_said(rows: Iterable[int]) -> str:
    """Some numbers of rows in words.

    >>> rows_said([4]), rows_said([2, 3, 4, 5, 6, 7])
    ('row 4', 'rows 2, 3, 4, 5, 6 and 1 more')
    """
    found = list(rows)
    more = f" and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
    return f"row{'s' if len(found) > 1 else ''} {', '.join(map(str, found[:SHOWN]))}{more}"


def _entry(fault: RowFault, rows: Iterable[int]) -> str:
    got = f"; got {fault.got}" if fault.got else ""
    return (
        f"  {fault.title}, {rows_said(rows)}: {fault.what}\n"
        f"    expected {fault.expected}{got}\n    do: {fault.do}"
    )
