"""Eligibility text cut into items. What each list says is read by eye from its markers."""

from __future__ import annotations

import pytest

from remit.registry.text.eligibility import read_criteria, read_paragraph
from remit.registry.text.items import Piece, read_piece, read_pieces, resolve_markers


def resolved(*lines: str) -> list[tuple[str, str]]:
    pieces = [read_piece(line, n) for n, line in enumerate(lines, start=1)]
    return [(piece.printed, piece.text) for piece in resolve_markers(pieces)]


def texts(*lines: str) -> list[str]:
    return [c.text for c in read_criteria(read_pieces(enumerate(lines, start=1)), "inclusion")]


@pytest.mark.parametrize(
    ("line", "printed", "text"),
    [
        ("１．SLE", "1", "SLE"),
        ("（２）SLE", "2", "SLE"),
        ("３）7点以上", "3", "7点以上"),
        ("④SLE", "4", "SLE"),
        ("⑵ SLE", "2", "SLE"),
        ("❸ SLE", "3", "SLE"),
        ("5、SLE", "5", "SLE"),
        ("（三）SLE", "3", "SLE"),
        ("十二、SLE", "12", "SLE"),
        ("【6】SLE", "6", "SLE"),
        ("II) SLE", "II", "SLE"),
        ("IV. Age over 18", "IV", "Age over 18"),
        ("・SLE", "", "SLE"),
        ("➢ SLE", "", "SLE"),
        ("-SLE", "", "SLE"),
        ("-5 degrees", "", "-5 degrees"),
        ("IV. antibiotics", "", "IV. antibiotics"),
        ("1.5 mg of folic acid", "", "1.5 mg of folic acid"),
        ("2-week washout", "", "2-week washout"),
    ],
)
def test_the_marker_of_a_line(line: str, printed: str, text: str) -> None:
    piece = read_piece(line, 1)
    assert (piece.printed, piece.text) == (printed, text)


@pytest.mark.parametrize(
    "line",
    [
        "E. coli sepsis",
        "S. aureus on blood culture",
        "P. jirovecii pneumonia",
        "V. cholerae",
        "L. monocytogenes",
        "I. V. immunoglobulin",
        "i. v. medicine",
        "B. cell depletion",
    ],
)
def test_a_genus_or_an_abbreviation_is_no_marker(line: str) -> None:
    for shown in (line, f"- {line}"):
        piece = read_piece(shown, 1)
        assert (piece.printed, piece.text) == ("", line)
    assert [text for _, text in resolved("- Dialysis", f"- {line}", "- Cancer")][1] == line
    # Not even as the third of a list of letters.
    assert resolved("A. Age", "B. SLE", "C. difficile colitis")[2] == ("", "C. difficile colitis")


def test_letters_in_order_are_markers() -> None:
    found = resolved("A. adults", "B. biopsy within a year", "C. consent")
    assert found == [("A", "adults"), ("B", "biopsy within a year"), ("C", "consent")]


def test_the_ninth_letter_is_no_roman_one() -> None:
    lines = [f"{letter}) item" for letter in "ghij"]
    pieces = resolve_markers([read_piece(line, n) for n, line in enumerate(lines)])
    assert [piece.style for piece in pieces] == ["a", "a", "a", "a"]


def test_a_number_run_on_to_its_item() -> None:
    found = resolved("1.SLE", "2.18 to 60 years", "3.6 <= SLEDAI", "4.2 weeks without change")
    assert found == [
        ("1", "SLE"),
        ("2", "18 to 60 years"),
        ("3", "6 <= SLEDAI"),
        ("4", "2 weeks without change"),
    ]


def test_the_first_number_may_run_on_too() -> None:
    assert resolved("1.18 years or older", "2.SLE") == [("1", "18 years or older"), ("2", "SLE")]


@pytest.mark.parametrize(
    ("lines", "value"),
    [
        (("1. A dose of", "2.5 mg a day", "2. Consent"), "2.5 mg a day"),
        (("Some text", "3.7 g of protein"), "3.7 g of protein"),
        (("3. SLE", "7.5 mg of prednisone", "4. Consent"), "7.5 mg of prednisone"),
    ],
)
def test_a_value_is_no_number_of_an_item(lines: tuple[str, ...], value: str) -> None:
    assert ("", value) in resolved(*lines)


def test_levels_are_levels() -> None:
    assert [p for p, _ in resolved("1.1 Age", "1.2 SLE", "2.1 Consent", "2.2 Biopsy")] == [
        "1.1",
        "1.2",
        "2.1",
        "2.2",
    ]


def test_numbers_with_a_hyphen_need_their_order() -> None:
    assert resolved("1- SLE", "2- Consent", "3-Biopsy") == [
        ("1", "SLE"),
        ("2", "Consent"),
        ("3", "Biopsy"),
    ]
    assert resolved("24-hour urine", "6-month biopsy") == [
        ("", "24-hour urine"),
        ("", "6-month biopsy"),
    ]


def test_an_alternative_belongs_to_its_item() -> None:
    assert texts("1. Protein above 1 g a day, or", "Ratio above 1 g/g", "2. Consent") == [
        "Protein above 1 g a day, or Ratio above 1 g/g",
        "Consent",
    ]
    assert texts("SLE of at least 6 months and/or", "Nephritis", "Consent") == [
        "SLE of at least 6 months and/or Nephritis",
        "Consent",
    ]


def test_lines_that_the_site_wrapped_are_one_item() -> None:
    lines = [
        "Inclusion Criteria:",
        "",
        "  -  Biopsy that shows class III or class IV nephritis, read by the pathologist of",
        "     the centre within six months; a second reading is needed where the first was",
        "     2.5 years ago",
        "",
        "  -  Consent",
    ]
    criteria = read_criteria(read_pieces(enumerate(lines, start=1)))
    assert [str(c.span) for c in criteria] == ["3-5", "7"]
    assert criteria[0].text.endswith("where the first was 2.5 years ago")


def test_lines_of_their_own_are_not_wrapped_ones() -> None:
    assert texts("Adults", "", "Patients with lupus nephritis of any class", "Signed consent") == [
        "Adults",
        "Patients with lupus nephritis of any class",
        "Signed consent",
    ]


@pytest.mark.parametrize(
    "paragraph",
    [
        "Inclusion criteria: - SLE - Consent Exclusion criteria: - Dialysis - E. coli sepsis",
        "Inclusion Criteria - SLE - Consent Exclusion Criteria - Dialysis - E. coli sepsis",
        "Inclusion: 1. SLE 2. Consent Exclusion: 1. Dialysis 2. E. coli sepsis",
        "Inclusion: (1) SLE (2) Consent. Exclusion: (1) Dialysis (2) E. coli sepsis",
        "Inclusion: • SLE • Consent Non-inclusion criteria: • Dialysis • E. coli sepsis",
        "Inclusión: - SLE - Consent Criterios de exclusión: - Dialysis - E. coli sepsis",
        "Einschlusskriterien: - SLE - Consent Ausschlusskriterien: - Dialysis - E. coli sepsis",
        "入选标准：1、SLE；2、Consent。排除标准：1、Dialysis；2、E. coli sepsis",
    ],
)
def test_a_paragraph_comes_apart(paragraph: str) -> None:
    criteria = read_criteria(read_paragraph(paragraph, 1))
    assert [(c.kind, c.text.rstrip(".;；。")) for c in criteria] == [
        ("inclusion", "SLE"),
        ("inclusion", "Consent"),
        ("exclusion", "Dialysis"),
        ("exclusion", "E. coli sepsis"),
    ]


def test_a_line_that_holds_a_numbered_list_comes_apart() -> None:
    assert texts("1) SLE 2) Consent 3) Biopsy of class III") == [
        "SLE",
        "Consent",
        "Biopsy of class III",
    ]


def test_no_pieces_of_nothing() -> None:
    assert read_pieces([(1, ""), (2, "  ")]) == ()
    assert resolve_markers([]) == ()
    assert isinstance(read_piece("x", 1), Piece)
