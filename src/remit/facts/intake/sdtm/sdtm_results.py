"""The result of a finding: the original one is read, the standard one is held against it.

SDTM gives a result twice: as it was collected (--ORRES in --ORRESU) and converted (--STRESC and
--STRESN in --STRESU). Where both have a number and the closed table converts one unit into the
other, they must agree but for rounding; else nobody can tell which is right, and the row has no
value.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from remit.errors import UnitError
from remit.facts.concept import Concept
from remit.facts.intake.sdtm.sdtm_terms import cdisc_unit
from remit.facts.intake.sources.cell_numbers import WrittenNumber, number_of, titre_of
from remit.units import Unit, conversion_factor

# What conventional factors of conversion are rounded to: 88.4 for creatinine is 88.4017, 0.0259 for
# cholesterol 0.02586, 0.0113 for triglycerides 0.01129 (SI conversion table of the AMA Manual of
# Style, 11th edition, chapter 18: factors of two to four digits).
_FACTOR = Fraction(1, 100)
Checked = Literal["agrees", "contradicts", "not checked"]


@dataclass(frozen=True, slots=True)
class FindingResult:
    """What a row says was found.

    Attributes:
        number: with its operator; None where there is none. unit: None where nobody knows it.
        text: as it was written. unit_text: the same of the unit.
        checked: whether the standard result says the same.
        standard: whether it is the standard result, since no original one was given.
    """

    number: WrittenNumber | None
    unit: Unit | None
    text: str | None
    unit_text: str | None
    checked: Checked
    standard: bool = False


def finding_result(
    original: tuple[str | None, str | None],
    standard: tuple[str | None, str | None, str | None],
    concept: Concept | None,
) -> FindingResult:
    """The result of a row.

    Args:
        original: --ORRES and --ORRESU. standard: --STRESC, --STRESN and --STRESU.
        concept: what is measured, where that is known: it converts amounts into masses.
    """
    text, unit_text = original
    words, exact, standard_unit = standard
    titre = concept is not None and concept.kind == "titre"
    if text is None:
        # --STRESC keeps a sign such as <, which --STRESN cannot hold; points of words have no text.
        printed, copied = _number(words, titre=titre), _number(exact, titre=titre)
        shown = words if printed is not None or exact is None else exact
        told: Checked = "not checked"
        if printed is not None and copied is not None and printed.operator is None:
            told = "contradicts" if _differ(words, printed, copied) else "agrees"
        number = None if told == "contradicts" else printed or copied
        unit = cdisc_unit(standard_unit)
        return FindingResult(number, unit, shown, standard_unit, told, standard=True)
    number, unit = _number(text, titre=titre), cdisc_unit(unit_text)
    printed, copied = _number(words, titre=titre), _number(exact, titre=titre)
    other = printed or copied
    is_quantity = concept is not None and concept.kind == "quantity"
    no_number = number is not None and printed is None and words is not None and is_quantity
    several = printed is not None and copied is not None and _differ(words, printed, copied)
    if no_number or several:
        # A number that the standard result has as a word, as HEMOLYZED; or two standard numbers.
        return FindingResult(None, unit, text, unit_text, "contradicts")
    if unit_text is None and standard_unit is not None and number is not None and number == other:
        # The same number stands beside its unit in the standard result.
        return FindingResult(number, cdisc_unit(standard_unit), text, standard_unit, "agrees")
    checked = _checked((number, unit), (other, cdisc_unit(standard_unit)), exact or words, concept)
    if checked == "contradicts":
        number = None
    return FindingResult(number, unit, text, unit_text, checked)


def _number(text: str | None, *, titre: bool) -> WrittenNumber | None:
    if text is None:
        return None
    return (titre_of(text) if titre else None) or number_of(text)


def _checked(
    original: tuple[WrittenNumber | None, Unit | None],
    standard: tuple[WrittenNumber | None, Unit | None],
    printed: str | None,
    concept: Concept | None,
) -> Checked:
    (number, unit), (other, other_unit) = original, standard
    if number is None or other is None or unit is None or other_unit is None:
        return "not checked"
    if other.operator not in {None, number.operator}:
        return "contradicts"
    converted = converted_number(number.number, unit, other_unit, concept)
    if converted is None:
        return "not checked"
    # The standard result is printed with so many decimals; the original one is what it says.
    step = Fraction(1, 10 ** _decimals(printed))
    room = step / 2 + abs(converted) * (0 if unit == other_unit else _FACTOR)
    return "agrees" if abs(converted - Fraction(other.number)) <= room else "contradicts"


def _differ(words: str | None, printed: WrittenNumber, copied: WrittenNumber) -> bool:
    """Whether --STRESC and --STRESN are two numbers; what a sign stands before may have another."""
    apart = abs(Fraction(printed.number) - Fraction(copied.number))
    return printed.operator is None and apart > _room(words, printed.number)


def _room(printed: str | None, number: Decimal) -> Fraction:
    """How far a copy of a printed number may be from it, which was rounded for print."""
    return Fraction(1, 10 ** _decimals(printed)) / 2 + abs(Fraction(number)) * _FACTOR


def _decimals(text: str | None) -> int:
    return len((text or "").partition(".")[2].rstrip())


def converted_number(
    number: Decimal, unit: Unit, other: Unit, concept: Concept | None
) -> Fraction | None:
    """The number in another unit, exactly; None where neither concept nor table can tell.

    >>> from remit.units import unit_named
    >>> converted_number(Decimal("3.8"), unit_named("g/dL"), unit_named("g/L"), None)
    Fraction(38, 1)
    """
    if unit == other:
        return Fraction(number)
    factors = {} if concept is None else concept.factors
    if unit.code in factors and other.code in factors:
        factor = factors[unit.code] / factors[other.code]
    else:
        try:
            factor = conversion_factor(unit, other)
        except UnitError:
            return None
    return (Fraction(number) - unit.zero) * factor + other.zero
