"""Named dates of persons, from a file: person, anchor, date, and the study where it is one alone.

A date without a study holds in each study that names such a date. Nothing is taken for another: a
person, a name or a study that nobody knows is refused, with its row.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from remit.errors import DatasetError
from remit.facts.arrays import Days, Whole
from remit.facts.intake.persons.person_ids import PersonNumbers
from remit.facts.intake.sources.csv_file import SEPARATORS, CsvRow, day_of, read_csv_rows, wrong_row
from remit.facts.screening_dates import born_of
from remit.facts.tables import TABLES
from remit.text_files import read_text_file

COLUMNS = ("person", "anchor", "date")
WHAT = "the file of named dates"
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class StudyDates:
    """The dates that a study names.

    Attributes:
        screening: on which of them it screens.
    """

    names: Collection[str]
    screening: str


def read_anchors(
    path: Path,
    studies: Mapping[str, StudyDates],
    persons: PersonNumbers,
    births: tuple[Whole, Days],
    data_cut: date,
) -> pa.Table:
    """The rows of `study_anchor` that a file of named dates stands for.

    Args:
        studies: by their ids.
        births: of all persons of the dataset, as `births_of` has them.

    Raises:
        DatasetError: a person, study or name that nobody knows, a day before birth, a screening
            after the data cut, or two days of one name.
    """
    columns = (*COLUMNS, "study") if _has_study(path) else COLUMNS
    found: dict[tuple[int, str, str], tuple[date, int]] = {}
    for row in read_csv_rows(path, columns, what=WHAT):
        person = persons.numbers.get(row.cells["person"])
        born = None if person is None else born_of(person, births)
        if person is None or born is None:
            raise wrong_row(
                row, path, "the dataset has no such person", "an id as the source has it"
            )
        day = day_of(row, "date", path)
        if day.toordinal() - _EPOCH < born:
            raise wrong_row(row, path, "the day lies before birth", "a day from birth on")
        for study in _studies(row, studies, path):
            anchor = row.cells["anchor"]
            if anchor == studies[study].screening and day > data_cut:
                raise wrong_row(
                    row,
                    path,
                    "the day of screening lies after the data cut",
                    f"a day up to {data_cut.isoformat()}, the last of the data",
                )
            held = found.setdefault((person, study, anchor), (day, row.number))
            if held[0] != day:
                raise wrong_row(
                    row, path, "one person has two days of one name", f"that of row {held[1]}"
                )
    rows = [
        {"person_id": person, "study": study, "anchor": anchor, "anchor_date": day}
        for (person, study, anchor), (day, _) in found.items()
    ]
    return pa.Table.from_pylist(rows, schema=TABLES["study_anchor"].schema)


def require_one_anchor(rows: pa.Table) -> None:
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


def _has_study(path: Path) -> bool:
    text = read_text_file(
        path, what=WHAT, form="CSV", error=DatasetError, save="save the file as CSV UTF-8"
    )
    head = text.partition("\n")[0]
    separator = max(SEPARATORS, key=head.count)
    cells = next(csv.reader([head.strip()], delimiter=separator), [])
    return "study" in {cell.strip().casefold() for cell in cells}


def _studies(row: CsvRow, studies: Mapping[str, StudyDates], path: Path) -> list[str]:
    """The studies in which a row's date holds."""
    named, anchor = row.cells.get("study", ""), row.cells["anchor"]
    asked = [study for study in studies if not named or study.casefold() == named.casefold()]
    if not asked:
        raise wrong_row(row, path, "nobody knows such a study", f"one of {', '.join(studies)}")
    found = [study for study in asked if anchor in studies[study].names]
    if not found:
        names = sorted({name for study in asked for name in studies[study].names})
        raise wrong_row(row, path, "no study names such a date", f"one of {', '.join(names)}")
    return found
