"""What is read of a person: measures, events and doses, each in a window, and the tests of numbers.

A reading is a number of a person; `leaves` compare readings and ask for events.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from remit.criteria.dates import Window
from remit.units import UNLISTED

Operator = Literal["<", "<=", "=", ">=", ">"]

FLIPPED: Mapping[Operator, Operator] = {"<": ">", "<=": ">=", "=": "=", ">=": "<=", ">": "<"}


@dataclass(frozen=True, slots=True)
class Read:
    """Rows that are read: a table, the codes, and the columns beside person and first and last day.

    `ids` is None where every row of a person is read. `own_units` are the names, as `unit_key` has
    them, of units that a study brings.
    """

    table: str
    ids: tuple[int, ...] | None
    columns: frozenset[str] = frozenset()
    own_units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AbsenceRule:
    """When no record may be read as "no"; `always` where the record itself is asked for.

    Attributes:
        carried: whether the dataset could carry a code of the concept at all.
        unresolved: codes that rows of the table carry and nobody knows; a row with one of them may
            be the record that seems not to be there.
        unrouted: codes of a drug that counts by one route only; a row with one of them and no
            route that anybody knows may be that record too.
        misplaced: codes of the concept in a table where nobody looks for it; a row with one of
            them says that something was there.
    """

    rule: Literal["covered", "lookback", "explicit", "always"]
    days: int | None = None
    carried: bool = True
    unresolved: frozenset[int] = field(default=frozenset(), repr=False)
    unrouted: tuple[int, ...] = field(default=(), repr=False)
    misplaced: tuple[int, ...] = field(default=(), repr=False)


# OMOP leaves the ids from here on to each site.
FIRST_OF_SITES = 2_000_000_000


def is_route(code: int | None) -> bool:
    """Whether a route says which one it is: none, and a code of one site alone, do not."""
    return code is not None and 0 < code < FIRST_OF_SITES


@dataclass(frozen=True, slots=True)
class WindowAbsence:
    """A window, and the rule by which no record of a concept's table in it may be read as "no"."""

    window: Window
    rule: AbsenceRule
    table: str
    concept: str


@lru_cache(maxsize=1024)
def _ascending(codes: frozenset[int]) -> tuple[int, ...]:
    return tuple(sorted(codes))  # all leaves of a table ask for the same


def unresolved_reads(absences: Iterable[WindowAbsence]) -> tuple[Read, ...]:
    """The rows with a code that nobody knows, or elsewhere, which absences are held against."""
    return tuple(
        Read(absence.table, _ascending(codes))
        for absence in absences
        for codes in (absence.rule.unresolved, absence.rule.misplaced)
        if codes
    )


@dataclass(frozen=True, slots=True)
class Measure:
    """How the records of one value concept are read as numbers.

    A record's number times `multipliers[unit]` over `scale` is its value in `unit`. `multipliers`
    is empty for scores, counts and titres: any unit is accepted and left alone. A unit that a study
    brings stands there as `unit_key` names it.
    `plausible` are closed bounds in `unit`.
    """

    name: str
    ids: tuple[int, ...]
    unit: str
    multipliers: tuple[tuple[str, int], ...]
    scale: int
    plausible: tuple[Fraction, Fraction] | None
    absence: AbsenceRule

    def __hash__(self) -> int:
        # A name is nearly always enough to tell measures apart; `==` compares all of it.
        return hash((self.name, len(self.ids)))

    @property
    def read(self) -> Read:
        return Read("measurement", self.ids, NUMBER_COLUMNS, self.own_units)

    @property
    def own_units(self) -> tuple[str, ...]:
        """Those of its units that a study brings."""
        return tuple(code for code, _ in self.multipliers if code.startswith(UNLISTED))


@dataclass(frozen=True, slots=True)
class Events:
    """Which records are events of a concept: their table, codes, course, route and absence rule.

    `elsewhere` are the other tables in which its codes occur, and which codes those are. Records of
    `first_day_ids` count on the day on which they begin, whatever their end.
    """

    name: str
    table: str
    episode_ids: tuple[int, ...]
    chronic_ids: tuple[int, ...]
    routes: tuple[int, ...]
    absence: AbsenceRule
    elsewhere: tuple[tuple[str, tuple[int, ...]], ...] = ()
    first_day_ids: tuple[int, ...] = ()

    def __hash__(self) -> int:
        return hash((self.name, self.table, len(self.episode_ids)))

    def absences(self, window: Window, *, any_record: bool) -> tuple[WindowAbsence, ...]:
        """Where no record in a window is believed: in its own table, and beside it.

        Args:
            any_record: whether a single record of the events would be a yes. An era is made from
                exposures: it says that there was one, and nothing of its route, of its days, or of
                how many there were.
        """
        any_record = any_record and not self.routes
        return (
            WindowAbsence(window, self.absence, self.table, self.name),
            *(
                WindowAbsence(window, AbsenceRule("always", misplaced=codes), table, self.name)
                for table, codes in self.elsewhere
                if any_record or table != "dose_era"
            ),
        )

    @property
    def read(self) -> Read:
        return Read(
            self.table, self.ids, frozenset({"route_concept_id"} if self.routes else frozenset())
        )

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(sorted({*self.episode_ids, *self.chronic_ids, *self.first_day_ids}))


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One drug of a dose: its codes and the factor by which its mg/d counts."""

    name: str
    ids: tuple[int, ...]
    factor: Fraction


ALWAYS = AbsenceRule("always")

# What a number of `measurement` is read from, see `remit.facts.reading`.
NUMBER_COLUMNS = frozenset({"value_as_number", "kind"})


# ---- readings: numbers of a person --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Value:
    """The latest or earliest number of a measure in a window."""

    measure: Measure
    window: Window
    earliest: bool = False

    @property
    def reads(self) -> tuple[Read, ...]:
        return (self.measure.read,)

    @property
    def absences(self) -> tuple[WindowAbsence, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Dose:
    """The daily dose in mg/d, or its highest value on a day of the window.

    `absence` is that of exposures. An era is made from them: of its absence only the codes count.
    """

    name: str
    ingredients: tuple[Ingredient, ...]
    window: Window
    absence: AbsenceRule
    era_absence: AbsenceRule = ALWAYS

    def __hash__(self) -> int:
        return hash((self.name, self.window))

    @property
    def reads(self) -> tuple[Read, ...]:
        return (
            Read("dose_era", self.ids, frozenset({"dose_value", "unit_concept_id"})),
            Read("drug_exposure", self.ids),
            *unresolved_reads(self.absences),
        )

    @property
    def absences(self) -> tuple[WindowAbsence, ...]:
        return (
            WindowAbsence(self.window, self.absence, "drug_exposure", self.name),
            WindowAbsence(self.window, self.era_absence, "dose_era", self.name),
        )

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(sorted({code for part in self.ingredients for code in part.ids}))


Reading = Value | Dose

# A dose era holds a daily dose: its unit is that of the dose (as in OMOP) or of the dose a day.
DOSE_FACTORS: Mapping[str, Fraction] = {
    "mg": Fraction(1),
    "mg/d": Fraction(1),
    "g": Fraction(1000),
    "g/d": Fraction(1000),
    "mg/wk": Fraction(1, 7),
}


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number stands in this relation to a constant, in the measure's canonical unit."""

    operator: Operator
    value: Fraction


@dataclass(frozen=True, slots=True)
class LimitMultiple:
    """A number stands in this relation to a multiple of the record's own limit of normal."""

    operator: Operator
    factor: Fraction
    side: Literal["uln", "lln"]

    @property
    def column(self) -> str:
        return "range_high" if self.side == "uln" else "range_low"


Test = Threshold | LimitMultiple


def read_for(measure: Measure, test: Test) -> Read:
    """What is read of a measure to hold its records against a test."""
    if isinstance(test, Threshold):
        return measure.read
    columns = NUMBER_COLUMNS | {test.column}
    return Read("measurement", measure.ids, columns, measure.own_units)
