"""Resources `Medication`: the code of a drug, its ingredients and their strength.

Source: HL7 FHIR R4, `Medication`. They stand in a file of their own, in the same Bundle or within
the prescription, before or after it: a prescription carries the number of one until all are read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from remit.facts.arrays import Whole
from remit.facts.intake.fhir.files.fhir_elements import (
    Element,
    NotTaken,
    flag_of,
    object_of,
    objects_of,
    require_plain,
    text_of,
)
from remit.facts.intake.fhir.files.fhir_references import contained_of, target_of
from remit.facts.intake.fhir.resources.fhir_codes import NO_CODE, CodeNumbers
from remit.facts.intake.fhir.resources.fhir_quantities import NO_UNIT, UnitNumbers, quantity_of


@dataclass(frozen=True, slots=True)
class ActiveIngredient:
    """An active ingredient: `amount` millionths of a unit in `per` millionths of another one."""

    code: int
    amount: int | None = None
    unit: int = NO_UNIT
    per: int | None = None
    per_unit: int = NO_UNIT


@dataclass(frozen=True, slots=True)
class Medicine:
    """What a `Medication` tells: the number of its code, and its active ingredients."""

    code: int
    ingredients: tuple[ActiveIngredient, ...] = ()


@dataclass(slots=True)
class Medicines:
    """The medicines that were met, each by a number; filled in as they come.

    Attributes:
        numbers: what a reference points at, or a contained medicine itself -> its number.
    """

    numbers: dict[str | Medicine, int] = field(default_factory=dict)
    _told: list[tuple[int, int, Medicine]] = field(default_factory=list)

    def of_reference(
        self, reference: str, holder: Element, codes: CodeNumbers, units: UnitNumbers
    ) -> int:
        """The number of what a reference points at.

        Raises:
            NotTaken: it points at nothing, or at a medicine that cannot be taken.
        """
        if reference.startswith("#"):
            inner = contained_of(holder, reference)
            if inner is None:
                raise NotTaken("a reference to a contained resource that is not there")
            if inner.get("resourceType") != "Medication":
                raise NotTaken("a reference to a contained resource that is no Medication")
            return self._number(medicine_of(inner, codes, units))
        target = target_of(reference)
        if target is None:
            raise NotTaken("a reference to a medication that is none of FHIR")
        return self._number(target)

    def add(self, targets: Sequence[str], medicine: Medicine, resource: int) -> None:
        """Note what a resource tells, under all that may refer to it."""
        self._told += [(self._number(target), resource, medicine) for target in targets]

    def told(self, gone: Collection[int]) -> Mapping[int, Medicine]:
        """Number -> what it is; none for a reference to nothing.

        Args:
            gone: resources that another one stands for.
        """
        found = {number: key for key, number in self.numbers.items() if isinstance(key, Medicine)}
        for number, resource, medicine in self._told:
            if resource not in gone:
                found.setdefault(number, medicine)
        return found

    def join(
        self, piece: Medicines, codes: Sequence[int], units: Sequence[int], resources: int
    ) -> Whole:
        """Take in those of the piece that follows.

        Args:
            codes, units: what each of its numbers is here. resources: how many came before it.

        Returns:
            What each of its medicines is here; shape (its medicines + 1,).
        """
        found = [0]  # no medicine
        for key in piece.numbers:
            known = _renumbered(key, codes, units) if isinstance(key, Medicine) else key
            found.append(self._number(known))
        self._told += [
            (found[number], resource + resources, _renumbered(medicine, codes, units))
            for number, resource, medicine in piece._told
        ]
        return np.array(found, np.int64)

    def _number(self, key: str | Medicine) -> int:
        return self.numbers.setdefault(key, len(self.numbers) + 1)


def _renumbered(medicine: Medicine, codes: Sequence[int], units: Sequence[int]) -> Medicine:
    parts = (
        ActiveIngredient(codes[one.code], one.amount, units[one.unit], one.per, units[one.per_unit])
        for one in medicine.ingredients
    )
    return Medicine(codes[medicine.code], tuple(parts))


def medicine_of(resource: Element, codes: CodeNumbers, units: UnitNumbers) -> Medicine:
    """What a `Medication` tells.

    Raises:
        NotTaken: it is in error, cannot be understood, or tells no drug.
    """
    require_plain(resource, "a Medication")
    if resource.get("implicitRules"):
        raise NotTaken("implicitRules of a Medication")
    if text_of(resource, "status") == "entered-in-error":
        raise NotTaken("entered in error", on_purpose=True)
    ingredients = []
    for row in objects_of(resource, "ingredient"):
        require_plain(row, "an ingredient")
        if flag_of(row, "isActive") is False:
            continue
        ingredients.append(_ingredient(row, codes, units))
    code = codes.of(resource, "code")
    if code == NO_CODE and not any(one.code for one in ingredients):
        raise NotTaken("a Medication without a code")
    return Medicine(code, tuple(ingredients))


def _ingredient(row: Element, codes: CodeNumbers, units: UnitNumbers) -> ActiveIngredient:
    code = codes.of(row, "itemCodeableConcept")
    strength = object_of(row, "strength")
    above, below = (
        quantity_of(object_of(strength, name), units, name=name)
        for name in ("numerator", "denominator")
    )
    if above is None or below is None or above.operator or below.operator or below.number <= 0:
        return ActiveIngredient(code)
    return ActiveIngredient(code, above.number, above.unit, below.number, below.unit)
