"""Visits (SV), dispositions (DS), and the named dates of a study that they and DM tell."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from remit.facts.intake.sdtm.files.sdtm_cells import plain_key
from remit.facts.intake.sdtm.sdtm_days import DaySpan, day_span
from remit.facts.intake.sdtm.sdtm_rows import (
    NOBODY_SAYS,
    NOT_IN_DM,
    NOT_OCCURRED,
    DomainRows,
    SdtmFacts,
)
from remit.facts.intake.sdtm.sdtm_terms import sdtm_terms

CONSENT, ALLOCATION = "consent", "allocation"


def write_visits(rows: DomainRows, facts: SdtmFacts) -> None:
    """Each visit that took place; of which kind it was no column of SV tells."""
    table = "visit_occurrence"
    cells = rows.cells("USUBJID", "SVSTDTC", "SVENDTC", "SVOCCUR")
    for at, (name, started, ended, occurred) in enumerate(cells):
        place, person = rows.places[at], facts.person(name)
        start, end = day_span(started), day_span(ended)
        reason = None
        if person is None:
            reason = NOT_IN_DM
        elif (occurred or "").upper() == "N":
            reason = NOT_OCCURRED
        elif (occurred or "Y").upper() != "Y":
            reason = NOBODY_SAYS
        if person is None or reason is not None:
            facts.leave_out("SV", table, reason or NOT_IN_DM, place)
            continue
        is_wrong = (start is None and started) or (end is None and ended)
        first, last = start or end, end or start
        if is_wrong or first is None or last is None:
            any_day = facts.any_day("SV", person)
            first = start or any_day
            last = end or DaySpan(first.first, max(first.first, any_day.last))
        first = first.within(facts.born(person), facts.cut).within(None, last.last)
        last = last.within(first.first, None)
        row = {
            "person_id": person,
            "visit_start_date": first.first,
            "visit_end_date": last.last,
        }
        key = facts.write("SV", table, row)
        facts.note_span(person, table, key, "visit_start_date", first)
        facts.note_span(person, table, key, "visit_end_date", last)
        facts.see(person, first.first)


def visit_days(rows: DomainRows) -> Mapping[tuple[str | None, str | None], DaySpan]:
    """Subject and VISITNUM -> the days of that visit."""
    found: dict[tuple[str | None, str | None], DaySpan] = {}
    for person, visit, started, ended in rows.cells("USUBJID", "VISITNUM", "SVSTDTC", "SVENDTC"):
        start, end = day_span(started), day_span(ended)
        first, last = start or end, end or start
        if first is None or last is None or visit is None or last.last < first.first:
            continue
        span = DaySpan(first.first, last.last)
        before = found.get((person, plain_key(visit)), span)
        found[person, plain_key(visit)] = DaySpan(
            min(before.first, span.first), max(before.last, span.last)
        )
    return found


def write_dispositions(
    rows: DomainRows, facts: SdtmFacts, deaths: dict[int, DaySpan]
) -> Mapping[str, Mapping[int, date]]:
    """Each disposition as an observation; the days of consent and of allocation beside them.

    Args:
        deaths: grows by those that a disposition tells.
    """
    named: dict[str, dict[int, list[DaySpan]]] = {CONSENT: {}, ALLOCATION: {}}
    died: dict[int, DaySpan] = {}
    table = "observation"
    cells = rows.cells("USUBJID", "DSTERM", "DSDECOD", "DSSTDTC", "DSDTC")
    for at, (name, text, decoded, started, collected) in enumerate(cells):
        place, person = rows.places[at], facts.person(name)
        span = day_span(started) or (day_span(collected) if started is None else None)
        if person is None:
            facts.leave_out("DS", table, NOT_IN_DM, place)
            continue
        meant = sdtm_terms().dispositions.get((decoded or "").upper())
        if meant in named:
            any_day = DaySpan(facts.born(person), facts.cut)
            named[meant].setdefault(person, []).append(span or any_day)
        if meant == "death" and span is None:
            facts.undated_deaths.add(person)
        elif meant == "death" and span is not None:
            # The end of a treatment and of a study may tell of one death on two days.
            one = died.get(person, span)
            died[person] = DaySpan(min(one.first, span.first), max(one.last, span.last))
        if span is None:
            span = facts.any_day("DS", person)
        span = span.within(facts.born(person), facts.cut)
        row = {
            "person_id": person,
            "observation_date": span.first,
            "observation_source_value": decoded or text,
            "value_as_string": text,
        }
        key = facts.write("DS", table, row)
        facts.note_span(person, table, key, "observation_date", span)
        facts.understood["DS"] += meant is not None
    deaths.update(died)
    return {name: dict(_first_days(told)) for name, told in named.items()}


def _first_days(told: Mapping[int, Sequence[DaySpan]]) -> Iterator[tuple[int, date]]:
    """The first of the days of each person; none where another may lie before it.

    A consent is given again for an amendment, whatever the order of the rows is.
    """
    for person, spans in told.items():
        first = min(span.last for span in spans)
        if all(span.first >= first for span in spans):
            yield person, first


def write_anchors(
    rows: DomainRows,
    facts: SdtmFacts,
    named: Mapping[str, Mapping[int, date]],
    studies: Mapping[str, Collection[str]],
    screening: tuple[str, Mapping[str, str]] | None,
) -> None:
    """The named dates of studies: consent (RFICDTC, else DS), allocation (DS), and screening.

    Args:
        named: what dispositions tell.
        studies: study -> the names of its dates.
        screening: a column of DM, and study -> the name of the date on which it screens.
    """
    days = {anchor: dict(told) for anchor, told in named.items()}
    for name, consent in rows.cells("USUBJID", "RFICDTC"):
        span, person = day_span(consent), facts.person(name)
        if person is not None and span is not None and span.is_exact:
            days[CONSENT][person] = span.first
    for study, anchors in studies.items():
        for anchor in (CONSENT, ALLOCATION):
            if anchor in anchors:
                _add(facts, study, anchor, days[anchor])
    if screening is not None:
        column, by_study = screening
        chosen = {
            person: span.first
            for name, text in rows.cells("USUBJID", column)
            if (person := facts.person(name)) is not None
            and (span := day_span(text)) is not None
            and span.is_exact
        }
        undated = len(facts.births) - len(chosen)
        if undated:
            facts.remarks[f"DM: persons of whom {column} tells no whole day: not screened"] += (
                undated
            )
        for study, anchor in by_study.items():
            _add(facts, study, anchor, chosen)


def _add(facts: SdtmFacts, study: str, anchor: str, days: Mapping[int, date]) -> None:
    for person, day in days.items():
        if person in facts.births and day <= facts.cut:
            row = {"person_id": person, "study": study, "anchor": anchor, "anchor_date": day}
            facts.rows("study_anchor").add(row)
