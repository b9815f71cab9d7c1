"""Which definitions of response are meant: by name, by file, or the study's own."""

from __future__ import annotations

from remit.endpoints.definition import Definition
from remit.endpoints.definition_files import definition_named, packaged_definitions
from remit.errors import InstrumentError, ProtocolError
from remit.protocol import Protocol


def all_definitions() -> tuple[Definition, ...]:
    """Every packaged definition."""
    return tuple(packaged_definitions().values())


def own_definition(protocol: Protocol) -> str | None:
    """The name of the study's own definition, as its protocol is set; None where it names none."""
    names = ("response_definition", "response")
    parameter = next((name for name in names if name in protocol.parameters), None)
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
        more = all_definitions() if name == "all" else (definition_named(name),)
        for definition in more:
            if definition.id in found:
                raise InstrumentError(
                    f"two definitions are called {definition.id!r}",
                    next_step="give the edited file an id of its own",
                    place=name,
                )
            found[definition.id] = definition
    return tuple(found.values())
