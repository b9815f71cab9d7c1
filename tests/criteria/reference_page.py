# ruff: noqa: E501 - the page is written as it is read
"""The language's reference page, made from the spec rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from criteria.spec.catalogue import CHAPTERS
from criteria.spec.writing import ENVIRONMENT, Construct, Spec
from remit.criteria.binder import bind_expression
from remit.errors import ExpressionError
from remit.truth import Reason

# What the pages of lupus trials ask for, in the order of the project's survey of them.
ASKED = {
    1: "age at a named date, open or closed bounds",
    2: "several anchors: consent, screening, allocation, index",
    3: "a window of days, weeks, months or years that looks back",
    4: "the latest value in a window against a threshold",
    5: "n of n within a window, all above the threshold",
    6: "a multiple of the upper limit of normal",
    7: "one of two measurements with different units",
    8: "a titre",
    9: "m of k, as in a classification",
    10: "a score against a threshold",
    11: "a drug class within a window",
    12: "a dose in equivalents, per kg, per week",
    13: "a dose that is stable",
    14: "never exposed, or on stable standard therapy",
    15: "a procedure with what it found",
    16: "a condition and a treatment that overlaps it",
    17: "a class less exceptions",
    18: "a criterion that applies only if",
    19: "the future, or an intention",
    20: "a person's word: consent, judgement",
    21: "a derived value",
    22: "arms with different criteria",
    23: "what the patient reports",
    24: "a criterion that is not fully stated",
}
REASONS = {
    Reason.NO_ANCHOR: "a named date of the window is missing",
    Reason.NO_DATA: "a value is asked for and none is recorded in the window",
    Reason.NOT_COVERED: "no record, and nobody knows whether there would be one",
    Reason.CODE_UNRESOLVED: "no record, but the data could not carry one, or hold a code that nobody knows",
    Reason.NO_VALUE: "a record without a number or code",
    Reason.UNIT_MISSING: "a number without a unit",
    Reason.UNIT_UNKNOWN: "a unit that this concept does not convert",
    Reason.IMPLAUSIBLE: "a number outside the plausible range: a wrong unit, a slipped digit",
    Reason.NO_REFERENCE_RANGE: "the record has no limit of normal",
    Reason.CENSORED: "a bound such as <0.2 that leaves the side of the threshold open",
    Reason.UNCONFIRMED: "one record passes, and no second one was taken in the gap",
    Reason.IMPRECISE_BIRTH_DATE: "the birth month or day is missing and matters",
    Reason.NO_DOSE: "a drug is taken and its dose is not recorded",
    Reason.NO_END_DATE: "an episode began before the window; its end is not recorded",
    Reason.NOT_POSITIVE: "a division by zero or by a negative number",
    Reason.CODE_UNKNOWN: "a coded answer that the concept does not list",
    Reason.NEEDS_ATTESTATION: "nobody has signed",
    Reason.INCOMPLETE: "the source states the criterion in part only",
    Reason.LOSSY_OPERATOR: "the sign was lost in the source",
    Reason.NOT_IN_DATA: "no data source can hold it",
    Reason.NOT_WRITTEN: "the author of the study has not written the expression yet",
    Reason.IMPRECISE_DATE: "the day of a record is not exactly known and matters",
}
_INTRODUCTION = """\
<!-- Made from tests/criteria/spec by tests/criteria/reference_page.py. Do not edit: see test_reference_page.py. -->

# The criterion language by example

A criterion is an expression over a person's dated records. Its answer is `met`, `not met`, `not applicable`, or
`unknown` with the reasons. The rules are in
[decision 0002](../decisions/0002-criterion-language.md); this page shows each of them at its edges.
Every row below is run by the tests, by the reference evaluator and by that over columns.

**How to read a row.** Each row has its own person. Unless the row says otherwise she is a woman born on
1990-06-15, observed from 2020-01-01 to 2024-06-30 (the day the data were cut), with consent on 2024-03-01,
screening on 2024-03-31, allocation on 2024-04-10, baseline on 2024-04-14, and visits on 2024-05-12 (previous) and
2024-06-09 (visit). ULN and LLN are the record's own upper and lower limit of normal. "(record 2)" is the record's id, where it matters.
"""
_NO_EXPRESSION = """\
## What is no expression

A criterion that the source states in part only (number 24 above), whose sign was lost, or that nobody has written yet,
is not executed by guess. Its state in the protocol (`incomplete`, `lossy_operator`, `not_in_data`, `not_written`) makes it
unknown for every person, for that reason. The language itself refuses what cannot be meant, and says what to write instead:
"""
_REFUSED = (
    "latest upcr at screening = 1 g/g",
    "latest upcr at screening > 1",
    "latest upcr at screening > 1 mg/dL",
    "latest upcr in [.., ..] > 1 g/g",
    "any pneumona at screening",
    "latest creatinine at screening * weight > 1 mg/dL",
)


def render_page() -> str:
    """The whole page, as Markdown."""
    parts = [_INTRODUCTION, *_reasons(), *_index()]
    for chapter, constructs in CHAPTERS.items():
        parts.append(f"## {chapter}\n")
        for item in constructs:
            parts.extend(_construct(item))
    parts.append(_NO_EXPRESSION)
    for text in _REFUSED:
        parts.append(f"```text\n{_refusal(text)}\n```\n")
    return "\n".join(parts)


def _reasons() -> Iterator[str]:
    yield "An answer is unknown for one or more of these reasons:\n"
    rows = [f"| `{reason.word}` | {_escaped(REASONS[reason])} |" for reason in sorted(Reason)]
    yield "\n".join(["| reason | when |", "|---|---|", *rows]) + "\n"


def _index() -> Iterator[str]:
    rows = ["| | eligibility pages ask for | see |", "|---|---|---|"]
    for number, asked in ASKED.items():
        found = [item for items in CHAPTERS.values() for item in items if number in item.numbers]
        links = ", ".join(f"[{item.title}](#{_anchor(item.title)})" for item in found)
        links = links or f"[What is no expression](#{_anchor('What is no expression')})"
        rows.append(f"| {number} | {asked} | {links} |")
    yield "\n".join(rows) + "\n"


def _anchor(title: str) -> str:
    kept = "".join(sign for sign in title.lower() if sign.isalnum() or sign in " -")
    return kept.replace(" ", "-")


def _construct(item: Construct) -> Iterator[str]:
    yield f"### {item.title}\n"
    yield f"{item.syntax}\n" if "`" in item.syntax else f"`{item.syntax}`\n"
    yield f"{item.meaning}\n"
    for expression, rows in groupby(item.specs, key=lambda spec: spec.expression):
        yield f"```text\n{expression}\n```\n"
        yield "\n".join(_rows(list(rows))) + "\n"


def _rows(specs: Sequence[Spec]) -> Iterator[str]:
    yield "| records | answer | why |"
    yield "|---|---|---|"
    for spec in specs:
        records = "<br>".join(_escaped(fact.says) for fact in spec.facts) or "none"
        if spec.complete:
            records += f"<br>declared complete: {', '.join(sorted(spec.complete))}"
        if spec.declared is not None:
            declared = ", ".join(sorted(spec.declared)) or "no table"
            records += f"<br>declared to carry codes: {declared}"
        yield f"| {records} | {_answer(spec)} | {_escaped(spec.note)} |"


def _answer(spec: Spec) -> str:
    status, _, reasons = spec.answer.partition(": ")
    said = status.replace("_", " ")
    return f"{said}: {', '.join(f'`{name}`' for name in reasons.split(', '))}" if reasons else said


def _escaped(text: str) -> str:
    for sign, safe in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("|", "\\|"), ("*", "\\*")):
        text = text.replace(sign, safe)
    return text


def _refusal(text: str) -> str:
    try:
        bind_expression(text, ENVIRONMENT, source="criterion")
    except ExpressionError as error:
        return str(error)
    raise AssertionError(f"{text} binds")
