"""Lines that keep people out or let them in without the usual noun, and lists that begin anew.

The lines are our own; what they mean is what their words say. Each text has a plain exclusion
heading further down, so that a lost side is not told by its being the only one.
"""

from __future__ import annotations

import pytest

from remit.registry.record import CriterionText
from remit.registry.text.eligibility import read_criteria
from remit.registry.text.headings import read_heading
from remit.registry.text.items import read_pieces
from remit.registry.text.operators import find_lost_operators

KEEPS_OUT = [
    "Volunteers cannot join if they:",
    "Participants must not be:",
    "Who cannot take part:",
    "Contra-indication:",
    "Disqualification criteria:",
    "Los pacientes no deben presentar:",
    "No podrán entrar ni participar:",
    "Raisons de non-inclusion :",
    "Ne peuvent pas participer :",
    "Nicht teilnehmen dürfen:",
    "Ausschlusskritrien",
    "有下列任一情况者不得参加：",
    "以下の方は除外する",
    "不適格規準",
    "《Exclusion criteria》",
    "Excl. criteria",
]
MAY_KEEP_OUT = [
    "Not allowed:",
    "Unfit:",
    "Grounds against entry:",
    "Must have none of:",
    "Who should not come",
    "Criterios de rechazo:",
    "Ungeeignet sind, nicht zu prüfen:",
]
MAY_LET_IN = [
    "Participants must:",
    "Requirements:",
    "Not an exclusion:",
    "Who can participate?",
    "Los pacientes deben:",
    "対象：",
]
MARKS = [
    ("1. ", "2. "),
    ("a) ", "b) "),
    ("A. ", "B. "),
    ("(i) ", "(ii) "),
    ("I. ", "II. "),
    ("4.1 ", "4.2 "),
    ("1: ", "2: "),
    ("#1 ", "#2 "),
    ("1.) ", "2.) "),
    ("Ⅰ ", "Ⅱ "),
]


def _read(text: str) -> tuple[CriterionText, ...]:
    return read_criteria(read_pieces(enumerate(text.split("\n"), 1)))


def _wrong(text: str, out: str, kind: str) -> list[str]:
    """The lines with the word `out` that are on a side without a flag."""
    return [
        c.text
        for c in _read(text)
        if out in c.text and c.kind == kind and "unsure_side" not in c.flags
    ]


@pytest.mark.parametrize("line", KEEPS_OUT)
def test_a_line_that_keeps_people_out_heads_exclusions(line: str) -> None:
    heading = read_heading(line)
    assert heading is not None
    assert heading.side == "exclusion"


@pytest.mark.parametrize("line", [*KEEPS_OUT, *MAY_KEEP_OUT])
@pytest.mark.parametrize("mark", ["* ", "1. ", ""])
def test_no_exclusion_is_an_inclusion_without_a_flag(line: str, mark: str) -> None:
    text = f"Inclusion Criteria:\n\n{mark}SLE\n\n{line}\n\n{mark}Known asthma"
    assert _wrong(f"{text}\n\nExclusion Criteria:\n\n* Allergy", "asthma", "inclusion") == []


@pytest.mark.parametrize("line", MAY_LET_IN)
@pytest.mark.parametrize("mark", ["* ", "1. ", ""])
def test_no_inclusion_is_an_exclusion_without_a_flag(line: str, mark: str) -> None:
    text = f"Inclusion Criteria:\n\n* Adult\n\nExclusion Criteria:\n\n{mark}Allergy\n\n{line}\n\n"
    assert _wrong(f"{text}{mark}Known lupus", "lupus", "exclusion") == []


@pytest.mark.parametrize("line", ["Must not have any of the following:", "Women who cannot wait:"])
def test_a_sentence_without_whole_people_heads_nothing(line: str) -> None:
    assert read_heading(line) is None


def test_a_heading_in_the_middle_of_a_paragraph_is_doubted() -> None:
    text = "Inclusion Criteria: - SLE - Stable medicine Criterios de no inclusión - Known asthma"
    assert _wrong(f"{text}\n\nExclusion Criteria:\n\n* Allergy", "asthma", "inclusion") == []


@pytest.mark.parametrize(("first", "second"), MARKS)
def test_a_list_that_begins_anew_is_doubted_whatever_its_marks(first: str, second: str) -> None:
    lines = [f"{first}SLE", f"{second}Consent", f"{first}Known asthma", f"{second}Dialysis asthma"]
    text = "\n".join(
        ["Inclusion Criteria:", "", *lines, "", "Exclusion Criteria:", "", "* Allergy"]
    )
    assert _wrong(text, "asthma", "inclusion") == []


@pytest.mark.parametrize(("first", "second"), MARKS)
def test_a_mark_is_no_part_of_its_item(first: str, second: str) -> None:
    text = f"Inclusion Criteria:\n\n{first}Lupus\n{second}Consent"
    assert [c.text for c in _read(text)] == ["Lupus", "Consent"]


@pytest.mark.parametrize(
    "lines",
    [
        ["1.5 mg/dL of creatinine at most", "2.5 g/day of protein at most"],
        ["1 prior regimen", "2 prior regimens"],
    ],
)
@pytest.mark.parametrize("bullet", ["", "* "])
def test_values_that_count_up_are_no_marks(lines: list[str], bullet: str) -> None:
    text = "\n".join(f"{bullet}{line}" for line in lines)
    assert [c.text for c in _read(f"Inclusion Criteria:\n\n{text}")] == lines


def test_a_second_closing_mark_takes_no_point_of_a_number() -> None:
    found = _read("Inclusion Criteria:\n\n1).5 mg/kg at most\n2) Consent")
    assert found[0].text == ".5 mg/kg at most"


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("Three cycles at least (1 cycle = 28 days)", False),
        ("A drink (a glass of 150 ml wine = 12 g)", False),
        ("Smoker (yes = 1, no = 0)", False),
        ("Alcohol = 20 g/day", True),
        ("T-score of the hip = -2.5", True),
        ("Age _> 18 years", True),
    ],
)
def test_whether_a_sign_was_lost(text: str, lost: bool) -> None:
    assert bool(find_lost_operators(text)) is lost
