"""Printed tables as RTF, which word processors open: one file, a page break before each table.

Rich Text Format Specification 1.9.1, Microsoft 2008: the head of a table is repeated on each page
(`\\trhdr`), a cell over several columns is merged (`\\clmgf`, `\\clmrg`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from remit.terminal import visible_text
from remit.views.table_sheets import TableLine, TableSheet

PAGE_WIDTH, PAGE_HEIGHT, MARGIN = 15840, 12240, 1080  # twips: letter, landscape
WIDE = 3  # a column of labels is as wide as so many of numbers
INDENT = 240
_OPENING = (
    r"{\rtf1\ansi\ansicpg1252\deff0\uc1{\fonttbl{\f0\fswiss Arial;}}"
    rf"\landscape\paperw{PAGE_WIDTH}\paperh{PAGE_HEIGHT}"
    rf"\margl{MARGIN}\margr{MARGIN}\margt{MARGIN}\margb{MARGIN}\f0\fs18"
)


def rtf_text(sheets: Sequence[TableSheet], *, header: str = "", footer: str = "") -> str:
    """Tables as one RTF document, in ASCII.

    Args:
        header, footer: a line on each page, such as the study and what the numbers come from.
    """
    parts = [_OPENING]
    if header:
        parts.append(rf"{{\header\pard\ql {escaped(header)}\par}}")
    # The number of the page, by the program that shows it.
    page = r"{\field{\*\fldinst PAGE}}"
    parts.append(rf"{{\footer\pard\ql {escaped(footer)}\tab {page}\par}}")
    for place, sheet in enumerate(sheets):
        parts += ([r"\page"] if place else []) + list(_table(sheet))
    return "\n".join([*parts, "}\n"])


def escaped(text: str) -> str:
    """Text as RTF holds it: control signs escaped, lines as such, other letters by number."""
    return "".join(_sign(sign) for sign in visible_text(text))


def _sign(sign: str) -> str:
    if sign in "\\{}":
        return f"\\{sign}"
    if sign == "\n":
        return r"\line "
    if ord(sign) < 128:
        return sign
    # UTF-16 units as signed numbers, each with a letter for readers that know none of them.
    units = sign.encode("utf-16-le")
    numbers = (int.from_bytes(units[at : at + 2], "little", signed=True) for at in (0, 2))
    return "".join(rf"\u{number}?" for number in list(numbers)[: len(units) // 2])


def _table(sheet: TableSheet) -> Iterator[str]:
    title = " ".join(filter(None, (sheet.number, sheet.title)))
    yield rf"\pard\qc\b {escaped(title)}\b0\par"
    if sheet.population:
        yield rf"\pard\qc {escaped(f'Population: {sheet.population}')}\par"
    ends = _ends(len(sheet.stub), len(sheet.columns))
    groups = [*sheet.stub, *(column.group for column in sheet.columns)]
    if any(column.group for column in sheet.columns):
        yield _row([""] * len(sheet.stub) + groups[len(sheet.stub) :], ends, head=True, merged=True)
    heads = [*sheet.stub, *(column.head for column in sheet.columns)]
    yield _row(heads, ends, head=True, ruled=True, stub=len(sheet.stub))
    for line in sheet.lines:
        yield _row(_texts(line, len(sheet.stub)), ends, indent=line.indent, stub=len(sheet.stub))
    yield r"\pard\par"
    for note in sheet.footnotes:
        yield rf"\pard\ql {escaped(note)}\par"


def _texts(line: TableLine, stub: int) -> list[str]:
    label = [*line.label, *[""] * (stub - len(line.label))]
    return [*label, *line.cells]


def _ends(stub: int, columns: int) -> list[int]:
    """Where each column ends, in twips from the margin."""
    widths = [WIDE] * stub + [1] * columns
    unit = (PAGE_WIDTH - 2 * MARGIN) // sum(widths)
    return [unit * sum(widths[: place + 1]) for place in range(len(widths))]


def _row(
    texts: Sequence[str],
    ends: Sequence[int],
    *,
    head: bool = False,
    ruled: bool = False,
    merged: bool = False,
    indent: int = 0,
    stub: int = 0,
) -> str:
    """A row of a table.

    Args:
        head: repeated on each page. ruled: with a line below. merged: neighbours with the same text
            are one cell. indent: of its first cell. stub: how many columns are labels.
    """
    first = [True] * len(texts)
    more = [False] * len(texts)
    if merged:
        at = 0
        for text, same in groupby(texts):
            size = len(list(same))
            for place in range(at + 1, at + size if text else at):
                first[place], more[place - 1] = False, True
            at += size
    cells = []
    for place, end in enumerate(ends):
        rule = r"\clbrdrb\brdrs\brdrw15" if ruled or (merged and texts[place]) else ""
        merge = r"\clmrg" if not first[place] else r"\clmgf" if more[place] else ""
        cells.append(rf"{merge}{rule}\clvertalb\cellx{end}")
    written = []
    for place, text in enumerate(texts):
        side = r"\ql" if place < stub and not merged else r"\qc"
        inset = rf"\li{INDENT * indent}" if indent and place == 0 else ""
        shown = escaped(text) if first[place] else ""
        bold = rf"\b {shown}\b0" if head and shown else shown
        written.append(rf"\pard\intbl{side}{inset} {bold}\cell")
    opening = r"\trowd\trgaph60" + (r"\trhdr" if head else "")
    return "{" + opening + "".join(cells) + "\n" + "\n".join(written) + "\n\\row}"
