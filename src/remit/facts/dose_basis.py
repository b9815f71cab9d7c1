"""By the strength of which product a dose was worked out: the tables behind a dose era.

`dose_basis` has a row for each record of a drug that gave a dose, with its days. Dose eras are made
of these: such that overlap are added up or joined, so that one era may stand on several products.
It stands on all whose days it shares. Eras that the source has itself stand on none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

import pyarrow as pa

from remit.facts.arrays import among, rows_at, whole_numbers
from remit.facts.opened import Facts
from remit.facts.part import no_rows
from remit.facts.strengths_origin import StrengthsOrigin
from remit.facts.tables import TABLES
from remit.units import find_unit, number_text

NAME = "dose_basis"
STRENGTHS = "drug_strength"
_STRENGTH = TABLES[STRENGTHS]
INGREDIENT = "ingredient_concept_id"
_ERA = TABLES["dose_era"]
_DRUG = "drug_concept_id"


@dataclass(frozen=True, slots=True)
class DoseStrength:
    """The row of DRUG_STRENGTH by which a dose was worked out, and how.

    Attributes:
        product, ingredient: their OMOP ids, as the row has them.
        amount: in `unit`; None where the row has no fixed one, and the sig itself tells the mass.
        unit: as UCUM.
        of_sig: whether the sig says how much of the product was taken, and not quantity and supply.
        of_amount: whether the dose is so many times the amount.
        origin: who says the strength.

    >>> DoseStrength(900, 7, Decimal(5), "mg", of_sig=False, of_amount=True, origin=None).words
    'drug_strength of 900: 5 mg of 7; quantity × amount / days of supply'
    """

    product: int
    ingredient: int
    amount: Decimal | None
    unit: str | None
    of_sig: bool
    of_amount: bool
    origin: StrengthsOrigin | None = None

    @property
    def how(self) -> str:
        """What was reckoned."""
        if not self.of_sig:
            return "quantity × amount / days of supply"
        return "sig × amount" if self.of_amount else "the mass that the sig tells"

    @property
    def words(self) -> str:
        """The row, who says it, and what was reckoned."""
        held = "no fixed amount"
        if self.amount is not None:
            held = f"{number_text(self.amount)} {self.unit or '(no unit)'}"
        by = "" if self.origin is None else f", by {self.origin.words}"
        return f"{STRENGTHS} of {self.product}: {held} of {self.ingredient}{by}; {self.how}"


@dataclass(frozen=True, slots=True)
class KnownStrengths:
    """The rows of `drug_strength` of a dataset, and who gave them."""

    rows: pa.Table = field(default_factory=lambda: no_rows(_STRENGTH, _STRENGTH.schema.names))
    origin: StrengthsOrigin | None = None

    def of_eras(
        self, tables: Mapping[str, pa.Table], eras: Collection[int]
    ) -> Mapping[int, tuple[DoseStrength, ...]]:
        """Dose era -> the strengths that it stands on, of those that stand on any.

        Args:
            tables: all rows of `dose_era` and `dose_basis` of some persons.
            eras: ids of dose eras of these.
        """
        basis = tables.get(NAME)
        if basis is None or not basis.num_rows or not self.rows.num_rows or not eras:
            return {}
        chosen = rows_at(tables[_ERA.name], among(whole_numbers(tables[_ERA.name][_ERA.key]), eras))
        behind: dict[tuple[int, int], list[tuple[date, date, DoseStrength]]] = {}
        products = _products(self.rows, self.origin)
        for row in basis.to_pylist():
            product = products.get(row[_DRUG])
            if product is not None:
                told = replace(product, of_sig=row["of_sig"], of_amount=row["of_amount"])
                days = row["dose_start_date"], row["dose_end_date"]
                behind.setdefault((row["person_id"], row[INGREDIENT]), []).append((*days, told))
        found = {}
        for era in chosen.to_pylist():
            first, last = era["dose_era_start_date"], era["dose_era_end_date"]
            strengths = {
                strength
                for start, end, strength in behind.get((era["person_id"], era[_DRUG]), ())
                if start <= last and end >= first
            }
            if strengths:
                found[era[_ERA.key]] = tuple(
                    sorted(strengths, key=lambda one: (one.product, one.how))
                )
        return found


def strengths_of_persons(
    facts: Facts, persons: Collection[int]
) -> Mapping[int, tuple[DoseStrength, ...]]:
    """Dose era of some persons -> the strengths that it stands on, of those that stand on any."""
    known = KnownStrengths(facts.rows(STRENGTHS), facts.manifest.strengths)
    if not known.rows.num_rows:
        return {}
    wanted = tuple(sorted(set(persons)))
    tables = {name: facts.rows(name, persons=wanted) for name in (_ERA.name, NAME)}
    return known.of_eras(tables, tables[_ERA.name][_ERA.key].to_pylist())


def _products(rows: pa.Table, origin: StrengthsOrigin | None) -> Mapping[int, DoseStrength]:
    """Product -> its strength, as if the whole dose were so many times it."""
    found = {}
    for row in rows.to_pylist():
        unit = find_unit(omop_id=row["amount_unit_concept_id"], text=None)
        found[row[_DRUG]] = DoseStrength(
            row[_DRUG],
            row[INGREDIENT],
            row["amount_value"],
            None if unit is None else unit.code,
            of_sig=False,
            of_amount=True,
            origin=origin,
        )
    return found
