"""What decided a criterion, in a coordinator's words: a title, a value, a day and the record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from remit.criteria.evidence import Evidence
from remit.criteria.leaves import Slope
from remit.criteria.readings import Dose, Measure, Value
from remit.criteria.reference.doses import daily_dose
from remit.criteria.reference.records import PersonRecords
from remit.criteria.reference.spans import window_days
from remit.criteria.reference.values import completed_months
from remit.criteria.tree import (
    AgeTest,
    Attested,
    AttributeIn,
    CountTest,
    DoseDays,
    DoseTest,
    Exists,
    LinearTest,
    Quantified,
    SexIs,
    Unchanged,
    ValueIn,
    ValueTest,
)
from remit.facts.tables import FEMALE, MALE
from remit.screening.causes import Cause, Titles, cause_of, nothing_of
from remit.screening.decisive_leaves import Decider, DecisiveLeaf, DecisiveScore, latest
from remit.screening.decisive_numbers import (
    day_and_row,
    number_cause,
    record_behind,
    records_cause,
    slope_cause,
)
from remit.truth import Status
from remit.units import number_text, unit_text

_SEXES: Mapping[int, str] = {FEMALE: "female", MALE: "male"}


def causes_of(decider: Decider, person: PersonRecords, titles: Titles) -> tuple[Cause, ...]:
    """What a decider says, in the order in which it is told."""
    if isinstance(decider, DecisiveScore):
        return (_of_score(decider, titles),)
    leaf, shown = decider.leaf, decider.evidence
    match leaf:
        case ValueTest():
            return tuple(
                number_cause(item, leaf.value.measure, leaf.test, person, titles) for item in shown
            )
        case Quantified():
            return (records_cause(leaf, decider, person, titles),)
        case Slope():
            return (slope_cause(leaf, shown, person, titles),)
        case CountTest():
            return (_of_count(leaf, shown, person, titles),)
        case Exists():
            return (_of_events(leaf, shown, person, titles),)
        case ValueIn():
            return tuple(
                cause_of(titles.concept(leaf.name), item, titles.answer(item.code))
                for item in shown
            )
        case AttributeIn():
            if not shown:
                return (nothing_of(titles.concept(leaf.events.name), leaf.window, person),)
            return (cause_of(titles.concept(leaf.name), shown[-1], titles.answer(shown[-1].code)),)
        case SexIs():
            return (Cause("sex", _SEXES.get(person.gender, "not recorded")),)
        case AgeTest():
            return (_of_age(leaf, person),)
        case DoseTest() | DoseDays():
            return (_of_dose(leaf.dose, shown, person, titles),)
        case Unchanged():
            return (_of_unchanged(leaf, decider, person, titles),)
        case Attested():
            return (_of_signature(leaf, decider, titles),)
        case LinearTest():
            return _of_sum(leaf, shown, person, titles)


def _of_sum(
    leaf: LinearTest, shown: tuple[Evidence, ...], person: PersonRecords, titles: Titles
) -> tuple[Cause, ...]:
    """Each reading of the sum; of a dose that nobody took, that alone."""
    found = []
    for reading in leaf.readings:
        if isinstance(reading, Value):
            codes = frozenset(reading.measure.ids)
            for item in shown:
                if item.table == "measurement" and record_behind(item, person).concept in codes:
                    found.append(number_cause(item, reading.measure, None, person, titles))
        else:
            drugs = frozenset(reading.ids)
            eras = tuple(i for i in shown if i.table == "dose_era" and i.code in drugs)
            found.append(_of_dose(reading, eras, person, titles))
    return tuple(cause for cause in found if cause.row is None) or tuple(found)


def _of_count(
    leaf: CountTest, shown: tuple[Evidence, ...], person: PersonRecords, titles: Titles
) -> Cause:
    title = titles.concept(leaf.counted.name)
    item = latest(shown)
    if item is None:
        return nothing_of(title, leaf.window, person)
    if len(shown) > 1:
        return cause_of(f"{len(shown)} records of {title}", item)
    if isinstance(leaf.counted, Measure):
        return number_cause(item, leaf.counted, None, person, titles)
    return cause_of(titles.code(item.code or 0, leaf.counted.name), item)


def _of_events(
    leaf: Exists, shown: tuple[Evidence, ...], person: PersonRecords, titles: Titles
) -> Cause:
    beside = "".join(f" with {titles.concept(other.name)}" for other in leaf.overlapping)
    item = latest(shown)
    if item is None:
        return nothing_of(titles.concept(leaf.events.name) + beside, leaf.window, person)
    return cause_of(titles.code(item.code or 0, leaf.events.name) + beside, item)


def _of_dose(
    dose: Dose, shown: tuple[Evidence, ...], person: PersonRecords, titles: Titles
) -> Cause:
    """The dose of a day in mg, as it was compared, and the era that began last."""
    item = latest(shown)
    days = window_days(dose.window, person)
    if item is None or days is None:
        return nothing_of(titles.concept(dose.name), dose.window, person)
    amount = daily_dose(dose, days, person)
    least = "" if amount.at_least is None else "at least "
    value = f"{least}{_fraction(amount.value)} mg/d"
    return cause_of(titles.concept(dose.name), item, value)


def _fraction(number: Fraction) -> str:
    return number_text(float(number))


def _of_unchanged(
    leaf: Unchanged, decider: DecisiveLeaf, person: PersonRecords, titles: Titles
) -> Cause:
    """The last change of the dose in the window: a day on which an era begins, or its last day."""
    days = window_days(leaf.dose.window, person)
    if not decider.evidence or days is None:
        return nothing_of(titles.concept(leaf.dose.name), leaf.dose.window, person)
    if decider.status is Status.MET:
        item = max(decider.evidence, key=day_and_row)
        return cause_of(
            f"unchanged {titles.code(item.code or 0, leaf.dose.name)}", item, _era(item)
        )

    def changes(item: Evidence) -> tuple[date, str]:
        if item.end is not None and item.end < days.last:
            return item.end, "ended"
        return item.day, "began"

    item = max(decider.evidence, key=lambda one: (changes(one)[0], one.row))
    day, word = changes(item)
    title = titles.code(item.code or 0, leaf.dose.name)
    return cause_of(title, item, f"{_era(item)} {word}".strip(), day=day)


def _era(item: Evidence) -> str:
    if item.number is None:
        return ""
    return f"{number_text(item.number)} {unit_text(item.unit or '')}".strip()


def _of_age(leaf: AgeTest, person: PersonRecords) -> Cause:
    day = person.anchors[leaf.anchor]
    unit = 12 if leaf.period == "year" else 1
    least = completed_months(person.latest_birth, day) // unit
    most = completed_months(person.earliest_birth, day) // unit
    number = str(most) if least == most else f"{least} to {most}"
    plural = "" if most == 1 else "s"
    return Cause("age", f"{number} {leaf.period}{plural}", day, "person", person.person)


def _of_signature(leaf: Attested, decider: DecisiveLeaf, titles: Titles) -> Cause:
    answer = "yes" if decider.status is Status.MET else "no"
    asked = titles.protocol.attestations.get(leaf.item)
    statement = asked.text.rstrip(". ") if asked is not None else leaf.item.replace("_", " ")
    return cause_of(f"signed {answer}: {statement}", decider.evidence[0])


def _of_score(score: DecisiveScore, titles: Titles) -> Cause:
    leaf = score.leaf
    if score.points is not None:
        assert isinstance(leaf, ValueTest), "points are compared with a number"
        title = titles.concept(leaf.value.measure.name)
        low, high = score.points
        number = _fraction(low) if low == high else f"{_fraction(low)} to {_fraction(high)}"
        value = f"{number} from its items"
    else:
        assert isinstance(leaf, ValueIn), "a classification has values"
        title = titles.concept(leaf.name)
        accepted = " or ".join(titles.answer(code) for code in leaf.accepted)
        isnt = "" if score.status is Status.MET else "not "
        value = f"{isnt}{accepted} by its items"
    item = latest(score.evidence)
    return Cause(title, value) if item is None else cause_of(title, item, value)
