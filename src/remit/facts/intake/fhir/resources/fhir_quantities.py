"""Quantities of FHIR: an exact number, the sign before it and its unit.

Source: HL7 FHIR R4, data type `Quantity`: the unit is its code where the system is UCUM; `unit`
alone is a word of the source. A code and a word that are different units say two things.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from remit.facts.arrays import Whole
from remit.facts.intake.fhir.files.fhir_elements import Element, NotTaken, text_of
from remit.facts.intake.fhir.files.fhir_json import millionths
from remit.facts.intake.fhir.resources.fhir_codes import vocabulary_of
from remit.facts.intake.sources.held_numbers import held_number
from remit.facts.tables import OPERATORS
from remit.units import Unit, find_unit, same_unit

COMPARATORS: Mapping[str, int] = {sign: code for code, sign in OPERATORS.items() if sign != "="}
NO_UNIT = 0
_KEYS = ("system", "code", "unit")


@dataclass(frozen=True, slots=True)
class FhirUnit:
    """A unit as a source has it.

    Attributes:
        text: what is kept of it; unit: the one of the closed table, if any.
        is_contradiction: whether its code and its word are two units: then it is none.
    """

    text: str | None
    unit: Unit | None
    is_contradiction: bool = False


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity.

    Attributes:
        number: in millionths. operator: the OMOP id of the sign before it.
        unit: the number of its unit. rounded: whether digits did not fit.
    """

    number: int
    operator: int | None
    unit: int
    rounded: bool = False


@dataclass(slots=True)
class UnitNumbers:
    """The units that were met, each with a number; it grows while files are read."""

    units: list[FhirUnit] = field(default_factory=lambda: [FhirUnit(None, None)])
    _numbers: dict[tuple[object, object, object] | str, int] = field(default_factory=dict)

    def of(self, quantity: Element) -> int:
        """The number of the unit of a quantity; `NO_UNIT` where it has none.

        Raises:
            NotTaken: an element of another type.
        """
        key = quantity.get("system"), quantity.get("code"), quantity.get("unit")  # as `_KEYS`
        try:
            found = self._numbers.get(key)
        except TypeError:
            found = None
        if found is None:
            written = _written_unit(quantity)
            found = NO_UNIT
            if written.text is not None:
                found = len(self.units)
                self.units.append(written)
            self._numbers[key] = found
        return found

    def named(self, text: str) -> int:
        """The number of a unit by its text."""
        found = self._numbers.get(text)
        if found is None:
            found = self._numbers[text] = len(self.units)
            self.units.append(FhirUnit(text, find_unit(omop_id=None, text=text)))
        return found

    def join(self, piece: UnitNumbers) -> Whole:
        """Take in those of the piece that follows.

        Returns:
            What each of its numbers is here; shape (its units,).
        """
        found = np.zeros(len(piece.units), np.int64)
        for key, number in piece._numbers.items():
            if isinstance(key, str):
                found[number] = self.named(key)
            elif number != NO_UNIT:
                found[number] = self.of(dict(zip(_KEYS, key, strict=True)))
        return found

    def same(self, left: int, right: int) -> bool:
        """Whether two are the same unit."""
        if left == right:
            return True
        one, other = self.units[left].unit, self.units[right].unit
        return one is not None and other is not None and same_unit(one, other)


def _written_unit(quantity: Element) -> FhirUnit:
    system, code, word = (text_of(quantity, name) for name in ("system", "code", "unit"))
    coded = code if code and (system is None or vocabulary_of(system) == "UCUM") else None
    if coded is None:
        return FhirUnit(word, find_unit(omop_id=None, text=word) if word else None)
    known = find_unit(omop_id=None, text=coded)
    said = find_unit(omop_id=None, text=word) if word else None
    if known is not None and said is not None and not same_unit(known, said):
        return FhirUnit(f"{coded} or {word}", None, is_contradiction=True)
    # A code that the closed table lacks is told by the word, where that is known.
    return FhirUnit(coded, known)


def quantity_of(
    quantity: Element, units: UnitNumbers, text: bytes = b"", *, name: str = "value"
) -> Quantity | None:
    """The quantity; None where it has no number.

    Args:
        text: what it was read from, for digits that a double does not hold.

    Raises:
        NotTaken: its number is none, or so large that no table holds it; or a sign that R4 lacks.
    """
    value = quantity.get("value")
    if value is None:
        return None
    number = millionths(value, text)
    if number is None:
        raise NotTaken(f"{name} is not a number")
    rounded = False
    if isinstance(number, Decimal):
        held = held_number(number)
        if held is None:
            raise NotTaken(f"{name} is a number beyond what the tables hold")
        rounded = held != number
        number = int(held.scaleb(6))
    operator = None
    sign = text_of(quantity, "comparator")
    if sign is not None:
        operator = COMPARATORS.get(sign)
        if operator is None:
            raise NotTaken(f"a comparator of {name} that R4 does not have")
    return Quantity(number, operator, units.of(quantity), rounded)
