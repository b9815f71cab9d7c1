"""The day on which persons are screened, by rule, where the dataset does not say.

A date that the dataset holds goes before the rule. The rule changes no file: it stands on top of an
opened dataset.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.arrays import NO_DAY, Days, Whole, arrow_of, repeated_text, texts_of, whole_numbers
from remit.facts.asked_days import AskedDays
from remit.facts.imprecise_dates import Asked, PossibleDays, open_days, stated_births
from remit.facts.intake.accounting.report import refused
from remit.facts.intake.sources.csv_file import day_of, iso_day, read_csv_rows
from remit.facts.opened import Facts
from remit.facts.person_names import PersonNames, person_names
from remit.facts.reading import Block, Kind, Part, TablesPart, at_hand, chosen_rows
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
        rows, found = dated_rows(part, rule, asked, anchors, facts.data_cut)
        parts.append(DatedPart(part, rows))
        any_day = any_day or found
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
    persons, born = births_of(part.rows("person", _BIRTH), stated_births(part))
    days = _days(part, persons, rule, asked, data_cut)
    days = np.where(days < born, np.int32(NO_DAY), days)  # nobody is screened before birth
    dates = dict.fromkeys(anchors.items(), days)
    return date_rows(part, persons, dates), bool((days != NO_DAY).any())


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
    return int(np.count_nonzero(~np.isin(persons, _dated(part, study, anchor))))


def _dated(part: Part, study: str, anchor: str) -> Whole:
    """The persons who have a date of this name."""
    rows = part.rows("study_anchor", ("person_id", "anchor"), study=study)
    names, name = texts_of(rows["anchor"])
    wanted = np.array([known == anchor for known in names], np.bool_)[name]
    return np.asarray(whole_numbers(rows["person_id"])[wanted], np.int64)


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


def date_rows(part: Part, persons: Whole, dates: Mapping[tuple[str, str], Days]) -> pa.Table:
    """Rows of `study_anchor` for the persons of a part who have no such date yet, in its order.

    Args:
        persons: ascending.
        dates: study and name of the date -> the day of each person; `NO_DAY` where there is none.
    """
    pieces = []
    for (study, anchor), days in sorted(dates.items(), key=lambda item: item[0]):
        new = days != NO_DAY
        held = _dated(part, study, anchor)
        if len(held):
            new &= ~np.isin(persons, held)
        at = np.flatnonzero(new)
        columns = {
            "person_id": arrow_of(persons.take(at), pa.int64()),
            "study": repeated_text(study, len(at)),
            "anchor": repeated_text(anchor, len(at)),
            "anchor_date": arrow_of(days.take(at), pa.int32()).view(pa.date32()),
        }
        schema = _TABLE.schema
        pieces.append(pa.Table.from_arrays([columns[n] for n in schema.names], schema=schema))
    # `Schema.empty_table` would load pandas, which takes longer than a small screening.
    return pa.concat_tables([pa.Table.from_batches([], _TABLE.schema), *pieces])


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


class DatedPart:
    """A part with more named dates; all else is that of the part.

    Most of what a dataset holds of named dates is of other studies: only those that are asked for
    are read and brought into order, once for each study.
    """

    def __init__(self, part: Part, added: pa.Table) -> None:
        self._part, self._added = part, added
        # One entry is set at once, so that threads may fill it side by side.
        self._dates: dict[str | None, TablesPart] = {}

    @property
    def kinds(self) -> Sequence[Kind]:
        """As `Part.kinds`."""
        return self._part.kinds

    @property
    def range(self) -> object:
        """Whose rows they are, where the part says it."""
        return getattr(self._part, "range", None)

    @property
    def in_files(self) -> bool:
        """Whether its rows lie in open files, as the part says it."""
        return bool(getattr(self._part, "in_files", False))

    def fetched(
        self,
        needs: Mapping[str, Sequence[Block]],
        *,
        persons: Collection[int] | None = None,
        days: AskedDays | None = None,
    ) -> Part:
        """As `DistantPart.fetched`; what is read by leaves is no date by rule."""
        return at_hand(self._part, needs, persons=persons, days=days)

    def open_days(
        self, of: Asked | None = None, *, persons: Collection[int] | None = None
    ) -> pa.Table:
        """As `OpenDaysPart.open_days`."""
        return open_days(self._part, of, persons=persons)

    def rows(
        self,
        table: str,
        columns: Sequence[str],
        *,
        concepts: Collection[int] | None = None,
        persons: Collection[int] | None = None,
        study: str | None = None,
    ) -> pa.Table:
        """As `Part.rows`."""
        part = self._dated(study) if table == "study_anchor" else self._part
        return part.rows(table, columns, concepts=concepts, persons=persons, study=study)

    def _dated(self, study: str | None) -> TablesPart:
        """The named dates of a study, of all when None."""
        if study not in self._dates:
            held = self._part.rows("study_anchor", _TABLE.schema.names, study=study)
            added = chosen_rows(
                self._added, _TABLE, _TABLE.schema.names, concepts=None, persons=None, study=study
            )
            # Those of one study are read as codes of few texts.
            tables = [held.cast(_TABLE.schema), added]
            in_order = study is not None and held.num_rows == 0  # as `date_rows` gives them
            self._dates[study] = TablesPart(
                {"study_anchor": pa.concat_tables(tables)},
                in_order=("study_anchor",) if in_order else (),
            )
        return self._dates[study]
