"""The packaged response definitions, bound to what their expressions mean."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path

from pydantic import ValidationError

from remit.criteria.binding import bind_expression
from remit.criteria.environment import Environment
from remit.criteria.tabular import check_node
from remit.criteria.tree import Node
from remit.endpoints.schema import Definition
from remit.errors import InstrumentError
from remit.facts.dictionary import Dictionary
from remit.instruments.catalogue import (
    MOMENTS,
    item_concept,
    outputs_environment,
    packaged_instruments,
)
from remit.instruments.inputs import Inputs, inputs_of


@dataclass(frozen=True, slots=True)
class BoundDefinition:
    """A definition whose every expression was looked up and checked.

    Attributes:
        gates: (grade, gate id) -> its tree, in the file's order.
        intercurrent: id of the event -> its tree.
        requires: what must hold for the definition to apply; None where it applies to all.
    """

    definition: Definition
    environment: Environment
    gates: Mapping[tuple[str, str], Node]
    intercurrent: Mapping[str, Node]
    requires: Node | None = None

    @property
    def nodes(self) -> tuple[Node, ...]:
        required = () if self.requires is None else (self.requires,)
        return (*required, *self.gates.values(), *self.intercurrent.values())

    @property
    def inputs(self) -> Inputs:
        """The columns that a sheet must have; outputs of instruments are among them."""
        return inputs_of(self.nodes, self.environment.dictionary)


def read_definition_text(text: str, *, source: str) -> Definition:
    """The definition of a TOML text.

    Raises:
        InstrumentError: it is not TOML or breaks the schema; file and key are named.
    """
    try:
        return Definition.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InstrumentError(
            "the file is not TOML", got=str(error), next_step="mend the line", place=source
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InstrumentError(
            f"{where}: {first['msg']}",
            next_step="compare the file with a packaged definition",
            place=source,
        ) from error


def read_definition(path: Path) -> Definition:
    """The definition of a TOML file.

    Raises:
        InstrumentError: as `read_definition_text`, or the file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InstrumentError(
            "the definition file cannot be read", next_step="check the path", place=path
        ) from error
    return read_definition_text(text, source=str(path))


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
    key = name.lower().replace("-", "_").replace(" ", "_")
    known = packaged_definitions()
    if key not in known:
        near = difflib.get_close_matches(key, known, n=3, cutoff=0.4)
        raise InstrumentError(
            f"there is no response definition {name!r}",
            expected=", ".join(near or sorted(known)),
            got=name,
            next_step="name a packaged definition or a .toml file",
        )
    return known[key]


def bind_definition(definition: Definition) -> BoundDefinition:
    """Bind every expression of a definition.

    Raises:
        ExpressionError: one does not parse, bind, or cannot be read from a sheet of visits.
        InstrumentError: it names an instrument that there is not.
    """
    known = packaged_instruments()
    for name in definition.instruments:
        if name not in known:
            raise InstrumentError(
                f"{definition.id} reads an instrument {name!r} that there is not",
                expected=", ".join(sorted(known)),
                got=name,
                place=definition.id,
            )
    outputs = outputs_environment([known[name] for name in definition.instruments])
    concepts = dict(outputs.dictionary.concepts)
    for item in definition.items:
        concepts[item.id] = item_concept(item, definition.citation)
    environment = replace(
        outputs,
        dictionary=Dictionary(concepts),
        definitions=definition.definitions,
        parameters={name: row.value for name, row in definition.parameters.items()},
    )

    def bound(text: str, what: str) -> Node:
        source = f"{definition.id}, {what}"
        node = bind_expression(text, environment, source=source)
        check_node(node, MOMENTS, source=source)
        return node

    requires = definition.requires
    return BoundDefinition(
        definition,
        environment,
        {
            (response.grade, gate.id): bound(gate.expression, f"{response.grade}, {gate.id}")
            for response in definition.responses
            for gate in response.gates
        },
        {event.id: bound(event.expression, event.id) for event in definition.intercurrent},
        None if requires is None else bound(requires.expression, "requires"),
    )
