"""Doses of drugs as eras: a mass a day or a week of one ingredient, or an era without a number.

Each exposure has an era: where its dose is not exact, the era has none, so that a day on which the
drug was taken never counts as a day without it. What was given several times on a day adds up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import pyarrow as pa

from remit.facts.arrays import EMPTY, Whole, arrow_of, order_of, whole_numbers
from remit.facts.intake.fhir.resources.fhir_codes import ResolvedCodes
from remit.facts.intake.fhir.resources.fhir_events import DoseKind, EventKind
from remit.facts.intake.fhir.resources.fhir_medicines import ActiveIngredient, Medicine
from remit.facts.intake.fhir.resources.fhir_quantities import NO_UNIT, UnitNumbers
from remit.facts.intake.fhir.resources.fhir_spill import Spill
from remit.facts.intake.fhir.rows.fhir_batches import Batch, KnownSource, MadeRows, RowAccount
from remit.facts.intake.fhir.rows.fhir_columns import (
    Flags,
    days_column,
    exposure_ends,
    ids_column,
    numbers_column,
)
from remit.facts.intake.fhir.rows.fhir_rows import called, full_table
from remit.units import unit_named

_DRUGS = (EventKind.PRESCRIBED, EventKind.ADMINISTERED, EventKind.STATED, EventKind.DOSE)
_MOST = 10**18  # millionths: what the tables hold
GIVEN = pa.schema(
    [("person", pa.int64()), ("concept", pa.int64()), ("day", pa.int64()), ("dose", pa.int64())]
)
_AT_ONCE = 1 << 22

Dosed = tuple[tuple[int, Fraction | None], ...]


@dataclass(slots=True)
class DoseRules:
    """How much of which ingredient one unit of a dose is; worked out once for each pair.

    Attributes:
        drugs: the ids that the dictionary lists as drugs.
        first: where medicines begin among the places of codes.
    """

    codes: ResolvedCodes
    medicines: Mapping[int, Medicine]
    units: UnitNumbers
    drugs: frozenset[int]
    first: int
    _known: dict[tuple[int, int], Dosed] = field(default_factory=dict)

    def of(self, place: int, unit: int) -> Dosed:
        """The ids of what is taken, each with the milligrams of it in one unit, if known."""
        key = place, unit
        if key not in self._known:
            self._known[key] = self._of_place(place, unit)
        return self._known[key]

    def _of_place(self, place: int, unit: int) -> Dosed:
        code = place
        if place > self.first:
            medicine = self.medicines.get(place - self.first)
            if medicine is None:
                return ((0, None),)
            if medicine.ingredients:
                return self._of_ingredients(medicine, unit)
            code = medicine.code
        mass = self._mass(unit)
        ids = [one.concept for one in self.codes.meanings[code]]
        return tuple((id_, mass if id_ in self.drugs else None) for id_ in ids)

    def _of_ingredients(self, medicine: Medicine, unit: int) -> Dosed:
        whole = self.codes.meanings[medicine.code][0].concept
        mass = self._mass(unit)
        parts = medicine.ingredients
        ids = [self.codes.meanings[part.code][0].concept for part in parts]
        if len(parts) == 1:
            amount = mass if mass is not None else self._strength(parts[0], unit)
            return ((ids[0] or whole, amount),)
        amounts = [None if mass is not None else self._strength(part, unit) for part in parts]
        if None in amounts or 0 in ids:
            return tuple((id_, None) for id_ in ([whole] if whole else ids))
        return tuple(zip(ids, amounts, strict=True))

    def _mass(self, unit: int) -> Fraction | None:
        """The milligrams of a unit of mass."""
        known = self.units.units[unit].unit
        if known is None or dict(known.dimension) != {"g": 1}:
            return None
        return known.factor / unit_named("mg").factor

    def _strength(self, part: ActiveIngredient, unit: int) -> Fraction | None:
        """The milligrams of an ingredient in one unit of its medicine."""
        mass = self._mass(part.unit)
        if part.amount is None or not part.per or mass is None:
            return None
        ours, theirs = (self.units.units[one].text or "" for one in (unit, part.per_unit))
        same = unit == part.per_unit == NO_UNIT or (
            ours.casefold() == theirs.casefold() != "" or self._same(unit, part.per_unit)
        )
        return mass * part.amount / part.per if same else None

    def _same(self, one: int, other: int) -> bool:
        return NO_UNIT not in {one, other} and self.units.same(one, other)


def era_rows(
    batch: Batch, source: KnownSource, rules: DoseRules, given: Spill, account: RowAccount
) -> Iterator[MadeRows]:
    """The eras of the drugs of a batch; what was given at once waits until the day is whole."""
    columns = batch.columns
    kinds = columns["dose_kind"]
    kept = np.isin(columns["kind"], _DRUGS) & ~np.isin(kinds, [DoseKind.ELSEWHERE, DoseKind.NEVER])
    part = batch.taken(kept & _first_of_event(batch))
    if not len(part):
        return
    columns = part.columns
    days, _, _ = exposure_ends(part, source)
    place = source.meanings.places(columns["code"], columns["medication"])
    pairs, which = np.unique(
        np.stack([place, columns["dose_unit"]], axis=1), axis=0, return_inverse=True
    )
    dosed = [rules.of(int(at), int(unit)) for at, unit in pairs.tolist()]
    rows = list[tuple[int, int, int]]()  # event, concept, dose in millionths
    for event, pair in enumerate(which.ravel().tolist()):
        for id_, factor in dosed[pair]:
            rows.append((event, id_, _milligrams(int(columns["dose"][event]), factor)))
    at, concept, dose = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    kind = columns["dose_kind"][at]
    once = kind == DoseKind.ONCE
    if once.any():
        held = [part.person[at], concept, columns["held"][at], dose]
        given.add_batch(
            pa.RecordBatch.from_arrays(
                [arrow_of(column[once], pa.int64()) for column in held], schema=GIVEN
            )
        )
    rest = ~once
    if rest.any():
        at = at[rest]
        weekly = kind[rest] == DoseKind.WEEKLY
        unit = np.where(weekly, _unit("mg/wk"), _unit("mg/d"))
        first = account.rows["dose_era"] + 1
        # What is in doubt may have been taken on any of its days.
        start = np.where(columns["in_doubt"] > 0, columns["day"], columns["held"])[at]
        yield _eras(part.person[at], concept[rest], start, days[at], dose[rest], unit, account)
        keys, told = (
            np.arange(first, first + len(at)),
            part.references.take(arrow_of(at, pa.int64())),
        )
        yield called("dose_era", keys, part.person[at], told, account)
        account.in_doubt["dose_era"] += int(columns["in_doubt"][at].sum())


def _first_of_event(batch: Batch) -> Flags:
    """Each event once, though its code may stand for several ids."""
    event = batch.columns["event"]
    new = np.ones(len(batch), np.bool_)
    new[1:] = event[1:] != event[:-1]
    return new


def _unit(text: str) -> int:
    return unit_named(text).omop_ids[0]


def _milligrams(amount: int, factor: Fraction | None) -> int:
    if factor is None or amount == EMPTY:
        return int(EMPTY)
    found = amount * factor
    return int(found) if found.denominator == 1 and found < _MOST else int(EMPTY)


def day_rows(given: pa.Table, account: RowAccount) -> Iterator[MadeRows]:
    """An era for each day on which a drug was given: the sum, unknown where a part of it is."""
    persons = np.asarray(whole_numbers(given["person"]), np.int64)
    passes = -(-len(persons) // _AT_ONCE)
    for number in range(passes):
        rows = np.flatnonzero(persons % passes == number)
        held = given.take(arrow_of(rows, pa.int64()))
        person, concept, day, dose = (
            np.asarray(whole_numbers(held[name]), np.int64) for name in GIVEN.names
        )
        order = order_of(person, concept, day)
        person, concept, day, dose = (c[order] for c in (person, concept, day, dose))
        keys = np.stack([person, concept, day], axis=1)
        begins = np.flatnonzero(np.r_[True, (keys[1:] != keys[:-1]).any(axis=1)])
        unknown = np.logical_or.reduceat(dose == EMPTY, begins)
        total = np.add.reduceat(np.where(dose == EMPTY, 0, dose), begins)
        total = np.where(unknown | (total >= _MOST), EMPTY, total)
        unit = np.full(len(begins), _unit("mg/d"), np.int64)
        days = day[begins]
        yield _eras(person[begins], concept[begins], days, days, total, unit, account)


def _eras(
    person: Whole,
    concept: Whole,
    start: Whole,
    end: Whole,
    dose: Whole,
    unit: Whole,
    account: RowAccount,
) -> MadeRows:
    first = account.rows["dose_era"] + 1
    account.rows["dose_era"] += len(person)
    none = dose == EMPTY
    rows = {
        "dose_era_id": arrow_of(np.arange(first, first + len(person)), pa.int64()),
        "person_id": arrow_of(person, pa.int64()),
        "drug_concept_id": arrow_of(concept, pa.int32()),
        "unit_concept_id": ids_column(unit, none),
        "dose_value": numbers_column(dose),
        "dose_era_start_date": days_column(start),
        "dose_era_end_date": days_column(end),
    }
    return MadeRows("dose_era", full_table("dose_era", rows, len(person)))
