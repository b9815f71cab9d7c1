"""Who became eligible, lost it, was settled or became open since an earlier screening, and by what.

Persons are compared by the id as it came: a dataset that is made anew may number them otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa

from remit.facts.person_names import person_names
from remit.screening.change_causes import change_causes, compare_persons
from remit.screening.earlier_screenings import EarlierScreening
from remit.screening.study_screenings import Screening, Standing
from remit.screening.worklist import STATUS_WORDS, natural_key
from remit.terminal import plain_text

Kind = Literal[
    "became eligible",
    "lost eligibility",
    "became open",
    "settled",
    "new in the data",
    "no longer in the data",
    "new cohort",
    "cohort is gone",
]
KINDS: tuple[Kind, ...] = (
    "became eligible",
    "lost eligibility",
    "became open",
    "settled",
    "new in the data",
    "no longer in the data",
    "new cohort",
    "cohort is gone",
)
_TOLD = 3  # criteria that a line tells; of more it says how many there are
_BY_WORD = {standing.word: standing for standing in Standing}


@dataclass(frozen=True, slots=True)
class Change:
    """A person who stands otherwise in a cohort than at the earlier screening.

    Attributes:
        name: the id as it came.
        was, now: None where she was not, or is no longer, in the data or in a cohort of the study.
        causes: criterion id -> what changed it, in words; empty for who came or went.
    """

    name: str
    cohort: str | None
    kind: Kind
    was: Standing | None
    now: Standing | None
    causes: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """By what, in one line."""
        told = [
            f"{name}: {words}" if name else words
            for name, words in list(self.causes.items())[:_TOLD]
        ]
        more = len(self.causes) - _TOLD
        return plain_text("; ".join(told) + (f"; and {more} more" if more > 0 else ""))


@dataclass(frozen=True, slots=True)
class Changes:
    """All changes since an earlier screening, by kind and then by id.

    Attributes:
        known: whether the earlier screening holds the records that it was made from.
    """

    earlier: EarlierScreening
    rows: tuple[Change, ...]

    @property
    def known(self) -> bool:
        return self.earlier.records is not None

    def count(self, kind: Kind) -> int:
        return sum(row.kind == kind for row in self.rows)


def changes_since(screening: Screening, earlier: EarlierScreening) -> Changes:
    """What changed, cohort by cohort."""
    names = person_names(screening.facts)
    shown = names.all_shown(screening.person_ids)
    now = {
        (name, cohort.cohort): Standing(int(code))
        for cohort in screening.cohorts
        for name, code in zip(shown, cohort.standings, strict=True)
    }
    was = {key: _BY_WORD[word] for key, word in earlier.standings.items()}
    cohorts_then = {cohort for _, cohort in was}
    cohorts = {cohort.cohort: cohort for cohort in screening.cohorts}
    changed: dict[tuple[str, str | None], Kind] = {}
    for key in dict.fromkeys((*now, *was)):
        kind = _kind(was.get(key), now.get(key))
        if kind == "new in the data" and was and key[1] not in cohorts_then:
            kind = "new cohort"
        elif kind == "no longer in the data" and key[1] not in cohorts:
            kind = "cohort is gone"
        if kind is not None:
            changed[key] = kind
    compared = {key for key in changed if key in now and key in was}
    places = {name: place for place, name in enumerate(shown)}
    found = compare_persons(screening, earlier, {name: places[name] for name, _ in compared})
    rows = [
        Change(
            name,
            cohort,
            kind,
            was.get((name, cohort)),
            now.get((name, cohort)),
            change_causes(found, name, cohorts[cohort], now[name, cohort])
            if (name, cohort) in compared
            else {},
        )
        for (name, cohort), kind in changed.items()
    ]
    rows.sort(key=lambda row: (KINDS.index(row.kind), natural_key(row.name)))
    return Changes(earlier, tuple(rows))


def _kind(was: Standing | None, now: Standing | None) -> Kind | None:
    if was is now:
        return None
    if was is None:
        return "new in the data"
    if now is None:
        return "no longer in the data"
    if now is Standing.ELIGIBLE:
        return "became eligible"
    if now is Standing.UNDETERMINED:
        return "became open"
    return "lost eligibility" if was is Standing.ELIGIBLE else "settled"


CHANGE_COLUMNS = pa.schema(
    [("was", pa.string()), ("change", pa.string()), ("changed_by", pa.string())]
)


def worklist_with_changes(worklist: pa.Table, changes: Changes) -> pa.Table:
    """The worklist with the columns of `CHANGE_COLUMNS`; who is no longer there stands below."""
    by_row = {(row.name, row.cohort): row for row in changes.rows}
    keys = zip(worklist["person"].to_pylist(), worklist["cohort"].to_pylist(), strict=True)
    cells = [_cells(by_row.get(key)) for key in keys]
    beside = pa.Table.from_pylist(cells, CHANGE_COLUMNS)
    for name in CHANGE_COLUMNS.names:
        worklist = worklist.append_column(CHANGE_COLUMNS.field(name), beside[name])
    gone = [row for row in changes.rows if row.now is None]
    below = pa.Table.from_pylist(
        [{"person": row.name, "cohort": row.cohort, **_cells(row)} for row in gone],
        worklist.schema,
    )
    return pa.concat_tables([worklist, below])


def changes_table(changes: Changes) -> pa.Table:
    """A row a change: person (the id as it came), cohort, status now, and `CHANGE_COLUMNS`."""
    head = [("person", pa.string()), ("cohort", pa.string()), ("status", pa.string())]
    rows = [
        {
            "person": row.name,
            "cohort": row.cohort,
            "status": None if row.now is None else STATUS_WORDS[row.now],
            **_cells(row),
        }
        for row in changes.rows
    ]
    return pa.Table.from_pylist(rows, pa.schema([*head, *CHANGE_COLUMNS]))


def _cells(row: Change | None) -> dict[str, str | None]:
    if row is None:
        return dict.fromkeys(CHANGE_COLUMNS.names)
    return {
        "was": None if row.was is None else STATUS_WORDS[row.was],
        "change": row.kind,
        "changed_by": row.words or None,
    }
