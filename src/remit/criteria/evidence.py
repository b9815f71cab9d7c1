"""The record that decided a leaf."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Evidence:
    """One record behind a leaf: where it stands, what it says, and what it was read as.

    Attributes:
        table, row: the OMOP table and the key of the row.
        day, end: its date, and its last day where it has one.
        number, unit: as recorded.
        value, value_unit: converted to the concept's canonical unit, for display.
        code: the OMOP concept id of the record's coded value, or of the event.
    """

    table: str
    row: int
    day: date
    end: date | None = None
    number: Decimal | None = None
    unit: str | None = None
    value: float | None = None
    value_unit: str | None = None
    code: int | None = None
    text: str | None = None
