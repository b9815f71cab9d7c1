"""The rooms of the simulator: what may know what."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import remit
from remit.simulate.oracle import ORACLES

SOURCE = Path(remit.__file__).parent
SIMULATE = SOURCE / "simulate"
ENGINE = ("remit.criteria", "remit.screening", "remit.endpoints", "remit.instruments")


def file_of(module: str) -> Path | None:
    """The file of a module of Remit; None where the name is that of something in a module."""
    path = SOURCE.parent.joinpath(*module.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            return file
    return None


def imports_of(file: Path) -> Iterator[str]:
    """Every module of Remit that a file names in an import, wherever the import stands."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from (name for name in names if name.startswith("remit") and file_of(name))


def reached_from(room: Path) -> dict[str, str]:
    """Each module that the files of a room import, themselves or by another, and who imports it."""
    found: dict[str, str] = {}
    files = [(str(file.relative_to(SOURCE)), file) for file in sorted(room.glob("*.py"))]
    while files:
        importer, file = files.pop()
        for module in imports_of(file):
            if module not in found:
                found[module] = importer
                target = file_of(module)
                assert target is not None
                files.append((module, target))
    return found


def test_the_oracle_shares_no_code_with_the_engine() -> None:
    reached = reached_from(SIMULATE / "oracle")
    assert {"remit.simulate.state", "remit.facts.dictionary", "remit.truth"} <= set(reached)
    shared = {module: by for module, by in reached.items() if module.startswith(ENGINE)}
    assert not shared


@pytest.mark.parametrize(
    ("room", "others"),
    [("draw", ("tables", "oracle")), ("oracle", ("draw", "tables", "cohort"))],
)
def test_what_happens_and_what_is_true_of_it_are_apart(room: str, others: tuple[str, ...]) -> None:
    forbidden = tuple(f"remit.simulate.{other}" for other in others)
    for file in (SIMULATE / room).glob("*.py"):
        assert not [name for name in imports_of(file) if name.startswith(forbidden)], file.name


def test_studies_are_named_where_persons_are_made_for_them_and_in_their_oracles() -> None:
    """A study's id stands in its oracle, and where the persons are drawn that fit it."""
    naming = {
        str(file.relative_to(SIMULATE))
        for file in SIMULATE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in ORACLES
    }
    assert naming == {"draw/persons.py", *(f"oracle/{study.lower()}.py" for study in ORACLES)}
