"""The packaged response definitions, bound to what their expressions mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path

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
from remit.instruments.toml_files import found_by_name, parse_definition, read_definition_file


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

    @property
    def event_inputs(self) -> Inputs:
        """The columns that intercurrent events read."""
        return inputs_of(self.intercurrent.values(), self.environment.dictionary)


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
                next_step="correct the name in the file's list of instruments",
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
