"""Events and interventions (AE, MH, CM, EX, PR): what happened or was given, from when to when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from remit.facts.concept import TABLE_OF_KIND
from remit.facts.dictionary import Dictionary
from remit.facts.intake.rows.written_codes import condition_code, main_code
from remit.facts.intake.sdtm.files.sdtm_domains import DOMAINS, TOPIC
from remit.facts.intake.sdtm.sdtm_adverse import leave_out_event, write_adverse_event
from remit.facts.intake.sdtm.sdtm_codes import Meanings
from remit.facts.intake.sdtm.sdtm_days import DaySpan, EventSpans, day_span
from remit.facts.intake.sdtm.sdtm_doses import record_dose
from remit.facts.intake.sdtm.sdtm_map import SdtmMap
from remit.facts.intake.sdtm.sdtm_rows import (
    IGNORED,
    NOBODY_SAYS,
    NOT_IN_DM,
    NOT_OCCURRED,
    OF_FAMILY,
    DomainRows,
    SdtmFacts,
)
from remit.facts.intake.sdtm.sdtm_terms import sdtm_terms
from remit.facts.intake.sources.cell_numbers import number_of
from remit.facts.vocabulary.code_book import SourceCode

_TABLE_OF_DOMAIN = {
    "Condition": "condition_occurrence",
    "Drug": "drug_exposure",
    "Procedure": "procedure_occurrence",
    "Measurement": "measurement",
    "Observation": "observation",
}
_COLUMNS = {
    "condition_occurrence": ("condition", "condition_start_date", "condition_end_date"),
    "drug_exposure": ("drug", "drug_exposure_start_date", "drug_exposure_end_date"),
    "procedure_occurrence": ("procedure", "procedure_date", None),
    "measurement": ("measurement", "measurement_date", None),
    "observation": ("observation", "observation_date", None),
}
_ENDED = frozenset({"BEFORE"})
_WENT_ON = frozenset({"AFTER", "DURING", "DURING/AFTER", "ONGOING", "COINCIDENT"})


@dataclass(frozen=True, slots=True)
class EventReader:
    """What reads the events of one domain.

    Attributes:
        treated: person -> the days (RFSTDTC, RFENDTC) to which --STRF and --ENRF refer.
        fatal: grows by the days of events with a fatal outcome.
        qualifiers: of the supplement of the domain, name -> cells, one a row.
    """

    domain: str
    dictionary: Dictionary
    sdtm_map: SdtmMap
    facts: SdtmFacts
    meanings: Meanings
    treated: Mapping[int, tuple[DaySpan | None, DaySpan | None]]
    fatal: dict[int, DaySpan]
    qualifiers: Mapping[str, Sequence[str | None]]

    def write(self, rows: DomainRows, codes: Sequence[tuple[SourceCode, ...]]) -> None:
        """Each row as a record of a table, or left out by a rule."""
        facts, domain = self.facts, self.domain
        home = DOMAINS[domain]
        decoded, topic = f"{domain}DECOD", TOPIC[domain]
        ends = ("STDTC", "ENDTC", "DTC", "ENRTPT", "ENTPT", "ENRF", "STAT", "OCCUR", "PRESP")
        names = [f"{domain}{end}" for end in ends]
        for at, (person, text, term, *cells) in enumerate(
            rows.cells("USUBJID", topic, decoded, *names)
        ):
            *days, status, occurred, asked = cells
            place = rows.places[at]
            facts.reference = rows.reference(at)
            number = facts.person(person)
            reason = _not_taken(number, occurred)
            if reason is None and self._is_of_family(rows, at):
                reason = OF_FAMILY
            if number is None or reason is not None:
                facts.leave_out(domain, home, reason or NOT_IN_DM, place)
                if domain == "AE":
                    leave_out_event(facts, reason or NOT_IN_DM, place)
                continue
            said = event_term(text, term)
            use = self.sdtm_map.use(domain, said)
            is_fatal = domain == "AE" and self._is_fatal(rows, at)
            is_ignored = use is not None and use.ignore
            if is_ignored and domain != "AE":
                facts.leave_out(domain, home, IGNORED, place)
                continue
            when = self._days(number, days)
            table, coded = self._meaning(codes[at], use.concept if use else None, said)
            if domain == "AE":  # an adverse event too, whatever criteria make of its term
                concept = coded[0] if coded else 0
                write_adverse_event(facts, rows, at, self.qualifiers, (number, when, concept))
            if is_ignored:
                if is_fatal:  # who dies of what a study need not know is dead
                    self._note_death(number, when)
                facts.leave_out(domain, home, IGNORED, place)
                continue
            if not coded:
                facts.not_known(table, "name", said or "(no term)", domain, number)
            elif self._is_in_doubt(rows, at, (status, occurred, asked, days[0])):
                coded = ()
                facts.not_known(table, "name", f"{said}: {NOBODY_SAYS}", domain, number)
            source, route = self._source(rows, at, text, term), rows.column(f"{domain}ROUTE")[at]
            for nth, concept in enumerate(coded or (0,)):
                said_again = nth > 0
                self._write(table, concept, number, when, (source, route), again=said_again)
                if table == "drug_exposure":
                    self._write_era(rows, at, concept, number, when)
            facts.understood[domain] += bool(coded)
            if is_fatal:
                self._note_death(number, when)
        facts.reference = None

    def _note_death(self, person: int, when: EventSpans) -> None:
        """Keep the days of a fatal event: without a written end the death lies since its start."""
        died = when.end or DaySpan(when.start.first, max(when.start.last, self.facts.cut))
        self.fatal[person] = self.fatal.get(person, died).within(died.first, died.last)

    def _meaning(
        self, codes: Sequence[SourceCode], concept: str | None, term: str
    ) -> tuple[str, tuple[int, ...]]:
        """The table and the OMOP ids of a row; no id where nothing maps it."""
        home = DOMAINS[self.domain]
        own = self.meanings.of(codes) if codes else ()
        if own:
            tables = {_TABLE_OF_DOMAIN.get(m.domain or "", home) for m in own}
            table = tables.pop() if len(tables) == 1 else home
            return table, tuple(dict.fromkeys(m.concept for m in own))
        if concept is None:
            return home, ()
        found = self.dictionary.concept(concept)
        code = condition_code(found, term) if found.kind == "condition" else main_code(found)
        return TABLE_OF_KIND[found.kind], (code,)

    def _source(
        self, rows: DomainRows, at: int, text: str | None, decoded: str | None
    ) -> str | None:
        """What the row says it is, with its grade and whether it was serious."""
        parts = [text or decoded]
        if self.domain == "AE":
            grade, serious = rows.column("AETOXGR")[at], rows.column("AESER")[at]
            parts.append(f"grade {grade}" if grade else None)
            parts.append("serious" if (serious or "").upper() == "Y" else None)
        if DOMAINS[self.domain] == "drug_exposure":
            dose = (rows.column(f"{self.domain}{end}")[at] for end in ("DOSE", "DOSU", "DOSFRQ"))
            parts.append(" ".join(word for word in dose if word) or None)
        return "; ".join(part for part in parts if part) or None

    def _write(
        self,
        table: str,
        concept: int,
        person: int,
        when: EventSpans,
        words: tuple[str | None, str | None],
        *,
        again: bool,
    ) -> None:
        """Write a record; `words` are what the row says it is, and its route."""
        facts, (source, route) = self.facts, words
        name, start, end = _COLUMNS[table]
        row: dict[str, object] = {
            "person_id": person,
            f"{name}_concept_id": concept,
            start: when.start.first,
            f"{name}_source_value": source,
        }
        if end is not None and when.end is not None:
            row[end] = when.end.last
        if table == "drug_exposure" and route is not None:
            row["route_concept_id"] = sdtm_terms().routes.get(route.upper(), 0)
        key = facts.write(self.domain, table, row, again=again)
        facts.note_span(person, table, key, start, when.start)
        if end is not None and when.end is not None:
            facts.note_span(person, table, key, end, when.end)
        facts.see(person, when.start.first)

    def _write_era(
        self, rows: DomainRows, at: int, concept: int, person: int, when: EventSpans
    ) -> None:
        """The dose a day, on the days of the exposure: of open days its dose has open ones too.

        A drug that nobody mapped has an era without a dose over all days on which it may have been
        taken: else they would count as days without a dose of whatever it was.
        """
        facts, table = self.facts, "dose_era"
        end = when.end or when.start
        parts = ("DOSE", "DOSU", "DOSFRQ", "DOSTOT", "ROUTE")
        *words, total, route = (rows.column(f"{self.domain}{part}")[at] for part in parts)
        dose = record_dose(*words, total=total, route=route) if concept else None
        key = facts.rows(table).add(
            {
                "person_id": person,
                "drug_concept_id": concept,
                "dose_value": dose.number if dose else None,
                "unit_concept_id": dose.unit.omop_ids[0] if dose else None,
                "dose_era_start_date": when.start.first,
                "dose_era_end_date": end.last,
            }
        )
        facts.note_source(person, table, key)
        if concept:
            facts.note_span(person, table, key, "dose_era_start_date", when.start)
            facts.note_span(person, table, key, "dose_era_end_date", end)

    def _days(self, person: int, cells: Sequence[str | None]) -> EventSpans:
        """The days of a row: any that is possible where one is written that no calendar has."""
        started, ended, collected, how, point, how_reference = cells
        start, end, told = day_span(started), day_span(ended), day_span(collected)
        birth, cut = self.facts.born(person), self.facts.cut
        if start is None and _is_wrong(started):
            start = self.facts.any_day(self.domain, person)
        elif start is None:
            # It was so by the day on which it was told, or by its end.
            known = [span.last for span in (told, end) if span is not None]
            start = DaySpan(birth, max(birth, min(known, default=cut)))
            self.facts.remarks[
                f"{self.domain}: rows without a start: by the day of their record"
            ] += 1
        start = start.within(birth, cut)
        if end is None and _is_wrong(ended):
            self.facts.remarks[
                f"{self.domain}: rows whose end cannot be read: on any day since their start"
            ] += 1
            end = DaySpan(start.first, max(start.last, cut))
        if end is None:
            end = self._told_end(person, start, told, (how, day_span(point)), how_reference)
        if end is None:
            return EventSpans(start, None)
        end = end.within(start.first, max(cut, start.first))
        return EventSpans(start.within(None, end.last), end)

    def _told_end(
        self,
        person: int,
        start: DaySpan,
        told: DaySpan | None,
        by: tuple[str | None, DaySpan | None],
        how_reference: str | None,
    ) -> DaySpan | None:
        """The days on which something may have ended whose end is not written.

        Of a drug the last day is needed: it was taken at least until it was told.
        """
        cut = self.facts.cut
        first, last = start.first, cut
        how, point = by
        treated = self.treated.get(person, (None, None))[0]
        word, reference = (how or "").upper(), (how_reference or "").upper()
        if word in _WENT_ON and point is not None:
            first = max(first, point.first)
        if word in _ENDED and point is not None:
            last = min(last, point.last)
        if reference in _ENDED and treated is not None:
            last = min(last, treated.last)
        if reference in _WENT_ON and treated is not None:
            first = max(first, treated.first)
        if DOMAINS[self.domain] != "drug_exposure":
            has_ended = word in _ENDED or reference in _ENDED
            return DaySpan(first, max(first, last)) if has_ended else None
        if told is not None and not (word in _ENDED or reference in _ENDED):
            first = max(first, told.first)
        self.facts.remarks[
            f"{self.domain}: rows without an end: between their last record and the data cut"
        ] += 1
        return DaySpan(min(first, cut), max(last, min(first, cut)))

    def _is_of_family(self, rows: DomainRows, at: int) -> bool:
        words = (rows.column(f"{self.domain}{end}")[at] for end in ("CAT", "SCAT"))
        return any("FAMILY" in (word or "").upper().split() for word in words)

    def _is_in_doubt(
        self,
        rows: DomainRows,
        at: int,
        told: tuple[str | None, str | None, str | None, str | None],
    ) -> bool:
        """Whether a row leaves open that the thing was there: it counts for neither answer.

        A --STAT of NOT DONE says that a question was not asked or not answered (SDTM Implementation
        Guide 3.4, MH, CM and PR): nobody said that there was nothing. --OCCUR may be U or NA; what
        a form asks for (--PRESP is Y) may have no answer. An adverse event that is asked for is
        written only where it occurred (same guide, AE). A dose of 0 is one that was not given, or
        one that nobody knew.
        """
        status, occurred, asked, start = told
        if (status or "").upper() == "NOT DONE" or (occurred or "Y").upper() != "Y":
            return True
        if occurred is None and (asked or "").upper() == "Y" and self.domain != "AE":
            return start is None
        if DOMAINS[self.domain] != "drug_exposure":
            return False
        amount = number_of(rows.column(f"{self.domain}DOSE")[at] or "")
        return amount is not None and amount.number == 0

    def _is_fatal(self, rows: DomainRows, at: int) -> bool:
        outcome, died = rows.column("AEOUT")[at], rows.column("AESDTH")[at]
        return (outcome or "").upper() == "FATAL" or (died or "").upper() == "Y"


def named_events(rows: DomainRows) -> Iterator[tuple[str, str | None]]:
    """The term of each row, and the person."""
    domain = rows.domain
    for person, text, term in rows.cells("USUBJID", TOPIC[domain], f"{domain}DECOD"):
        said = event_term(text, term)
        if said:
            yield said, person


def event_term(text: str | None, decoded: str | None) -> str:
    """The term that a dictionary gave, or the text where nobody coded it.

    >>> event_term("aspirin", "Acetylsalicylic acid"), event_term("Zocor", "UNCODED")
    ('ACETYLSALICYLIC ACID', 'ZOCOR')
    """
    coded = decoded is not None and decoded.upper() not in sdtm_terms().uncoded
    return " ".join(((decoded if coded else text) or "").split()).upper()


def _not_taken(person: int | None, occurred: str | None) -> str | None:
    if person is None:
        return NOT_IN_DM
    return NOT_OCCURRED if (occurred or "").upper() == "N" else None


def _is_wrong(text: str | None) -> bool:
    """Whether a day is written that is none; one without a year is only not known."""
    return text is not None and not text.startswith("-")
