"""The planned matchings of a protocol: which controls stand beside patients, by which rule."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StrictInt, model_validator

from remit.protocol.protocol_sections import Identifier, Name, ProtocolSection, SourceLines, Text


class Matching(ProtocolSection):
    """Controls of one cohort, drawn or matched so that age and sex are those of the patients.

    Attributes:
        population: whose controls they are.
        controls: the cohort that they come from: everyone of the dataset who meets its criteria
            and was not taken in.
        applies: the criterion of that cohort that this rule is, which nobody meets by herself.
        age_at: the named date at which age counts, in completed years.
        rule: `random` draws `size` until neither age (Student's t) nor sex (Fisher) differs at
            `alpha`, at most `draws` times; `nearest` gives each case in turn the nearest control
            of the same sex within `caliper` years, in an order of the seed; `optimal` makes as many
            such pairs as there can be, at the least sum of differences.
        size: how many are drawn.
    """

    id: Name
    title: Text
    text: Text
    population: Name
    controls: Identifier
    applies: Identifier | None = None
    age_at: Name = "baseline"
    rule: Literal["random", "nearest", "optimal"]
    size: Annotated[StrictInt, Field(ge=1)] | None = None
    caliper: Annotated[float, Field(ge=0)] | None = None
    alpha: Annotated[float, Field(gt=0, lt=1)] = 0.05
    draws: Annotated[StrictInt, Field(ge=1, le=100_000)] = 1000
    seed: Annotated[StrictInt, Field(ge=0)]
    sources: tuple[SourceLines, ...] = ()

    @model_validator(mode="after")
    def _fits_its_rule(self) -> Self:
        if self.rule == "random" and (self.size is None or self.caliper is not None):
            raise ValueError("a size and no caliper: controls are drawn at random")
        if self.rule != "random" and (self.caliper is None or self.size is not None):
            raise ValueError(f"a caliper and no size: the rule {self.rule} makes pairs")
        return self
