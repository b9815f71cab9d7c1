"""Events as rows of the tables, batch by batch, once all codes and persons are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.arrays import Whole, arrow_of, whole_numbers
from remit.facts.intake.fhir_codes import NO_CODE, ResolvedCodes
from remit.facts.intake.fhir_events import UNTIL_NOW, EventKind
from remit.facts.intake.fhir_meanings import TABLE_NUMBERS, MeaningArrays, targets_of
from remit.facts.intake.fhir_medicines import Medicine, Medicines
from remit.facts.intake.fhir_quantities import FhirUnit
from remit.facts.source_records import NAME as SOURCE
from remit.facts.source_records import source_rows
from remit.facts.tables import NUMBER, OPERATORS, TABLES
from remit.units import number_text

Flags = npt.NDArray[np.bool_]
Told = Mapping[int, Medicine]
_EMPTY = np.iinfo(np.int64).min
NOBODY = -1  # for the number of a person
# OMOP type concepts: EHR, EHR prescription, EHR administration record, patient self-report.
_TYPES: Mapping[EventKind, int] = {
    EventKind.PRESCRIBED: 32838,
    EventKind.ADMINISTERED: 32818,
    EventKind.VACCINE: 32818,
    EventKind.STATED: 32865,
}
_EHR = 32817
_PRESCRIBED_DAYS = 30  # OHDSI Themis, issue 57: a written prescription without an end
_NAMES = {number: name for name, number in TABLE_NUMBERS.items()}
ENDS = "ends of prescriptions"
ONE_DAY = "ends of statements"
ELSEWHERE = (
    "Observation: {} rows are of a code of another domain, with an answer to it: they stand in "
    "observation, and say nothing of a disease or a drug"
)


@dataclass(frozen=True, slots=True)
class KnownSource:
    """What rows need beside the events.

    Attributes:
        persons: number of a reference -> number of the person, `NOBODY` for none.
        gone: resources that another one stands for, rising.
        answers, visits: the id of each code as an answer and as a class of encounters.
        now: the last day of the data, in days since 1970.
    """

    meanings: MeaningArrays
    answers: Whole
    visits: Whole
    persons: Whole
    gone: Whole
    now: int
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
    """

    rows: Counter[str] = field(default_factory=Counter)
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
        name: np.asarray(whole_numbers(events.column(name), empty=_EMPTY), np.int64)
        for name in events.schema.names
        if name not in {"text", "reference"}
    }
    person = source.persons[columns["person"]]
    counts = ~np.isin(columns["resource"], source.gone)
    nobody = counts & (person == NOBODY)
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


def _held_days(columns: Mapping[str, Whole], now: int) -> Whole:
    """The first day that a row carries: of several that are possible the last that can be.

    The first one of "2015" may lie before a birth in that year, and the last one after the data, or
    after an end that is told.
    """
    last = np.minimum(columns["last"], now)
    ends = (columns["end"] != _EMPTY) & (columns["end_last"] != UNTIL_NOW)
    last = np.where(ends, np.minimum(last, columns["end_last"]), last)
    return np.maximum(last, columns["day"])


def _note_elsewhere(columns: Mapping[str, Whole], read: Whole, account: RowAccount) -> None:
    said = np.isin(columns["kind"], [EventKind.MEASUREMENT, EventKind.OBSERVATION])
    allowed = [0, TABLE_NUMBERS["measurement"], TABLE_NUMBERS["observation"]]
    account.notes[ELSEWHERE] += int(np.count_nonzero(said & ~np.isin(read, allowed)))


def table_rows_of(batch: Batch, source: KnownSource, account: RowAccount) -> Iterator[MadeRows]:
    """The rows of each table that a batch makes."""
    for number in np.unique(batch.table).tolist():
        if number == 0:
            continue
        name = _NAMES[number]
        part = batch.taken(batch.table == number)
        first = account.rows[name] + 1
        account.rows[name] += len(part)
        _count_unresolved(name, part, source, account)
        columns = _MAKERS[name](part, source, account)
        table = TABLES[name]
        columns |= {
            table.key: arrow_of(np.arange(first, first + len(part)), pa.int64()),
            "person_id": arrow_of(part.person, pa.int64()),
        }
        assert table.concept is not None, "each has a code"
        assert table.start is not None, "each has a day"
        columns[table.concept] = arrow_of(part.concept, pa.int32())
        columns[table.start] = days_column(part.columns["held"])
        yield MadeRows(name, full_table(name, columns, len(part)))
        keys = np.arange(first, first + len(part))
        yield from imprecise_rows(name, part, keys, source, account)
        yield called(name, keys, part.person, part.references, account)


def full_table(name: str, columns: Mapping[str, pa.Array], rows: int) -> pa.Table:
    schema = TABLES[name].schema
    made = [
        columns[column.name] if column.name in columns else pa.nulls(rows, column.type)
        for column in schema
    ]
    return pa.Table.from_arrays(made, schema=schema)


def imprecise_rows(
    name: str, part: Batch, keys: Whole, source: KnownSource, account: RowAccount
) -> Iterator[MadeRows]:
    """The days of a table of which only a month or a year, or no end, is told."""
    columns, table = part.columns, TABLES[name]
    start, held = columns["day"], columns["held"]
    last = np.maximum(np.minimum(columns["last"], source.now), held)
    days, empty = last_days(part, source)
    begins = np.where(columns["end"] == UNTIL_NOW, days, np.maximum(columns["end"], start))
    for column, first, until, which in (
        (table.start, start, last, last != start),
        (table.end, begins, days, ~empty & (begins != days)),
    ):
        if column is None or (first is begins and column == table.start):
            continue
        at = np.flatnonzero(which)
        if len(at):
            yield imprecise(name, column, keys[at], part.person[at], first[at], until[at], account)


def imprecise(
    name: str,
    column: str,
    keys: Whole,
    person: Whole,
    first: Whole,
    last: Whole,
    account: RowAccount,
) -> MadeRows:
    """Rows of `imprecise_date`."""
    begin = account.rows["imprecise_date"] + 1
    account.rows["imprecise_date"] += len(keys)
    rows = {
        "imprecise_date_id": arrow_of(np.arange(begin, begin + len(keys)), pa.int64()),
        "person_id": arrow_of(person, pa.int64()),
        "fact_table": pa.array([name] * len(keys), pa.string()),
        "fact_id": arrow_of(keys, pa.int64()),
        "date_column": pa.array([column] * len(keys), pa.string()),
        "first_date": days_column(first),
        "last_date": days_column(last),
    }
    return MadeRows("imprecise_date", full_table("imprecise_date", rows, len(keys)))


def called(
    name: str, keys: Whole, person: Whole, references: pa.Array, account: RowAccount
) -> MadeRows:
    """Rows of `source_record`: the resources behind some rows."""
    rows = source_rows(name, keys, person, references, account.rows[SOURCE] + 1)
    account.rows[SOURCE] += rows.num_rows
    return MadeRows(SOURCE, rows)


def _count_unresolved(name: str, part: Batch, source: KnownSource, account: RowAccount) -> None:
    """Rows and persons of each code that nothing resolves."""
    strange = part.concept == 0
    if not strange.any():
        return
    place = source.meanings.places(part.columns["code"], part.columns["medication"])[strange]
    keys, counts = np.unique(place, return_counts=True)
    for key, count in zip(keys.tolist(), counts.tolist(), strict=True):
        account.unresolved[name, key] = account.unresolved.get((name, key), 0) + count
    number = TABLE_NUMBERS[name]
    words = (place * 8 + number).astype(np.int64)
    account.pairs.append(np.unique(np.stack([words, part.person[strange]], axis=1), axis=0))


def days_column(days: Whole, empty: Flags | None = None) -> pa.Array:
    """Days since 1970 as dates."""
    column = arrow_of(days, pa.int32()).view(pa.date32())
    return column if empty is None else pc.if_else(pa.array(~empty, pa.bool_()), column, None)


def numbers_column(values: Whole) -> pa.Array:
    """Millionths as the decimals of the tables; `_EMPTY` is none."""
    words = np.stack([values, values >> 63], axis=1)
    buffer = pa.py_buffer(np.ascontiguousarray(words).tobytes())
    made = pa.Array.from_buffers(NUMBER, len(values), [None, buffer])
    return _unless(values == _EMPTY, made)


def _unless(empty: Flags, column: pa.Array) -> pa.Array:
    if not empty.any():
        return column
    return pc.if_else(pa.array(~empty, pa.bool_()), column, pa.scalar(None, column.type))


def ids_column(values: Whole, empty: Flags) -> pa.Array:
    """Ids, or nothing where `empty` is set."""
    return _unless(empty, arrow_of(np.where(empty, 0, values), pa.int32()))


def _types(part: Batch) -> pa.Array:
    found = np.full(len(part), _EHR, np.int64)
    for kind, code in _TYPES.items():
        found[part.columns["kind"] == kind] = code
    return arrow_of(found, pa.int32())


def _times(part: Batch) -> pa.Array:
    time = part.columns["time"]
    return _unless(time == _EMPTY, arrow_of(time, pa.int64()).view(pa.timestamp("ms")))


def last_days(part: Batch, source: KnownSource) -> tuple[Whole, Flags]:
    """The last day of each event, and which have none."""
    end, last, held = (part.columns[name] for name in ("end", "end_last", "held"))
    empty = end == _EMPTY
    days = np.maximum(np.where(last == UNTIL_NOW, source.now, last), held)
    return np.where(empty, held, days), empty


def _taken(words: pa.Array, numbers: Whole) -> pa.Array:
    """What stands at the source for each event."""
    return words.take(arrow_of(numbers, pa.int64()))


def _conditions(part: Batch, source: KnownSource, account: RowAccount) -> dict[str, pa.Array]:
    days, empty = last_days(part, source)
    return {
        "condition_end_date": days_column(days, empty),
        "condition_type_concept_id": _types(part),
        "condition_source_value": _taken(source.words.codes, part.columns["code"]),
    }


def _procedures(part: Batch, source: KnownSource, account: RowAccount) -> dict[str, pa.Array]:
    return {
        "procedure_type_concept_id": _types(part),
        "procedure_source_value": _taken(source.words.codes, part.columns["code"]),
    }


def _visits(part: Batch, source: KnownSource, account: RowAccount) -> dict[str, pa.Array]:
    days, _ = last_days(part, source)
    return {"visit_end_date": days_column(days), "visit_type_concept_id": _types(part)}


def exposure_ends(part: Batch, source: KnownSource) -> tuple[Whole, Flags, Flags]:
    """The last day of each exposure, which were told as 30 days, and which as one."""
    days, empty = last_days(part, source)
    written = empty & (part.columns["kind"] == EventKind.PRESCRIBED)
    days = np.where(written, days + _PRESCRIBED_DAYS - 1, days)
    return days, written, empty & ~written


def _drugs(part: Batch, source: KnownSource, account: RowAccount) -> dict[str, pa.Array]:
    days, written, one = exposure_ends(part, source)
    account.notes[ENDS] += int(np.count_nonzero(written))
    account.notes[ONE_DAY] += int(np.count_nonzero(one))
    route = part.columns["route"]
    place = source.meanings.places(part.columns["code"], part.columns["medication"])
    return {
        "drug_exposure_end_date": days_column(days),
        "drug_type_concept_id": _types(part),
        "route_concept_id": ids_column(source.answers[route], route == NO_CODE),
        "drug_source_value": _taken(source.words.drugs, place),
    }


def _measured(part: Batch, source: KnownSource) -> dict[str, pa.Array]:
    """The columns of a value, which measurements and observations share."""
    columns = part.columns
    unit, value = columns["unit"], columns["value"]
    ids = source.words.unit_ids[unit]
    coded = np.where(value > NO_CODE, value, NO_CODE)
    answer = np.where(value > NO_CODE, source.answers[coded], -value)
    return {
        "value_as_number": numbers_column(columns["number"]),
        "value_as_concept_id": ids_column(answer, value == NO_CODE),
        "unit_concept_id": ids_column(ids, ids == 0),
        "unit_source_value": _taken(source.words.units, unit),
        "value_source_value": pc.coalesce(part.texts, _taken(source.words.names, coded)),
    }


def _unit_id(written: FhirUnit) -> int:
    return written.unit.omop_ids[0] if written.unit is not None and written.unit.omop_ids else 0


def _measurements(part: Batch, source: KnownSource, account: RowAccount) -> dict[str, pa.Array]:
    operator = part.columns["operator"]
    return {
        **_measured(part, source),
        "measurement_datetime": _times(part),
        "measurement_type_concept_id": _types(part),
        "operator_concept_id": ids_column(operator, operator == _EMPTY),
        "range_low": numbers_column(part.columns["low"]),
        "range_high": numbers_column(part.columns["high"]),
    }


def _observations(part: Batch, source: KnownSource, account: RowAccount) -> dict[str, pa.Array]:
    columns, operator = _measured(part, source), part.columns["operator"]
    signed = np.flatnonzero(operator != _EMPTY)
    if len(signed):
        # The table has no column for a sign, and "<5" is no 5: such a number stands as a text.
        texts = columns["value_source_value"].to_pylist()
        numbers = columns["value_as_number"].to_pylist()
        for at in signed.tolist():
            texts[at] = texts[at] or f"{OPERATORS[int(operator[at])]}{number_text(numbers[at])}"
            numbers[at] = None
        columns["value_source_value"] = pa.array(texts, pa.string())
        columns["value_as_number"] = pa.array(numbers, NUMBER)
    return {
        **columns,
        "observation_datetime": _times(part),
        "observation_type_concept_id": _types(part),
        "value_as_string": part.texts,
        "observation_source_value": _taken(source.words.codes, part.columns["code"]),
    }


_MAKERS = {
    "condition_occurrence": _conditions,
    "procedure_occurrence": _procedures,
    "visit_occurrence": _visits,
    "drug_exposure": _drugs,
    "measurement": _measurements,
    "observation": _observations,
}
