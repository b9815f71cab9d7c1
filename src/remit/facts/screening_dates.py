"""The day on which persons are screened, by rule, where the dataset does not say.

A date that the dataset holds goes before the rule. The rule changes no file: it stands on top of an
opened dataset.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.arrays import NO_DAY, Days, Whole, whole_numbers
from remit.facts.dated_part import DatedPart, date_rows, dated_persons
from remit.facts.imprecise_dates import PossibleDays, stated_births
from remit.facts.intake.accounting.report import refused
from remit.facts.intake.sources.csv_file import day_of, iso_day, read_csv_rows
from remit.facts.opened import Facts
from remit.facts.person_names import PersonNames, person_names
from remit.facts.reading import Part
from remit.facts.tables import TABLES
from remit.facts.visit_days import visit_days

FIRST_VISIT, LAST_VISIT, DATA_CUT = "first-visit", "last-visit", "data-cut"
FORMS = (
    "a day such as 2024-01-31, last-visit, first-visit, data-cut, or a CSV file (person, date); "
    "at an import of OMOP also column:TABLE.COLUMN"
)
_TABLE = TABLES["study_anchor"]
_BIRTH = ("person_id", "year_of_birth", "month_of_birth", "day_of_birth")


@dataclass(frozen=True, slots=True)
class PersonDays:
    """A day of each person, from a column of the source.

    Attributes:
        name: the column. days: by the ids that the source calls its persons by.
    """

    name: str
    days: Mapping[str, date]

    def __str__(self) -> str:
        return self.name


Rule = date | Path | str | PersonDays


def screening_rule(text: str) -> Rule:
    """A rule from what a user typed: a day, a visit, the data cut, or a file with persons' days.

    Raises:
        DatasetError: it is none of these.

    >>> screening_rule("2024-01-31")
    datetime.date(2024, 1, 31)
    >>> screening_rule("last-visit")
    'last-visit'
    """
    if text in {FIRST_VISIT, LAST_VISIT, DATA_CUT}:
        return text
    day = iso_day(text)
    if day is not None:
        return day
    path = Path(text)
    if path.suffix.casefold() == ".csv" or path.is_file():
        return path
    raise DatasetError(
        "this is no rule for the day of screening",
        expected=FORMS,
        got=text,
        next_step="write the day with hyphens, or a visit with one",
    )


def dated_facts(facts: Facts, rule: Rule, anchors: Mapping[str, str]) -> Facts:
    """The dataset with a screening date for each person who has none and of whom the rule knows.

    Args:
        anchors: study -> the name of the date on which it screens.

    Raises:
        DatasetError: the day lies after the data cut, no person has a visit, or the file is wrong.
    """
    births = births_of(facts.rows("person", _BIRTH), stated_births(facts))
    asked = asked_days(rule, person_names(facts), births, facts.data_cut)
    parts, any_day = [], False
    for part in facts.parts:
        persons, days = _days_of_part(part, rule, asked, facts.data_cut)
        parts.append(DatedPart(part, persons, dict.fromkeys(anchors.items(), days)))
        any_day = any_day or bool((days != NO_DAY).any())
    require_days(rule, any_day=any_day, place=facts.folder)
    workers = facts.workers
    if workers is not None:
        workers = workers.then(partial(dated_facts, rule=rule, anchors=dict(anchors)))
    dated = replace(facts, parts=tuple(parts), workers=workers)
    return dated.under_rule(f"screening dates by rule: {_said(rule)}")


def _said(rule: Rule) -> str:
    if isinstance(rule, Path):
        return f"{rule.name} (sha256 {hashlib.sha256(rule.read_bytes()).hexdigest()[:16]})"
    return str(rule)


def asked_days(
    rule: Rule, names: PersonNames, births: tuple[Whole, Days], data_cut: date
) -> Mapping[int, date] | None:
    """The day of each person whom the file of a rule names; None for a rule that names none.

    Args:
        births: of all persons, as `births_of` has them.

    Raises:
        DatasetError: the day of the rule lies after the data cut, or the file is wrong.
    """
    if isinstance(rule, Path):
        return _days_of_file(rule, names, births, data_cut)
    if isinstance(rule, PersonDays):
        found = {_person(names, name): day for name, day in rule.days.items() if day <= data_cut}
        return {person: day for person, day in found.items() if person is not None}
    if isinstance(rule, date) and rule > data_cut:
        raise DatasetError(
            "the day of screening lies after the data cut",
            expected=f"a day up to {data_cut.isoformat()}, the last of the data",
            got=rule.isoformat(),
            next_step="give that day, or import data that reach further",
        )
    return None


def dated_rows(
    part: Part,
    rule: Rule,
    asked: Mapping[int, date] | None,
    anchors: Mapping[str, str],
    data_cut: date,
) -> tuple[pa.Table, bool]:
    """The rows of `study_anchor` that a rule adds to a part, and whether it knows any day."""
    persons, days = _days_of_part(part, rule, asked, data_cut)
    dates = dict.fromkeys(anchors.items(), days)
    rows = date_rows(part, persons, dates).cast(_TABLE.schema)
    return rows, bool((days != NO_DAY).any())


def _days_of_part(
    part: Part, rule: Rule, asked: Mapping[int, date] | None, data_cut: date
) -> tuple[Whole, Days]:
    """The persons of a part, ascending, and the day by the rule for each."""
    persons, born = births_of(part.rows("person", _BIRTH), stated_births(part))
    days = _days(part, persons, rule, asked, data_cut)
    # Nobody is screened before birth.
    return persons, np.where(days < born, np.int32(NO_DAY), days)


def require_days(rule: Rule, *, any_day: bool, place: Path) -> None:
    """Nothing, when a rule by visits knows the day of anybody.

    Raises:
        DatasetError: nobody has a visit.
    """
    if isinstance(rule, str) and not any_day:
        raise DatasetError(
            "the dataset has no visits: none can be the day of screening",
            expected="rows of visit_occurrence up to the data cut",
            got="none",
            next_step="give a day, such as --screening-date 2024-01-31, or a CSV file",
            place=place,
        )


def births_of(people: pa.Table, stated: PossibleDays | None = None) -> tuple[Whole, Days]:
    """Persons, ascending, and the first day on which each may have been born; shape (persons,)."""
    person = whole_numbers(people["person_id"]).astype(np.int64)
    year, month, day = (whole_numbers(people[n], empty=1).astype(np.int64) for n in _BIRTH[1:])
    months = (year - 1970) * 12 + month - 1
    born = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + day - 1
    order = np.argsort(person)
    person, first = person[order], born[order].astype(np.int32)
    return person, first if stated is None else stated.widened(person, first, first)[0]


def undated_persons(
    facts: Facts, study: str, anchor: str, *, among: Collection[int] | None = None
) -> int:
    """How many persons have no such date in a study.

    Args:
        among: count these only; all when None.
    """
    return sum(undated_in(part, study, anchor, among=among) for part in facts.parts)


def undated_in(part: Part, study: str, anchor: str, *, among: Collection[int] | None = None) -> int:
    """As `undated_persons`, of one part."""
    rows = part.rows("person", ("person_id",), persons=among)
    persons = whole_numbers(rows["person_id"])
    dated = dated_persons(part, study, anchor)
    return int(np.count_nonzero(~np.isin(persons, dated)))


def _days(
    part: Part, persons: Whole, rule: Rule, asked: Mapping[int, date] | None, data_cut: date
) -> Days:
    """The day by the rule for each person, `NO_DAY` where it knows none; shape (persons,)."""
    if isinstance(rule, date):
        return np.full(len(persons), _number(rule), np.int32)
    if rule == DATA_CUT:
        return np.full(len(persons), _number(data_cut), np.int32)
    if asked is not None:
        found = (asked.get(person) for person in persons.tolist())
        return np.array([NO_DAY if day is None else _number(day) for day in found], np.int32)
    person, day = visit_days(part)
    if len(persons) == 0:
        return np.zeros(0, np.int32)
    place = np.minimum(np.searchsorted(persons, person), len(persons) - 1)
    known = (persons[place] == person) & (day <= _number(data_cut))
    if rule == LAST_VISIT:
        days = np.full(len(persons), NO_DAY, np.int32)
        np.maximum.at(days, place[known], day[known])
        return days
    days = np.full(len(persons), -NO_DAY, np.int32)
    np.minimum.at(days, place[known], day[known])
    return np.where(days == -NO_DAY, np.int32(NO_DAY), days)


def _number(day: date) -> int:
    return day.toordinal() - date(1970, 1, 1).toordinal()


def _days_of_file(
    path: Path, names: PersonNames, births: tuple[Whole, Days], data_cut: date
) -> Mapping[int, date]:
    found = dict[int, date]()
    for row in read_csv_rows(path, ("person", "date"), what="the file of screening dates"):
        person = _person(names, row.cells["person"])
        born = None if person is None else born_of(person, births)
        if person is None or born is None:
            raise refused(
                "the dataset has no such person",
                expected="an id as the source has it",
                got="another id" if row.cells["person"] else "nothing",
                next_step="correct the id; each character counts",
                file=path,
                row=row.number,
            )
        day = day_of(row, "date", path)
        if day > data_cut or _number(day) < born:
            late = day > data_cut
            raise refused(
                f"the day of screening lies {'after the data cut' if late else 'before birth'}",
                expected=f"a day from birth up to {data_cut.isoformat()}, the last of the data",
                got="a later day" if late else "a day before the person was born",
                next_step="correct the day"
                + (", or import data that reach further" if late else " or the birth"),
                file=path,
                row=row.number,
            )
        if found.setdefault(person, day) != day:
            raise refused(
                "one person has two days of screening",
                expected="one row a person",
                got="another day than before",
                next_step="keep the day that counts",
                file=path,
                row=row.number,
            )
    return found


def born_of(person: int, births: tuple[Whole, Days]) -> int | None:
    """The day of birth of a person; None for somebody who is not among them."""
    place = int(np.searchsorted(births[0], person))
    inside = place < len(births[0]) and int(births[0][place]) == person
    return int(births[1][place]) if inside else None


def _person(names: PersonNames, name: str) -> int | None:
    try:
        return names.person(name)
    except DatasetError:
        return None
