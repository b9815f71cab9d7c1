"""Hostile versions of a vocabulary: files cut or missing, columns moved, circles, odd ids.

Each is told by its number alone, so that one that breaks something can be made again.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from facts.intake.mutants import CELLS, text_mutant

IDS = ("0", "-1", "2147483648", "9223372036854775808", "1e400", "0x10", "257628.0", "", "NaN")
DAYS = ("00000000", "20240230", "99999999", "2024-01-31", "", "1e400")
ANY = (*CELLS, *IDS, *DAYS, "Maps to", "Is a", "Subsumes", "S", "C", "U", "D")

Rows = list[list[str]]


def vocabulary_mutant(files: Mapping[str, bytes], seed: int) -> dict[str, bytes]:
    """The files, one of them changed, gone or there twice."""
    draw = random.Random(seed)
    made = dict(files)
    name = draw.choice(sorted(files))
    kind = draw.randrange(12)
    if kind == 0:
        del made[name]
    elif kind == 1:
        made[name.replace(".csv", draw.choice((".tsv", ".parquet", ".csv.gz")))] = made.pop(name)
    elif kind == 2:
        made[name.casefold().replace(".csv", ".txt")] = files[name]
    elif kind in (3, 4):
        made[name] = text_mutant(files[name], seed)
    else:
        rows = [line.split("\t") for line in files[name].decode().splitlines()]
        change: Callable[[Rows, random.Random], Rows] = draw.choice(_CHANGES)
        rows = change(rows, draw)
        separator = draw.choice("\t\t\t,;")
        made[name] = "".join(separator.join(row) + "\n" for row in rows).encode(
            "utf-8", "surrogatepass"
        )
    return made


def _cells(rows: Rows, draw: random.Random) -> Rows:
    for _ in range(draw.randint(1, 5)):
        row = draw.choice(rows[1:] or rows)
        row[draw.randrange(len(row))] = draw.choice(ANY)
    return rows


def _shifted(rows: Rows, draw: random.Random) -> Rows:
    shift = draw.randint(1, len(rows[0]))
    return [rows[0], *([*row[shift:], *row[:shift]] for row in rows[1:])]


def _swapped(rows: Rows, draw: random.Random) -> Rows:
    """Two columns under each other's names, or one name twice."""
    one, other = draw.randrange(len(rows[0])), draw.randrange(len(rows[0]))
    if draw.random() < 0.5:
        rows[0][one] = rows[0][other]
    else:
        for row in rows[1:]:
            row[one], row[other] = row[other], row[one]
    return rows


def _repeated(rows: Rows, draw: random.Random) -> Rows:
    """Rows twice, with another cell: an id that is two concepts."""
    for _ in range(draw.randint(1, 4)):
        row = list(draw.choice(rows[1:] or rows))
        row[draw.randrange(len(row))] = draw.choice(draw.choice(rows))
        rows.insert(draw.randint(1, len(rows)), row)
    return rows


def _circles(rows: Rows, draw: random.Random) -> Rows:
    """Each row also the other way round, or all in one ring; chains and replacements of itself."""
    body = rows[1:]
    if not body or len(body[0]) < 3:
        return rows
    kind = draw.randrange(3)
    ids = sorted({row[0] for row in body} | {row[1] for row in body})
    if kind == 0:
        body += [[row[1], row[0], *row[2:]] for row in body]
    elif kind == 1:
        body = [
            [*pair, *draw.choice(body)[2:]] for pair in zip(ids, [*ids[1:], ids[0]], strict=True)
        ]
    else:
        body += [[row[0], row[0], *row[2:]] for row in body]
    return [rows[0], *body]


def _chain(rows: Rows, draw: random.Random) -> Rows:
    """A chain of many steps of one kind."""
    body = rows[1:]
    if not body or len(body[0]) < 3:
        return rows
    link = draw.choice(body)
    first = draw.randrange(1, 1 << 30)
    chain = [[str(first + n), str(first + n + 1), *link[2:]] for n in range(draw.choice((9, 1500)))]
    return [*rows, [link[0], str(first), *link[2:]], *chain]


def _fewer(rows: Rows, draw: random.Random) -> Rows:
    at = draw.randrange(len(rows))
    return [*rows[:at], *rows[at + draw.randint(1, 4) :]]


_CHANGES = (_cells, _cells, _shifted, _swapped, _repeated, _circles, _chain, _fewer)
