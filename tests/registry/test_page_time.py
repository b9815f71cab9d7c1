"""No reader is worse than linear: twice the page takes twice the time, whatever stands on it.

Each text is measured at one size and at four times that size, in processor time.
"""

from __future__ import annotations

import contextlib
import json
import time

import pytest

from remit.errors import PageError
from remit.registry import fixture_pages, read_text

from .umin_pages import page, stripped

PAGES = {path.stem: path.read_text(encoding="utf-8") for path in fixture_pages()}
STUDY = PAGES.pop("ctgov_v2")
PAGES |= {
    "umin_labelled": page(),
    "umin_bilingual": page(layout="bilingual"),
    "umin_stripped": stripped(),
}
# Each is what some pattern tries again and again when it does not find its end.
FILLERS = {
    "digits": "1",
    "letters": "a",
    "blanks": " ",
    "dashes": "-",
    "bars": "-|",
    "years": "2019 ; ",
    "names": "Ab, ",
    "addresses": "a@b.",
    "telephones": "tel 1-",
    "cells": "|Ab11111",
    "times": "a24 weeks ",
    "signs": "= 6 ",
    "escapes": "\\> &lt; ",
    "items": " - a 1. ",
    "headings": "Inclusion Criteria: ",
    "labels": "Condition ",
    "dates": "2020 | Year | 10 ",
    "marks": "Launched by · ",
}
# What a run begins with, so that the pattern that reads it is tried at all.
STARTS = {"digits": "Ab", "years": "Ab 2019 ", "blanks": "Launched by", "dashes": "--"}
SIZE, TIMES = 4_000, 4
# Twice what is linear: a square would take four times as much as that.
SLACK, FLOOR = 2.0, 0.15


def seconds(text: str) -> float:
    """The processor time of a reading."""
    start = time.process_time()
    with contextlib.suppress(PageError):
        read_text(text, "a page")
    return time.process_time() - start


def assert_linear(small: str, large: str) -> None:
    """Of two readings the shorter counts; of the large page the second only where it matters."""
    few = min(seconds(small), seconds(small))
    most = TIMES * SLACK * few + FLOOR
    many = seconds(large)
    if many > most:
        many = min(many, seconds(large))
    assert many <= most, f"{few:.3f} s, then {many:.3f} s"


def filled(text: str, filler: str, size: int) -> str:
    """The page with a long run in some of its lines, and on lines of its own."""
    unit = FILLERS[filler]
    run = (STARTS.get(filler, "") + unit * (size // 8 // len(unit) + 1)).rstrip("\n")
    lines = []
    step = max(1, text.count("\n") // 4)
    for at, line in enumerate(text.split("\n")):
        lines.append(f"{line} {run}x" if at % step == 2 else line)
        if at % step == step - 1:
            lines.append(run + "x")
    return "\n".join(lines)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("filler", FILLERS)
def test_a_longer_line_takes_as_much_longer(name: str, filler: str) -> None:
    text = PAGES[name]
    assert_linear(filled(text, filler, SIZE), filled(text, filler, TIMES * SIZE))


def repeated(text: str, times: int) -> str:
    return "\n".join(line for line in text.split("\n") for _ in range(times))


@pytest.mark.parametrize("name", PAGES)
def test_more_lines_take_as_much_longer(name: str) -> None:
    text = PAGES[name]
    assert_linear(repeated(text, 6), repeated(text, 6 * TIMES))
    assert_linear("\n".join([text] * 6), "\n".join([text] * 6 * TIMES))
    # Two lines in turn, so that each closes what the other opens.
    lines = [line for line in text.split("\n") if line.strip()]
    pairs = [f"{lines[k]}\n{lines[k + 1]}\n" * 40 for k in range(0, len(lines) - 1, 9)]
    assert_linear("\n".join([text, *pairs]), "\n".join([text, *(pair * TIMES for pair in pairs)]))


def grown(times: int) -> str:
    """The API record with every list and the eligibility text so many times as long."""
    study = json.loads(STUDY)
    for module in study["protocolSection"].values():
        for key, value in module.items():
            if isinstance(value, list):
                module[key] = value * times
            elif key == "eligibilityCriteria":
                module[key] = "\n".join([value] * times)
    return json.dumps(study, indent=1)


def test_a_longer_record_takes_as_much_longer() -> None:
    assert_linear(grown(40), grown(40 * TIMES))
    blank = STUDY + " " * 20_000
    assert_linear(blank, blank + " " * 60_000)
