"""Criteria of a protocol to bound trees of the criterion language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from remit.criteria.binder import bind_expression
from remit.criteria.environment import Environment
from remit.criteria.tree import Node
from remit.errors import ExpressionError, Place, ProtocolError
from remit.facts.codes import Codes
from remit.facts.dictionary import Dictionary, packaged_dictionary
from remit.instruments.criteria_scores import packaged_scores
from remit.protocol.schema import Criterion, Protocol
from remit.truth import Reason

# A criterion in one of these states is never executed: its verdict is unknown for this reason.
HELD_BACK: Mapping[str, Reason] = {
    "incomplete": Reason.INCOMPLETE,
    "lossy_operator": Reason.LOSSY_OPERATOR,
    "not_in_data": Reason.NOT_IN_DATA,
}


@dataclass(frozen=True, slots=True)
class BoundCriterion:
    """A criterion and its tree; without a tree it is unknown for the reason `held_back`."""

    criterion: Criterion
    node: Node | None
    held_back: Reason | None


@dataclass(frozen=True, slots=True)
class BoundProtocol:
    """A protocol whose every expression was looked up and checked."""

    protocol: Protocol
    criteria: tuple[BoundCriterion, ...]
    by_id: Mapping[str, BoundCriterion] = field(repr=False, default_factory=dict)

    def __repr__(self) -> str:
        return f"<BoundProtocol {self.protocol.id}: {len(self.criteria)} criteria>"


def protocol_environment(
    protocol: Protocol,
    codes: Codes,
    *,
    dictionary: Dictionary | None = None,
) -> Environment:
    """What names mean in the expressions of a protocol.

    Args:
        codes: of the dataset that is screened; `NO_VOCABULARY` where a text is only checked.
        dictionary: the packaged one when None.
    """
    return Environment(
        dictionary=dictionary or packaged_dictionary(),
        anchors=frozenset(protocol.anchors),
        default_window=protocol.windows.default,
        concept_windows=protocol.windows.concepts,
        definitions=protocol.definition_texts(),
        parameters=protocol.literal_texts(),
        attestations=frozenset(protocol.attestations),
        scores=packaged_scores(),
        codes=codes,
    )


def bind_protocol(
    protocol: Protocol,
    codes: Codes,
    *,
    dictionary: Dictionary | None = None,
) -> BoundProtocol:
    """Bind every criterion of a protocol.

    Raises:
        ProtocolError: an expression does not parse or bind; the message names the file, the line of
            the criterion and, with a caret, the place in the expression.

    >>> from remit.protocol import protocol_named
    >>> from remit.facts.codes import NO_VOCABULARY
    >>> bound = bind_protocol(protocol_named("nct06167174"), NO_VOCABULARY)
    >>> len(bound.criteria) == len(bound.protocol.criteria)
    True
    """
    environment = protocol_environment(protocol, codes, dictionary=dictionary)
    bound = tuple(_bind(criterion, protocol, environment) for criterion in protocol.criteria)
    return BoundProtocol(protocol, bound, {item.criterion.id: item for item in bound})


def _bind(criterion: Criterion, protocol: Protocol, environment: Environment) -> BoundCriterion:
    held_back = HELD_BACK.get(criterion.state)
    if criterion.expression is None:
        return BoundCriterion(criterion, None, held_back)
    source = f"criterion {criterion.id}"
    try:
        node = bind_expression(criterion.expression, environment, source=source)
    except ExpressionError as error:
        place = protocol.place_of("criteria", criterion.id, "expression")
        raise ProtocolError(
            f"{source}: {error.what}",
            expected=error.expected,
            got=error.got,
            next_step=error.next_step,
            place=Place(place.source, place.line),
            excerpt=error.excerpt,
        ) from error
    return BoundCriterion(criterion, None if held_back else node, held_back)
