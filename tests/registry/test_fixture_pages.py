"""The packaged pages of invented trials; these tests run everywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from remit.registry import (
    FORMATS,
    Record,
    SimilarTrial,
    fixture_pages,
    link_records,
    read_page,
    recognise_format,
)
from remit.registry.pages.formats import PageFormat
from remit.views.json import json_of
from remit.views.json.registry_page import record_page

from .accounting import (
    assert_lines_accounted,
    assert_no_personal_data,
    assert_text_is_of_the_page,
    assert_tokens_accounted,
)

TEXT_PAGES = [page for page in fixture_pages() if page.suffix == ".txt"]


@pytest.mark.parametrize("page", TEXT_PAGES, ids=lambda page: page.stem)
def test_every_line_is_accounted(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    record = read_page(page)
    assert record.format == page.stem
    assert_lines_accounted(record, text)
    assert_tokens_accounted(record, text)
    assert_text_is_of_the_page(record, text)
    assert_no_personal_data(record)
    assert {item.reason for item in record.unparsed} <= {"boilerplate"}
    assert record.notes == ()


def test_there_is_a_page_of_every_format() -> None:
    found = {recognise_format(p.read_text(encoding="utf-8")) for p in fixture_pages()}
    assert found == {kind.name for kind in FORMATS if isinstance(kind, PageFormat)} | {"ctgov_json"}


def test_windows_line_ends_change_nothing() -> None:
    for page in TEXT_PAGES:
        text = page.read_text(encoding="utf-8")
        plain = read_page(page)
        from remit.registry import read_text

        assert read_text("\ufeff" + text.replace("\n", "\r\n"), str(page)) == plain


def test_medpath_nests_lettered_items_and_leaves_equalities(
    fixture_record: Callable[[str], Record],
) -> None:
    record = fixture_record("medpath")
    assert [(c.key, c.parent, c.number) for c in record.criteria][2:5] == [
        ("I3", None, "3"),
        ("I3.1", "I3", "a"),
        ("I3.2", "I3", "b"),
    ]
    assert all(not c.flags for c in record.criteria)
    assert record.outcomes[0].time_frame == "Up to 24 months"
    assert len(record.named("location")) == 2


def test_umin_cohorts(fixture_record: Callable[[str], Record]) -> None:
    record = fixture_record("umin")
    assert [c.title for c in record.cohorts] == [
        "Criteria for people who start treatment",
        "Criteria for people in remission",
        "Healthy volunteers",
    ]
    by_cohort = [(c.cohort, c.kind, c.span.first) for c in record.criteria]
    assert by_cohort == [
        ("1", "inclusion", 28),
        ("1", "inclusion", 29),
        ("2", "inclusion", 31),
        ("3", "inclusion", 33),
        (None, "exclusion", 34),
        ("1", "exclusion", 35),
        ("2", "exclusion", 36),
        ("3", "exclusion", 37),
    ]
    assert "Botan" not in str(json_of(record_page(record)))
    assert "Sample-cho" not in str(json_of(record_page(record)))


def test_trial_page_flags_lost_lists(fixture_record: Callable[[str], Record]) -> None:
    record = fixture_record("trial_page")
    assert [c.span.first for c in record.criteria if c.flags] == [14, 15, 16, 17, 19, 21, 25]


def test_listed_trials_are_not_the_pages_own(fixture_record: Callable[[str], Record]) -> None:
    record = fixture_record("trial_table")
    assert record.own_ids == ()
    numbers = [v.number for v in record.values("similar_trials") if isinstance(v, SimilarTrial)]
    assert numbers == ["NCT99000011", "NCT99000012", "NCT99000013", "NCT99000014"]


def test_the_pair_links_and_the_signs_come_back(fixture_record: Callable[[str], Record]) -> None:
    trials = link_records(read_page(page) for page in fixture_pages())
    pair = next(trial for trial in trials if len(trial.records) == 2)
    assert [record.format for record in pair.records] == ["clinconnect", "trial_table"]
    assert [c.text for c in pair.criteria if c.repair] == [
        "Age ≥ 18 years and ≤ 70 years on the day of consent",
        "eGFR ≥ 40 mL/min/1.73 m2 by the CKD-EPI equation",
        "Neutrophils ≤ 1.0 x 10^9/L or platelets ≤ 30 x 10^9/L",
    ]
    assert len(pair.criteria) == len(fixture_record("clinconnect").criteria)
    assert [m.outcome.measure for m in pair.outcomes if m.outcome.flags] == [
        "Complete renal response"
    ]
    assert len(trials) == len(fixture_pages()) - 1
