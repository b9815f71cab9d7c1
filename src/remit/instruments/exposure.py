"""Doses over a span of days: daily, cumulative and a kilogram, in equivalents for a class.

Equivalents are those of the concept dictionary (for glucocorticoids mg of prednisone). Pulses are
given into a vein; they count into none of the doses and stand beside them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

import numpy as np

from remit.criteria.columns.doses import dose_numbers, eras_of, scale_of
from remit.criteria.columns.margins import readings_in_unit
from remit.criteria.columns.numbers import MICRO
from remit.criteria.columns.records import Records
from remit.criteria.columns.sheet import AT_VISIT
from remit.criteria.dates import Duration, Moment, Window
from remit.criteria.environment import Environment
from remit.criteria.readings import Dose, Value
from remit.errors import ConceptError
from remit.facts.opened import Facts
from remit.instruments.inputs import Inputs
from remit.instruments.pulses import split_pulses
from remit.instruments.sheets import read_visits, sheet_of
from remit.instruments.visits import chosen_persons, days_before, visits_in_order
from remit.truth import Reason

_WEIGHT_DAYS = 365  # a weight may be so old


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
    facts: Facts,
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
    dictionary = facts.codes.dictionary
    concept = dictionary.concept(drug)
    if concept.kind != "drug":
        raise ConceptError(
            f"{drug!r} is a {concept.kind} and has no dose",
            expected="a drug or class, such as glucocorticoid",
            got=drug,
            next_step="name a drug or class of the dictionary",
        )
    environment = Environment(dictionary, frozenset({"visit"}), codes=facts.codes)
    everyone = chosen_persons(facts, persons)
    days = np.full(len(everyone), np.datetime64(at))
    visits = visits_in_order(everyone, days, days=days_before(_WEIGHT_DAYS))
    span = Window(Moment("visit", Duration(lookback - 1, "day"), -1), Moment("visit"))
    dose = environment.dose(concept, AT_VISIT)
    over_span = replace(dose, window=span)
    weight = environment.measure(dictionary.concept("weight"))
    inputs = Inputs(measures={"weight": weight}, doses={"now": dose, "span": over_span})
    held = read_visits((inputs.with_routes(),), visits, facts)
    sheet = sheet_of(Inputs(measures={"weight": weight}), held)
    kilograms = readings_in_unit(Value(weight, AT_VISIT), sheet)
    found: list[Exposure] = []
    for part in held.parts:
        by_mouth, by_vein = split_pulses(dose, part.records)
        daily, oral = dose_numbers(dose, by_mouth), dose_numbers(over_span, by_mouth)
        vein = dose_numbers(over_span, by_vein)
        totals, pulses = _totals(over_span, by_mouth), _totals(over_span, by_vein)
        for place, row in enumerate(part.rows.tolist()):
            amount = Fraction(int(daily.low[place]), MICRO * daily.scale)
            kg = kilograms[row]
            weighs = None if np.isnan(kg) or kg <= 0 else float(kg)
            exact = daily.why[place] == 0
            found.append(
                Exposure(
                    int(visits.person[row]),
                    amount,
                    _reason(daily.why[place]),
                    totals[place],
                    _reason(oral.why[place]),
                    totals[place] / lookback,
                    pulses[place],
                    _reason(vein.why[place]),
                    weighs,
                    float(amount) / weighs if exact and weighs is not None else None,
                )
            )
    return tuple(found)


def _reason(why: np.int8) -> Reason | None:
    return None if why == 0 else Reason(int(why))


def _totals(dose: Dose, records: Records) -> list[Fraction]:
    """The sum of dose × days of each visit's eras, in equivalents; unusable doses add nothing."""
    eras, span = eras_of(dose, records), records.span(dose.window)
    first = np.maximum(eras.start, span.first[eras.subject])
    last = np.minimum(eras.end, span.last[eras.subject])
    totals = [Fraction(0)] * len(records.subjects)
    each = MICRO * scale_of(dose)
    for subject, amount, days in zip(
        eras.subject.tolist(), eras.amount.tolist(), (last - first + 1).tolist(), strict=True
    ):
        totals[subject] += Fraction(amount * days, each)
    return totals
