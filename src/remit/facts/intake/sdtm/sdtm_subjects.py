"""DM: who took part, when they may be born, and when they died.

Where a study hides the birth, AGE bounds it: who had completed n years on a day was born within one
year, so that one or two calendar years are possible. AGE counts to RFSTDTC (SDTM Implementation
Guide 3.4, DM); of somebody without one, as after a screening failure, to the day of consent or of
the collection.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from remit.errors import DatasetError
from remit.facts.intake.sdtm.files.sdtm_cells import plain_key
from remit.facts.intake.sdtm.sdtm_days import DaySpan, day_span
from remit.facts.intake.sdtm.sdtm_rows import AGAIN, DomainRows, SdtmFacts
from remit.facts.intake.sdtm.sdtm_terms import sdtm_terms

_NO_USUBJID = "the row names no subject"
_NO_BIRTH = "neither a birth nor an age"
_REFERENCES = ("RFSTDTC", "RFICDTC", "DMDTC")
_WHOLE = re.compile(r"[0-9]{1,6}")
_UNITS = frozenset({"YEARS", "MONTHS", "WEEKS", "DAYS", "HOURS"})
_OLDEST = 150  # years


def write_subjects(rows: DomainRows, facts: SdtmFacts) -> None:
    """The persons of DM, their births and deaths.

    Raises:
        DatasetError: two rows tell two stories of one person.
    """
    terms, seen = sdtm_terms(), dict[str, tuple[str | None, ...]]()
    names = tuple(rows.columns)
    whole = list(rows.cells(*names))
    wanted = ("USUBJID", "BRTHDTC", "AGE", "AGEU", "SEX", "RACE", "ETHNIC", "DTHDTC", "DTHFL")
    cells = rows.cells(*wanted, *_REFERENCES)
    for at, (name, born, age, unit, sex, race, ethnic, died, flag, *days) in enumerate(cells):
        place = rows.places[at]
        if name is None:
            facts.leave_out("DM", "person", _NO_USUBJID, place)
            continue
        if name in seen:
            if seen[name] != whole[at]:
                raise DatasetError(
                    "two rows of DM tell two stories of one person",
                    expected="one row for each USUBJID",
                    got=f"another one in {place}",
                    next_step="keep the row that is right",
                    place=place,
                )
            facts.leave_out("DM", "person", AGAIN, place)
            continue
        seen[name] = whole[at]
        person = facts.numbers[name]
        span = birth_span(born, age, unit, days)
        if span is None:
            facts.leave_out("DM", "person", _NO_BIRTH, place)
            continue
        span = span.within(None, facts.cut)
        facts.births[person] = span
        known = day_span(born)
        aged = birth_span(None, age, unit, days)
        if known is not None and aged is not None:
            apart = aged.last < known.first or aged.first > known.last
            facts.remarks["DM: births that the age contradicts: the birth counts"] += apart
        exact = known is not None and known.is_exact
        of_month = (
            known is not None
            and (known.first.month == known.last.month)
            and (known.first.year == known.last.year)
        )
        facts.write(
            "DM",
            "person",
            {
                "person_id": person,
                "gender_concept_id": terms.sexes.get((sex or "").upper(), 0),
                "year_of_birth": span.first.year,
                "month_of_birth": span.first.month if of_month else None,
                "day_of_birth": span.first.day if exact else None,
                "race_concept_id": terms.races.get((race or "").upper(), 0),
                "ethnicity_concept_id": terms.ethnicities.get((ethnic or "").upper(), 0),
            },
        )
        if known is None or span != DaySpan(known.first, known.last):
            facts.note_span(person, "person", person, "birth_date", span)
            facts.remarks["DM: births told by an age alone"] += known is None
        _note_death(facts, person, died, flag, place)


def birth_span(
    born: str | None, age: str | None, unit: str | None, references: Sequence[str | None]
) -> DaySpan | None:
    """The days on which somebody may be born; None where nothing tells the year.

    Args:
        born: BRTHDTC. age: AGE in `unit` (AGEU), completed on the first day of `references` that
            is told.

    >>> birth_span(None, "63", "YEARS", ["2014-01-02"])
    DaySpan(first=datetime.date(1950, 1, 3), last=datetime.date(1951, 1, 2), at=None)
    >>> birth_span("1951", "63", "YEARS", ["2014-01-02"]).last
    datetime.date(1951, 1, 2)
    """
    known = day_span(born)
    aged = _age_span(age, unit, references)
    if known is None or aged is None:
        span = known or aged
        return None if span is None else DaySpan(span.first, span.last)
    return DaySpan(known.first, known.last).within(aged.first, aged.last)


def _age_span(
    age: str | None, unit: str | None, references: Sequence[str | None]
) -> DaySpan | None:
    day = next((span for text in references if (span := day_span(text)) is not None), None)
    kind = (unit or "").upper()
    years = plain_key(age) or ""
    if day is None or kind not in _UNITS or _WHOLE.fullmatch(years) is None:
        return None
    number = int(years)
    if kind in {"YEARS", "MONTHS"}:
        months = number * (12 if kind == "YEARS" else 1)
        step = 12 if kind == "YEARS" else 1
        if months > _OLDEST * 12:
            return None
        first = _before(day.first, months + step) + timedelta(days=1)
        return DaySpan(first, _before(day.last, months))
    days = {"WEEKS": 7, "DAYS": 1, "HOURS": 0}[kind] * number
    if kind == "HOURS":
        days = number // 24
    if days > _OLDEST * 366:
        return None
    over = 7 if kind == "WEEKS" else 1
    first = day.first - timedelta(days=days + over - (kind != "HOURS"))
    return DaySpan(first, day.last - timedelta(days=days))


def _before(day: date, months: int) -> date:
    """The day so many months before; the last of its month where that is shorter."""
    place = day.year * 12 + day.month - 1 - months
    year, month = divmod(place, 12)
    year = max(year, 1)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _note_death(
    facts: SdtmFacts, person: int, died: str | None, flag: str | None, place: str
) -> None:
    """Keep a death of DM; days of other domains are held against it later."""
    span = day_span(died)
    if span is not None:
        _write_death(facts, person, span)
    elif (flag or "").upper() == "Y" or died is not None:
        facts.undated_deaths.add(person)


def _write_death(facts: SdtmFacts, person: int, span: DaySpan) -> None:
    span = span.within(facts.born(person), facts.cut)
    facts.rows("death").add(
        {
            "person_id": person,
            "death_date": span.first,
            "death_datetime": span.at if span.is_exact else None,
        }
    )
    facts.dead[person] = span
    facts.note_span(person, "death", person, "death_date", span)


def write_other_deaths(told: Mapping[int, DaySpan], facts: SdtmFacts) -> None:
    """The deaths that DM does not date, by the day that a disposition or a fatal event tells."""
    for person, span in sorted(told.items()):
        known = facts.dead.get(person)
        if known is None:
            _write_death(facts, person, span)
            facts.remarks["DS, AE: deaths that DM does not date, dated by these"] += 1
        elif span.first > known.last or span.last < known.first:
            facts.remarks["DS, AE: deaths on another day than DM says: that of DM counts"] += 1
    undated = facts.undated_deaths - set(facts.dead)
    for person in sorted(undated):
        # Alive on the last day of which something is told; dead by the end of the data.
        last = facts.last_seen.get(person, facts.born(person))
        _write_death(facts, person, DaySpan(min(last, facts.cut), facts.cut))
        facts.remarks["DM: deaths without a day: between the last record and the data cut"] += 1
