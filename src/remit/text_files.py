"""Text files that people write: read as UTF-8, or refused with what is wrong and where.

The standard reader of TOML gives values without places. `lines_of_keys` follows table headers,
arrays of tables, keys and values of several lines; it reads no values and refuses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from remit.errors import Place, RemitError

KeyPath = tuple[str | int, ...]

_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_HEADER = re.compile(rf"^\s*(\[\[?)\s*({_DOTTED})\s*\]\]?")
_ASSIGNMENT = re.compile(rf"^\s*({_DOTTED})\s*=(.*)$")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')


def read_text_file(
    path: Path,
    *,
    what: str,
    form: str,
    error: type[RemitError],
    check: str = "check the path",
    save: str = "save the file as UTF-8",
) -> str:
    """The text of a file; a mark of byte order at its start is no part of it.

    Args:
        what: the file in words, such as `the form`; `form` is what it holds, such as `JSON`.
        check: what to do when it cannot be read; `save`: when it is not UTF-8.

    Raises:
        RemitError: of the kind `error`: it cannot be read, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as found:
        raise error(
            f"{what} cannot be read",
            expected=f"a readable {form} file",
            got=found.strerror or type(found).__name__,
            next_step=check,
            place=path,
        ) from found
    except UnicodeDecodeError as found:
        raise error(
            f"{what} is not UTF-8 text",
            expected=f"{form} in UTF-8",
            got=f"a byte at position {found.start} that UTF-8 does not know",
            next_step=save,
            place=Place(str(path), found.object.count(b"\n", 0, found.start) + 1),
        ) from found


def _keys(dotted: str) -> tuple[str, ...]:
    return tuple(key.strip().strip("\"'") for key in re.findall(_KEY, dotted))


def _open_after(rest: str) -> str:
    """What a value leaves open at the end of its line: a long string's quotes, or brackets."""
    for quotes in ('"""', "'''"):
        start = rest.find(quotes)
        if start >= 0 and not _STRING.sub("", rest[:start]).count("#"):
            return "" if rest.find(quotes, start + 3) >= 0 else quotes
    plain = _STRING.sub("", rest).split("#")[0]
    return "[" * max(0, plain.count("[") - plain.count("]"))


def lines_of_keys(text: str) -> dict[KeyPath, int]:
    """The line (from 1) of each table header and key of a TOML text; list items by position.

    >>> lines_of_keys('id = "a"\\n\\n[[visits]]\\nweek = 4\\n')[("visits", 0, "week")]
    4
    """
    lines: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    waiting = ""
    # TOML and editors count by line feeds alone; a text value may hold other breaks.
    for number, line in enumerate(text.split("\n"), start=1):
        if waiting:
            if waiting[0] == "[":
                plain = _STRING.sub("", line).split("#")[0]
                waiting = "[" * max(0, len(waiting) + plain.count("[") - plain.count("]"))
            elif waiting in line:
                waiting = ""
            continue
        header = _HEADER.match(line)
        if header:
            table = _table(_keys(header.group(2)), counts, is_array=header.group(1) == "[[")
            for length in range(1, len(table) + 1):
                lines.setdefault(table[:length], number)
            continue
        assignment = _ASSIGNMENT.match(line)
        if assignment:
            lines.setdefault((*table, *_keys(assignment.group(1))), number)
            waiting = _open_after(assignment.group(2))
    return lines


def _table(keys: tuple[str, ...], counts: dict[KeyPath, int], *, is_array: bool) -> KeyPath:
    """The path of a header: each array of tables on the way stands for its latest item."""
    path: KeyPath = ()
    for position, key in enumerate(keys):
        path = (*path, key)
        is_last = position == len(keys) - 1
        if is_last and is_array:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def line_of(lines: Mapping[KeyPath, int], path: KeyPath) -> int | None:
    """The line of a key or, where it has none of its own, of the nearest part that holds it."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def text_place(text: str, path: KeyPath, *, source: str | Path) -> Place:
    """The place of a key in a TOML text.

    Args:
        path: keys and list positions, such as `("criteria", 3, "expression")`.
        source: the file's name, shown before the line.

    >>> str(text_place('id = "a"\\nname = "b"', ("name",), source="my.toml"))
    'my.toml:2'
    """
    return Place(str(source), line_of(lines_of_keys(text), path))
