"""Which definitions of response are meant: by name, by file, or the study's own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from remit.endpoints.definition import Definition
from remit.endpoints.definition_files import (
    definition_named,
    packaged_definitions,
    read_definition_text,
)
from remit.errors import InstrumentError, Place, ProtocolError
from remit.instruments.toml_files import found_by_name
from remit.protocol import Protocol

# The parameters of a protocol that name its own definition; the first that there is counts.
RESPONSE_PARAMETERS = ("response_definition", "response")


def all_definitions(protocol: Protocol | None = None) -> tuple[Definition, ...]:
    """Every packaged definition, and those that a study brings; errors as `definitions_of`."""
    known = packaged_definitions() if protocol is None else definitions_of(protocol)
    return tuple(known.values())


def definitions_of(protocol: Protocol) -> Mapping[str, Definition]:
    """The definitions that a study may name, by id: the packaged ones, and its own.

    Raises:
        InstrumentError: a file of its own is wrong, or gives an id that there is already.
    """
    if not protocol.own_definitions:
        return packaged_definitions()
    found = dict(packaged_definitions())
    for file, text in protocol.own_definitions.items():
        definition = _own(text, file)
        if definition.id in found:
            raise id_taken(definition.id, file, packaged=definition.id in packaged_definitions())
        found[definition.id] = definition
    return found


@lru_cache(maxsize=256)
def _own(text: str, file: str) -> Definition:
    return read_definition_text(text, source=file)


def id_taken(name: str, place: Place | str, *, packaged: bool) -> InstrumentError:
    """The error for a file that gives an id which another definition has."""
    return InstrumentError(
        f"the id {name!r} is that of {'a packaged' if packaged else 'another'} definition",
        expected="an id of its own",
        got=name,
        next_step="give the file another id; a packaged definition is never changed by a file",
        place=place,
    )


def own_definition(protocol: Protocol) -> str | None:
    """The name of the study's own definition, as its protocol is set; None where it names none."""
    named = (name for name in RESPONSE_PARAMETERS if name in protocol.parameters)
    parameter = next(named, None)
    return None if parameter is None else protocol.setting(parameter)


def chosen_definitions(protocol: Protocol, *names: str) -> tuple[Definition, ...]:
    """The definitions meant by some names or files; `all`; the study's own where none is named.

    Raises:
        InstrumentError: there is no such definition, or two have one id.
        ProtocolError: the study names no definition of its own.
    """
    if not names:
        own = own_definition(protocol)
        if own is None:
            raise ProtocolError(
                f"{protocol.id} names no definition of response",
                expected="a parameter response_definition",
                next_step="name one with --definition",
            )
        names = (own,)
    found: dict[str, Definition] = {}
    for name in names:
        if name == "all":
            more = all_definitions(protocol)
        elif name.endswith(".toml"):
            more = (definition_named(name),)
        else:
            step = "name a packaged definition, one that the study brings, or a .toml file"
            known = definitions_of(protocol)
            more = (found_by_name(name, known, what="response definition", next_step=step),)
        for definition in more:
            if definition.id in found:
                raise InstrumentError(
                    f"two definitions are called {definition.id!r}",
                    next_step="give the edited file an id of its own",
                    place=name,
                )
            found[definition.id] = definition
    return tuple(found.values())
