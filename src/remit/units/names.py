"""The unit that a text or an OMOP id names, and how a unit is shown."""

from __future__ import annotations

from decimal import Decimal

from remit.errors import UnitError
from remit.units.conversion import same_unit
from remit.units.hints import nearest_units
from remit.units.spellings import readings
from remit.units.table import Unit, unit_by_omop_id, unit_table

_SHOWN = {
    "{1.73_m2}": "1.73 m²",
    "[IU]": "IU",
    "[arb'U]": "AU",
    "{RU}": "RU",
    "[HPF]": "HPF",
    "[LPF]": "LPF",
    "mm[Hg]": "mmHg",
    "[degF]": "°F",
    "cm[H2O]": "cmH2O",
    "[EU]": "EU",
    "[GPL'U]": "GPL",
    "[MPL'U]": "MPL",
    "[APL'U]": "APL",
    "g{Hb}": "g Hb",
    "{Log_IU}": "log10 IU",
    "{Log_copies}": "log10 copies",
    "{beat}": "beat",
    "[in_i]": "in",
    "[lb_av]": "lb",
    "10*12": "10¹²",
    "10*9": "10⁹",
    "10*6": "10⁶",
    "10*5": "10⁵",
    "10*4": "10⁴",
    "10*3": "10³",
    "10*2": "10²",
}


def unit_named(text: str) -> Unit:
    """The unit with this code or declared spelling.

    Raises:
        UnitError: the closed table has no such unit; those that may be meant are named.

    >>> unit_named("g/24h").code, unit_named("x10E9 / L").code, unit_named("mg/g creat").code
    ('g/d', '10*9/L', 'mg/g')
    """
    # A code stands for itself, without a look at the spellings.
    found = unit_table().get(text) or next(iter(readings(text)), None)
    if found is None:
        near = nearest_units(text)
        raise UnitError(
            f"the unit {text!r} is not in the closed table of units",
            expected=f"one of {', '.join(near)}" if near else "a unit of the closed table",
            got=text,
            next_step="write a listed code; a new unit is added to remit/units/ with its source",
        )
    return found


def unit_text(code: str) -> str:
    """The code of a unit as people write it; nothing for scores and counts.

    >>> unit_text("mL/min/{1.73_m2}"), unit_text("[IU]/mL"), unit_text("{score}")
    ('mL/min/1.73 m²', 'IU/mL', '')
    """
    if code in {"1", "{score}"}:
        return ""
    for written, shown in _SHOWN.items():
        code = code.replace(written, shown)
    return code.strip("{}")


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
    another. An id of 0 is OMOP's "no matching concept". Of a text with two meanings the id says
    which.
    """
    written = readings(text) if text else ()
    if not omop_id:
        return written[0] if written else None
    coded = unit_by_omop_id().get(omop_id)
    if coded is None or not written or any(same_unit(coded, unit) for unit in written):
        return coded
    return None
