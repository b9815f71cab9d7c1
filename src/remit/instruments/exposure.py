"""Doses over a span of days: daily, cumulative and a kilogram, in equivalents for a class.

Equivalents are those of the concept dictionary (for glucocorticoids mg of prednisone). Pulses are
given into a vein; they count into none of the doses and stand beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

import ibis
import numpy as np

from remit.criteria.compiling.dose_readings import read_doses
from remit.criteria.compiling.sources import Sources
from remit.criteria.dates import Duration, Moment, Window
from remit.criteria.environment import Environment, absence_rule
from remit.criteria.tabular.columns import MICRO
from remit.criteria.tabular.margins import readings_in_unit
from remit.criteria.tree import DOSE_FACTORS, Dose, Value
from remit.errors import ConceptError
from remit.facts.dictionary import packaged_dictionary
from remit.facts.ibis_connection import connect
from remit.facts.opened import Facts
from remit.facts.tables import TABLES
from remit.instruments.gathering import Visits, gather_sheet, visit_sources, visits_in_order
from remit.instruments.inputs import Inputs
from remit.instruments.people import chosen_persons
from remit.instruments.pulses import split_pulses
from remit.truth import Reason
from remit.units import find_unit


@dataclass(frozen=True, slots=True)
class Exposure:
    """What one person took up to a day.

    Attributes:
        daily: mg a day on the day itself. `why_daily` is set where it is only a lower bound.
        cumulative: mg over all days of the span. `why_cumulative` is set where it is only a lower
            bound: a drug taken without a known dose, or days that no observation covers.
        mean_daily: cumulative over the number of days.
        pulses: mg given into a vein over all days of the span, in none of the other numbers.
            `why_pulses` is set where it is only a lower bound.
        weight: the latest in kg within a year; None where there is none.
        daily_per_kg: mg/kg/d; None without a weight or without an exact dose.
    """

    person: int
    daily: Fraction
    why_daily: Reason | None
    cumulative: Fraction
    why_cumulative: Reason | None
    mean_daily: Fraction
    pulses: Fraction
    why_pulses: Reason | None
    weight: float | None
    daily_per_kg: float | None


def drug_exposure(
    drug: str,
    dataset: Facts,
    *,
    at: date,
    lookback: int,
    persons: tuple[int, ...] | None = None,
) -> tuple[Exposure, ...]:
    """The exposure of every person to a drug or class over `lookback` days that end on `at`.

    Raises:
        ConceptError: there is no such drug; the nearest names are given.
        DatasetError: a person is not in the dataset.
    """
    concept = packaged_dictionary().concept(drug)
    if concept.kind != "drug":
        raise ConceptError(
            f"{drug!r} is a {concept.kind} and has no dose",
            expected="a drug or class, such as glucocorticoid",
            got=drug,
            next_step="name a drug or class of the dictionary",
        )
    environment = Environment(packaged_dictionary(), frozenset({"visit"}))
    backend = connect(dataset)
    tables = {name: backend.table(name) for name in TABLES}
    everyone = chosen_persons(tables["person"], persons, place=dataset.folder)
    visits = visits_in_order(everyone, np.full(len(everyone), np.datetime64(at)), lookback=365)
    sources = Sources(tables, "", dataset.data_cut, dataset.manifest.complete)
    now = Window(Moment("visit"), Moment("visit"))
    span = Window(Moment("visit", Duration(lookback - 1, "day"), -1), Moment("visit"))
    absence = absence_rule(concept.absence)
    dose = Dose(drug, environment.ingredients(concept), now, absence)
    doses = (dose, replace(dose, window=span))
    by_mouth, by_vein = split_pulses(dose, sources)
    table, scales = read_doses(doses, visit_sources(visits, by_mouth))
    found = table.order_by("person_id").to_pyarrow()
    daily, whys = found["dose_0"].to_pylist(), found["why_0"].to_pylist()
    spans = found["why_1"].to_pylist()
    totals = _totals(dose, visits, by_mouth, lookback)
    table, _ = read_doses(doses[1:], visit_sources(visits, by_vein))
    pulse_whys = table.order_by("person_id").to_pyarrow()["why_0"].to_pylist()
    pulses = _totals(dose, visits, by_vein, lookback)
    weight = environment.measure(packaged_dictionary().concept("weight"))
    sheet = gather_sheet(Inputs(measures={"weight": weight}), visits, sources)
    kilograms = readings_in_unit(Value(weight, now), sheet)
    backend.disconnect()
    rows = []
    for row, person in enumerate(visits.person.tolist()):
        dose_now = Fraction(daily[row], MICRO * scales[dose])
        kg = None if np.isnan(kilograms[row]) or kilograms[row] <= 0 else float(kilograms[row])
        exact = whys[row] == 0
        total = totals.get(row, Fraction(0))
        rows.append(
            Exposure(
                person,
                dose_now,
                None if exact else Reason(whys[row]),
                total,
                None if spans[row] == 0 else Reason(spans[row]),
                total / lookback,
                pulses.get(row, Fraction(0)),
                None if pulse_whys[row] == 0 else Reason(pulse_whys[row]),
                kg,
                float(dose_now) / kg if exact and kg is not None else None,
            )
        )
    return tuple(rows)


def _totals(dose: Dose, visits: Visits, sources: Sources, lookback: int) -> Mapping[int, Fraction]:
    """The sum of dose × days of each visit's eras, in equivalents; unusable doses add nothing."""
    factors = {code: part.factor for part in dose.ingredients for code in part.ids}
    eras = sources.tables["dose_era"]
    eras = eras.filter(eras.drug_concept_id.isin(sorted(factors)))
    held = ibis.memtable(visits.table)
    joined = eras.join(held, eras.person_id == held.visitor)
    first = (joined.visit_day - ibis.interval(days=lookback - 1)).cast("date")
    days = (
        ibis.least(joined.dose_era_end_date, joined.visit_day).delta(
            ibis.greatest(joined.dose_era_start_date, first), unit="day"
        )
        + 1
    )
    wanted = joined.select("row", "drug_concept_id", "dose_value", "unit_concept_id", days=days)
    totals: dict[int, Fraction] = {}
    for era in wanted.filter(wanted.days > 0).to_pyarrow().to_pylist():
        unit = find_unit(omop_id=era["unit_concept_id"], text=None)
        factor = DOSE_FACTORS.get(unit.code) if unit is not None else None
        if factor is None or era["dose_value"] is None or era["dose_value"] < 0:
            continue
        amount = Fraction(era["dose_value"]) * factor * factors[era["drug_concept_id"]]
        totals[era["row"]] = totals.get(era["row"], Fraction(0)) + amount * era["days"]
    return totals
