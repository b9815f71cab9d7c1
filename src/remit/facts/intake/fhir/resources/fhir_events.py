"""What a resource says, as an event that still lacks the ids of its codes and its person.

Events wait in a file, batch by batch, until all codes and persons are known: memory holds one
batch, whatever the size of the source.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

import pyarrow as pa

from remit.facts.intake.fhir.files.fhir_elements import Element
from remit.facts.intake.fhir.resources.fhir_codes import NO_CODE, CodeNumbers
from remit.facts.intake.fhir.resources.fhir_medicines import Medicines
from remit.facts.intake.fhir.resources.fhir_quantities import NO_UNIT, UnitNumbers

UNTIL_NOW = (1 << 31) - 1  # the last possible day is that of the data
NO_MEDICATION = 0
ROUNDED = "numbers that were rounded"
SUPPLIED = "ends by supply"


class EventKind(IntEnum):
    """What an event is: the table that it goes to where its code says no other."""

    CONDITION = 1
    MEASUREMENT = 2
    OBSERVATION = 3
    PROCEDURE = 4
    PRESCRIBED = 5
    ADMINISTERED = 6
    STATED = 7
    VACCINE = 8
    VISIT = 9
    ALLERGY = 10
    REPORT = 11
    SPECIMEN = 12
    DOSE = 13  # of a drug whose exposure stands in another event


class DoseKind(IntEnum):
    """How far a dose is known."""

    NONE = 0  # not at all: an era without a number
    DAILY = 1
    WEEKLY = 2
    ONCE = 3  # one of those that a day adds up
    ELSEWHERE = 4  # in events of its own
    NEVER = 5  # nobody asks for one


class Event(NamedTuple):
    """One dated fact. Numbers are in millionths; codes and units are numbers of their own lists.

    Attributes:
        day, last: the first and the last possible first day. time: in milliseconds since 1970.
        end, end_last: the same of the last day; `UNTIL_NOW` for the last day of the data.
        value: the number of a coded value; an OMOP id below zero.
    """

    kind: int
    code: int
    day: int
    last: int
    time: int | None = None
    end: int | None = None
    end_last: int | None = None
    number: int | None = None
    operator: int | None = None
    unit: int = NO_UNIT
    value: int = NO_CODE
    text: str | None = None
    low: int | None = None
    high: int | None = None
    medication: int = NO_MEDICATION
    route: int = NO_CODE
    dose: int | None = None
    dose_unit: int = NO_UNIT
    dose_kind: int = int(DoseKind.NONE)


EVENTS = pa.schema(
    [
        ("kind", pa.int8()),
        ("code", pa.int32()),
        ("day", pa.int32()),
        ("last", pa.int32()),
        ("time", pa.int64()),
        ("end", pa.int32()),
        ("end_last", pa.int32()),
        ("number", pa.int64()),
        ("operator", pa.int32()),
        ("unit", pa.int32()),
        ("value", pa.int32()),
        ("text", pa.string()),
        ("low", pa.int64()),
        ("high", pa.int64()),
        ("medication", pa.int32()),
        ("route", pa.int32()),
        ("dose", pa.int64()),
        ("dose_unit", pa.int32()),
        ("dose_kind", pa.int8()),
        ("resource", pa.int64()),
        ("person", pa.int32()),
        ("reference", pa.string()),
    ]
)
# One row a resource that was read: which it is, and which version of it.
RESOURCES = pa.schema(
    [
        ("key", pa.int64()),
        ("resource", pa.int64()),
        ("kind", pa.int8()),
        ("version", pa.string()),
        ("updated", pa.string()),
        ("print", pa.int64()),
    ]
)


@dataclass(slots=True)
class FhirReading:
    """What is found out while resources are read.

    Attributes:
        text: of the resource that is read now. notes: what has to be said -> how often.
        parts: type, and why a part of such a resource was left out -> how often.
    """

    codes: CodeNumbers = field(default_factory=CodeNumbers)
    units: UnitNumbers = field(default_factory=UnitNumbers)
    medicines: Medicines = field(default_factory=Medicines)
    notes: Counter[str] = field(default_factory=Counter)
    parts: Counter[tuple[str, str]] = field(default_factory=Counter)
    text: bytes = b""


Reader = Callable[[Element, FhirReading], Sequence[Event]]
