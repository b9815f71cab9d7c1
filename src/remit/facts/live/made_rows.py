"""Rows of a live source that an import makes of other tables: of eras, parts of visits and doses.

A source may keep in `drug_era`, `visit_detail`, `device_exposure`, `specimen` or `episode` what
Remit reads in another table, and the strength of a drug in place of its dose eras. An import makes
rows of them; the same functions make them here, of the persons that are asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.arrays import whole_numbers
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.omop.drug_strengths import COLUMNS, DrugStrengths, strengths_of
from remit.facts.intake.omop.omop_doses import BESIDE, StrengthDoses
from remit.facts.intake.rows.raw_tables import RAW_TABLES, RawReading
from remit.facts.live.coded_rows import coded_rows
from remit.facts.live.live_codes import LiveCodes, asked_groups
from remit.facts.live.made_tables import DOSES, MadeTables
from remit.facts.live.source import CodeGroup, Source, SourceRows, Wanted
from remit.facts.live.typed_rows import LiveRules, typed_batches, typed_rows
from remit.facts.reading import reading_order
from remit.facts.tables import TABLES, FactTable
from remit.facts.vocabulary.code_book import CodeBook
from remit.facts.vocabulary.code_resolution import RowCode
from remit.facts.vocabulary.strength_rows import NAME
from remit.facts.vocabulary.vocabulary_files import stated_version

_ANCESTRY = TABLES["concept_ancestor"].schema.names
# By which columns of the table that they go to rows of a raw table are known to be in it already.
_CONTEXT: Mapping[str, tuple[str, ...]] = {
    "drug_era": (
        "person_id",
        "drug_concept_id",
        "drug_exposure_start_date",
        "drug_exposure_end_date",
    ),
    "visit_detail": ("person_id", "visit_occurrence_id", "visit_concept_id"),
}


def made_rows(source: SourceRows, name: str, wanted: Wanted, rules: LiveRules) -> pa.Table:
    """The rows of a table that are made; all of its columns, and perhaps other codes too."""
    pieces = [TABLES[name].schema.empty_table()]
    if wanted.keys is None:  # those are the source's own
        pieces += [_moved(source, name, raw, wanted, rules) for raw in rules.made.raw.get(name, ())]
        if name in DOSES and rules.made.has_doses:
            pieces += _doses(source, name, wanted, rules)
    schema = pa.schema([pa.field(f.name, f.type) for f in TABLES[name].schema])
    return _numbered(
        pa.concat_tables([piece.cast(schema) for piece in pieces]),
        name,
        rules.made.last.get(name, 0),
    )


def _moved(source: SourceRows, name: str, raw: str, wanted: Wanted, rules: LiveRules) -> pa.Table:
    table, target = RAW_TABLES[raw], TABLES[name]
    asked = rules.with_uncoded(raw, wanted)
    rows = typed_rows(source, table, table.schema.names, asked, rules)
    if not rows.num_rows:
        return target.schema.empty_table()
    keys = [(column, "ascending") for column in (*table.order, table.key)]
    rows = rows.sort_by(keys)
    held = pa.schema([pa.field(f.name, f.type) for f in target.schema]).empty_table()
    needed = _CONTEXT.get(raw, ())
    if needed and (name in source.tables or name in rules.resolved_tables):
        if raw == "drug_era":
            asked = replace(wanted, concepts=_touching(wanted.concepts, rules.made.ancestry))
        else:
            asked = replace(wanted, concepts=None)
        there = _there(source, target, needed, asked, rules)
        held = pa.Table.from_arrays(
            [
                there[f.name] if f.name in needed else pa.nulls(there.num_rows, f.type)
                for f in held.schema
            ],
            schema=held.schema,
        )
    reading = RawReading(packaged_dictionary(), rules.made.ancestry, dict(rules.made.last))
    read = reading({name: held, raw: rows})
    found = read.tables.get(name, held)
    return found.slice(held.num_rows)


def _there(
    source: SourceRows, target: FactTable, needed: Sequence[str], wanted: Wanted, rules: LiveRules
) -> pa.Table:
    """Rows of a table that the source has in it, or in another by their codes."""
    if rules.resolved is None:
        return typed_rows(source, target, needed, wanted, rules)
    return coded_rows(
        target.name,
        needed,
        wanted,
        rules.resolved,
        lambda table, columns, asked: typed_rows(source, table, columns, asked, rules),
    )


def _touching(concepts: Collection[int] | None, ancestry: pa.Table) -> frozenset[int] | None:
    """The codes of exposures that are known to be of some ingredients."""
    if concepts is None:
        return None
    above, below = (whole_numbers(ancestry[name]) for name in _ANCESTRY)
    under = below[np.isin(above, sorted(concepts))]
    return frozenset(concepts) | frozenset(under.tolist())


def _doses(source: SourceRows, name: str, wanted: Wanted, rules: LiveRules) -> list[pa.Table]:
    """Rows of `dose_era`, or of `dose_basis`, of the records of drugs."""
    table, strengths = TABLES["drug_exposure"], rules.made.strengths
    products = frozenset(
        drug
        for drug, (ingredient, _, _) in strengths.single.items()
        if wanted.concepts is None or ingredient in wanted.concepts
    )
    asked = replace(wanted, concepts=products)
    if rules.resolved is not None:  # a product may be the code of the source alone
        held = rules.resolved.groups.get(table.name, ())
        groups = [group for group in held if strengths.product(group.code) in products]
        if not groups:
            return []
        asked = asked_groups(groups, wanted)
    if not products:
        return []
    doses = StrengthDoses(strengths)
    made = [
        doses.doses(batch, rows)
        for batch, rows in typed_batches(
            source,
            table,
            table.schema.names,
            asked,
            rules,
            beside=BESIDE,
        )
    ]
    return [one.eras if name == "dose_era" else one.basis for one in made]


def made_tables(
    source: Source,
    groups: Mapping[str, Sequence[CodeGroup]],
    ancestry: pa.Table,
    strengths: DrugStrengths,
    resolved: LiveCodes | None = None,
) -> MadeTables:
    """What is made of the tables of a source.

    Args:
        groups: the codes of its tables. ancestry: what lies above them.
        strengths: what is in its drugs.
        resolved: what the codes mean by a vocabulary.

    Raises:
        DatasetError: a raw table has results of measurements.
    """
    claims = RawReading(packaged_dictionary(), ancestry, {}).claims()
    raw: dict[str, tuple[str, ...]] = {}
    for name in RAW_TABLES:
        codes = sorted(group.code for group in groups.get(name, ()))
        if not codes:
            continue
        if name == "drug_era":
            targets = ["drug_exposure"]
        else:
            targets = [
                target
                for target, claimed in claims.items()
                if (target == "visit_occurrence" or name != "visit_detail")
                and np.isin(codes, claimed).any()
            ]
        for target in targets:
            raw[target] = (*raw.get(target, ()), name)
    if "measurement" in raw:
        raise DatasetError(
            f"rows of {', '.join(raw['measurement'])} carry codes of measurements",
            expected="measurements in the table measurement, by whose ids they are ordered",
            got="their codes in another table",
            next_step="import the tables, which moves them: remit facts import omop",
            place=source.shown,
        )
    last = {
        name: max((group.last for group in found if group.last is not None), default=0)
        for name, found in groups.items()
    }
    if resolved is not None:
        last |= resolved.fresh.highest
        # A dose stays what it is, and its ingredient means one thing.
        meant = resolved.resolution.targets_of
        strengths = strengths.with_ingredients(
            lambda of: meant("dose_era", RowCode(of, 0, ""))[0].concept
        )
    return MadeTables(
        raw,
        ancestry,
        {name: max(key, 0) for name, key in last.items()},
        strengths,
        has_doses=bool(strengths.single) and not groups.get("dose_era"),
    )


def live_strengths(
    source: Source, codes: Collection[RowCode], book: CodeBook | None
) -> DrugStrengths:
    """What is in the drugs of a source, by its own table or by a vocabulary.

    Args:
        codes: what its records of drugs say of their code.
    """

    def own(drugs: Collection[int]) -> Sequence[pa.RecordBatch]:
        if not drugs:
            return ()
        rows: Sequence[pa.RecordBatch] = source.rows(
            NAME, COLUMNS, Wanted(concepts=drugs)
        ).to_batches()
        return rows

    def version() -> str | None:
        if "vocabulary" not in source.tables:
            return None
        asked = Wanted(chosen=("vocabulary_id", ["None"]))
        columns = ("vocabulary_id", "vocabulary_version")
        return stated_version(source.rows("vocabulary", columns, asked).to_batches())

    has_own = NAME in source.tables and source.row_count(NAME) > 0
    return strengths_of(codes, own=own if has_own else None, own_version=version, book=book)


def _numbered(rows: pa.Table, name: str, last: int) -> pa.Table:
    """Rows with ids that no row of the source has, in the order in which they are read."""
    table = TABLES[name]
    order = [column for column in reading_order(table) if column in rows.column_names]
    rows = rows.sort_by([(column, "ascending") for column in order])
    place = rows.schema.get_field_index(table.key)
    keys = pa.array(range(last + 1, last + rows.num_rows + 1), pa.int64())
    return rows.set_column(place, rows.schema.field(place), keys)
