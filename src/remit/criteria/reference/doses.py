"""Reference meaning of doses, dose stability, and arithmetic between readings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

from remit.criteria.evidence import Evidence
from remit.criteria.reference.imprecise_days import (
    agreed,
    end_days,
    has_open_doses,
    possible_extents,
    start_days,
)
from remit.criteria.reference.recorded_numbers import (
    COMPARE,
    bound_of,
    candidates,
    compare_bound,
    counting_record,
    evidence_of,
    number_in_unit,
    truth_of,
)
from remit.criteria.reference.records import DoseRecord, PersonRecords
from remit.criteria.reference.spans import (
    Days,
    ends_after_cut,
    ends_after_own_cut,
    value_days,
    window_days,
)
from remit.criteria.reference.values import Found, absences_doubt
from remit.criteria.tree import (
    DOSE_FACTORS,
    Dose,
    DoseDays,
    DoseTest,
    Ingredient,
    LinearTest,
    Reading,
    Unchanged,
    Value,
)
from remit.truth import MET, NOT_MET, Reason, truth_and, unknown
from remit.units import find_unit


@dataclass(frozen=True, slots=True)
class Amount:
    """A daily dose in mg: exact, or at least this much for a reason."""

    value: Fraction
    at_least: Reason | None
    evidence: tuple[Evidence, ...]


def _eras(ingredient: Ingredient, days: Days, person: PersonRecords) -> list[DoseRecord]:
    return [
        era
        for era in person.doses
        if era.concept in ingredient.ids and max(era.start, days.first) <= min(era.end, days.last)
    ]


def _daily(era: DoseRecord, ingredient: Ingredient) -> Fraction | Reason:
    if era.dose is None or era.dose < 0:
        return Reason.NO_DOSE
    unit = find_unit(omop_id=era.unit_id, text=None)
    factor = DOSE_FACTORS.get(unit.code) if unit is not None else None
    if factor is None:
        return Reason.UNIT_UNKNOWN if era.unit_id else Reason.UNIT_MISSING
    return Fraction(era.dose) * factor * ingredient.factor


def _exposure_without_era(dose: Dose, days: Days, person: PersonRecords) -> bool:
    """Whether a drug of the dose is taken on one of these days and no era of it says how much."""
    for ingredient in dose.ingredients:
        eras = _eras(ingredient, days, person)
        for exposure in person.events.get("drug_exposure", ()):
            if exposure.concept not in ingredient.ids:
                continue
            end = exposure.end or exposure.start
            first, last = max(exposure.start, days.first), min(end, days.last)
            # The first day of which no era has told yet; a calendar has a last day, ordinals go on.
            untold = first.toordinal()
            for era in sorted(eras, key=lambda era: era.start):
                if era.start.toordinal() <= untold <= era.end.toordinal():
                    untold = era.end.toordinal() + 1
            if untold <= last.toordinal():
                return True
    return False


def era_evidence(era: DoseRecord) -> Evidence:
    unit = find_unit(omop_id=era.unit_id, text=None)
    return Evidence(
        "dose_era",
        era.row,
        era.start,
        end=era.end,
        number=era.dose,
        unit=unit.code if unit else None,
        code=era.concept,
        possible=era.possible_start,
        possible_end=era.possible_end,
    )


def daily_dose(dose: Dose, days: Days, person: PersonRecords) -> Amount:
    """The highest daily dose on a day of the window (its only day, for `at`)."""
    doses = _doses_in(dose, days, person)
    # The sum can only rise on the first day of the window or where an era begins.
    candidates = {max(era.start, days.first) for era, _ in doses}
    highest = max((_on_day(day, doses) for day in candidates), default=Fraction(0))
    evidence = tuple(era_evidence(era) for era, _ in doses)
    return Amount(highest, _doubt(dose, doses, days, person), evidence)


def _doses_in(
    dose: Dose, days: Days, person: PersonRecords
) -> list[tuple[DoseRecord, Fraction | Reason]]:
    """The eras that share a day with the window, each with its mg/d or why that is not known."""
    return [
        (era, _daily(era, part)) for part in dose.ingredients for era in _eras(part, days, person)
    ]


def _on_day(day: date, doses: list[tuple[DoseRecord, Fraction | Reason]]) -> Fraction:
    """What is known of the amount on one day."""
    return sum(
        (d for era, d in doses if isinstance(d, Fraction) and era.start <= day <= era.end),
        Fraction(0),
    )


def _doubt(
    dose: Dose,
    doses: list[tuple[DoseRecord, Fraction | Reason]],
    days: Days,
    person: PersonRecords,
) -> Reason | None:
    """Why more than the known amounts may have been taken; None where they are all."""
    reasons = {d for _, d in doses if isinstance(d, Reason)}
    if _exposure_without_era(dose, days, person):
        reasons.add(Reason.NO_DOSE)
    if reasons:
        return min(reasons)
    return absences_doubt(dose.absences, days, person)


def evaluate_dose(leaf: DoseTest, person: PersonRecords) -> Found:
    if not has_open_doses(person):
        return _evaluate_dose(leaf, person)
    if leaf.threshold.operator == "=":
        # Two doses that are both not the one asked for may have it between them.
        both = [
            evaluate_dose(replace(leaf, threshold=replace(leaf.threshold, operator=sign)), person)
            for sign in (">=", "<=")
        ]
        reasons = [reason for found in both for reason in found.truth.reasons]
        truth = truth_and([found.truth for found in both])
        return replace(both[0], truth=unknown(min(reasons)) if truth.reasons else truth)
    return _in_all_extents(person, lambda extent: _evaluate_dose(leaf, extent))


def _in_all_extents(person: PersonRecords, evaluate: Callable[[PersonRecords], Found]) -> Found:
    """What all possible extents of the eras and exposures answer; unknown where they differ."""
    found = [evaluate(extent) for extent in possible_extents(person)]
    return Found(agreed([each.truth for each in found]), _shown(found[-1].evidence, person))


def _shown(evidence: tuple[Evidence, ...], person: PersonRecords) -> tuple[Evidence, ...]:
    """The records as they are written, in place of those on other days."""
    written = {era.row: era_evidence(era) for era in person.doses}
    return tuple(written.get(item.row, item) for item in evidence)


def _evaluate_dose(leaf: DoseTest, person: PersonRecords) -> Found:
    days = window_days(leaf.dose.window, person)
    if days is None:
        return Found(unknown(Reason.NO_ANCHOR))
    amount = daily_dose(leaf.dose, days, person)
    bound = "=" if amount.at_least is None else ">="
    passed = compare_bound(bound, amount.value, leaf.threshold.operator, leaf.threshold.value)
    if passed is not None:
        return Found(truth_of(passed), amount.evidence)
    assert amount.at_least is not None
    return Found(unknown(amount.at_least), amount.evidence)


def evaluate_dose_days(leaf: DoseDays, person: PersonRecords) -> Found:
    if not has_open_doses(person):
        return _evaluate_dose_days(leaf, person)
    return _in_all_extents(person, lambda extent: _evaluate_dose_days(leaf, extent))


def _evaluate_dose_days(leaf: DoseDays, person: PersonRecords) -> Found:
    days = window_days(leaf.dose.window, person)
    if days is None:
        return Found(unknown(Reason.NO_ANCHOR))
    doses = _doses_in(leaf.dose, days, person)
    passes = COMPARE[leaf.threshold.operator]
    # The sum is the same from each day on which an era begins, or the day after one ended, to the
    # next such day.
    changes = {max(era.start, days.first).toordinal() for era, _ in doses}
    changes |= {min(era.end, days.last).toordinal() + 1 for era, _ in doses}
    total = longest = run = 0
    for day, until in pairwise(sorted(changes)):
        above = passes(_on_day(date.fromordinal(day), doses), leaf.threshold.value)
        length = until - day if above else 0
        run = run + length if above else 0
        total, longest = total + length, max(longest, run)
    shown = tuple(era_evidence(era) for era, _ in doses)
    if (longest if leaf.consecutive else total) >= leaf.days:
        return Found(MET, shown)
    doubt = _doubt(leaf.dose, doses, days, person)
    return Found(NOT_MET if doubt is None else unknown(doubt), shown)


def evaluate_unchanged(leaf: Unchanged, person: PersonRecords) -> Found:
    days = window_days(leaf.dose.window, person)
    if days is None:
        return Found(unknown(Reason.NO_ANCHOR))
    if ends_after_own_cut(days, person):
        # An era that ends on her last day may have gone on.
        return Found(unknown(Reason.NOT_COVERED))
    if not has_open_doses(person):
        return _evaluate_unchanged(leaf, days, person)
    eras = [
        era
        for era in person.doses
        if any(era.concept in ingredient.ids for ingredient in leaf.dose.ingredients)
    ]
    sure = [era for era in eras if _changes(era, days, surely=True)]
    if sure:
        return Found(NOT_MET, tuple(era_evidence(era) for era in sure))
    may = [era for era in eras if _changes(era, days, surely=False)]
    if may:
        return Found(unknown(Reason.IMPRECISE_DATE), tuple(era_evidence(era) for era in may))
    return _in_all_extents(person, lambda extent: _evaluate_unchanged(leaf, days, extent))


def _changes(era: DoseRecord, days: Days, *, surely: bool) -> bool:
    """Whether an era begins or ends within the window: surely, or possibly."""
    first, last = days.first.toordinal(), days.last.toordinal()
    ends = end_days(era)
    assert ends is not None, "an era has an end"
    for when, from_, until in ((start_days(era), first + 1, last), (ends, first, last - 1)):
        begin, end = when.first.toordinal(), when.last.toordinal()
        if surely and from_ <= begin and end <= until:
            return True
        if not surely and max(from_, begin) <= min(until, end):
            return True
    return False


def _evaluate_unchanged(leaf: Unchanged, days: Days, person: PersonRecords) -> Found:
    eras = [era for part in leaf.dose.ingredients for era in _eras(part, days, person)]
    changed = [era for era in eras if days.first < era.start or era.end < days.last]
    if changed:
        return Found(NOT_MET, tuple(era_evidence(era) for era in changed))
    shown = tuple(era_evidence(era) for era in eras)
    if any(era.dose is None for era in eras) or _exposure_without_era(leaf.dose, days, person):
        return Found(unknown(Reason.NO_DOSE), shown)
    doubt = absences_doubt(leaf.dose.absences, days, person)
    return Found(MET if doubt is None else unknown(doubt), shown)


def _exact(
    reading: Reading, person: PersonRecords
) -> tuple[Fraction | Reason, tuple[Evidence, ...]]:
    """A reading as an exact number, or why it is none."""
    if isinstance(reading, Value):
        if value_days(reading.window, person) is None:
            return Reason.NO_ANCHOR, ()
        if not reading.earliest and ends_after_cut(reading.window, person):
            return Reason.NOT_COVERED, ()
        open_ = candidates(reading.measure.ids, reading.window, person, earliest=reading.earliest)
        if open_ is not None and (len(open_[0]) != 1 or not open_[1]):
            shown = tuple(evidence_of(record, reading.measure) for record in open_[0])
            return Reason.IMPRECISE_DATE, shown
        record = counting_record(
            reading.measure.ids, reading.window, person, earliest=reading.earliest
        )
        if record is None:
            return Reason.NO_DATA, ()
        number = number_in_unit(record, reading.measure)
        if isinstance(number, Fraction) and bound_of(record) != "=":
            number = Reason.CENSORED
        return number, (evidence_of(record, reading.measure),)
    days = window_days(reading.window, person)
    if days is None:
        return Reason.NO_ANCHOR, ()
    if has_open_doses(person):
        amounts = [daily_dose(reading, days, extent) for extent in possible_extents(person)]
        shown = _shown(amounts[-1].evidence, person)
        if len({(amount.value, amount.at_least) for amount in amounts}) > 1:
            return Reason.IMPRECISE_DATE, shown
        amount = replace(amounts[0], evidence=shown)
    else:
        amount = daily_dose(reading, days, person)
    return (amount.value if amount.at_least is None else amount.at_least), amount.evidence


def evaluate_linear(leaf: LinearTest, person: PersonRecords) -> Found:
    found = {reading: _exact(reading, person) for reading in leaf.readings}
    shown = tuple(item for _, evidence in found.values() for item in evidence)
    reasons = [number for number, _ in found.values() if isinstance(number, Reason)]
    if reasons:
        return Found(unknown(min(reasons)), shown)
    exact = {reading: number for reading, (number, _) in found.items()}
    if any(exact[reading] <= 0 for reading in leaf.divisors):
        return Found(unknown(Reason.NOT_POSITIVE), shown)
    total = leaf.constant + sum(
        (factor * exact[reading] for factor, reading in leaf.terms), Fraction(0)
    )
    return Found(truth_of(COMPARE[leaf.operator](total, Fraction(0))), shown)
