"""What an instrument asks for, in words, the same in every view."""

from __future__ import annotations

from remit.instruments.instrument import Item
from remit.instruments.scoring import BoundInstrument


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
