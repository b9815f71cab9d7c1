"""What an import of spreadsheets has to say beside its rows, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from remit.facts.intake.accounting.report import Kind, NotUnderstood
from remit.facts.intake.tidy.tidy_faults import rows_said
from remit.facts.intake.tidy.tidy_persons import TidyPersons
from remit.facts.intake.tidy.tidy_records import TidyRecord, Understanding
from remit.facts.intake.tidy.tidy_sheets import TidySheet


def not_understood(found: Understanding, people: TidyPersons) -> tuple[NotUnderstood, ...]:
    kinds: dict[str, Kind] = {"name": "name", "unit": "unit", "answer": "answer"}
    rows = [
        NotUnderstood(table, kinds[kind], written, len(patients), len(set(patients)))
        for (table, kind, written), patients in found.unknown.items()
    ]
    rows += [
        NotUnderstood("person", "answer", word, len(names), len(names))
        for word, names in people.strange_sexes.items()
    ]
    return tuple(rows)


def sheet_notes(sheets: Iterable[TidySheet]) -> list[str]:
    notes = []
    unread: dict[str, set[str]] = {}
    for sheet in sheets:
        notes += [f"{sheet.title}: {note}" for note in sheet.table.notes]
        unread.setdefault(sheet.title, set(sheet.table.columns)).intersection_update(sheet.unread())
    for title, names in unread.items():
        if names:
            notes.append(f"{title}: columns that were not read: {', '.join(sorted(names))}")
    return list(dict.fromkeys(notes))


def remarks(found: Understanding) -> list[str]:
    first_days = [
        f"{title}: {count} days of which only the month or the year is known: its first day stands "
        "for it, as the map declares"
        for title, count in found.imprecise.items()
    ]
    return first_days + [
        f"{title}, {rows_said(rows)}: {said}" for (title, said), rows in found.remarks.items()
    ]


def person_notes(people: TidyPersons, records: Sequence[TidyRecord]) -> list[str]:
    """Who is watched never, and what follows from it."""
    notes = []
    watched = {record.patient for record in records if record.table == "observation_period"}
    unwatched = len(people.persons.keys() - watched)
    if unwatched:
        notes.append(
            f"{unwatched} of {len(people.persons)} persons have no observed period: no absence of "
            "a disease or drug is believed for them (unknown, not_covered), unless --complete "
            "names the table"
        )
    without_sex = sum(person.sex == 0 for person in people.persons.values())
    if without_sex:
        notes.append(f"{without_sex} of {len(people.persons)} persons have no sex")
    return notes
