"""Scores as text for the terminal and as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from remit.instruments.cards import Card, Outcome
from remit.instruments.instrument import Instrument, Item
from remit.instruments.scoring import BoundInstrument
from remit.instruments.shifts import NO_VISIT, Shift, shift_counts, table_grades
from remit.terminal import columns_table


def card_text(card: Card) -> Group:
    """A card as a table, its outcomes, and what is unconfirmed."""
    table = columns_table("item", "answer", "points", "source")
    group = ""
    for line in card.items:
        if line.group != group:
            group = line.group
            table.add_row(Text(group, style="bold"), "", "", "")
        style = {"present": "bold", "not assessed": "dim"}.get(line.answer, "")
        origin = line.source
        if line.contradiction:
            origin += f" CONTRADICTED: {line.contradiction}"
        table.add_row(line.label, Text(line.answer, style=style), line.points, origin)
    title = Text(f"{card.instrument.title}, {card.visit}", style="bold")
    outcomes = (_outcome_text(outcome) for outcome in card.outcomes)
    unusable = (Text(line, style="yellow") for line in unusable_lines(card))
    return Group(title, "", table, "", *outcomes, *unusable)


def unusable_lines(card: Card) -> list[str]:
    """What was given and not used, one line each."""
    return [f"{name} was given and not used: {why}" for name, why in card.unusable]


def _outcome_text(outcome: Outcome) -> Text:
    text = Text(f"{outcome.label}: ")
    text.append(outcome.value, style="bold")
    if not outcome.complete:
        text.append(f"  not complete ({outcome.why})", style="yellow")
    for rule in outcome.unconfirmed:
        text.append(f"\n    unconfirmed rule: {rule}", style="dim")
    return text


def describe_text(bound: BoundInstrument) -> Group:
    """What an instrument asks and gives, so that a form can be filled."""
    instrument = bound.instrument
    heads = ("item", "answers", "points", "decided by values", "meaning")
    table = columns_table(*heads, whole=("item",))
    for item in instrument.items:
        points = "" if item.points is None else f"{item.points:g}"
        table.add_row(item.id, answers_text(item), points, item.derived or "", item.definition)
    lines: list[Text | Table | str] = [
        Text(instrument.title, style="bold"),
        f"Source: {instrument.citation}",
        f"Window: {instrument.window}",
        f"Gives:  {', '.join(instrument.outputs)}",
        "",
    ]
    if instrument.items:
        lines += [table, ""]
    values = values_read(bound)
    if values:
        lines.append(Text("Values that it reads where a form gives them:", style="bold"))
        lines += [f"  {name}: {unit}" for name, unit in values]
    lines.extend(f"Note: {note}" for note in instrument.notes)
    lines.extend(f"Unconfirmed: {rule.rule}" for rule in instrument.unconfirmed)
    return Group(*lines)


def values_read(bound: BoundInstrument) -> list[tuple[str, str]]:
    """What a form may give beside the items: the name, and the unit or the answers."""
    items = {item.id for item in bound.instrument.items}
    found = []
    for name, measure in bound.inputs.measures.items():
        if name not in items:
            units = ", ".join(unit for unit, _ in measure.multipliers)
            found.append((name, f"a number in {units}" if units else "a number"))
    found += [
        (name, ", ".join(category.values))
        for name, category in bound.inputs.categories.items()
        if name not in items
    ]
    found += [(name, "a dose a day in mg/d") for name in bound.inputs.doses]
    found += [(name, "a number of days") for name in bound.inputs.dose_days]
    people = {"age": "years", "sex": "female, male"}
    return found + [(name, people[name]) for name in sorted(bound.inputs.people)]


def answers_text(item: Item) -> str:
    """The answers that an item takes."""
    match item.type:
        case "finding":
            return "present, absent, not_attributed"
        case "grade":
            return f"{item.lowest} to {item.highest}"
        case "choice":
            return ", ".join(item.values)
        case "quantity":
            return "a number with its unit"
        case "dose":
            return "a dose a day"


def card_json(card: Card) -> dict[str, object]:
    """A card as plain data."""
    return {
        "kind": "remit.score",
        "version": 1,
        "instrument": card.instrument.id,
        "visit": card.visit,
        "unusable": [{"name": name, "why": why} for name, why in card.unusable],
        "outcomes": [
            {
                "id": outcome.id,
                "label": outcome.label,
                "value": outcome.value,
                "complete": outcome.complete,
                "why": outcome.why or None,
                "unconfirmed": list(outcome.unconfirmed),
            }
            for outcome in card.outcomes
        ],
        "items": [
            {
                "id": line.id,
                "answer": line.answer,
                "points": line.points or None,
                "source": line.source or None,
                "contradiction": line.contradiction or None,
            }
            for line in card.items
        ],
    }


def shift_tables_text(instrument: Instrument, shifts: Sequence[Shift]) -> Group:
    """The shift table of each test: baseline grade down, worst grade after it across, persons."""
    parts: list[Text | Table | str] = []
    for test, counts in shift_counts(shifts).items():
        down = table_grades(instrument, test, (baseline for baseline, _ in counts))
        across = table_grades(instrument, test, (worst for _, worst in counts))
        table = columns_table("baseline \\ worst", *across, right=across)
        for baseline in down:
            table.add_row(baseline, *(str(counts.get((baseline, worst), 0)) for worst in across))
        parts += [Text(f"{test}: persons by grade", style="bold"), table, ""]
    return Group(*parts)


def shifts_text(shifts: Sequence[Shift]) -> Table:
    """The shifts of one person, a line a test."""
    table = columns_table("test", "baseline", "worst", "shift", "visit", "date", "day")
    for row in shifts:
        worst = NO_VISIT if row.worst is None else row.worst.text
        when = (row.worst_visit, row.worst_date, row.worst_day)
        table.add_row(
            row.test,
            row.baseline.text,
            worst,
            row.shift_text,
            *("" if part is None else str(part) for part in when),
        )
    return table


def shift_json(shift: Shift) -> dict[str, object]:
    """A shift as plain data."""
    return {
        "person": shift.person,
        "test": shift.test,
        "baseline": shift.baseline.text,
        "baseline_date": shift.baseline_date.isoformat(),
        "worst": None if shift.worst is None else shift.worst.text,
        "worst_date": None if shift.worst_date is None else shift.worst_date.isoformat(),
        "worst_day": shift.worst_day,
        "worst_visit": shift.worst_visit,
        "shift": shift.shift_text,
        "visits": shift.visits,
        "unknown_visits": shift.unknown_visits,
    }
