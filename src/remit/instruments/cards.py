"""One visit's score as the card that a clinician knows: item by item, with value and source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from remit.criteria.columns.numbers import HIGHEST, LOWEST, MICRO, Categories, Numbers
from remit.criteria.columns.sheet import Sheet, dose_column
from remit.criteria.columns.thresholds import usable
from remit.criteria.tree import Node
from remit.instruments.bound_instrument import BoundInstrument
from remit.instruments.catalogue import FINDING_VALUES, NOT_ATTRIBUTED, PRESENT
from remit.instruments.inputs import inputs_of
from remit.instruments.instrument import Instrument, Item
from remit.instruments.scores import ScoredItem, Scores
from remit.truth import Reason, Status, reasons_of_mask
from remit.units import UNLISTED, zero_of

_ANSWER: Mapping[Status, str] = {
    Status.MET: "present",
    Status.NOT_MET: "absent",
    Status.UNKNOWN: "not assessed",
    Status.NOT_APPLICABLE: "does not apply",
}


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item of a card.

    Attributes:
        points: as text; empty for items that give none by themselves.
        source: where the answer comes from: a record with its date, or the values that decided it.
        contradiction: what a laboratory value says against a recorded answer; empty if nothing.
    """

    id: str
    label: str
    group: str
    answer: str
    points: str
    source: str
    contradiction: str = ""


@dataclass(frozen=True, slots=True)
class CardOutcome:
    """One output of a card: its label, its value as text and, where open, why."""

    id: str
    label: str
    value: str
    complete: bool
    why: str = ""
    unconfirmed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A score of one visit, ready to be shown.

    Attributes:
        unusable: values that are there and were not used: the name, and why.
    """

    instrument: Instrument
    visit: str
    items: tuple[ItemLine, ...]
    outcomes: tuple[CardOutcome, ...]
    unusable: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        outcomes = ", ".join(f"{outcome.label} {outcome.value}" for outcome in self.outcomes[:3])
        return f"<Card {self.instrument.id}, {self.visit}: {outcomes}>"

    @property
    def not_assessed(self) -> int:
        return sum(line.answer == "not assessed" for line in self.items)


def number_text(numbers: Numbers, row: int) -> str:
    """A number of a column as text, with its unit; a range where it is known in part.

    >>> from remit.criteria.columns.numbers import exact_numbers
    >>> number_text(exact_numbers([8]), 0)
    '8'
    """
    low, high = int(numbers.low[row]), int(numbers.high[row])
    place = int(numbers.unit[row])
    unit = (
        f" {numbers.units[place].removeprefix(UNLISTED)}"
        if place >= 0
        else " (unit unknown)"
        if place == -2
        else ""
    )
    each = MICRO * numbers.scale
    zero = float(zero_of(numbers.units[place])) if place >= 0 else 0.0

    def plain(micro: int) -> str:
        return f"{micro / each + zero:.6f}".rstrip("0").rstrip(".")

    if low == high:
        return plain(low) + unit
    if low > LOWEST and high < HIGHEST:
        return f"{plain(low)} to {plain(high)}{unit}"
    if low > LOWEST:
        return f"{'>' if numbers.low_open[row] else '>='} {plain(low)}{unit}"
    if high < HIGHEST:
        return f"{'<' if numbers.high_open[row] else '<='} {plain(high)}{unit}"
    return "unknown"


def grade_text(column: Categories, names: tuple[str, ...], row: int) -> str:
    """A grade as text; the possible ones joined by "or" where it is not known."""
    mask = int(column.possible[row])
    return " or ".join(name for place, name in enumerate(names) if mask & (1 << place))


def card_of(bound: BoundInstrument, scores: Scores, row: int, *, visit: str) -> Card:
    """The card of one row of a scored sheet."""
    instrument = bound.instrument
    items = tuple(_line(item, bound, scores, row) for item in instrument.items)
    return Card(instrument, visit, items, outcomes_of(scores, row), _unusable(bound, scores, row))


def _unusable(bound: BoundInstrument, scores: Scores, row: int) -> tuple[tuple[str, str], ...]:
    found = []
    for name, measure in bound.inputs.measures.items():
        numbers = scores.sheet.numbers.get(name)
        if numbers is None or numbers.why[row] not in {0, Reason.CENSORED}:
            continue
        why = int(usable(numbers.take(np.array([row])), measure).why[0])
        if why not in {0, Reason.CENSORED}:
            found.append((name, Reason(why).word))
    return tuple(found)


def outcomes_of(scores: Scores, row: int) -> tuple[CardOutcome, ...]:
    """What came out for one row."""
    instrument = scores.instrument
    labels = {part.id: part.label for part in instrument.formulas}
    labels |= {part.id: part.label for part in instrument.totals}
    labels |= {part.id: part.label for part in instrument.ladders}
    ladders = {ladder.id: ladder for ladder in instrument.ladders}
    found = []
    for name in instrument.outputs:
        flags = tuple(u.rule for u in instrument.unconfirmed if name in u.touches)
        if name in ladders:
            column = scores.grades[name]
            why = int(column.why[row])
            text = grade_text(column, ladders[name].grades, row)
        else:
            numbers = scores.numbers[name]
            why = int(numbers.why[row])
            text = number_text(numbers, row)
        reason = Reason(why).word if why else ""
        found.append(CardOutcome(name, labels[name], text, why == 0, reason, flags))
    return tuple(found)


def _line(item: Item, bound: BoundInstrument, scores: Scores, row: int) -> ItemLine:
    group = (item.group or "").replace("_", " ")
    if item.type == "finding":
        return _finding_line(item, group, bound, scores, row)
    sheet = scores.sheet
    if item.type == "choice":
        column = sheet.categories.get(item.id)
        names = {code: name for name, code in item.values.items()}
        answer = "not assessed"
        if column is not None and column.why[row] == 0:
            answer = names[column.ids[int(column.possible[row]).bit_length() - 1]]
        return ItemLine(item.id, item.label, group, answer, "", _record(column, row))
    name = dose_column(item.id) if item.type == "dose" else item.id
    numbers = sheet.numbers.get(name)
    text = "unknown" if numbers is None else number_text(numbers, row)
    answer = "not assessed" if text == "unknown" else text
    return ItemLine(item.id, item.label, group, answer, "", _record(numbers, row))


def _finding_line(
    item: Item, group: str, bound: BoundInstrument, scores: Scores, row: int
) -> ItemLine:
    found = scores.findings[item.id]
    status = Status(int(found.verdict.statuses[row]))
    column = scores.sheet.categories[item.id]
    answer = _ANSWER[status]
    ids = tuple(sorted(FINDING_VALUES.values()))
    by_record = found.recorded is not None and found.recorded.statuses[row] != Status.UNKNOWN
    not_lupus = 1 << ids.index(NOT_ATTRIBUTED)
    if by_record and int(column.possible[row]) == not_lupus:
        answer = "present, not due to lupus"
    if int(column.possible[row]) == not_lupus | 1 << ids.index(PRESENT):
        answer = "present, cause unknown"
        by_record = True
    points = ""
    if item.points is not None:
        points = {Status.MET: f"{item.points:g}", Status.NOT_MET: "0"}.get(
            status, f"0 to {item.points:g}"
        )
    source, against = _source(item, found, bound, scores, row, by_record=by_record)
    return ItemLine(item.id, item.label, group, answer, points, source, against)


def _source(
    item: Item,
    found: ScoredItem,
    bound: BoundInstrument,
    scores: Scores,
    row: int,
    *,
    by_record: bool,
) -> tuple[str, str]:
    node = bound.derived.get(item.id)
    values = "" if node is None else values_text(node, bound, scores.sheet, row)
    if by_record:
        against = f"but {values}" if found.contradicted[row] else ""
        record = f"recorded{_record(scores.sheet.categories[item.id], row)}"
        # The value for which another cause was recorded stays on the card.
        seen = found.derived is not None and found.derived.statuses[row] == Status.MET
        if seen and found.verdict.statuses[row] != Status.MET and not against:
            record += f", with {values}"
        return record, against
    derived = found.derived
    if derived is not None and derived.statuses[row] != Status.UNKNOWN:
        return f"from {values}", ""
    reasons = sorted(reason.word for reason in reasons_of_mask(int(found.verdict.reasons[row])))
    if not reasons and Status(int(found.verdict.statuses[row])) is Status.NOT_MET:
        return "taken as absent: nothing recorded", ""
    return ", ".join(reasons), ""


def values_text(node: Node, bound: BoundInstrument, sheet: Sheet, row: int) -> str:
    """The values that an expression reads at a visit, each with its date."""
    read = inputs_of([node], bound.environment.dictionary)
    parts = []
    for name in read.measures:
        numbers = sheet.numbers.get(name)
        if numbers is None or numbers.why[row] in {Reason.NO_DATA, Reason.NO_VALUE}:
            continue
        value = number_text(numbers, row) + _limits(numbers, row)
        parts.append(f"{name} {value}{_record(numbers, row)}")
    return ", ".join(parts)


def _limits(numbers: Numbers, row: int) -> str:
    low, high = int(numbers.lln[row]), int(numbers.uln[row])
    if not low and not high:
        return ""
    if not high:
        return f" (normal from {low / MICRO:g})"
    if not low:
        return f" (normal up to {high / MICRO:g})"
    return f" (normal {low / MICRO:g} to {high / MICRO:g})"


def _record(column: Numbers | Categories | None, row: int) -> str:
    """The record behind a value: its date and key; nothing for what a form gave."""
    if column is None or int(column.row[row]) < 0:
        return ""
    day = column.day[row]
    date = "" if np.isnat(day) else f" of {day}"
    return f"{date} (measurement {int(column.row[row])})"
