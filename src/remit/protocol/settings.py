"""Whether a parameter can be set as asked: an option that it has, or a literal of its form."""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping

from remit.errors import Place, ProtocolError
from remit.protocol.mentions import FORM_WORDS, form_of_literal, unknown_name


class Settable(typing.Protocol):
    """What has to be known of a parameter to set it."""

    @property
    def type(self) -> str: ...

    @property
    def options(self) -> Mapping[str, str]: ...

    @property
    def packaged_setting(self) -> str: ...


def check_settings(
    parameters: Mapping[str, Settable],
    settings: Mapping[str, str],
    place_of: Callable[[str], Place],
) -> None:
    """Raise ProtocolError unless each setting fits its parameter; `place_of` a setting's name."""
    for name, setting in settings.items():
        place = place_of(name)
        if name not in parameters:
            raise unknown_name("parameter", name, parameters, place)
        parameter = parameters[name]
        if parameter.type != "literal":
            if setting not in parameter.options:
                raise ProtocolError(
                    f"the parameter {name!r} has no option {setting!r}",
                    expected=", ".join(parameter.options),
                    got=setting,
                    next_step="name one of its options",
                    place=place,
                )
            continue
        form = form_of_literal(parameter.packaged_setting)
        if form is not None and form_of_literal(setting) != form:
            raise ProtocolError(
                f"the parameter {name!r} cannot be {setting!r}",
                expected=FORM_WORDS[form],
                got=setting,
                next_step=f"write it like {parameter.packaged_setting!r}",
                place=place,
            )
