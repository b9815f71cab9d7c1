"""FHIR R4 as tables of OMOP: the reader of the format `fhir`.

Nothing is lost on the way: each resource is a row of a table, or counted among those that were
united with another one, refused by a rule, or are of a type that is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from remit.facts.dictionary import Dictionary
from remit.facts.intake.dataset.handed_over import SourceTables
from remit.facts.intake.fhir.fhir_notes import (
    STRANGER,
    changed_cells,
    count_copies,
    fhir_notes,
    left_out_rows,
    table_reads,
    unresolved_codes,
)
from remit.facts.intake.fhir.resources.fhir_codes import read_ids, resolved_codes
from remit.facts.intake.fhir.resources.fhir_joined import ReadResources
from remit.facts.intake.fhir.resources.fhir_piece_readers import read_files
from remit.facts.intake.fhir.resources.fhir_resources import KINDS, READERS
from remit.facts.intake.fhir.resources.fhir_spill import Spill
from remit.facts.intake.fhir.rows.fhir_adverse_rows import adverse_rows
from remit.facts.intake.fhir.rows.fhir_batches import (
    NOBODY,
    KnownSource,
    MadeRows,
    RowAccount,
    expanded,
    source_words,
)
from remit.facts.intake.fhir.rows.fhir_columns import days_column
from remit.facts.intake.fhir.rows.fhir_copies import find_copies
from remit.facts.intake.fhir.rows.fhir_eras import GIVEN, DoseRules, day_rows, era_rows
from remit.facts.intake.fhir.rows.fhir_meanings import answer_ids, meanings_of, visit_ids
from remit.facts.intake.fhir.rows.fhir_people import (
    People,
    death_rows,
    find_people,
    first_births,
    person_rows,
    undated_deaths,
)
from remit.facts.intake.fhir.rows.fhir_rows import full_table, table_rows_of
from remit.facts.intake.rows.row_store import RowStore
from remit.facts.source_records import NAME as SOURCE
from remit.facts.tables import CODED
from remit.facts.vocabulary.code_book import CodeBook
from remit.facts.vocabulary.concept_map import concept_map_rows, mapped_codes

_EPOCH = date(1970, 1, 1).toordinal()


def read_fhir(
    sources: Sequence[Path],
    *,
    book: CodeBook,
    dictionary: Dictionary,
    data_cut: date | None = None,
    store: RowStore | None = None,
    scratch: Path | None = None,
    readers: int | None = None,
) -> SourceTables:
    """What files and folders of FHIR R4 say.

    Args:
        book: what codes mean.
        data_cut: the last day that the data can speak of; their latest when None.
        store: where the rows are kept, if they may be more than memory holds; in memory when None.
        scratch: the folder in which they wait until all are read; that of the system when None.
        readers: how many processes read beside this one, as `read_files` has it.

    Raises:
        DatasetError: a file that cannot be read or is of another version of FHIR; no patient; two
            different patients of one id.
    """
    read = read_files(sources, scratch=scratch, readers=readers)
    copies = find_copies(read.versions(), frozenset(KINDS[kind] for kind in READERS))
    count_copies(read.account, copies)
    people = find_people(read, copies)
    gone = frozenset(copies.gone.tolist())
    reading = read.reading
    answers = book.meanings(reading.codes.asked())
    ids = {one.concept for found in answers.values() for one in found if one.concept}
    above = book.ancestry(ids)
    read_as = read_ids(dictionary, above)
    codes = resolved_codes(reading.codes, answers, read_as)
    medicines = reading.medicines.told(gone)
    meanings = meanings_of(codes, medicines, read_as, known=len(reading.medicines.numbers))
    source = KnownSource(
        meanings,
        answer_ids(codes, [concept.codes for concept in reading.codes.concepts]),
        visit_ids(codes),
        people.references,
        copies.gone,
        copies.open,
        read.last_day() if data_cut is None else data_cut.toordinal() - _EPOCH,
        first_births(people),
        source_words(codes, reading.units.units, reading.medicines, medicines),
    )
    rules = DoseRules(codes, medicines, reading.units, dictionary.listed, meanings.codes)
    account, kept = RowAccount(), RowStore() if store is None else store
    kept.number(people.numbers)
    kept.add("person", person_rows(people))
    for made in _all_rows(read, source, rules, people, account, scratch):
        kept.add(made.table, made.rows)
    for made in adverse_rows(read.adverse, people, codes, gone, (read.account, account)):
        kept.add(made.table, made.rows)
    anchors = _anchors(read, people, gone)
    if anchors.num_rows:
        kept.add("study_anchor", anchors)
    if above.num_rows:
        kept.add("concept_ancestor", above)
    resolved = frozenset(name for name in kept.tables if name in CODED)
    # Without a vocabulary too it is kept which codes are none: `remit facts lint` names them.
    mislabelled = any(one.how == "mislabelled" for found in answers.values() for one in found)
    if book.version is not None or mislabelled:
        kept.add("concept_map", concept_map_rows(mapped_codes(answers)))
    left_out = left_out_rows(read.account, account)
    return SourceTables(
        {name: kept.table(name) for name in kept.tables} if store is None else {},
        people.numbers,
        table_reads(
            read,
            {
                name: table.rows - account.in_doubt[name]
                for name, table in kept.tables.items()
                if name != SOURCE
            },
            left_out,
        ),
        left_out=left_out,
        not_understood=unresolved_codes(reading.codes, medicines, meanings.codes, account),
        names={
            one.concept: one.name
            for row in codes.meanings
            for one in row
            if one.concept and one.name
        },
        open_names={0: "codes that nothing resolves"} if account.unresolved else {},
        notes=tuple(fhir_notes(read, codes, people, account)),
        stored=store,
        unread={kind: ("FHIR", count) for kind, count in read.account.unread.items()},
        source_rows=dict(read.account.read),
        cells=changed_cells(read, account),
        vocabulary=book.version,
        by_vocabulary=resolved if book.version is not None else frozenset(),
    )


def _all_rows(
    read: ReadResources,
    source: KnownSource,
    rules: DoseRules,
    people: People,
    account: RowAccount,
    scratch: Path | None,
) -> Iterator[MadeRows]:
    """The rows of all events, then the days that are only whole at the end."""
    undated, seen = undated_deaths(people), dict[int, int]()
    with Spill(GIVEN, scratch) as given:
        for events in read.events():
            batch = expanded(events, source, account)
            yield from table_rows_of(batch, source, account)
            yield from era_rows(batch, source, rules, given, account)
            if undated:
                for at in np.flatnonzero(
                    np.isin(batch.person, list(undated)) & (batch.columns["in_doubt"] == 0)
                ).tolist():
                    person, day = int(batch.person[at]), int(batch.columns["last"][at])
                    seen[person] = max(seen.get(person, day), day)
        yield from day_rows(given.table(), account)
    yield from death_rows(people, seen, source.now, account)


def _anchors(read: ReadResources, people: People, gone: frozenset[int]) -> pa.Table:
    """The rows of `study_anchor`; of several days under one name the first counts."""
    first: dict[tuple[int, str, str], int] = {}
    lost = {
        one.resource: STRANGER if people.references[one.person] == NOBODY else "no exact date"
        for one in read.studies.subjects
        if one.resource not in gone
    }
    for day in read.studies.dates(gone):
        person = int(people.references[day.person])
        if person != NOBODY:
            key = person, day.study, day.anchor
            first[key] = min(first.get(key, day.day), day.day)
            lost.pop(day.resource, None)
    for rule in lost.values():
        read.account.refuse("ResearchSubject", rule, ())
    columns = {
        "person_id": pa.array([person for person, _, _ in first], pa.int64()),
        "study": pa.array([study for _, study, _ in first], pa.string()),
        "anchor": pa.array([anchor for _, _, anchor in first], pa.string()),
        "anchor_date": days_column(np.array([*first.values()], np.int64)),
    }
    return full_table("study_anchor", columns, len(first))
