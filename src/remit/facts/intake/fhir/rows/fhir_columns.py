"""The columns of each table from a batch of events."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.arrays import EMPTY, Whole, arrow_of
from remit.facts.intake.fhir.resources.fhir_codes import NO_CODE
from remit.facts.intake.fhir.resources.fhir_events import UNTIL_NOW, EventKind
from remit.facts.intake.fhir.rows.fhir_batches import Batch, KnownSource, RowAccount
from remit.facts.tables import NUMBER, OPERATORS
from remit.units import number_text

Flags = npt.NDArray[np.bool_]
# OMOP type concepts: EHR, EHR prescription, EHR administration record, patient self-report.
_TYPES: Mapping[EventKind, int] = {
    EventKind.PRESCRIBED: 32838,
    EventKind.ADMINISTERED: 32818,
    EventKind.VACCINE: 32818,
    EventKind.STATED: 32865,
}
_EHR = 32817
_PRESCRIBED_DAYS = 30  # OHDSI Themis, issue 57: a written prescription without an end
ENDS = "ends of prescriptions"
ONE_DAY = "ends of statements"


def days_column(days: Whole, empty: Flags | None = None) -> pa.Array:
    """Days since 1970 as dates."""
    column = arrow_of(days, pa.int32()).view(pa.date32())
    return column if empty is None else pc.if_else(pa.array(~empty, pa.bool_()), column, None)


def numbers_column(values: Whole) -> pa.Array:
    """Millionths as the decimals of the tables; `EMPTY` is none."""
    words = np.stack([values, values >> 63], axis=1)
    buffer = pa.py_buffer(np.ascontiguousarray(words).tobytes())
    made = pa.Array.from_buffers(NUMBER, len(values), [None, buffer])
    return _unless(values == EMPTY, made)


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
    return _unless(time == EMPTY, arrow_of(time, pa.int64()).view(pa.timestamp("ms")))


def last_days(part: Batch, source: KnownSource) -> tuple[Whole, Flags]:
    """The last day of each event, and which have none."""
    end, last, held = (part.columns[name] for name in ("end", "end_last", "held"))
    empty = end == EMPTY
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


def _measurements(part: Batch, source: KnownSource, account: RowAccount) -> dict[str, pa.Array]:
    operator = part.columns["operator"]
    return {
        **_measured(part, source),
        "measurement_datetime": _times(part),
        "measurement_type_concept_id": _types(part),
        "operator_concept_id": ids_column(operator, operator == EMPTY),
        "range_low": numbers_column(part.columns["low"]),
        "range_high": numbers_column(part.columns["high"]),
    }


def _observations(part: Batch, source: KnownSource, account: RowAccount) -> dict[str, pa.Array]:
    columns, operator = _measured(part, source), part.columns["operator"]
    signed = np.flatnonzero(operator != EMPTY)
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


TABLE_COLUMNS = {
    "condition_occurrence": _conditions,
    "procedure_occurrence": _procedures,
    "visit_occurrence": _visits,
    "drug_exposure": _drugs,
    "measurement": _measurements,
    "observation": _observations,
}
