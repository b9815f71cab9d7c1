"""What an instrument or definition reads: the columns that a sheet must have for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from remit.criteria.columns.on_sheet import is_on_sheet
from remit.criteria.columns.sheet import column_of_days, column_of_dose, moment_of
from remit.criteria.environment import Environment
from remit.criteria.tree import (
    AgeTest,
    CountTest,
    Dose,
    DoseDays,
    DoseTest,
    Leaf,
    LinearTest,
    Measure,
    Node,
    Read,
    SexIs,
    Value,
    ValueIn,
    ValueTest,
    leaves_of,
)
from remit.facts.dictionary import Dictionary
from remit.instruments.catalogue import MOMENTS
from remit.instruments.formulas import EQUATIONS
from remit.instruments.instrument import Instrument

_VISITS = frozenset({"visit", *MOMENTS})


@dataclass(frozen=True, slots=True)
class Category:
    """A coded value that is read: the ids of its concept in data, and value name -> id."""

    ids: tuple[int, ...]
    values: Mapping[str, int]

    @property
    def known(self) -> tuple[int, ...]:
        """The ids of the values in the order in which columns hold them."""
        return tuple(sorted(self.values.values()))


@dataclass(frozen=True, slots=True)
class Inputs:
    """The columns that some expressions read.

    Attributes:
        measures: name -> how records are read as numbers.
        categories: name -> the coded value.
        doses: column -> the dose that it holds, with its ingredients.
        dose_days: column -> days above a dose that are counted.
        people: `age` and `sex` where they are read.
        asked: leaves that ask for more than readings at visits; they are answered from records.
        routes: whether it is asked how drugs were given.
    """

    measures: Mapping[str, Measure] = field(default_factory=dict)
    categories: Mapping[str, Category] = field(default_factory=dict)
    doses: Mapping[str, Dose] = field(default_factory=dict)
    dose_days: Mapping[str, DoseDays] = field(default_factory=dict)
    people: frozenset[str] = frozenset()
    asked: tuple[Leaf, ...] = ()
    routes: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """All column names."""
        doses = (*self.doses, *self.dose_days)
        return (*self.measures, *self.categories, *doses, *sorted(self.people))

    def plus(self, other: Inputs) -> Inputs:
        return Inputs(
            {**self.measures, **other.measures},
            {**self.categories, **other.categories},
            {**self.doses, **other.doses},
            {**self.dose_days, **other.dose_days},
            self.people | other.people,
            tuple(dict.fromkeys((*self.asked, *other.asked))),
        )

    def without(self, names: Iterable[str]) -> Inputs:
        """Less the columns that are worked out and need not be found."""
        left = frozenset(names)
        return Inputs(
            {name: row for name, row in self.measures.items() if name not in left},
            {name: row for name, row in self.categories.items() if name not in left},
            self.doses,
            self.dose_days,
            self.people - left,
            self.asked,
        )

    def with_routes(self) -> Inputs:
        """The same, and how drugs were given."""
        return replace(self, routes=True)

    @property
    def reads(self) -> tuple[Read, ...]:
        """The rows that are needed to fill the columns."""
        limits = frozenset({"range_low", "range_high"})
        measures = [
            Read("measurement", m.ids, m.read.columns | limits, m.own_units)
            for m in self.measures.values()
        ]
        coded = frozenset({"value_as_concept_id"})
        categories = [Read("measurement", c.ids, coded) for c in self.categories.values()]
        more = (*self.doses.values(), *self.dose_days.values(), *self.asked)
        reads = (*measures, *categories, *(read for item in more for read in item.reads))
        if not self.routes:
            return reads
        route = frozenset({"route_concept_id"})
        return (*reads, Read("drug_exposure", (), route))


def inputs_of(nodes: Iterable[Node], dictionary: Dictionary) -> Inputs:
    """The columns that some bound expressions read; their names are those of the dictionary."""
    measures: dict[str, Measure] = {}
    categories: dict[str, Category] = {}
    doses: dict[str, Dose] = {}
    dose_days: dict[str, DoseDays] = {}
    people: set[str] = set()
    asked: dict[Leaf, None] = {}

    for node in nodes:
        for placed in leaves_of(node):
            if not is_on_sheet(placed.leaf, _VISITS):
                asked[placed.leaf] = None
                continue
            for reading in placed.leaf.readings:
                if isinstance(reading, Value):
                    measures[reading.measure.name] = reading.measure
                else:
                    doses[column_of_dose(reading)] = reading
            match placed.leaf:
                case ValueTest() | DoseTest() | LinearTest():
                    pass
                case DoseDays() as counted:
                    dose_days[column_of_days(counted)] = counted
                case ValueIn() as leaf:
                    categories[leaf.name] = Category(leaf.ids, _values(leaf.name, dictionary))
                case CountTest(counted=Measure() as measure):
                    measures.setdefault(measure.name, measure)
                case AgeTest():
                    people.add("age")
                case SexIs():
                    people.add("sex")
                case _:
                    raise AssertionError("is_on_sheet has seen to it")
    return Inputs(measures, categories, doses, dose_days, frozenset(people), tuple(asked))


def columns_by_moment(node: Node) -> Mapping[str | None, frozenset[str]]:
    """The columns of numbers that a bound expression reads, by the visit at which it reads them."""
    read: dict[str | None, set[str]] = {}

    for placed in leaves_of(node):
        for reading in placed.leaf.readings:
            name = reading.measure.name if isinstance(reading, Value) else column_of_dose(reading)
            read.setdefault(moment_of(reading.window), set()).add(name)
    return {moment: frozenset(names) for moment, names in read.items()}


def _values(name: str, dictionary: Dictionary) -> Mapping[str, int]:
    return {key: value.omop for key, value in dictionary.concept(name).values.items()}


def item_inputs(instrument: Instrument, environment: Environment) -> Inputs:
    """What the items and equations of an instrument read beside its expressions."""
    measures: dict[str, Measure] = {}
    categories: dict[str, Category] = {}
    people: set[str] = set()
    for item in instrument.items:
        if item.type in {"finding", "choice"}:
            concept = environment.dictionary.concept(item.id)
            ids = environment.ids_of((concept,))
            categories[item.id] = Category(ids, _values(item.id, environment.dictionary))
        elif item.type in {"grade", "quantity"}:
            measures[item.id] = environment.measure(environment.dictionary.concept(item.id))
    for formula in instrument.formulas:
        for name in EQUATIONS[formula.equation].reads:
            if name in {"age", "sex"}:
                people.add(name)
            else:
                measures[name] = environment.measure(environment.dictionary.concept(name))
    return Inputs(measures, categories, people=frozenset(people))
