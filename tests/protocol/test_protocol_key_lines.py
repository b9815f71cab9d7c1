"""The line scanner against the standard TOML reader: every key is found, on its own line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib import resources

import pytest

from remit.protocol import packaged_protocols
from remit.text_files import KeyPath, line_of, lines_of_keys, text_place


def paths_of(value: object, path: KeyPath = ()) -> Iterator[KeyPath]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from paths_of(inner, (*path, key))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from paths_of(inner, (*path, position))


@pytest.mark.parametrize("name", packaged_protocols())
def test_every_key_of_a_packaged_study_is_found_on_its_line(name: str) -> None:
    file = resources.files("remit.protocol").joinpath("studies", f"{name}.toml")
    text = file.read_text(encoding="utf-8")
    lines = text.splitlines()
    found = lines_of_keys(text)
    for path in paths_of(tomllib.loads(text)):
        inline = any(part in {"sources", "definition", "parameter"} for part in path[:-1])
        place = line_of(found, path)
        assert place is not None
        if inline or path == ("parameters",) or path[0] == "definitions":
            continue
        assert str(path[-1]) in lines[place - 1], path


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("a = 1\nb = 2", ("b",), 2),
        ('a = """\nb = 1\n"""\nb = 2', ("b",), 4),
        ("a = '''\nb = 1'''\nb = 2", ("b",), 3),
        ("a = [\n  1, # ]\n  2,\n]\nb = 2", ("b",), 5),
        ('a = [ "]" ]\nb = 2', ("b",), 2),
        ("[t]\nb = 2", ("t", "b"), 2),
        ("[[t]]\nb = 1\n[[t]]\nb = 2", ("t", 1, "b"), 4),
        ("[[t]]\n[t.u]\nb = 1\n[[t]]\n[t.u]\nb = 2", ("t", 1, "u", "b"), 6),
        ('"a b" = 1\n"c" = 2', ("c",), 2),
        ("a.b = 1", ("a", "b"), 1),
        ("a = { b = 1 }", ("a", "b"), 1),
        ("a = 1", ("z",), None),
    ],
)
def test_places(text: str, path: KeyPath, line: int | None) -> None:
    tomllib.loads(text)
    assert text_place(text, path, source="x.toml").line == line
