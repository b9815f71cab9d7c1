"""From what a format's reader found to a dataset and the report: the last step of every import.

All rows are in memory: a table of thirty million measurements needs about 10 GB here. A dataset
that is larger is written part by part with `remit.facts.snapshot.new_snapshot`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.declared import check_names, declared_rows
from remit.facts.intake.dose_overlaps import disjoint_eras
from remit.facts.intake.impossible_rows import last_day, possible_rows
from remit.facts.intake.person_ids import ALIKE, PersonNumbers, alike_persons
from remit.facts.intake.report import (
    IntakeReport,
    LeftOut,
    NotUnderstood,
    TableIntake,
    Undated,
    joined_left_out,
    most_first,
    require_nothing_left_out,
)
from remit.facts.intake.signed_file import read_signed
from remit.facts.intake.unread_codes import unread_codes
from remit.facts.opened import Facts, facts_in_memory
from remit.facts.screening_dates import Rule, dated_facts, undated_persons
from remit.facts.snapshot import empty_table, write_dataset
from remit.facts.tables import TABLES


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


def write_intake(
    out: Path, found: SourceTables, choices: IntakeChoices
) -> tuple[Facts, IntakeReport]:
    """Write what a reader found as a dataset and open it; what was done with each row.

    Raises:
        DatasetError: no person or no record, a row that cannot be in a strict import, or a file of
            signatures or dates that is wrong.
        OutputError: `out` exists or cannot be written.
    """
    check_names(dict.fromkeys(TABLES), (*choices.complete, *choices.mapped))
    _require_read(found, (*choices.complete, *choices.mapped))
    given = {name: found.tables.get(name, empty_table(name)) for name in TABLES}
    data_cut, latest = _data_cut(given, choices)
    possible = possible_rows(given, data_cut=data_cut)
    left_out = {
        name: joined_left_out((*found.left_out.get(name, ()), *possible.left_out.get(name, ())))
        for name in TABLES
    }
    if choices.strict:
        require_nothing_left_out(left_out)
    tables = dict(possible.tables)
    _require_somebody(tables["person"], left_out["person"])
    eras = disjoint_eras(tables["dose_era"])
    tables["dose_era"] = eras.eras
    tables |= _names(found.persons, tables["person"])
    if choices.signed is not None:
        signed = read_signed(
            choices.signed, items=choices.items, persons=found.persons, data_cut=data_cut
        )
        tables["attestation"] = _all_signed(tables["attestation"], signed)
    tables = {name: declared_rows(TABLES[name], rows) for name, rows in tables.items()}
    if choices.rule is not None:
        held = facts_in_memory(tables, data_cut=data_cut)
        tables["study_anchor"] = dated_facts(held, choices.rule, choices.anchors).rows(
            "study_anchor"
        )
    mapped, own_codes, undeclared = _declared(found, choices)
    kept = {name: rows for name, rows in tables.items() if rows.num_rows or TABLES[name].required}
    facts = write_dataset(
        out,
        kept,
        source=choices.source,
        data_cut=data_cut,
        complete=sorted(_with_eras(found, choices.complete)),
        mapped=mapped,
        own_codes=own_codes,
    )
    unread = unread_codes(facts, names=found.names, told=found.open_names)
    persons = tables["person"].num_rows
    report = IntakeReport(
        persons=persons,
        data_cut=data_cut,
        cut_given=choices.data_cut is not None,
        tables=_table_intakes(found, tables, left_out, choices),
        not_understood=most_first((*found.not_understood, *unread)),
        open_names={str(code): name for code, name in found.open_names.items()},
        doses=eras.notes,
        undated=tuple(
            Undated(study, count, persons)
            for study, anchor in choices.anchors.items()
            if (count := undated_persons(facts, study, anchor))
        ),
        notes=(*latest, *_alike(found.persons), *undeclared, *found.notes, *possible.notes),
    )
    return facts, report


def _require_somebody(people: pa.Table, left_out: tuple[LeftOut, ...]) -> None:
    """Nothing, when some person was kept.

    Raises:
        DatasetError: all were left out: nothing could be screened.
    """
    if people.num_rows == 0:
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


def _table_intakes(
    found: SourceTables,
    tables: Mapping[str, pa.Table],
    left_out: Mapping[str, tuple[LeftOut, ...]],
    choices: IntakeChoices,
) -> tuple[TableIntake, ...]:
    """What became of each table that was read, made, or should have been there."""
    reads = dict(found.reads)
    made = {"study_anchor": choices.rule, "attestation": choices.signed}
    for name, by in made.items():
        if by is not None:
            shown = by.name if isinstance(by, Path) else str(by)
            reads.setdefault(name, (shown, tables[name].num_rows))
    return tuple(
        TableIntake(name, *reads.get(name, (None, 0)), tables[name].num_rows, left_out[name])
        for name in TABLES
        if name in reads or (TABLES[name].required and name not in made)
    )


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


def _data_cut(
    tables: Mapping[str, pa.Table], choices: IntakeChoices
) -> tuple[date, tuple[str, ...]]:
    """The last day that the data can speak of, and how that is known."""
    if tables["person"].num_rows == 0:
        raise DatasetError(
            "the data have no person",
            expected="at least one person",
            got="none",
            next_step="give the table of persons",
        )
    if choices.data_cut is not None:
        return choices.data_cut, ()
    latest = last_day(tables)
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


def _names(persons: PersonNumbers, people: pa.Table) -> Mapping[str, pa.Table]:
    """The names of those who were kept."""
    names = persons.names()
    if names is None:
        return {}
    kept = names.join(people.select(["person_id"]), "person_id", join_type="left semi")
    return {"person_name": kept.select(names.column_names).cast(names.schema)}


def _alike(persons: PersonNumbers) -> tuple[str, ...]:
    count = alike_persons(persons)
    if not count:
        return ()
    return (f"{count} persons have ids that differ only in {ALIKE}: each is a person here",)


def _all_signed(held: pa.Table, added: pa.Table) -> pa.Table:
    """The signatures of both, numbered anew."""
    rows = pa.concat_tables([held, added])
    numbers = pa.array(range(1, rows.num_rows + 1), pa.int64())
    return rows.set_column(0, rows.schema.field(0), numbers)
