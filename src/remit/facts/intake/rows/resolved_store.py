"""The rows of an import under the codes that they mean, by a vocabulary: see `resolved_tables`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from remit.facts.arrays import Whole, arrow_of, whole_numbers
from remit.facts.dictionary import Dictionary
from remit.facts.dose_basis import INGREDIENT
from remit.facts.dose_basis import NAME as BASIS
from remit.facts.imprecise_dates import NAME as DATES
from remit.facts.intake.accounting.report import LeftOut
from remit.facts.intake.rows.row_store import RowStore
from remit.facts.source_records import NAME as SOURCE
from remit.facts.source_records import with_moved_rows
from remit.facts.tables import CODED, SOURCE_TEXT, TABLES
from remit.facts.vocabulary.code_book import CodeBook, How
from remit.facts.vocabulary.code_resolution import Resolution, RowCode, Target, resolve_codes
from remit.facts.vocabulary.concept_map import joined_maps
from remit.facts.vocabulary.fresh_ids import FreshIds, NewRows
from remit.facts.vocabulary.lost_texts import LostTexts
from remit.facts.vocabulary.resolved_tables import code_keys, new_rows, resolved_rows

_TITLES: Mapping[How, str] = {
    "maps_to": "another code that the vocabulary maps it to",
    "replaced": "the code that replaced it",
    "local": "what the site's own map says",
}


@dataclass(frozen=True, slots=True)
class StoreResolution:
    """What became of the codes of an import.

    Attributes:
        resolution: what each code means; None without a vocabulary.
        left_out: rows that are in another table now, by the table in which they were.
        made: table -> rows that the source has not in it.
        notes: what was done, a sentence each.
        mapped: the tables that the vocabulary resolved, so that they are declared mapped.
        names: id -> what the vocabulary calls it.
    """

    resolution: Resolution | None = None
    left_out: Mapping[str, tuple[LeftOut, ...]] = field(default_factory=dict)
    made: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    mapped: frozenset[str] = frozenset()
    names: Mapping[int, str] = field(default_factory=dict)


def resolve_store(
    store: RowStore,
    book: CodeBook | None,
    dictionary: Dictionary,
    *,
    ingredients: Collection[int] = (),
) -> StoreResolution:
    """Put the rows of a store under the codes that they mean; without a vocabulary all stays.

    `concept_ancestor` becomes that of the vocabulary, and `concept_map` is added to what the
    reader of the source has said.

    Args:
        ingredients: of drugs whose strengths give doses, whether or not a row has any of them.
    """
    if book is None or book.version is None:
        return StoreResolution()
    coded = [name for name in store.tables if name in CODED]
    counted = {name: _counted(store, name) for name in coded}
    has_dates, has_sources = (
        name in store.tables and store.tables[name].rows > 0 for name in (DATES, SOURCE)
    )
    asked = dict(counted)
    if ingredients:
        asked["dose_era"] = Counter({RowCode(code, 0, ""): 0 for code in ingredients})
        asked["dose_era"].update(counted.get("dose_era", Counter()))
    resolution = resolve_codes(asked, book, dictionary)
    texts = LostTexts()
    loses = any(texts.are_lost(*pair) for pair in resolution.moved)
    fresh = FreshIds(
        {name: store.tables[name].keys.top or 0 for name in coded},
        [] if has_dates or has_sources or loses else None,
    )
    changed = [name for name in coded if _is_changed(name, resolution)]
    for name in changed:
        fresh.plan(name, _new_rows(store, name, resolution))

    def rewritten(name: str, rows: pa.Table) -> Mapping[str, pa.Table]:
        told = len(fresh.given or ())
        made = resolved_rows(name, rows, resolution, fresh)
        texts.keep(rows, (fresh.given or [])[told:])
        return made

    store.rewrite(changed, rewritten)
    if BASIS in store.tables:
        store.rewrite([BASIS], lambda name, rows: {name: _with_ingredients(rows, resolution)})
    if fresh.given and (has_sources or texts.rows):
        # Those of rows that are elsewhere now go when the rows are written.
        told = texts.added_to(with_moved_rows(store.table(SOURCE), fresh.given))
        store.tables.pop(SOURCE, None)
        store.add(SOURCE, told)
    if fresh.given and has_dates:
        dates = _renamed_dates(store, fresh.given)
        store.tables.pop(DATES)
        store.add(DATES, dates)
    if resolution.ancestry.num_rows:
        store.tables.pop("concept_ancestor", None)
        store.add("concept_ancestor", resolution.ancestry)
    said = store.table("concept_map")
    store.tables.pop("concept_map", None)
    store.add("concept_map", joined_maps([said, resolution.concept_map]))
    made = Counter[str](resolution.added)
    for (_, other), rows in resolution.moved.items():
        made[other] += rows
    return StoreResolution(
        resolution,
        left_out=_moved_out(resolution),
        made=made,
        notes=_notes(resolution),
        mapped=frozenset(name for name in resolution.mapped if counted.get(name)),
        names=_names(resolution.concept_map),
    )


def _counted(store: RowStore, name: str) -> Counter[RowCode]:
    found = Counter[RowCode]()
    for batch in store.columns(name, _code_columns(name)):
        found += code_keys(name, pa.Table.from_batches([batch]))
    return found


def _new_rows(
    store: RowStore, name: str, resolution: Resolution
) -> Iterator[Mapping[str, NewRows]]:
    columns = [TABLES[name].key, *_code_columns(name)]
    for batch in store.columns(name, columns):
        yield new_rows(name, pa.Table.from_batches([batch]), resolution)


def _code_columns(name: str) -> list[str]:
    return [column for column in (TABLES[name].concept, SOURCE_TEXT.get(name)) if column]


def _is_changed(name: str, resolution: Resolution) -> bool:
    return any(
        targets != (Target(name, key.concept),) for key, targets in resolution.targets[name].items()
    )


def _renamed_dates(store: RowStore, given: Iterable[tuple[str, Whole, str, Whole]]) -> pa.Table:
    """The days that are not exactly known, of the rows too that stand for records elsewhere."""
    dates = store.table(DATES)
    rows = dates.to_pylist()
    of_record: dict[tuple[str, int], list[dict[str, object]]] = {}
    for row in rows:
        of_record.setdefault((row["fact_table"], row["fact_id"]), []).append(row)
    number = max(row["imprecise_date_id"] or 0 for row in rows)
    gone: set[tuple[str, int]] = set()
    for name, old, other, new in given:
        here, there = TABLES[name], TABLES[other]
        days = {here.start: there.start}
        if there.end != there.start and here.end != here.start:
            days[here.end] = there.end
        gone.update((name, record) for record in old.tolist() if other != name)
        for record, row_id in zip(old.tolist(), new.tolist(), strict=True):
            for row in of_record.get((name, record), ()):
                day = days.get(str(row["date_column"]))
                if day is not None:
                    number += 1
                    change = {"fact_table": other, "fact_id": row_id, "date_column": day}
                    rows.append({**row, "imprecise_date_id": number, **change})
    # A record that means something else beside stays in its table.
    for name in {name for name, _ in gone}:
        key = TABLES[name].key
        held = [whole_numbers(batch[key]) for batch in store.columns(name, [key])]
        gone -= {(name, int(record)) for ids in held for record in ids}
    kept = [row for row in rows if (row["fact_table"], row["fact_id"]) not in gone]
    return pa.Table.from_pylist(kept, schema=dates.schema)


def _with_ingredients(rows: pa.Table, resolution: Resolution) -> pa.Table:
    """Rows of `dose_basis` of which each says its ingredient as its dose does."""
    ingredient = np.asarray(whole_numbers(rows[INGREDIENT]), np.int64)
    codes, place = np.unique(ingredient, return_inverse=True)
    meant = [
        resolution.targets_of("dose_era", RowCode(code, 0, ""))[0].concept
        for code in codes.tolist()
    ]
    column = arrow_of(np.array(meant, np.int64)[place], pa.int32())
    return rows.set_column(rows.schema.get_field_index(INGREDIENT), INGREDIENT, column)


def _moved_out(resolution: Resolution) -> Mapping[str, tuple[LeftOut, ...]]:
    found: dict[str, list[LeftOut]] = {}
    for (name, other), rows in resolution.left.items():
        reason = f"its code is one of {other}: written there"
        left = LeftOut(reason, rows, (), on_purpose=True, fate="merged")
        found.setdefault(name, []).append(left)
    return {name: tuple(items) for name, items in found.items()}


def _notes(resolution: Resolution) -> tuple[str, ...]:
    notes = []
    for name, hows in resolution.rows.items():
        said = [f"{hows[how]:,} by {title}" for how, title in _TITLES.items() if hows.get(how)]
        if said:
            notes.append(f"{name}: codes were resolved: {', '.join(said)}")
        if resolution.added.get(name):
            notes.append(
                f"{name}: {resolution.added[name]:,} rows were added, since the code of a record "
                "means several things"
            )
    return tuple(notes)


def _names(concept_map: pa.Table) -> Mapping[int, str]:
    rows = concept_map.select(["concept_id", "concept_name"]).to_pylist()
    return {row["concept_id"]: row["concept_name"] for row in rows if row["concept_name"]}
