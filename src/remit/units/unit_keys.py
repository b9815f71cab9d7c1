"""How a record names its unit, where a study brings units beside the closed table."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from fractions import Fraction

from remit.units.conversion import same_unit
from remit.units.spellings import readings
from remit.units.table import Unit, unit_by_omop_id, unit_table

# Before what stands in a record for a unit that the closed table does not have.
UNLISTED = "?"


@dataclass(frozen=True, slots=True)
class OwnUnit:
    """A unit as a study's own laboratory prints it, by a unit of the closed table.

    Attributes:
        unit: what it is as a unit; its code, spellings and ids are in no table of Remit's.
        means: the code of the closed table.
        times: how many of these it is.
    """

    unit: Unit
    means: str
    times: Fraction

    @property
    def texts(self) -> tuple[str, ...]:
        """The keys of its code and spellings, as `unit_key` has them."""
        return tuple(f"{UNLISTED}{text}" for text in (self.unit.code, *self.unit.spellings))

    @property
    def ids(self) -> tuple[str, ...]:
        """The keys of its ids, as `unit_key` has them."""
        return tuple(f"{UNLISTED}#{omop_id}" for omop_id in self.unit.omop_ids)


def unit_key(*, omop_id: int | None, text: str | None, own: Container[str] = ()) -> str | None:
    """The code of the unit that a record names, as `find_unit` finds it; else what it says.

    That stands after `UNLISTED`. None where it names none. Where its id and its text are two units,
    the key is of both: whoever knows that they are the same may read it.

    Args:
        own: the keys of units that a study brings.

    >>> unit_key(omop_id=0, text="mg/dl"), unit_key(omop_id=None, text="our mg")
    ('mg/dL', '?our mg')
    >>> unit_key(omop_id=8840, text="our mg", own={"?our mg"})
    '?mg/dL=?our mg'
    """
    listed = readings(text) if text else ()
    written = listed[0].code if listed else f"{UNLISTED}{text}" if text else None
    if not omop_id:
        return written
    known = unit_by_omop_id().get(omop_id)
    coded = known.code if known is not None else f"{UNLISTED}#{omop_id}"
    if known is not None and any(same_unit(known, unit) for unit in listed):
        return coded
    # A text that nobody knows beside an id says nothing.
    says = written is not None and (bool(listed) or written in own)
    return both_keys(coded, written) if says and written is not None else coded


def both_keys(coded: str, written: str) -> str:
    """The key of a record whose id and whose text name two units."""
    return f"{UNLISTED}{coded}={written}"


def has_unit(*, omop_id: int | None = None, text: str | None = None) -> bool:
    """Whether the closed table has an id or a text, as a code or a spelling."""
    by_id = omop_id is not None and omop_id in unit_by_omop_id()
    return by_id or (text is not None and (text in unit_table() or bool(readings(text))))
