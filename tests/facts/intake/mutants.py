"""Hostile versions of a file: cut, with bytes changed, columns moved, cells that no reader expects.

Each is told by its number alone, so that one that breaks something can be made again.
"""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Callable

CELLS = (
    "1e400",
    "-1e-400",
    "NaN",
    "Infinity",
    "9" * 400,
    "0x10",
    "٣٤",
    "９",
    "2024-02-30",
    "0000-00-00",
    "9999-12-31",
    "10000-01-01",
    "2024-01-31T23:59:60Z",
    "2024-01-31T10:00:00+14:00",
    "=1+1",
    "\u202e31.01.2024",
    "\ufeff",
    "\x00",
    "\x1b[2J",
    '"',
    "a" * 70_000,
    "'; drop table person; --",
    "💊" * 20,
    "",
)


def text_mutant(content: bytes, seed: int) -> bytes:
    """A text file, changed."""
    draw = random.Random(seed)
    change: Callable[[bytes, random.Random], bytes] = draw.choice(
        (_cut, _bytes, _cells, _columns, _rows, _encoding, _quotes)
    )
    return change(content, draw)


def binary_mutant(content: bytes, seed: int) -> bytes:
    """A workbook or a Parquet file, changed."""
    draw = random.Random(seed)
    is_archive = content.startswith(b"PK")
    change: Callable[[bytes, random.Random], bytes] = draw.choice(
        (_cut, _bytes, _member if is_archive else _bytes)
    )
    return change(content, draw)


def _cut(content: bytes, draw: random.Random) -> bytes:
    return content[: draw.randrange(len(content) + 1)]


def _bytes(content: bytes, draw: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(draw.randint(1, 8)):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def _table(content: bytes) -> list[list[str]]:
    delimiter = ";" if content.count(b";") > content.count(b",") else ","
    return [row for row in csv.reader(io.StringIO(content.decode()), delimiter=delimiter) if row]


def _written(rows: list[list[str]], content: bytes) -> bytes:
    delimiter = ";" if content.count(b";") > content.count(b",") else ","
    made = io.StringIO()
    csv.writer(made, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return made.getvalue().encode("utf-8", errors="surrogatepass")


def _cells(content: bytes, draw: random.Random) -> bytes:
    rows = _table(content)
    for _ in range(draw.randint(1, 4)):
        row = draw.choice(rows[1:] if len(rows) > 1 and draw.random() < 0.8 else rows)
        row[draw.randrange(len(row))] = draw.choice(CELLS)
    return _written(rows, content)


def _columns(content: bytes, draw: random.Random) -> bytes:
    """Columns moved under other headers, a header twice, one that is missing, a cell too many."""
    rows = _table(content)
    kind, at = draw.randrange(4), draw.randrange(len(rows[0]))
    if kind == 0:
        shift = draw.randint(1, len(rows[0]))
        rows = [rows[0], *([*row[shift:], *row[:shift]] for row in rows[1:])]
    elif kind == 1:
        rows[0][at] = draw.choice(rows[0])
    elif kind == 2:
        rows = [row[:at] + row[at + 1 :] for row in rows]
    else:
        draw.choice(rows).append(draw.choice(CELLS))
    return _written(rows, content)


def _rows(content: bytes, draw: random.Random) -> bytes:
    rows = _table(content)
    kind, at = draw.randrange(4), draw.randrange(len(rows))
    if kind == 0:
        rows.insert(at, list(draw.choice(rows)))
    elif kind == 1:
        del rows[at]
    elif kind == 2:
        draw.shuffle(rows)
    else:
        rows = rows[:1] + rows[1:] * 3
    return _written(rows, content)


def _encoding(content: bytes, draw: random.Random) -> bytes:
    text = content.decode()
    return draw.choice(
        (
            text.encode("utf-16"),
            text.encode("utf-16-be"),
            text.encode("utf-32"),
            text.encode("cp1252", errors="replace"),
            b"\xff" + content,
            content + b"\xc3",
            content.replace(b"\n", b"\r"),
            content.replace(b"\n", b"\n\n"),
        )
    )


def _quotes(content: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(content) + 1)
    return content[:at] + draw.choice((b'"', b'""', b"\n", b";", b",", b"\t", b"\0")) + content[at:]


def _member(content: bytes, draw: random.Random) -> bytes:
    """A workbook of which one file within is changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        files = {name: old.read(name) for name in old.namelist()}
    name = draw.choice(sorted(files))
    body = files[name]
    kind = draw.randrange(5)
    if kind == 0:
        del files[name]
    elif kind == 1:
        files[name] = _cut(body, draw)
    elif kind == 2:
        files[name] = _bytes(body, draw)
    elif kind == 3:
        entity = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'
        files[name] = body.replace(b"?>", b"?>" + entity, 1)
    else:
        files[name] = body.replace(b"<v>", b"<v>1e400", 2)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as new:
        for file, inside in files.items():
            new.writestr(file, inside)
    return made.getvalue()
