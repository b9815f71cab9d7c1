"""What becomes of the rows of an import, counted part by part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.codes import Codes
from remit.facts.dictionary import Dictionary
from remit.facts.intake.accounting.report import (
    SHOWN,
    CodedRows,
    DoseNote,
    LeftOut,
    NotUnderstood,
    UnitRows,
    joined_left_out,
    most_first,
)
from remit.facts.intake.accounting.report import Kind as UnreadKind
from remit.facts.intake.accounting.unread_codes import UNITS, unread_codes, written_units
from remit.facts.intake.rows.dose_overlaps import DisjointEras, joined_notes
from remit.facts.intake.rows.impossible_rows import PossibleRows, mended_notes
from remit.facts.intake.rows.imprecise_rows import SettledRows
from remit.facts.intake.rows.raw_tables import ReadRows
from remit.facts.intake.rows.undated_rows import undated_notes
from remit.facts.opened import Facts
from remit.facts.tables import TABLES
from remit.units import find_unit

_ASKED = {"dose_era": "drug_exposure"}  # whose concepts the codes of a table are
OVERLAPS = "overlaps or continues an era of the same drug: made into eras of one dose a day"


@dataclass(slots=True)
class IntakeAccount:
    """The counts of the parts so far.

    Attributes:
        left_out, kept, made, days: by table; `mended` as `PossibleRows` has it.
        opened: by table, rows without a day that can be.
        codes: table -> code -> rows. units: table -> unit id and text -> rows.
        unread: (table, kind, written, name) -> rows and persons.
    """

    left_out: dict[str, list[LeftOut]] = field(default_factory=dict)
    opened: dict[str, tuple[LeftOut, ...]] = field(default_factory=dict)
    kept: Counter[str] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    mended: Counter[tuple[str, str]] = field(default_factory=Counter)
    days: dict[str, tuple[date, date]] = field(default_factory=dict)
    codes: dict[str, Counter[int]] = field(default_factory=dict)
    units: dict[str, Counter[tuple[int, str | None]]] = field(default_factory=dict)
    unread: dict[tuple[str, UnreadKind, str, str | None], tuple[int, int]] = field(
        default_factory=dict
    )
    doses: list[DoseNote] = field(default_factory=list)
    undated: Counter[str] = field(default_factory=Counter)

    def add_possible(self, found: PossibleRows) -> None:
        """What a part left out and mended."""
        for name, why in found.undated.items():
            self.opened[name] = joined_left_out((*self.opened.get(name, ()), *why))
        for name, items in found.left_out.items():
            self.left_out.setdefault(name, []).extend(items)
        for key, rows in found.mended.items():
            self.mended[key] += rows

    def add_settled(self, found: SettledRows) -> None:
        """What was done with days of a part that are not exactly known."""
        for name, left in found.left_out.items():
            self.left_out.setdefault(name, []).append(left)
        for key, rows in found.mended.items():
            self.mended[key] += rows

    def add_read(self, found: ReadRows) -> None:
        """What became of the rows of raw tables."""
        for name, items in found.left_out.items():
            self.left_out.setdefault(name, []).extend(items)
        self.made.update(found.made)

    def add_eras(self, eras: DisjointEras) -> None:
        """What was done with the dose eras of a part."""
        self.doses += eras.notes
        if eras.merged:
            examples = sorted({row for note in eras.notes for row in note.examples})[:SHOWN]
            left = LeftOut(OVERLAPS, eras.merged, tuple(map(str, examples)), fate="merged")
            self.left_out.setdefault("dose_era", []).append(left)
            self.made["dose_era"] += eras.made

    def add_written(self, part: Facts, names: Mapping[int, str], told: Iterable[int]) -> None:
        """The rows of a part as they are written.

        Args:
            part: the part as a dataset in memory. names, told: as `unread_codes` has them.
        """
        for name, table in TABLES.items():
            if name not in part.manifest.tables:
                continue
            self.kept[name] += part.manifest.tables[name].rows
            columns = [column for column in (table.start, table.concept) if column]
            rows = part.rows(name, columns) if columns else None
            if rows is None or not rows.num_rows:
                continue
            if table.start is not None:
                bounds = pc.min_max(rows[table.start]).as_py()
                held = self.days.get(name, (bounds["min"], bounds["max"]))
                self.days[name] = (min(held[0], bounds["min"]), max(held[1], bounds["max"]))
            if table.concept is not None:
                self.codes.setdefault(name, Counter()).update(_counts(rows[table.concept]))
            if name in UNITS:
                self.units.setdefault(name, Counter()).update(_unit_counts(part, name))
        for item in unread_codes(part, names=names, told=frozenset(told)):
            key = (item.table, item.kind, item.written, item.name)
            rows_before, persons = self.unread.get(key, (0, 0))
            self.unread[key] = (rows_before + item.rows, persons + item.persons)

    def notes(self) -> tuple[str, ...]:
        """What was mended, and which rows stay on any day, a sentence each."""
        return (*undated_notes(self.opened), *mended_notes(self.mended))

    def all_left_out(
        self, earlier: Mapping[str, Iterable[LeftOut]]
    ) -> dict[str, tuple[LeftOut, ...]]:
        """By table, with what the reader had left out before."""
        return {
            name: joined_left_out((*earlier.get(name, ()), *self.left_out.get(name, ())))
            for name in dict.fromkeys((*TABLES, *earlier, *self.left_out))
        }

    def not_understood(self, earlier: Iterable[NotUnderstood]) -> tuple[NotUnderstood, ...]:
        """What nobody can read, with what the reader told before; the most persons first."""
        found = (
            NotUnderstood(table, kind, written, rows, persons, name)
            for (table, kind, written, name), (rows, persons) in self.unread.items()
        )
        return most_first((*earlier, *found))

    def dose_notes(self) -> tuple[DoseNote, ...]:
        """What was done with dose eras that overlap, over all parts."""
        return joined_notes(self.doses)

    def coded_rows(self, codes: Codes, dictionary: Dictionary) -> Mapping[str, CodedRows]:
        """Table -> its rows by what their codes say.

        Args:
            codes: the resolution of the codes of the whole dataset.
        """
        listed = dictionary.listed
        claimed = frozenset(codes.ids_of(listed))
        found = {}
        for name, counts in self.codes.items():
            strange = codes.unresolved(name, listed, ())
            of = {
                concept.name: sum(
                    counts[code] for code in codes.ids_of(dictionary.omop_ids(concept.name))
                )
                for concept in dictionary.concepts.values()
                if concept.table == _ASKED.get(name, name) and not concept.members
            }
            unresolved = sum(counts[code] for code in strange)
            taken = sum(rows for code, rows in counts.items() if code in claimed - strange)
            rest = counts.total() - taken - unresolved
            found[name] = CodedRows({k: n for k, n in of.items() if n}, taken, rest, unresolved)
        return found

    def unit_rows(self) -> tuple[UnitRows, ...]:
        """Each unit and its rows, the most rows first."""
        found = []
        for name, counts in self.units.items():
            for (coded, text), rows in counts.items():
                if coded or text:
                    known = find_unit(omop_id=coded, text=text)
                    said = " ".join(str(part) for part in (coded or None, text) if part)
                    found.append(UnitRows(name, said, None if known is None else known.code, rows))
        return tuple(sorted(found, key=lambda item: (-item.rows, item.table, item.written)))


def numbered_after(numbers: Mapping[str, int], tables: Mapping[str, pa.Table]) -> dict[str, int]:
    """The last number that is taken, after the rows of a part were numbered."""
    return {name: last + tables[name].num_rows for name, last in numbers.items()}


def _counts(column: pa.ChunkedArray) -> dict[int, int]:
    counted = pc.value_counts(column)
    codes, rows = counted.field("values"), counted.field("counts")
    return dict(zip(pc.fill_null(codes, 0).to_pylist(), rows.to_pylist(), strict=True))


def _unit_counts(part: Facts, name: str) -> Counter[tuple[int, str | None]]:
    found = Counter[tuple[int, str | None]]()
    for one in part.parts:
        units, unit = written_units(one, name)
        counts = np.bincount(unit, minlength=len(units)).tolist()
        for written, rows in zip(units, counts, strict=True):
            found[written] += rows
    return found
