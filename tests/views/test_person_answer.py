"""The answer of a person stands first, and what did not decide it is folded."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

import pytest
from rich.console import Console

from remit.protocol import Protocol, read_protocol_text
from remit.screening import explain_person, screen_dataset
from remit.screening.explanation import Explanation, explain_in_dataset
from remit.testing import Row, small_facts, study_text
from remit.truth import Status
from remit.views.json.explanation_page import explanation_page
from remit.views.notebook.result_tables import explanation_html
from remit.views.person_answer import answer_lines, decisive_findings, folded_lines
from remit.views.terminal.screenings import explanation_text
from remit.views.words import mark_of, record_parts, verdict_text

CUT = date(2024, 6, 30)
SCREENED: Row = {"anchor": "screening", "date": "2024-05-01"}
CRITERIA = {
    "A": "age at screening >= 18 years",
    "B": "latest platelets in [screening - 28 days, screening] > 50 10*9/L",
    "C": "not any rituximab in [screening - 1 year, screening]",
}
PLATELETS: Row = {"concept": "platelets", "date": "2024-04-20", "number": 42, "unit": "10*9/L"}


def study(
    criteria: dict[str, str], *, kind: Literal["inclusion", "exclusion"] = "inclusion"
) -> Protocol:
    return read_protocol_text(study_text(criteria, kind=kind), source="test")


def explained(*rows: Row, protocol: Protocol | None = None) -> Explanation:
    facts = small_facts([SCREENED, *rows], data_cut=CUT)
    return explain_in_dataset(protocol or study(CRITERIA), facts, 1)


def printed(explanation: Explanation, *, whole: bool = False) -> str:
    console = Console(width=300, no_color=True)
    with console.capture() as capture:
        console.print(explanation_text(explanation, whole=whole))
    return capture.get()


def test_who_is_let_in_is_eligible_and_all_is_folded() -> None:
    found = explained({**PLATELETS, "number": 90})
    text = printed(found)
    assert text.splitlines()[0] == "Eligible"
    assert "3 criteria let the person in: A, B, C" in text
    assert "platelets" not in text
    assert "latest platelets" in printed(found, whole=True)


def test_who_is_kept_out_reads_by_which_record_first() -> None:
    """What decided the first failing criterion; the others are named behind it."""
    rituximab: Row = {"drug": "rituximab", "start": "2024-03-01"}
    found = explained(PLATELETS, rituximab)
    (line,) = answer_lines(found)
    assert line.startswith("Not eligible: B, ")
    assert line.endswith("42 10⁹/L, 2024-04-20; also C")
    text = printed(found)
    assert text.splitlines()[0] == line
    assert [finding.criterion.id for finding in decisive_findings(found)] == ["B", "C"]
    assert "1 criterion lets the person in: A" in text


def test_who_is_open_reads_what_would_settle_it_and_who_must_sign() -> None:
    asked = '[attestations.consent]\ntext = "Consent is given."\nasks = "the investigator"\n\n'
    head, mark, rest = study_text({**CRITERIA, "D": "attested consent"}).partition("[[criteria]]")
    state, signed = 'state = "executable"', 'state = "needs_attestation"'
    before, last = rest.rsplit(state, 1)
    text = f"{head}{asked}{mark}{before}{signed}{last}"
    found = explained(protocol=read_protocol_text(text, source="test"))
    (line,) = answer_lines(found)
    assert line.startswith("Open: 2 criteria unknown (B, D); what would settle it first: B, ")
    assert line.endswith("no record in the window; the investigator must sign D")


def test_without_a_date_of_screening_only_that_is_asked_for() -> None:
    facts = small_facts([PLATELETS], data_cut=CUT)
    found = explain_in_dataset(study(CRITERIA), facts, 1)
    (line,) = answer_lines(found)
    assert line == (
        "Open: 3 criteria unknown (A, B, C); "
        "what would settle it first: A, B, C, the date of screening"
    )
    assert decisive_findings(found) == ()
    assert folded_lines(found.findings) == ("3 criteria wait for a date: A, B, C",)


def test_who_died_before_is_told_so_first() -> None:
    found = explained({"died": "2024-04-01"}, {**PLATELETS, "date": "2024-03-01"})
    assert answer_lines(found) == ("Not eligible: died on 2024-04-01",)


@pytest.mark.parametrize(
    ("number", "mark", "words"),
    [(90, "✗", "✗ keeps out: met"), (42, "✓", "✓ lets in: not met")],
)
def test_a_mark_says_what_an_exclusion_does(number: int, mark: str, words: str) -> None:
    """The same sign for both kinds: an eligible person has a row of ✓."""
    protocol = study({"X": CRITERIA["B"]}, kind="exclusion")
    (finding,) = explained({**PLATELETS, "number": number}, protocol=protocol).findings
    assert mark_of(finding.criterion, finding.status) == mark
    assert verdict_text(finding) == words
    assert mark_of(finding.criterion, Status.UNKNOWN) == "?"
    assert mark_of(finding.criterion, Status.NOT_APPLICABLE) == "–"


def test_the_items_of_a_score_are_one_line_with_the_total() -> None:
    """SLEDAI-2K (Gladman 2002): platelets below 100 give 1 point, all 24 descriptors 105."""
    protocol = study({"S": "sledai_2k in [screening - 28 days, screening] >= 6"})
    found = explained({**PLATELETS, "number": 99}, protocol=protocol)
    (finding,) = found.findings
    parts = record_parts(finding)
    (items,) = [part for part in parts if part.is_items]
    assert items.text.startswith("sledai_2k from its items: total 1 to 105; ")
    assert "1 met" in items.text
    assert len(record_parts(finding, items=True)) > 24
    assert explanation_html(found).count("from its items") == 1
    assert "seizure is present" in printed(found, whole=True)
    assert "seizure is present" not in printed(found)


def test_a_part_that_changes_nothing_is_counted_and_not_shown() -> None:
    protocol = study({"S": f"{CRITERIA['A']} and {CRITERIA['B']}"})
    text = printed(explained(PLATELETS, protocol=protocol))
    assert "1 other part does not change this" in text
    assert "not met: latest platelets" in text
    assert "met: age" not in text.replace("not met", "")


def test_json_has_the_answer_and_all_of_it() -> None:
    found = explained(PLATELETS)
    page = explanation_page(found)
    assert page.answer == answer_lines(found)
    assert [finding.id for finding in page.findings] == ["A", "B", "C"]


def test_one_person_is_explained_alike_with_and_without_the_others(tmp_path: Path) -> None:
    rows: list[Row] = [
        {**row, "person_id": person}
        for person, number in ((1, 42), (2, 90), (3, 55))
        for row in (SCREENED, {**PLATELETS, "number": number}, {"birth": "1980-01-01"})
    ]
    facts = small_facts(rows, data_cut=CUT, folder=tmp_path / "d")
    screening = screen_dataset(study(CRITERIA), facts)
    for person in (1, 2, 3):
        assert explain_in_dataset(study(CRITERIA), facts, person) == explain_person(
            screening, person
        )
