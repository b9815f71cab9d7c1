"""Adverse events of FHIR as rows, once all codes and persons are known."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pyarrow as pa

from remit.facts.adverse_events import NAME
from remit.facts.intake.fhir.fhir_notes import STRANGER
from remit.facts.intake.fhir.files.fhir_account import FhirAccount
from remit.facts.intake.fhir.resources.fhir_adverse import KIND, WrittenEvent, WrittenEvents
from remit.facts.intake.fhir.resources.fhir_codes import ResolvedCodes
from remit.facts.intake.fhir.rows.fhir_batches import NOBODY, MadeRows, RowAccount
from remit.facts.intake.fhir.rows.fhir_columns import days_column
from remit.facts.intake.fhir.rows.fhir_people import People
from remit.facts.intake.fhir.rows.fhir_rows import called, imprecise
from remit.facts.tables import TABLES


def adverse_rows(
    written: WrittenEvents,
    people: People,
    codes: ResolvedCodes,
    gone: Collection[int],
    accounts: tuple[FhirAccount, RowAccount],
) -> Iterator[MadeRows]:
    """The rows of `adverse_event`, their open days and what the source calls them.

    Args:
        gone: resources that another one stands for.
        accounts: of resources, where those of strangers are counted, and of rows.
    """
    resources, account = accounts
    kept, persons = list[WrittenEvent](), list[int]()
    for one in written.events:
        if one.resource in gone:
            continue
        person = int(people.references[one.person])
        if person == NOBODY:
            resources.refuse(KIND, STRANGER, ())
            continue
        kept.append(one)
        persons.append(person)
    if not kept:
        return
    keys = np.arange(1, len(kept) + 1)
    rows = [
        {
            "adverse_event_id": key,
            "person_id": person,
            "adverse_event_concept_id": _concept(one, codes),
            "term": one.term,
            "reported_term": one.reported,
            "severity": one.severity,
            "serious": one.serious,
            "related": one.related,
            "causality": one.causality,
            "outcome": one.outcome,
        }
        for key, person, one in zip(keys.tolist(), persons, kept, strict=True)
    ]
    schema = pa.schema([pa.field(f.name, f.type) for f in TABLES[NAME].schema])
    table = pa.Table.from_pylist(rows, schema)
    first, last = (
        np.array([None if one.day is None else getattr(one.day, end) for one in kept])
        for end in ("first", "last")
    )
    dated = np.array([one.day is not None for one in kept], np.bool_)
    days = days_column(np.where(dated, first, 0).astype(np.int64), ~dated)
    yield MadeRows(
        NAME, table.set_column(table.schema.get_field_index("start_date"), "start_date", days)
    )
    open_ = np.flatnonzero(dated & (first != last))
    who = np.array(persons, np.int64)
    if len(open_):
        begin, end = (each[open_].astype(np.int64) for each in (first, last))
        yield imprecise(NAME, "start_date", keys[open_], who[open_], begin, end, account)
    references = pa.array([one.reference for one in kept], pa.string())
    yield called(NAME, keys, who, references, account)


def _concept(one: WrittenEvent, codes: ResolvedCodes) -> int:
    """The first id that its code means; 0 for none."""
    return next((meaning.concept for meaning in codes.meanings[one.code] if meaning.concept), 0)
