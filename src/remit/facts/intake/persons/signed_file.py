"""Answers that people signed, from a file: person, item, answer, by, date.

As the language reads them, the latest signature of a person and item counts, and one without a name
counts for nothing; so a row without one is refused here, where it can be mended.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

import pyarrow as pa

from remit.facts.intake.accounting.report import refused
from remit.facts.intake.persons.person_ids import PersonNumbers
from remit.facts.intake.sources.csv_file import CsvRow, day_of, read_csv_rows
from remit.facts.tables import TABLES

COLUMNS = ("person", "item", "answer", "by", "date")
ANSWERS: Mapping[str, bool] = {
    "yes": True,
    "true": True,
    "1": True,
    "no": False,
    "false": False,
    "0": False,
}
WHAT = "the file of signatures"


def read_signed(
    path: Path,
    *,
    items: Mapping[str, Collection[str]],
    persons: PersonNumbers,
    data_cut: date,
) -> pa.Table:
    """The rows of `attestation` that a file of signatures stands for.

    An item that several studies ask is signed for each of them.

    Args:
        items: study -> the items that its criteria ask people to sign.
        persons: those of the dataset.

    Raises:
        DatasetError: a person that the dataset lacks, an item that no study asks, an answer that is
            neither yes nor no, a missing name, a day after the data cut, or two answers of one day.
    """
    asked = sorted({item for found in items.values() for item in found})
    rows: list[dict[str, object]] = []
    seen: dict[tuple[int, str, date], tuple[bool, int]] = {}
    for row in read_csv_rows(path, COLUMNS, what=WHAT):
        person, item = _person(row, persons, path), _item(row, asked, path)
        answer, day = _answer(row, path), _signed_day(row, data_cut, path)
        before = seen.setdefault((person, item, day), (answer, row.number))
        if before[0] != answer:
            raise refused(
                f"two answers to {item} were signed on one day",
                expected="one answer a day; a later day takes back an earlier answer",
                got=f"another answer in row {before[1]}",
                next_step="keep the answer that counts, or correct its day",
                file=path,
                row=row.number,
            )
        if before[1] != row.number:
            continue  # the same answer, signed again on that day
        rows += [
            {
                "person_id": person,
                "study": study,
                "item": item,
                "answer": answer,
                "signed_by": row.cells["by"],
                "signed_date": day,
            }
            for study, found in items.items()
            if item in found
        ]
    numbered = [{"attestation_id": place, **row} for place, row in enumerate(rows, 1)]
    return pa.Table.from_pylist(numbered, schema=TABLES["attestation"].schema)


def _person(row: CsvRow, persons: PersonNumbers, path: Path) -> int:
    found = persons.numbers.get(row.cells["person"])
    if found is None:
        example = next(iter(persons.numbers), "14")
        raise refused(
            "the data have no such person",
            expected=f"an id as the data have it, such as {example}",
            got="another id" if row.cells["person"] else "nothing",
            next_step="correct the id; each character counts",
            file=path,
            row=row.number,
        )
    return found


def _item(row: CsvRow, asked: list[str], path: Path) -> str:
    item = row.cells["item"]
    if item not in asked:
        near = difflib.get_close_matches(item, asked, n=3, cutoff=0.6)
        listed = ", ".join(asked) or "none: no criterion of these studies is signed"
        raise refused(
            "no criterion of these studies asks for this item to be signed",
            expected=f"one of {listed}",
            got="another item" if item else "nothing",
            next_step=f"did you mean {', '.join(near)}?" if near else "take an item of this list",
            file=path,
            row=row.number,
        )
    return item


def _answer(row: CsvRow, path: Path) -> bool:
    found = ANSWERS.get(row.cells["answer"].casefold())
    if found is None:
        raise refused(
            "the answer is neither yes nor no",
            expected=", ".join(ANSWERS),
            got="nothing" if not row.cells["answer"] else "another word",
            next_step="write yes or no; leave the row out where nobody has answered",
            file=path,
            row=row.number,
        )
    return found


def _signed_day(row: CsvRow, data_cut: date, path: Path) -> date:
    day = day_of(row, "date", path)
    if not row.cells["by"]:
        raise refused(
            "nobody signed this answer",
            expected="in the column by: who answers for it",
            got="nothing",
            next_step="write a name or a role",
            file=path,
            row=row.number,
        )
    if day > data_cut:
        raise refused(
            "the answer was signed after the data cut",
            expected=f"a day up to {data_cut.isoformat()}",
            got="a later day",
            next_step="give the last day that the data can speak of: --data-cut DATE",
            file=path,
            row=row.number,
        )
    return day
