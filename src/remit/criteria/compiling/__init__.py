"""The compiler: the leaves of all criteria over a whole dataset as one Ibis expression.

It works in long form: each OMOP table is joined once to the persons and reduced to one row a person
that holds the codes of all leaves read from it. Kleene logic then runs on the columns of codes. The
result must agree with `remit.criteria.reference` on every person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from math import gcd, lcm
from typing import TypeVar

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from remit.criteria.compiling.dose_days import compile_dose_days
from remit.criteria.compiling.doses import (
    DoseColumns,
    compile_doses,
    compile_unchanged,
    dose_reader,
)
from remit.criteria.compiling.events import compile_attested, compile_attributes, compile_events
from remit.criteria.compiling.gathered import compile_gathered
from remit.criteria.compiling.logic import Verdicts, combine_codes
from remit.criteria.compiling.parts import (
    MET_CODE,
    NOT_MET_CODE,
    WIDE,
    Column,
    Part,
    choose,
    compare,
    joined_parts,
)
from remit.criteria.compiling.people import (
    Coverage,
    People,
    age_code,
    compile_coverage,
    compile_people,
    sex_code,
)
from remit.criteria.compiling.picked import Picked, compile_picked
from remit.criteria.compiling.sources import Sources
from remit.criteria.dates import Window
from remit.criteria.tree import (
    AbsenceRule,
    AgeTest,
    Attested,
    AttributeIn,
    CountTest,
    Dose,
    DoseDays,
    DoseTest,
    Events,
    Exists,
    Leaf,
    LinearTest,
    Measure,
    Node,
    Quantified,
    Reading,
    SexIs,
    Unchanged,
    Value,
    ValueIn,
    ValueTest,
    leaves_of,
)
from remit.truth import Reason

_LeafT = TypeVar("_LeafT")

__all__ = ["Compiled", "Sources", "Verdicts", "compile_criteria"]


@dataclass(frozen=True, slots=True)
class Compiled:
    """Expressions that give the answers.

    Attributes:
        leaves: one row a person; `person_id` and `leaf_i`, the code of leaf i in `order`.
        order: the distinct leaves.
        nodes: criterion id -> its tree.
    """

    leaves: ir.Table
    order: tuple[Leaf, ...]
    nodes: Mapping[str, Node]

    def verdicts(self, codes: pa.Table) -> Mapping[str, Verdicts]:
        """The verdicts of each criterion.

        Args:
            codes: the rows of `self.leaves`.
        """
        arrays = {
            leaf: codes[f"leaf_{number}"].to_numpy() for number, leaf in enumerate(self.order)
        }
        return {name: combine_codes(node, arrays) for name, node in self.nodes.items()}


def compile_criteria(criteria: Mapping[str, Node], sources: Sources) -> Compiled:
    """Compile criteria, given by id, over a dataset.

    Returns expressions; nothing is read but what `sources.keep` stores.
    """
    order = tuple(
        dict.fromkeys(placed.leaf for node in criteria.values() for placed in leaves_of(node))
    )
    people = compile_people(order, sources)
    coverage = compile_coverage(_coverage_keys(order), people, sources)
    linear = _of(order, LinearTest)
    readings = [reading for leaf in linear for reading in leaf.readings]
    doses = [leaf.dose for leaf in _of(order, DoseTest)]
    doses += [reading for reading in readings if isinstance(reading, Dose)]
    picked_parts, picked = compile_picked(
        [leaf for leaf in order if isinstance(leaf, ValueTest | ValueIn)],
        [reading for reading in readings if isinstance(reading, Value)],
        people,
        sources,
    )
    dose_parts, dose_columns = compile_doses(doses, people, sources)
    counts = _of(order, CountTest)
    gathered: list[Quantified | CountTest] = [
        *_of(order, Quantified),
        *(c for c in counts if isinstance(c.counted, Measure)),
    ]
    events: list[Exists | CountTest] = [
        *_of(order, Exists),
        *(c for c in counts if isinstance(c.counted, Events)),
    ]
    parts = [
        *picked_parts,
        *dose_parts,
        *compile_gathered(gathered, people, coverage, sources),
        *compile_events(events, people, coverage, sources),
        *compile_attributes(_of(order, AttributeIn), people, coverage, sources),
        *compile_attested(_of(order, Attested), sources),
        *compile_unchanged(_of(order, Unchanged), people, coverage, sources),
        *compile_dose_days(_of(order, DoseDays), people, coverage, sources)[0],
        Part(coverage.table),
        Part(None, {leaf: _sex_reader(leaf) for leaf in _of(order, SexIs)}),
        Part(None, {leaf: _age_reader(leaf) for leaf in _of(order, AgeTest)}),
        Part(
            None,
            {
                leaf: dose_reader(leaf, dose_columns[leaf.dose], people, coverage)
                for leaf in _of(order, DoseTest)
            },
        ),
        Part(
            None,
            {leaf: _linear_reader(leaf, picked, dose_columns, people, coverage) for leaf in linear},
        ),
    ]
    whole = joined_parts(people.itself, parts)
    readers: dict[Leaf, Callable[[ir.Table], Column]] = {}
    for part in parts:
        readers.update(part.codes)
    codes = {
        f"leaf_{number}": readers[leaf](whole).cast("int8") for number, leaf in enumerate(order)
    }
    return Compiled(whole.select("person_id", **codes), order, criteria)


def _of(order: Iterable[Leaf], kind: type[_LeafT]) -> list[_LeafT]:
    return [leaf for leaf in order if isinstance(leaf, kind)]


def _coverage_keys(order: Iterable[Leaf]) -> Iterable[tuple[Window, AbsenceRule]]:
    for leaf in order:
        match leaf:
            case Quantified():
                yield leaf.window, leaf.measure.absence
            case CountTest():
                yield leaf.window, leaf.counted.absence
            case Exists():
                for events in (leaf.events, *leaf.overlapping):
                    yield leaf.window, events.absence
            case AttributeIn():
                yield leaf.window, leaf.events.absence
            case DoseTest() | Unchanged() | DoseDays():
                yield leaf.dose.window, leaf.dose.absence
            case LinearTest():
                for reading in leaf.readings:
                    if isinstance(reading, Dose):
                        yield reading.window, reading.absence


def _sex_reader(leaf: SexIs) -> Callable[[ir.Table], Column]:
    return lambda whole: sex_code(whole, leaf)


def _age_reader(leaf: AgeTest) -> Callable[[ir.Table], Column]:
    return lambda whole: age_code(whole, leaf)


_EXACT = 99


def _linear_reader(
    leaf: LinearTest,
    picked: Mapping[Value, Picked],
    doses: Mapping[Dose, DoseColumns],
    people: People,
    coverage: Coverage,
) -> Callable[[ir.Table], Column]:
    """The code of `sum(coefficient × reading) + constant  operator  0`."""

    def scale_of(reading: Reading) -> int:
        return reading.measure.scale if isinstance(reading, Value) else doses[reading].scale

    def value_of(reading: Reading, whole: ir.Table) -> Column:
        if isinstance(reading, Value):
            return whole[picked[reading].value].cast(WIDE)
        return doses[reading].value(whole).cast(WIDE)

    def why_of(reading: Reading, whole: ir.Table) -> Column:
        if isinstance(reading, Value):
            why = whole[picked[reading].why].fill_null(int(Reason.NO_DATA))
        else:
            why = doses[reading].why(whole, coverage)
        missing = people.no_anchor(whole, reading.window)
        return choose((missing, int(Reason.NO_ANCHOR)), (why == 0, _EXACT), otherwise=why)

    factors = [factor / scale_of(reading) for factor, reading in leaf.terms]
    clear = lcm(leaf.constant.denominator, *(factor.denominator for factor in factors))
    numbers = [int(factor * clear) for factor in factors]
    constant = int(leaf.constant * clear)
    shared = gcd(constant, *numbers)

    def code(whole: ir.Table) -> Column:
        terms = [
            value_of(reading, whole) * (number // shared)
            for number, (_, reading) in zip(numbers, leaf.terms, strict=True)
        ]
        total = reduce(lambda left, right: left + right, terms)
        readings = list(dict.fromkeys([*(r for _, r in leaf.terms), *leaf.divisors]))
        why = ibis.least(*(why_of(reading, whole) for reading in readings))
        low = [
            (value_of(reading, whole) <= 0, int(Reason.NOT_POSITIVE)) for reading in leaf.divisors
        ]
        return choose(
            (why < _EXACT, why),
            *low,
            (compare(total, leaf.operator, -(constant // shared)), MET_CODE),
            otherwise=NOT_MET_CODE,
        )

    return code
