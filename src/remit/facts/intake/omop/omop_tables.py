"""OMOP CDM tables, of 5.3 or 5.4, as what every import writes.

Sources: OMOP CDM 5.4 (OHDSI) for the columns; for the last day of an exposure without one the
ratified convention of OHDSI Themis, issue 57: the verbatim end; else the days of supply; else that
day for what was administered, 30 days for a written and 90 for a mail-order prescription.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.dictionary import packaged_dictionary
from remit.facts.dose_basis import NAME as BASIS
from remit.facts.intake.accounting.report import LeftOut
from remit.facts.intake.accounting.strength_account import (
    STRENGTHS_OF_VOCABULARY,
    strengths_left_out,
)
from remit.facts.intake.dataset.handed_over import SourceTables
from remit.facts.intake.omop.drug_strengths import DrugStrengths
from remit.facts.intake.omop.omop_columns import (
    ALONE,
    BESIDE,
    OWN_DATES,
    Reading,
    _written,
    kept_fields,
    moment_of,
    note_ends,
    typed_batch,
)
from remit.facts.intake.omop.omop_doses import StrengthDoses
from remit.facts.intake.omop.omop_files import count_rows, read_batches
from remit.facts.intake.omop.omop_places import TableSource, find_tables
from remit.facts.intake.omop.omop_values import written_ids
from remit.facts.intake.omop.omop_vocabulary import read_ancestry, read_names
from remit.facts.intake.omop.strength_tables import read_strengths
from remit.facts.intake.persons.person_ids import ALIKE, PersonNumbers, alike_ids, number_persons
from remit.facts.intake.rows.raw_tables import RAW_TABLES
from remit.facts.intake.rows.row_store import RowStore
from remit.facts.intake.sources.field_words import counted
from remit.facts.tables import TABLES, FactTable
from remit.facts.vocabulary.code_book import CodeBook
from remit.facts.vocabulary.moved_rows import SOURCE_CODES
from remit.facts.vocabulary.strength_rows import NAME as STRENGTHS

# Tables of Remit's own, or read apart; named dates of persons may lie beside those of OMOP.
_NOT_HERE = frozenset(
    {
        "person_name",
        "concept_ancestor",
        "concept_map",
        "source_record",
        "attestation",
        "drug_strength",
    }
)
# Those that a source need not have: nobody misses what OMOP does not know.
_NOT_MISSED = frozenset({OWN_DATES, "imprecise_date", "person_cut", BASIS, "adverse_event"})
# What is read of a vocabulary, apart from rows.
_VOCABULARY = frozenset({"concept", "concept_ancestor", STRENGTHS})
_OTHERS = "says nothing of the codes of these data"


def read_omop(
    folder: Path,
    *,
    store: RowStore | None = None,
    by_source: bool = False,
    book: CodeBook | None = None,
) -> SourceTables:
    """The OMOP tables of a folder.

    Args:
        store: where the rows are kept, if they may be more than memory holds; in memory when None.
        by_source: give a row without an id that of its source's code, for a vocabulary to resolve.
        book: that vocabulary; it says too what is in drugs, where the source has no strength.

    Raises:
        DatasetError: there is no such folder or no person, or a file cannot be read.
    """
    sources = find_tables(folder)
    # Only Remit writes its own table beside those of OMOP: then its own codes are meant too.
    found = Reading(by_source=by_source, of_remit=OWN_DATES in sources)
    kept = RowStore() if store is None else store
    persons = _persons(sources["person"])
    kept.number(persons)
    strengths = read_strengths(sources, book, found)
    if not ("dose_era" in sources and _has_rows(sources["dose_era"])):
        found.doses = StrengthDoses(strengths)
    missing, left_out = list[str](), dict[str, tuple[LeftOut, ...]]()
    for name, table in TABLES.items():
        if name in _NOT_HERE:
            continue
        if name == BASIS and found.doses is not None:  # made anew with the doses
            continue
        if name not in sources:
            missing += [] if name in _NOT_MISSED else [name]
            continue
        _keep(sources[name], table, found, kept)
    if found.doses is not None and (said := found.doses.note()):
        found.notes.append(said)
    for name, table in RAW_TABLES.items():
        if name in sources:
            _keep(sources[name], table, found, kept)
    unread = {
        name: (source.shown, count_rows(source))
        for name, source in sources.items()
        if name not in kept.tables and name not in _VOCABULARY
    }
    tables = {} if store is not None else {name: kept.table(name) for name in kept.tables}
    if missing:
        found.notes.append(f"the folder has no table {', '.join(missing)}: no row of it is there")
    if "observation_period" in missing:
        found.notes.append(
            "without observation_period the source says of nobody when she was watched: nothing "
            "counts as absent, but in tables that are declared --complete, and in periods by a "
            "rule that you declare with --coverage"
        )
    if "drug_exposure" in kept.tables and not _rows(kept, "dose_era"):
        found.notes.append(
            "dose_era has no row: no dose of a drug is known, only that it was taken"
        )
    codes = frozenset[int]().union(*(table.codes for table in kept.tables.values()))
    ancestry = TABLES["concept_ancestor"].schema.empty_table()
    if "concept_ancestor" in sources:
        source = sources["concept_ancestor"]
        ancestry, read = read_ancestry(source, codes, packaged_dictionary().listed)
        tables["concept_ancestor"] = ancestry
        found.reads["concept_ancestor"] = (source.shown, read)
        if read > ancestry.num_rows:
            rest = LeftOut(_OTHERS, read - ancestry.num_rows, (), on_purpose=True)
            left_out["concept_ancestor"] = (rest,)
        if ancestry.num_rows == 0:
            found.notes.append(f"concept_ancestor: no row of it matters for these data: {ALONE}")
    elif not by_source:
        found.notes.append(f"concept_ancestor: the folder has no such table: {ALONE}")
    kept_strengths = strengths.kept
    if kept_strengths.read or STRENGTHS in sources:
        found.reads[STRENGTHS] = (_strengths_source(sources, strengths), kept_strengths.read)
        left_out[STRENGTHS] = strengths_left_out(kept_strengths)
        if kept_strengths.rows.num_rows:
            tables[STRENGTHS] = kept_strengths.rows
    if not by_source and _brings_vocabulary(unread):
        found.notes.append(
            "the source brings concept_relationship: with --vocabulary and this source once more, "
            "codes are resolved by it"
        )
    for table_name, strangers in found.strangers.items():
        near = alike_ids((text.strip() for text in strangers), persons.numbers)
        if near:
            found.notes.append(
                f"{table_name}: {counted(len(near), 'id')} of nobody, but like that of a person "
                f"in all but {ALIKE}: their rows are left out; correct them"
            )
    labels = read_names(sources["concept"], codes) if "concept" in sources else {}
    return SourceTables(
        tables,
        persons,
        dict(found.reads),
        names=labels,
        notes=tuple(found.notes),
        stored=store,
        left_out=left_out,
        unread=unread,
        cells=tuple(found.cells()),
        strengths=strengths.origin if kept_strengths.rows.num_rows else None,
        ingredients=frozenset()
        if found.doses is None
        else frozenset(ingredient for ingredient, _, _ in strengths.single.values()),
    )


def _strengths_source(sources: Mapping[str, TableSource], strengths: DrugStrengths) -> str:
    """Where rows of DRUG_STRENGTH were read; the source's own table where neither has any."""
    own = sources.get(STRENGTHS)
    of_source = strengths.origin is not None and strengths.origin.by == "source"
    if own is None or not (of_source or strengths.kept.read == 0):
        return STRENGTHS_OF_VOCABULARY
    return own.shown


def _brings_vocabulary(unread: Mapping[str, tuple[str, int]]) -> bool:
    """Whether the source has the steps between codes, which a vocabulary is made of."""
    return unread.get("concept_relationship", ("", 0))[1] > 0


def _rows(store: RowStore, name: str) -> int:
    return store.tables[name].rows if name in store.tables else 0


def _has_rows(source: TableSource) -> bool:
    return any(batch.num_rows for batch in read_batches(source, ("dose_era_id",)))


def _persons(source: TableSource) -> PersonNumbers:
    """The numbers of all persons; their table is read once for it."""
    pieces = [
        batch["person_id"] if pa.types.is_integer(batch["person_id"].type) else _written(batch)
        for batch in read_batches(source, ["person_id"])
        if "person_id" in batch.schema.names
    ]
    if any(piece.type != pieces[0].type for piece in pieces):
        pieces = [written_ids(piece) for piece in pieces]
    return number_persons(pa.chunked_array(pieces, pieces[0].type if pieces else pa.string()))


def _keep(source: TableSource, table: FactTable, found: Reading, store: RowStore) -> None:
    """Read the rows of a table into the store."""
    beside = BESIDE.get(table.name, {})
    times = [moment_of(column.name) for column in table.columns if column.type == "date"]
    wanted = [*table.schema.names, *beside, *(time for time in times if time)]
    wanted += [SOURCE_CODES[table.name]] if table.name in SOURCE_CODES else []
    read, strangers = 0, set[str]()
    store.add(table.name, pa.schema(kept_fields(table)).empty_table())
    for batch in read_batches(source, wanted):
        read += batch.num_rows
        made, who = typed_batch(batch, table, found)
        assert store.persons is not None, "persons are numbered first"
        numbers = store.persons.of(who).combine_chunks()
        if numbers.null_count:
            nobody = pc.unique(who.filter(pc.is_null(numbers))).drop_null()
            strangers.update(nobody.cast(pa.string()).to_pylist())
        place = made.schema.get_field_index("person_id")
        columns = [*made.columns[:place], numbers, *made.columns[place + 1 :]]
        rows = pa.RecordBatch.from_arrays(columns, schema=made.schema)
        store.add(table.name, rows)
        doses = found.doses if table.name == "drug_exposure" else None
        if doses is not None and doses.strengths.single:
            inferred = doses.doses(batch, rows)
            store.add("dose_era", inferred.eras)
            store.add(BASIS, inferred.basis)
    found.reads[table.name] = (source.shown, read)
    if table.name != "person":
        found.strangers[table.name] = strangers
    if table.name == "drug_exposure":
        note_ends(found)
