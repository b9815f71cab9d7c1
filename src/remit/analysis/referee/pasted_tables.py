"""A table as it is pasted from a page: columns by tabs, bars or wide gaps.

Whatever can be read in two ways is not read: its numbers stay, with what the table has to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from remit.analysis.referee.pasted_cells import CellMeaning, meaning_of, meanings_said, put_cell
from remit.analysis.referee.printed_keys import arms_of, finished
from remit.analysis.referee.printed_numbers import plain_spelling, read_number
from remit.analysis.referee.printed_rows import PrintedRow, PrintedTable, RowDraft, Scale
from remit.errors import Place, PrintedTableError

_Split: TypeAlias = Callable[[str], list[str]]
_GAP = re.compile(r" {2,}")
_RULE = re.compile(r"^[\s|:+=-]+$")
_SIZE = re.compile(r"[(\[]?\s*\bn\s*=\s*([0-9][0-9, ]*)\s*[)\]]?", re.I)
_METHOD = re.compile(r"^\s*(?:statistical\s+)?methods?\s*:\s*(.+)$", re.I)
_P = re.compile(r"^p(?:[\s-]*values?)?$", re.I)
_LEVEL = re.compile(r"([0-9]{2}(?:\.[0-9]+)?)\s*%\s*(?:CI|confidence)", re.I)
_SCALES = (
    (re.compile(r"\b(?:odds ratio|a?or)\b", re.I), Scale.ODDS_RATIO),
    (re.compile(r"\b(?:risk ratio|relative risk|rr)\b", re.I), Scale.RISK_RATIO),
    (re.compile(r"\b(?:hazard ratio|a?hr)\b", re.I), Scale.HAZARD_RATIO),
    (re.compile(r"\b(?:mean difference|md)\b", re.I), Scale.MEAN_DIFFERENCE),
    (re.compile(r"\b(?:difference|diff|rd)\b", re.I), Scale.DIFFERENCE),
)
_NOTE = re.compile(
    r"^\s*(?:[*\u2020\u2021\u00a7\u00b6#]|note|abbreviations|values are|data are)", re.I
)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: an arm with its n, a p, or an estimate; `interval` goes with the one before."""

    name: str
    meaning: CellMeaning
    arm: bool = False
    n: str = ""
    scale: Scale | None = None
    is_p: bool = False
    interval: bool = False
    level: float | None = None
    line: int | None = None


def pasted_table(text: str, *, name: str, source: str) -> PrintedTable:
    """The table of a text.

    Raises:
        PrintedTableError: there is none, a row lacks a cell, or a cell is no number.
    """
    lines = [(at, line) for at, line in enumerate(text.split("\n"), start=1) if line.strip()]
    split = _splitter([line for _, line in lines])
    columns: list[_Column] = []
    rows: list[PrintedRow] = []
    titles, notes, method, section = list[str](), list[str](), "", ""
    alone = [line for _, line in lines if sum(map(bool, split(line))) == 1]
    spare = meanings_said("\n".join(alone))
    for at, line in lines:
        stated = _METHOD.match(line)
        if stated:
            method = stated.group(1).strip()
            continue
        if _RULE.match(plain_spelling(line)):
            continue
        cells = split(line)
        if len(cells) == 1 or not any(cells[1:]):
            said = cells[0] or line.strip()
            if not columns:
                titles.append(said)
            elif _NOTE.match(said):
                notes.append(said)
            else:
                section = said
            continue
        if not columns:
            columns = _columns(cells, at, source)
            continue
        if not rows and _is_second_head(cells):
            columns = _columns(_joined(columns, cells, at, source), at, source)
            continue
        if len(cells) != len(columns) + 1:
            raise _uneven(columns, cells, at, source)
        rows.append(_row(columns, cells, at, source, section, spare))
    if not rows:
        raise PrintedTableError(
            "the text holds no table",
            expected="a line of heads and lines of cells, parted by tabs, bars or wide gaps",
            got=f"{len(lines)} lines without such rows",
            next_step="paste the table with its heads, or write it as YAML or CSV",
            place=Place(source),
        )
    title = " ".join(titles)
    return PrintedTable(name, tuple(rows), title, "", "", method, tuple(notes), lines[0][0])


def _splitter(lines: Sequence[str]) -> _Split:
    if any("\t" in line for line in lines):
        return lambda line: [cell.strip() for cell in line.strip("\n\r ").split("\t")]
    if sum("|" in line for line in lines) * 2 > len(lines):
        return lambda line: [cell.strip() for cell in line.strip().strip("|").split("|")]
    return lambda line: [cell.strip() for cell in _GAP.split(plain_spaces(line).strip())]


def plain_spaces(line: str) -> str:
    """The line with wide spaces of a page as blanks; thin ones stay inside their numbers."""
    return line.replace("\u2003", "  ").replace("\u2002", "  ").rstrip("\r")


def _columns(cells: Sequence[str], line: int, source: str) -> list[_Column]:
    found = [_column(cell, line, source) for cell in cells[1:]]
    names = [column.name for column in found]
    twice = {name for name in names if names.count(name) > 1 and name}
    if twice or "" in names:
        raise PrintedTableError(
            "the heads of the columns are not one name each",
            expected="a name over each column",
            got=f"twice: {', '.join(sorted(twice))}" if twice else "a column without a head",
            next_step="write the heads out, also where cells are merged",
            place=Place(source, line),
        )
    for before, column in zip([None, *found], found, strict=False):
        if column.interval and (before is None or before.scale is None):
            raise PrintedTableError(
                "an interval stands behind no estimate",
                expected="the column of its estimate before it",
                got=column.name,
                next_step="name the column, such as OR (95 % CI)",
                place=Place(source, line),
            )
    return found


def _column(cell: str, line: int, source: str) -> _Column:
    plain = plain_spelling(cell)
    size = _SIZE.search(plain)
    name = _SIZE.sub("", plain).strip(" ,;")
    meaning = meaning_of(name)
    level = _LEVEL.search(plain)
    value = float(level.group(1)) / 100 if level else None
    bare = re.sub(r"[*\u2020\u2021\u00a7\u00b6\u00b9\u00b2\u00b3]+$", "", name).strip()
    if _P.match(bare):
        return _Column("p", meaning, is_p=True, line=line)
    scale = next((scale for pattern, scale in _SCALES if pattern.search(bare)), None)
    if scale is not None:
        return _Column(name, meaning, scale=scale, level=value, line=line)
    if re.fullmatch(r"(?:[0-9.]+\s*%\s*)?(?:CI|confidence interval)", bare, re.I):
        return _Column(name, meaning, interval=True, level=value, line=line)
    if size:
        read_number(size.group(1).strip(), key=name, line=line, source=source)
    n = size.group(1).strip() if size else ""
    return _Column(meaning.stripped or name, meaning, arm=True, n=n, line=line)


def _is_second_head(cells: Sequence[str]) -> bool:
    """Whether a line under the heads says their n or what their cells hold."""
    told = [plain_spelling(cell) for cell in cells[1:] if cell]
    return bool(told) and all(
        _SIZE.fullmatch(cell) or (meaning_of(cell).known and not re.search("[0-9]", cell))
        for cell in told
    )


def _joined(columns: Sequence[_Column], cells: Sequence[str], line: int, source: str) -> list[str]:
    if len(cells) != len(columns) + 1:
        raise _uneven(columns, cells, line, source)
    heads = []
    for column, cell in zip(columns, cells[1:], strict=True):
        size = f" (n = {column.n})" if column.n else ""
        heads.append(f"{column.name}{column.meaning.suffix}{size} {cell}")
    return ["", *heads]


def _uneven(
    columns: Sequence[_Column], cells: Sequence[str], line: int, source: str
) -> PrintedTableError:
    return PrintedTableError(
        "a row has another number of cells than the heads: a merged or an empty cell?",
        expected=f"{len(columns) + 1} cells: a label, {', '.join(one.name for one in columns)}",
        got=f"{len(cells)} cells, beginning {cells[0][:40]!r}",
        next_step="part the columns with tabs or |, and write merged cells out",
        place=Place(source, line),
    )


def _row(
    columns: Sequence[_Column],
    cells: Sequence[str],
    line: int,
    source: str,
    section: str,
    spare: Sequence[CellMeaning],
) -> PrintedRow:
    label = cells[0].strip()
    draft = RowDraft()
    of_row = meaning_of(label)
    last: Scale | None = None
    for column, cell in zip(columns, cells[1:], strict=True):
        if not plain_spelling(cell):
            continue
        meaning = of_row if of_row.known else column.meaning
        if column.is_p:
            p = read_number(cell, key="p", line=line, source=source)
            if p is not None:
                draft.plain["p"] = p
            continue
        if column.scale is not None:
            last = column.scale
        if column.level is not None and last is not None:
            draft.levels[last] = column.level
        put_cell(
            draft,
            cell,
            name=column.name,
            arm=column.arm,
            scale=last if column.interval else column.scale,
            interval=column.interval,
            meaning=meaning,
            spare=spare,
            line=line,
            source=source,
        )
    for column in columns:
        if column.arm and column.n and "n" not in draft.arms.get(column.name, {}):
            size = read_number(column.n, key=f"{column.name} n", line=column.line)
            draft.put(column.name, "n", size)
    comparisons = finished(draft)
    return PrintedRow(
        of_row.stripped or label, section, arms_of(draft), comparisons, tuple(draft.left), line=line
    )
