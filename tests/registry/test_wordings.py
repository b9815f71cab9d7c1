"""The better page wins a field: same content, better wording; other content never."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import pytest

from remit.registry import Location, Record, TrialDate, link_records
from remit.registry.record import Value
from remit.registry.trials.wordings import best_wording

CITY = Location(None, "Valdemar", "Norrland", "Sweden")
SITE = Location("University Hospital of Valdemar", "Valdemar", "Norrland", "Sweden")
ELSEWHERE = Location("Clinic of the Lakes", "Seedorf", None, "Switzerland")

PRECISIONS: Mapping[int, Literal["year", "month", "day"]] = {4: "year", 7: "month", 10: "day"}


def date(iso: str) -> TrialDate:
    return TrialDate(iso, PRECISIONS[len(iso)], None, iso)


@pytest.mark.parametrize(
    ("name", "pages", "best"),
    [
        ("sponsor", [("EXAMPLE CO., LTD.",), ("Example Co Ltd",)], 1),
        ("sponsor", [("EXAMPLE UNIVERSITY",), ("Another University",)], 0),
        ("sponsor", [("Example University",), ("EXAMPLE UNIVERSITY",)], 0),
        ("status", [("RECRUITING",), ("Recruiting",)], 1),
        ("status", [("RECRUITING",), ("Completed",)], 0),
        ("title_acronym", [("LUPEX",), ("Lupex",)], 0),
        ("condition", [("LUPUS NEPHRITIS", "SLE"), ("Lupus nephritis",)], 0),
        ("location", [(CITY,), (SITE,)], 1),
        ("location", [(CITY,), (ELSEWHERE,)], 0),
        ("location", [(SITE,), (CITY,)], 0),
        ("location", [(CITY,), (SITE, ELSEWHERE)], 0),
        ("date_completion", [(date("2028-05"),), (date("2028-05-31"),)], 1),
        ("date_completion", [(date("2028-05"),), (date("2028-06-30"),)], 0),
        ("enrolment", [(128,), (130,)], 0),
    ],
)
def test_a_wording_is_lent_only_where_both_say_the_same(
    name: str, pages: list[tuple[Value, ...]], best: int
) -> None:
    assert best_wording(name, pages) == best


def test_the_pair_has_no_sponsor_in_capitals_and_keeps_its_facility(
    fixture_record: Callable[[str], Record],
) -> None:
    (trial,) = link_records([fixture_record("clinconnect"), fixture_record("trial_table")])
    fields = {field.name: field for field in trial.fields}
    (sponsor,) = fields["sponsor"].values
    assert str(sponsor) == "University Hospital of Valdemar"
    assert fields["location"].values == (SITE,)
    assert {claim.value for claim in fields["location"].claims} == {CITY, SITE}
