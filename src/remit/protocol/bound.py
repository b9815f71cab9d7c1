"""Criteria of a protocol to bound trees of the criterion language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from remit.criteria.binder import bind_expression
from remit.criteria.environment import Environment
from remit.criteria.readings import Events
from remit.criteria.syntax import parse_expression
from remit.criteria.tree import Node
from remit.errors import ExpressionError, Place, ProtocolError, RemitError, all_in_one
from remit.facts.codes import NO_VOCABULARY, Codes
from remit.facts.concept import VALUE_KINDS
from remit.facts.dictionary import Dictionary
from remit.instruments.criteria_scores import scores_of
from remit.protocol.mentions import names_in
from remit.protocol.protocol_sections import EntryEvents
from remit.protocol.schema import Criterion, Protocol
from remit.truth import Reason

# A criterion in one of these states is never executed: its verdict is unknown for this reason.
HELD_BACK: Mapping[str, Reason] = {
    "incomplete": Reason.INCOMPLETE,
    "lossy_operator": Reason.LOSSY_OPERATOR,
    "not_in_data": Reason.NOT_IN_DATA,
    "not_written": Reason.NOT_WRITTEN,
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
        dictionary: that of the protocol when None: the packaged one, and what stands beside it.
    """
    dictionary = dictionary or protocol.dictionary
    return Environment(
        dictionary=dictionary,
        anchors=frozenset(protocol.anchors),
        default_window=protocol.windows.default,
        concept_windows=protocol.windows.concepts,
        definitions=protocol.definition_texts(),
        parameters=protocol.literal_texts(),
        attestations=frozenset(protocol.attestations),
        scores=scores_of(dictionary),
        codes=codes.under(dictionary),
    )


def bind_protocol(
    protocol: Protocol,
    codes: Codes,
    *,
    dictionary: Dictionary | None = None,
) -> BoundProtocol:
    """Bind every criterion of a protocol.

    Raises:
        ProtocolError: expressions do not parse or bind; the message names, of each, the file, the
            line of the criterion and, with a caret, the place in the expression.

    >>> from remit.protocol import protocol_named
    >>> from remit.facts.codes import NO_VOCABULARY
    >>> bound = bind_protocol(protocol_named("nct06167174"), NO_VOCABULARY)
    >>> len(bound.criteria) == len(bound.protocol.criteria)
    True
    """
    environment = protocol_environment(protocol, codes, dictionary=dictionary)
    bound: list[BoundCriterion] = []
    faults: list[ProtocolError] = list(_entry_faults(protocol, environment))
    for place in range(len(protocol.criteria)):
        try:
            bound.append(_bind(place, protocol, environment))
        except ProtocolError as error:
            faults.append(error)
    if faults:
        raise all_in_one(faults)
    return BoundProtocol(protocol, tuple(bound), {item.criterion.id: item for item in bound})


@dataclass(frozen=True, slots=True)
class BoundEntryEvents:
    """The records that may date a person, and what must hold on their day; None: nothing."""

    events: Events
    first_ever: bool
    node: Node | None


def bind_entry(protocol: Protocol, codes: Codes) -> tuple[BoundEntryEvents, ...]:
    """The entry events of a protocol, looked up in a dataset's codes; none where it has no entry.

    Raises:
        ProtocolError: a concept or an expression is wrong.
    """
    environment = protocol_environment(protocol, codes)
    if faults := tuple(_entry_faults(protocol, environment)):
        raise all_in_one(faults)
    return tuple(
        BoundEntryEvents(
            environment.events(item.concept),
            item.first_ever,
            None if item.expression is None else _entry_node(item, environment),
        )
        for item in (protocol.entry.events if protocol.entry else ())
    )


def _entry_node(item: EntryEvents, environment: Environment) -> Node:
    assert item.expression is not None
    return bind_expression(item.expression, environment, source=f"entry event {item.concept}")


def _entry_faults(protocol: Protocol, environment: Environment) -> Iterator[ProtocolError]:
    for number, item in enumerate(protocol.entry.events if protocol.entry else ()):
        place = protocol.place_of("entry", "events", number, "concept")
        known = environment.dictionary.concepts.get(item.concept)
        if known is None or known.kind in VALUE_KINDS:
            near = environment.dictionary.nearest(item.concept)
            yield ProtocolError(
                f"the concept {item.concept!r} is no event that may date a person",
                expected=", ".join(near) or "a condition, drug, procedure or visit",
                got=item.concept if known is None else f"a {known.kind}",
                next_step="correct the name, or add the concept in a file beside the protocol",
                place=place,
            )
        elif item.expression is not None:
            try:
                _entry_node(item, environment)
            except ExpressionError as error:
                source = f"entry event {item.concept}"
                at = protocol.place_of("entry", "events", number, "expression")
                yield in_file(error, source, at)


def expression_faults(protocol: Protocol) -> tuple[ProtocolError, ...]:
    """What is wrong with the expressions of a protocol, whether or not a criterion reads them.

    An expression that names what the protocol does not declare is passed over: that is told before.
    """
    environment = protocol_environment(protocol, NO_VOCABULARY)
    found: list[ProtocolError] = []
    for name in protocol.windows.concepts:
        if name not in environment.dictionary.concepts:
            place = protocol.place_of("windows", "concepts", name)
            near = environment.dictionary.nearest(name)
            found.append(ProtocolError(
                f"the concept {name!r} is not in the dictionary",
                expected=", ".join(near) or "a concept of the dictionary",
                got=name,
                next_step="correct the name, or add the concept in a file beside the protocol",
                place=place,
            ))  # fmt: skip
    for source, text, place in _named_expressions(protocol):
        if _declares_all(protocol, environment, text):
            try:
                _bind_named(text, environment, source)
            except ExpressionError as error:
                found.append(in_file(error, source, place))
    for number, criterion in enumerate(protocol.criteria):
        if _declares_all(protocol, environment, criterion.expression or ""):
            try:
                _bind(number, protocol, environment)
            except ProtocolError as error:
                found.append(error)
    # A slip of a definition is told at the definition, and not at each criterion that takes it.
    once: dict[tuple[str, str | None], ProtocolError] = {}
    for fault in found:
        once.setdefault((fault.what.partition(": ")[2] or fault.what, fault.excerpt), fault)
    return tuple(once.values())


def _named_expressions(protocol: Protocol) -> Iterator[tuple[str, str, Place]]:
    """Definitions and the options of parameters: what each is called, its text and its place."""
    for name, definition in protocol.definitions.items():
        if isinstance(definition, str):
            yield f"definition {name}", definition, protocol.place_of("definitions", name)
    for number, events in enumerate(protocol.entry.events if protocol.entry else ()):
        if events.expression is not None:
            place = protocol.place_of("entry", "events", number, "expression")
            yield f"entry event {events.concept}", events.expression, place
    for name, parameter in protocol.parameters.items():
        for option, text in parameter.options.items() if parameter.type == "expression" else ():
            place = protocol.place_of("parameters", name, "options", option)
            yield f"parameter {name}, option {option}", text, place


def _bind_named(text: str, environment: Environment, source: str) -> None:
    """Bind an expression that may also be a sum: then it has only to parse."""
    try:
        parse_expression(text, source=source)
    except ExpressionError:
        try:
            parse_expression(text, source=source, form="numeric")
        except ExpressionError:
            pass
        else:
            return
    bind_expression(text, environment, source=source)


def _declares_all(protocol: Protocol, environment: Environment, text: str) -> bool:
    names = names_in(text)
    return (
        set(names.anchors) <= set(protocol.anchors)
        and set(names.attestations) <= set(protocol.attestations)
        and set(names.literals) <= set(environment.parameters)
        and set(names.definitions) <= set(environment.definitions)
    )


def _bind(number: int, protocol: Protocol, environment: Environment) -> BoundCriterion:
    criterion = protocol.criteria[number]
    held_back = HELD_BACK.get(criterion.state)
    if criterion.expression is None:
        return BoundCriterion(criterion, None, held_back)
    source = f"criterion {criterion.id}"
    try:
        node = bind_expression(criterion.expression, environment, source=source)
    except ExpressionError as error:
        raise in_file(error, source, protocol.place_of("criteria", number, "expression")) from error
    return BoundCriterion(criterion, None if held_back else node, held_back)


def in_file(error: RemitError, source: str, place: Place) -> ProtocolError:
    """The error of a part as one of the file, on the line of its key."""
    return ProtocolError(
        f"{source}: {error.what}",
        expected=error.expected,
        got=error.got,
        next_step=error.next_step,
        place=Place(place.source, place.line),
        excerpt=error.excerpt,
    )
