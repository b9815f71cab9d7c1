"""Reading eligibility text takes time in proportion to its length, whatever it holds.

The work is counted, not timed: calls of functions and of the regular expressions' methods grow with
the text. A regular expression that runs back and forth is one call, so the processor time is held
too, with room for a busy machine.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import FrameType

import pytest

from remit.registry.text.eligibility import read_criteria, read_paragraph
from remit.registry.text.items import read_pieces

SHAPES: dict[str, str] = {
    "digits": "1",
    "letters": "a",
    "points": ".",
    "brackets": "(",
    "blanks": "Age    ",
    "hyphens": "- ",
    "equals": "= ",
    "numbers in a line": "1. a 2. b ",
    "ones": "1. a ",
    "circled": "①a",
    "headings": "Exclusion Criteria: - a ",
    "headings without a colon": "Exclusion Criteria ",
    "both sides": "inclusion/exclusion ",
    "names of a side": "exclusion ",
    "verbs of a side": "exclude ",
    "qualifiers": "key ",
    "links": "criteria of ",
    "negations": "not non ",
    "sentences": "Patients are not eligible if: - a ",
    "promises": "any of the following ",
    "Chinese headings": "排除标准：",
    "Chinese words": "排除",
    "lines of headings": "Exclusion criteria:\n- a\n",
    "lines of numbers": "1. a\n",
    "lines of letters": "A. b\n",
    "run-on lines": "3.7 a\n",
    "levels": "1.1 a\n",
    "alternatives": "A, or\n",
    "wrapped lines": "word word word word word word word word word word word word word word\n",
    "restarts": "1. a\n2. b\n",
}


def as_lines(text: str) -> object:
    return read_criteria(read_pieces(enumerate(text.split("\n"), start=1)))


def as_paragraph(text: str) -> object:
    return read_criteria(read_paragraph(text.replace("\n", " "), 1))


def calls_of(read: Callable[[str], object], text: str) -> int:
    """How many calls the reading makes, Python's own and the built-in ones."""
    counted = 0

    def count(_frame: FrameType, event: str, _value: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        read(text)
    finally:
        sys.setprofile(before)
    return counted


@pytest.mark.parametrize("read", [as_lines, as_paragraph])
@pytest.mark.parametrize("part", SHAPES.values(), ids=SHAPES)
def test_twice_the_text_is_twice_the_work(read: Callable[[str], object], part: str) -> None:
    read(part)
    small = calls_of(read, part * (4_000 // len(part)))
    large = calls_of(read, part * (8_000 // len(part)))
    assert large <= 2.3 * small + 500


@pytest.mark.parametrize("part", SHAPES.values(), ids=SHAPES)
def test_a_hundred_thousand_characters_take_seconds_at_most(part: str) -> None:
    start = time.process_time()
    as_paragraph(part * (100_000 // len(part)))
    as_lines(part * (18_000 // len(part)))
    assert time.process_time() - start < 8


def test_ever_deeper_lines_take_no_longer() -> None:
    lines = "\n".join(" " * depth + "- a" for depth in range(400))
    start = time.process_time()
    as_lines(lines)
    assert time.process_time() - start < 5
