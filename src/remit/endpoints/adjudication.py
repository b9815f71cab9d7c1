"""The response of each visit under a definition, with the gate that decided it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.logic import LeafCodes, Verdicts, all_of, combine_codes, first_reasons
from remit.criteria.columns.margins import Margin, margin_of
from remit.criteria.columns.numbers import Categories
from remit.criteria.columns.on_sheet import codes_of_leaves, leaves_in_order
from remit.criteria.columns.pieces import over_pieces
from remit.criteria.columns.sheet import Sheet
from remit.criteria.tree import Leaf, Node, leaves_of
from remit.endpoints.bound_definition import BoundDefinition
from remit.endpoints.definition import Definition
from remit.facts.selection import kept
from remit.instruments.ladders import climb
from remit.truth import Status

Whole = npt.NDArray[np.int64]
NOT_ASSESSABLE, NOT_DUE, MISSING = "not assessable", "not yet due", "missing"
WAITING = -2  # the place of a grade that is not yet due


@dataclass(frozen=True, slots=True)
class Adjudication:
    """The responses of all visits of a sheet under one definition.

    Attributes:
        possible: the grades that are possible; one alone where the response is known. Its bits are
            in the order of `grades`. All are where it is not known that the definition applies.
        gates: (grade, gate id) -> verdict.
        intercurrent: event id -> whether it was recorded at this visit or at one before it; shape
            (rows,).
        overruled: where one of them makes the person a non-responder; shape (rows,).
        applies: whether the definition applies to the person; None where it does to all.
        alone: the grades of each visit by itself, where `possible` asks for confirmation too.
        later: where the visit was not yet due at the data cut; None where all were. No rule for
            missing answers, no event and no earlier record makes such a person a non-responder.
    """

    bound: BoundDefinition
    possible: Categories
    gates: Mapping[tuple[str, str], Verdicts]
    intercurrent: Mapping[str, npt.NDArray[np.bool_]]
    overruled: npt.NDArray[np.bool_]
    applies: Verdicts | None = None
    alone: Categories | None = None
    later: npt.NDArray[np.bool_] | None = None

    @property
    def definition(self) -> Definition:
        return self.bound.definition

    @property
    def grades(self) -> tuple[str, ...]:
        return self.definition.grades

    def __repr__(self) -> str:
        return f"<Adjudication {self.definition.id}: {self.rows:,} visits>"

    @property
    def rows(self) -> int:
        return len(self.possible)

    @property
    def outside(self) -> npt.NDArray[np.bool_]:
        """Where the definition certainly does not apply; shape (rows,).

        No rule for missing answers makes such a person a non-responder.
        """
        if self.applies is None:
            return np.zeros(self.rows, np.bool_)
        return np.asarray(self.applies.statuses == Status.NOT_MET, np.bool_)

    @property
    def not_due(self) -> npt.NDArray[np.bool_]:
        """Where the definition may apply and the visit was not yet due; shape (rows,)."""
        if self.later is None:
            return np.zeros(self.rows, np.bool_)
        return np.asarray(self.later & ~self.outside, np.bool_)

    @property
    def places(self) -> Whole:
        """The place of the observed grade in `grades`.

        It is -1 where the visit is not assessable, and `WAITING` where it is not yet due.
        """
        return self._places_of(self.possible)

    @property
    def places_alone(self) -> Whole:
        """As `places`, by each visit alone: before any confirmation was asked for."""
        return self._places_of(self.possible if self.alone is None else self.alone)

    def _places_of(self, grades: Categories) -> Whole:
        single = (grades.possible & (grades.possible - 1)) == 0
        place = np.zeros(self.rows, np.int64)
        for bit in range(len(self.grades)):
            place = np.where(grades.possible == (1 << bit), bit, place)
        place = np.where(single, place, -1)
        return np.where(self.not_due, WAITING, place)

    @property
    def imputed(self) -> Whole:
        """As `places`, after the definition's rules for intercurrent events and missing answers."""
        last = len(self.grades) - 1
        observed = self.places
        found = np.where(self.overruled, last, observed)
        if self.definition.missing == "non_responder":
            found = np.where(found < 0, last, found)
        found = np.where(self.outside, -1, found)
        return np.where(observed == WAITING, WAITING, found)

    @property
    def imputed_for(self) -> list[str]:
        """Why `imputed` is no response where the values do not say so: an event's id or `missing`.

        Empty where it is the observed answer.
        """
        last = len(self.grades) - 1
        missing = (self.places < 0) & (self.imputed == last)
        found = np.where(missing, MISSING, "").astype(object)
        for name in reversed(tuple(self.intercurrent)):
            happened = self.intercurrent[name] & self.overruled & ~self.not_due
            found = np.where(happened & (self.places != last), name, found)
        return [str(word) for word in found]

    def words(self, places: Whole) -> list[str]:
        """Places as words."""
        # A place below 0 counts from the end: -1 is the last word.
        names = np.array([*self.grades, NOT_DUE, NOT_ASSESSABLE])
        return [str(word) for word in names[places]]

    def first_failing(self, grade: str) -> Whole:
        """The place, among the grade's gates, of the first that is not met; -1 where all are met.

        A gate that is unknown counts only where no gate fails.
        """
        verdicts = [v for (found, _), v in self.gates.items() if found == grade]
        first = np.full(self.rows, -1, np.int64)
        # Plain numbers: an array is compared with a member of an enumeration 13 times slower.
        for wanted in (int(Status.UNKNOWN), int(Status.NOT_MET)):
            at = np.full(self.rows, -1, np.int64)
            for place in range(len(verdicts) - 1, -1, -1):
                at = np.where(verdicts[place].statuses == wanted, place, at)
            first = np.where(at >= 0, at, first)
        return first

    def gate_ids(self, grade: str) -> tuple[str, ...]:
        return tuple(gate for found, gate in self.gates if found == grade)


def adjudicate_sheet(bound: BoundDefinition, sheet: Sheet) -> Adjudication:
    """Adjudicate every visit of a sheet, each by itself; `confirm` asks for the visit before."""
    return adjudicate_all([bound], sheet)[0]


def adjudicate_all(bounds: Sequence[BoundDefinition], sheet: Sheet) -> tuple[Adjudication, ...]:
    """The same visits under many definitions; what they share is worked out once."""
    leaves = leaves_in_order(node for bound in bounds for node in bound.nodes)

    def judge(piece: Sheet) -> tuple[_Judged, ...]:
        codes = codes_of_leaves(leaves, piece)
        happened = _happened_by(bounds, piece, codes)
        return tuple(_judge(bound, codes, happened, piece.rows) for bound in bounds)

    judged = over_pieces(sheet, judge)
    return tuple(Adjudication(bound, *found) for bound, found in zip(bounds, judged, strict=True))


_Judged = tuple[
    Categories,
    Mapping[tuple[str, str], Verdicts],
    Mapping[str, npt.NDArray[np.bool_]],
    npt.NDArray[np.bool_],
    Verdicts | None,
]


def _judge(
    bound: BoundDefinition,
    codes: Mapping[Leaf, LeafCodes],
    happened: Mapping[Node, npt.NDArray[np.bool_]],
    rows: int,
) -> _Judged:
    """The attributes of an adjudication behind `bound`."""
    gates = {key: combine_codes(node, codes) for key, node in bound.gates.items()}
    events = {name: happened[node] for name, node in bound.intercurrent.items()}
    overruled = np.zeros(rows, np.bool_)
    for recorded in events.values():
        overruled |= recorded
    applies = None if bound.requires is None else combine_codes(bound.requires, codes)
    if applies is not None:
        overruled &= applies.statuses != Status.NOT_MET
    return grades_of(bound.definition, gates, applies), gates, events, overruled, applies


def _happened_by(
    bounds: Sequence[BoundDefinition], sheet: Sheet, codes: Mapping[Leaf, LeafCodes]
) -> Mapping[Node, npt.NDArray[np.bool_]]:
    """Whether each intercurrent event was recorded at each visit or at one before it."""
    nodes = {node for bound in bounds for node in bound.intercurrent.values()}
    return _happened(nodes, sheet, codes)


def happened_by(nodes: Collection[Node], sheet: Sheet) -> Mapping[Node, npt.NDArray[np.bool_]]:
    """Whether each of some events was recorded at each visit or at one before it."""
    return _happened(nodes, sheet, codes_of_leaves(leaves_in_order(nodes), sheet))


def _happened(
    nodes: Collection[Node], sheet: Sheet, codes: Mapping[Leaf, LeafCodes]
) -> Mapping[Node, npt.NDArray[np.bool_]]:
    previous = sheet.moments.get("previous")
    return {
        node: _from_then_on(combine_codes(node, codes).statuses == Status.MET, previous)
        for node in nodes
    }


def _from_then_on(here: npt.NDArray[np.bool_], previous: Whole | None) -> npt.NDArray[np.bool_]:
    """Whether something was so at a visit or at any before it.

    Each pass looks back twice as far as the one before, so that few are needed.
    """
    if previous is None or not here.any():
        return here
    found, before = here, previous
    while (there := before >= 0).any():
        found = found | (there & found[before])
        before = np.where(there, before[before], -1)
    return found


def grades_of(
    definition: Definition, gates: Mapping[tuple[str, str], Verdicts], applies: Verdicts | None
) -> Categories:
    """The grades that are possible by the verdicts of all gates; all where it may not apply."""
    rungs = [
        (grade, all_of([verdict for (found, _), verdict in gates.items() if found == grade]))
        for grade in definition.grades[:-1]
    ]
    ids = {grade: place for place, grade in enumerate(definition.grades)}
    grades = climb(rungs, otherwise=definition.otherwise, ids=ids)
    if applies is None:
        return grades
    sure = applies.statuses == Status.MET
    every = np.int64((1 << len(grades.ids)) - 1)
    return replace(
        grades,
        possible=grades.possible | kept(~sure, every),
        why=kept(sure, grades.why) | first_reasons(~sure, applies.reasons),
    )


def gate_margins(
    adjudication: Adjudication, sheet: Sheet, grade: str, gate: str
) -> tuple[tuple[str, Margin], ...]:
    """The text of each comparison of a gate, with value and threshold at each visit."""
    if (grade, gate) not in adjudication.bound.gates:
        return ()
    found = []
    seen = set()
    for placed in leaves_of(adjudication.bound.gates[grade, gate]):
        margin = margin_of(placed.leaf, sheet)
        if margin is not None and placed.leaf not in seen:
            seen.add(placed.leaf)
            found.append((placed.text, margin))
    return tuple(found)


def reaches(grades: Categories, place: int) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Where the grade at a place, or a better one, is sure, and where it is out of reach."""
    as_good = np.int64((2 << place) - 1)
    return (grades.possible & ~as_good) == 0, (grades.possible & as_good) == 0


Standard = Literal["observed", "imputed"]


def is_response(adjudication: Adjudication, *, standard: Standard = "observed") -> LeafCodes:
    """Whether each visit is a response of any grade: codes of `Status`, shape (rows,).

    A visit whose grade is open and is some response in any case is met; one that was not yet due
    is unknown.
    """
    met, failed = reaches(adjudication.possible, len(adjudication.grades) - 2)
    if standard == "imputed":
        failed |= adjudication.overruled
        met &= ~adjudication.overruled
        if adjudication.definition.missing == "non_responder":
            failed |= ~met & ~adjudication.outside
    met &= ~adjudication.not_due
    failed &= ~adjudication.not_due
    status = np.where(met, Status.MET, np.where(failed, Status.NOT_MET, Status.UNKNOWN))
    return status.astype(np.int8)
