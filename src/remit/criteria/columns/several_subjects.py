"""Persons who are several subjects each: what was read of a person once stands for all of hers.

Rows are read by persons. They are repeated for subjects when a leaf asks for them as rows, which
takes many times the room; what a leaf can ask of a person is only looked up for her subjects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.coverage import Periods
from remit.criteria.columns.rows import Rows
from remit.criteria.columns.subjects import Subjects
from remit.facts.selection import taken

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SeveralSubjects:
    """Which subjects each person is: those from `begin` on, `count` of them; shape (persons,).

    Attributes:
        person: the place of the person of each subject, shape (subjects,).
    """

    begin: Whole
    count: Whole
    person: Whole

    def rows(self, rows: Rows) -> Rows:
        """The rows of persons, each standing once for each subject of its person, in order."""
        new = np.append(True, rows.subject[1:] != rows.subject[:-1])[: len(rows)]
        new[rows.edges[:-1].compress(rows.edges[:-1] < len(rows))] = True
        # A run is the rows of one code and person: it stands as a whole for each subject.
        run = np.flatnonzero(new)
        length, person = np.diff(run, append=len(rows)), rows.subject.take(run)
        of_run, subject = paired(self.begin.take(person), self.count.take(person))
        of_whole, at = paired(run.take(of_run), length.take(of_run))
        edges = rows.edges
        if len(edges):
            held = np.append(0, np.cumsum(self.count.take(person) * length))
            edges = held.take(np.searchsorted(run, edges))
        return replace(rows.take(at), subject=subject.take(of_whole), edges=edges)

    def periods(self, periods: Periods) -> Periods:
        """The observation periods of persons as those of their subjects."""
        person, start, end = periods.others
        of, subject = paired(self.begin.take(person), self.count.take(person))
        return Periods(
            taken(periods.first_start, self.person),
            taken(periods.first_end, self.person),
            (subject, start.take(of), end.take(of)),
        )


class RepeatedTables(Mapping[str, tuple[Rows, ...]]):
    """Tables of the rows of persons, each repeated for subjects once it is asked for."""

    def __init__(self, tables: Mapping[str, tuple[Rows, ...]], several: SeveralSubjects) -> None:
        self._tables, self._several = tables, several
        self._repeated: dict[str, tuple[Rows, ...]] = {}

    def __getitem__(self, name: str) -> tuple[Rows, ...]:
        if name not in self._repeated:
            found = self._tables[name]
            self._repeated[name] = tuple(self._several.rows(rows) for rows in found)
        return self._repeated[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


def several_subjects(who: Subjects) -> SeveralSubjects | None:
    """Which subjects each person is; None where each is one."""
    again = who.person[1:] == who.person[:-1]
    if not again.any():
        return None
    begin = np.flatnonzero(np.append(True, ~again))
    count = np.diff(begin, append=len(who))
    return SeveralSubjects(begin, count, np.repeat(np.arange(len(begin)), count))


def people_of(who: Subjects, several: SeveralSubjects) -> Subjects:
    """The persons of some subjects, each once and without a date."""
    own = who.own_cuts
    return replace(
        who,
        person=who.person.take(several.begin),
        dates={},
        sex=who.sex.take(several.begin),
        born_first=who.born_first.take(several.begin),
        born_last=who.born_last.take(several.begin),
        belonging={},
        own_cuts=None if own is None else own.take(several.begin),
    )


def paired(begin: Whole, count: Whole) -> tuple[Whole, Whole]:
    """Each left row with each of its right ones, which stand at `begin` and after it."""
    left = np.repeat(np.arange(len(count)), count)
    # How far a left row's right ones lie from its own pairs.
    right = np.repeat(begin - (np.cumsum(count) - count), count)
    right += np.arange(len(left))
    return left, right
