"""Files of response definitions, and those that come with Remit."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from remit.endpoints.definition import Definition
from remit.instruments.toml_files import found_by_name, parse_definition, read_definition_file


def read_definition(path: Path) -> Definition:
    """The definition of a TOML file.

    Raises:
        InstrumentError: it cannot be read, is not TOML or breaks the schema.
    """
    return read_definition_text(read_definition_file(path), source=str(path))


def read_definition_text(text: str, *, source: str) -> Definition:
    """The definition of a TOML text; errors as `read_definition`."""
    return parse_definition(text, Definition, source=source)


@cache
def packaged_definitions() -> Mapping[str, Definition]:
    """All response definitions that come with Remit, by id."""
    folder = resources.files("remit.endpoints").joinpath("definitions")
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    found = {}
    for file in files:
        definition = read_definition_text(file.read_text(encoding="utf-8"), source=file.name)
        found[definition.id] = definition
    return found


def definition_named(name: str) -> Definition:
    """A packaged definition by id, or the definition in a TOML file.

    Raises:
        InstrumentError: there is none; the nearest names are given.

    >>> definition_named("kdigo_2024").id
    'kdigo_2024'
    """
    if name.endswith(".toml"):
        return read_definition(Path(name))
    step = "name a packaged definition or a .toml file"
    return found_by_name(name, packaged_definitions(), what="response definition", next_step=step)
