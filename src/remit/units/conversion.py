"""Exact conversion between units: rationals, so that no threshold moves by a rounding."""

from __future__ import annotations

from fractions import Fraction

from remit.errors import UnitError
from remit.units.table import Dimension, Unit, combine_dimensions


def same_unit(one: Unit, other: Unit) -> bool:
    """Whether a number means the same in both; enzyme units and international ones are one.

    >>> from remit.units import unit_named
    >>> same_unit(unit_named("U/L"), unit_named("IU/L"))
    True
    """
    alike = one.factor == other.factor and one.zero == other.zero
    return alike and _plain(one.dimension) == _plain(other.dimension)


def _plain(dimension: Dimension) -> Dimension:
    return tuple(sorted(("U" if base == "IU" else base, power) for base, power in dimension))


def conversion_factor(
    source: Unit, target: Unit, *, molar_mass: Fraction | None = None
) -> Fraction:
    """The exact number by which a value in `source`, less its zero, is multiplied.

    The product is the value in `target`, less that unit's zero.

    Args:
        molar_mass: of the analyte in g/mol, for conversions between amount and mass.

    Raises:
        UnitError: the two measure different things, or the molar mass is needed and not given.

    >>> from remit.units import unit_named
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
