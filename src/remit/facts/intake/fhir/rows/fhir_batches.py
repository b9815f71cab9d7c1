"""Events of a batch with their persons and meanings: what rows are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.facts.arrays import EMPTY, Whole, arrow_of, whole_numbers
from remit.facts.intake.fhir.resources.fhir_codes import NO_CODE, ResolvedCodes
from remit.facts.intake.fhir.resources.fhir_dates import EARLIEST
from remit.facts.intake.fhir.resources.fhir_events import UNTIL_NOW, EventKind
from remit.facts.intake.fhir.resources.fhir_medicines import Medicine, Medicines
from remit.facts.intake.fhir.resources.fhir_quantities import FhirUnit
from remit.facts.intake.fhir.rows.fhir_meanings import TABLE_NUMBERS, MeaningArrays, targets_of

Flags = npt.NDArray[np.bool_]
Told = Mapping[int, Medicine]
NOBODY = -1  # for the number of a person
ELSEWHERE = (
    "Observation: {} rows are of a code of another domain, with an answer to it: they stand in "
    "observation, and say nothing of a disease or a drug"
)


@dataclass(frozen=True, slots=True)
class KnownSource:
    """What rows need beside the events.

    Attributes:
        persons: number of a reference -> number of the person, `NOBODY` for none.
        gone: resources that another one stands for, rising. open: those of which nothing says
            which version counts.
        answers, visits: the id of each code as an answer and as a class of encounters.
        now: the last day of the data, in days since 1970.
        born: the first day on which each person may be born.
    """

    meanings: MeaningArrays
    answers: Whole
    visits: Whole
    persons: Whole
    gone: Whole
    open: Whole
    now: int
    born: Whole
    words: SourceWords


@dataclass(frozen=True, slots=True)
class SourceWords:
    """What stands at the source, by the number of a code or a unit.

    Attributes:
        codes: its code; names: what it calls it. units: the text of a unit.
        drugs: code and name, by the place among codes and medicines.
        unit_ids: the OMOP id of each unit, 0 for none.
    """

    codes: pa.Array
    names: pa.Array
    drugs: pa.Array
    units: pa.Array
    unit_ids: Whole


def source_words(
    codes: ResolvedCodes, units: Sequence[FhirUnit], medicines: Medicines, told: Told
) -> SourceWords:
    """The words of all codes, units and medicines; of a medicine that is not there its reference.

    Args:
        told: the medicines that are there, by number.
    """
    pairs = list(zip(codes.sources, codes.names, strict=True))
    both = [" ".join(dict.fromkeys(filter(None, pair)))[:255] or None for pair in pairs]
    both.append(None)  # the medicine of no number
    for key, number in medicines.numbers.items():
        medicine = told.get(number)
        both.append(both[medicine.code] if medicine is not None else str(key)[:255])
    return SourceWords(
        pa.array(codes.sources, pa.string()),
        pa.array([name or source for source, name in pairs], pa.string()),
        pa.array(both, pa.string()),
        pa.array([one.text for one in units], pa.string()),
        np.array([_unit_id(one) for one in units], np.int64),
    )


@dataclass(slots=True)
class RowAccount:
    """What is found out while rows are made.

    Attributes:
        rows: how many each table has. nobody: kind -> resources whose patient is not there.
        notes: what has to be said -> how often.
        in_doubt: how many rows of each table stand for resources that were left out.
    """

    rows: Counter[str] = field(default_factory=Counter)
    in_doubt: Counter[str] = field(default_factory=Counter)
    nobody: Counter[int] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    unresolved: dict[tuple[str, int], int] = field(default_factory=dict)
    pairs: list[Whole] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MadeRows:
    """Rows of one table out of one batch, with the events that they are made of."""

    table: str
    rows: pa.Table


@dataclass(frozen=True, slots=True)
class Batch:
    """Events as arrays, each once for each id that its code stands for; shape (events,).

    Attributes:
        references: what the source calls the resource of each.
    """

    columns: Mapping[str, Whole]
    texts: pa.Array
    references: pa.Array
    concept: Whole
    table: Whole
    person: Whole

    def taken(self, kept: Flags) -> Batch:
        at = np.flatnonzero(kept)
        return Batch(
            {name: column[at] for name, column in self.columns.items()},
            self.texts.take(arrow_of(at, pa.int64())),
            self.references.take(arrow_of(at, pa.int64())),
            self.concept[at],
            self.table[at],
            self.person[at],
        )

    def __len__(self) -> int:
        return len(self.concept)


def expanded(events: pa.RecordBatch, source: KnownSource, account: RowAccount) -> Batch:
    """The events of persons who are known and of resources that count, with their ids."""
    columns = {
        name: np.asarray(whole_numbers(events.column(name), empty=EMPTY), np.int64)
        for name in events.schema.names
        if name not in {"text", "reference"}
    }
    person = source.persons[columns["person"]]
    in_doubt = columns["resource"] < 0
    if len(source.open):
        in_doubt |= np.isin(columns["resource"], source.open)
        _open_versions(columns, in_doubt & (columns["resource"] >= 0))
    columns["in_doubt"] = in_doubt.astype(np.int64)
    counts = ~np.isin(columns["resource"], source.gone)
    nobody = counts & (person == NOBODY)
    counts &= ~(nobody & in_doubt)
    nobody &= ~in_doubt
    if nobody.any():
        for kind in np.unique(columns["kind"][nobody]).tolist():
            here = nobody & (columns["kind"] == kind)
            account.nobody[kind] += len(np.unique(columns["resource"][here]))
    at = np.flatnonzero(counts & ~nobody)
    place = source.meanings.places(columns["code"][at], columns["medication"][at])
    number = source.meanings.counts(place)
    rows = np.repeat(at, number)
    begins = np.cumsum(number) - number
    entry = np.arange(len(rows)) - np.repeat(begins - source.meanings.first[place], number)
    columns = {name: column[rows] for name, column in columns.items()}
    columns["event"] = rows
    unborn = columns["day"] == EARLIEST
    columns["day"] = np.where(unborn, source.born[person[rows]], columns["day"])
    columns["held"] = _held_days(columns, source.now)
    concept = source.meanings.ids[entry]
    visits = columns["kind"] == EventKind.VISIT
    concept = np.where(visits, source.visits[columns["code"]], concept)
    table = targets_of(columns["kind"], source.meanings.tables[entry])
    table[columns["kind"] == EventKind.DOSE] = 0
    _note_elsewhere(columns, source.meanings.tables[entry], account)
    texts, references = (
        events.column(name).take(arrow_of(rows, pa.int64())) for name in ("text", "reference")
    )
    return Batch(columns, texts, references, concept, table, person[rows])


def _open_versions(columns: dict[str, Whole], here: Flags) -> None:
    """Of two versions nobody knows which counts: a finding has no value, all else no code."""
    measured = np.isin(columns["kind"], [EventKind.MEASUREMENT, EventKind.OBSERVATION])
    for name in ("code", "medication"):
        columns[name] = np.where(here & ~measured, 0, columns[name])
    for name in ("number", "operator", "dose"):
        columns[name] = np.where(here, EMPTY, columns[name])
    columns["value"] = np.where(here, NO_CODE, columns["value"])


def _held_days(columns: Mapping[str, Whole], now: int) -> Whole:
    """The first day that a row carries: of several that are possible the last that can be.

    The first one of "2015" may lie before a birth in that year, and the last one after the data, or
    after an end that is told.
    """
    last = np.minimum(columns["last"], now)
    ends = (columns["end"] != EMPTY) & (columns["end_last"] != UNTIL_NOW)
    last = np.where(ends, np.minimum(last, columns["end_last"]), last)
    return np.maximum(last, columns["day"])


def _note_elsewhere(columns: Mapping[str, Whole], read: Whole, account: RowAccount) -> None:
    said = np.isin(columns["kind"], [EventKind.MEASUREMENT, EventKind.OBSERVATION])
    allowed = [0, TABLE_NUMBERS["measurement"], TABLE_NUMBERS["observation"]]
    account.notes[ELSEWHERE] += int(np.count_nonzero(said & ~np.isin(read, allowed)))


def _unit_id(written: FhirUnit) -> int:
    return written.unit.omop_ids[0] if written.unit is not None and written.unit.omop_ids else 0
