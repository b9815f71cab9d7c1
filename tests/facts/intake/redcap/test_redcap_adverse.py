"""Forms of adverse events in REDCap: each row with an event is one, whatever else is open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from facts.intake.redcap.redcap_project import (
    COLUMNS_OF_RECORDS,
    FIELDS,
    MAP,
    RECORDS,
    Row,
    field,
    read_project,
    row,
)
from remit.errors import DatasetError
from remit.facts.intake.dataset.handed_over import SourceTables

OF_EVENTS = (
    field("ae_term", "adverse_events", label="Event"),
    field("ae_start", "adverse_events", validation="date_dmy"),
    field("ae_stop", "adverse_events", validation="date_dmy"),
    field("ae_grade", "adverse_events", "radio", choices="1, Grade 1 | 2, Grade 2 | 3, Grade 3"),
    field("ae_serious", "adverse_events", "yesno"),
    field("ae_rel", "adverse_events", "radio", choices="0, Unrelated | 1, Possible | 9, Unsure"),
    field("ae_act", "adverse_events", "dropdown", choices="1, None | 2, Stopped for good"),
)
NAMES = tuple(str(one["field_name"]) for one in OF_EVENTS)
OF_MAP = """
[adverse_events.adverse_events]
event = "ae_term"
start = "ae_start"
end = "ae_stop"
grade = "ae_grade"
serious = "ae_serious"
related = "ae_rel"
action = "ae_act"
[adverse_events.adverse_events.words.action]
"2" = "DRUG WITHDRAWN"
"""
ROWS = (
    row(
        "LN-001 v1 adverse_events 1",
        ae_term="Herpes zoster",
        ae_start="2024-03-05",
        ae_stop="2024-03-20",
        ae_grade="3",
        ae_serious="1",
        ae_rel="1",
        ae_act="2",
    ),
    row("LN-001 v1 adverse_events 2", ae_term="rash", ae_rel="9", ae_serious="0", ae_act="-99"),
    row("LN-002 v1 adverse_events 1", ae_term="cough", ae_start="2024-05-01", ae_rel="0"),
)


def read(tmp_path: Path, *rows: Row, text: str = OF_MAP) -> SourceTables:
    return read_project(
        tmp_path,
        MAP.replace("[studies.", f"{text}\n[studies.", 1),
        fields=(*FIELDS, *OF_EVENTS),
        records=(*RECORDS, *rows),
        columns=(*COLUMNS_OF_RECORDS, *NAMES),
    )


def test_each_row_of_the_form_is_an_event(tmp_path: Path) -> None:
    found = read(tmp_path, *ROWS)
    zoster, rash, cough = found.tables["adverse_event"].to_pylist()
    assert (zoster["reported_term"], zoster["start_date"], zoster["end_date"]) == (
        "Herpes zoster",
        date(2024, 3, 5),
        date(2024, 3, 20),
    )
    assert (zoster["grade"], zoster["serious"], zoster["related"]) == (3, True, True)
    assert zoster["action"] == "DRUG WITHDRAWN"
    # No day of its own: the day of the visit is not that on which it began.
    assert (rash["start_date"], rash["serious"], rash["related"]) == (None, False, None)
    assert (rash["grade"], rash["action"]) == (None, None)
    assert (cough["person_id"], cough["related"], cough["serious"]) == (2, False, None)
    assert found.reads["adverse_event"] == ("records.csv", 3)
    assert [item.written for item in found.not_understood if item.table == "adverse_event"] == [
        "related: Unsure"
    ]


def test_a_form_that_nobody_filled_says_that_there_were_none(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert found.reads["adverse_event"] == ("records.csv", 0)
    assert "adverse_event" not in read_project(tmp_path).reads


def test_a_row_that_does_not_say_what_happened_stops_the_import(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="the row names no event"):
        read(tmp_path, row("LN-001 v1 adverse_events 1", ae_start="2024-03-05"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('event = "ae_term"', 'event = "ae_trm"'), "no field ae_trm; perhaps ae_term"),
        (('"2" = "DRUG', '"7" = "DRUG'), "words.action: no choices of it: 7"),
        (("words.action]", "words.outcome]"), "words.outcome: no field is the outcome"),
        (('start = "ae_start"', 'start = "ae_term"'), "ae_term is not validated as a date"),
        (('event = "ae_term"\n', ""), "adverse_events.adverse_events.event"),
    ],
)
def test_a_map_that_does_not_fit_is_refused(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    with pytest.raises(DatasetError) as refused:
        read(tmp_path, *ROWS, text=OF_MAP.replace(*change))
    assert said in str(refused.value)


def test_an_identifier_is_no_field_of_an_event(tmp_path: Path) -> None:
    change: Mapping[str, str] = {'event = "ae_term"': 'event = "full_name"'}
    text = OF_MAP
    for old, new in change.items():
        text = text.replace(old, new)
    with pytest.raises(DatasetError, match="marked as an identifier"):
        read(tmp_path, *ROWS, text=text)
