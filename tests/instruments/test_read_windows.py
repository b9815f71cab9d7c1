"""From which days a score reads a dataset: the window of each instrument, as it is written.

Sources: section 1 of the specification (SLEDAI-2K 10 days, 30 agree: Touma, Urowitz, Gladman 2010;
SELENA-SLEDAI 10 days; BILAG-2004 the last 4 weeks; classification the whole course).
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from remit.facts.opened import Facts
from remit.instruments.bound_instrument import bound_packaged
from remit.instruments.catalogue import PRESENT, packaged_instruments
from remit.instruments.dataset_scores import score_dataset
from remit.instruments.visits import days_before
from remit.testing import Row, small_facts
from remit.truth import Status

VISIT = date(2024, 6, 30)
LOW = {"concept": "platelets", "number": "80", "unit": "10*9/L"}


def facts_of(*rows: Row) -> Facts:
    return small_facts(rows, data_cut=date(2024, 12, 31))


def status(instrument: str, item: str, facts: Facts, lookback: int | None = None) -> Status:
    """Whether a finding is there at the visit."""
    bound = bound_packaged(instrument, facts.codes)
    _, scores = score_dataset(bound, facts, at=VISIT, lookback=lookback)
    return Status(int(scores.findings[item].verdict.statuses[0]))


@pytest.mark.parametrize(
    ("instrument", "item", "days"),
    [
        ("sledai_2k", "thrombocytopenia", 30),
        ("selena_sledai", "thrombocytopenia", 10),
        ("hybrid_sledai", "thrombocytopenia", 10),
        ("bilag_2004", "low_platelets", 28),
    ],
)
def test_a_value_counts_from_the_first_day_of_the_window_on(
    instrument: str, item: str, days: int
) -> None:
    """Exactly on the first day, one before, on the day of the visit, one after."""
    for before, wanted in (
        (days, Status.MET),
        (days + 1, Status.UNKNOWN),
        (0, Status.MET),
        (-1, Status.UNKNOWN),
    ):
        facts = facts_of({**LOW, "date": VISIT - timedelta(days=before)})
        assert status(instrument, item, facts) is wanted, before


def test_a_caller_may_name_other_days() -> None:
    facts = facts_of({**LOW, "date": VISIT - timedelta(days=11)})
    assert status("selena_sledai", "thrombocytopenia", facts) is Status.UNKNOWN
    assert status("selena_sledai", "thrombocytopenia", facts, lookback=30) is Status.MET


@pytest.mark.parametrize(
    ("instrument", "item"),
    [
        ("eular_acr_2019", "seizure"),
        ("slicc_2012", "oral_or_nasal_ulcers"),
        ("acr_1997", "oral_ulcers"),
        ("sdi", "cataract"),
    ],
)
def test_what_was_ever_there_counts_over_the_whole_course(instrument: str, item: str) -> None:
    known = packaged_instruments()[instrument]
    code = known.item(item).omop
    for day, wanted in (
        (date(1995, 1, 1), Status.MET),
        (VISIT, Status.MET),
        (VISIT + timedelta(days=1), Status.UNKNOWN),
    ):
        facts = facts_of({"concept": code, "date": day, "value": PRESENT})
        assert status(instrument, item, facts) is wanted, day


@pytest.mark.parametrize("instrument", ["crs_astct", "ecog", "pga", "clasi", "icans_astct"])
def test_the_day_of_the_visit_is_that_day(instrument: str) -> None:
    bound = bound_packaged(instrument, facts_of({**LOW, "date": VISIT}).codes)
    assert str(bound.days) == "at visit"


def test_a_grade_of_the_day_before_is_none_of_the_visit() -> None:
    item = packaged_instruments()["ecog"].item("performance_status")
    for before, known in ((0, True), (1, False)):
        day = VISIT - timedelta(days=before)
        facts = facts_of({"concept": item.omop, "date": day, "number": "2"})
        bound = bound_packaged("ecog", facts.codes)
        _, scores = score_dataset(bound, facts, at=VISIT)
        assert bool(scores.numbers[bound.instrument.main].is_exact[0]) is known


# Each window as executed, beside what the file says of it; a new instrument has to be added here.
READS = {
    "acr_1997": ("[.., visit]", "Whole course"),
    "bilag_2004": ("[visit - 4 weeks, visit]", "last 4 weeks"),
    "car_hematotox": ("[visit - 30 days, visit]", "30 days"),
    "clasi": ("[visit, visit]", "day of the visit"),
    "crs_astct": ("[visit, visit]", "day of the visit"),
    "ctcae_v5": ("[visit - 30 days, visit]", "30 days"),
    "ctcae_v6": ("[visit - 30 days, visit]", "30 days"),
    "ecog": ("[visit, visit]", "day of the visit"),
    "egfr": ("[visit - 30 days, visit]", "30 days"),
    "eular_acr_2019": ("[.., visit]", "Whole course"),
    "facit_fatigue": ("[visit - 7 days, visit]", "seven days"),
    "hybrid_sledai": ("[visit - 10 days, visit]", "10 days"),
    "icans_astct": ("[visit, visit]", "day of the visit"),
    "isn_rps": ("[.., visit]", "up to the visit"),
    "lupusqol": ("[visit - 4 weeks, visit]", "four weeks"),
    "nih_indices": ("[.., visit]", "up to the visit"),
    "pga": ("[visit, visit]", "day of the visit"),
    "sdi": ("[.., visit]", "Since the diagnosis"),
    "selena_flare_index": ("(previous, visit]", "Since the previous visit"),
    "selena_sledai": ("[visit - 10 days, visit]", "10 days"),
    "sledai_2k": ("[visit - 30 days, visit]", "30 days"),
    "sledai_bands": ("[visit, visit]", "day of the visit"),
    "slicc_2012": ("[.., visit]", "Whole course"),
    "ssc": ("[visit - 1 month, visit]", "last month"),
}


def test_what_is_executed_is_what_the_file_says() -> None:
    found = {name: one.reads for name, one in packaged_instruments().items()}
    assert found == {name: reads for name, (reads, _) in READS.items()}
    for name, (_, words) in READS.items():
        assert words.casefold() in packaged_instruments()[name].window.casefold(), name


def test_days_of_a_caller_are_days_before_the_visit() -> None:
    assert str(days_before(0)) == "in [visit - 0 days, visit]"
