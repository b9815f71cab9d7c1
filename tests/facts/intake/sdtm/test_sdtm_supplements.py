"""Supplemental qualifiers, joined to their rows by RDOMAIN, USUBJID, IDVAR and IDVARVAL."""

from __future__ import annotations

from facts.intake.sdtm.sdtm_rows_given import Row, dataset_of
from remit.facts.intake.sdtm.sdtm_rows import domain_rows
from remit.facts.intake.sdtm.sdtm_supplements import Supplements, supplements_of

PARENT = [
    {"USUBJID": "P1", "AESEQ": "1", "AESPID": "E1"},
    {"USUBJID": "P1", "AESEQ": "2", "AESPID": "E2"},
    {"USUBJID": "P2", "AESEQ": "1", "AESPID": "E2"},
]


def _joined(*rows: Row) -> Supplements:
    parent = domain_rows("AE", [dataset_of("AE", PARENT)])
    return supplements_of(parent, domain_rows("AE", [dataset_of("SUPPAE", rows)]), {"CODE"})


def _row(person: str, column: str, value: str, said: str, name: str = "CODE") -> Row:
    return {"USUBJID": person, "IDVAR": column, "IDVARVAL": value, "QNAM": name, "QVAL": said}


def test_a_qualifier_goes_to_the_row_that_it_names() -> None:
    found = _joined(_row("P1", "AESEQ", "  2", "x"), _row("P2", "AESPID", "E2", "y"))
    assert found.columns == {"CODE": [None, "x", "y"]}
    assert (found.joined, found.lost) == (2, 0)


def test_a_qualifier_of_the_person_goes_to_each_row() -> None:
    assert _joined(_row("P1", "", "", "x")).columns == {"CODE": ["x", "x", None]}


def test_numbers_are_the_same_however_they_are_written() -> None:
    assert _joined(_row("P1", "AESEQ", "2.0", "x")).columns["CODE"][1] == "x"
    assert _joined(_row("P1", "AESEQ", "02", "x")).columns["CODE"][1] == "x"


def test_what_belongs_to_no_row_is_counted() -> None:
    found = _joined(_row("P1", "AESEQ", "9", "x"), _row("P9", "AESEQ", "1", "x"))
    assert (found.joined, found.lost, found.columns) == (0, 2, {})


def test_qualifiers_that_nobody_asked_are_counted_by_name() -> None:
    found = _joined(
        _row("P1", "AESEQ", "1", "Y", "AETRTEM"), _row("P1", "AESEQ", "2", "Y", "AETRTEM")
    )
    assert (found.unread, found.columns) == ({"AETRTEM": 2}, {})


def test_two_answers_for_one_row_are_none() -> None:
    found = _joined(_row("P1", "AESEQ", "1", "x"), _row("P1", "AESEQ", "1", "y"))
    assert (found.columns["CODE"][0], found.twice) == (None, 1)
