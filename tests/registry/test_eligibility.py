from __future__ import annotations

import pytest

from remit.registry.text.eligibility import read_criteria
from remit.registry.text.items import Piece, read_piece, split_paragraph
from remit.registry.text.outline import nest


def pieces(*lines: str) -> list[Piece]:
    return [read_piece(line, n) for n, line in enumerate(lines, start=1)]


def keys(*lines: str) -> list[tuple[str, str | None]]:
    return [(c.key, c.parent) for c in read_criteria(pieces(*lines), "inclusion")]


@pytest.mark.parametrize(
    ("line", "text", "printed"),
    [
        ("  1. Age", "Age", "1"),
        ("2) Age", "Age", "2"),
        ("4.Subjects", "Subjects", "4"),
        ("[3] Age", "Age", "3"),
        ("- • Age", "Age", ""),
        ("* 1. Age > 18", "Age > 18", "1"),
        ("24-hour urine", "24-hour urine", ""),
        ("1.5 g per day", "1.5 g per day", ""),
        ("a. prednisone", "prednisone", "a"),
    ],
)
def test_markers(line: str, text: str, printed: str) -> None:
    piece = read_piece(line, 1)
    assert (piece.text, piece.printed) == (text, printed)


def test_bullets_below_a_number_nest_and_the_next_number_returns() -> None:
    assert keys("1. One of:", "• first", "• second", "2. Other") == [
        ("I1", None),
        ("I1.1", "I1"),
        ("I1.2", "I1"),
        ("I2", None),
    ]


def test_three_levels() -> None:
    found = keys("* A:", "  * B:", "    * C", "* D")
    assert found == [("I1", None), ("I1.1", "I1"), ("I1.1.1", "I1.1"), ("I2", None)]


def test_a_colon_without_children_is_incomplete() -> None:
    found = read_criteria(pieces("Liver function:", "Consent given."), "inclusion")
    assert [sorted(c.flags) for c in found] == [["incomplete"], []]


def test_a_colon_at_the_end_of_the_page_is_incomplete() -> None:
    found = read_criteria(pieces("Consent given.", "Infections:"), "exclusion")
    assert [sorted(c.flags) for c in found] == [[], ["incomplete"]]


def test_a_promised_definition_after_a_comma_is_incomplete() -> None:
    found = read_criteria(
        pieces("Meets the definition of refractory disease,", "Aged 18"), "inclusion"
    )
    assert sorted(found[0].flags) == ["incomplete"]


def test_headings_switch_the_kind() -> None:
    found = read_criteria(pieces("Key Inclusion Criteria:", "- A", "Exclusion Criteria", "- B"))
    assert [(c.kind, c.text) for c in found] == [("inclusion", "A"), ("exclusion", "B")]


def test_text_before_any_heading_is_a_preamble() -> None:
    found = read_criteria(pieces("Read this first.", "Inclusion Criteria:", "- A"))
    assert [c.kind for c in found] == ["preamble", "inclusion"]


def test_a_heading_for_a_group_names_the_cohort() -> None:
    found = read_criteria(pieces("Inclusion criteria for healthy controls:", "- No medicine"))
    assert [(c.cohort, c.kind) for c in found] == [("healthy controls", "inclusion")]


def test_wrapped_lines_are_joined_with_their_span() -> None:
    found = read_criteria(pieces("1. A line that", "goes on here", "2. Next"), "inclusion")
    assert [(c.text, str(c.span)) for c in found] == [
        ("A line that goes on here", "1-2"),
        ("Next", "3"),
    ]


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("- Age 18 - 65 - SLE - Consent", ["Age 18 - 65", "SLE", "Consent"]),
        ("- Class III - IV - Consent", ["Class III - IV", "Consent"]),
        ("- score = 6 - Urine", ["score = 6", "Urine"]),
        ("- two samples - eGFR above 30", ["two samples", "eGFR above 30"]),
        (
            "- age over 18 - signed consent - no infection",
            ["age over 18", "signed consent", "no infection"],
        ),
        ("1. Age 2. SLE 3. Consent", ["Age", "SLE", "Consent"]),
        ("1) One of grade 2. 2) Two", ["One of grade 2.", "Two"]),
        ("One sentence only.", ["One sentence only."]),
    ],
)
def test_a_paragraph_is_split_into_its_items(text: str, items: list[str]) -> None:
    assert [p.text for p in split_paragraph(text, 1)] == items


def test_nothing_to_nest() -> None:
    assert nest([]) == ()
