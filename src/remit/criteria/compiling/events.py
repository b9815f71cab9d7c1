"""Leaves on conditions, drug exposures, procedures and stays; attributes; attestations."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ibis
import ibis.expr.types as ir

from remit.criteria.compiling.gathered import count_reader
from remit.criteria.compiling.numbers import member_code
from remit.criteria.compiling.parts import (
    LAST_DAY,
    MET_CODE,
    NOT_MET_CODE,
    Column,
    Packing,
    Part,
    all_of,
    choose,
    max_flag,
)
from remit.criteria.compiling.people import Coverage, People
from remit.criteria.compiling.sources import Sources
from remit.criteria.tree import Attested, AttributeIn, CountTest, Events, Exists, Leaf
from remit.truth import Reason

# table -> key, concept, start, end (None: the event is one day)
COLUMNS_OF = {
    "condition_occurrence": (
        "condition_occurrence_id",
        "condition_concept_id",
        "condition_start_date",
        "condition_end_date",
    ),
    "drug_exposure": (
        "drug_exposure_id",
        "drug_concept_id",
        "drug_exposure_start_date",
        "drug_exposure_end_date",
    ),
    "procedure_occurrence": (
        "procedure_occurrence_id",
        "procedure_concept_id",
        "procedure_date",
        None,
    ),
    "visit_occurrence": (
        "visit_occurrence_id",
        "visit_concept_id",
        "visit_start_date",
        "visit_end_date",
    ),
}


def event_rows(table: str, groups: Sequence[Events], sources: Sources) -> ir.Table:
    """Rows of one table that are events of some group, with the days they may hold.

    Columns: person_id, row, concept, route, begins, ends (its last day, NULL where none is
    recorded) and possible_end.
    """
    key, concept, start, end = COLUMNS_OF[table]
    facts = sources.tables[table]
    ids = sorted({code for events in groups for code in events.ids})
    facts = facts.filter(facts[concept].isin(ids))
    begins = facts[start]
    ends = begins if end is None else facts[end]
    route = facts.route_concept_id if table == "drug_exposure" else ibis.null("int32")
    return facts.select(
        "person_id",
        row=facts[key],
        concept=facts[concept],
        route=route,
        begins=begins,
        ends=ends,
        possible_end=ibis.coalesce(ends, ibis.literal(LAST_DAY)),
    )


def certain_end(rows: ir.Table, events: Events) -> Column:
    """The last day that a row certainly holds; a code may be chronic in one concept only."""
    latest = ibis.literal(LAST_DAY)
    if not events.chronic_ids:
        return ibis.coalesce(rows.ends, rows.begins)
    if not events.episode_ids:
        return ibis.coalesce(rows.ends, latest)
    chronic = rows.concept.isin(list(events.chronic_ids))
    return ibis.coalesce(rows.ends, choose((chronic, latest), otherwise=rows.begins))


def is_event(rows: ir.Table, events: Events) -> Column:
    """Whether a row of `event_rows` belongs to these events."""
    match = rows.concept.isin(list(events.ids))
    return match & rows.route.isin(list(events.routes)) if events.routes else match


def compile_events(
    leaves: Sequence[Exists | CountTest], people: People, coverage: Coverage, sources: Sources
) -> tuple[Part, ...]:
    """Existence and counts, one pass a table; overlaps each in their own."""
    parts = []
    by_table: dict[str, list[Exists | CountTest]] = {}
    for number, leaf in enumerate(leaves):
        if isinstance(leaf, Exists) and leaf.overlapping:
            parts.append(_compile_overlap(f"o{number}_", leaf, people, coverage, sources))
        else:
            by_table.setdefault(events_of(leaf).table, []).append(leaf)
    for number, (table, group) in enumerate(by_table.items()):
        parts.append(_compile_table(f"e{number}_", table, group, people, coverage, sources))
    return tuple(parts)


def events_of(leaf: Exists | CountTest) -> Events:
    events = leaf.events if isinstance(leaf, Exists) else leaf.counted
    assert isinstance(events, Events)
    return events


def _compile_table(
    prefix: str,
    table: str,
    leaves: Sequence[Exists | CountTest],
    people: People,
    coverage: Coverage,
    sources: Sources,
) -> Part:
    rows = event_rows(table, [events_of(leaf) for leaf in leaves], sources)
    joined = rows.join(people.with_windows([leaf.window for leaf in leaves]), "person_id")
    packing = Packing(f"{prefix}flags_", 1)
    flags: list[Column] = []
    aggregates: dict[str, Column] = {}
    readers: dict[Leaf, Callable[[ir.Table], Column]] = {}
    for number, leaf in enumerate(leaves):
        first, last = joined[people.first(leaf.window)], joined[people.last(leaf.window)]
        # An empty window (its anchors crossed) shares no day with anything.
        match = is_event(joined, events_of(leaf)) & (joined.begins <= last) & (first <= last)
        lasts = certain_end(joined, events_of(leaf)) >= first
        certain = choose((match & lasts, 1), otherwise=0)
        possible = choose((match & (joined.possible_end >= first), 1), otherwise=0)
        if isinstance(leaf, Exists):
            readers[leaf] = _exists_reader(packing, len(flags), leaf, people, coverage)
            flags += [certain, possible]
        else:
            least, most = f"{prefix}{number}_least", f"{prefix}{number}_most"
            aggregates[least], aggregates[most] = certain.sum(), possible.sum()
            readers[leaf] = count_reader(least, most, leaf, people, coverage)
    aggregates.update(packing.aggregates(flags))
    return Part(joined.group_by("person_id").aggregate(**aggregates), readers)


def _exists_code(
    certain: Column,
    possible: Column,
    whole: ir.Table,
    leaf: Exists,
    people: People,
    cover: Coverage,
) -> Column:
    covered = all_of(
        [
            cover.holds(whole, leaf.window, events.absence, events.table)
            for events in (leaf.events, *leaf.overlapping)
        ]
    )
    return choose(
        (people.no_anchor(whole, leaf.window), int(Reason.NO_ANCHOR)),
        (certain, MET_CODE),
        (possible, int(Reason.NO_END_DATE)),
        (covered, NOT_MET_CODE),
        otherwise=int(Reason.NOT_COVERED),
    )


def _exists_reader(
    packing: Packing, slot: int, leaf: Exists, people: People, coverage: Coverage
) -> Callable[[ir.Table], Column]:
    def code(whole: ir.Table) -> Column:
        certain = packing.value(whole, slot) == 1
        possible = packing.value(whole, slot + 1) == 1
        return _exists_code(certain, possible, whole, leaf, people, coverage)

    return code


def _compile_overlap(
    prefix: str, leaf: Exists, people: People, coverage: Coverage, sources: Sources
) -> Part:
    """A record of the leaf's events that shares, inside the window, a day with each other event."""
    rows = event_rows(leaf.events.table, [leaf.events], sources)
    rows = rows.filter(is_event(rows, leaf.events))
    joined = rows.join(people.with_windows([leaf.window]), "person_id")
    first, last = joined[people.first(leaf.window)], joined[people.last(leaf.window)]
    inside = joined.select(
        "person_id",
        "row",
        from_day=ibis.greatest(joined.begins, first),
        certain_to=ibis.least(certain_end(joined, leaf.events), last),
        possible_to=ibis.least(joined.possible_end, last),
    )
    inside = inside.filter(inside.from_day <= inside.possible_to)
    table = inside.mutate(
        certain=choose((inside.from_day <= inside.certain_to, 1), otherwise=0),
        possible=ibis.literal(1),
    )
    for number, events in enumerate(leaf.overlapping):
        table = _with_overlap(table, number, events, sources)
    grouped = table.group_by("person_id").aggregate(
        **{f"{prefix}certain": table.certain.max(), f"{prefix}possible": table.possible.max()}
    )

    def code(whole: ir.Table) -> Column:
        certain = whole[f"{prefix}certain"].fill_null(0) == 1
        possible = whole[f"{prefix}possible"].fill_null(0) == 1
        return _exists_code(certain, possible, whole, leaf, people, coverage)

    return Part(grouped, {leaf: code})


def _with_overlap(table: ir.Table, number: int, events: Events, sources: Sources) -> ir.Table:
    others = event_rows(events.table, [events], sources)
    others = others.filter(is_event(others, events))
    others = others.select(
        other_person="person_id",
        other_begins="begins",
        other_certain=certain_end(others, events),
        other_possible="possible_end",
    )
    both = table.join(
        others,
        [
            table.person_id == others.other_person,
            others.other_begins <= table.possible_to,
            others.other_possible >= table.from_day,
        ],
    )
    certain = (both.other_begins <= both.certain_to) & (both.other_certain >= both.from_day)
    hits = both.group_by(hit_person=both.person_id, hit_row=both.row).aggregate(
        **{f"hit_{number}": max_flag(certain)}
    )
    joined = table.left_join(hits, [table.person_id == hits.hit_person, table.row == hits.hit_row])
    hit = joined[f"hit_{number}"]
    return joined.mutate(
        certain=joined.certain * hit.fill_null(0),
        possible=joined.possible * choose((hit.notnull(), 1), otherwise=0),
    ).select(*table.columns)


def compile_attributes(
    leaves: Sequence[AttributeIn], people: People, coverage: Coverage, sources: Sources
) -> tuple[Part, ...]:
    """Coded values of the latest procedure in a window."""
    return tuple(
        _compile_attribute(f"a{number}_", leaf, people, coverage, sources)
        for number, leaf in enumerate(leaves)
    )


def _compile_attribute(
    prefix: str, leaf: AttributeIn, people: People, coverage: Coverage, sources: Sources
) -> Part:
    rows = event_rows(leaf.events.table, [leaf.events], sources)
    joined = rows.join(people.with_windows([leaf.window]), "person_id")
    first, last = joined[people.first(leaf.window)], joined[people.last(leaf.window)]
    joined = joined.filter(
        is_event(joined, leaf.events), joined.begins >= first, joined.begins <= last
    )
    place = ibis.row_number().over(
        group_by="person_id", order_by=[joined.begins.desc(), joined.row.desc()]
    )
    latest = joined.filter(place == 0).select("person_id", "row")
    facts = sources.tables["measurement"]
    facts = facts.filter(
        facts.measurement_concept_id.isin(list(leaf.ids)), facts.measurement_event_id.notnull()
    )
    values = facts.select(
        of_person="person_id",
        of_row="measurement_event_id",
        value="value_as_concept_id",
        key="measurement_id",
        day="measurement_date",
        time="measurement_datetime",
    )
    order = [values.day.desc(), ibis.desc(values.time, nulls_first=False), values.key.desc()]
    rank = ibis.row_number().over(group_by=["of_person", "of_row"], order_by=order)
    values = values.filter(rank == 0)
    both = latest.left_join(
        values, [latest.person_id == values.of_person, latest.row == values.of_row]
    )
    found = choose(
        (both.key.isnull(), int(Reason.NO_DATA)),
        otherwise=member_code(both.value, leaf.accepted, leaf.known),
    )
    name = f"{prefix}code"
    table = both.select("person_id", **{name: found})

    def code(whole: ir.Table) -> Column:
        covered = coverage.holds(whole, leaf.window, leaf.events.absence, leaf.events.table)
        return choose(
            (people.no_anchor(whole, leaf.window), int(Reason.NO_ANCHOR)),
            (whole[name].notnull(), whole[name]),
            (covered, NOT_MET_CODE),
            otherwise=int(Reason.NOT_COVERED),
        )

    return Part(table, {leaf: code})


def compile_attested(leaves: Sequence[Attested], sources: Sources) -> tuple[Part, ...]:
    """The latest signed answer to each question."""
    if not leaves:
        return ()
    items = [leaf.item for leaf in leaves]
    answers = sources.tables["attestation"]
    answers = answers.filter(
        answers.study == sources.study,
        answers.item.isin(items),
        answers.signed_by.fill_null("") != "",
    )
    place = ibis.row_number().over(
        group_by=["person_id", "item"],
        order_by=[answers.signed_date.desc(), answers.attestation_id.desc()],
    )
    latest = answers.filter(place == 0)
    packing = Packing("attested_", 2)
    said = choose((latest.answer, MET_CODE), otherwise=NOT_MET_CODE)
    packed = latest.group_by("person_id").aggregate(
        **packing.aggregates([choose((latest.item == item, said), otherwise=0) for item in items])
    )

    def reader(slot: int) -> Callable[[ir.Table], Column]:
        def code(whole: ir.Table) -> Column:
            found = packing.value(whole, slot)
            return choose((found == 0, int(Reason.NEEDS_ATTESTATION)), otherwise=found)

        return code

    return (Part(packed, {leaf: reader(slot) for slot, leaf in enumerate(leaves)}),)
