"""The values of a JSON text as leaves, each with its path and its lines."""

from __future__ import annotations

import json
import re

from remit.errors import PageError, Place
from remit.registry.exports.leaf import Leaf, Scalar

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')
MAX_DEPTH = 200


def parse_json(text: str, source: str) -> object:
    """What a JSON text says.

    Raises:
        PageError: it is not JSON, nests too deeply or holds a number of too many digits.
    """
    try:
        body: object = json.loads(text)
    except json.JSONDecodeError as error:
        raise PageError(
            "the page is not valid JSON",
            expected="one JSON object, as a registry's interface answers",
            got=f"{error.msg} (column {error.colno})",
            next_step="download the record again; the file may be cut off",
            place=Place(source, error.lineno, error.colno),
        ) from error
    except RecursionError as error:
        raise _bad(source, 1, "nesting too deep") from error
    except ValueError as error:
        raise _bad(source, 1, "a number too long") from error
    return body


def read_leaves(text: str, source: str) -> tuple[Leaf, ...]:
    """Every scalar of the text in its order; empty lists and objects have none.

    Raises:
        PageError: the text is not JSON, nests deeper than 200 levels, or says a key of an object
            twice: readers of JSON differ in which of them they believe.

    Example:
        >>> [leaf.path for leaf in read_leaves('{"a": [1, {"b": null}]}', "x")]
        ['a[0]', 'a[1].b']
    """
    parse_json(text, source)
    leaves: list[Leaf] = []
    # One entry a level: [key or position, whether it is a list]; the last key read waits in it.
    levels: list[tuple[str, int | str | None]] = []
    known: list[set[str]] = []
    line, expect_key, end = 1, False, 0
    for token in _TOKEN.finditer(text):
        line += text.count("\n", end, token.start())
        mark, end = token[0], token.end()
        if mark in "{[":
            if len(levels) >= MAX_DEPTH:
                raise _bad(source, line, f"more than {MAX_DEPTH} levels of nesting")
            levels.append((mark, 0 if mark == "[" else None))
            known.append(set())
            expect_key = mark == "{"
        elif mark in "}]":
            levels.pop()
            known.pop()
            expect_key = False
        elif mark == ",":
            kind, key = levels[-1]
            expect_key = kind == "{"
            if isinstance(key, int) and kind == "[":
                levels[-1] = (kind, key + 1)
        elif mark == ":":
            expect_key = False
        elif expect_key:
            key = str(json.loads(mark))
            if key in known[-1]:
                raise _bad(source, line, f"the key {key[:40]!r} twice in one object")
            known[-1].add(key)
            levels[-1] = ("{", key)
            expect_key = False
        else:
            value: Scalar = json.loads(mark)
            last = line + mark.count("\n")
            leaves.append(Leaf(_path(levels), value, line, last))
    return tuple(leaves)


def _path(levels: list[tuple[str, int | str | None]]) -> str:
    parts = [f"[{key}]" if kind == "[" else f".{key}" for kind, key in levels]
    return "".join(parts).removeprefix(".")


def _bad(source: str, line: int, got: str) -> PageError:
    return PageError(
        "the JSON cannot be read",
        expected="one trial as a registry's interface answers",
        got=got,
        next_step="download the record again",
        place=Place(source, line),
    )
