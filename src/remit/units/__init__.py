"""The closed table of units, how laboratories write them, and exact conversion between them.

A unit that is not in the table is an error here and `unknown(unit_unknown)` in data: nothing
guesses.
"""

from remit.units.conversion import conversion_factor, same_unit
from remit.units.hints import nearest_units
from remit.units.names import find_unit, number_text, unit_named, unit_text
from remit.units.table import (
    DIMENSIONLESS,
    Dimension,
    Unit,
    combine_dimensions,
    unit_table,
    zero_of,
)
from remit.units.unit_keys import UNLISTED, OwnUnit, both_keys, has_unit, unit_key

__all__ = [
    "DIMENSIONLESS",
    "UNLISTED",
    "Dimension",
    "OwnUnit",
    "Unit",
    "both_keys",
    "combine_dimensions",
    "conversion_factor",
    "find_unit",
    "has_unit",
    "nearest_units",
    "number_text",
    "same_unit",
    "unit_key",
    "unit_named",
    "unit_table",
    "unit_text",
    "zero_of",
]
