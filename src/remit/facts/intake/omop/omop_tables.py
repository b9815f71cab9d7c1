"""OMOP CDM tables, of 5.3 or 5.4, as what every import writes.

Sources: OMOP CDM 5.4 (OHDSI) for the columns; for the last day of an exposure without one the
ratified convention of OHDSI Themis, issue 57: the verbatim end; else the days of supply; else that
day for what was administered, 30 days for a written and 90 for a mail-order prescription.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.arrays import NO_DAY, Days, arrow_of, dates_of, whole_numbers
from remit.facts.codes import OWN
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.accounting.report import ChangedCells, LeftOut
from remit.facts.intake.dataset.handed_over import SourceTables
from remit.facts.intake.omop.omop_doses import DrugStrengths, StrengthDoses, read_doses
from remit.facts.intake.omop.omop_files import count_rows, read_batches
from remit.facts.intake.omop.omop_places import TableSource, find_tables
from remit.facts.intake.omop.omop_values import held_numbers, typed, written_ids
from remit.facts.intake.omop.omop_vocabulary import read_ancestry, read_names
from remit.facts.intake.persons.person_ids import ALIKE, PersonNumbers, alike_ids, number_persons
from remit.facts.intake.rows.raw_tables import RAW_TABLES
from remit.facts.intake.rows.row_store import RowStore
from remit.facts.intake.sources.field_words import counted
from remit.facts.tables import TABLES, Column, FactTable
from remit.facts.vocabulary.moved_rows import SOURCE_CODES

# Tables of Remit's own, or read apart; named dates of persons may lie beside those of OMOP.
_NOT_HERE = frozenset(
    {"person_name", "concept_ancestor", "concept_map", "source_record", "attestation"}
)
_OWN = "study_anchor"
# Those that a source need not have: nobody misses what OMOP does not know.
_NOT_MISSED = frozenset({_OWN, "imprecise_date", "person_cut"})
# What is read of a vocabulary, apart from rows.
_VOCABULARY = frozenset({"concept", "concept_ancestor", "drug_strength"})
# Columns of OMOP that Remit keeps no column for, but reads another one by.
_BESIDE: Mapping[str, Mapping[str, str]] = {
    "person": {"birth_datetime": "date"},
    "drug_exposure": {
        "verbatim_end_date": "date",
        "days_supply": "int",
        "quantity": "number",
        "sig": "text",
    },
    "measurement": {"meas_event_field_concept_id": "concept"},
    "observation": {"obs_event_field_concept_id": "concept"},
}
_ALONE = (
    "standard codes are known where the dictionary lists them, and nowhere else; put that of your "
    "vocabulary beside the tables, or give the vocabulary with --vocabulary"
)
# procedure_occurrence.procedure_occurrence_id, as a value of a `…_event_field_concept_id`
_OF_PROCEDURE = 1147082
_OTHERS = "says nothing of the codes of these data"
# Types of drug records (OMOP type concepts): administered, written, by mail order.
_ADMINISTERED = (32818, 38000179, 38000180)
_WRITTEN = (32838, 38000177)
_BY_MAIL = (38000176,)


@dataclass(slots=True)
class Reading:
    """What is found out while tables are read; `by_source` as `read_omop` takes it."""

    by_source: bool = False
    unread: Counter[tuple[str, str]] = field(default_factory=Counter)
    rounded: Counter[tuple[str, str]] = field(default_factory=Counter)
    own: Counter[tuple[str, str]] = field(default_factory=Counter)
    of_remit: bool = False
    doses: StrengthDoses | None = None
    strangers: dict[str, set[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    reads: dict[str, tuple[str | None, int]] = field(default_factory=dict)

    def cells(self) -> Iterator[ChangedCells]:
        """What was emptied or rounded, by column."""
        for (table, column), count in sorted(self.unread.items()):
            if count:
                rule = "no value of the column's type: left empty"
                yield ChangedCells(table, column, "unreadable", rule, count)
        for (table, column), count in sorted(self.own.items()):
            rule = (
                f"an id from {OWN.start:,} on is Remit's own here: the source's is taken as no code"
            )
            yield ChangedCells(table, column, "unreadable", rule, count)
        for (table, column), count in sorted(self.rounded.items()):
            if count:
                rule = "more than six decimals: rounded to six, never onto one of five or fewer"
                yield ChangedCells(table, column, "rounded", rule, count)


def read_omop(
    folder: Path,
    *,
    store: RowStore | None = None,
    by_source: bool = False,
    strengths: DrugStrengths | None = None,
) -> SourceTables:
    """The OMOP tables of a folder.

    Args:
        store: where the rows are kept, if they may be more than memory holds; in memory when None.
        by_source: give a row without an id that of its source's code, for a vocabulary to resolve.
        strengths: what a vocabulary says of drugs, for a source that has no strength itself.

    Raises:
        DatasetError: there is no such folder or no person, or a file cannot be read.
    """
    sources = find_tables(folder)
    # Only Remit writes its own table beside those of OMOP: then its own codes are meant too.
    found = Reading(by_source=by_source, of_remit=_OWN in sources)
    kept = RowStore() if store is None else store
    persons = _persons(sources["person"])
    kept.number(persons)
    if not ("dose_era" in sources and _has_rows(sources["dose_era"])):
        found.doses = read_doses(sources, strengths, by_source=by_source)
    missing, left_out = list[str](), dict[str, tuple[LeftOut, ...]]()
    for name, table in TABLES.items():
        if name in _NOT_HERE:
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
            found.notes.append(f"concept_ancestor: no row of it matters for these data: {_ALONE}")
    elif not by_source:
        found.notes.append(f"concept_ancestor: the folder has no such table: {_ALONE}")
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
    )


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


def _written(batch: pa.RecordBatch) -> pa.Array:
    """Whose the rows are, as the source writes it."""
    if "person_id" not in batch.schema.names:
        return pa.nulls(batch.num_rows, pa.string())
    return written_ids(batch["person_id"])


def _keep(source: TableSource, table: FactTable, found: Reading, store: RowStore) -> None:
    """Read the rows of a table into the store."""
    beside = _BESIDE.get(table.name, {})
    times = [_moment(column.name) for column in table.columns if column.type == "date"]
    wanted = [*table.schema.names, *beside, *(time for time in times if time)]
    wanted += [SOURCE_CODES[table.name]] if table.name in SOURCE_CODES else []
    read, strangers = 0, set[str]()
    store.add(table.name, pa.schema(_fields(table)).empty_table())
    for batch in read_batches(source, wanted):
        read += batch.num_rows
        made, who = _typed_batch(batch, table, found)
        assert store.persons is not None, "persons are numbered first"
        numbers = store.persons.of(who).combine_chunks()
        if numbers.null_count:
            nobody = pc.unique(who.filter(pc.is_null(numbers))).drop_null()
            strangers.update(nobody.cast(pa.string()).to_pylist())
        place = made.schema.get_field_index("person_id")
        columns = [*made.columns[:place], numbers, *made.columns[place + 1 :]]
        rows = pa.RecordBatch.from_arrays(columns, schema=made.schema)
        store.add(table.name, rows)
        if table.name == "drug_exposure" and found.doses is not None and found.doses.strengths:
            store.add("dose_era", found.doses.eras(batch, rows))
    found.reads[table.name] = (source.shown, read)
    if table.name != "person":
        found.strangers[table.name] = strangers
    if table.name == "drug_exposure":
        _note_ends(found)


def _fields(table: FactTable) -> list[pa.Field]:
    return [pa.field(field.name, field.type) for field in table.schema]


def _moment(day: str) -> str | None:
    return f"{day.removesuffix('_date')}_datetime" if day.endswith("_date") else None


def _typed_batch(
    batch: pa.RecordBatch, table: FactTable, found: Reading
) -> tuple[pa.RecordBatch, pa.Array]:
    columns = typed_columns(batch, table, table.schema.names, found)
    if found.by_source and table.concept is not None:
        columns[table.concept] = coded_by_source(batch, table, columns[table.concept])
    is_whole = "person_id" in batch.schema.names and pa.types.is_integer(batch["person_id"].type)
    who = batch["person_id"] if is_whole else _written(batch)
    columns["person_id"] = pa.nulls(batch.num_rows, pa.int64())
    for column in table.columns:
        if column.type == "concept" and not found.of_remit:
            columns[column.name] = _without_own(columns[column.name], table, column, found)
    fields = _fields(table)
    made = [columns[f.name] for f in fields]
    return pa.RecordBatch.from_arrays(made, schema=pa.schema(fields)), who


def coded_by_source(batch: pa.RecordBatch, table: FactTable, codes: pa.Array) -> pa.Array:
    """The codes of rows; of one without that of its source's code, where the source has it."""
    source = SOURCE_CODES.get(table.name, "")
    if source not in batch.schema.names:
        return codes
    own, _ = typed(batch[source], "concept")
    return pc.if_else(pc.equal(codes, 0), pc.fill_null(own, 0), codes)


def _without_own(codes: pa.Array, table: FactTable, column: Column, found: Reading) -> pa.Array:
    """Codes of a source, those of Remit's own range as none: the source means something else."""
    greatest = pc.max(codes).as_py()
    if greatest is None or greatest < OWN.start:
        return codes
    inside = pc.and_(pc.greater_equal(codes, OWN.start), pc.less(codes, OWN.stop))
    own = pc.fill_null(inside, fill_value=False)
    if not pc.any(own).as_py():
        return codes
    found.own[table.name, column.name] += int(pc.sum(own).as_py())
    return pc.if_else(own, pa.scalar(0 if column.required else None, codes.type), codes)


def columns_beside(table: FactTable, column: str) -> tuple[str, ...]:
    """The columns of OMOP that a column of a table is read by, beside that of its name."""
    beside = tuple(_BESIDE.get(table.name, {}))
    if (table.name, column) == ("drug_exposure", table.end):
        days = ("verbatim_end_date", "days_supply", "drug_exposure_end_datetime")
        return (*days, "drug_type_concept_id")
    if column.endswith("_event_id") or (table.name, column) == ("person", "year_of_birth"):
        return beside
    time = _moment(column)
    return () if time is None else (time,)


def typed_columns(
    batch: pa.RecordBatch, table: FactTable, columns: Collection[str], found: Reading
) -> dict[str, pa.Array]:
    """Some columns of a table, but that of its persons, as the types of the tables of facts."""
    made = {
        column.name: _typed_column(batch, table, column, found)
        for column in table.columns
        if column.name != "person_id" and column.name in columns
    }
    if table.name == "person" and "birth_datetime" in batch.schema.names:
        made |= _births(made, typed(batch["birth_datetime"], "date")[0])
    if table.name == "drug_exposure" and "drug_exposure_end_date" in made:
        made["drug_exposure_end_date"] = _last_days(batch, made, found)
    for name, beside in (("measurement", "meas"), ("observation", "obs")):
        place, event = f"{beside}_event_field_concept_id", f"{name}_event_id"
        if table.name == name and place in batch.schema.names and event in made:
            of_what = pc.fill_null(typed(batch[place], "concept")[0], 0)
            right = pc.is_in(of_what, value_set=pa.array([0, _OF_PROCEDURE], pa.int32()))
            made[event] = pc.if_else(right, made[event], None)
    return made


def _typed_column(
    batch: pa.RecordBatch, table: FactTable, column: Column, found: Reading
) -> pa.Array:
    """One column; an empty day is that of its time, an empty code is no code."""
    kind = table.schema.field(column.name).type
    held = batch.schema.names
    if column.name in held:
        if column.type == "number":
            made, unread, rounded = held_numbers(batch[column.name])
            found.rounded[table.name, column.name] += rounded
        else:
            made, unread = typed(batch[column.name], column.type)
        if unread:
            found.unread[table.name, column.name] += unread
    else:
        made = pa.nulls(batch.num_rows, kind)
    time = _moment(column.name) if column.type == "date" else None
    if time in held and made.null_count:
        made = pc.coalesce(made, typed(batch[time], "date")[0])
    if column.type == "concept" and column.required:
        made = pc.fill_null(made, 0)
    return made.cast(kind)


def _births(columns: Mapping[str, pa.Array], born: pa.Array) -> Mapping[str, pa.Array]:
    """Year, month and day of birth; of whom the year is empty, those of the time of birth."""
    none = pc.is_null(columns["year_of_birth"])
    pieces = {"year": pc.year(born), "month": pc.month(born), "day": pc.day(born)}
    return {
        f"{unit}_of_birth": pc.if_else(none, piece.cast(pa.int32()), columns[f"{unit}_of_birth"])
        for unit, piece in pieces.items()
    }


def _last_days(batch: pa.RecordBatch, columns: Mapping[str, pa.Array], found: Reading) -> pa.Array:
    """The last day of each exposure, inferred where the source has none."""
    ends = columns["drug_exposure_end_date"]
    if not ends.null_count:
        return ends
    if "verbatim_end_date" in batch.schema.names:
        ends = pc.coalesce(ends, typed(batch["verbatim_end_date"], "date")[0])
    start = dates_of(columns["drug_exposure_start_date"])
    kind = whole_numbers(columns["drug_type_concept_id"], empty=0)
    supply = np.zeros(len(start), np.int64)
    if "days_supply" in batch.schema.names:
        supply = whole_numbers(typed(batch["days_supply"], "int")[0], empty=0).astype(np.int64)
    days = np.where(supply > 0, supply, 0)
    inferred: list[tuple[str, np.ndarray[tuple[int], np.dtype[np.bool_]]]] = [
        ("days of supply", supply > 0)
    ]
    for what, types, length in (
        ("administered: one day", _ADMINISTERED, 1),
        ("written prescription: 30 days", _WRITTEN, 30),
        ("mail order: 90 days", _BY_MAIL, 90),
    ):
        here = (days == 0) & np.isin(kind, types)
        days[here] = length
        inferred.append((what, here))
    empty = whole_numbers(ends.is_null()).astype(np.bool_) & (start != NO_DAY)
    for what, here in inferred:
        found.unread["drug_exposure end", what] += int(np.count_nonzero(here & empty))
    rest = int(np.count_nonzero(empty & (days == 0)))
    found.unread["drug_exposure end", "nothing says it: one day"] += rest
    last = _day_column(np.where(days > 0, start + days - 1, start), start)
    return pc.coalesce(ends, last)


def _day_column(days: Days, start: Days) -> pa.Array:
    column = arrow_of(days, pa.int32()).view(pa.date32())
    return pc.if_else(pa.array(start != NO_DAY, pa.bool_()), column, None)


def _note_ends(found: Reading) -> None:
    """How last days of exposures were inferred, as one note."""
    pieces = []
    for key in [key for key in found.unread if key[0] == "drug_exposure end"]:
        count = found.unread.pop(key)
        if count:
            pieces.append(f"{key[1]} ({count:,})")
    if pieces:
        found.notes.append(
            f"drug_exposure: last days were inferred as OHDSI Themis 57 says: {', '.join(pieces)}"
        )
