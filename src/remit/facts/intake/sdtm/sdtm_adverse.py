"""Rows of AE as adverse events, beside the conditions that they are.

Source: CDISC SDTM Implementation Guide 3.4, AE: one record an event. A row is left out where it
says that it did not occur, or where nobody says so. Whether an event arose under treatment is no
standard variable of AE: studies put it in SUPPAE, as AETRTEM or TRTEM.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from remit.facts.adverse_events import NAME
from remit.facts.event_words import FATAL, grade_of, is_fatal, is_related, yes_or_no
from remit.facts.intake.sdtm.sdtm_days import EventSpans
from remit.facts.intake.sdtm.sdtm_rows import (
    NOBODY_SAYS,
    DomainRows,
    SdtmFacts,
)
from remit.facts.intake.sdtm.sdtm_terms import sdtm_terms

DOMAIN = "AE"
_EMERGENT = ("AETRTEM", "TRTEM", "AETRTEMFL")
_MORE_ACTIONS = tuple(f"AEACN{number}" for number in range(1, 10))  # where AEACN is MULTIPLE
QUALIFIERS = frozenset({*_EMERGENT, *_MORE_ACTIONS})  # what is read of SUPPAE
_ODD_GRADE = "AE: grades that are none of 1 to 5: not known"


def leave_out_event(facts: SdtmFacts, reason: str, place: str) -> None:
    """Leave a row out of this table; what becomes of it in another is counted there."""
    facts.left_out_of(NAME, DOMAIN, reason, place)


def write_adverse_event(
    facts: SdtmFacts,
    rows: DomainRows,
    at: int,
    qualifiers: Mapping[str, Sequence[str | None]],
    known: tuple[int, EventSpans, int],
) -> None:
    """Write a row as an adverse event, unless nobody says that it occurred.

    Args:
        qualifiers: of SUPPAE, name -> cells, one a row.
        known: the person, the days, and the OMOP id of its meaning, 0 where nothing maps it.
    """
    person, when, concept = known
    occurred, status = rows.column("AEOCCUR")[at], rows.column("AESTAT")[at]
    if (occurred or "Y").upper() != "Y" or (status or "").upper() == "NOT DONE":
        leave_out_event(facts, NOBODY_SAYS, rows.places[at])
        return

    def said(name: str) -> str | None:
        return " ".join((rows.column(name)[at] or "").split()) or None

    def beside(names: Sequence[str]) -> list[str]:
        held = (qualifiers.get(name) or rows.columns.get(name) for name in names)
        return [text for cells in held if cells is not None and (text := cells[at])]

    term, grade, outcome = said("AEDECOD"), said("AETOXGR"), said("AEOUT")
    if yes_or_no(said("AESDTH")) and not is_fatal(outcome):
        # Where AEOUT says that nobody died of it, they contradict: it is not known.
        outcome = FATAL if outcome is None else f"{outcome}; {FATAL}"
    emergent = [answer for text in beside(_EMERGENT) if (answer := yes_or_no(text)) is not None]
    action = "; ".join(beside(_MORE_ACTIONS)) or said("AEACN")
    facts.taken[NAME] += 1
    if grade is not None and grade_of(grade) is None:
        facts.remarks[_ODD_GRADE] += 1
    key = facts.rows(NAME).add(
        {
            "person_id": person,
            "adverse_event_concept_id": concept,
            "start_date": when.start.first,
            "end_date": None if when.end is None else when.end.last,
            "term": None if term is None or term.upper() in sdtm_terms().uncoded else term,
            "body_system": said("AEBODSYS") or said("AESOC"),
            "reported_term": said("AETERM"),
            "severity": said("AESEV"),
            "grade": grade_of(grade),
            "serious": yes_or_no(said("AESER")),
            "related": is_related(said("AEREL")),
            "causality": said("AEREL"),
            "action": action,
            "outcome": outcome,
            "treatment_emergent": emergent[0] if len({*emergent}) == 1 else None,
        }
    )
    facts.note_source(person, NAME, key)
    facts.note_span(person, NAME, key, "start_date", when.start)
    if when.end is not None:
        facts.note_span(person, NAME, key, "end_date", when.end)
