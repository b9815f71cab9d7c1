"""Tables of OMOP that Remit has no table for, whose rows are read all the same: into which of its.

- `drug_era` says that somebody took an ingredient. Where no exposure of those days is known to be
  of it, since its code is of a product that nothing resolves, the era is an exposure: presence,
  without a dose.
- `visit_detail` is a part of a visit. One of the kind of its visit is in it already; one of another
  kind that some concept claims is a visit too.
- `device_exposure`, `specimen` and `episode`: a row whose code some concept claims is moved to the
  table in which that concept is read. The others say nothing that a criterion asks.

Source: OMOP CDM 5.4 specification (OHDSI), tables DRUG_ERA, VISIT_DETAIL and EPISODE.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.arrays import EMPTY, NO_DAY, Whole, arrow_of, dates_of, rows_at, whole_numbers
from remit.facts.dictionary import Dictionary
from remit.facts.intake.accounting.report import SHOWN, Fate, LeftOut
from remit.facts.tables import TABLES, Column, FactTable, Type

Flags = npt.NDArray[np.bool_]
FROM_ERA = "presence of an ingredient, of an era whose exposures nothing resolves"
ERA_KNOWN = "an exposure of that ingredient on these days is there"
DETAIL_VISIT = "a part of a visit, of another kind than that"
DETAIL_SAME = "a part of a visit, of the same kind"
CLAIMED = "its code is that of a concept which is read there"
UNCLAIMED = "no concept has its code"


def _raw(
    name: str, concept: str, start: str, end: str | None, columns: tuple[Column, ...]
) -> FactTable:
    """A table of which each value may be empty."""
    key = columns[0].name
    loose = tuple(Column(column.name, column.type, required=False) for column in columns)
    return FactTable(name, loose, key, ("person_id", start), concept, start, end, required=False)


def _columns(key: str, *others: str) -> tuple[Column, ...]:
    made = [Column(key, "id"), Column("person_id", "id")]
    for name in others:
        kind: Type = "date" if name.endswith("_date") else "concept"
        made.append(Column(name, "id" if name == "visit_occurrence_id" else kind))
    return tuple(made)


RAW_TABLES: Mapping[str, FactTable] = {
    table.name: table
    for table in (
        _raw(
            "drug_era",
            "drug_concept_id",
            "drug_era_start_date",
            "drug_era_end_date",
            _columns("drug_era_id", "drug_concept_id", "drug_era_start_date", "drug_era_end_date"),
        ),
        _raw(
            "visit_detail",
            "visit_detail_concept_id",
            "visit_detail_start_date",
            "visit_detail_end_date",
            _columns(
                "visit_detail_id",
                "visit_detail_concept_id",
                "visit_detail_start_date",
                "visit_detail_end_date",
                "visit_occurrence_id",
            ),
        ),
        _raw(
            "device_exposure",
            "device_concept_id",
            "device_exposure_start_date",
            "device_exposure_end_date",
            _columns(
                "device_exposure_id",
                "device_concept_id",
                "device_exposure_start_date",
                "device_exposure_end_date",
            ),
        ),
        _raw(
            "specimen",
            "specimen_concept_id",
            "specimen_date",
            None,
            _columns("specimen_id", "specimen_concept_id", "specimen_date"),
        ),
        _raw(
            "episode",
            "episode_object_concept_id",
            "episode_start_date",
            "episode_end_date",
            _columns(
                "episode_id",
                "episode_object_concept_id",
                "episode_start_date",
                "episode_end_date",
            ),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class ReadRows:
    """The rows of a part after its raw tables were read into those of Remit.

    Attributes:
        left_out: by raw table. made: by table of Remit, rows that were added.
    """

    tables: Mapping[str, pa.Table]
    left_out: Mapping[str, tuple[LeftOut, ...]] = field(default_factory=dict)
    made: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class RawReading:
    """Reads the raw tables of one part after the other.

    Attributes:
        ancestry: rows of `concept_ancestor`.
        last: table of Remit -> the last id that is taken.
    """

    dictionary: Dictionary
    ancestry: pa.Table
    last: dict[str, int]

    def __call__(self, tables: Mapping[str, pa.Table]) -> ReadRows:
        """The part, and what became of the rows of its raw tables."""
        kept = {name: rows for name, rows in tables.items() if name not in RAW_TABLES}
        left: dict[str, tuple[LeftOut, ...]] = {}
        made = dict[str, int]()
        for name, rows in tables.items():
            if name not in RAW_TABLES or not rows.num_rows:
                continue
            table = RAW_TABLES[name]
            if name == "drug_era":
                places, others = self._eras(rows, tables)
            elif name == "visit_detail":
                places, others = self._details(rows, tables)
            else:
                places, others = self._claimed(table, rows)
            for target, (reason, here) in places.items():
                if here.any():
                    added = self._written(table, rows_at(rows, here), target)
                    held = kept.get(target, _empty(target))
                    kept[target] = pa.concat_tables([held, added])
                    made[target] = made.get(target, 0) + added.num_rows
                    item = _left(rows, table, f"{reason}: moved to {target}", here, "moved")
                    left[name] = (*left.get(name, ()), item)
            reason, fate, here = others
            if here.any():
                left[name] = (*left.get(name, ()), _left(rows, table, reason, here, fate))
            if name == "visit_detail":
                strange = ~here & ~places["visit_occurrence"][1]
                if strange.any():
                    item = _left(rows, table, UNCLAIMED, strange, "not_read")
                    left[name] = (*left.get(name, ()), item)
        return ReadRows(kept, left, made)

    def _eras(
        self, rows: pa.Table, tables: Mapping[str, pa.Table]
    ) -> tuple[dict[str, tuple[str, Flags]], tuple[str, Fate, Flags]]:
        known = _covered(rows, tables.get("drug_exposure"), self.ancestry)
        return {"drug_exposure": (FROM_ERA, ~known)}, (ERA_KNOWN, "merged", known)

    def _claimed(
        self, table: FactTable, rows: pa.Table
    ) -> tuple[dict[str, tuple[str, Flags]], tuple[str, Fate, Flags]]:
        assert table.concept is not None, "a raw table has codes"
        codes = whole_numbers(rows[table.concept], empty=0)
        places, taken = dict[str, tuple[str, Flags]](), np.zeros(len(codes), np.bool_)
        for target, claimed in self.claims().items():
            here = np.isin(codes, claimed) & ~taken
            places[target] = (CLAIMED, here)
            taken |= here
        return places, (UNCLAIMED, "not_read", ~taken)

    def _details(
        self, rows: pa.Table, tables: Mapping[str, pa.Table]
    ) -> tuple[dict[str, tuple[str, Flags]], tuple[str, Fate, Flags]]:
        same = _in_their_visit(rows, tables.get("visit_occurrence"))
        kind = whole_numbers(rows["visit_detail_concept_id"], empty=0)
        claimed = np.isin(kind, self.claims().get("visit_occurrence", np.zeros(0, np.int64)))
        places = {"visit_occurrence": (DETAIL_VISIT, claimed & ~same)}
        return places, (DETAIL_SAME, "merged", same)

    def claims(self) -> Mapping[str, Whole]:
        """Table -> the codes of its concepts, and all below them."""
        found: dict[str, set[int]] = {}
        for concept in self.dictionary.concepts.values():
            if concept.table in TABLES:
                found.setdefault(concept.table, set()).update(
                    self.dictionary.omop_ids(concept.name)
                )
        above, below = (whole_numbers(self.ancestry[n]) for n in _ANCESTRY)
        return {
            name: np.union1d(own, below[np.isin(above, own)]).astype(np.int64)
            for name, codes in found.items()
            if len(own := np.array(sorted(codes), np.int64))
        }

    def _written(self, table: FactTable, rows: pa.Table, name: str) -> pa.Table:
        """Rows of a raw table as those of a table of Remit, with ids that no row has."""
        target, count = TABLES[name], rows.num_rows
        first = self.last.get(name, 0) + 1
        self.last[name] = first + count - 1
        given = {
            target.key: arrow_of(np.arange(first, first + count), pa.int64()),
            "person_id": rows["person_id"],
            target.concept: rows[table.concept or ""],
            target.start: rows[table.start or ""],
        }
        if target.end != target.start and target.end is not None:
            ends = rows[table.end] if table.end is not None else rows[table.start or ""]
            given[target.end] = pc.coalesce(ends, rows[table.start or ""])
        columns = []
        for column in target.columns:
            kind = target.schema.field(column.name).type
            values = given.get(column.name)
            if values is None:
                needed = column.required and column.type == "concept"
                values = pa.array(np.zeros(count, np.int32)) if needed else pa.nulls(count, kind)
            elif column.type == "concept":
                values = pc.fill_null(values, 0)
            if column.name.endswith("_source_value") and column.name.startswith(
                name.partition("_")[0]
            ):
                values = pa.array([f"{table.name}"] * count, pa.string())
            columns.append(values.cast(kind))
        return pa.Table.from_arrays(columns, schema=_empty(name).schema)


_ANCESTRY = TABLES["concept_ancestor"].schema.names


def _empty(name: str) -> pa.Table:
    fields = [pa.field(f.name, f.type) for f in TABLES[name].schema]
    return pa.schema(fields).empty_table()


def _left(rows: pa.Table, table: FactTable, reason: str, here: Flags, fate: Fate) -> LeftOut:
    keys = rows[table.key].take(pa.array(np.flatnonzero(here)[:SHOWN])).to_pylist()
    shown = tuple("(none)" if key is None else str(key) for key in keys)
    return LeftOut(reason, int(np.count_nonzero(here)), shown, fate=fate)


def _covered(rows: pa.Table, exposures: pa.Table | None, ancestry: pa.Table) -> Flags:
    """Whether an exposure that is known to be of an era's ingredient touches the era."""
    if exposures is None or exposures.num_rows == 0:
        return np.zeros(rows.num_rows, np.bool_)
    drug = np.asarray(whole_numbers(exposures["drug_concept_id"], empty=0), np.int64)
    wanted = np.unique(whole_numbers(rows["drug_concept_id"], empty=0))
    above, below = (np.asarray(whole_numbers(ancestry[n]), np.int64) for n in _ANCESTRY)
    mine = np.isin(above, wanted)
    # An exposure is of its own code, and of the ingredients above it.
    pairs = np.unique(
        np.concatenate(
            [
                np.stack([below[mine], above[mine]], axis=1),
                np.stack([wanted, wanted], axis=1),
            ]
        ),
        axis=0,
    )
    first = np.searchsorted(pairs[:, 0], drug)
    count = np.searchsorted(pairs[:, 0], drug, "right") - first
    row = np.repeat(np.arange(len(drug)), count)
    at = np.repeat(first, count) + np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    person, start, end = (
        np.asarray(whole_numbers(exposures["person_id"]), np.int64)[row],
        dates_of(exposures["drug_exposure_start_date"])[row],
        dates_of(exposures["drug_exposure_end_date"])[row],
    )
    end = np.where(end == NO_DAY, start, end)
    held = pa.table(
        {"who": person, "what": pairs[at, 1], "first": start, "last": end.astype(np.int32)}
    )
    asked = pa.table(
        {
            "who": np.asarray(whole_numbers(rows["person_id"], empty=EMPTY), np.int64),
            "what": np.asarray(whole_numbers(rows["drug_concept_id"], empty=0), np.int64),
            "from": dates_of(rows["drug_era_start_date"]),
            "to": dates_of(rows["drug_era_end_date"]),
            "era": np.arange(rows.num_rows),
        }
    )
    both = asked.join(held, ["who", "what"], join_type="inner")
    touches = pc.and_(
        pc.less_equal(both["first"], both["to"]), pc.greater_equal(both["last"], both["from"])
    )
    found: Flags = np.zeros(rows.num_rows, np.bool_)
    found[whole_numbers(both.filter(touches)["era"])] = True
    return found


def _in_their_visit(rows: pa.Table, visits: pa.Table | None) -> Flags:
    """Which parts of visits are of the kind of their visit, or of none."""
    kind = np.asarray(whole_numbers(rows["visit_detail_concept_id"], empty=0), np.int64)
    same: Flags = kind == 0
    if visits is None or visits.num_rows == 0:
        return same
    ids = np.asarray(whole_numbers(visits["visit_occurrence_id"]), np.int64)
    order = np.argsort(ids)
    of = np.asarray(whole_numbers(rows["visit_occurrence_id"]), np.int64)
    place = order[np.minimum(np.searchsorted(ids[order], of), len(ids) - 1)]
    theirs = np.asarray(whole_numbers(visits["visit_concept_id"], empty=0), np.int64)[place]
    within: Flags = (ids[place] == of) & (theirs == kind)
    return same | within
