"""From what a format's reader found to a dataset and the report: the last step of every import.

All is done part by part, each with every row of a range of persons: a source whose rows lie in a
`RowStore` on the disk takes no more memory than one part.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from remit.errors import DatasetError
from remit.facts.arrays import Days, Whole, rows_at, whole_numbers
from remit.facts.codes import codes_of
from remit.facts.declared import check_names, declared_rows
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.anchor_file import StudyDates, read_anchors
from remit.facts.intake.deidentified_tables import hidden_parts
from remit.facts.intake.dose_overlaps import DisjointEras, disjoint_eras
from remit.facts.intake.impossible_rows import is_numbered, last_of, mended_notes, possible_rows
from remit.facts.intake.imprecise_rows import settled_rows
from remit.facts.intake.intake_account import IntakeAccount, numbered_after
from remit.facts.intake.omop_raw_tables import RAW_TABLES, RawReading
from remit.facts.intake.person_ids import ALIKE, PersonNumbers, alike_persons, names_of_persons
from remit.facts.intake.pseudonym_key import KeyFile
from remit.facts.intake.report import (
    ChangedCells,
    CodedRows,
    IntakeReport,
    LeftOut,
    NotUnderstood,
    TableIntake,
    Undated,
    UnreadTable,
    require_nothing_left_out,
)
from remit.facts.intake.report_page import report_text
from remit.facts.intake.resolved_store import StoreResolution, resolve_store
from remit.facts.intake.row_store import RowStore
from remit.facts.intake.signed_file import read_signed
from remit.facts.opened import Facts, facts_in_memory, open_facts
from remit.facts.reading import TablesPart
from remit.facts.screening_dates import (
    Rule,
    asked_days,
    births_of,
    dated_rows,
    require_days,
    undated_persons,
)
from remit.facts.snapshot import empty_table, new_snapshot
from remit.facts.source_records import NAME as SOURCE
from remit.facts.source_records import kept_references
from remit.facts.tables import TABLES
from remit.facts.vocabulary.code_book import CodeBook

# Below this there is room for new ids above those that there are.
_ROOM = 1 << 62


@dataclass(frozen=True, slots=True)
class SourceTables:
    """What the reader of a format found.

    Attributes:
        tables: with the columns and types of `TABLES`. A person or a first day may be empty still.
        reads: table -> the file (and sheet) that it was read from, and its rows there.
        left_out: rows that the reader could not turn into rows of a table, by table.
        names: what the source's vocabulary calls its codes.
        resolved: the tables in which each name was mapped to a concept, or to nothing on purpose:
            only these may be declared mapped. None where the source has codes in place of names.
        open_names: code -> the name of the source that stands under it, since nothing maps it; the
            reader has told of each.
        stored: rows beside those of `tables`, where a source may have more than memory.
        unread: tables of the source that nothing is read of -> the file, and its rows.
        source_rows: rows of the source by its own names, such as those of domains, where they are
            none of `reads`: for `--expect`.
        cells: what was emptied, rounded or inferred.
        vocabulary: the version of the vocabulary that codes were looked up in.
        by_vocabulary: the tables whose codes the reader has resolved by that vocabulary, since a
            record says more than its code, as where an answer denies it; None where codes are
            still to be resolved.
    """

    tables: Mapping[str, pa.Table]
    persons: PersonNumbers
    reads: Mapping[str, tuple[str | None, int]]
    left_out: Mapping[str, tuple[LeftOut, ...]] = field(default_factory=dict)
    not_understood: tuple[NotUnderstood, ...] = ()
    names: Mapping[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    resolved: frozenset[str] | None = None
    open_names: Mapping[int, str] = field(default_factory=dict)
    stored: RowStore | None = None
    unread: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    source_rows: Mapping[str, int] = field(default_factory=dict)
    cells: tuple[ChangedCells, ...] = ()
    vocabulary: str | None = None
    by_vocabulary: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class IntakeChoices:
    """What the user says of an import.

    Attributes:
        source: where the data come from, in words.
        data_cut: the last day that the data can speak of; the latest of the data when None.
        complete, mapped, own_codes: tables, as `Manifest` has them.
        strict: refuse the import where a row would be left out.
        rule: when persons are screened of whom the data do not say it.
        signed: a file of signatures.
        anchors: study -> the name of the date on which it screens.
        items: study -> the items that its criteria ask people to sign.
        expected: table of the source -> how many rows it must have.
        dates: a file of named dates. studies: what dates each study names.
        pseudonyms: write it de-identified, by this key.
        book: the vocabulary that codes are resolved by; without one they stay as they are.
    """

    source: str
    data_cut: date | None = None
    complete: Collection[str] = ()
    mapped: Collection[str] = ()
    own_codes: Collection[str] = ()
    strict: bool = False
    rule: Rule | None = None
    signed: Path | None = None
    anchors: Mapping[str, str] = field(default_factory=dict)
    items: Mapping[str, Collection[str]] = field(default_factory=dict)
    expected: Mapping[str, int] = field(default_factory=dict)
    dates: Path | None = None
    studies: Mapping[str, StudyDates] = field(default_factory=dict)
    pseudonyms: KeyFile | None = None
    book: CodeBook | None = None


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
    _require_hideable(choices)
    _require_read(found, (*choices.complete, *choices.mapped))
    _require_expected(found, choices.expected)
    store = _store_of(found)
    book = choices.book if found.by_vocabulary is None else None
    codes = resolve_store(store, book, packaged_dictionary())
    if choices.pseudonyms is not None:
        store.tables.pop("concept_map", None)  # words of the source
        store.tables.pop(SOURCE, None)  # ids of its records may lead to persons
    found = _with_vocabulary(found, codes)
    data_cut, latest = _data_cut(store, choices)
    numbers, raw = _numbers(store, data_cut), _raw(store, choices.book)
    work = _Work(store, found, choices, data_cut, numbers, raw)
    work.account.made.update(codes.made)
    mapped, own_codes, undeclared = _declared(found, choices)
    # Where a source has names in place of codes, only its map can say that all are resolved.
    resolved = codes.mapped if found.resolved is None else frozenset[str]()
    resolved |= found.by_vocabulary or frozenset()
    mapped |= resolved
    ancestry = store.table("concept_ancestor")
    # Each rule that a check would ask of the rows was asked of each part: see `impossible_rows`.
    key = choices.pseudonyms
    hiding = None if key is None else hidden_parts(out, work.parts(), found.persons, key, data_cut)
    with (
        hiding or nullcontext() as hidden,
        new_snapshot(
            out,
            source=choices.source if hidden is None else f"{choices.source}; de-identified",
            data_cut=data_cut if hidden is None else hidden.data_cut,
            complete=sorted(_with_eras(found, choices.complete)),
            mapped=mapped,
            own_codes=own_codes,
            resolved=resolved,
            vocabulary=found.vocabulary,
            check=False,
            checked=True,
        ) as snapshot,
        ThreadPoolExecutor(1) as writer,
    ):
        written = None
        for tables in work.parts() if hidden is None else hidden.parts():
            kept = {n: rows for n, rows in tables.items() if rows.num_rows or TABLES[n].required}
            part = facts_in_memory(
                {**kept, "concept_ancestor": ancestry},
                data_cut=data_cut if hidden is None else hidden.data_cut,
                mapped=mapped,
                own_codes=own_codes,
            )
            work.account.add_written(part, found.names, found.open_names)
            for study, anchor in choices.anchors.items():
                work.account.undated[study] += undated_persons(part, study, anchor)
            # While a part is written the next one is made ready.
            if written is not None:
                written.result()
            arranged = part.parts[0]
            assert isinstance(arranged, TablesPart), "the part is in memory"
            written = writer.submit(snapshot.write_part, kept, arranged=arranged)
        if written is not None:
            written.result()
        report = _report(work, ancestry, mapped, own_codes, (*latest, *undeclared))
        if key is None:
            snapshot.write_document("import_report", report_text(report))
    if key is not None:
        key.keep_report(out, report_text(report))
    return open_facts(out), report


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


@dataclass(slots=True)
class _Work:
    """What the parts of one import are made with, and what is counted of them."""

    store: RowStore
    found: SourceTables
    choices: IntakeChoices
    data_cut: date
    numbers: dict[str, int]
    raw: RawReading | None = None
    account: IntakeAccount = field(default_factory=IntakeAccount)

    def parts(self) -> Iterator[dict[str, pa.Table]]:
        """Part by part the tables as they are to be written.

        Raises:
            DatasetError: as `write_intake`, after the last part at the latest.
        """
        births = self._births()
        asked, dates = self._asked_days(births), self._dates(births)
        names, signed = self.found.persons.names(), self._signed()
        used, any_day, placed, persons = self._used_ids(), False, 0, 0
        for part in self.store.parts():
            if self.raw is not None:
                read = self.raw(part)
                self.account.add_read(read)
                part = dict(read.tables)
            # Told of rows, and no rows of the source: those of rows that stay are kept.
            references = part.pop(SOURCE, empty_table(SOURCE))
            given = {name: part.get(name, empty_table(name)) for name in TABLES}
            possible = possible_rows(given, data_cut=self.data_cut, numbers=self.numbers)
            self.account.add_possible(possible)
            tables = dict(possible.tables)
            self.numbers = numbered_after(self.numbers, tables)
            settled = settled_rows(tables, data_cut=self.data_cut, numbered=self.numbers)
            self.account.add_settled(settled)
            tables = dict(settled.tables)
            if "dose_era" in self.numbers:
                used = np.array([self.numbers["dose_era"]], np.int64)
            eras = disjoint_eras(tables["dose_era"], used=used)
            self.account.add_eras(eras)
            tables["dose_era"] = eras.eras
            used = _with_ids(used, eras)
            if "dose_era" in self.numbers:  # the next part's numbers come after those made here
                self.numbers["dose_era"] = max([self.numbers["dose_era"], *used.tolist()])
            tables[SOURCE] = kept_references(
                references, tables, numbered=self.numbers, changed=eras.changed
            )
            people = whole_numbers(tables["person"]["person_id"])
            persons += len(people)
            if names is not None:
                tables["person_name"] = _of_persons(names, people)
            if signed is not None:
                theirs = _of_persons(signed, people)
                tables["attestation"] = _all_signed(tables["attestation"], theirs, placed)
                placed += tables["attestation"].num_rows
            tables = {name: declared_rows(TABLES[name], rows) for name, rows in tables.items()}
            if dates is not None:
                theirs = _of_persons(dates, people)
                self.account.made["study_anchor"] += theirs.num_rows
                tables["study_anchor"] = pa.concat_tables([tables["study_anchor"], theirs])
            _require_one_anchor(tables["study_anchor"])
            if self.choices.rule is not None:
                held = TablesPart(tables)
                added, has_day = dated_rows(
                    held, self.choices.rule, asked, self.choices.anchors, self.data_cut
                )
                any_day = any_day or has_day
                self.account.made["study_anchor"] += added.num_rows
                tables["study_anchor"] = pa.concat_tables([tables["study_anchor"], added])
            yield tables
        self._close(signed, (persons, placed), any_day=any_day)

    def _close(self, signed: pa.Table | None, counts: tuple[int, int], *, any_day: bool) -> None:
        """What only the last part decides."""
        persons, placed = counts
        left_out = self.account.all_left_out(self.found.left_out)
        if self.choices.strict:
            require_nothing_left_out(left_out)
        _require_somebody(persons, left_out["person"])
        if self.choices.rule is not None:
            require_days(self.choices.rule, any_day=any_day, place=Path(self.choices.source))
        if signed is not None:
            self.account.made["attestation"] += placed
            lost = signed.num_rows - placed
            if lost > 0:
                left = LeftOut("its person was left out", lost, ("(file of signatures)",))
                self.account.left_out.setdefault("attestation", []).append(left)
                self.account.made["attestation"] += lost

    def _births(self) -> tuple[Whole, Days]:
        """Of all persons who are kept, where a file names days of theirs."""
        births: tuple[Whole, Days] = (np.zeros(0, np.int64), np.zeros(0, np.int32))
        if not isinstance(self.choices.rule, Path) and self.choices.dates is None:
            return births
        pieces = [
            births_of(possible_rows(part, data_cut=self.data_cut, numbers={}).tables["person"])
            for part in self.store.parts(("person",))
        ]
        return (
            np.concatenate([persons for persons, _ in pieces]),
            np.concatenate([days for _, days in pieces]),
        )

    def _asked_days(self, births: tuple[Whole, Days]) -> Mapping[int, date] | None:
        rule = self.choices.rule
        if rule is None:
            return None
        return asked_days(rule, names_of_persons(self.found.persons), births, self.data_cut)

    def _dates(self, births: tuple[Whole, Days]) -> pa.Table | None:
        if self.choices.dates is None:
            return None
        return read_anchors(
            self.choices.dates, self.choices.studies, self.found.persons, births, self.data_cut
        )

    def _signed(self) -> pa.Table | None:
        if self.choices.signed is None:
            return None
        return read_signed(
            self.choices.signed,
            items=self.choices.items,
            persons=self.found.persons,
            data_cut=self.data_cut,
        )

    def _used_ids(self) -> Whole:
        """The ids of eras: the greatest, or all where there may be no room above it."""
        table = self.store.tables.get("dose_era")
        if table is None or table.keys.top is None:
            return np.zeros(0, np.int64)
        if table.keys.top < _ROOM:
            return np.array([table.keys.top], np.int64)
        key = TABLES["dose_era"].key
        pieces = [whole_numbers(b[key].drop_null()) for b in self.store.columns("dose_era", [key])]
        return np.concatenate(pieces).astype(np.int64)


def _with_ids(used: Whole, eras: DisjointEras) -> Whole:
    """The used ids with those of the eras of a part."""
    if not eras.made:
        return used
    ids = np.asarray(whole_numbers(eras.eras[TABLES["dose_era"].key]), np.int64)
    if len(used) > 1 or (len(used) and used[0] >= _ROOM):
        return np.union1d(used, ids)
    return np.array([max([int(ids.max()), *used.tolist()])], np.int64)


def _report(
    work: _Work,
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
        notes=(*notes, *_alike(found.persons), *found.notes, *mended_notes(account.mended)),
        unread=tuple(UnreadTable(name, *found.unread[name]) for name in sorted(found.unread)),
        cells=found.cells,
        units=account.unit_rows(),
        vocabulary=found.vocabulary,
    )


def _require_hideable(choices: IntakeChoices) -> None:
    """Nothing, when what the user says can be said of a dataset under pseudonyms.

    Raises:
        DatasetError: it would tell by how many days a person's days moved, or be wrong then.
    """
    if choices.pseudonyms is None:
        return
    if choices.complete:
        raise DatasetError(
            "under pseudonyms no table can be declared complete",
            expected="periods over which each person was watched",
            got=f"--complete {', '.join(choices.complete)}",
            next_step="leave it out: each person's days end elsewhere, and observed periods say so",
        )
    if isinstance(choices.rule, date):
        raise DatasetError(
            "one day of screening for all would give away by how much each person's days moved",
            expected="a day that differs: last-visit, first-visit, or a CSV file",
            got="a day",
            next_step="give another --screening-date",
        )


def _require_one_anchor(rows: pa.Table) -> None:
    """Nothing, when no person has two dates of one name in a study.

    Raises:
        DatasetError: somebody has: nobody can tell which counts.
    """
    if rows.num_rows == 0:
        return
    counted = rows.group_by(["study", "person_id", "anchor"]).aggregate([([], "count_all")])
    twice = counted.filter(pc.greater(counted["count_all"], 1))
    if twice.num_rows:
        raise DatasetError(
            "rows of study_anchor give a person two dates of one name",
            expected="one date a person, study and name",
            got=f"{twice.num_rows:,} that stand twice",
            next_step="keep the date that counts",
            place="study_anchor",
        )


def _require_expected(found: SourceTables, expected: Mapping[str, int]) -> None:
    """Nothing, when the source has as many rows as the user says.

    Raises:
        DatasetError: it has not, or it has no such table.
    """
    rows = {name.casefold(): read for name, (_, read) in found.reads.items()}
    rows |= {name.casefold(): read for name, (_, read) in found.unread.items()}
    rows |= {name.casefold(): read for name, read in found.source_rows.items()}
    for name, count in expected.items():
        got = rows.get(name.casefold())
        if got != count:
            raise DatasetError(
                f"the source has another number of rows of {name} than expected",
                expected=f"{count:,} rows",
                got="no such table" if got is None else f"{got:,} rows",
                next_step="look whether the file is whole, or correct --expect; "
                + (f"tables: {', '.join(sorted(rows))}" if got is None else "nothing was written"),
                place=name,
            )


def _require_somebody(persons: int, left_out: tuple[LeftOut, ...]) -> None:
    """Nothing, when some person was kept.

    Raises:
        DatasetError: all were left out: nothing could be screened.
    """
    if persons == 0:
        raise DatasetError(
            "every person was left out",
            expected="at least one person",
            got="; ".join(f"{item.reason}: {item.rows:,}" for item in left_out) or "none",
            next_step="correct the births, or the day of --data-cut",
            place="person",
        )


def _require_read(found: SourceTables, declared: Iterable[str]) -> None:
    """Nothing, when each table of which something is declared was read.

    Raises:
        DatasetError: one was not: all that it should hold would count as absent.
    """
    for name in declared:
        if name not in found.reads:
            raise DatasetError(
                f"nothing can be declared of {name}: the source has no such table",
                expected=f"one of {', '.join(found.reads)}",
                got=name,
                next_step="add the table, an empty one if nothing of it ever happened, or leave "
                "the declaration out",
            )


def _table_intakes(work: _Work, coded: Mapping[str, CodedRows]) -> tuple[TableIntake, ...]:
    """What became of each table that was read, made, or should have been there."""
    account, reads = work.account, dict(work.found.reads)
    made = {
        "study_anchor": work.choices.rule or work.choices.dates,
        "attestation": work.choices.signed,
    }
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


def _data_cut(store: RowStore, choices: IntakeChoices) -> tuple[date, tuple[str, ...]]:
    """The last day that the data can speak of, and how that is known."""
    if "person" not in store.tables or store.tables["person"].rows == 0:
        raise DatasetError(
            "the data have no person",
            expected="at least one person",
            got="none",
            next_step="give the table of persons",
        )
    if choices.data_cut is not None:
        return choices.data_cut, ()
    latest = last_of({name: table.days for name, table in store.tables.items()})
    if latest is None:
        raise DatasetError(
            "the data have no dated record, so that nobody can say up to when they go",
            expected="a record, or --data-cut DATE",
            got="none",
            next_step="give the last day that the data can speak of: --data-cut DATE",
        )
    day = latest.day.isoformat()
    note = f"the data cut is {day}, the latest day of the data (in {latest.table})"
    notes = [f"{note}; --data-cut DATE sets another"]
    if latest.is_far_off and latest.before is not None:
        notes.insert(
            0,
            f"the latest day of the data, {day}, is more than a year after the day before it, "
            f"{latest.before.isoformat()}: if it is a slip, correct it or give --data-cut DATE, "
            "since absences are believed up to it",
        )
    return latest.day, tuple(notes)


def _of_persons(rows: pa.Table, people: npt.NDArray[np.integer]) -> pa.Table:
    """The rows of some persons."""
    return rows_at(rows, np.isin(whole_numbers(rows["person_id"]), people))


def _alike(persons: PersonNumbers) -> tuple[str, ...]:
    count = alike_persons(persons)
    if not count:
        return ()
    return (f"{count} persons have ids that differ only in {ALIKE}: each is a person here",)


def _all_signed(held: pa.Table, added: pa.Table, last: int) -> pa.Table:
    """The signatures of both, numbered anew after the last number that is taken."""
    rows = pa.concat_tables([held, added])
    numbers = pa.array(range(last + 1, last + rows.num_rows + 1), pa.int64())
    return rows.set_column(0, rows.schema.field(0), numbers)
