"""What an import asks of a source and of its user before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from remit.errors import DatasetError
from remit.facts.intake.dataset.handed_over import IntakeChoices, SourceTables
from remit.facts.intake.rows.impossible_rows import last_of
from remit.facts.intake.rows.row_store import RowStore
from remit.facts.screening_dates import DATA_CUT


def require_hideable(choices: IntakeChoices) -> None:
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
    if isinstance(choices.rule, date) or choices.rule == DATA_CUT:
        raise DatasetError(
            "one day of screening for all would give away by how much each person's days moved",
            expected="a day that differs: last-visit, first-visit, or a CSV file",
            got="a day",
            next_step="give another --screening-date",
        )


def require_expected(found: SourceTables, expected: Mapping[str, int]) -> None:
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


def require_read(found: SourceTables, declared: Iterable[str]) -> None:
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


def found_data_cut(store: RowStore, choices: IntakeChoices) -> tuple[date, tuple[str, ...]]:
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
