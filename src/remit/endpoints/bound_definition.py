"""A response definition whose every expression is bound to what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from remit.criteria.binder import bind_expression
from remit.criteria.environment import Environment
from remit.criteria.tree import Node
from remit.endpoints.definition import Definition
from remit.errors import InstrumentError
from remit.facts.codes import Codes
from remit.instruments.catalogue import (
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

    @property
    def event_inputs(self) -> Inputs:
        """The columns that intercurrent events read."""
        return inputs_of(self.intercurrent.values(), self.environment.dictionary)


def bind_definition(definition: Definition, codes: Codes) -> BoundDefinition:
    """Bind every expression of a definition.

    Args:
        codes: of the dataset that is judged; `NO_VOCABULARY` for forms.

    Raises:
        ExpressionError: one does not parse or bind.
        InstrumentError: it names an instrument that there is not.
    """
    environment = definition_environment(definition, codes)

    def bound(text: str, what: str) -> Node:
        return bind_expression(text, environment, source=f"{definition.id}, {what}")

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


def definition_environment(definition: Definition, codes: Codes) -> Environment:
    """What names mean in the expressions of a definition.

    Raises:
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
    outputs = outputs_environment([known[name] for name in definition.instruments], codes)
    concepts = dict(outputs.dictionary.concepts)
    for item in definition.items:
        concepts[item.id] = item_concept(item, definition.citation)
    return replace(
        outputs,
        dictionary=replace(outputs.dictionary, concepts=concepts),
        definitions=definition.definitions,
        parameters={name: row.value for name, row in definition.parameters.items()},
    )
