"""Scores, what they ask, shifts and doses as text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from remit.facts.person_names import NO_NAMES, PersonNames
from remit.instruments.bound_instrument import BoundInstrument
from remit.instruments.cards import Card, CardOutcome
from remit.instruments.exposure import Exposure
from remit.instruments.instrument import Instrument
from remit.instruments.shifts import NO_VISIT, Shift, shift_counts, table_grades
from remit.terminal import visible_text
from remit.views.terminal.plain_tables import SHOWN, columns_table
from remit.views.words import answers_text, values_read


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


def _outcome_text(outcome: CardOutcome) -> Text:
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


def outcomes_text(card: Card) -> str:
    """The outcomes of a card, a line each, and what was not assessed or not used."""
    lines = []
    for outcome in card.outcomes:
        note = "" if outcome.complete else f"  not complete: {outcome.why}"
        flag = "  (unconfirmed rule)" if outcome.unconfirmed else ""
        lines.append(f"{outcome.id:28}{outcome.value}{note}{flag}")
    if card.not_assessed:
        lines.append(f"items not assessed: {card.not_assessed}")
    return visible_text("\n".join((*lines, *unusable_lines(card))))


def scores_text(rows: Sequence[Mapping[str, object]]) -> RenderableType:
    """Rows of `scores_table`, as many as a terminal holds."""
    table = columns_table("person", "date", "output", "value", "complete", whole=("date",))
    for row in rows[:SHOWN]:
        low, high = row["low"], row["high"]
        value = row["grade"] or (
            f"{low:g}" if low == high and low is not None else _span(low, high)
        )
        complete = "yes" if row["complete"] else "no"
        table.add_row(
            str(row["person"]), str(row["date"]), str(row["output"]), str(value), complete
        )
    rest = len(rows) - SHOWN
    more = f"… {rest} more rows: write them with --out FILE"
    return Group(table, more) if rest > 0 else table


def _span(low: object, high: object) -> str:
    left = "…" if low is None else f"{low:g}"
    right = "…" if high is None else f"{high:g}"
    return f"{left} to {right}"


def doses_text(
    rows: Sequence[Exposure], *, lookback: int, names: PersonNames = NO_NAMES
) -> RenderableType:
    """The doses person by person, as many as a terminal holds; `lookback` in days.

    Args:
        names: how the dataset calls its persons.
    """
    heads = (
        "person", "mg a day", f"mg in {lookback} days", "mean mg a day", "mg in pulses",
        "mg/kg a day",
    )  # fmt: skip
    table = columns_table(*heads, right=heads)
    for row in rows[:SHOWN]:
        table.add_row(
            names.shown(row.person),
            _bound(float(row.daily), open_=row.why_daily is not None),
            _bound(float(row.cumulative), open_=row.why_cumulative is not None),
            _bound(float(row.mean_daily), open_=row.why_cumulative is not None),
            _bound(float(row.pulses), open_=row.why_pulses is not None),
            "unknown" if row.daily_per_kg is None else f"{row.daily_per_kg:.3g}",
        )
    rest = len(rows) - SHOWN
    return Group(table, f"… {rest} more rows: use --json") if rest > 0 else table


def _bound(number: float, *, open_: bool) -> str:
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return f"{'>= ' if open_ else ''}{text}"
