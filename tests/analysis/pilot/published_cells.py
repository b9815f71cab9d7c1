"""The published tables of the CDISC pilot as cells, and how ours are held against them.

The tables are those of github.com/atorus-research/CDISC_pilot_replication at fc8d658d.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from remit.views import cell_patterns
from remit.views.table_sheets import TableSheet

ROW = re.compile(r"\\row\b")
CELL = re.compile(r"\\cell\b(?!x)")
Made = TypeVar("Made")


def rtf_rows(path: Path) -> list[list[str]]:
    """The rows of all tables of an RTF file, each a list of the texts of its cells."""
    rows = []
    for part in ROW.split(path.read_text(encoding="latin-1")):
        start = part.find("\\trowd")
        if start >= 0:
            rows.append([cell_text(cell) for cell in CELL.split(part[start:])[:-1]])
    return rows


def cell_text(code: str) -> str:
    """The text of a cell: control words, groups and what is for layout only taken out."""
    text = re.sub(r"\{\\\*[^}]*\}", "", code)
    text = re.sub(r"\\line ?", " ", text)
    text = re.sub(r"\\'([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), text)
    text = re.sub(r"\\[a-z]+-?\d* ?", "", text, flags=re.I)
    text = text.replace("{", "").replace("}", "").replace("NoWrap", "")
    return " ".join(text.split())


def bare(text: str) -> str:
    """A cell without what is layout: blanks, and the zero that the tables leave out of `<.0001`."""
    return re.sub(r"\s", "", text).replace("<.", "<0.")


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell that is printed otherwise than it comes out here."""

    line: str
    column: int
    printed: str
    ours: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Printed cells that hold a number, and those of them that come out otherwise."""

    compared: int
    differences: tuple[Difference, ...]

    @property
    def equal(self) -> int:
        return self.compared - len(self.differences)


def held_against(sheet: TableSheet, printed: Sequence[Sequence[str]], *, labels: int) -> Comparison:
    """Our lines beside the printed ones: the same lines in the same order, cell by cell.

    Args:
        printed: the rows of the table below its head; empty ones are passed over.
        labels: how many columns on the left are labels.
    """
    theirs = [row for row in printed if any(bare(cell) for cell in row)]
    ours = [line for line in sheet.lines if any(line.label) or any(line.cells)]
    labels_of = [bare("".join(row[:labels])) for row in theirs]
    assert [bare("".join(line.label)) for line in ours] == labels_of
    compared = 0
    found: list[Difference] = []
    above = [""] * labels
    for mine, other in zip(ours, theirs, strict=True):
        # A label is printed once for all lines that it stands for.
        own = [text.strip() for text in other[:labels]]
        above = [text or old for text, old in zip(own, above, strict=True)]
        label = " | ".join(filter(None, [*above[:-1], own[-1]]))
        assert len(mine.cells) == len(other) - labels, (mine, other)
        for place, (cell, text) in enumerate(zip(mine.cells, other[labels:], strict=True)):
            if not (re.search(r"\d", cell) or re.search(r"\d", text)):
                continue
            compared += 1
            if bare(cell) != bare(text):
                found.append(Difference(label, place, text.strip(), cell.strip()))
    return Comparison(compared, tuple(found))


def below(rows: Sequence[Sequence[str]], heads: Mapping[int, str]) -> list[Sequence[str]]:
    """The rows below the last row of the head, known by the texts of some of its cells."""
    places = [
        at
        for at, row in enumerate(rows)
        if all(
            column < len(row) and bare(row[column]) == bare(text) for column, text in heads.items()
        )
    ]
    assert places, rows[:4]
    again = set(places)
    return [row for at, row in enumerate(rows) if at > places[0] and at not in again]


def published(shared: Path, number: str, heads: Mapping[int, str]) -> list[Sequence[str]]:
    """The printed rows of a table below its head."""
    path = shared / "data/trials/cdisc_pilot/published_tables" / f"{number}.rtf"
    return below(rtf_rows(path), heads)


def printed_numbers(shared: Path, number: str) -> list[int]:
    """How many persons the head of a table says that its columns are of, in their order."""
    path = shared / "data/trials/cdisc_pilot/published_tables" / f"{number}.rtf"
    text = " ".join(cell for row in rtf_rows(path) for cell in row)
    return [int(found) for found in re.findall(r"\(N=(\d+)\)", text)]


def rounded_by_old_r(value: float | None, digits: int) -> str:
    """How R before 4.0 printed a number: halves of the binary number to even.

    R 3.6, src/nmath/fround.c: of a number to be printed with digits after the point, those that it
    has, times a power of ten in extended precision, to the nearest whole number, halves to even.
    The published tables were made so.

    >>> rounded_by_old_r(42.65, 1), rounded_by_old_r(40.25, 1), rounded_by_old_r(60.55, 1)
    ('42.6', '40.2', '60.5')
    >>> rounded_by_old_r(2.5, 0), rounded_by_old_r(97.5, 0)
    ('2', '98')
    """
    assert value is not None
    if digits == 0:
        return f"{np.rint(value) + 0.0:.0f}"
    whole, power = np.floor(abs(value)), 10.0**digits
    after = np.rint((np.longdouble(abs(value)) - whole) * power) / power
    found = float(np.sign(value)) * float(whole + after)
    return f"{found + 0.0:.{digits}f}"


def with_old_rounding(make: Callable[[], Made]) -> Made:
    """The same made again, with numbers rounded as the published tables rounded them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cell_patterns, "rounded", rounded_by_old_r)
        return make()
