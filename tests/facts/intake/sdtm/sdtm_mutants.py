"""Files of an SDTM study, damaged in the ways in which files are: cut, flipped, shifted, mixed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from trial_files import DATASETS, dataset, dataset_json, dataset_lines, write_xpt

VERSIONS: tuple[Literal[5, 8], ...] = (5, 8)
WORDS = (
    b"1e400",
    b"-1e400",
    b"NaN",
    b"null",
    b'""',
    b"2024-02-30",
    b"\xff\xfe",
    b"9" * 40,
    b"\x00",
)


def sources(folder: Path) -> dict[str, bytes]:
    """Each dataset of the trial in each format: name of the file -> its bytes."""
    found: dict[str, bytes] = {}
    for name in DATASETS:
        columns, rows = dataset(name)
        for version in VERSIONS:
            path = write_xpt(folder / "one.xpt", name, columns, rows, version=version)
            found[f"{name.lower()}{version}.xpt"] = path.read_bytes()
        found[f"{name.lower()}.json"] = json.dumps(dataset_json(name, columns, rows)).encode()
        lines = dataset_lines(name, columns, rows)
        found[f"{name.lower()}.ndjson"] = "\n".join(lines).encode()
        texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
        found[f"{name.lower()}.csv"] = "\n".join(map(",".join, [columns, *texts])).encode()
    return found


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def _cut_record(content: bytes, chance: random.Random) -> bytes:
    return content[: 80 * chance.randrange(1 + len(content) // 80)]


def _flipped(content: bytes, chance: random.Random) -> bytes:
    made = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8, 64))):
        made[chance.randrange(len(made))] ^= 1 << chance.randrange(8)
    return bytes(made)


def _random_bytes(content: bytes, chance: random.Random) -> bytes:
    at, length = chance.randrange(len(content)), chance.randrange(1, 40)
    return content[:at] + chance.randbytes(length) + content[at + length :]


def _dropped(content: bytes, chance: random.Random) -> bytes:
    at, length = chance.randrange(len(content)), chance.choice((1, 2, 8, 80, 160))
    return content[:at] + content[at + length :]


def _repeated(content: bytes, chance: random.Random) -> bytes:
    at, length = chance.randrange(len(content)), chance.choice((1, 8, 80, 400))
    return content[: at + length] + content[at:]


def _worded(content: bytes, chance: random.Random) -> bytes:
    at, word = chance.randrange(len(content)), chance.choice(WORDS)
    return content[:at] + word + content[at + len(word) * chance.randrange(2) :]


def _shifted(content: bytes, chance: random.Random) -> bytes:
    """A text moved to another place of the same file."""
    at, to = sorted(chance.randrange(len(content)) for _ in range(2))
    length = chance.randrange(1, 30)
    part = content[at : at + length]
    return content[:at] + content[at + length : to] + part + content[max(to, at + length) :]


MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _cut,
    _cut_record,
    _flipped,
    _flipped,
    _random_bytes,
    _dropped,
    _repeated,
    _worded,
    _shifted,
)


def mutants(files: dict[str, bytes], count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Damaged files: the name of the file that each was made of, and its bytes."""
    chance = random.Random(seed)
    names = sorted(files)
    for _ in range(count):
        name = chance.choice(names)
        yield name, chance.choice(MUTATIONS)(files[name], chance)
