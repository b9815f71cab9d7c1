"""What a test asks: a protocol of a few expressions, rows of visits, a page that is text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import remit
from remit.endpoints import adjudicate_sheet, bind_definition, definition_named
from remit.endpoints.confirmation import confirm_as_defined
from remit.endpoints.definition_files import read_definition_text
from remit.errors import InstrumentError
from remit.facts.codes import NO_VOCABULARY
from remit.facts.opened import Facts
from remit.instruments.forms import form_sheet
from remit.instruments.written_numbers import Answer
from remit.protocol import read_protocol_text
from remit.registry import Record, read_text
from remit.truth import Status

STUDY = "TEST"

_HEAD = """\
kind = "remit.protocol"
version = 1
id = {study}
name = {name}
title = "A study of a test"
summary = "None."
sponsor = "None"
status = "none"
target_enrolment = 1
default_anchor = {first}

[design]
type = "observational"
text = "None."

[[pages]]
page = "1"
file = "1.txt"
site = "none"

[windows]
default = {window}

[anchors]
"""
_CRITERION = """
[[criteria]]
id = {id}
kind = {kind}
sources = [{{ page = "1", first_line = 1, last_line = 1 }}]
text = "None."
interpretation = "None."
state = "executable"
expression = {expression}
"""


def study_text(
    criteria: Mapping[str, str],
    *,
    study: str = STUDY,
    kind: Literal["inclusion", "exclusion"] = "inclusion",
    anchors: Sequence[str] = ("screening", "consent", "baseline"),
    window: str | None = None,
) -> str:
    """The text of a protocol that holds these criteria and else the least that is one.

    Args:
        criteria: id -> expression.
        anchors: the named dates; the first is the one by which ages and bare names are read.
        window: where a bare name looks; the 28 days to the first anchor when None.

    >>> "platelets < 50 10*9/L" in study_text({"E1": "platelets < 50 10*9/L"}, kind="exclusion")
    True
    """
    first = anchors[0]
    head = _HEAD.format(
        study=json.dumps(study),
        name=json.dumps(study.lower()),
        first=json.dumps(first),
        window=json.dumps(window or f"[{first} - 28 days, {first}]"),
    )
    named = "".join(f'{name} = "A date."\n' for name in anchors)
    return (
        head
        + named
        + "".join(
            _CRITERION.format(
                id=json.dumps(name), kind=json.dumps(kind), expression=json.dumps(expression)
            )
            for name, expression in criteria.items()
        )
    )


def verdicts(protocol_text: str, facts: Facts) -> Mapping[int, Mapping[str, str]]:
    """Each person's verdict on each criterion of a protocol.

    Args:
        protocol_text: a protocol file as text (`study_text` writes a short one).

    Returns:
        person -> criterion id -> `met`, `not_met`, `not_applicable`, or `unknown(reason)`, with the
        reasons in the order of the alphabet where there are several.

    Raises:
        ProtocolError: the text is no protocol.
        ExpressionError: an expression does not parse or bind.
        DatasetError: the rows cannot be.
    """
    screening = remit.screen(read_protocol_text(protocol_text, source="protocol text"), facts)
    found: dict[int, dict[str, str]] = {}
    for row in screening.verdict_table().to_pylist():
        reasons = row["reasons"]
        said = f"{row['status']}({', '.join(reasons.split())})" if reasons else row["status"]
        found.setdefault(row["person_id"], {})[row["criterion"]] = said
    return found


def score_visit(
    instrument: str,
    items: Mapping[str, Answer],
    *,
    unlisted: Literal["unknown", "absent"] = "unknown",
) -> Mapping[str, str]:
    """The outputs of an instrument at one visit.

    Args:
        items: item -> answer, as `remit score INSTRUMENT --describe` lists them.
        unlisted: what a finding is that is not named and that no value decides.

    Returns:
        output id -> its value; both bounds where it is known in part.

    Raises:
        InstrumentError: there is no such instrument or item, or an answer does not fit.

    >>> score_visit("sledai_2k", {"seizure": "present"}, unlisted="absent")["sledai_2k"]
    '8'
    """
    card = remit.score(instrument, items, unlisted=unlisted)
    return {outcome.id: outcome.value for outcome in card.outcomes}


@dataclass(frozen=True, slots=True)
class Judged:
    """A visit under a response definition.

    Attributes:
        response: the grade that was observed, or `not assessable`.
        imputed: the same after the definition's rules for intercurrent events and missing answers.
        gates: grade -> gate id -> `met`, `not_met`, `unknown` or `not_applicable`.
    """

    response: str
    imputed: str
    gates: Mapping[str, Mapping[str, str]]


def judge_visit(definition: str, *visits: Mapping[str, Answer]) -> Judged:
    """The last of a person's visits under a response definition.

    Args:
        definition: the name of a packaged definition, a `.toml` file, or the text of one.
        visits: in order; the first is the baseline. Each holds what the definition reads, by its
            name (`upcr`, `dose of glucocorticoid`), as `0.4 g/g`.

    Raises:
        InstrumentError: there is no such definition, a name that it does not read, or an answer
            that does not fit.

    >>> judge_visit("sledai_at_most_4", {"sledai_2k": "10"}, {"sledai_2k": "2"}).response
    'R'
    """
    if not visits:
        raise InstrumentError(
            "there is no visit to judge",
            expected="a baseline, and the visits after it",
            got="none",
            next_step="give at least one visit",
        )
    is_text = "\n" in definition
    bound = bind_definition(
        read_definition_text(definition, source="definition text")
        if is_text
        else definition_named(definition),
        NO_VOCABULARY,
    )
    count = len(visits)
    moments = {"baseline": (0,) * count, "previous": tuple(range(-1, count - 1))}
    sheet = form_sheet(visits, bound.inputs, moments=moments, place=bound.definition.id)
    alone = adjudicate_sheet(bound, sheet)
    (found,) = confirm_as_defined([alone], sheet.moments["previous"])
    gates: dict[str, dict[str, str]] = {}
    for (grade, gate), verdict in found.gates.items():
        gates.setdefault(grade, {})[gate] = Status(int(verdict.statuses[-1])).word
    return Judged(found.words(found.places)[-1], found.words(found.imputed)[-1], gates)


def read_page_text(text: str, *, name: str = "page") -> Record:
    """The record of the text of a registry page; its format is recognised.

    Args:
        name: what errors call the page.

    Raises:
        PageError: the format is not known, or the text breaks it.

    >>> from remit.registry import fixture_pages
    >>> page = next(page for page in fixture_pages() if page.stem == "umin")
    >>> read_page_text(page.read_text("utf-8")).format
    'umin'
    """
    return read_text(text, name)
