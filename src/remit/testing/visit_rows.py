"""Scores and responses of a few visits that are rows in a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import remit
from remit.endpoints import adjudicate_sheet, bind_definition, definition_named
from remit.endpoints.confirmation import confirm_as_defined
from remit.endpoints.definition_files import read_definition_text
from remit.errors import InstrumentError
from remit.facts.codes import NO_VOCABULARY
from remit.instruments.forms import form_sheet
from remit.instruments.written_numbers import Answer
from remit.truth import Status


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
