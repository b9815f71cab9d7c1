"""A study's file held against all that it names: everything that is wrong with it, in one run."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from remit.criteria.binder import bind_expression
from remit.endpoints.bound_definition import definition_environment
from remit.endpoints.course_panels import panel_scores
from remit.endpoints.definition import Definition
from remit.endpoints.definition_choice import RESPONSE_PARAMETERS, id_taken
from remit.endpoints.definition_files import packaged_definitions, read_definition_text
from remit.errors import (
    ExpressionError,
    InstrumentError,
    Place,
    ProtocolError,
    RemitError,
    all_in_one,
)
from remit.facts.codes import NO_VOCABULARY
from remit.protocol import Protocol
from remit.protocol.bound import BoundProtocol, bind_protocol, expression_faults
from remit.protocol.impossibility import require_possible
from remit.protocol.study_files import read_draft
from remit.text_files import KeyPath, line_of, lines_of_keys


def check_file(path: Path) -> BoundProtocol:
    """The bound study of a protocol file that has no fault.

    Raises:
        RemitError: of the kind of the first fault: schema, references, expressions, concepts,
            response definitions, or a criterion that can never be met; all are told, by line.
    """
    draft = read_draft(path)
    faults = list(draft.faults)
    if draft.protocol is not None:
        faults += expression_faults(draft.protocol)
        faults += _definition_faults(draft.protocol)
    if faults or draft.protocol is None:
        raise all_in_one(_by_place(faults, str(path)))
    return check_protocol(draft.protocol)


def check_protocol(protocol: Protocol) -> BoundProtocol:
    """The bound study of a protocol that was read.

    Raises:
        ProtocolError: an expression does not bind, or a criterion can never be met or never fail.
    """
    bound = bind_protocol(protocol, NO_VOCABULARY)
    require_possible(bound)
    return bound


def _by_place(faults: Sequence[RemitError], path: str) -> list[RemitError]:
    """The faults by file and line, those of the protocol first; each once."""

    def order(fault: RemitError) -> tuple[bool, str, int]:
        place = fault.place or Place(path)
        return place.source != path, place.source, place.line or 0

    unique = {str(fault): fault for fault in faults}
    return sorted(unique.values(), key=order)


def _definition_faults(protocol: Protocol) -> Iterator[RemitError]:
    """What is wrong with the study's own definitions, and with how it names definitions."""
    found: dict[str, Definition] = dict(packaged_definitions())
    meant: set[str | None] = set()  # the ids of files that are wrong; None where none can be read
    for file, text in protocol.own_definitions.items():
        try:
            definition = read_definition_text(text, source=file)
        except InstrumentError as error:
            yield from error.each
            meant.add(_id_of(text))
            continue
        if definition.id in found:
            place = Place(file, line_of(lines_of_keys(text), ("id",)))
            packaged = definition.id in packaged_definitions()
            yield id_taken(definition.id, place, packaged=packaged)
        found[definition.id] = definition
        yield from _unbound(definition, protocol, file, text)
    for name in RESPONSE_PARAMETERS:
        parameter = protocol.parameters.get(name)
        for option in () if parameter is None else parameter.options:
            if option not in found and not meant & {option, None}:
                yield ProtocolError(
                    f"the option {option!r} of the parameter {name!r} is no response definition",
                    expected="the id of a packaged definition, or of one under files.definitions",
                    got=option,
                    next_step="correct the name; `remit adjudicate --help` says how one is named",
                    place=protocol.place_of("parameters", name, "options", option),
                )
    if protocol.report is not None:
        try:
            panel_scores(protocol)
        except ProtocolError as error:
            yield error


def _id_of(text: str) -> str | None:
    """The id that a file gives, whatever else is wrong with it."""
    try:
        found = tomllib.loads(text).get("id")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, str) else None


def _unbound(
    definition: Definition, protocol: Protocol, file: str, text: str
) -> Iterator[RemitError]:
    """The expressions of a definition that do not bind, each with its line."""
    lines = lines_of_keys(text)
    try:
        environment = definition_environment(definition, NO_VOCABULARY.under(protocol.dictionary))
    except InstrumentError as error:
        place = Place(file, line_of(lines, ("instruments",)))
        yield InstrumentError(
            error.what,
            expected=error.expected,
            got=error.got,
            next_step=error.next_step,
            place=place,
        )
        return
    for path, expression, what in _expressions_of(definition):
        try:
            bind_expression(expression, environment, source=f"{definition.id}, {what}")
        except ExpressionError as error:
            yield InstrumentError(
                f"{what}: {error.what}",
                expected=error.expected,
                got=error.got,
                next_step=error.next_step,
                place=Place(file, line_of(lines, path)),
                excerpt=error.excerpt,
            )


def _expressions_of(definition: Definition) -> Iterator[tuple[KeyPath, str, str]]:
    """Each expression with its keys and what it is."""
    if definition.requires is not None:
        yield ("requires", "expression"), definition.requires.expression, "requires"
    for at, response in enumerate(definition.responses):
        for place, gate in enumerate(response.gates):
            path = ("responses", at, "gates", place, "expression")
            yield path, gate.expression, f"{response.grade}, {gate.id}"
    for at, event in enumerate(definition.intercurrent):
        yield ("intercurrent", at, "expression"), event.expression, event.id
