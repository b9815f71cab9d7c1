"""Damaged pages: reading gives a record or a PageError, and every line is still accounted."""

from __future__ import annotations

import random
from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remit.errors import PageError
from remit.registry import Record, fixture_pages, link_records, read_page, read_text
from remit.views.json import json_of
from remit.views.json.registry_page import record_page
from remit.views.terminal.registry_entries import describe_record

from .accounting import assert_lines_accounted, assert_tokens_accounted

PAGES = {page.stem: page.read_text(encoding="utf-8") for page in fixture_pages()}
TEXTS = sorted(name for name in PAGES if name != "ctgov_v2")
COMMON = settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def damage(text: str, steps: list[tuple[str, int, int]]) -> str:
    lines = text.split("\n")
    for kind, a, b in steps:
        if not lines:
            break
        at, other = a % len(lines), b % len(lines)
        if kind == "delete":
            del lines[at]
        elif kind == "duplicate":
            lines.insert(other, lines[at])
        elif kind == "swap":
            lines[at], lines[other] = lines[other], lines[at]
        elif kind == "cut":
            lines[at] = lines[at][: b % (len(lines[at]) + 1)]
        else:
            lines[at] = lines[at] + " " + lines[other]
    return "\n".join(lines)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["delete", "duplicate", "swap", "cut", "join"]),
        st.integers(0, 200),
        st.integers(0, 200),
    ),
    min_size=1,
    max_size=25,
)


@COMMON
@given(name=st.sampled_from(TEXTS), steps=STEPS)
def test_damaged_pages(name: str, steps: list[tuple[str, int, int]]) -> None:
    text = damage(PAGES[name], steps)
    try:
        record = read_text(text, "a damaged page")
    except PageError:
        return
    assert_lines_accounted(record, text)
    assert_tokens_accounted(record, text)
    assert len({c.key for c in record.criteria}) == len(record.criteria)
    json_of(record_page(record))
    describe_record(record)
    assert "@example.org" not in str(json_of(record_page(record)))


@COMMON
@given(steps=STEPS)
def test_damaged_json(steps: list[tuple[str, int, int]]) -> None:
    try:
        read_text(damage(PAGES["ctgov_v2"], steps), "a damaged record")
    except PageError:
        return


@COMMON
@given(text=st.text(max_size=400))
def test_any_text(text: str) -> None:
    try:
        read_text(text, "any text")
    except PageError:
        return


@cache
def fixture_records() -> tuple[Record, ...]:
    return tuple(read_page(str(page)) for page in fixture_pages())


@COMMON
@given(st.permutations(range(len(fixture_pages()))))
def test_the_order_of_pages_changes_no_link(order: list[int]) -> None:
    records = [fixture_records()[place] for place in order]
    groups = {
        frozenset(record.source for record in trial.records) for trial in link_records(records)
    }
    shuffled = list(records)
    random.Random(7).shuffle(shuffled)
    assert groups == {
        frozenset(record.source for record in trial.records) for trial in link_records(shuffled)
    }
