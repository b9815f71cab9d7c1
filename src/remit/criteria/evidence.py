"""The record that decided a leaf."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from remit.facts.dose_basis import DoseStrength
from remit.facts.imprecise_dates import UnknownDay
from remit.facts.vocabulary.code_origins import CodeOrigin


@dataclass(frozen=True, slots=True)
class Evidence:
    """One record behind a leaf: where it stands, what it says, and what it was read as.

    Attributes:
        table, row: the OMOP table and the key of the row.
        day, end: its date, and its last day where it has one.
        number, unit: as recorded.
        value, value_unit: converted to the concept's canonical unit, for display.
        code: the OMOP concept id of the record's coded value, or of the event.
        possible, possible_end: between which days they lie where they are not exactly known.
        label: what a study's own concept calls the code; None where no such concept has it.
        origin: by which code of the source the row came to its meaning, where that is certain.
        reference: what the source calls the record, such as a resource of FHIR.
        strengths: by which strengths a dose was worked out; none where the source tells it.
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
    label: str | None = None
    possible: UnknownDay | None = None
    possible_end: UnknownDay | None = None
    origin: CodeOrigin | None = None
    reference: str | None = None
    strengths: tuple[DoseStrength, ...] = ()

    @property
    def days(self) -> str:
        """Its day, or its first and its last one, in words."""
        begins = self.day.isoformat() if self.possible is None else self.possible.words
        if self.end is None or (self.end == self.day and self.possible_end == self.possible):
            return begins
        ends = self.end.isoformat() if self.possible_end is None else self.possible_end.words
        return f"{begins} to {ends}"

    def labelled(self, names: Mapping[int, str]) -> Evidence:
        """The same, its code called by a study's own names where they have it."""
        label = None if self.code is None else names.get(self.code)
        return self if label is None else replace(self, label=label)
