"""The records behind a leaf at a visit: what was read, row by row, also behind a worked out score.

Readings go by the reference evaluator, on the records of the person as that visit sees them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from remit.criteria.columns.sheet import VISIT, Sheet, column_of_dose, moment_of
from remit.criteria.dates import Window
from remit.criteria.evidence import Evidence
from remit.criteria.leaves import Slope
from remit.criteria.meanings import evaluate_leaf
from remit.criteria.reference.doses import daily_dose
from remit.criteria.reference.events import event_evidence
from remit.criteria.reference.recorded_numbers import bound_of, counting_record, evidence_of
from remit.criteria.reference.records import EventRecord, NumberRecord, PersonRecords
from remit.criteria.reference.spans import Days, window_days
from remit.criteria.tree import (
    CountTest,
    Dose,
    DoseDays,
    Exists,
    Ingredient,
    Leaf,
    Measure,
    Quantified,
    Unchanged,
    Value,
    ValueIn,
    leaves_of,
)
from remit.facts.dictionary import own_code_names
from remit.facts.dose_basis import DoseStrength, strengths_of_persons
from remit.followup.follow_up import FollowUp
from remit.followup.visit_people import VisitPerson, people_at_visits
from remit.instruments.bound_instrument import BoundInstrument, bound_packaged
from remit.instruments.formulas import EQUATIONS
from remit.instruments.instrument import Item, items_of
from remit.instruments.scores import Scores
from remit.truth import Status


@dataclass(frozen=True, slots=True)
class TracedRecord:
    """A record behind a leaf.

    Attributes:
        name: what it was read as: `upcr at baseline`, `dose of glucocorticoid`, an item of a score.
        sign: `<` and the like where the record is only a bound; empty where it is exact.
    """

    name: str
    evidence: Evidence
    sign: str = ""


@dataclass(frozen=True, slots=True)
class TracedVisits:
    """Some visits of a study with all that is recorded of their persons.

    Attributes:
        people: row of the sheet -> the person at that visit.
        instruments: id -> what its texts mean in this dataset.
        measures: name -> how its records are read as numbers.
        outputs: what is worked out at visits: columns that may have no record.
        strengths: dose era -> by which strengths its dose was worked out.

    What several leaves ask for (the records of one result at one visit) is gathered once: `_known`
    keeps it. One thread uses it.
    """

    followed: FollowUp
    people: Mapping[int, VisitPerson]
    instruments: Mapping[str, BoundInstrument]
    measures: Mapping[str, Measure]
    outputs: frozenset[str]
    strengths: Mapping[int, tuple[DoseStrength, ...]]
    _known: dict[tuple[str, int], tuple[TracedRecord, ...]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def person_for(self, leaf: Leaf, row: int) -> PersonRecords:
        """The records from which a leaf is answered at a visit."""
        person = self.people[row]
        if isinstance(leaf, ValueIn) and leaf.name in self.followed.needs.since_previous.categories:
            return person.present_first(leaf.ids, moment_of(leaf.window) or VISIT)
        return person.records

    def row_at(self, window: Window, row: int) -> int:
        """The row of the visit at which a window looks, -1 where there is none."""
        moment = moment_of(window) or VISIT
        return row if moment == VISIT else int(self.followed.sheet.moments[moment][row])


def trace_visits(followed: FollowUp, persons: Collection[int]) -> TracedVisits:
    """All visits of some of the followed."""
    names = followed.needs.instruments
    instruments = {name: bound_packaged(name, followed.facts.codes) for name in names}
    inputs = followed.needs.inputs
    for bound in instruments.values():
        inputs = inputs.plus(bound.inputs)
    outputs = frozenset(out for one in instruments.values() for out in one.instrument.outputs)
    people = people_at_visits(followed, persons)
    strengths = strengths_of_persons(followed.facts, persons)
    return TracedVisits(followed, people, instruments, inputs.measures, outputs, strengths)


def outputs_read(leaf: Leaf, outputs: frozenset[str]) -> frozenset[str]:
    """The results of scores that a leaf reads at visits."""
    names = {reading.measure.name for reading in leaf.readings if isinstance(reading, Value)}
    if isinstance(leaf, ValueIn):
        names.add(leaf.name)
    if isinstance(leaf, CountTest) and isinstance(leaf.counted, Measure):
        names.add(leaf.counted.name)
    return outputs & names


def records_of_leaf(leaf: Leaf, row: int, held: TracedVisits) -> tuple[TracedRecord, ...]:
    """The records that a leaf read at a visit, each once."""
    own = own_code_names(held.followed.facts.codes.dictionary)
    return _each_once(
        replace(record, evidence=_with_strengths(record.evidence.labelled(own), held))
        for record in _records_of_leaf(leaf, row, held)
    )


def _with_strengths(evidence: Evidence, held: TracedVisits) -> Evidence:
    """A record, of a dose with what it was worked out by."""
    if evidence.table != "dose_era" or evidence.row not in held.strengths:
        return evidence
    return replace(evidence, strengths=held.strengths[evidence.row])


def _records_of_leaf(leaf: Leaf, row: int, held: TracedVisits) -> Iterable[TracedRecord]:
    person = held.person_for(leaf, row)
    if leaf.readings:
        for reading in leaf.readings:
            if isinstance(reading, Dose):
                yield from _of_dose(reading, person)
            elif reading.measure.name in held.outputs:
                at = held.row_at(reading.window, row)
                yield from _read_at(reading.window, _of_output(reading.measure.name, at, held))
            else:
                yield from _of_value(reading, person)
        return
    if isinstance(leaf, DoseDays | Unchanged):
        yield from _of_dose(leaf.dose, person)
        return
    worked_out = outputs_read(leaf, held.outputs)
    if isinstance(leaf, ValueIn) and worked_out:
        at = held.row_at(leaf.window, row)
        yield from _read_at(leaf.window, _of_output(leaf.name, at, held))
        return
    name = _name_of(leaf)
    for item in evaluate_leaf(leaf, person).evidence:
        yield TracedRecord(name, item, _sign_of(item, person))


def _name_of(leaf: Leaf) -> str:
    match leaf:
        case ValueIn():
            return _at(leaf.name, leaf.window)
        case Exists():
            return _at(leaf.events.name, leaf.window)
        case CountTest():
            return _at(leaf.counted.name, leaf.window)
        case Quantified() | Slope():
            return _at(leaf.measure.name, leaf.window)
        case _:
            return type(leaf).__name__.lower()


def _at(name: str, window: Window) -> str:
    """A name, and when it was read where that is not the visit."""
    return name if moment_of(window) == VISIT else f"{name} {window}"


def _read_at(window: Window, records: Iterable[TracedRecord]) -> Iterable[TracedRecord]:
    """The records behind a result of another visit, by names that say so."""
    for record in records:
        yield replace(record, name=_at(record.name, window))


def _each_once(records: Iterable[TracedRecord]) -> tuple[TracedRecord, ...]:
    """Each row of a table once, under the name by which it was read first."""
    found: dict[tuple[str, int], TracedRecord] = {}
    for record in records:
        found.setdefault((record.evidence.table, record.evidence.row), record)
    return tuple(found.values())


# ---- readings ------------------------------------------------------------------------------------


def _of_value(value: Value, person: PersonRecords) -> Iterable[TracedRecord]:
    record = counting_record(value.measure.ids, value.window, person, earliest=value.earliest)
    if record is not None:
        yield _traced(_at(value.measure.name, value.window), record, value.measure)


def _traced(name: str, record: NumberRecord, measure: Measure | None) -> TracedRecord:
    bound = bound_of(record)
    return TracedRecord(name, evidence_of(record, measure), "" if bound == "=" else bound or "?")


def _sign_of(evidence: Evidence, person: PersonRecords) -> str:
    if evidence.table != "measurement" or evidence.number is None:
        return ""
    record = next(found for found in person.numbers if found.row == evidence.row)
    return "" if bound_of(record) == "=" else bound_of(record) or "?"


def _of_dose(dose: Dose, person: PersonRecords) -> Iterable[TracedRecord]:
    """The eras of a dose, and the exposures of which no era says how much."""
    days = window_days(dose.window, person)
    if days is None:
        return
    name = column_of_dose(dose)
    if moment_of(dose.window) not in {None, VISIT}:
        name = f"{name} {dose.window}"
    for era in daily_dose(dose, days, person).evidence:
        yield TracedRecord(name, era)
    for part in dose.ingredients:
        for exposure in person.events.get("drug_exposure", ()):
            if exposure.concept in part.ids and _without_era(exposure, part, days, person):
                yield TracedRecord(name, event_evidence(exposure, "drug_exposure"))


def _without_era(
    exposure: EventRecord, part: Ingredient, days: Days, person: PersonRecords
) -> bool:
    """Whether an exposure has a day in the window on which no era of its drug lies."""
    end = exposure.end or exposure.start
    untold, last = max(exposure.start, days.first), min(end, days.last)
    eras = (era for era in person.doses if era.concept in part.ids)
    for era in sorted(eras, key=lambda era: era.start):
        if era.start <= untold <= era.end:
            if era.end >= last or era.end == date.max:
                return False
            untold = era.end + timedelta(days=1)
    return untold <= last


# ---- scores --------------------------------------------------------------------------------------


def _of_output(name: str, row: int, held: TracedVisits) -> tuple[TracedRecord, ...]:
    """A recorded total; else the records of the items that made what was worked out."""
    if row < 0:
        return ()
    if (name, row) not in held._known:
        held._known[name, row] = _each_once(_of_result(name, row, held))
    return held._known[name, row]


def _of_result(name: str, row: int, held: TracedVisits) -> Iterable[TracedRecord]:
    key = _key_in(held.followed.sheet, name, row)
    if key is not None:
        yield from _of_key(name, key, row, held)
        return
    scores = next(s for s in held.followed.scores.values() if name in s.instrument.outputs)
    yield from _made_of(name, scores, row, held)


def _made_of(name: str, scores: Scores, row: int, held: TracedVisits) -> Iterable[TracedRecord]:
    instrument = scores.instrument
    formula = next((one for one in instrument.formulas if one.id == name), None)
    if formula is not None:
        for read in EQUATIONS[formula.equation].reads:
            yield from _of_column(read, scores, row, held)
        return
    total = next((one for one in instrument.totals if one.id == name), None)
    if total is not None:
        for item in items_of(total, instrument):
            yield from _of_item(item, scores, row, held)
        for part in total.of:
            if part in instrument.outputs:
                yield from _made_of(part, scores, row, held)
        return
    for node in held.instruments[instrument.id].rungs[name]:
        for placed in leaves_of(node):
            yield from _of_rung(placed.leaf, scores, row, held)


def _of_rung(leaf: Leaf, scores: Scores, row: int, held: TracedVisits) -> Iterable[TracedRecord]:
    """The records of a condition on a grade, where it is met: what is there makes a grade."""
    instrument = scores.instrument
    made = outputs_read(leaf, frozenset(instrument.outputs))
    if made:
        for name in sorted(made):
            yield from _made_of(name, scores, row, held)
        return
    if isinstance(leaf, ValueIn) and leaf.name in scores.findings:
        at = held.row_at(leaf.window, row)
        if at >= 0:
            yield from _of_item(instrument.item(leaf.name), scores, at, held)
        return
    if evaluate_leaf(leaf, held.people[row].records).truth.status is Status.MET:
        yield from _records_of_leaf(leaf, row, held)


def _of_item(item: Item, scores: Scores, row: int, held: TracedVisits) -> Iterable[TracedRecord]:
    """The record of an item that is there, or the values from which that was derived."""
    finding = scores.findings.get(item.id)
    if finding is None:
        numbers = scores.sheet.numbers.get(item.id)
        if numbers is None or numbers.low[row] != 0:
            yield from _of_column(item.id, scores, row, held)
        return
    if finding.verdict.statuses[row] != Status.MET:
        return
    yield from _of_column(item.id, scores, row, held)
    bound = held.instruments[scores.instrument.id]
    if finding.derived is not None and finding.derived.statuses[row] == Status.MET:
        for placed in leaves_of(bound.derived[item.id]):
            if evaluate_leaf(placed.leaf, held.people[row].records).truth.status is Status.MET:
                yield from _records_of_leaf(placed.leaf, row, held)


def _of_column(name: str, scores: Scores, row: int, held: TracedVisits) -> Iterable[TracedRecord]:
    key = _key_in(scores.sheet, name, row)
    if key is not None:
        yield from _of_key(name, key, row, held)


def _key_in(sheet: Sheet, name: str, row: int) -> int | None:
    """The key of the record that a column holds at a visit."""
    numbers, categories = sheet.numbers.get(name), sheet.categories.get(name)
    column = numbers if numbers is not None else categories
    return None if column is None or column.row[row] < 0 else int(column.row[row])


def _of_key(name: str, key: int, row: int, held: TracedVisits) -> Iterable[TracedRecord]:
    """The row of `measurement` with a key, as read at a visit."""
    for record in held.people[row].records.numbers:
        if record.row == key:
            measure = held.measures.get(name)
            # A name may mean another code in another score.
            same = measure is not None and record.concept in measure.ids
            yield _traced(name, record, measure if same else None)
