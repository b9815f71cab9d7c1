"""The closed table of units: what each code is, and which OMOP ids stand for it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Any

Dimension = tuple[tuple[str, int], ...]
DIMENSIONLESS: Dimension = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: its UCUM code, its factor to the base of its dimension, and how data name it.

    Attributes:
        zero: the number in this unit at which the base is 0; 0 but for a scale that begins
            elsewhere, such as that of Fahrenheit.
        products: the parts whose quotients have this value, the first of them that of the code.
        spellings: texts that no family of parts makes.
    """

    code: str
    factor: Fraction
    dimension: Dimension
    omop_ids: tuple[int, ...]
    products: tuple[tuple[str, ...], ...]
    spellings: tuple[str, ...]
    zero: Fraction = Fraction(0)


def dimension_of(exponents: Mapping[str, int]) -> Dimension:
    """The dimension with these exponents of bases.

    >>> dimension_of({"L": -1, "g": 1, "mol": 0})
    (('L', -1), ('g', 1))
    """
    return tuple(sorted((base, power) for base, power in exponents.items() if power))


def combine_dimensions(left: Dimension, right: Dimension, *, power: int = 1) -> Dimension:
    """The dimension of `left × right**power`.

    >>> from remit.units import unit_named
    >>> combine_dimensions(unit_named("mg/d").dimension, unit_named("kg").dimension, power=-1)
    (('d', -1),)
    """
    exponents = dict(left)
    for base, exponent in right:
        exponents[base] = exponents.get(base, 0) + power * exponent
    return dimension_of(exponents)


@cache
def _document() -> Mapping[str, Any]:
    text = resources.files("remit.units").joinpath("units.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def unit_table() -> Mapping[str, Unit]:
    """All units by code."""
    table = {}
    for code, row in _document()["unit"].items():
        ids = ([row["omop"]] if "omop" in row else []) + row.get("also_omop", [])
        products = (row.get("product", code), *row.get("also", ()))
        table[code] = Unit(
            code=code,
            factor=Fraction(row["factor"]),
            dimension=dimension_of(row.get("dimension", {})),
            omop_ids=tuple(ids),
            products=tuple(tuple(product.split("/")) for product in products),
            spellings=tuple(row.get("spellings", ())),
            zero=Fraction(row.get("zero", 0)),
        )
    return table


def zero_of(code: str) -> Fraction:
    """The number in a unit at which its base is 0; 0 for a code that the table does not have.

    >>> zero_of("[degF]"), zero_of("Cel"), zero_of("?our mg")
    (Fraction(32, 1), Fraction(0, 1), Fraction(0, 1))
    """
    unit = unit_table().get(code)
    return unit.zero if unit is not None else Fraction(0)


@cache
def refused_texts() -> Mapping[str, tuple[str, ...]]:
    """Spellings that are refused on purpose, and the codes that may be meant."""
    return {text: tuple(codes) for text, codes in _document()["refused"].items()}


@cache
def unit_by_omop_id() -> Mapping[int, Unit]:
    """The unit of each OMOP unit concept id."""
    table: dict[int, Unit] = {}
    for unit in unit_table().values():
        for omop_id in unit.omop_ids:
            assert omop_id not in table, f"the unit id {omop_id} stands twice"
            table[omop_id] = unit
    return table
