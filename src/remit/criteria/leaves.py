"""The leaves of an expression: each is met, not met, or unknown for one reason.

A leaf declares itself, in one place: `readings` are the numbers of a person that it compares,
`reads` the rows that it needs, `windows` the days in which it looks, and `absences` where and by
which rule it believes that nothing happened. Both evaluators and whoever fetches rows go by that.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from remit.criteria.dates import Duration, Moment, Window
from remit.criteria.readings import (
    Dose,
    Events,
    Measure,
    Operator,
    Read,
    Reading,
    Test,
    Threshold,
    Value,
    WindowAbsence,
    read_for,
    unresolved_reads,
)


@dataclass(frozen=True, slots=True)
class ValueTest:
    """The value that counts in a window passes a test."""

    value: Value
    test: Test

    @property
    def readings(self) -> tuple[Reading, ...]:
        return (self.value,)

    @property
    def reads(self) -> tuple[Read, ...]:
        return (read_for(self.value.measure, self.test),)

    @property
    def windows(self) -> tuple[Window, ...]:
        return (self.value.window,)

    @property
    def absences(self) -> tuple[WindowAbsence, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Quantified:
    """Some (or every) record in the window passes the test; `gap` asks for a confirming record."""

    measure: Measure
    window: Window
    test: Test
    every: bool = False
    gap: tuple[Duration, Duration] | None = None

    @property
    def readings(self) -> tuple[Reading, ...]:
        return ()

    @property
    def reads(self) -> tuple[Read, ...]:
        return (read_for(self.measure, self.test), *unresolved_reads(self.absences))

    @property
    def windows(self) -> tuple[Window, ...]:
        return (self.window,)

    @property
    def absences(self) -> tuple[WindowAbsence, ...]:
        measure = self.measure
        return (WindowAbsence(self.window, measure.absence, "measurement", measure.name),)


@dataclass(frozen=True, slots=True)
class Slope:
    """The least-squares slope of all records of the window, in the measure's unit a year."""

    measure: Measure
    window: Window
    threshold: Threshold

    @property
    def readings(self) -> tuple[Reading, ...]:
        return ()

    @property
    def reads(self) -> tuple[Read, ...]:
        return (self.measure.read,)

    @property
    def windows(self) -> tuple[Window, ...]:
        return (self.window,)

    @property
    def absences(self) -> tuple[WindowAbsence, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Exists:
    """Some event in the window, overlapping others where these are named."""

    events: Events
    window: Window
    overlapping: tuple[Events, ...] = ()

    @property
    def readings(self) -> tuple[Reading, ...]:
        return ()

    @property
    def reads(self) -> tuple[Read, ...]:
        events = (self.events, *self.overlapping)
        return (*(each.read for each in events), *unresolved_reads(self.absences))

    @property
    def windows(self) -> tuple[Window, ...]:
        return (self.window,)

    @property
    def absences(self) -> tuple[WindowAbsence, ...]:
        return tuple(
            absence
            for events in (self.events, *self.overlapping)
            for absence in events.absences(self.window, any_record=not self.overlapping)
        )


@dataclass(frozen=True, slots=True)
class CountTest:
    """The number of records in the window stands in this relation to a whole number."""

    counted: Events | Measure
    window: Window
    operator: Operator
    number: Fraction

    @property
    def table(self) -> str:
        return self.counted.table if isinstance(self.counted, Events) else "measurement"

    @property
    def readings(self) -> tuple[Reading, ...]:
        return ()

    @property
    def reads(self) -> tuple[Read, ...]:
        return (self.counted.read, *unresolved_reads(self.absences))

    @property
    def windows(self) -> tuple[Window, ...]:
        return (self.window,)

    @property
    def absences(self) -> tuple[WindowAbsence, ...]:
        counted = self.counted
        if isinstance(counted, Events):
            return counted.absences(self.window, any_record=False)
        return (WindowAbsence(self.window, counted.absence, self.table, counted.name),)


@dataclass(frozen=True, slots=True)
class ValueIn:
    """The latest coded value is one of `accepted`; `known` are all that the concept lists."""

    name: str
    ids: tuple[int, ...]
    window: Window
    earliest: bool
    accepted: tuple[int, ...]
    known: tuple[int, ...]

    @property
    def readings(self) -> tuple[Reading, ...]:
        return ()

    @property
    def reads(self) -> tuple[Read, ...]:
        return (Read("measurement", self.ids, frozenset({"value_as_concept_id"})),)

    @property
    def windows(self) -> tuple[Window, ...]:
        return (self.window,)

    @property
    def absences(self) -> tuple[WindowAbsence, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class AttributeIn:
    """A coded value recorded for the latest procedure in the window."""

    name: str
    ids: tuple[int, ...]
    events: Events
    window: Window
    accepted: tuple[int, ...]
    known: tuple[int, ...]

    @property
    def readings(self) -> tuple[Reading, ...]:
        return ()

    @property
    def reads(self) -> tuple[Read, ...]:
        return (
            Read(self.events.table, self.events.ids, self.events.read.columns | {"row"}),
            Read(
                "measurement", self.ids, frozenset({"value_as_concept_id", "measurement_event_id"})
            ),
            *unresolved_reads(self.absences),
        )

    @property
    def windows(self) -> tuple[Window, ...]:
        return (self.window,)

    @property
    def absences(self) -> tuple[WindowAbsence, ...]:
        return self.events.absences(self.window, any_record=False)


@dataclass(frozen=True, slots=True)
class SexIs:
    """The recorded sex is one of these."""

    accepted: tuple[int, ...]
    known: tuple[int, ...]

    @property
    def readings(self) -> tuple[Reading, ...]:
        return ()

    @property
    def reads(self) -> tuple[Read, ...]:
        return ()

    @property
    def windows(self) -> tuple[Window, ...]:
        return ()

    @property
    def absences(self) -> tuple[WindowAbsence, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class AgeTest:
    """Completed years (or months) on the anchor's date."""

    anchor: str
    period: Literal["year", "month"]
    operator: Operator
    number: Fraction

    @property
    def readings(self) -> tuple[Reading, ...]:
        return ()

    @property
    def reads(self) -> tuple[Read, ...]:
        return ()

    @property
    def windows(self) -> tuple[Window, ...]:
        return (Window(Moment(self.anchor), Moment(self.anchor)),)

    @property
    def absences(self) -> tuple[WindowAbsence, ...]:
        return ()


class _OfDose:
    """What every leaf about a dose reads."""

    __slots__ = ()
    dose: Dose

    @property
    def reads(self) -> tuple[Read, ...]:
        return self.dose.reads

    @property
    def windows(self) -> tuple[Window, ...]:
        return (self.dose.window,)

    @property
    def absences(self) -> tuple[WindowAbsence, ...]:
        return self.dose.absences


@dataclass(frozen=True, slots=True)
class DoseTest(_OfDose):
    """The daily dose passes a test."""

    dose: Dose
    threshold: Threshold

    @property
    def readings(self) -> tuple[Reading, ...]:
        return (self.dose,)


@dataclass(frozen=True, slots=True)
class Unchanged(_OfDose):
    """The daily dose stays the same in the whole window."""

    dose: Dose

    @property
    def readings(self) -> tuple[Reading, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class DoseDays(_OfDose):
    """The dose passes a threshold on so many days of the window, or on so many in a row."""

    dose: Dose
    threshold: Threshold
    days: int
    consecutive: bool = False

    @property
    def readings(self) -> tuple[Reading, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Attested:
    """A person has signed an answer."""

    item: str

    @property
    def readings(self) -> tuple[Reading, ...]:
        return ()

    @property
    def reads(self) -> tuple[Read, ...]:
        return (Read("attestation", None),)

    @property
    def windows(self) -> tuple[Window, ...]:
        return ()

    @property
    def absences(self) -> tuple[WindowAbsence, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class LinearTest:
    """`sum(coefficient × reading) + constant  operator  0`; `divisors` must be above zero."""

    terms: tuple[tuple[Fraction, Reading], ...]
    constant: Fraction
    operator: Operator
    divisors: tuple[Reading, ...] = ()

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The distinct readings, those of the terms first."""
        return tuple(dict.fromkeys((*(reading for _, reading in self.terms), *self.divisors)))

    @property
    def reads(self) -> tuple[Read, ...]:
        return tuple(read for reading in self.readings for read in reading.reads)

    @property
    def windows(self) -> tuple[Window, ...]:
        return tuple(reading.window for reading in self.readings)

    @property
    def absences(self) -> tuple[WindowAbsence, ...]:
        return tuple(absence for reading in self.readings for absence in reading.absences)


Leaf = (
    ValueTest
    | Quantified
    | Slope
    | Exists
    | CountTest
    | ValueIn
    | AttributeIn
    | SexIs
    | AgeTest
    | DoseTest
    | Unchanged
    | DoseDays
    | Attested
    | LinearTest
)
