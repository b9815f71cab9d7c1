"""What the texts of a protocol name: literals, windows, and the names that an expression uses.

Expressions are read here only for their names; whether they parse and type-check is the business of
the criterion language. A parameter is set here to an option that it has, or a literal of its form.
"""

from __future__ import annotations

import difflib
import re
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from remit.errors import Place, ProtocolError, UnitError
from remit.units import unit_named

Form = Literal["duration", "titre", "number", "quantity"]
FORM_WORDS: Mapping[Form, str] = {
    "duration": "a duration such as '28 days'",
    "titre": "a titre such as '1:80'",
    "number": "a number",
    "quantity": "a number and a unit such as '1.0 g/g'",
}

_DAYS = {"day": 1, "week": 7}
_LENGTH = r"\d+ (?:day|week|month|year)s?"
_BOUND = rf"(?:\.\.|(?:\d{{4}}-\d{{2}}-\d{{2}}|([A-Za-z_]\w*))(?:\s*[-+]\s*(?:{_LENGTH}|\$\w+))?)"
_WINDOW = re.compile(rf"[\[(]\s*{_BOUND}\s*,\s*{_BOUND}\s*[\])]")
_AT = re.compile(r"\bat\s+(?!least\b)([A-Za-z_]\w*)")
_IGNORED = re.compile(r'#[^\n]*|"[^"\n]*"')
_GLUE = re.compile(r"attested\s+\w+|\b(?:and|or|not|if|then)\b|\bat\s+least\s+\d+\s+of\b|[(),\s]")


@dataclass(frozen=True, slots=True)
class Names:
    """The names that an expression or window uses."""

    anchors: tuple[str, ...]
    literals: tuple[str, ...]
    attestations: tuple[str, ...]
    definitions: tuple[str, ...]


def names_in(text: str) -> Names:
    """The names that an expression or a window uses, in order.

    >>> names_in("any flare in [screening - $lookback, screening] or attested flare").literals
    ('lookback',)
    """
    plain = _IGNORED.sub(" ", text)
    bounds = [m.group(i) for m in _WINDOW.finditer(plain) for i in (1, 2) if m.group(i)]
    return Names(
        anchors=(*bounds, *_AT.findall(plain)),
        literals=tuple(re.findall(r"\$(\w+)", plain)),
        attestations=tuple(re.findall(r"\battested\s+(\w+)", plain)),
        definitions=tuple(re.findall(r"\bmeets\s+(\w+)", plain)),
    )


def is_window(text: str) -> bool:
    """Whether a text is a window such as `[screening - 28 days, screening]`."""
    return _WINDOW.fullmatch(text.strip()) is not None


def is_only_attested(expression: str) -> bool:
    """Whether an expression rests on signed answers alone.

    >>> is_only_attested("if attested fertile then attested contraception")
    True
    >>> is_only_attested("sledai_2k >= 6 or attested active")
    False
    """
    return not _GLUE.sub("", _IGNORED.sub(" ", expression))


def days_of(text: str, literals: Mapping[str, str]) -> int | None:
    """The days of a text such as "7 days", "2 weeks" or `$name`; None if it is neither."""
    written = literals.get(text[1:], "") if text.startswith("$") else text
    match = re.fullmatch(r"(\d+) (day|week)s?", written)
    return int(match.group(1)) * _DAYS[match.group(2)] if match else None


def form_of_literal(text: str) -> Form | None:
    """What a parameter's literal is; None when it is none of them or its unit is not known.

    >>> form_of_literal("1.0 g/g"), form_of_literal("1 month"), form_of_literal("1.0 stones")
    ('quantity', 'duration', None)
    """
    if re.fullmatch(_LENGTH, text):
        return "duration"
    if re.fullmatch(r"1:\d+", text):
        return "titre"
    match = re.fullmatch(r"\d+(?:\.\d+)?(?: (\S+))?", text)
    if match is None:
        return None
    if match.group(1) is None:
        return "number"
    try:
        unit_named(match.group(1))
    except UnitError:
        return None
    return "quantity"


def unknown_name(
    what: str, name: str, known: Iterable[str], place: Place | None = None
) -> ProtocolError:
    """The error for a name that the protocol does not declare, with the nearest ones."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    expected = ", ".join(near or sorted(names)[:12]) or f"a declared {what}"
    return ProtocolError(
        f"the protocol has no {what} {name!r}",
        expected=expected,
        got=name,
        next_step=f"correct the name, or declare the {what}",
        place=place,
    )


class Settable(typing.Protocol):
    """What has to be known of a parameter to set it."""

    @property
    def type(self) -> str: ...

    @property
    def options(self) -> Mapping[str, str]: ...

    @property
    def packaged_setting(self) -> str: ...


def setting_faults(
    parameters: Mapping[str, Settable],
    settings: Mapping[str, str],
    place_of: Callable[[str], Place],
) -> Iterator[ProtocolError]:
    """Each setting that does not fit its parameter; `place_of` a setting's name."""
    for name, setting in settings.items():
        place = place_of(name)
        if name not in parameters:
            yield unknown_name("parameter", name, parameters, place)
            continue
        parameter = parameters[name]
        if parameter.type != "literal":
            if setting not in parameter.options:
                yield ProtocolError(
                    f"the parameter {name!r} has no option {setting!r}",
                    expected=", ".join(parameter.options),
                    got=setting,
                    next_step="name one of its options",
                    place=place,
                )
            continue
        form = form_of_literal(parameter.packaged_setting)
        if form is not None and form_of_literal(setting) != form:
            yield ProtocolError(
                f"the parameter {name!r} cannot be {setting!r}",
                expected=FORM_WORDS[form],
                got=setting,
                next_step=f"write it like {parameter.packaged_setting!r}",
                place=place,
            )
