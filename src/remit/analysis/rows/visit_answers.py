"""The answers behind numbers: one a person, visit and analysis, with how each came about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.result_table import Tabular

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Words = npt.NDArray[np.str_]
# No, as far as it was looked at: the bounds of a proportion say what more could change.
NOT_EACH = "not known at every visit: another state there is not excluded"
NOT_ALL = "not every test is known: another change is not excluded"
NOT_TO_END = "not watched to the end: a later event is not excluded"
IN_PART = (NOT_EACH, NOT_ALL, NOT_TO_END)
OBSERVED, MISSING = "observed", "missing"
NO_RESPONSE = f"{MISSING}: counts as no response"
NOT_YET_DUE = "not yet due at the data cut"
PERHAPS = "perhaps not yet due, her data cut is not known under pseudonyms"


@dataclass(frozen=True, slots=True, eq=False)
class VisitAnswers(Tabular):
    """What each person of a population answers at one visit, or once; all arrays (persons,).

    Attributes:
        analysis, visit: whose; the visit is empty where there is one answer a person.
        person: ids, ascending.
        name: the ids as they came.
        arm: the arm of each, by its id.
        value: 1 or 0, a number or days; 0 where `known` is not.
        known: whether there is an answer.
        event: of times, whether what was waited for happened; of all others None.
        how: `observed`, or why the answer is another one or is not there.
        baseline: name of a covariate -> its values, not a number where it is unknown.
        strata: the stratum of each, in words; None where there is one.
        unit: of the values.
        since: of times, the last day on which it is known not to have happened; None of all others.
        levels: of answers in words, the words in their order; the value is the place of one.
        about: the part of the analysis that they answer, as `ResultRow.part` begins; all of it
            where it is empty.
        after: the intercurrent event that came first by the visit, empty where none did; None where
            nobody asks. `how` says it of every answer that is not there.
        rival: of times, the event that shut the awaited one out, empty where none did; None where
            none can.
        left_out: arm -> why, of each of its persons who was left out since nothing was due of her.
    """

    analysis: str
    visit: str
    person: npt.NDArray[np.int64]
    name: tuple[str, ...]
    arm: Words
    value: Floats
    known: Flags
    how: Words
    event: Flags | None = None
    baseline: Mapping[str, Floats] = field(default_factory=dict)
    strata: Words | None = None
    unit: str = ""
    levels: tuple[str, ...] = ()
    since: Floats | None = None
    about: tuple[str, ...] = ()
    after: Words | None = None
    rival: Words | None = None
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<VisitAnswers {self.analysis} {self.visit}: {len(self.person)} persons>"

    def of_arm(self, arm: str) -> VisitAnswers:
        """Those of one arm."""
        return self.where(self.arm == arm)

    def where(self, kept: Flags) -> VisitAnswers:
        """Those of some persons."""
        return VisitAnswers(
            self.analysis,
            self.visit,
            self.person[kept],
            tuple(name for name, here in zip(self.name, kept.tolist(), strict=True) if here),
            self.arm[kept],
            self.value[kept],
            self.known[kept],
            self.how[kept],
            None if self.event is None else self.event[kept],
            {name: column[kept] for name, column in self.baseline.items()},
            None if self.strata is None else self.strata[kept],
            self.unit,
            self.levels,
            None if self.since is None else self.since[kept],
            self.about,
            None if self.after is None else self.after[kept],
            None if self.rival is None else self.rival[kept],
            self.left_out,
        )

    @property
    def used(self) -> VisitAnswers:
        """Those with an answer."""
        return self.where(self.known)

    @property
    def digest(self) -> str:
        """A hash of all of it, whatever the order of the persons: what a number stands on."""
        table = self.to_arrow().sort_by("person_id")
        lines = "\n".join(repr(tuple(row.values())) for row in table.to_pylist())
        return sha256(lines.encode()).hexdigest()

    def to_arrow(self) -> pa.Table:
        """One row a person.

        Returns:
            analysis, visit, about, person_id, person (the id as it came), arm, value (empty where
            there is none), answer (the value in words, where it has some), event, since (of times),
            how, stratum.
        """
        n = len(self.person)
        return pa.table(
            {
                "analysis": pa.repeat(self.analysis, n),
                "visit": pa.repeat(self.visit, n),
                "about": pa.array([list(self.about)] * n, pa.list_(pa.string())),
                "person_id": pa.array(self.person, pa.int64()),
                "person": pa.array(self.name, pa.string()),
                "arm": pa.array(self.arm.tolist(), pa.string()),
                "value": pa.array(self.value, pa.float64(), mask=~self.known),
                "answer": pa.array(self._answers(), pa.string()),
                "event": pa.array([None] * n if self.event is None else self.event, pa.bool_()),
                "since": pa.array([None] * n if self.since is None else self.since, pa.float64()),
                "how": pa.array(self.how.tolist(), pa.string()),
                "stratum": pa.array(
                    [None] * n if self.strata is None else self.strata.tolist(), pa.string()
                ),
            }
        )

    def _answers(self) -> list[str | None]:
        """Each answer in words; None where there is none, or answers are numbers."""
        words = dict(enumerate(self.levels))
        known = zip(self.value.tolist(), self.known.tolist(), strict=True)
        return [words.get(int(value)) if words and here else None for value, here in known]


_SHOWN = {
    "analysis": pa.string(),
    "visit": pa.string(),
    "person_id": pa.int64(),
    "person": pa.string(),
    "arm": pa.string(),
    "value": pa.float64(),
    "unit": pa.string(),
}


def shown_table(answers: Sequence[VisitAnswers]) -> pa.Table:
    """The numbers of some visits, one row a person who has one: what figures are drawn of."""
    parts = []
    for one in answers:
        here, n = one.used, int(np.count_nonzero(one.known))
        columns = (
            [one.analysis] * n, [one.visit] * n, here.person, here.name, here.arm.tolist(),
            here.value, [one.unit] * n,
        )  # fmt: skip
        arrays = [pa.array(c, k) for c, k in zip(columns, _SHOWN.values(), strict=True)]
        parts.append(pa.table(arrays, names=list(_SHOWN)))
    return pa.concat_tables(parts)


def shown_answers(table: pa.Table) -> tuple[VisitAnswers, ...]:
    """The answers of a table that `shown_table` made, visit by visit."""
    found = []
    for visit in dict.fromkeys(table["visit"].to_pylist()):
        rows = [row for row in table.to_pylist() if row["visit"] == visit]
        found.append(
            VisitAnswers(
                rows[0]["analysis"],
                visit,
                np.array([row["person_id"] for row in rows], np.int64),
                tuple(row["person"] for row in rows),
                np.array([row["arm"] for row in rows], np.str_),
                np.array([row["value"] for row in rows], np.float64),
                np.ones(len(rows), np.bool_),
                np.full(len(rows), OBSERVED, np.str_),
                unit=rows[0]["unit"],
            )
        )
    return tuple(found)
