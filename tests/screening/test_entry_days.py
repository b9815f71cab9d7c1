"""Which record dates a person: the rule of `entered_facts`, told once more one record at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.facts.codes import NO_VOCABULARY
from remit.facts.imprecise_dates import ImpreciseDate, imprecise_table
from remit.facts.opened import Facts, facts_in_memory
from remit.facts.tables import TABLES
from remit.protocol import Protocol, read_protocol_text
from remit.protocol.bound import bind_entry
from remit.screening.entry_days import entered_facts
from remit.testing import study_text

_CUT = date(2022, 12, 31)
_DATES = ("index", "observed_from", "observed_until")
Period = tuple[int, int]
# A record: its first and its last possible day, the same where its day is known.
Record = tuple[int, int]
Person = tuple[Sequence[Period], Sequence[Record]]


def _study(*, counts: str, first_ever: bool, before: int, after: int) -> Protocol:
    text = study_text({"E1": "age at index >= 18 years"}, anchors=_DATES, window="[index, index]")
    text += f"""
[entry]
anchor = "index"
observed_from = "observed_from"
observed_until = "observed_until"
observed_before = {before}
observed_after = {after}
counts = "{counts}"

[[entry.events]]
concept = "malignancy"
first_ever = {str(first_ever).lower()}
"""
    return read_protocol_text(text, source="entry.toml")


def _day(number: int) -> date:
    return date(2020, 1, 1) + timedelta(number)


def _table(name: str, rows: Sequence[dict[str, object]]) -> pa.Table:
    schema = TABLES[name].schema
    whole = [
        {n: row.get(n, 0 if n.endswith("_concept_id") else None) for n in schema.names}
        for row in rows
    ]
    return pa.Table.from_pylist(whole, schema=schema)


def _facts(people: Sequence[Person], codes: Sequence[int]) -> Facts:
    persons: list[dict[str, object]] = []
    periods: list[dict[str, object]] = []
    records: list[dict[str, object]] = []
    wide = []
    for who, (observed, held) in enumerate(people, start=1):
        persons.append({"person_id": who, "year_of_birth": 1980})
        for begin, end in observed:
            periods.append({
                "observation_period_id": len(periods) + 1,
                "person_id": who,
                "observation_period_start_date": _day(begin),
                "observation_period_end_date": _day(end),
            })  # fmt: skip
        for first, last in held:
            number = len(records) + 1
            records.append({
                "condition_occurrence_id": number,
                "person_id": who,
                "condition_concept_id": codes[number % 2],
                "condition_start_date": _day(first),
                "condition_end_date": _day(last),
            })  # fmt: skip
            if first != last:
                days = (_day(first), _day(last))
                table = "condition_occurrence"
                wide.append(ImpreciseDate(who, table, number, "condition_start_date", *days))
    tables = {
        "person": _table("person", persons),
        "observation_period": _table("observation_period", periods),
        "condition_occurrence": _table("condition_occurrence", records),
    }
    if wide:
        tables["imprecise_date"] = imprecise_table(wide)
    return facts_in_memory(tables, data_cut=_CUT, mapped=("condition_occurrence",))


def _expected(person: Person, *, counts: str, first_ever: bool, before: int, after: int) -> Period:
    """The day and the begin of the period; `(-1, -1)` where there is none, or nobody knows it."""
    observed, records = person
    possible = []
    for first, last in records:
        sure = first == last
        if first_ever:
            closes = min(other for _, other in records)
            sure = sure and all(other >= first for other, _ in records) and first == closes
            if first > closes:
                continue
        for begin, end in observed:
            opens, shuts = begin + before, end - after
            if first <= shuts and last >= opens:
                certain = sure and first >= opens and last <= shuts
                possible.append((last if counts == "last" else first, begin, certain))
    if not possible:
        return -1, -1
    pick = max if counts == "last" else min
    day = pick(day for day, _, _ in possible)
    begins = [begin for other, begin, certain in possible if other == day and certain]
    return (day, min(begins)) if begins else (-1, -1)


_RECORDS = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from([0, 0, 0, 3])).map(
        lambda drawn: (drawn[0], drawn[0] + drawn[1])
    ),
    max_size=5,
)
# One, none, or two that may touch each other.
_PERIODS = st.lists(
    st.tuples(st.integers(0, 10), st.integers(0, 8)).map(lambda one: (one[0], one[0] + one[1])),
    max_size=2,
    unique_by=lambda one: one[0],
)


@settings(max_examples=120, deadline=None)
@given(
    people=st.lists(st.tuples(_PERIODS, _RECORDS), min_size=1, max_size=5),
    counts=st.sampled_from(["first", "last"]),
    first_ever=st.booleans(),
    around=st.sampled_from([(0, 0), (2, 0), (0, 2)]),
)
def test_the_dates_are_those_of_the_record_that_counts(
    people: Sequence[Person], counts: str, first_ever: bool, around: tuple[int, int]
) -> None:
    before, after = around
    study = _study(counts=counts, first_ever=first_ever, before=before, after=after)
    (events,) = bind_entry(study, NO_VOCABULARY)
    facts = entered_facts(_facts(people, events.events.ids[:2]), (study,))
    rows = facts.rows("study_anchor", ("person_id", "anchor", "anchor_date"), study=study.id)
    found = {(row["person_id"], row["anchor"]): row["anchor_date"] for row in rows.to_pylist()}
    for who, person in enumerate(people, start=1):
        day, begin = _expected(
            person, counts=counts, first_ever=first_ever, before=before, after=after
        )
        held = [found.get((who, name)) for name in _DATES[:2]]
        assert held == ([None, None] if day < 0 else [_day(day), _day(begin)])
        assert ((who, "observed_until") in found) == (day >= 0)


@pytest.mark.parametrize("counts", ["first", "last"])
def test_two_records_on_one_day_are_one(counts: str) -> None:
    study = _study(counts=counts, first_ever=False, before=0, after=0)
    (events,) = bind_entry(study, NO_VOCABULARY)
    people = [(((0, 10),), ((4, 4), (4, 4)))]
    facts = entered_facts(_facts(people, events.events.ids[:2]), (study,))
    assert facts.rows("study_anchor", ("anchor_date",), study=study.id).num_rows == 3
