"""Adverse events in a plan: which count, of whom it is not known, how fast; by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from remit.analysis.rows.event_statistics import NO_SYSTEM, NO_TERM
from remit.analysis.rows.incidence_rows import LATE
from remit.analysis.rows.plan_check import check_plan
from remit.analysis.rows.planned_events import NO_TABLE
from remit.analysis.rows.result_row import ResultRow
from remit.analysis.rows.row_trace import trace_row
from remit.analysis.rows.trial_analysis import TrialAnalysis, analyse_trial
from remit.analysis.rows.visit_answers import NOT_TO_END
from remit.errors import ProtocolError
from remit.protocol import Protocol, protocol_named
from remit.protocol.analysis_sections import Analysis, EventsVariable
from remit.report.analysis_page import write_analysis
from remit.testing.datasets import small_facts
from remit.testing.row_kinds import Row
from remit.views.event_listings import event_listings
from remit.views.result_words import value_text

START = date(2024, 1, 8)
FIRST, SECOND = "stem_cells", "interleukin_2"
ARMS = {1: FIRST, 2: FIRST, 3: FIRST, 4: SECOND, 5: SECOND}
INFECTIONS, GUT = "Infections and infestations", "Gastrointestinal disorders"
WEEKS_24 = 24 * 7


def planned(**asked: object) -> Protocol:
    own = protocol_named("nct05631717")
    base = next(one for one in own.analyses if one.id == "adverse_events")
    events = EventsVariable.model_validate({"within": "24 weeks", **asked})
    analysis = base.model_copy(update={"adverse_events": events})
    return own.model_copy(update={"analyses": (analysis,)})


def event(person: int, day: object, term: object = "Zoster", **columns: object) -> Row:
    """An event that began so many days after baseline, or in a month such as `2024-02`."""
    start = START + timedelta(days=day) if isinstance(day, int) else day
    own = {"body_system": INFECTIONS, **columns}
    return {"person_id": person, "adverse_event": term, "start": start, **own}


def analysed(protocol: Protocol, rows: list[Row], arms: Mapping[int, str] = ARMS) -> TrialAnalysis:
    anchors: list[Row] = [
        {"person_id": who, "anchor": "baseline", "date": START, "study": "NCT05631717"}
        for who in arms
    ]
    facts = small_facts([*anchors, *rows], data_cut=date(2025, 6, 30))
    return analyse_trial(protocol, facts, arms=arms)


def row_of(rows: tuple[ResultRow, ...], arm: str, name: str, *part: str) -> ResultRow:
    (row,) = (
        row
        for row in rows
        if (row.arm, row.versus, row.part, row.statistic) == (arm, "", part, name)
        and row.method in {"count", "event_rate"}
    )
    return row


def count(rows: tuple[ResultRow, ...], arm: str, *part: str) -> tuple[float | None, int]:
    row = row_of(rows, arm, "count", *part)
    return row.value, row.n


def test_persons_and_events_by_body_system_and_term() -> None:
    rows = analysed(
        planned(),
        [
            event(1, 3),
            event(1, 40),
            event(1, 50, "Nausea", body_system=GUT),
            event(2, 10, "Cystitis"),
            event(4, 10),
        ],
    ).rows
    assert count(rows, FIRST) == (2, 3)
    assert count(rows, SECOND) == (1, 2)
    assert count(rows, FIRST, INFECTIONS) == (2, 3)
    assert count(rows, FIRST, INFECTIONS, "Zoster") == (1, 3)
    assert row_of(rows, FIRST, "events", INFECTIONS, "Zoster").value == 2
    whole = row_of(rows, FIRST, "events")
    # Four events are not four of three persons.
    assert (whole.value, whole.n, value_text(whole)) == (4, 3, "4")
    assert count(rows, FIRST, GUT, "Nausea") == (1, 3)
    assert row_of(rows, "", "count").value == 3
    assert len({row.id for row in rows}) == len(rows)


@pytest.mark.parametrize(
    ("day", "counts"),
    [(-1, 0), (0, 1), (WEEKS_24, 1), (WEEKS_24 + 1, 0), ("2024-02", 1), ("2023", 0)],
)
def test_events_from_the_first_day_to_the_last_count(day: object, counts: int) -> None:
    # Born in 1990, so that a year of which only the number is known may hold it.
    rows = analysed(planned(), [event(1, day)]).rows
    assert count(rows, FIRST) == (counts, 3)


def test_a_day_on_both_sides_of_a_border_leaves_the_person_unknown() -> None:
    rows = analysed(planned(), [event(1, "2024-01"), event(2, 5)]).rows
    assert count(rows, FIRST) == (1, 2)
    found = row_of(rows, FIRST, "events")
    assert found.value == 1
    assert any(one.startswith("1 of 2: events of which") for one in found.warnings)
    bounds = next(
        row for row in rows if (row.arm, row.part, row.statistic[:6]) == (FIRST, (), "bounds")
    )
    assert (bounds.low, bounds.high) == (1 / 3, 2 / 3)
    # Another event of the same person that counts for sure settles it.
    rows = analysed(planned(), [event(1, "2024-01"), event(1, 5)]).rows
    assert count(rows, FIRST) == (1, 3)


@pytest.mark.parametrize(
    ("asked", "yes", "no", "open_"),
    [
        ({"serious": True}, {"serious": True}, {"serious": False}, {}),
        ({"related": True}, {"related": True}, {"related": False}, {}),
        ({"emergent": True}, {"treatment_emergent": True}, {"treatment_emergent": False}, {}),
        ({"withdrawn": True}, {"action": "DRUG WITHDRAWN"}, {"action": "DOSE REDUCED"}, {}),
        ({"fatal": True}, {"outcome": "FATAL"}, {"outcome": "RECOVERED/RESOLVED"}, {}),
        ({"grade": 3}, {"grade": 3}, {"grade": 2}, {"severity": "SEVERE"}),
        (
            {"grade": 3, "severity": ["severe"]},
            {"severity": "SEVERE"},
            {"severity": "MODERATE"},
            {},
        ),
        (
            {"grade": 3, "severity": ["severe"]},
            {"severity": "severe"},
            {"severity": "mild"},
            {"severity": "NOT EVALUABLE"},
        ),
        ({"body_systems": [GUT]}, {"body_system": GUT.upper()}, {}, {"body_system": None}),
    ],
)
def test_what_is_not_told_of_an_event_is_not_a_no(
    asked: dict[str, object],
    yes: dict[str, object],
    no: dict[str, object],
    open_: dict[str, object],
) -> None:
    for columns, expected in ((yes, (1, 3)), (no, (0, 3)), (open_, (0, 2))):
        rows = analysed(planned(**asked), [event(1, 3, **columns)]).rows
        assert count(rows, FIRST) == expected, columns


def test_terms_are_told_apart_whatever_their_capitals() -> None:
    rows = analysed(planned(terms=["herpes ZOSTER"]), [event(1, 3, "Herpes zoster"), event(2, 3)])
    assert count(rows.rows, FIRST) == (1, 3)


def test_a_reporters_own_word_may_be_the_term_that_is_asked_for() -> None:
    asked = planned(terms=["Herpes zoster"])
    for reported, expected in (("herpes zoster", (1, 3)), ("shingles on the back", (0, 2))):
        rows = analysed(asked, [event(1, 3, None, reported_term=reported)]).rows
        assert count(rows, FIRST) == expected


def test_an_event_without_a_system_has_a_line_of_its_own() -> None:
    rows = analysed(planned(), [event(1, 3, body_system=None, term=None)]).rows
    assert count(rows, FIRST, NO_SYSTEM) == (1, 3)
    assert {row.part for row in rows if len(row.part) == 2} == {(NO_SYSTEM, NO_TERM)}


def test_without_the_table_nobody_knows_and_no_number_is_nought() -> None:
    found = analysed(planned(), [])
    assert found.trial.adverse_events is None
    for arm, persons in ((FIRST, 3), (SECOND, 2)):
        row = row_of(found.rows, arm, "count")
        assert (row.value, row.n, row.missing) == (None, 0, persons)
        assert any(NO_TABLE in told for told in row.warnings)
    assert not [row for row in found.rows if row.value == 0]
    assert not found.events


def test_a_table_without_a_row_says_that_there_were_none() -> None:
    # An event of somebody who is not in the trial: the table is there.
    rows = analysed(planned(), [event(9, 3)]).rows
    assert count(rows, FIRST) == (0, 3)
    assert row_of(rows, FIRST, "events").value == 0


def test_rates_are_of_the_days_until_the_first_event_and_of_all_days() -> None:
    # Person 1 has events on days 10 and 20 of being watched, person 4 is watched for 50 days.
    rows = analysed(
        planned(),
        [
            event(1, 9),
            event(1, 19),
            {"person_id": 4, "observed": (date(2020, 1, 1), START + timedelta(days=49))},
        ],
    ).rows
    whole = WEEKS_24 + 1
    first = row_of(rows, FIRST, "incidence rate")
    assert first.value == pytest.approx(100 * 365.25 / (2 * whole + 10))
    every = row_of(rows, FIRST, "event rate")
    assert every.value == pytest.approx(100 * 2 * 365.25 / (3 * whole))
    none = row_of(rows, SECOND, "event rate")
    # The exact upper bound of no events in t years is 3.6889 / t at 95 %.
    assert none.high == pytest.approx(100 * 3.688879454 * 365.25 / (whole + 50), rel=1e-6)


def test_who_is_not_watched_to_the_end_may_have_had_one_later() -> None:
    gone = {"person_id": 4, "observed": (date(2020, 1, 1), START + timedelta(days=49))}
    died = {"person_id": 5, "died": START + timedelta(days=30)}
    rows = analysed(planned(), [event(1, 9), gone, died]).rows
    row = row_of(rows, SECOND, "count")
    assert (row.value, row.n) == (0, 2)
    assert f"2 of 2: {NOT_TO_END}" in row.warnings
    rate = row_of(rows, SECOND, "event rate")
    assert rate.high == pytest.approx(100 * 3.688879454 * 365.25 / (50 + 31), rel=1e-6)


@pytest.mark.parametrize(
    "left",
    [{"observed": (date(2020, 1, 1), START - timedelta(days=1))}, {"died": "2024-02"}],
)
def test_of_whom_it_is_not_known_how_long_she_was_watched_is_in_no_rate(left: Row) -> None:
    # Her observation ends before the first day; or she died on a day of February that nobody knows.
    rows = analysed(planned(), [event(1, 9), {"person_id": 5, **left}]).rows
    assert f"1 of 2: {NOT_TO_END}" in row_of(rows, SECOND, "count").warnings
    rate = row_of(rows, SECOND, "event rate")
    assert rate.n == 1
    assert rate.high == pytest.approx(100 * 3.688879454 * 365.25 / (WEEKS_24 + 1), rel=1e-6)


def test_who_died_after_the_last_day_was_watched_to_it() -> None:
    rows = analysed(planned(), [event(1, 9), {"person_id": 5, "died": "2024-08"}]).rows
    assert (row_of(rows, SECOND, "event rate").n, row_of(rows, SECOND, "count").warnings) == (2, ())


def test_events_after_the_end_of_watching_are_in_no_rate() -> None:
    gone: Row = {"person_id": 4, "observed": (date(2020, 1, 1), START + timedelta(days=49))}
    rows = analysed(planned(), [event(4, 49), event(4, 50), gone]).rows
    # Both began within 24 weeks; day 51 of being watched is none of hers.
    assert (count(rows, SECOND), row_of(rows, SECOND, "events").value) == ((1, 2), 2)
    rate = row_of(rows, SECOND, "event rate")
    assert rate.value == pytest.approx(100 * 365.25 / (50 + WEEKS_24 + 1))
    assert LATE.format(1) in rate.warnings
    # Without a last day the end of watching is one.
    rows = analysed(planned(within=None), [event(4, 49), event(4, 50), gone]).rows
    assert row_of(rows, SECOND, "events").value == 1


def test_a_window_may_end_so_long_after_another_date() -> None:
    own = planned(until="allocation", within="30 days")
    asked = own.analyses[0].adverse_events
    assert asked is not None
    rows: list[Row] = [
        {"person_id": 1, "anchor": "allocation", "date": "2024-03-01", "study": "NCT05631717"},
        event(1, (date(2024, 3, 31) - START).days),
        {"person_id": 2, "anchor": "allocation", "date": "2024-03-01", "study": "NCT05631717"},
        event(2, (date(2024, 4, 1) - START).days),
        event(3, 400),  # no such date: to the end of watching
    ]
    found = analysed(own, rows).rows
    assert count(found, FIRST) == (2, 3)


def test_a_number_leads_to_its_persons_and_their_events(tmp_path: Path) -> None:
    found = analysed(planned(serious=True), [
        event(1, 3, serious=True), event(1, 8, serious=None), event(2, 4, serious=None),
        event(4, 4, serious=True), event(5, 4, serious=False),
    ])  # fmt: skip
    write_analysis(found, tmp_path / "out")
    whole = trace_row(tmp_path / "out", "adverse_events.stem_cells.count.count")
    assert {line.person_id: line.value for line in whole.lines} == {1: 1, 2: None, 3: 0}
    assert [(one.person_id, one.day, one.counts) for one in whole.events] == [
        (1, 4, True), (1, 9, None), (2, 5, None)
    ]  # fmt: skip
    assert whole.events[1].why == "whether it is serious"
    part = f"{INFECTIONS.replace(' ', '_')}.Zoster"
    line = trace_row(tmp_path / "out", f"adverse_events.stem_cells.count.{part}.count")
    assert {one.person_id: one.value for one in line.lines} == {1: 1, 2: 0, 3: 0}
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "by body system and term" in page
    for name in ("volcano", "timeline"):
        assert (tmp_path / "out" / "figures" / f"adverse_events_{name}.svg").stat().st_size > 5000


def test_listings_hold_every_event_of_the_trial(tmp_path: Path) -> None:
    found = analysed(planned(serious=True), [
        event(1, 3, serious=True, grade=3, action="DRUG WITHDRAWN"),
        event(1, -1, "Nausea", serious=None), event(2, "2024-02", serious=False, severity="MILD"),
        event(9, 3), {"person_id": 4, "died": START + timedelta(days=30)},
    ])  # fmt: skip
    write_analysis(found, tmp_path / "out")
    book = load_workbook(tmp_path / "out" / "listings.xlsx")

    def lines(place: int) -> list[tuple[str, ...]]:
        rows = list(book.worksheets[place].iter_rows(values_only=True))
        head = next(at for at, row in enumerate(rows) if row[0] == "person")
        return [tuple(cell or "" for cell in row) for row in rows[head + 1 :]]

    everything = lines(0)
    assert [line[0] for line in everything] == ["1", "1", "2"]
    # The day before the first is day -1: there is no day 0.
    assert everything[0][2:9] == (
        "Nausea", INFECTIONS, "2024-01-07", "-1", "–", "–", "not told"
    )  # fmt: skip
    assert everything[1][4:10] == ("2024-01-11", "4", "–", "grade 3", "yes", "not told")
    assert everything[2][4:9] == ("2024-02-01 to 2024-02-29", "–", "–", "MILD", "no")
    serious, open_, withdrawn, fatal, deaths = map(lines, range(1, 6))
    assert (len(serious), len(open_), len(withdrawn), fatal) == (1, 1, 1, [])
    assert [line[0] for line in deaths] == ["4"]
    assert deaths[0][2:4] == ("2024-02-07", "31")
    page = (tmp_path / "out" / "listings.html").read_text(encoding="utf-8")
    assert "2024-02-01 to 2024-02-29" in page


def test_a_death_on_a_day_that_nobody_knows_is_listed_with_all_of_them() -> None:
    found = analysed(planned(), [event(1, 3), {"person_id": 4, "died": "2024-02"}])
    deaths = event_listings(found, {})[-1]
    assert deaths.rows == (("4", SECOND, "2024-02-01 to 2024-02-29", "–"),)


def test_listings_of_a_dataset_without_the_table_say_so(tmp_path: Path) -> None:
    write_analysis(analysed(planned(), []), tmp_path / "out")
    assert NO_TABLE in (tmp_path / "out" / "listings.html").read_text(encoding="utf-8")


def test_a_plan_names_dates_that_there_are() -> None:
    with pytest.raises(ProtocolError, match="first_dose"):
        check_plan(planned(since="first_dose"))
    with pytest.raises(ValueError, match="within"):
        EventsVariable.model_validate({"within": "soon"})
    with pytest.raises(ValueError, match="the `grade`"):
        EventsVariable.model_validate({"severity": ["SEVERE"]})
    with pytest.raises(ValueError, match="one variable"):
        Analysis.model_validate(
            {**planned().analyses[0].model_dump(), "incidence": {"expression": "any flare"}}
        )
