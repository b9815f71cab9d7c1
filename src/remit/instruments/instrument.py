"""An instrument: what its file may say, as frozen types.

An instrument is one TOML file of kind `remit.instrument`, version 1: what is asked (`items`), and
what comes out: `formulas` (a number by an equation), `totals` (a number from points) and `ladders`
(a grade: the first rung whose expression is met). Expressions are those of the criterion language,
read at the visit; `at previous` and `at baseline` read other visits.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

KIND = "remit.instrument"
VERSION = 1

Text = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Points = Annotated[Decimal, Field(max_digits=18, decimal_places=6)]


class Strict(BaseModel):
    """A part of a file: unknown keys are refused, values cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Unconfirmed(Strict):
    """A rule whose primary text we have not seen, and the results that it touches."""

    rule: Text
    touches: tuple[Name, ...]


class NamedLiteral(Strict):
    """A literal that stands for `$name`, and its ground."""

    text: Text
    value: Text
    ground: Text


class Item(Strict):
    """One thing asked of a visit.

    Attributes:
        type: `finding` (present, absent, or present but not due to lupus: `not_attributed`),
            `grade` (a whole number), `choice` (one of `values`), `quantity` (the concept of the
            dictionary that has the item's name) or `dose` (the daily dose of a drug or class).
        definition: what counts, in our words.
        points: of a finding when present; of a grade for each step (default 1).
        group: the part of the instrument to which it belongs.
        lowest, highest: of a grade.
        reverse: the grade counts as `highest - grade`.
        unlisted: of a grade or choice, the answer that means none of it (`0`, `none`): what it is
            where the caller reads findings that are not listed as absent.
        unless: another finding; where that is present, this one gives no points and is not there.
        omop: the local OMOP id under which a recorded item stands in data; that of each value.
        derived: an expression that decides the finding where none is recorded.
        derived_ever: the same over all records of a window, for findings that count once seen.
    """

    id: Name
    label: Text
    type: Literal["finding", "grade", "choice", "quantity", "dose"] = "finding"
    definition: str = ""
    group: Name | None = None
    points: Points | None = None
    lowest: StrictInt = 0
    highest: StrictInt | None = None
    reverse: bool = False
    values: Mapping[Name, StrictInt] = Field(default_factory=dict)
    unlisted: StrictInt | Name | None = None
    unless: Name | None = None
    omop: StrictInt | None = None
    derived: str | None = None
    derived_ever: str | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.type == "grade" and self.highest is None:
            raise ValueError("a grade needs its highest value")
        if (self.type == "choice") != bool(self.values):
            raise ValueError("values belong to a choice, and a choice needs them")
        if self.derived is not None and self.type != "finding":
            raise ValueError("only a finding is derived")
        if self.unless is not None and self.type != "finding":
            raise ValueError("only a finding depends on another one")
        if self.unlisted is not None:
            grade = self.type == "grade" and isinstance(self.unlisted, int)
            if not grade and self.unlisted not in self.values:
                raise ValueError("unlisted is a grade of a grade, or one of the values of a choice")
        if self.type in {"finding", "grade", "choice"} and self.omop is None:
            raise ValueError("a recorded item needs its OMOP id")
        return self


class Formula(Strict):
    """A number by a named equation of `formulas.py`, from quantities, age and sex at the visit."""

    id: Name
    label: Text
    equation: Name
    unit: Text


class Total(Strict):
    """A number from points.

    Attributes:
        of: item ids, group names or ladder ids whose points are added; empty means all items.
        without: item ids or group names left out.
        rule: `sum`; `highest` (of each group its highest item); `capped` (each group at most its
            cap); `prorated` (the sum times all items over those answered); `first` (the first one
            that is answered: scales of one thing).
        caps: group -> its most points.
        doubled: group -> a finding worth one point; where it is present the group counts twice.
        new_since: `previous`: only the points of items that gave none at the visit before.
        grade_points: for ladders: the points of each grade.
        more_than, at_least: for `prorated`, which share of the items must be answered.
        scale_to: for `prorated`, the result of the most points possible (LupusQoL: 100).
        range: the least and the most that can come out.
    """

    id: Name
    label: Text
    of: tuple[Name, ...] = ()
    without: tuple[Name, ...] = ()
    rule: Literal["sum", "highest", "capped", "prorated", "first"] = "sum"
    caps: Mapping[Name, Points] = Field(default_factory=dict)
    doubled: Mapping[Name, Name] = Field(default_factory=dict)
    new_since: Literal["previous"] | None = None
    grade_points: Mapping[Text, Points] = Field(default_factory=dict)
    more_than: Points | None = None
    at_least: Points | None = None
    scale_to: Points | None = None
    range: tuple[Points, Points]


class Rung(Strict):
    """A grade and the expression that gives it, unless a rung above did."""

    grade: Text
    when: Text
    text: str = ""


class Ladder(Strict):
    """A grade: that of the first rung whose expression is met, else `otherwise`."""

    id: Name
    label: Text
    rungs: Annotated[tuple[Rung, ...], Field(min_length=1)]
    otherwise: Text

    @property
    def grades(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*(rung.grade for rung in self.rungs), self.otherwise]))


class Instrument(Strict):
    """A score, classification or grade: what is asked, how it is worked out, and who says so.

    Attributes:
        main: the output that stands for the whole.
        output_order: ids of formulas, totals and ladders in the order in which they are worked out;
            empty means formulas, then ladders, then totals.
        window: from when findings and values count, in the words of the source.
        reads: the same as a window of the language around `visit`, as it is executed where a
            dataset is scored; where visits are planned, each has its own days.
        licence: what may be shipped.
        shifts: name of a test -> the total (a grade as a number) whose worst value after baseline
            is reported beside that at baseline.
        once_is_enough: a finding counts if it was ever there (classification criteria). A value of
            one day then cannot deny it: over a window only `derived_ever` decides.
        whatever_cause: a finding counts whatever caused it (damage): `not_attributed` is present.
    """

    kind: Literal["remit.instrument"]
    version: Literal[1]
    id: Name
    title: Text
    citation: Text
    window: Text
    reads: Text
    licence: Text
    main: Name
    once_is_enough: bool = False
    whatever_cause: bool = False
    notes: tuple[Text, ...] = ()
    unconfirmed: tuple[Unconfirmed, ...] = ()
    parameters: Mapping[Name, NamedLiteral] = Field(default_factory=dict)
    definitions: Mapping[Name, Text] = Field(default_factory=dict)
    items: Annotated[tuple[Item, ...], Field(min_length=1)]
    formulas: tuple[Formula, ...] = ()
    totals: tuple[Total, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    output_order: tuple[Name, ...] = ()
    shifts: Mapping[Name, Name] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        ids = [item.id for item in self.items] + list(self._made)
        twice = {name for name in ids if ids.count(name) > 1}
        if twice:
            raise ValueError(f"given twice: {', '.join(sorted(twice))}")
        outputs = self.outputs
        if self.main not in outputs:
            raise ValueError(f"the main output {self.main!r} is none of {', '.join(outputs)}")
        if self.output_order and sorted(self.output_order) != sorted(outputs):
            raise ValueError("output_order names each formula, total and ladder once")
        findings = {item.id for item in self.items if item.type == "finding"}
        strange = {i.unless for i in self.items if i.unless is not None} - findings
        if strange:
            raise ValueError(f"unless names no finding: {', '.join(sorted(strange))}")
        for rule in self.unconfirmed:
            strange = set(rule.touches) - {*ids}
            if strange:
                raise ValueError(f"unconfirmed touches unknown {', '.join(sorted(strange))}")
        strange = set(self.shifts.values()) - {total.id for total in self.totals}
        if strange:
            raise ValueError(f"shifts name no total: {', '.join(sorted(strange))}")
        for total in self.totals:
            named = {*total.of, *total.without, *total.caps, *total.doubled}
            strange = (named | set(total.doubled.values())) - {*ids, *self.groups}
            if strange:
                raise ValueError(f"{total.id} names unknown {', '.join(sorted(strange))}")
            worth = {i.id: i.points for i in self.items if i.type == "finding"}
            if any(worth.get(name) != 1 for name in total.doubled.values()):
                raise ValueError(f"{total.id} is doubled by what is no finding worth one point")
        return self

    @property
    def outputs(self) -> tuple[str, ...]:
        """The ids of what comes out, in the order in which it is worked out."""
        return self.output_order or self._made

    @property
    def _made(self) -> tuple[str, ...]:
        formulas = tuple(formula.id for formula in self.formulas)
        ladders = tuple(ladder.id for ladder in self.ladders)
        return (*formulas, *ladders, *(total.id for total in self.totals))

    def item(self, identifier: str) -> Item:
        return next(item for item in self.items if item.id == identifier)

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item.group for item in self.items if item.group))


def items_of(total: Total, instrument: Instrument) -> tuple[Item, ...]:
    """The items whose points a total adds; none where it adds up grades."""
    if total.grade_points:
        return ()
    return tuple(
        item
        for item in instrument.items
        if (not total.of or item.id in total.of or item.group in total.of)
        and item.id not in total.without
        and item.group not in total.without
    )
