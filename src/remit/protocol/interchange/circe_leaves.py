"""What Circe says of one leaf: a criterion, its window and how often it is there; or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

from remit.criteria.dates import Duration, Moment, Window
from remit.criteria.leaves import (
    AgeTest,
    Attested,
    AttributeIn,
    CountTest,
    DoseDays,
    DoseTest,
    Exists,
    Leaf,
    LinearTest,
    Quantified,
    SexIs,
    Slope,
    Unchanged,
    ValueIn,
    ValueTest,
)
from remit.criteria.readings import Events, LimitMultiple, Measure, Operator, Test, Threshold
from remit.criteria.tree import And, AtLeast, FirstKnown, If, Node, Not, Or, Placed, Tally
from remit.facts.codes import OWN
from remit.facts.tables import FEMALE, MALE
from remit.protocol.interchange.circe_sets import ConceptSets, Json
from remit.units import unit_named

_LeafT = TypeVar("_LeafT")
_CRITERIA: Mapping[str, str] = {
    "condition_occurrence": "ConditionOccurrence",
    "drug_exposure": "DrugExposure",
    "procedure_occurrence": "ProcedureOccurrence",
    "visit_occurrence": "VisitOccurrence",
}
_OPERATORS: Mapping[Operator, str] = {"<": "lt", "<=": "lte", "=": "eq", ">=": "gte", ">": "gt"}
_MONTH, _YEAR = 30, 365
_SEXES: Mapping[int, str] = {MALE: "MALE", FEMALE: "FEMALE"}


class CannotSayError(Exception):
    """Circe has no words for a part of a criterion; its text says which part."""


@dataclass(slots=True)
class CirceWriting:
    """What one criterion is written with, and what was lost of it.

    Attributes:
        dates: the named dates that Circe knows: the day of entry, and the ends of observation.
    """

    sets: ConceptSets
    index: str
    ends: tuple[str, ...]
    lost: dict[str, None]

    def group(self, node: Node) -> Json:
        """A node as a group of criteria."""
        match node:
            case Placed():
                return LEAF_GROUPS[type(node.leaf)](node.leaf, self)
            case And():
                return _group("ALL", [self.group(part) for part in node.parts])
            case Or():
                return _group("ANY", [self.group(part) for part in node.parts])
            case Not():
                return none_of(self.group(node.part))
            case AtLeast():
                self.lost["m of k where some are unknown: these count as no"] = None
                parts = [self.group(part) for part in node.parts]
                return _group("AT_LEAST", parts, count=node.minimum)
            case If():
                self.lost["not applicable: who the condition leaves out counts as met"] = None
                skipped = none_of(self.group(node.condition))
                return _group("ANY", [skipped, self.group(node.then)])
            case FirstKnown():
                name = "a score" if node.score is None else f"the score {node.score}"
                raise CannotSayError(f"the first known of several answers ({name})")
            case Tally():
                raise CannotSayError(f"the points of the score {node.name}")

    def window(self, window: Window) -> tuple[Json, bool]:
        """A StartWindow, and whether observation is not asked for."""
        self._require_clipped_alike(window)
        low = self._days(window.start, after=window.start_open, closing=False)
        high = self._days(window.end, after=False, closing=True, before=window.end_open)
        return {
            "Start": {"Coeff": -1} if low is None else _bound(low, -1),
            "End": {"Coeff": 1} if high is None else _bound(high, 1),
            "UseIndexEnd": False,
            "UseEventEnd": False,
        }, not self._of_observation(window)

    def _require_clipped_alike(self, window: Window) -> None:
        """Circe clips both sides of a window to observation, or none.

        Raises:
            CannotSayError: one side alone is clipped, and the other reaches out of observation.
        """
        if not self._of_observation(window):
            return
        for moment, closing in ((window.start, False), (window.end, True)):
            if moment is None:
                raise CannotSayError("a window that observation bounds on one side alone")
            if moment.anchor in self.ends:
                continue
            days = self._days(moment, after=False, closing=closing)
            if days is not None and (days > 0 if closing else days < 0):
                raise CannotSayError("a window that observation bounds on one side alone")

    def _of_observation(self, window: Window) -> bool:
        return any(m is not None and m.anchor in self.ends for m in (window.start, window.end))

    def _days(
        self, moment: Moment | None, *, after: bool, closing: bool, before: bool = False
    ) -> int | None:
        """The days from the entry to a bound; None where there is no bound but observation's."""
        if moment is None:
            return None
        if moment.anchor in self.ends and moment.offset is None:
            if moment.anchor == self.ends[1 if closing else 0]:
                return None
            raise CannotSayError(f"a window that ends at {moment}")
        if moment.anchor != self.index:
            raise CannotSayError(f"the date {moment.anchor}: Circe knows the day of entry only")
        days = moment.sign * self._length(moment.offset) + moment.days
        return days + int(after) - int(before)

    def _length(self, offset: Duration | None) -> int:
        if offset is None:
            return 0
        if offset.days is not None:
            return offset.days
        years, months = divmod(offset.months, 12)
        days = years * _YEAR + months * _MONTH
        self.lost[f"the calendar: {offset} are written as {days} days"] = None
        return days


def _group(kind: str, groups: Sequence[Json], *, count: int | None = None) -> Json:
    found: Json = {
        "Type": kind,
        "CriteriaList": [],
        "DemographicCriteriaList": [],
        "Groups": list(groups),
    }
    return found if count is None else {**found, "Count": count}


def none_of(group: Json) -> Json:
    return _group("AT_MOST", [group], count=0)


def _bound(days: int, side: int) -> Json:
    return {"Days": abs(days), "Coeff": side if days == 0 else (1 if days > 0 else -1)}


def _one(
    criterion: Json, window: Window, writing: CirceWriting, *, kind: int = 2, count: int = 1
) -> Json:
    """A group of one criterion: so many of its records in a window."""
    days, anywhere = writing.window(window)
    asked: Json = {
        "Criteria": criterion,
        "StartWindow": days,
        "RestrictVisit": False,
        "IgnoreObservationPeriod": anywhere,
        "Occurrence": {"Type": kind, "Count": count, "IsDistinct": False},
    }
    return {**_group("ALL", []), "CriteriaList": [asked]}


def circe_criterion(events: Events, sets: ConceptSets) -> Json:
    return {_CRITERIA[events.table]: {"CodesetId": sets.number(events.name)}}


def _set_of(name: str, writing: CirceWriting) -> int:
    """The number of the concept set of a concept; what OMOP has no id for is told."""
    if writing.sets.is_empty(name):
        raise CannotSayError(f"{name}: no code of it has an id of OMOP")
    if missing := writing.sets.without_id(name):
        writing.lost[f"codes of {name} that OMOP gives no id: {', '.join(missing)}"] = None
    return writing.sets.number(name)


def _of_events(events: Events, window: Window, writing: CirceWriting) -> Json:
    if events.routes:
        raise CannotSayError(f"the route of {events.name}")
    begins_open = window.start is None
    if not begins_open and (events.chronic_ids or events.episode_ids):
        writing.lost[
            f"how long {events.name} lasts: a record counts on its first day, also where it goes on"
        ] = None
    return {_CRITERIA[events.table]: {"CodesetId": _set_of(events.name, writing)}}


def _exists(leaf: Exists, writing: CirceWriting) -> Json:
    if leaf.overlapping:
        raise CannotSayError("records at the same time as others")
    return _one(_of_events(leaf.events, leaf.window, writing), leaf.window, writing)


def _count(leaf: CountTest, writing: CirceWriting) -> Json:
    counted = leaf.counted
    criterion: Json = (
        _of_events(counted, leaf.window, writing)
        if isinstance(counted, Events)
        else {"Measurement": {"CodesetId": _set_of(counted.name, writing)}}
    )
    number = int(leaf.number)
    kinds: Mapping[Operator, tuple[int, int]] = {
        "<": (1, number - 1),
        "<=": (1, number),
        "=": (0, number),
        ">=": (2, number),
        ">": (2, number + 1),
    }
    kind, count = kinds[leaf.operator]
    if leaf.number.denominator != 1 or count < 0 or (kind == 2 and count == 0):
        raise CannotSayError("a count that always holds, or never")
    return _one(criterion, leaf.window, writing, kind=kind, count=count)


def _measured(measure: Measure, test: Test, writing: CirceWriting) -> Json:
    """A measurement whose number passes a test, in the canonical unit."""
    asked: Json = {"CodesetId": _set_of(measure.name, writing)}
    if isinstance(test, LimitMultiple):
        side = "RangeHighRatio" if test.side == "uln" else "RangeLowRatio"
        asked[side] = {"Op": _OPERATORS[test.operator], "Value": float(test.factor)}
    elif isinstance(test, Threshold):
        asked["ValueAsNumber"] = {"Op": _OPERATORS[test.operator], "Value": float(test.value)}
        if measure.multipliers:
            unit = unit_named(measure.unit)
            asked["Unit"] = [
                {"CONCEPT_ID": omop, "CONCEPT_NAME": unit.code} for omop in unit.omop_ids
            ]
            if len(measure.multipliers) > 1:
                writing.lost[
                    f"unit conversion: {measure.name} counts only where it is recorded in "
                    f"{measure.unit}"
                ] = None
            if not unit.omop_ids:
                raise CannotSayError(f"the unit {measure.unit} of {measure.name}: OMOP has no id")
    writing.lost["results with a sign such as <0.2, and implausible ones: each number counts"] = (
        None
    )
    return {"Measurement": asked}


def _value_test(leaf: ValueTest, writing: CirceWriting) -> Json:
    measure, which = leaf.value.measure, "earliest" if leaf.value.earliest else "latest"
    writing.lost[f"the {which} value of {measure.name}: any value of the window passes there"] = (
        None
    )
    return _one(_measured(measure, leaf.test, writing), leaf.value.window, writing)


def _quantified(leaf: Quantified, writing: CirceWriting) -> Json:
    if leaf.gap is not None:
        raise CannotSayError(f"a second value of {leaf.measure.name} that confirms the first")
    if leaf.every:
        raise CannotSayError(f"every value of {leaf.measure.name} in a window")
    return _one(_measured(leaf.measure, leaf.test, writing), leaf.window, writing)


def _value_in(leaf: ValueIn, writing: CirceWriting) -> Json:
    concept = writing.sets.dictionary.concept(leaf.name)
    labels = {value.omop: value.label for value in concept.values.values()}
    which = "earliest" if leaf.earliest else "latest"
    accepted = [code for code in leaf.accepted if code not in OWN]
    if not accepted:
        raise CannotSayError(f"answers of {leaf.name}: OMOP gives them no id")
    if len(accepted) < len(leaf.accepted):
        writing.lost[f"answers of {leaf.name} that OMOP gives no id"] = None
    writing.lost[f"the {which} answer of {leaf.name}: any answer of the window passes there"] = None
    asked = {
        "CodesetId": _set_of(leaf.name, writing),
        "ValueAsConcept": [
            {"CONCEPT_ID": code, "CONCEPT_NAME": labels.get(code, "")} for code in accepted
        ],
    }
    return _one({"Measurement": asked}, leaf.window, writing)


def _sex(leaf: SexIs, writing: CirceWriting) -> Json:
    sexes = [{"CONCEPT_ID": s, "CONCEPT_NAME": _SEXES.get(s, "")} for s in leaf.accepted]
    return {**_group("ALL", []), "DemographicCriteriaList": [{"Gender": sexes}]}


def _age(leaf: AgeTest, writing: CirceWriting) -> Json:
    if leaf.anchor != writing.index or leaf.period != "year":
        raise CannotSayError(f"an age in {leaf.period}s at {leaf.anchor}")
    writing.lost["completed years: Circe subtracts the year of birth from the year of entry"] = None
    age = {"Op": _OPERATORS[leaf.operator], "Value": float(leaf.number)}
    if leaf.number.denominator == 1:
        age["Value"] = int(leaf.number)
    return {**_group("ALL", []), "DemographicCriteriaList": [{"Age": age}]}


def _unsayable(what: str) -> Callable[[Leaf, CirceWriting], Json]:
    def refuse(leaf: Leaf, writing: CirceWriting) -> Json:
        raise CannotSayError(what)

    return refuse


def _row(
    kind: type[_LeafT], said: Callable[[_LeafT, CirceWriting], Json]
) -> tuple[type, Callable[[Leaf, CirceWriting], Json]]:
    return kind, cast(Callable[[Leaf, CirceWriting], Json], said)


LEAF_GROUPS: Mapping[type, Callable[[Leaf, CirceWriting], Json]] = dict(
    (
        _row(ValueTest, _value_test),
        _row(Quantified, _quantified),
        _row(Exists, _exists),
        _row(CountTest, _count),
        _row(ValueIn, _value_in),
        _row(SexIs, _sex),
        _row(AgeTest, _age),
        (Slope, _unsayable("the slope of values over time")),
        (AttributeIn, _unsayable("an answer that belongs to a procedure")),
        (DoseTest, _unsayable("a daily dose, in equivalents where drugs are summed")),
        (Unchanged, _unsayable("a daily dose that stays the same")),
        (DoseDays, _unsayable("a daily dose on so many days")),
        (Attested, _unsayable("a signature")),
        (LinearTest, _unsayable("arithmetic between readings")),
    )
)
