"""What every record must hold, whatever its page."""

from __future__ import annotations

import json
import re

from remit.registry import Record
from remit.registry.record import Cohort, CriterionText, Field, OutcomeText
from remit.views.json import json_of
from remit.views.json.registry_page import record_page

_WORD = re.compile(r"\w+")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_TELEPHONE = re.compile(r"\b0{3}-0{3}-0{4}\b|\b0{10}\b")


def filled_lines(text: str) -> set[int]:
    return {n for n, line in enumerate(text.split("\n"), start=1) if line.strip()}


def assert_lines_accounted(record: Record, text: str) -> None:
    """Every filled line is in a part, in `unparsed` or in `dropped`; no line is invented."""
    assert filled_lines(text) - record.accounted_lines == set()
    unparsed = {item.line for item in record.unparsed}
    parts: tuple[Field | Cohort | CriterionText | OutcomeText, ...]
    parts = (*record.fields, *record.cohorts, *record.criteria, *record.outcomes)
    assert not unparsed & {n for part in parts for n in part.span.lines}
    for part in parts:
        assert 1 <= part.span.first <= part.span.last <= text.count("\n") + 1


def assert_tokens_accounted(record: Record, text: str) -> None:
    """Every word of the page stands in a part, in `unparsed`, or on a line that was dropped."""
    held: dict[int, set[str]] = {}
    dropped = {item.line for item in record.dropped}
    parts = [(part.span, part.text) for part in record.fields]
    placed: tuple[CriterionText | Cohort | OutcomeText, ...]
    placed = (*record.criteria, *record.cohorts, *record.outcomes)
    parts += [(part.span, part.source_text) for part in placed]
    for span, said in parts:
        for n in span.lines:
            held.setdefault(n, set()).update(_WORD.findall(said))
    for item in record.unparsed:
        held.setdefault(item.line, set()).update(_WORD.findall(item.text))
    lost = {
        n: words - held.get(n, set())
        for n, line in enumerate(text.split("\n"), start=1)
        if n not in dropped and (words := set(_WORD.findall(line)))
    }
    assert {n: words for n, words in lost.items() if words} == {}


def assert_text_is_of_the_page(record: Record, text: str) -> None:
    """A field's text stands on its lines; a criterion's source text stands there unchanged."""
    lines = text.split("\n")
    for field in record.fields:
        there = "\n".join(lines[n - 1].rstrip() for n in field.span.lines)
        for line in field.text.split("\n"):
            if "removed]" not in line:
                assert line in there
    placed: tuple[CriterionText | Cohort, ...] = (*record.criteria, *record.cohorts)
    for item in placed:
        there = " ".join(" ".join(lines[n - 1] for n in item.span.lines).split())
        if "removed]" not in item.source_text:
            assert " ".join(item.source_text.split()) in there


def assert_no_personal_data(record: Record) -> None:
    body = json.dumps(json_of(record_page(record)), ensure_ascii=False)
    assert not _EMAIL.search(body)
    assert not _TELEPHONE.search(body)
