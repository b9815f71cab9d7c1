"""A file of printed numbers as lists, mappings and the text of each value, with its line.

Values stay text: `17.0` is not 17, and `NO` is no false.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import yaml

from remit.errors import Place, PrintedTableError

DEEPEST = 12
MOST_VALUES = 200_000


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of one value, and the line on which it stands."""

    text: str
    line: int | None = None


Tree: TypeAlias = "Cell | Sequence[Tree] | Mapping[str, Tree]"


def yaml_tree(text: str, *, source: str) -> Tree:
    """A YAML text as a tree; nothing of it is run, and no value is taken for another type.

    Raises:
        PrintedTableError: it is no YAML, says a key twice, or uses anchors.
    """
    try:
        _check_events(text, source)
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as found:
        mark = found.problem_mark or found.context_mark
        raise PrintedTableError(
            "the file is no YAML",
            expected="YAML, such as `rows:` with a list of mappings",
            got=found.problem or "something else",
            next_step="mend that line; a value with a colon or a # stands in quotes",
            place=Place(source, mark.line + 1 if mark else None),
        ) from found
    except yaml.YAMLError as found:
        raise PrintedTableError(
            "the file is no YAML",
            expected="text without control characters",
            got=type(found).__name__,
            next_step="save the file again as plain text",
            place=Place(source),
        ) from found
    if node is None:
        raise PrintedTableError(
            "the file holds nothing",
            expected="a list `checks:` or `rows:`",
            got="an empty file",
            next_step="see docs/how-to/referee.md",
            place=Place(source),
        )
    return _tree(node, source)


def _check_events(text: str, source: str) -> None:
    """Nothing, when the file is of a size and a depth that a table has."""
    depth = values = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _odd("anchors and aliases are not read", "&name or *name", source, line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        values += isinstance(event, yaml.ScalarEvent)
        if depth > DEEPEST:
            raise _odd(f"more than {DEEPEST} levels within each other", "more", source, line)
        if values > MOST_VALUES:
            raise _odd(f"more than {MOST_VALUES:,} values", "more", source, line)


def _odd(what: str, got: str, source: str, line: int | None) -> PrintedTableError:
    return PrintedTableError(
        what,
        expected="a plain table of printed numbers",
        got=got,
        next_step="write the values out",
        place=Place(source, line),
    )


def _tree(node: yaml.Node, source: str) -> Tree:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return Cell(str(node.value), line)
    if isinstance(node, yaml.SequenceNode):
        return [_tree(item, source) for item in node.value]
    found: dict[str, Tree] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _odd("a key is no text", "a list or a mapping", source, line)
        at = key.start_mark.line + 1
        if key.value in found:
            raise _odd(f"the key {key.value!r} stands twice in one mapping", "both", source, at)
        found[str(key.value)] = _tree(value, source)
    return found
