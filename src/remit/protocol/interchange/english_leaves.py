"""Windows and leaves in plain English."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar, cast

from remit.criteria.dates import Duration, Moment, Window
from remit.criteria.leaves import (
    AgeTest,
    Attested,
    AttributeIn,
    CountTest,
    DoseDays,
    DoseTest,
    Exists,
    Leaf,
    LinearTest,
    Quantified,
    SexIs,
    Slope,
    Unchanged,
    ValueIn,
    ValueTest,
)
from remit.criteria.readings import Dose, Measure, Reading, Test, Threshold, Value
from remit.facts.dictionary import Dictionary
from remit.facts.tables import FEMALE, MALE
from remit.units import unit_text

_LeafT = TypeVar("_LeafT")
_SEXES: Mapping[int, str] = {FEMALE: "female", MALE: "male"}
RELATIONS: Mapping[str, str] = {
    "<": "below",
    "<=": "at most",
    "=": "exactly",
    ">=": "at least",
    ">": "above",
}


@dataclass(frozen=True, slots=True)
class Words:
    """What names are called in a text: concepts by their labels, statements by their texts."""

    dictionary: Dictionary
    statements: Mapping[str, str]

    def concept(self, name: str) -> str:
        """The label of a concept, or of one less another."""
        held, _, without = name.partition(" except ")
        found = self.dictionary.concepts.get(held)
        label = held.replace("_", " ") if found is None else found.label
        return f"{label} (but not {self.concept(without)})" if without else label

    def answers(self, name: str, ids: Sequence[int]) -> str:
        """The labels of coded values."""
        concept = self.dictionary.concepts.get(name)
        values = {} if concept is None else concept.values
        known = {value.omop: value.label for value in values.values()}
        return _one_of([known.get(code, f"code {code}") for code in ids])


def is_weighted(dose: Dose) -> bool:
    return any(part.factor != 1 for part in dose.ingredients)


def window_words(window: Window) -> str:
    """The days of a window.

    >>> window_words(Window(Moment("screening", Duration(28, "day"), -1), Moment("screening")))
    'from 28 days before screening up to screening'
    >>> window_words(Window(None, Moment("screening"), end_open=True))
    'at any time before screening'
    """
    start, end = window.start, window.end
    if start is not None and start == end:
        return f"on the day of {_moment(start)}" if start.offset is None else f"{_moment(start)}"
    last = "" if end is None else f"{'until before' if window.end_open else 'up to'} {_moment(end)}"
    if start is None:
        if end is None:
            return "at any time"
        return f"at any time {'before' if window.end_open else 'up to'} {_moment(end)}"
    first = f"{'after' if window.start_open else 'from'} {_moment(start)}"
    return f"{first} {last}" if last else f"{first} on"


def _moment(moment: Moment) -> str:
    anchor = (
        str(moment.anchor) if not isinstance(moment.anchor, str) else anchor_words(moment.anchor)
    )
    if moment.offset is None:
        return anchor
    side = "before" if moment.sign < 0 else "after"
    length = str(moment.offset)
    if moment.days:
        more = Duration(abs(moment.days), "day")
        same = (moment.days < 0) == (moment.sign < 0)
        length = f"{length} {'and' if same else 'less'} {more}"
    return f"{length} {side} {anchor}"


def anchor_words(name: str) -> str:
    return name.replace("_", " ")


def _one_of(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} or {texts[-1]}"


def _test(test: Test, measure: Measure) -> str:
    relation = RELATIONS[test.operator]
    if isinstance(test, Threshold):
        return f"{relation} {_quantity(test.value, measure.unit)}"
    side = "upper" if test.side == "uln" else "lower"
    return f"{relation} {fraction_text(test.factor)} times the {side} limit printed with the value"


def _quantity(number: Fraction, unit: str) -> str:
    return f"{fraction_text(number)} {unit_text(unit)}".strip()


def fraction_text(number: Fraction) -> str:
    """An exact number: as a decimal where one says it, else as a fraction.

    >>> fraction_text(Fraction(3, 2)), fraction_text(Fraction(1, 3)), fraction_text(Fraction(400))
    ('1.5', '1/3', '400')
    """
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"{number.numerator}/{number.denominator}"
    digits = number.denominator.bit_length()  # more than enough: each halving adds one
    text = f"{Decimal(int(number * 10**digits)).scaleb(-digits):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _value_test(leaf: ValueTest, words: Words) -> str:
    value = leaf.value
    which = "earliest" if value.earliest else "latest"
    label, days = words.concept(value.measure.name), window_words(value.window)
    return f"the {which} {label} {days} is {_test(leaf.test, value.measure)}"


def _quantified(leaf: Quantified, words: Words) -> str:
    which = "every" if leaf.every else "some"
    label, days = words.concept(leaf.measure.name), window_words(leaf.window)
    asked = f"{which} {label} {days} is {_test(leaf.test, leaf.measure)}"
    if leaf.gap is None:
        return asked
    return f"{asked}, and a second such value lies {leaf.gap[0]} to {leaf.gap[1]} from it"


def _slope(leaf: Slope, words: Words) -> str:
    label, relation = words.concept(leaf.measure.name), RELATIONS[leaf.threshold.operator]
    number = _quantity(leaf.threshold.value, leaf.measure.unit)
    days = window_words(leaf.window)
    return f"the straight line through all {label} {days} rises by {relation} {number} a year"


def _exists(leaf: Exists, words: Words) -> str:
    asked = f"a record of {words.concept(leaf.events.name)} {window_words(leaf.window)}"
    others = [words.concept(events.name) for events in leaf.overlapping]
    return f"{asked}, at the same time as {' and '.join(others)}" if others else asked


def _count(leaf: CountTest, words: Words) -> str:
    label, days = words.concept(leaf.counted.name), window_words(leaf.window)
    relation = RELATIONS[leaf.operator]
    return f"the number of records of {label} {days} is {relation} {fraction_text(leaf.number)}"


def _value_in(leaf: ValueIn, words: Words) -> str:
    which = "earliest" if leaf.earliest else "latest"
    label, days = words.concept(leaf.name), window_words(leaf.window)
    return f"the {which} {label} {days} is {words.answers(leaf.name, leaf.accepted)}"


def _attribute(leaf: AttributeIn, words: Words) -> str:
    label, event = words.concept(leaf.name), words.concept(leaf.events.name)
    answers = words.answers(leaf.name, leaf.accepted)
    return f"{label} of the latest {event} {window_words(leaf.window)} is {answers}"


def _sex(leaf: SexIs, words: Words) -> str:
    return f"the recorded sex is {_one_of([_SEXES.get(s, f'code {s}') for s in leaf.accepted])}"


def _age(leaf: AgeTest, words: Words) -> str:
    number, relation = fraction_text(leaf.number), RELATIONS[leaf.operator]
    anchor = anchor_words(leaf.anchor)
    return f"the age at {anchor}, in completed {leaf.period}s, is {relation} {number}"


def _dose(dose: Dose, words: Words) -> str:
    label, days = words.concept(dose.name), window_words(dose.window)
    counted = ", in equivalents of one drug," if is_weighted(dose) else ""
    one_day = dose.window.start is not None and dose.window.start == dose.window.end
    return f"the {'' if one_day else 'highest '}daily dose of {label}{counted} {days}"


def _dose_test(leaf: DoseTest, words: Words) -> str:
    relation = RELATIONS[leaf.threshold.operator]
    return f"{_dose(leaf.dose, words)} is {relation} {_quantity(leaf.threshold.value, 'mg/d')}"


def _unchanged(leaf: Unchanged, words: Words) -> str:
    days = window_words(leaf.dose.window)
    return f"the daily dose of {words.concept(leaf.dose.name)} stays the same {days}"


def _dose_days(leaf: DoseDays, words: Words) -> str:
    relation = RELATIONS[leaf.threshold.operator]
    number = _quantity(leaf.threshold.value, "mg/d")
    row = " in a row" if leaf.consecutive else ""
    label, days = words.concept(leaf.dose.name), window_words(leaf.dose.window)
    return (
        f"the daily dose of {label} is {relation} {number} on at least {leaf.days} days{row} {days}"
    )


def _attested(leaf: Attested, words: Words) -> str:
    text = words.statements.get(leaf.item, leaf.item.replace("_", " ")).rstrip(".")
    return f"somebody has signed: {text}"


def _linear(leaf: LinearTest, words: Words) -> str:
    terms = [
        f"{fraction_text(factor)} times {_reading(reading, words)}"
        for factor, reading in leaf.terms
    ]
    if leaf.constant:
        terms.append(fraction_text(leaf.constant))
    asked = f"the sum of {'; '.join(terms)} is {RELATIONS[leaf.operator]} 0"
    divisors = [_reading(reading, words) for reading in leaf.divisors]
    return f"{asked}, where {' and '.join(divisors)} is above 0" if divisors else asked


def _reading(reading: Reading, words: Words) -> str:
    if isinstance(reading, Dose):
        return f"({_dose(reading, words)} in mg/d)"
    assert isinstance(reading, Value)
    which = "earliest" if reading.earliest else "latest"
    label, unit = words.concept(reading.measure.name), unit_text(reading.measure.unit)
    return f"(the {which} {label} {window_words(reading.window)} in {unit})"


def _row(
    kind: type[_LeafT], said: Callable[[_LeafT, Words], str]
) -> tuple[type, Callable[[Leaf, Words], str]]:
    return kind, cast(Callable[[Leaf, Words], str], said)


LEAF_WORDS: Mapping[type, Callable[[Leaf, Words], str]] = dict(
    (
        _row(ValueTest, _value_test),
        _row(Quantified, _quantified),
        _row(Slope, _slope),
        _row(Exists, _exists),
        _row(CountTest, _count),
        _row(ValueIn, _value_in),
        _row(AttributeIn, _attribute),
        _row(SexIs, _sex),
        _row(AgeTest, _age),
        _row(DoseTest, _dose_test),
        _row(Unchanged, _unchanged),
        _row(DoseDays, _dose_days),
        _row(Attested, _attested),
        _row(LinearTest, _linear),
    )
)
