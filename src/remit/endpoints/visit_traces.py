"""A response traced: each gate with its comparisons, how far they are off, and their records.

The records come from the reference evaluator; a leaf whose truth differs from the column's is a bug
of ours and is refused, never shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from remit.criteria.columns.logic import MET_CODE, NOT_MET_CODE, LeafCodes, Verdicts, combine_codes
from remit.criteria.columns.margins import Margin, margin_of
from remit.criteria.columns.numbers import HIGHEST, LOWEST, MICRO
from remit.criteria.columns.on_sheet import codes_on_sheet, reading_on_sheet
from remit.criteria.columns.sheet import Sheet
from remit.criteria.columns.thresholds import factors_of
from remit.criteria.meanings import evaluate_leaf
from remit.criteria.readings import Operator
from remit.criteria.reference.recorded_numbers import COMPARE, truth_of
from remit.criteria.tree import Leaf, LinearTest, Node, Reading, Threshold, ValueTest, leaves_of
from remit.endpoints.adjudication import Adjudication
from remit.endpoints.leaf_records import (
    TracedRecord,
    TracedVisits,
    outputs_read,
    records_of_leaf,
    trace_visits,
)
from remit.endpoints.study_responses import StudyAdjudication
from remit.errors import DatasetError
from remit.facts.person_names import person_names
from remit.truth import MET, NOT_MET, Reason, Status, Truth, unknown

Part = Literal["requires", "gate", "intercurrent"]


@dataclass(frozen=True, slots=True)
class TracedLeaf:
    """A part of a gate as written: its answer, its number against its threshold, its records.

    Attributes:
        value, threshold, unit: None where no number is held against one threshold; `value` also
            where it is not known exactly.
    """

    text: str
    status: Status
    reason: Reason | None
    value: float | None
    threshold: float | None
    unit: str | None
    records: tuple[TracedRecord, ...]

    @property
    def distance(self) -> float | None:
        """Value less threshold."""
        if self.value is None or self.threshold is None:
            return None
        return round(self.value - self.threshold, 6)


@dataclass(frozen=True, slots=True)
class TracedGate:
    """A condition of a response at one visit.

    Attributes:
        part: whether it is a gate of a grade, an intercurrent event, or what the definition asks of
            all to whom it applies.
        grade: of a gate; empty for the others.
    """

    part: Part
    grade: str
    id: str
    text: str
    status: Status
    leaves: tuple[TracedLeaf, ...]


@dataclass(frozen=True, slots=True)
class TracedResponse:
    """The response of one person at one visit under one definition, with all that it rests on.

    Attributes:
        at: the row of the visit among those of the study.
    """

    person: int
    visit: str
    at: int
    planned: str
    definition: str
    response: str
    imputed: str
    imputed_for: str | None
    gates: tuple[TracedGate, ...]

    @property
    def records(self) -> tuple[TracedRecord, ...]:
        """Every record behind it, each row once."""
        found: dict[tuple[str, int], TracedRecord] = {}
        for gate in self.gates:
            for leaf in gate.leaves:
                for record in leaf.records:
                    found.setdefault((record.evidence.table, record.evidence.row), record)
        return tuple(found.values())


def trace_person(
    study: StudyAdjudication, person: int, visits: Sequence[str]
) -> tuple[TracedResponse, ...]:
    """The responses of one person, one a definition and visit.

    Raises:
        DatasetError: the person was not followed in the study.
    """
    if person not in study.visits.visits.person:
        name = person_names(study.followed.facts).shown(person)
        raise DatasetError(
            f"person {name} was not followed in {study.protocol.id}",
            expected="a person who was taken in and has the study's named dates",
            got=name,
            next_step="take a person from `remit adjudicate --persons`",
            place=study.followed.facts.folder,
        )
    return tuple(trace_responses(study, visits, persons=(person,)))


def trace_responses(
    study: StudyAdjudication, visits: Sequence[str], *, persons: Collection[int]
) -> Iterator[TracedResponse]:
    """The responses of some persons: one a definition, visit and person, in this order."""
    held = trace_visits(study.followed, persons)
    sheet = study.followed.sheet
    known: dict[Leaf, dict[int, tuple[TracedRecord, ...]]] = {}
    for adjudication in study.adjudications:
        codes = codes_on_sheet(adjudication.bound.nodes, sheet)
        asked = tuple(_asked_parts(adjudication, codes, sheet, known))
        words = adjudication.words(adjudication.places)
        imputed, why = adjudication.words(adjudication.imputed), adjudication.imputed_for
        for visit in visits:
            for row in (row for row in study.rows_at(visit).tolist() if row in held.people):
                yield TracedResponse(
                    person=int(study.visits.visits.person[row]),
                    visit=visit,
                    at=row,
                    planned=str(study.visits.visits.day[row]),
                    definition=adjudication.definition.id,
                    response=words[row],
                    imputed=imputed[row],
                    imputed_for=why[row] or None,
                    gates=tuple(_gate_at(part, row, held) for part in asked),
                )


@dataclass(frozen=True, slots=True)
class _AskedLeaf:
    """A leaf as written, its code and margin at every visit, and the records found already."""

    text: str
    leaf: Leaf
    codes: LeafCodes
    margin: Margin | None
    known: dict[int, tuple[TracedRecord, ...]]


@dataclass(frozen=True, slots=True)
class _AskedPart:
    part: Part
    grade: str
    id: str
    text: str
    verdicts: Verdicts
    leaves: tuple[_AskedLeaf, ...]


def _asked_parts(
    adjudication: Adjudication,
    codes: Mapping[Leaf, LeafCodes],
    sheet: Sheet,
    known: dict[Leaf, dict[int, tuple[TracedRecord, ...]]],
) -> Iterator[_AskedPart]:
    """Everything that a definition asks of a visit, in its file's order."""
    for part, grade, name, text, node in _parts_of(adjudication):
        leaves: dict[Leaf, _AskedLeaf] = {}
        for placed in leaves_of(node):
            leaf = placed.leaf
            if leaf not in leaves:
                margin = margin_of(leaf, sheet)
                found = known.setdefault(leaf, {})
                leaves[leaf] = _AskedLeaf(placed.text, leaf, codes[leaf], margin, found)
        verdicts = combine_codes(node, codes)
        yield _AskedPart(part, grade, name, text, verdicts, tuple(leaves.values()))


def _parts_of(adjudication: Adjudication) -> Iterator[tuple[Part, str, str, str, Node]]:
    bound, definition = adjudication.bound, adjudication.definition
    if bound.requires is not None and definition.requires is not None:
        yield "requires", "", "requires", definition.requires.text, bound.requires
    for response in definition.responses:
        for gate in response.gates:
            node = bound.gates[response.grade, gate.id]
            yield "gate", response.grade, gate.id, gate.text, node
    for event in definition.intercurrent:
        yield "intercurrent", "", event.id, event.text, bound.intercurrent[event.id]


def _gate_at(asked: _AskedPart, row: int, held: TracedVisits) -> TracedGate:
    status = Status(int(asked.verdicts.statuses[row]))
    leaves = tuple(_leaf_at(leaf, row, held) for leaf in asked.leaves)
    return TracedGate(asked.part, asked.grade, asked.id, asked.text, status, leaves)


def _leaf_at(asked: _AskedLeaf, row: int, held: TracedVisits) -> TracedLeaf:
    truth, margin = truth_of_code(int(asked.codes[row])), asked.margin
    if row not in asked.known:
        reference = reference_truth(asked.leaf, row, held)
        assert reference in {None, truth}, f"evaluators disagree at a visit: {asked.text}"
        asked.known[row] = records_of_leaf(asked.leaf, row, held)
    records = asked.known[row]
    value, threshold, unit = _compared(asked.leaf, margin, row, records)
    reason = next(iter(truth.reasons), None)
    return TracedLeaf(asked.text, truth.status, reason, value, threshold, unit, records)


def _compared(
    leaf: Leaf, margin: Margin | None, row: int, records: tuple[TracedRecord, ...]
) -> tuple[float | None, float | None, str | None]:
    """Value, threshold and unit of a comparison, as far as there is one number and one limit."""
    if margin is not None:
        value = float(margin.value[row])
        return None if np.isnan(value) else round(value, 6), margin.threshold, margin.unit
    match leaf:
        case ValueTest(value=reading, test=Threshold() as test):
            # A value of other days than those of a visit is in no column, but in its record.
            exact = [record.evidence.value for record in records if not record.sign]
            return next(iter(exact), None), float(test.value), reading.measure.unit
        case _:
            return None, None, None


# ---- the two evaluators --------------------------------------------------------------------------


def truth_of_code(code: int) -> Truth:
    """The truth that a leaf's code in a column stands for."""
    if code == MET_CODE:
        return MET
    return NOT_MET if code == NOT_MET_CODE else unknown(Reason(code))


def reference_truth(leaf: Leaf, row: int, held: TracedVisits) -> Truth | None:
    """What the reference evaluator says of a leaf at a visit.

    A score that was worked out is no record: its number is taken from the sheet and held against
    the threshold in plain fractions. Where it is known only in part, both of its bounds are; None
    where they do not agree, where there is none, or where it is a grade.
    """
    if outputs_read(leaf, held.outputs):
        return _worked_out(leaf, held.followed.sheet, row)
    return evaluate_leaf(leaf, held.person_for(leaf, row)).truth


def _worked_out(leaf: Leaf, sheet: Sheet, row: int) -> Truth | None:
    found = {reading: _bounds_on(sheet, reading, row) for reading in leaf.readings}
    ends = {reading: both for reading, both in found.items() if both is not None}
    if not found or len(ends) < len(found):
        return None
    match leaf:
        case ValueTest(value=value, test=Threshold() as test):
            return _agreed(test.operator, *ends[value], test.value)
        case LinearTest():
            if any(ends[reading][0] <= 0 for reading in leaf.divisors):
                return unknown(Reason.NOT_POSITIVE)
            low = sum((min(f * end for end in ends[r]) for f, r in leaf.terms), leaf.constant)
            high = sum((max(f * end for end in ends[r]) for f, r in leaf.terms), leaf.constant)
            return _agreed(leaf.operator, low, high, Fraction(0))
        case _:
            return None


def _agreed(operator: Operator, low: Fraction, high: Fraction, threshold: Fraction) -> Truth | None:
    """The answer of every number between two bounds, None where they differ."""
    if operator == "=" and low < high and low <= threshold <= high:
        return None
    answers = {COMPARE[operator](end, threshold) for end in (low, high)}
    return truth_of(answers.pop()) if len(answers) == 1 else None


def _bounds_on(sheet: Sheet, reading: Reading, row: int) -> tuple[Fraction, Fraction] | None:
    """The least and the greatest number of a reading in its unit; None where one is not bounded."""
    numbers = reading_on_sheet(reading, sheet).take(np.array([row]))
    low, high = int(numbers.low[0]), int(numbers.high[0])
    if not numbers.is_exact[0] and (low <= LOWEST or high >= HIGHEST):
        return None
    factor: Fraction = factors_of(numbers, reading)[int(numbers.unit[0])]
    return Fraction(low, MICRO) * factor, Fraction(high, MICRO) * factor
