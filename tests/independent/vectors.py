"""A small reader for the restricted layout of `shared/data/instruments/vectors.yaml`.

The file is not valid YAML throughout (unescaped quotes inside quoted text). It holds nested
mappings, lists of plain values, text of one or two lines in single quotes, `{}` and `[]`.
Numbers with a point are read as `Decimal`. Anything else raises `ValueError`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

Value: TypeAlias = "bool | int | Decimal | str | list[Value] | dict[str, Value] | None"
Line = tuple[int, str]  # indentation and text

CONSTANTS: dict[str, Value] = {"null": None, "true": True, "false": False}


def read_vectors(path: Path) -> list[dict[str, Any]]:
    """Every entry under `vectors:` as a dict, in the order of the file."""
    text = path.read_text(encoding="utf-8").split("\nvectors:\n", 1)[1]
    entries: list[dict[str, Any]] = []
    for block in re.split(r"^- ", text, flags=re.MULTILINE)[1:]:
        lines = _folded(("  " + block).splitlines())
        entry, rest = _mapping(lines, indent=2)
        if rest:
            raise ValueError(f"vectors: line not understood: {rest[0][1]}")
        entries.append(entry)
    return entries


def _folded(raw: list[str]) -> list[Line]:
    """Lines with their indentation; quoted text that runs on is joined to its first line."""
    lines: list[Line] = []
    for line in raw:
        text = line.strip()
        if not text:
            continue
        if lines and _runs_on(lines[-1][1]):
            indent, start = lines[-1]
            lines[-1] = (indent, f"{start} {text}")
        else:
            lines.append((len(line) - len(line.lstrip()), text))
    return lines


def _runs_on(text: str) -> bool:
    value = text.partition(": ")[2]
    return value.startswith("'") and not (len(value) > 1 and value.endswith("'"))


def _mapping(lines: list[Line], *, indent: int) -> tuple[dict[str, Any], list[Line]]:
    found: dict[str, Any] = {}
    while lines and lines[0][0] == indent and not lines[0][1].startswith("- "):
        text = lines[0][1]
        key, colon, value = text.partition(": ")
        lines = lines[1:]
        if colon:
            found[key] = _scalar(value)
        elif not key.endswith(":"):
            raise ValueError(f"vectors: key expected: {text}")
        elif lines and lines[0][1].startswith("- ") and lines[0][0] == indent:
            found[key[:-1]], lines = _list(lines, indent=indent)
        else:
            found[key[:-1]], lines = _mapping(lines, indent=indent + 2)
    return found, lines


def _list(lines: list[Line], *, indent: int) -> tuple[list[Value], list[Line]]:
    found: list[Value] = []
    while lines and lines[0][0] == indent and lines[0][1].startswith("- "):
        found.append(_scalar(lines[0][1][2:]))
        lines = lines[1:]
    return found, lines


def _scalar(text: str) -> Value:
    if text in CONSTANTS:
        return CONSTANTS[text]
    if text == "{}":
        return {}
    if text == "[]":
        return []
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if re.fullmatch(r"-?\d+\.\d+", text):
        return Decimal(text)
    if len(text) > 1 and text.startswith("'") and text.endswith("'"):
        return text[1:-1].replace("''", "'")
    return text
