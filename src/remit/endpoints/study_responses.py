"""A study adjudicated: the responses of everyone followed, under one or all definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.endpoints.adjudication import Adjudication, adjudicate_all
from remit.endpoints.bound_definition import BoundDefinition, bind_definition
from remit.endpoints.confirmation import confirm, confirm_as_defined
from remit.endpoints.definition import Definition, VisitConfirmation
from remit.facts.opened import Facts
from remit.facts.person_names import person_names
from remit.followup.dataset_visits import read_follow_up
from remit.followup.follow_up import FollowUp, VisitNeeds
from remit.followup.schedule import StudyVisits
from remit.followup.windows import visits_in_window
from remit.instruments.inputs import Inputs
from remit.protocol import Protocol
from remit.result_table import Tabular

DIED = "died"


@dataclass(frozen=True, slots=True)
class StudyAdjudication(Tabular):
    """The responses of everyone followed in a study.

    Attributes:
        followed: the visits and what is known at each.
        adjudications: one a definition, over all rows of `followed.visits`.
        not_collected: definition id -> what it reads and no one followed has.
    """

    followed: FollowUp
    adjudications: tuple[Adjudication, ...]
    not_collected: Mapping[str, tuple[str, ...]]

    def __repr__(self) -> str:
        persons, visits = len(np.unique(self.visits.visits.person)), len(self.visits.ids)
        what = f"{persons:,} persons, {visits} visits, {len(self.adjudications)} definitions"
        return f"<StudyAdjudication {self.protocol.id}: {what}>"

    def to_arrow(self) -> pa.Table:
        """One row a definition, visit and person.

        Returns:
            person_id, person (the id as it came), visit, planned (the visit's day), definition,
            response (observed), imputed (by the definition's rules), imputed_for (why: an
            intercurrent event or `missing`; empty where it is the observed one).
        """
        rows = [(visit, self.rows_at(visit)) for visit in self.visits.ids]
        planned, names = self.visits.visits, person_names(self.followed.facts)
        tables = []
        for found in self.adjudications:
            observed, imputed = found.words(found.places), found.words(found.imputed)
            why = found.imputed_for
            for visit, at in rows:
                columns = {
                    "person_id": pa.array(planned.person[at], pa.int64()),
                    "person": pa.array(names.all_shown(planned.person[at]), pa.string()),
                    "visit": pa.repeat(visit, len(at)),
                    "planned": pa.array(planned.day[at], pa.date32()),
                    "definition": pa.repeat(found.definition.id, len(at)),
                    "response": pa.array([observed[row] for row in at], pa.string()),
                    "imputed": pa.array([imputed[row] for row in at], pa.string()),
                    "imputed_for": pa.array([why[row] or None for row in at], pa.string()),
                }
                tables.append(pa.table(columns))
        return pa.concat_tables(tables)

    @property
    def protocol(self) -> Protocol:
        return self.followed.protocol

    @property
    def arms(self) -> Mapping[int, str]:
        """Person -> arm, where the dataset says."""
        return self.followed.arms

    @property
    def visits(self) -> StudyVisits:
        return self.followed.visits

    def visit_named(self, name: str) -> str:
        """The id of a planned visit; errors as `FollowUp.visit_named`."""
        return self.followed.visit_named(name)

    def rows_at(self, visit: str) -> npt.NDArray[np.int64]:
        """The rows of one visit, one a person; errors as `visit_named`."""
        return self.followed.rows_at(visit)

    def confirmed(self) -> StudyAdjudication:
        """The same, where a response counts only if the planned visit before reached it too.

        Definitions with a confirmation of their own keep that.
        """
        asked = VisitConfirmation(text="The planned visit before has to show the response too.")
        previous = self.visits.visits.moments["previous"]
        found = tuple(
            item if item.definition.confirmation else confirm(item, asked, previous)
            for item in self.adjudications
        )
        return replace(self, adjudications=found)

    def in_window(self, adjudication: Adjudication) -> npt.NDArray[np.bool_] | None:
        """The rows whose visit is one at which the definition's source judges; None: at any."""
        window = adjudication.definition.window
        return None if window is None else visits_in_window(window, self.visits)


def needs_of(
    definitions: Sequence[BoundDefinition], *, more_scores: Sequence[str] = ()
) -> VisitNeeds:
    """What some definitions have to know at each visit.

    What intercurrent events read is present at a visit if it was recorded as present on any day
    since the visit before.

    Args:
        more_scores: instruments to score beside those that the definitions read.
    """
    inputs, events = Inputs(), Inputs()
    for bound in definitions:
        inputs = inputs.plus(bound.inputs)
        events = events.plus(Inputs(categories=bound.event_inputs.categories))
    named = [name for bound in definitions for name in bound.definition.instruments]
    return VisitNeeds(inputs, events, tuple(dict.fromkeys([*named, *more_scores])))


def adjudicate_followed(
    followed: FollowUp, definitions: Sequence[BoundDefinition]
) -> StudyAdjudication:
    """Adjudicate every visit of everyone followed.

    Args:
        followed: with what `needs_of` says of the definitions.
    """
    previous = followed.visits.visits.moments["previous"]
    found = confirm_as_defined(adjudicate_all(definitions, followed.sheet), previous)
    dead = followed.after_death()
    found = tuple(replace(_after_death(item, dead), later=followed.not_due) for item in found)
    missing = {bound.definition.id: _not_collected(bound, followed) for bound in definitions}
    return StudyAdjudication(followed, found, missing)


def _after_death(adjudication: Adjudication, dead: npt.NDArray[np.bool_]) -> Adjudication:
    """The same, with a death as an intercurrent event where the definition counts it as one."""
    definition = adjudication.definition
    if definition.type == "flare" or definition.death != "non_responder" or not dead.any():
        return adjudication
    return replace(
        adjudication,
        intercurrent={DIED: dead, **adjudication.intercurrent},
        overruled=adjudication.overruled | (dead & ~adjudication.outside),
    )


def adjudicate_study(
    protocol: Protocol,
    facts: Facts,
    definitions: Sequence[Definition],
    *,
    persons: tuple[int, ...] | None = None,
    more_scores: Sequence[str] = (),
    arms: Mapping[int, str] | None = None,
) -> StudyAdjudication:
    """Follow everyone taken into a study and adjudicate them; as `read_follow_up` has it.

    Raises:
        ProtocolError: the study plans no visits.
        DatasetError: the dataset holds rows that cannot be.
    """
    facts = facts.under(protocol.dictionary)
    bound = tuple(bind_definition(definition, facts.codes) for definition in definitions)
    needs = needs_of(bound, more_scores=more_scores)
    followed = read_follow_up(protocol, facts, needs, persons=persons, arms=arms)
    return adjudicate_followed(followed, bound)


def _not_collected(bound: BoundDefinition, followed: FollowUp) -> tuple[str, ...]:
    """What a definition reads and no visit after the baseline has."""
    sheet, later = followed.sheet, followed.visits.place > 0
    missing = []
    for name in bound.inputs.names:
        numbers, categories = sheet.numbers.get(name), sheet.categories.get(name)
        column = numbers or categories
        if column is None or (later.any() and bool(np.all(column.why[later] > 0))):
            missing.append(name)
    return tuple(missing)
