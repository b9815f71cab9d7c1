"""Dataclasses of the registry as JSON-ready values, in a stable order."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from decimal import Decimal

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def as_json(value: object) -> Json:
    """The value as lists, dicts and scalars; a whole Decimal becomes an int, another one a string.

    Raises:
        TypeError: the value is of a type that the registry does not use.

    Example:
        >>> as_json((Decimal("18"), frozenset({"b", "a"})))
        [18, ['a', 'b']]
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    if isinstance(value, tuple | list):
        return [as_json(item) for item in value]
    if isinstance(value, frozenset):
        return [as_json(item) for item in sorted(value)]
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: as_json(getattr(value, part.name)) for part in fields(value)}
    raise TypeError(f"{type(value).__name__} has no JSON form here")
