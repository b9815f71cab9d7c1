"""The follow-up of a study: who was taken in, their visits, and what is known at each visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.sheet import Sheet
from remit.errors import ProtocolError
from remit.facts.opened import Facts
from remit.followup.schedule import StudyVisits
from remit.instruments.inputs import Inputs
from remit.instruments.scores import Scores
from remit.protocol import Protocol


@dataclass(frozen=True, slots=True)
class VisitNeeds:
    """What has to be known at the visits of a study.

    Attributes:
        inputs: read at each visit; outputs of the instruments may be among them.
        since_previous: findings that count on any day since the visit before.
        instruments: ids of those that are scored at each visit.
    """

    inputs: Inputs = field(default_factory=Inputs)
    since_previous: Inputs = field(default_factory=Inputs)
    instruments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Everyone followed in a study, visit by visit.

    Attributes:
        facts: what it was read from.
        arms: person -> arm, where the dataset says.
        needs: what was asked to be known.
        visits: the planned visits, one a row of `sheet`.
        sheet: what is known at each visit; outputs of instruments are columns of it.
        scores: instrument id -> its results, with every item.
        not_due: the visits that were not yet due at the data cut (`visits_not_due`), shape (rows,).
        deaths: person -> the day on which she died, of everyone followed who did; the last possible
            one where it is not exactly known, so that no visit counts as one after it that may not.
    """

    protocol: Protocol
    facts: Facts
    arms: Mapping[int, str]
    needs: VisitNeeds
    visits: StudyVisits
    sheet: Sheet
    scores: Mapping[str, Scores]
    not_due: npt.NDArray[np.bool_]
    deaths: Mapping[int, date] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<FollowUp {self.protocol.id}: {self.visits!r}>"

    def after_death(self) -> npt.NDArray[np.bool_]:
        """The rows whose planned day lies after the person's death; shape (rows,)."""
        visits = self.visits.visits
        if not self.deaths:
            return np.zeros(len(visits), np.bool_)
        died = np.array(sorted(self.deaths), np.int64)
        days = np.array([self.deaths[person] for person in died.tolist()], "datetime64[D]")
        place = np.minimum(np.searchsorted(died, visits.person), len(died) - 1)
        late = (died[place] == visits.person) & (visits.day > days[place])
        return np.asarray(late, np.bool_)

    def visit_named(self, name: str) -> str:
        """The id of a planned visit; `week24`, `Week 24` and `week-24` mean `week_24`.

        Raises:
            ProtocolError: the study plans no such visit.
        """
        plain = {_plain(visit): visit for visit in self.visits.ids}
        if _plain(name) not in plain:
            raise ProtocolError(
                f"{self.protocol.id} plans no visit {name!r}",
                expected=", ".join(self.visits.ids),
                got=name,
                next_step="name a planned visit",
            )
        return plain[_plain(name)]

    def rows_at(self, visit: str) -> npt.NDArray[np.int64]:
        """The rows of one visit, one a person; errors as `visit_named`."""
        return np.flatnonzero(self.visits.place == self.visits.ids.index(self.visit_named(visit)))


def _plain(visit: str) -> str:
    return "".join(letter for letter in visit.casefold() if letter.isalnum())
