"""Findings (LB, VS, QS, RS) as measurements: which test, in which specimen, with which result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from remit.facts.concept import Concept
from remit.facts.dictionary import Dictionary
from remit.facts.intake.rows.written_codes import main_code
from remit.facts.intake.sdtm.files.sdtm_cells import plain_key
from remit.facts.intake.sdtm.sdtm_codes import Meanings
from remit.facts.intake.sdtm.sdtm_days import DaySpan, day_span
from remit.facts.intake.sdtm.sdtm_map import SdtmMap
from remit.facts.intake.sdtm.sdtm_results import FindingResult, finding_result
from remit.facts.intake.sdtm.sdtm_rows import (
    DERIVED,
    IGNORED,
    NOT_DONE,
    NOT_IN_DM,
    DomainRows,
    SdtmFacts,
)
from remit.facts.intake.sdtm.sdtm_terms import LaboratoryTest, cdisc_unit, sdtm_terms
from remit.facts.intake.sources.cell_numbers import WrittenNumber, number_of
from remit.facts.intake.sources.field_words import answer_of
from remit.facts.vocabulary.code_book import SourceCode
from remit.units import unit_named

_ENDS = (
    *("TESTCD", "TEST", "CAT", "SCAT", "SPEC"),
    *("ORRES", "ORRESU", "ORNRLO", "ORNRHI", "STRESC", "STRESN", "STRESU"),
    *("STNRLO", "STNRHI", "STAT", "DTC"),
)
TABLE = "measurement"


@dataclass(frozen=True, slots=True)
class FindingName:
    """What a row measures, as it says so.

    Attributes:
        specimen: LBSPEC as written. kind: of the specimen; None where nothing tells it.
        unit: as written.
    """

    code: str
    specimen: str | None
    kind: str | None
    unit: str | None

    @property
    def key(self) -> str:
        """How the map and the report call it.

        >>> FindingName("GLUC", "URINE", "urine", None).key
        'GLUC | URINE'
        """
        told = self.specimen or self.kind
        return self.code if told is None else f"{self.code} | {told.upper()}"


@dataclass(slots=True)
class FindingReader:
    """What reads the findings of one domain; each distinct test and result is worked out once."""

    domain: str
    dictionary: Dictionary
    sdtm_map: SdtmMap
    facts: SdtmFacts
    meanings: Meanings
    visits: Mapping[tuple[str | None, str | None], DaySpan]
    _tests: dict[FindingName, Concept | str | None] = field(default_factory=dict)
    _results: dict[tuple[object, ...], FindingResult] = field(default_factory=dict)

    def write(self, rows: DomainRows, codes: Sequence[tuple[SourceCode, ...]]) -> None:
        """Each row as a measurement, or left out by a rule."""
        facts, domain = self.facts, self.domain
        names = [f"{domain}{end}" for end in _ENDS]
        derived = derived_rows(rows)
        for at, (person, visit, *cells) in enumerate(rows.cells("USUBJID", "VISITNUM", *names)):
            code, label, category, below, specimen, *rest = cells
            text, unit, low, high, words, exact, standard, least, most, status, when = rest
            place = rows.places[at]
            facts.reference = rows.reference(at)
            number = facts.person(person)
            if number is None:
                facts.leave_out(domain, TABLE, NOT_IN_DM, place)
                continue
            name = FindingName(
                (code or "").upper(), specimen, _kind(specimen, category, below), unit or standard
            )
            concept = self._concept(name, text or words)
            if concept == IGNORED:
                facts.leave_out(domain, TABLE, IGNORED, place)
                continue
            if at in derived:
                facts.leave_out(domain, TABLE, DERIVED, place)
                continue
            if (status or "").upper() == "NOT DONE":
                facts.leave_out(domain, TABLE, NOT_DONE, place)
                facts.understood[domain] += concept is not None
                facts.not_done[domain] += concept is not None
                continue
            span = day_span(when)
            if span is None and when is None:
                span = self.visits.get((person, plain_key(visit)))
                facts.remarks[f"{domain}: rows without a day, on the days of their visit"] += (
                    span is not None
                )
            if span is None:
                span = facts.any_day(domain, number)
            known = concept if isinstance(concept, Concept) else None
            found = self._result((text, unit), (words, exact, standard), known)
            coded = self._coded(codes[at], known)
            if coded == 0:
                facts.not_known(TABLE, "name", f"{domain}: {name.key}", label, number)
            if found.standard:
                low, high = least, most  # limits of normal are in the unit of their own result
            row = {
                "person_id": number,
                "measurement_concept_id": coded or facts.open_code(f"{domain}: {name.key}"),
                "range_low": self._limit(low) if low else None,
                "range_high": self._limit(high) if high else None,
                **self._value(found, known, words, number),
            }
            self._dated(row, number, span)
            facts.understood[domain] += coded != 0 and (
                found.unit is not None or known is None or known.kind != "quantity"
            )
        facts.reference = None

    def _dated(self, row: dict[str, object], person: int, span: DaySpan) -> None:
        facts = self.facts
        span = span.within(facts.born(person), facts.cut)
        row["measurement_date"] = span.first
        row["measurement_datetime"] = span.at if span.is_exact else None
        key = facts.write(self.domain, TABLE, row)
        facts.note_span(person, TABLE, key, "measurement_date", span)
        facts.see(person, span.first)

    def _concept(self, name: FindingName, text: str | None) -> Concept | str | None:
        """The concept of a test; `IGNORED` where the map says so; None where nothing tells it."""
        found = self._tests.get(name, "unasked")
        if found == "unasked":
            found = self._tests[name] = self._looked_up(name)
        if isinstance(found, Concept) and found.kind == "category" and number_of(text or ""):
            return None  # an amount of hCG is no answer of a pregnancy test
        return found

    def _looked_up(self, name: FindingName) -> Concept | str | None:
        use = self.sdtm_map.use(self.domain, name.key)
        if use is not None and use.ignore:
            return IGNORED
        if use is not None and use.concept is not None:
            return self.dictionary.concept(use.concept)
        meant = finding_concept(self.domain, name)
        return None if meant is None else self.dictionary.concepts.get(meant)

    def _coded(self, codes: Sequence[SourceCode], concept: Concept | None) -> int:
        """The OMOP id of a row: of its own code, which must not contradict the test."""
        own = self.meanings.of(codes) if codes else ()
        if len(own) == 1:
            claimed = claimed_ids(self.dictionary).get(own[0].concept)
            if concept is None or claimed in {None, concept.name}:
                return own[0].concept
            self.facts.remarks[
                f"{self.domain}: rows whose code and test say different things: no code is believed"
            ] += 1
            return 0
        return 0 if concept is None else main_code(concept)

    def _result(
        self,
        original: tuple[str | None, str | None],
        standard: tuple[str | None, str | None, str | None],
        concept: Concept | None,
    ) -> FindingResult:
        key = (original, standard, None if concept is None else concept.name)
        found = self._results.get(key)
        if found is None:
            found = self._results[key] = finding_result(original, standard, concept)
        if found.standard and found.checked != "contradicts":
            if found.text is not None:
                self.facts.remarks[
                    f"{self.domain}: rows with a standard result alone, which is read"
                ] += 1
        elif concept is not None or found.checked != "not checked":
            self.facts.checked[self.domain, found.checked] += 1
        return found

    def _limit(self, text: str) -> object:
        found = _limit_of(text)
        if found is None or found.operator is not None:
            self.facts.remarks[f"{self.domain}: limits of normal that are no numbers"] += 1
            return None
        return found.number

    def _value(
        self, found: FindingResult, concept: Concept | None, words: str | None, person: int
    ) -> dict[str, object]:
        """The columns of what was found."""
        row: dict[str, object] = {"value_source_value": found.text}
        if concept is not None and concept.kind == "category":
            answer = next(
                (a for text in (found.text, words) if text and (a := answer_of(text, concept))),
                None,
            )
            if answer is None and found.text is not None:
                self.facts.not_known(TABLE, "answer", found.text, concept.label, person)
            row["value_as_concept_id"] = None if answer is None else concept.values[answer].omop
            return row
        number = found.number
        if number is None and self.domain in {"QS", "RS"} and found.text is not None:
            number = number_of(words or "")  # a word of a form, and the points that it stands for
        if (
            number is None
            and found.text is not None
            and found.checked != "contradicts"
            and concept is not None
        ):
            self.facts.remarks[
                f"{self.domain}: results of a known test that are no number, kept as text"
            ] += 1
        if number is not None:
            row["value_as_number"] = number.number
            row["operator_concept_id"] = number.operator
            if number.rounded:
                self.facts.rounded[self.domain] += 1
        if found.unit is not None:
            row["unit_concept_id"] = next(iter(found.unit.omop_ids), None)
        if (found.unit_text or "").upper() not in sdtm_terms().no_unit:
            row["unit_source_value"] = found.unit_text
        return row


def derived_rows(rows: DomainRows) -> frozenset[int]:
    """The places of results that were worked out of others beside them, such as their average.

    --DRVFL is Y for "records that represent the average of other records" (SDTM Implementation
    Guide 3.4, Findings). Its components were measured, on the day or at the visit; what is derived
    of other tests, as a rate of filtration is, has no row of its own test beside it and is kept.
    """
    domain = rows.domain
    ends = ("DRVFL", "TESTCD", "SPEC", "STAT", "DTC")
    names = ["USUBJID", "VISITNUM", *(f"{domain}{end}" for end in ends)]
    measured: set[tuple[str | None, ...]] = set()
    derived: list[tuple[int, tuple[str | None, ...]]] = []
    for at, (person, visit, flag, test, specimen, status, when) in enumerate(rows.cells(*names)):
        of = (person, test, specimen)
        day, at_visit = (*of, "day", (when or "")[:10]), (*of, "visit", plain_key(visit))
        if (flag or "").upper() == "Y":
            derived.append((at, day if when else at_visit))
        elif (status or "").upper() != "NOT DONE":
            measured.update({day, at_visit} if visit else {day})
    return frozenset(at for at, key in derived if key in measured)


def named_findings(rows: DomainRows) -> Iterator[tuple[str, str | None]]:
    """The test of each row that the tables of CDISC do not settle, as the map calls it."""
    domain = rows.domain
    ends = ("TESTCD", "CAT", "SCAT", "SPEC", "ORRESU", "STRESU")
    names = [f"{domain}{end}" for end in ends]
    for person, code, category, below, specimen, unit, standard in rows.cells("USUBJID", *names):
        kind = _kind(specimen, category, below)
        name = FindingName((code or "").upper(), specimen, kind, unit or standard)
        if code and finding_concept(domain, name) is None:
            yield name.key, person


def finding_concept(domain: str, name: FindingName) -> str | None:
    """The concept of a test by the tables of CDISC; None where they tell none."""
    terms = sdtm_terms()
    if domain == "LB":
        return laboratory_concept(name, terms.tests.get(name.code, ()))
    return (terms.vital_signs if domain == "VS" else terms.scores).get(name.code)


def laboratory_concept(name: FindingName, tests: Sequence[LaboratoryTest]) -> str | None:
    """The concept of a laboratory test in its specimen; None where the tables tell none."""
    for test in tests:
        if test.specimen == name.kind and _is_of(name.unit, test.of):
            return test.concept
    return None


def _is_of(written: str | None, of: str | None) -> bool:
    if of is None:
        return True
    unit = cdisc_unit(written)
    return unit is not None and unit.dimension == unit_named(of).dimension


@lru_cache(maxsize=10_000)
def _kind(specimen: str | None, category: str | None, below: str | None) -> str | None:
    """The kind of a specimen: as LBSPEC says; where it is empty as LBCAT and LBSCAT agree."""
    terms = sdtm_terms()
    if specimen is not None:
        return terms.specimens.get(specimen.upper())
    told = {terms.categories.get((word or "").upper()) for word in (category, below)} - {None}
    return told.pop() if len(told) == 1 else None


@lru_cache(maxsize=10_000)
def _limit_of(text: str) -> WrittenNumber | None:
    return number_of(text)


@lru_cache(maxsize=4)
def claimed_ids(dictionary: Dictionary) -> Mapping[int, str]:
    """OMOP id -> the name of the concept that lists it."""
    return {
        code.omop: concept.name
        for concept in dictionary.concepts.values()
        for code in concept.codes
        if code.omop is not None and code.is_verified
    }
