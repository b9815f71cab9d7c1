"""Named dates and signed answers of a study, from the fields of a REDCap project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa

from remit.facts.intake.persons.person_ids import PersonNumbers
from remit.facts.intake.redcap.redcap_cells import RedcapCells, day_reader, field_column
from remit.facts.intake.redcap.redcap_map import RedcapMap, Said, SignedField
from remit.facts.intake.sources.cell_numbers import shape_of
from remit.facts.intake.tidy.tidy_faults import FaultList
from remit.facts.tables import TABLES


@dataclass(frozen=True, slots=True)
class StudyRows:
    """Rows of `study_anchor` and `attestation` by the id of the record.

    Attributes:
        read: table -> how many cells said one.
        unclear: how many signed fields had neither a yes nor a no.
        places: of the rows of the export that said one.
    """

    anchors: tuple[tuple[str, str, str, date], ...]
    signed: tuple[tuple[str, str, str, bool, str, date], ...]
    unclear: int
    places: frozenset[int]

    @property
    def read(self) -> Mapping[str, int]:
        counts = {"study_anchor": len(self.anchors), "attestation": len(self.signed)}
        return {name: count for name, count in counts.items() if count}

    def tables(self, persons: PersonNumbers) -> Mapping[str, pa.Table]:
        """The rows of the persons that there are."""
        anchors = [
            {"person_id": persons.numbers[who], "study": study, "anchor": name, "anchor_date": day}
            for who, study, name, day in self.anchors
            if who in persons.numbers
        ]
        signed = [
            {
                "person_id": persons.numbers[who],
                "study": study,
                "item": item,
                "answer": answer,
                "signed_by": by,
                "signed_date": day,
            }
            for who, study, item, answer, by, day in self.signed
            if who in persons.numbers
        ]
        numbered = [{"attestation_id": at, **row} for at, row in enumerate(signed, start=1)]
        found: dict[str, list[dict[str, object]]] = {
            "study_anchor": anchors,
            "attestation": numbered,
        }
        return {
            name: pa.Table.from_pylist(rows, TABLES[name].schema)
            for name, rows in found.items()
            if rows
        }


def study_rows(cells: RedcapCells, mapped: RedcapMap, faults: FaultList) -> StudyRows:
    """The named dates and signed answers; what cannot be goes into `faults`."""
    anchors: dict[tuple[str, str, str], tuple[date, int]] = {}
    signed: list[tuple[str, str, str, bool, str, date]] = []
    unclear, places = 0, set[int]()
    for study, fields in mapped.studies.items():
        for name, said in fields.anchors.items():
            for who, place, day in _days(cells, said, faults):
                row = cells.records.table.rows[place]
                places.add(place)
                before = anchors.setdefault((who, study, name), (day, row))
                if before[0] != day:
                    faults.add(
                        cells.records.table.title,
                        row,
                        f"two rows tell another {name} of one record",
                        expected="one day",
                        got=f"another day than in row {before[1]}",
                        do="keep the right one in REDCap",
                    )
        for item, one in fields.signed.items():
            rows, open_ = _signed(cells, one, faults)
            unclear += open_
            places |= rows.keys()
            signed += [
                (who, study, item, answer, by, day) for who, answer, by, day in rows.values()
            ]
    return StudyRows(
        tuple((*key, day) for key, (day, _) in anchors.items()),
        tuple(signed),
        unclear,
        frozenset(places),
    )


def _days(cells: RedcapCells, said: Said, faults: FaultList) -> Iterator[tuple[str, int, date]]:
    one = field_column(said)
    for place, key in enumerate(cells.records.keys):
        if one.event in {None, key.event} and cells.text(str(one.column), place):
            day = _day(cells, said, place, faults)
            if day is not None and key.record:
                yield key.record, place, day


def _day(cells: RedcapCells, said: Said, place: int, faults: FaultList) -> date | None:
    one = field_column(said)
    text = cells.near(one, place)
    read = day_reader(cells.dictionary.fields[str(one.column)], one.format)(text)
    if isinstance(read, datetime):
        return read.date()
    if isinstance(read, date):
        return read
    faults.add(
        cells.records.table.title,
        cells.records.table.rows[place],
        f"no day can be read in the field {one.column}",
        expected="a day such as 2024-01-31, as raw data have it",
        got=f"a text such as {shape_of(text)}" if text else "an empty cell",
        do="correct the record in REDCap, or declare the format in the map",
    )
    return None


def _signed(
    cells: RedcapCells, one: SignedField, faults: FaultList
) -> tuple[dict[int, tuple[str, bool, str, date]], int]:
    """The signed answers by the places of their rows, and how many say neither yes nor no."""
    rows, unclear = dict[int, tuple[str, bool, str, date]](), 0
    for place, key in enumerate(cells.records.keys):
        code = cells.text(one.answer, place)
        if not code or not key.record:
            continue
        if code not in {*one.yes, *one.no}:
            unclear += 1
            continue
        by = cells.near(field_column(one.by), place)
        if not by:
            faults.add(
                cells.records.table.title,
                cells.records.table.rows[place],
                f"nobody signed the answer in {one.answer}",
                expected=f"who answers for it, in {one.by}",
                got="an empty cell",
                do="fill it in REDCap: a name or a role",
            )
            continue
        day = _day(cells, one.date, place, faults)
        if day is not None:
            rows[place] = (key.record, code in one.yes, by, day)
    return rows, unclear
