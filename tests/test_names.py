"""Modules are named by their nouns, and no name stands for two ideas."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from conftest import LONG_FILES

TESTS = Path(__file__).parent
ROOT = TESTS.parent / "src/remit"

# A noun of the language too: what a dataset is read through.
NOUNS = frozenset({"facts/reading.py"})
# The two evaluators have a module each for the same idea.
EVALUATORS = ("criteria/reference/", "criteria/columns/")
NO_NOUN = frozenset({"utils", "helpers", "common", "core", "manager", "service", "base"})


def modules() -> tuple[str, ...]:
    """Every module below `src/remit`, as its path there."""
    found = (str(path.relative_to(ROOT)) for path in ROOT.rglob("*.py"))
    return tuple(sorted(name for name in found if not Path(name).stem.startswith("__")))


def verbs(names: Iterable[str]) -> list[str]:
    """The modules that are named by what they do."""
    return [name for name in names if Path(name).stem.endswith("ing")]


def twins(places: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """The names that stand in several modules; the evaluators count as one place."""
    found = {}
    for name, where in places.items():
        rooms = {"evaluator" if at.startswith(EVALUATORS) else at for at in where}
        if len(rooms) > 1:
            found[name] = tuple(where)
    return found


def stems(names: Iterable[str]) -> Mapping[str, list[str]]:
    places = defaultdict(list)
    for name in names:
        places[Path(name).stem].append(name)
    return places


def classes(names: Iterable[str]) -> Mapping[str, list[str]]:
    """The public classes that modules define."""
    places = defaultdict(list)
    for name in names:
        for node in ast.parse((ROOT / name).read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(name)
    return places


def test_a_module_is_named_by_its_noun() -> None:
    assert set(verbs(modules())) == NOUNS
    assert [name for name in modules() if Path(name).stem in NO_NOUN] == []


def test_a_module_name_stands_once() -> None:
    assert twins(stems(modules())) == {}


def test_a_class_name_stands_once() -> None:
    assert twins(classes(modules())) == {}


def test_the_files_that_begin_first_are_there() -> None:
    assert [name for name in LONG_FILES if not (TESTS / name).is_file()] == []
    assert len(set(LONG_FILES)) == len(LONG_FILES)
