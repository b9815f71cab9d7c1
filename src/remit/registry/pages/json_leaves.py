"""The leaves of a JSON text, each with its path, value and line."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from remit.errors import PageError, Place

Scalar = str | int | float | bool | None
_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+)')
MAX_DEPTH = 200


@dataclass(frozen=True, slots=True)
class Leaf:
    """One scalar of a JSON text. The path reads "a.b[0].c"."""

    path: str
    value: Scalar
    line: int
    last_line: int


def read_leaves(text: str, source: str) -> tuple[Leaf, ...]:
    """Every scalar of the text in its order; empty lists and objects have none.

    Raises:
        PageError: the text is not JSON, or nests deeper than 200 levels.

    Example:
        >>> [leaf.path for leaf in read_leaves('{"a": [1, {"b": null}]}', "x")]
        ['a[0]', 'a[1].b']
    """
    _check(text, source)
    leaves: list[Leaf] = []
    # One entry a level: [key or position, whether it is a list]; the last key read waits in it.
    levels: list[tuple[str, int | str | None]] = []
    line, expect_key = 1, False
    for token in _TOKEN.finditer(text):
        line += text.count("\n", token.start(), token.start(1))
        mark = token[1]
        if mark in "{[":
            if len(levels) >= MAX_DEPTH:
                raise _bad(source, line, f"more than {MAX_DEPTH} levels of nesting")
            levels.append((mark, 0 if mark == "[" else None))
            expect_key = mark == "{"
        elif mark in "}]":
            levels.pop()
            expect_key = False
        elif mark == ",":
            kind, key = levels[-1]
            expect_key = kind == "{"
            if isinstance(key, int) and kind == "[":
                levels[-1] = (kind, key + 1)
        elif mark == ":":
            expect_key = False
        elif expect_key:
            levels[-1] = ("{", str(json.loads(mark)))
            expect_key = False
        else:
            value: Scalar = json.loads(mark)
            last = line + mark.count("\n")
            leaves.append(Leaf(_path(levels), value, line, last))
    return tuple(leaves)


def _path(levels: list[tuple[str, int | str | None]]) -> str:
    parts = [f"[{key}]" if kind == "[" else f".{key}" for kind, key in levels]
    return "".join(parts).removeprefix(".")


def _check(text: str, source: str) -> None:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise PageError(
            "the page is not valid JSON",
            expected="one JSON object, as the ClinicalTrials.gov API answers",
            got=f"{error.msg} (column {error.colno})",
            next_step="download the record again; the file may be cut off",
            place=Place(source, error.lineno, error.colno),
        ) from error
    except RecursionError as error:
        raise _bad(source, None, "JSON nested too deeply to read") from error
    except ValueError as error:
        raise _bad(source, None, "a number with too many digits") from error


def _bad(source: str, line: int | None, got: str) -> PageError:
    return PageError(
        "the JSON cannot be read",
        expected="one study of the ClinicalTrials.gov API v2",
        got=got,
        next_step="download the record again",
        place=Place(source, line),
    )
