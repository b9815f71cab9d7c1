"""What a record offers for comparison, computed once for each record."""

from __future__ import annotations

import re
from dataclasses import dataclass

from remit.registry.record import (
    AgeLimit,
    Location,
    Official,
    Record,
    RegistryId,
    SimilarTrial,
    TrialDate,
)
from remit.registry.text.titles import normal_text, person_words, shingles
from remit.registry.text.written_values import is_placeholder, read_registry_id

# Endings of medicine names (INN stems), and cell products by their short names.
_SUBSTANCE = re.compile(
    r"\b(?:[a-z]{3,}(?:mab|nib|cept|limus|sporin|phamide|trexate|prine|quine|gliflozin|imod|parin|statin"
    r"|sartan|mycin|cillin|tide|citinib|zomib|sone|solone)|mmf|msc|cart|il\d+|ivig)\b"
)
_BACKGROUND = frozenset({"prednisone", "prednisolone", "methylprednisolone", "placebo"})
FOLLOW_UP = re.compile(
    r"\b(?:long[ -]term (?:follow[ -]?up|extension|safety|efficacy|study)"
    r"|extension (?:study|trial|phase|part)"
    r"|open[ -]label extension|follow[ -]?up (?:study|trial|of)|follow[ -]?up$"
    r"|roll[ -]?over|continuation"
    r"|continued access|expanded access|sub[ -]?study|ancillary|re-?treatment study"
    r"|long[ -]term$)\b",
    re.I,
)
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
    substances: frozenset[str]
    people: frozenset[frozenset[str]]
    criteria: frozenset[str]
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
        frozenset(_SUBSTANCE.findall(normal_text(about))) - _BACKGROUND,
        frozenset(
            person_words(v.name) for v in record.values("official") if isinstance(v, Official)
        ),
        frozenset(s for c in record.criteria if c.kind != "preamble" for s in shingles(c.text)),
        frozenset(
            s for o in record.outcomes for s in shingles(f"{o.measure} {o.description or ''}")
        ),
        shingles(
            " ".join(str(v) for v in (*record.values("summary"), *record.values("plain_summary")))
        ),
        (_age(record, "age_minimum"), _age(record, "age_maximum")),
        _enrolment(record),
        _sex(record),
        _study_type(record),
        _phases(record),
        any(FOLLOW_UP.search(title) for title in titles),
        frozenset(
            (word.lower(), number.upper())
            for title in titles
            for word, number in _SERIES.findall(title)
        ),
        _date(record, "date_completion"),
        _date(record, "date_first_posted"),
    )


def _text(record: Record, name: str) -> str | None:
    value = record.value(name)
    return str(value) if value is not None else None


def _country(name: str) -> str:
    plain = name.strip().lower()
    return _NAMED_COUNTRY.get(plain, plain)


def _age(record: Record, name: str) -> AgeLimit | None:
    value = record.value(name)
    return value if isinstance(value, AgeLimit) and value.value is not None else None


def _enrolment(record: Record) -> int | None:
    value = record.value("enrolment")
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _sex(record: Record) -> str | None:
    said = (_text(record, "sex") or "").strip().lower()
    return said if said in ("male", "female") else "all" if said else None


def _study_type(record: Record) -> str | None:
    said = (_text(record, "study_type") or "").lower()
    return next((kind for kind in ("interventional", "observational") if kind in said), None)


def _phases(record: Record) -> frozenset[str]:
    said = " ".join(str(v) for v in record.values("phase")).upper()
    roman = {"IV": "4", "III": "3", "II": "2", "I": "1"}
    found = re.findall(r"PHASE\s*([1-4]|IV|III|II|I)\b(?:\s*/\s*(?:PHASE\s*)?([1-4]))?", said)
    return frozenset(roman.get(part, part) for pair in found for part in pair if part)


def _date(record: Record, name: str) -> str | None:
    value = record.value(name)
    return value.iso if isinstance(value, TrialDate) else None
