"""What may be meant by a unit text that the closed table does not know: by meaning, or nothing."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cache

from remit.units.spellings import by_product, folded, meant_by_refused, spellings
from remit.units.table import DIMENSIONLESS, Dimension, combine_dimensions, unit_table

SHOWN = 3


def nearest_units(text: str) -> tuple[str, ...]:
    """The codes that may be meant by an unknown text, at most three; none where nothing says so.

    First what is known to be meant by it, then the same letters in another case, then the units
    that measure the same, then one letter that slipped.

    >>> nearest_units("Mg/dL"), nearest_units("109/l"), nearest_units("ng/uL"), nearest_units("foo")
    (('mg/dL',), ('10*9/L',), ('mg/L', 'ug/mL', 'mg/dL'), ())
    """
    plain = folded(text)
    if codes := meant_by_refused(plain):
        return codes
    places = [_names_in_any_case(piece) for piece in plain.split("/")]
    if all(places):
        written = _units(places)
        if written:
            return written[:SHOWN]
        return _measuring_the_same(places)
    return _one_slip(plain)


def _names_in_any_case(piece: str) -> frozenset[str]:
    """The parts that a piece is written for, or would be in another case."""
    known = spellings()
    if exact := known.names_of(piece):
        return exact
    return _whole_in_any_case().get(piece.lower(), frozenset())


@cache
def _whole_in_any_case() -> Mapping[str, frozenset[str]]:
    """The parts that a spelling may be written for, by the spelling in small letters."""
    found: dict[str, frozenset[str]] = {}
    for text, names in spellings().whole.items():
        found[text.lower()] = found.get(text.lower(), frozenset()).union(names)
    return found


def _units(places: Iterable[frozenset[str]]) -> tuple[str, ...]:
    found = (by_product().get(product) for product in itertools.product(*places))
    return tuple(dict.fromkeys(unit.code for unit in found if unit is not None))


def _measuring_the_same(places: Iterable[frozenset[str]]) -> tuple[str, ...]:
    """The units of the dimension of these parts, the nearest in size first."""
    parts = spellings().parts
    sizes: dict[Dimension, Fraction] = {}
    for first, *rest in itertools.product(*places):
        dimension, factor = parts[first].dimension, parts[first].factor
        for name in rest:
            dimension = combine_dimensions(dimension, parts[name].dimension, power=-1)
            factor /= parts[name].factor
        sizes[dimension] = factor
    if len(sizes) != 1 or DIMENSIONLESS in sizes:
        return ()
    ((dimension, size),) = sizes.items()
    same = [unit for unit in unit_table().values() if unit.dimension == dimension]
    same.sort(key=lambda unit: max(unit.factor / size, size / unit.factor))
    return tuple(unit.code for unit in same[:SHOWN])


def _one_slip(plain: str) -> tuple[str, ...]:
    """The codes that differ by one letter, where all of them measure the same."""
    near = [unit for code, unit in unit_table().items() if _differ_by_one(plain, code)]
    alike = len({unit.dimension for unit in near}) == 1
    return tuple(unit.code for unit in near[:SHOWN]) if alike else ()


def _differ_by_one(one: str, other: str) -> bool:
    """Whether one letter is too much, missing, another one, or has changed places with the next."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    left, right = one[start:], other[start:]
    swapped = left[:2] == right[:2][::-1] and left[2:] == right[2:]
    return swapped or left[1:] == right[1:] or left[1:] == right or left == right[1:]
