"""A live source as a dataset: the same `Facts` as a snapshot, of which nothing was copied."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.arrays import dates_of
from remit.facts.codes import codes_of
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.omop.drug_strengths import DrugStrengths
from remit.facts.intake.omop.omop_values import typed
from remit.facts.intake.rows.impossible_rows import LastDay, last_of
from remit.facts.intake.rows.raw_tables import RAW_TABLES
from remit.facts.intake.rows.row_keys import latest_two
from remit.facts.live.address import Address, open_source
from remit.facts.live.live_codes import LiveCodes, plain_groups
from remit.facts.live.live_part import Live, LivePart
from remit.facts.live.local_files import LocalFiles, local_rows
from remit.facts.live.made_rows import live_strengths, made_tables
from remit.facts.live.occurring_codes import code_groups, occurring, uncoded_ids
from remit.facts.live.row_groups import resolved_codes, row_groups
from remit.facts.live.source import READ, CodeGroup, Source, Wanted
from remit.facts.live.typed_rows import LiveRules
from remit.facts.live.vocabulary_tables import own_vocabulary
from remit.facts.manifest import Manifest, TableFiles
from remit.facts.opened import Facts
from remit.facts.snapshot import PERSONS_A_PART
from remit.facts.tables import TABLES
from remit.facts.vocabulary.athena import AthenaVocabulary, open_vocabulary
from remit.facts.vocabulary.code_book import CodeBook
from remit.facts.vocabulary.code_resolution import RowCode
from remit.facts.vocabulary.strength_rows import NAME as STRENGTHS

OWN_VOCABULARY = Path("source")
Groups = Mapping[str, Sequence[CodeGroup]]
MEASUREMENTS_A_PART = 4_000_000


@dataclass(frozen=True, slots=True)
class LiveChoices:
    """What a user says of a live source.

    Attributes:
        data_cut: the last day that the data can speak of; the latest of the data when None.
        complete, mapped, own_codes: tables, as `Manifest` has them.
        own: rows of local files that the source does not hold, by table.
        vocabulary: what codes are resolved by, `OWN_VOCABULARY` for the tables of the source; None:
            they stay as they are.
        files: what people signed, and named dates, in files.
    """

    data_cut: date | None = None
    complete: Collection[str] = ()
    mapped: Collection[str] = ()
    own_codes: Collection[str] = ()
    own: Mapping[str, pa.Table] = field(default_factory=dict)
    vocabulary: Path | None = None
    files: LocalFiles = field(default_factory=LocalFiles)


def open_live(address: Address, choices: LiveChoices) -> Facts:
    """The source at an address as a dataset; errors as `open_source` and `live_facts`."""
    source = open_source(address)
    try:
        return live_facts(source, choices)
    except BaseException:
        source.close()
        raise


def live_facts(source: Source, choices: LiveChoices) -> Facts:
    """A source as a dataset.

    Raises:
        DatasetError: the source has no person or no record, a table of which something is declared
            is missing, or it does not answer.
    """
    for name in (*choices.complete, *choices.mapped, *choices.own_codes):
        _require_table(source, name)
    groups: Groups = code_groups(source)
    data_cut = choices.data_cut or _latest(source).day
    borders = source.person_borders(_persons_a_part(source))
    if not borders:
        raise DatasetError(
            "the data have no person",
            expected="at least one person",
            got="none",
            next_step="name the schema that holds the persons: --schema NAME",
            place=source.shown,
        )
    rows = {name: source.row_count(name) for name in source.tables if name in TABLES}
    rows.pop(STRENGTHS, None)  # a few of its rows matter
    counted = ", ".join(
        f"{rows[name]:,} {word}"
        for name, word in (("person", "persons"), ("measurement", "measurements"))
        if name in rows
    )
    # Only Remit writes its own table beside those of OMOP: then its own codes are meant too.
    own_codes = frozenset(READ if "study_anchor" in source.tables else choices.own_codes)
    resolved, mapped = None, frozenset(choices.mapped)
    if choices.vocabulary is None:
        drugs = {"drug_exposure": groups.get("drug_exposure", ())}
        none = uncoded_ids(drugs, own_codes)["drug_exposure"]
        held = {group.code for group in drugs["drug_exposure"]} - none
        strengths = live_strengths(source, [RowCode(code, 0, "") for code in held], None)
    else:
        book: CodeBook
        if choices.vocabulary == OWN_VOCABULARY:
            book = AthenaVocabulary(own_vocabulary(source), packaged_dictionary())
        else:
            book = open_vocabulary(choices.vocabulary, packaged_dictionary())
        resolved, groups, strengths = _by_vocabulary(
            source, groups, book, LiveRules(data_cut, own_codes)
        )
    uncoded = uncoded_ids(groups, own_codes)
    ancestry = _ancestry(source, groups, uncoded)
    if resolved is not None:
        ancestry = _ancestry_by_vocabulary(book, resolved, groups, ancestry)
    rules = LiveRules(
        data_cut,
        own_codes,
        uncoded,
        made_tables(source, groups, ancestry, strengths, resolved),
        by_source=resolved is not None,
        resolved=resolved,
    )
    carried = occurring(source, groups, rules, borders)
    by_vocabulary = frozenset[str]()
    if resolved is not None:
        by_vocabulary = resolved.mapped | ({"dose_era"} if carried.get("dose_era") else set())
        for name in resolved.tables:
            rows[name] = rows.get(name, 0) + resolved.moved_rows(name)
    codes = codes_of(
        ancestry,
        occurring=carried,
        mapped=mapped | by_vocabulary,
        own=frozenset(choices.own_codes),
    )
    if strengths.kept.rows.num_rows:
        rows[STRENGTHS] = strengths.kept.rows.num_rows
    said = [*choices.files.said()]
    if resolved is not None:
        said.append(f"codes by vocabulary {resolved.resolution.version}")
    if rules.made.has_doses and strengths.origin is not None:
        said.append(f"doses by the strengths of {strengths.origin.words}")
    manifest = Manifest(
        source="; ".join((f"live: {source.shown}, read {source.read_at}, {counted}", *said)),
        data_cut=data_cut,
        created_with="nothing: read where it lives",
        seed=None,
        complete=frozenset(choices.complete),
        tables={name: TableFiles(count, ()) for name, count in rows.items()},
        extras={},
        checked=True,
        codes=codes.occurring,
        mapped=mapped | by_vocabulary,
        own_codes=frozenset(choices.own_codes),
        resolved=by_vocabulary,
        vocabulary=None if resolved is None else resolved.resolution.version,
        strengths=strengths.origin if strengths.kept.rows.num_rows else None,
        live=True,
    )
    own = {**choices.own, **local_rows(source, choices.files, rules)}
    own |= {STRENGTHS: strengths.kept.rows}
    if resolved is not None:
        own |= {"concept_ancestor": ancestry, "concept_map": resolved.resolution.concept_map}
    live = Live(source, rules, own)
    # The first and the last range are open, so that rows of anybody are in one of them.
    cuts = (None, *borders[:-1], None)
    parts = tuple(LivePart(live, after=after, last=last) for after, last in pairwise(cuts))
    shown = Path(source.shown)
    return Facts(shown, manifest, codes, parts, {}, source=source, rules=tuple(said))


def _by_vocabulary(
    source: Source, groups: Groups, book: CodeBook, rules: LiveRules
) -> tuple[LiveCodes, Groups, DrugStrengths]:
    """What the codes of a source mean, which it carries before that, and what is in its drugs."""
    rules = replace(rules, by_source=True)
    said = row_groups(source, rules)
    groups = {**groups, **{name: plain_groups(found) for name, found in said.items()}}
    codes = {group.code for group in said.get("drug_exposure", ())}
    strengths = live_strengths(source, codes, book)
    ingredients = set[int]()
    if not groups.get("dose_era"):
        ingredients = {ingredient for ingredient, _, _ in strengths.single.values()}
    return resolved_codes(source, said, book, rules, ingredients), groups, strengths


def _ancestry_by_vocabulary(
    book: CodeBook, resolved: LiveCodes, groups: Groups, of_source: pa.Table
) -> pa.Table:
    """What lies above the codes as a vocabulary says it; as the source does where it says none."""
    found = resolved.resolution.ancestry
    found = (found if found.num_rows else of_source).cast(of_source.schema)
    raw = {group.code for name in RAW_TABLES for group in groups.get(name, ())}
    if not raw:
        return found
    pairs = pa.concat_tables([found, book.ancestry(raw).cast(found.schema)])
    return pairs.group_by(pairs.column_names).aggregate([]).cast(found.schema)


def _require_table(source: Source, name: str) -> None:
    if name not in source.tables or name not in TABLES:
        raise DatasetError(
            f"nothing can be declared of {name}: the source has no such table",
            expected=f"one of {', '.join(sorted({*source.tables} & {*TABLES}))}",
            got=name,
            next_step="leave the declaration out",
            place=source.shown,
        )


def _persons_a_part(source: Source) -> int:
    """So many that their measurements lie in memory with ease."""
    persons = max(source.row_count("person"), 1)
    records = source.row_count("measurement") if "measurement" in source.tables else 0
    if records <= MEASUREMENTS_A_PART:
        return PERSONS_A_PART
    return min(PERSONS_A_PART, max(1, MEASUREMENTS_A_PART * persons // records))


def _latest(source: Source) -> LastDay:
    """The latest first day of a record."""
    days = {
        name: latest_two(dates_of(typed(found, "date")[0].drop_null()))
        for name in source.tables
        if (start := READ[name].start) is not None
        and start in source.tables[name].columns
        and len(found := source.last_days(name, start))
    }
    latest = last_of(days)
    if latest is None:
        raise DatasetError(
            "the data have no dated record, so that nobody can say up to when they go",
            expected="a record, or --data-cut DATE",
            got="none",
            next_step="give the last day that the data can speak of: --data-cut DATE",
            place=source.shown,
        )
    return latest


def _ancestry(
    source: Source,
    groups: Groups,
    uncoded: Mapping[str, frozenset[int]],
) -> pa.Table:
    """The rows of `concept_ancestor` that an import would keep."""
    table = TABLES["concept_ancestor"]
    held = frozenset(
        0 if group.code in uncoded[name] else group.code
        for name, found in groups.items()
        for group in found
    )
    if table.name not in source.tables:
        return table.schema.empty_table()
    asked = held | packaged_dictionary().listed
    pieces = [
        source.rows(table.name, table.schema.names, Wanted(below=held)),
        source.heads(asked),
    ]
    made = [
        pa.Table.from_arrays(
            [typed(rows[name].combine_chunks(), "concept")[0] for name in table.schema.names],
            schema=pa.schema([pa.field(f.name, f.type) for f in table.schema]),
        )
        for rows in pieces
    ]
    return pa.concat_tables(made).drop_null().cast(table.schema)
