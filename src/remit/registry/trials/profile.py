"""What a record offers for comparison, computed once for each record."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from remit.registry.record import (
    AgeLimit,
    Location,
    Official,
    Record,
    RegistryId,
    SimilarTrial,
    TrialDate,
)
from remit.registry.text.normal_values import normal_phases, normal_sex, normal_study_type
from remit.registry.text.plain_words import is_number, plain_words
from remit.registry.text.titles import normal_text, person_words, shingles
from remit.registry.text.written_values import is_placeholder, read_registry_id
from remit.registry.trials.criteria_pairs import CriterionWords, criterion_words
from remit.registry.trials.title_pairs import title_phases
from remit.registry.trials.treatment_words import treatment_words

# Endings of medicine names (INN stems), and cell products by their short names.
_SUBSTANCE = re.compile(
    r"\b(?:[a-z]{3,}(?:mab|nib|cept|limus|sporin|phamide|trexate|prine|quine|gliflozin|imod|parin|statin"
    r"|sartan|mycin|cillin|tide|citinib|zomib|sone|solone)|mmf|msc|cart|il\d+|ivig)\b"
)
_BACKGROUND = frozenset({"prednisone", "prednisolone", "methylprednisolone", "placebo"})
FOLLOW_UP = re.compile(
    r"\b(?:long[ -]term (?:follow[ -]?up|safety|efficacy|study|outcomes?|treatment)"
    r"|extension|extended (?:study|trial|treatment|follow[ -]?up|access|use|dosing|period)"
    r"|ole|lte|ltfu|roll(?:ed|ing)?[ -]?over|follow[ -]?on"
    r"|follow[ -]?up (?:study|trial|of)|follow[ -]?up$"
    r"|continu(?:ation|ed (?:treatment|therapy|access|use|dosing|study|follow))"
    r"|(?:continued|expanded|compassionate|post[ -]?trial) (?:access|use)"
    r"|sub[ -]?study|ancillary|re-?(?:treatment|administration) (?:study|trial|of)"
    r"|long[ -]term$)\b",
    re.I,
)
_AGE_WORDS = frozenset({"age", "aged", "old"})
_DESIGN_FIELDS = ("masking", "allocation", "interventional_model", "observational_model")
_DAYS = {
    "years": Decimal("365.25"),
    "months": Decimal("30.4375"),
    "weeks": Decimal(7),
    "days": Decimal(1),
}
_SERIES = re.compile(
    r"\b([A-Za-z]{3,}|part|study|phase|cohort|stage)[ -]?(\d{1,2}|[IVX]{1,4}|[AB])\b"
)
_NAMED_COUNTRY = {
    "usa": "united states",
    "us": "united states",
    "united states of america": "united states",
    "uk": "united kingdom",
    "england": "united kingdom",
    "korea, republic of": "korea",
    "republic of korea": "korea",
    "south korea": "korea",
    "people's republic of china": "china",
    "russian federation": "russia",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """The comparable content of one record."""

    source: str
    own_ids: frozenset[RegistryId]
    other_ids: frozenset[RegistryId]
    sponsor_numbers: frozenset[str]
    listed_ids: frozenset[str]
    titles: tuple[str, ...]
    sponsor: str | None
    countries: frozenset[str]
    places: frozenset[str]
    cities: frozenset[str]
    sites: int
    substances: frozenset[str]
    treatment: Mapping[str, frozenset[str]]
    people: frozenset[frozenset[str]]
    criteria: frozenset[str]
    criteria_words: tuple[CriterionWords, ...]
    lists_lost: bool
    ages_in_criteria: frozenset[Decimal]
    outcomes: frozenset[str]
    summary: frozenset[str]
    ages: tuple[AgeLimit | None, AgeLimit | None]
    enrolment: int | None
    sex: str | None
    study_type: str | None
    phase: frozenset[str]
    follow_up: bool
    series: frozenset[tuple[str, str]]
    completion: str | None
    first_posted: str | None
    design: Mapping[str, str]
    outcome_times: Mapping[str, tuple[str, ...]]


def profile_of(record: Record) -> Profile:
    """The profile of a record. Ids in a list of similar trials are kept apart from its own."""
    titles = tuple(
        str(v)
        for name in ("title", "title_official")
        for v in record.values(name)
        if str(v).strip()
    )
    secondary = [str(v) for v in record.values("secondary_id") if not is_placeholder(str(v))]
    registered = [read_registry_id(text) for text in secondary]
    locations = [v for v in record.values("location") if isinstance(v, Location)]
    countries = [place.country for place in locations if place.country]
    countries += [str(v) for v in record.values("country")]
    words = criterion_words(record.criteria)
    summary = " ".join(str(v) for v in (*record.values("summary"), *record.values("plain_summary")))
    about = " ".join((*titles, *(str(v) for v in record.values("intervention"))))
    return Profile(
        record.source,
        frozenset(record.own_ids),
        frozenset(found for found in registered if found),
        frozenset(
            text.strip().lower()
            for text, found in zip(secondary, registered, strict=True)
            if not found and len(text.strip()) >= 5 and any(c.isdigit() for c in text)
        ),
        frozenset(
            v.number
            for v in record.values("similar_trials")
            if isinstance(v, SimilarTrial) and v.number
        ),
        titles,
        _text(record, "sponsor"),
        frozenset(_country(name) for name in countries),
        frozenset(
            normal_text(part)
            for place in locations
            for part in (place.city, place.facility)
            if part
        ),
        frozenset(normal_text(place.city) for place in locations if place.city),
        sum(place.city is not None for place in locations),
        frozenset(_SUBSTANCE.findall(normal_text(about))) - _BACKGROUND,
        treatment_words(f"{about} {summary}"),
        frozenset(
            person_words(v.name) for v in record.values("official") if isinstance(v, Official)
        ),
        frozenset(s for c in record.criteria if c.kind != "preamble" for s in shingles(c.text)),
        words,
        any("incomplete" in c.flags for c in record.criteria),
        _ages_named(words),
        frozenset(
            s for o in record.outcomes for s in shingles(f"{o.measure} {o.description or ''}")
        ),
        shingles(summary),
        (_age(record, "age_minimum"), _age(record, "age_maximum")),
        _enrolment(record),
        normal_sex(_text(record, "sex") or ""),
        normal_study_type(_text(record, "study_type") or ""),
        _phases(record) | title_phases(titles),
        any(FOLLOW_UP.search(title) for title in (*titles, _text(record, "title_acronym") or "")),
        frozenset(
            (word.lower(), number.upper())
            for title in titles
            for word, number in _SERIES.findall(title)
        ),
        _date(record, "date_completion"),
        _date(record, "date_first_posted"),
        _design(record),
        {
            " ".join(plain_words(o.measure)): tuple(
                word for word in plain_words(o.time_frame or "") if is_number(word)
            )
            for o in record.outcomes
        },
    )


def days_of(limit: AgeLimit | None) -> Decimal | None:
    """An age limit in days; None where there is none."""
    if limit is None or limit.value is None or limit.unit not in _DAYS:
        return None
    return limit.value * _DAYS[limit.unit]


def _ages_named(criteria: Sequence[CriterionWords]) -> frozenset[Decimal]:
    """The numbers in inclusion criteria that speak of age."""
    found: set[Decimal] = set()
    for item in criteria:
        if item.kind != "inclusion" or len(item.words) > 30 or not _AGE_WORDS & set(item.words):
            continue
        for word in item.words:
            if is_number(word) and word.count(".") <= 1 and 0 < Decimal(word) <= 120:
                found.add(Decimal(word))
    return frozenset(found)


def _design(record: Record) -> dict[str, str]:
    """How the trial is built, where the page says it in a field."""
    said = {name: _text(record, name) for name in _DESIGN_FIELDS}
    return {name: " ".join(plain_words(text)) for name, text in said.items() if text}


def _text(record: Record, name: str) -> str | None:
    value = record.value(name)
    return str(value) if value is not None else None


def _country(name: str) -> str:
    plain = name.strip(" .?!").lower().removeprefix("the ")
    return _NAMED_COUNTRY.get(plain, plain)


def _age(record: Record, name: str) -> AgeLimit | None:
    value = record.value(name)
    return value if isinstance(value, AgeLimit) and value.value is not None else None


def _enrolment(record: Record) -> int | None:
    value = record.value("enrolment")
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _phases(record: Record) -> frozenset[str]:
    said = (normal_phases(str(value)) for value in record.values("phase"))
    return frozenset(phase for found in said if found for phase in found if phase != "0")


def _date(record: Record, name: str) -> str | None:
    value = record.value(name)
    return value.iso if isinstance(value, TrialDate) else None
