"""A study adjudicated: its visits, the sheet, and the responses under one or all definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from remit.criteria.compiling.sources import Sources
from remit.endpoints.adjudicating import Adjudication, adjudicate_all
from remit.endpoints.assembling import Assembled, assemble_sheet
from remit.endpoints.catalogue import (
    BoundDefinition,
    bind_definition,
    definition_named,
    packaged_definitions,
)
from remit.endpoints.comparing import Comparison, compare_definitions
from remit.endpoints.confirming import confirm, confirm_as_defined
from remit.endpoints.schema import Confirmation
from remit.endpoints.timing import visits_in_window
from remit.endpoints.visits import StudyVisits, plan_visits
from remit.errors import DatasetError, InstrumentError, ProtocolError
from remit.facts.ibis_connection import connect
from remit.facts.opened import Facts
from remit.facts.soundness import require_sound
from remit.facts.tables import TABLES
from remit.protocol import Protocol

ALLOCATION = "allocation"


@dataclass(frozen=True, slots=True)
class StudyAdjudication:
    """The responses of everyone followed in a study.

    Attributes:
        adjudications: one a definition, over all rows of `assembled.visits`.
        arms: person -> arm, where the dataset says.
        not_collected: definition id -> what it reads and no one followed has.
    """

    protocol: Protocol
    dataset: Facts
    assembled: Assembled
    adjudications: tuple[Adjudication, ...]
    arms: Mapping[int, str]
    not_collected: Mapping[str, tuple[str, ...]]

    @property
    def visits(self) -> StudyVisits:
        return self.assembled.visits

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

    def confirmed(self) -> StudyAdjudication:
        """The same, where a response counts only if the planned visit before reached it too.

        Definitions with a confirmation of their own keep that.
        """
        asked = Confirmation(text="The planned visit before has to show the response too.")
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

    def compare(self, visit: str) -> Comparison:
        """The same patients under every definition of response, at one visit.

        A definition of flare is left out: to meet it is no response.
        """
        rows = self.rows_at(visit)
        compared = [a for a in self.adjudications if a.definition.type != "flare"]
        elsewhere = {}
        for item in compared:
            window, timely = item.definition.window, self.in_window(item)
            if window is not None and timely is not None and not np.any(timely[rows]):
                elsewhere[item.definition.id] = window.words
        return compare_definitions(
            compared,
            rows=rows,
            persons=self.visits.visits.person[rows],
            visit=self.visit_named(visit),
            arms=self.arms or None,
            elsewhere=elsewhere,
        )


def _plain(visit: str) -> str:
    return "".join(letter for letter in visit.casefold() if letter.isalnum())


def all_definitions() -> tuple[BoundDefinition, ...]:
    """Every packaged definition."""
    return tuple(bind_definition(item) for item in packaged_definitions().values())


def own_definition(protocol: Protocol) -> str | None:
    """The name of the study's own definition, as its protocol is set; None where it names none."""
    names = ("response_definition", "response")
    parameter = next((name for name in names if name in protocol.parameters), None)
    return None if parameter is None else protocol.setting(parameter)


def chosen_definitions(protocol: Protocol, *names: str) -> tuple[BoundDefinition, ...]:
    """The definitions meant by some names or files; `all`; the study's own where none is named.

    Raises:
        InstrumentError: there is no such definition, or two have one id.
        ProtocolError: the study names no definition of its own.
    """
    if not names:
        own = own_definition(protocol)
        if own is None:
            raise ProtocolError(
                f"{protocol.id} names no definition of response",
                expected="a parameter response_definition",
                next_step="name one with --definition",
            )
        names = (own,)
    found: dict[str, BoundDefinition] = {}
    for name in names:
        more = all_definitions() if name == "all" else (bind_definition(definition_named(name)),)
        for bound in more:
            if bound.definition.id in found:
                raise InstrumentError(
                    f"two definitions are called {bound.definition.id!r}",
                    next_step="give the edited file an id of its own",
                    place=name,
                )
            found[bound.definition.id] = bound
    return tuple(found.values())


def adjudicate_study(
    protocol: Protocol,
    dataset: Facts,
    definitions: Sequence[BoundDefinition],
    *,
    persons: tuple[int, ...] | None = None,
    more_scores: Sequence[str] = (),
    arms: Mapping[int, str] | None = None,
) -> StudyAdjudication:
    """Adjudicate every planned visit of everyone taken into the study.

    Args:
        persons: these only; all when None.
        arms: who was taken in, and into which arm; as the dataset's extra `allocation` says when
            None. Where neither says so, all count of whom anything was recorded after baseline.
        more_scores: instruments to score beside those that the definitions read.

    Raises:
        ProtocolError: the study plans no visits.
        DatasetError: the dataset holds rows that cannot be.
    """
    if not dataset.manifest.checked:
        require_sound(dataset)
    backend = connect(dataset)
    tables = {name: backend.table(name) for name in TABLES}
    sources = Sources(tables, protocol.id, dataset.data_cut, dataset.manifest.complete)
    known = read_arms(dataset, protocol.id) if arms is None else arms
    if known:
        taken = set(known) if persons is None else set(known) & set(persons)
        persons = tuple(sorted(taken))
    visits = plan_visits(protocol, tables["study_anchor"], persons=persons)
    assembled = assemble_sheet(definitions, visits, sources, more=more_scores, everyone=bool(known))
    backend.disconnect()
    previous = assembled.visits.visits.moments["previous"]
    adjudications = confirm_as_defined(adjudicate_all(definitions, assembled.sheet), previous)
    return StudyAdjudication(
        protocol,
        dataset,
        assembled,
        adjudications,
        known,
        {bound.definition.id: _not_collected(bound, assembled) for bound in definitions},
    )


def _not_collected(bound: BoundDefinition, assembled: Assembled) -> tuple[str, ...]:
    """What a definition reads and no visit after the baseline has."""
    sheet, later = assembled.sheet, assembled.visits.place > 0
    missing = []
    for name in bound.inputs.names:
        numbers, categories = sheet.numbers.get(name), sheet.categories.get(name)
        column = numbers or categories
        if column is None or (later.any() and bool(np.all(column.why[later] > 0))):
            missing.append(name)
    return tuple(missing)


def read_arms(dataset: Facts, study: str) -> Mapping[int, str]:
    """Person -> arm, from the dataset's extra `allocation`; empty where it has none."""
    if ALLOCATION not in dataset.manifest.extras:
        return {}
    return arms_of_file(dataset.path(ALLOCATION), study)


def arms_of_file(path: Path, study: str) -> Mapping[int, str]:
    """Person -> arm, from a Parquet file with person_id, arm and perhaps study.

    Raises:
        DatasetError: it cannot be read or lacks a column.
    """
    try:
        table = pq.read_table(path)
        rows = table.to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise DatasetError(
            "the allocation cannot be read",
            expected="a Parquet file with person_id and arm",
            got="a file of another kind, or a damaged one" if path.is_file() else "no file",
            next_step="check the path",
            place=path,
        ) from error
    if not {"person_id", "arm"} <= set(table.column_names):
        raise DatasetError(
            "the allocation lacks a column",
            expected="person_id and arm",
            got=", ".join(table.column_names) or "no column",
            next_step="add the column",
            place=path,
        )
    return {row["person_id"]: row["arm"] for row in rows if row.get("study", study) == study}
