"""From what a format's reader found to a dataset and the report: the last step of every import.

All is done part by part, each with every row of a range of persons: a source whose rows lie in a
`RowStore` on the disk takes no more memory than one part.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from remit.facts.adverse_events import NAME as ADVERSE
from remit.facts.arrays import whole_numbers
from remit.facts.codes import codes_of
from remit.facts.declared import check_names
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.accounting.report import (
    CodedRows,
    IntakeReport,
    TableIntake,
    Undated,
    UnreadTable,
)
from remit.facts.intake.accounting.report_page import report_text
from remit.facts.intake.accounting.strength_account import (
    STRENGTHS_OF_VOCABULARY,
    strengths_left_out,
)
from remit.facts.intake.dataset.handed_over import IntakeChoices, SourceTables
from remit.facts.intake.dataset.intake_demands import (
    found_data_cut,
    require_expected,
    require_hideable,
    require_read,
)
from remit.facts.intake.dataset.intake_parts import IntakeParts
from remit.facts.intake.deidentified.deidentified_tables import hidden_parts
from remit.facts.intake.persons.coverage_rule import shown_rule
from remit.facts.intake.persons.person_ids import ALIKE, PersonNumbers, alike_persons
from remit.facts.intake.rows.impossible_rows import is_numbered, possible_rows
from remit.facts.intake.rows.raw_tables import RAW_TABLES, RawReading
from remit.facts.intake.rows.resolved_store import StoreResolution, resolve_store
from remit.facts.intake.rows.row_store import RowStore
from remit.facts.look_ahead import taken_ahead
from remit.facts.opened import Facts, facts_in_memory, open_facts
from remit.facts.reading import TablesPart
from remit.facts.screening_dates import (
    undated_persons,
)
from remit.facts.snapshot import empty_table, new_snapshot
from remit.facts.source_records import NAME as SOURCE
from remit.facts.strengths_origin import StrengthsOrigin
from remit.facts.tables import TABLES
from remit.facts.vocabulary.code_book import CodeBook
from remit.facts.vocabulary.strength_rows import NAME as STRENGTHS
from remit.facts.vocabulary.strength_rows import kept_strengths


def write_intake(
    out: Path, found: SourceTables, choices: IntakeChoices
) -> tuple[Facts, IntakeReport]:
    """Write what a reader found as a dataset and open it; what was done with each row.

    The report lies in the dataset too, as `import_report.json`; that of a dataset under pseudonyms
    lies with their key, since it has ids and days of the source.

    Raises:
        DatasetError: no person or no record, another number of rows than expected, a row that
            cannot be in a strict import, or a file of signatures or dates that is wrong.
        OutputError: `out` exists or cannot be written.
    """
    check_names(dict.fromkeys(TABLES), (*choices.complete, *choices.mapped))
    require_hideable(choices)
    require_read(found, (*choices.complete, *choices.mapped))
    require_expected(found, choices.expected)
    store = _store_of(found)
    book = choices.book if found.by_vocabulary is None else None
    codes = resolve_store(store, book, packaged_dictionary(), ingredients=found.ingredients)
    found = _with_strengths(found, store, choices.book)
    if choices.pseudonyms is not None:
        store.tables.pop("concept_map", None)  # words of the source
        store.tables.pop(SOURCE, None)  # ids of its records may lead to persons
    found = _with_vocabulary(found, codes)
    data_cut, latest = found_data_cut(store, choices)
    numbers, raw = _numbers(store, data_cut), _raw(store, choices.book)
    complete = sorted(_with_eras(found, choices.complete))
    work = IntakeParts(store, found, choices, data_cut, numbers, raw)
    work.account.made.update(codes.made)
    mapped, own_codes, undeclared = _declared(found, choices)
    # Where a source has names in place of codes, only its map can say that all are resolved.
    resolved = codes.mapped if found.resolved is None else frozenset[str]()
    resolved |= found.by_vocabulary or frozenset()
    mapped |= resolved
    ancestry = store.table("concept_ancestor")
    always = {name for name, table in TABLES.items() if table.required}
    always |= {ADVERSE} & {*found.reads}  # asked for, and nobody had one
    # Each rule that a check would ask of the rows was asked of each part: see `impossible_rows`.
    key = choices.pseudonyms
    hiding = None if key is None else hidden_parts(out, work.parts(), found.persons, key, data_cut)
    with (
        hiding or nullcontext() as hidden,
        new_snapshot(
            out,
            source=_said(choices, hidden=hidden is not None),
            data_cut=data_cut if hidden is None else hidden.data_cut,
            complete=complete,
            mapped=mapped,
            own_codes=own_codes,
            resolved=resolved,
            vocabulary=found.vocabulary,
            strengths=found.strengths,
            check=False,
            checked=True,
        ) as snapshot,
        ThreadPoolExecutor(1) as writer,
    ):
        written = None
        for tables in taken_ahead(work.parts() if hidden is None else hidden.parts()):
            kept = {n: rows for n, rows in tables.items() if rows.num_rows or n in always}
            part = facts_in_memory(
                {**kept, "concept_ancestor": ancestry},
                data_cut=data_cut if hidden is None else hidden.data_cut,
                mapped=mapped,
                own_codes=own_codes,
            )
            work.account.add_written(part, found.names, found.open_names)
            for study, anchor in choices.anchors.items():
                work.account.undated[study] += undated_persons(part, study, anchor)
            # While a part is written the next one is made ready, and that after it is made.
            if written is not None:
                written.result()
            arranged = part.parts[0]
            assert isinstance(arranged, TablesPart), "the part is in memory"
            written = writer.submit(snapshot.write_part, kept, arranged=arranged)
        if written is not None:
            written.result()
        watched = () if work.coverage is None else (work.coverage.note(),)
        notes = (*latest, *work.born.notes(data_cut), *watched, *undeclared)
        report = _report(work, ancestry, mapped, own_codes, notes)
        if key is None:
            snapshot.write_document("import_report", report_text(report))
    if key is not None:
        key.keep_report(out, report_text(report))
    return open_facts(out), report


def _said(choices: IntakeChoices, *, hidden: bool) -> str:
    """Where the data come from, and by which rule of the user's they count as watched."""
    rule = choices.coverage
    covered = "" if rule is None else f"; coverage by rule: {shown_rule(rule)}"
    return f"{choices.source}{covered}{'; de-identified' if hidden else ''}"


def _with_vocabulary(found: SourceTables, codes: StoreResolution) -> SourceTables:
    """What was found, and what the vocabulary says of its codes."""
    if codes.resolution is None:
        return found
    left_out = {
        name: (*found.left_out.get(name, ()), *items) for name, items in codes.left_out.items()
    }
    return replace(
        found,
        left_out={**found.left_out, **left_out},
        names={**codes.names, **found.names},
        notes=(*found.notes, *codes.notes),
        vocabulary=codes.resolution.version,
    )


def _with_strengths(found: SourceTables, store: RowStore, book: CodeBook | None) -> SourceTables:
    """What was found, with what a vocabulary says is in the drugs, where nobody asked it yet."""
    drugs = store.tables["drug_exposure"].codes - {0} if "drug_exposure" in store.tables else ()
    if book is None or STRENGTHS in found.reads or not drugs:
        return found
    kept = kept_strengths(book.strengths(drugs), drugs)
    if not kept.read:
        return found
    origin = None
    if kept.rows.num_rows:
        store.add(STRENGTHS, kept.rows)
        origin = StrengthsOrigin("vocabulary", book.version)
    return replace(
        found,
        reads={**found.reads, STRENGTHS: (STRENGTHS_OF_VOCABULARY, kept.read)},
        left_out={**found.left_out, STRENGTHS: strengths_left_out(kept)},
        strengths=origin,
    )


def _store_of(found: SourceTables) -> RowStore:
    """The rows of the reader: those on the disk, and those in memory beside them."""
    store = found.stored or RowStore()
    for name, rows in found.tables.items():
        store.add(name, rows)
    return store


def _raw(store: RowStore, book: CodeBook | None) -> RawReading | None:
    """What reads the tables that Remit has no table for, with what lies above their codes."""
    raw = [store.tables[name].codes for name in RAW_TABLES if name in store.tables]
    if not raw:
        return None
    ancestry = store.table("concept_ancestor")
    if book is not None and book.version is not None:
        more = book.ancestry(frozenset[int]().union(*raw))
        if more.num_rows:
            pairs = pa.concat_tables([ancestry, more.cast(ancestry.schema)])
            ancestry = pairs.group_by(pairs.column_names).aggregate([]).cast(ancestry.schema)
            store.tables.pop("concept_ancestor", None)
            store.add("concept_ancestor", ancestry)
    last = {name: max(table.keys.top or 0, 0) for name, table in store.tables.items()}
    return RawReading(packaged_dictionary(), ancestry, last)


def _numbers(store: RowStore, data_cut: date) -> dict[str, int]:
    """The tables whose rows are numbered anew: an id of those that are kept stands for several."""
    found = {}
    for name, table in store.tables.items():
        if name not in TABLES or not is_numbered(TABLES[name]) or table.keys.surely_distinct:
            continue
        repeated = store.repeated_keys(name)
        if not table.keys.empty and not len(repeated):
            continue
        key, seen, is_odd = TABLES[name].key, [np.zeros(0, np.int64)], False
        for part in store.parts(("person", name)):
            person = part.get("person", empty_table("person"))
            kept = possible_rows(
                {"person": person, name: part[name]}, data_cut=data_cut, numbers={}
            )
            keys = kept.tables[name][key]
            is_odd = is_odd or keys.null_count > 0
            held = np.asarray(whole_numbers(keys.drop_null()), np.int64)
            seen.append(held[np.isin(held, repeated)])
        again = np.sort(np.concatenate(seen))
        if is_odd or (again[1:] == again[:-1]).any():
            found[name] = 0
    return found


def _report(
    work: IntakeParts,
    ancestry: pa.Table,
    mapped: frozenset[str],
    own_codes: frozenset[str],
    notes: tuple[str, ...],
) -> IntakeReport:
    found, choices, account = work.found, work.choices, work.account
    persons = account.kept["person"]
    occurring = {name: frozenset(counts) for name, counts in account.codes.items()}
    codes = codes_of(ancestry, occurring=occurring, mapped=mapped, own=own_codes)
    return IntakeReport(
        persons=persons,
        data_cut=work.data_cut,
        cut_given=choices.data_cut is not None,
        tables=_table_intakes(work, account.coded_rows(codes, codes.dictionary)),
        not_understood=account.not_understood(found.not_understood),
        open_names={str(code): name for code, name in found.open_names.items()},
        doses=account.dose_notes(),
        undated=tuple(
            Undated(study, account.undated[study], persons)
            for study in choices.anchors
            if account.undated[study]
        ),
        notes=(*notes, *_alike(found.persons), *found.notes, *account.notes()),
        unread=tuple(UnreadTable(name, *found.unread[name]) for name in sorted(found.unread)),
        cells=found.cells,
        units=account.unit_rows(),
        vocabulary=found.vocabulary,
    )


def _table_intakes(work: IntakeParts, coded: Mapping[str, CodedRows]) -> tuple[TableIntake, ...]:
    """What became of each table that was read, made, or should have been there."""
    account, reads = work.account, dict(work.found.reads)
    made = {
        "study_anchor": work.choices.rule or work.choices.dates,
        "attestation": work.choices.signed,
    }
    if work.choices.coverage is not None:
        made["observation_period"] = shown_rule(work.choices.coverage)
    for name, by in made.items():
        if by is not None:
            shown = by.name if isinstance(by, Path) else str(by)
            reads.setdefault(name, (shown, 0))
    left_out = account.all_left_out(work.found.left_out)
    found = []
    for name, table in TABLES.items():
        if name not in reads and not (table.required and name not in made) and name not in coded:
            continue
        source, read = reads.get(name, (None, 0))
        item = TableIntake(
            name,
            source,
            read,
            account.kept[name],
            left_out[name],
            made=account.made[name],
            first_day=account.days[name][0] if name in account.days else None,
            last_day=account.days[name][1] if name in account.days else None,
            codes=coded.get(name),
        )
        # Of a row of a wide sheet several rows are made, and none of a cell that is empty.
        found.append(replace(item, made=item.made + max(0, -item.unaccounted)))
    # Tables that Remit has no table for.
    found += [
        TableIntake(name, *read, 0, left_out.get(name, ()))
        for name, read in reads.items()
        if name not in TABLES
    ]
    return tuple(found)


def _declared(
    found: SourceTables, choices: IntakeChoices
) -> tuple[frozenset[str], frozenset[str], tuple[str, ...]]:
    """The tables to declare mapped, to standard and to Remit's own codes, and why others are not.

    Where a source has names, each is given Remit's own code if its concept has one; a table of
    which the map leaves names open is not declared, whatever the user said: on that an absence
    would be believed.
    """
    asked = _with_eras(found, choices.mapped)
    if found.resolved is None:
        return asked, frozenset(choices.own_codes), ()
    declared = asked & found.resolved
    notes = tuple(
        f"{table} is not declared mapped: the map leaves names of it open"
        for table in sorted(asked - declared - {"dose_era"})
    )
    return declared, declared | frozenset(choices.own_codes), notes


def _with_eras(found: SourceTables, tables: Collection[str]) -> frozenset[str]:
    """The tables; where a source has names, a row of a drug is one of its dose too."""
    eras = {"dose_era"} if found.resolved is not None and "drug_exposure" in tables else set()
    return frozenset(tables) | eras


def _alike(persons: PersonNumbers) -> tuple[str, ...]:
    count = alike_persons(persons)
    if not count:
        return ()
    return (f"{count} persons have ids that differ only in {ALIKE}: each is a person here",)
