"""The closed table of units and exact conversion between them.

Conversions are rationals, so that no threshold moves by a rounding. A unit that is not in the table
is an error here and `unknown(unit_unknown)` in data: nothing guesses. Source: UCUM; OMOP ids as
`units.toml` says.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib import resources

from remit.errors import UnitError

Dimension = tuple[tuple[str, int], ...]
DIMENSIONLESS: Dimension = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: its UCUM code, its factor to the base of its dimension, and how data name it."""

    code: str
    factor: Fraction
    dimension: Dimension
    omop_ids: tuple[int, ...]
    spellings: tuple[str, ...]


def _dimension(exponents: Mapping[str, int]) -> Dimension:
    return tuple(sorted((base, power) for base, power in exponents.items() if power))


def combine_dimensions(left: Dimension, right: Dimension, *, power: int = 1) -> Dimension:
    """The dimension of `left × right**power`.

    >>> combine_dimensions(unit_named("mg/d").dimension, unit_named("kg").dimension, power=-1)
    (('d', -1),)
    """
    exponents = dict(left)
    for base, exponent in right:
        exponents[base] = exponents.get(base, 0) + power * exponent
    return _dimension(exponents)


@cache
def unit_table() -> Mapping[str, Unit]:
    """All units by code."""
    text = resources.files("remit").joinpath("units.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["unit"]
    table = {}
    for code, row in rows.items():
        ids = ([row["omop"]] if "omop" in row else []) + row.get("also_omop", [])
        table[code] = Unit(
            code=code,
            factor=Fraction(row["factor"]),
            dimension=_dimension(row.get("dimension", {})),
            omop_ids=tuple(ids),
            spellings=tuple(row.get("spellings", ())),
        )
    return table


@cache
def _by_text() -> Mapping[str, Unit]:
    table = {}
    for unit in unit_table().values():
        for text in (unit.code, *unit.spellings):
            assert text not in table, f"the unit text {text} stands twice"
            table[text] = unit
    return table


@cache
def _by_omop_id() -> Mapping[int, Unit]:
    table = {}
    for unit in unit_table().values():
        for omop_id in unit.omop_ids:
            assert omop_id not in table, f"the unit id {omop_id} stands twice"
            table[omop_id] = unit
    return table


def unit_named(text: str) -> Unit:
    """The unit with this code or listed spelling.

    Raises:
        UnitError: the closed table has no such unit; the nearest codes are named.

    >>> unit_named("g/24h").code
    'g/d'
    """
    unit = _by_text().get(text)
    if unit is None:
        near = difflib.get_close_matches(text, _by_text(), n=3, cutoff=0.4)
        raise UnitError(
            f"the unit {text!r} is not in the closed table of units",
            expected=f"one of {', '.join(near)}" if near else "a code of remit/units.toml",
            got=text,
            next_step="write a listed code; a new unit is added to units.toml with its factor",
        )
    return unit


def unit_text(code: str) -> str:
    """The code of a unit as people write it; nothing for scores and counts.

    >>> unit_text("mL/min/{1.73_m2}"), unit_text("[IU]/mL"), unit_text("{score}")
    ('mL/min/1.73 m²', 'IU/mL', '')
    """
    if code in {"1", "{score}"}:
        return ""
    plain = code.replace("{1.73_m2}", "1.73 m²").replace("[IU]", "IU").replace("[HPF]", "HPF")
    return plain.replace("mm[Hg]", "mmHg").replace("10*9", "10⁹").strip("{}")


def number_text(number: Decimal | float) -> str:
    """A number as printed: no trailing zeros, no exponent for a recorded one.

    >>> number_text(Decimal("0.310000")), number_text(Decimal("1E+2")), number_text(2 / 3)
    ('0.31', '100', '0.666667')
    """
    if isinstance(number, Decimal):
        return f"{number.normalize():f}"
    return f"{number:.6g}"


def find_unit(*, omop_id: int | None, text: str | None) -> Unit | None:
    """The unit that a record names by OMOP id or, where it has none, by its source text.

    None when the record names no unit of the closed table, or by its id one and by its text
    another. An id of 0 is OMOP's "no matching concept".
    """
    written = _by_text().get(text) if text else None
    if not omop_id:
        return written
    coded = _by_omop_id().get(omop_id)
    return None if coded and written and not same_unit(coded, written) else coded


def same_unit(one: Unit, other: Unit) -> bool:
    """Whether a number means the same in both; enzyme units and international ones are one.

    >>> same_unit(unit_named("U/L"), unit_named("IU/L"))
    True
    """
    return one.factor == other.factor and _plain(one.dimension) == _plain(other.dimension)


def _plain(dimension: Dimension) -> Dimension:
    return tuple(sorted(("U" if base == "IU" else base, power) for base, power in dimension))


def conversion_factor(
    source: Unit, target: Unit, *, molar_mass: Fraction | None = None
) -> Fraction:
    """The exact number by which a value in `source` is multiplied to be in `target`.

    Args:
        molar_mass: of the analyte in g/mol, for conversions between amount and mass.

    Raises:
        UnitError: the two measure different things, or the molar mass is needed and not given.

    >>> conversion_factor(unit_named("umol/L"), unit_named("mg/dL"), molar_mass=Fraction("113.12"))
    Fraction(707, 62500)
    """
    if source.dimension == target.dimension:
        return source.factor / target.factor
    difference = dict(combine_dimensions(target.dimension, source.dimension, power=-1))
    moles = difference.get("mol", 0)
    # Amount becomes mass or mass becomes amount, to the same power, and nothing else differs.
    if difference == {"mol": moles, "g": -moles}:
        if molar_mass is None:
            raise UnitError(
                f"converting {source.code} to {target.code} needs the molar mass of the analyte",
                expected="a concept with molar_mass in g/mol",
                got="none",
                next_step="add molar_mass to the concept, or give the value in a mass unit",
            )
        return source.factor / target.factor * molar_mass ** (-moles)
    raise UnitError(
        f"{source.code} cannot be converted to {target.code}: they measure different things",
        expected=f"a unit with the dimension of {target.code}",
        got=source.code,
        next_step="check the unit of the value",
    )
