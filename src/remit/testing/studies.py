"""Protocols of a few expressions, and the verdicts of a protocol text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Literal

import remit
from remit.facts.opened import Facts
from remit.protocol import read_protocol_text

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
