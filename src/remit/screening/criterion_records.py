"""The records that single criteria read, of the persons of whom they are asked, and no others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.criteria.reference.person_records import read_persons
from remit.criteria.reference.records import PersonRecords
from remit.criteria.tree import leaves_of
from remit.facts.arrays import whole_numbers
from remit.facts.reading import Part
from remit.facts.tables import TABLES
from remit.protocol.bound import BoundCriterion
from remit.screening.attrition import Flags
from remit.screening.study_screenings import Screening

_EVERYONE = (
    "person",
    "observation_period",
    "study_anchor",
    "attestation",
    "imprecise_date",
    "person_cut",
)


def criterion_records(
    screening: Screening, asked: Mapping[str, Flags]
) -> Iterator[tuple[PersonRecords, tuple[str, ...]]]:
    """Each person of whom something is asked: her records, and the criteria that are asked.

    Args:
        asked: criterion id -> of whom it is asked, in the order of `Screening.person_ids`. The
            records of a person are those that her own criteria read.
    """
    for part in screening.facts.parts:
        for records in _records(screening, part, asked):
            place = int(np.searchsorted(screening.person_ids, records.person))
            yield records, tuple(name for name, whose in asked.items() if whose[place])


def _records(
    screening: Screening, part: Part, asked: Mapping[str, Flags]
) -> Iterator[PersonRecords]:
    """The persons of a part with the records that their own criteria read, and no others."""
    ids = screening.person_ids
    everyone = np.zeros(len(ids), np.bool_)
    for whose in asked.values():
        everyone |= whose
    persons = ids[everyone].tolist()
    if not persons:
        return
    tables = {name: table.schema.empty_table() for name, table in TABLES.items()}
    for name in _EVERYONE:
        tables[name] = part.rows(
            name, TABLES[name].schema.names, persons=persons, study=screening.protocol.id
        )
    if not tables["person"].num_rows:
        return
    codes = {name: codes_read(screening.bound.by_id[name]) for name in asked}
    for table in sorted({table for read in codes.values() for table in read}):
        wanted = {name: read[table] for name, read in codes.items() if table in read}
        union = frozenset[int]().union(*wanted.values())
        rows = part.rows(table, TABLES[table].schema.names, concepts=union, persons=persons)
        tables[table] = _rows_of(rows, table, ids, asked, wanted)
    yield from read_persons(
        tables,
        study=screening.protocol.id,
        data_cut=screening.facts.data_cut,
        complete=screening.facts.complete,
    )


def _rows_of(
    rows: pa.Table,
    table: str,
    ids: npt.NDArray[np.int64],
    asked: Mapping[str, Flags],
    wanted: Mapping[str, frozenset[int]],
) -> pa.Table:
    """The rows of each person with the codes that a criterion reads of which she is asked."""
    concept = TABLES[table].concept
    assert concept is not None, "criteria read codes of tables that have them"
    place = np.searchsorted(ids, whole_numbers(rows["person_id"]))
    code = whole_numbers(rows[concept])
    kept = np.zeros(len(code), np.bool_)
    for name, codes in wanted.items():
        held = np.isin(code, np.fromiter(codes, np.int64, len(codes)))
        kept |= held & asked[name][place]
    return rows.filter(pa.array(kept))


def codes_read(item: BoundCriterion) -> Mapping[str, frozenset[int]]:
    """Table -> the codes that a criterion reads of it."""
    found: dict[str, frozenset[int]] = {}
    for placed in () if item.node is None else leaves_of(item.node):
        for read in placed.leaf.reads:
            if read.ids is not None:
                found[read.table] = found.get(read.table, frozenset()) | frozenset(read.ids)
    return found
