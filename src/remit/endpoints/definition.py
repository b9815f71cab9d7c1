"""What a response definition may say, as frozen types.

A definition is one TOML file of kind `remit.response`, version 1. It lists responses from the best
down; each has gates in the order in which they are judged. A response is reached when every gate is
met. Expressions are those of the criterion language, read at the visit; `at baseline` and `at
previous` read other visits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from remit.followup.windows import VisitWindow
from remit.instruments.instrument import Item, Name, NamedLiteral, Strict, Text, Unconfirmed

KIND = "remit.response"
VERSION = 1
CONFIRMED = "confirmation"

Grade = Literal["CR", "PR", "R", "flare"]
NO_RESPONSE: Mapping[str, str] = {"response": "NR", "state": "NR", "flare": "no flare"}


class Gate(Strict):
    """One condition of a response, and the kind of thing that it judges."""

    id: Name
    text: Text
    expression: Text


class Response(Strict):
    """A grade of response and its gates. `R` is the grade of definitions with one response."""

    grade: Grade
    label: Text
    gates: Annotated[tuple[Gate, ...], Field(min_length=1)]


class Intercurrent(Strict):
    """An event that makes a person a non-responder whatever the values say (rescue, withdrawal).

    It does so at the visit at which it was recorded and at every later one: who was rescued at week
    8 is no responder at week 24, whether or not the form of week 24 says it again.
    """

    id: Name
    text: Text
    expression: Text


class Requirement(Strict):
    """What must hold for a definition to apply to a person (BICLA: an A or B at baseline)."""

    text: Text
    expression: Text


class VisitConfirmation(Strict):
    """What the planned visit before must show too for a response to count.

    `gates` names those that must have been met there; where it is empty, the whole response.
    """

    text: Text
    gates: tuple[Name, ...] = ()


class Definition(Strict):
    """A published definition of response, remission, low disease activity or flare.

    Attributes:
        type: `response` compares with baseline, `state` judges the visit, `flare` is a worsening.
        judged_at: when the source judges it, in words; `window` says it in numbers where the
            source names a time. A visit outside is judged all the same, and the result says so.
        confirmation: where a response must be confirmed by the planned visit before.
        sample: from which sample of urine the source takes its protein.
        kidney_reference: what the source holds kidney function against.
        judged_in: the unit in which the source prints its thresholds, where that matters.
        deviations: where this file says other than its source, or fills what that leaves open.
        instruments: whose outputs the expressions read.
        items: findings that the definition asks for beside them.
        requires: to whom it applies. Of anyone else it says nothing: neither response nor
            non-response, whatever `missing` says.
        death: what a person who died is at the visits planned after her death: a `non_responder`
            (the composite strategy of ICH E9(R1)), or `not_assessable`. A death is no flare and no
            proof of none: definitions of flares leave such visits open.
        missing: what a person is who cannot be assessed: `non_responder` or `not_assessable`. The
            observed answer is always kept beside it.
    """

    kind: Literal["remit.response"]
    version: Literal[1]
    id: Name
    title: Text
    citation: Text
    type: Literal["response", "state", "flare"] = "response"
    judged_at: Text
    judged_in: str = ""
    window: VisitWindow | None = None
    confirmation: VisitConfirmation | None = None
    sample: str = ""
    kidney_reference: str = ""
    deviations: tuple[Text, ...] = ()
    unconfirmed: tuple[Unconfirmed, ...] = ()
    requires: Requirement | None = None
    missing: Literal["non_responder", "not_assessable"]
    missing_ground: Text
    death: Literal["non_responder", "not_assessable"] = "non_responder"
    instruments: tuple[Name, ...] = ()
    parameters: Mapping[Name, NamedLiteral] = Field(default_factory=dict)
    definitions: Mapping[Name, Text] = Field(default_factory=dict)
    items: tuple[Item, ...] = ()
    responses: Annotated[tuple[Response, ...], Field(min_length=1)]
    intercurrent: tuple[Intercurrent, ...] = ()

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        grades = [response.grade for response in self.responses]
        if len(set(grades)) < len(grades):
            raise ValueError("a grade of response is given twice")
        if ("flare" in grades) != (self.type == "flare"):
            raise ValueError("the grade flare belongs to definitions of type flare, and only there")
        for response in self.responses:
            ids = [gate.id for gate in response.gates]
            if len(set(ids)) < len(ids):
                raise ValueError(f"{response.grade} names a gate twice")
            if CONFIRMED in ids:
                raise ValueError(f"{response.grade}: a gate cannot be called {CONFIRMED!r}")
        if self.confirmation is not None:
            known = {gate.id for response in self.responses for gate in response.gates}
            strange = sorted(set(self.confirmation.gates) - known)
            if strange:
                raise ValueError(f"confirmation names a gate that there is not: {strange[0]!r}")
            if self.type == "flare":
                raise ValueError("a flare is not confirmed by the visit before it")
        return self

    @property
    def otherwise(self) -> str:
        """The grade of a person who reaches none."""
        return NO_RESPONSE[self.type]

    @property
    def grades(self) -> tuple[str, ...]:
        return (*(response.grade for response in self.responses), self.otherwise)
