"""What people wrote in files beside a live source: signatures, and named dates of persons.

The files are those of an import, with the same refusals. Nothing is written to the source; its own
rows of these tables count too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from remit.facts.arrays import Whole, rows_at, whole_numbers
from remit.facts.declared import declared_rows
from remit.facts.intake.persons.anchor_file import COLUMNS as OF_DATES
from remit.facts.intake.persons.anchor_file import WHAT as DATES
from remit.facts.intake.persons.anchor_file import StudyDates, read_anchors, require_one_anchor
from remit.facts.intake.persons.person_ids import PersonNumbers
from remit.facts.intake.persons.signed_file import COLUMNS as OF_SIGNED
from remit.facts.intake.persons.signed_file import WHAT as SIGNED
from remit.facts.intake.persons.signed_file import read_signed
from remit.facts.intake.sources.csv_file import read_csv_rows
from remit.facts.live.live_rows import read_people, read_possible
from remit.facts.live.source import Source, Wanted
from remit.facts.live.typed_rows import LiveRules, typed_rows
from remit.facts.screening_dates import births_of
from remit.facts.tables import TABLES

_AT_ONCE = 5_000  # persons that are asked for by their ids in one question
_LARGEST = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class LocalFiles:
    """Files that say more of persons than the source does.

    Attributes:
        signed: of signatures. dates: of named dates.
        items: study -> the items that its criteria ask people to sign.
        studies: what dates each study names.
    """

    signed: Path | None = None
    dates: Path | None = None
    items: Mapping[str, Collection[str]] = field(default_factory=dict)
    studies: Mapping[str, StudyDates] = field(default_factory=dict)

    def said(self) -> Iterator[str]:
        """What is read, for whoever reads a result: the names, and hashes of what they hold."""
        for what, path in (("signed answers", self.signed), ("named dates", self.dates)):
            if path is not None:
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                yield f"{what}: {path.name} (sha256 {digest[:16]})"


def local_rows(source: Source, files: LocalFiles, rules: LiveRules) -> Mapping[str, pa.Table]:
    """Table -> all its rows: those of a file, and those of the source.

    Raises:
        DatasetError: as `read_signed` and `read_anchors`, or a person has two dates of one name.
    """
    found = dict[str, pa.Table]()
    if files.signed is not None:
        persons, people = _persons(source, files.signed, OF_SIGNED, SIGNED, rules)
        rows = read_signed(
            files.signed, items=files.items, persons=persons, data_cut=rules.data_cut
        )
        # Of somebody whose own row cannot be nothing is kept, as in an import.
        possible = whole_numbers(people["person_id"])
        found["attestation"] = rows_at(rows, np.isin(whole_numbers(rows["person_id"]), possible))
    if files.dates is not None:
        persons, people = _persons(source, files.dates, OF_DATES, DATES, rules)
        births = births_of(people)
        rows = read_anchors(files.dates, files.studies, persons, births, rules.data_cut)
        found["study_anchor"] = pa.concat_tables([_dates_of_source(source, rules), rows])
        require_one_anchor(found["study_anchor"])
    return found


def _dates_of_source(source: Source, rules: LiveRules) -> pa.Table:
    table = TABLES["study_anchor"]
    if table.name not in source.tables:
        return table.schema.empty_table()
    people = read_people(source, Wanted(), rules)
    rows = read_possible(source, table.name, table.schema.names, Wanted(), people, rules).rows
    return declared_rows(table, rows)


def _persons(
    source: Source, path: Path, columns: Sequence[str], what: str, rules: LiveRules
) -> tuple[PersonNumbers, pa.Table]:
    """The persons of a source whom a file names, and the rows of those who can be."""
    names = {row.cells["person"] for row in read_csv_rows(path, columns, what=what)}
    asked = sorted({number for name in names if (number := _number(name)) is not None})
    table, known, people = TABLES["person"], list[Whole](), list[pa.Table]()
    for begin in range(0, len(asked), _AT_ONCE):
        wanted = Wanted(persons=frozenset(asked[begin : begin + _AT_ONCE]))
        rows = typed_rows(source, table, ("person_id",), wanted, rules)
        known.append(np.asarray(whole_numbers(rows["person_id"]), np.int64))
        people.append(read_people(source, wanted, rules))
    numbers = np.concatenate([np.zeros(0, np.int64), *known]).tolist()
    return (
        PersonNumbers({str(number): number for number in numbers}, named=False),
        pa.concat_tables(people) if people else table.schema.empty_table(),
    )


def _number(name: str) -> int | None:
    """The number that an id of a database is; None for another text: `007` is not 7.

    >>> _number("-9066"), _number("007"), _number("LN-7")
    (-9066, None, None)
    """
    try:
        number = int(name)
    except ValueError:
        return None
    return number if str(number) == name and abs(number) <= _LARGEST else None
