"""The sections of a protocol file, each a frozen type that checks its values by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

State = Literal[
    "executable",
    "needs_attestation",
    "lossy_operator",
    "incomplete",
    "not_in_data",
    "not_written",
]

Text = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]


class ProtocolSection(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class SourceLines(ProtocolSection):
    """Where on a registry page a statement stands: lines count from 1, both ends included.

    Without lines it is somewhere on the page; with a first line alone, on that line.
    """

    page: Text
    first_line: Annotated[StrictInt, Field(ge=1)] | None = None
    last_line: Annotated[StrictInt, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_line is not None and self.first_line is None:
            raise ValueError("a first_line where there is a last_line")
        if self.last_line is not None and self.last_line < (self.first_line or 1):
            raise ValueError(f"a last_line of {self.first_line} or more, as first_line is")
        return self

    def __str__(self) -> str:
        if self.first_line is None:
            return f"page {self.page}"
        if self.last_line in {None, self.first_line}:
            return f"page {self.page}, line {self.first_line}"
        return f"page {self.page}, lines {self.first_line}-{self.last_line}"


class Page(ProtocolSection):
    """A registry page from which the protocol was written."""

    page: Text
    file: Text
    site: Text


class Design(ProtocolSection):
    """The study's design, in our words."""

    type: Literal["observational", "interventional"]
    text: Text


class Windows(ProtocolSection):
    """Where a bare concept name looks: window text of the criterion language."""

    default: Text
    concepts: Mapping[Name, Text] = Field(default_factory=dict)


class Parameter(ProtocolSection):
    """Something that the registry leaves open, with the choice made here and its ground.

    Attributes:
        type: `expression` (options are expressions), `literal` (a quantity, a duration or a titre
            that stands for `$name`) or `name` (options are explained names for another stage).
        default: the option taken (for `expression` and `name`).
        value: the literal taken (for `literal`).
    """

    type: Literal["expression", "literal", "name"]
    text: Text
    ground: Text
    citation: str = ""
    default: str | None = None
    value: str | None = None
    options: Mapping[Name, Text] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_a_setting(self) -> Self:
        if self.type == "literal":
            if self.value is None or self.options or self.default is not None:
                raise ValueError("a literal parameter has a value and neither options nor default")
        elif self.value is not None or not self.options or self.default is None:
            raise ValueError(f"a parameter of type {self.type} has options and a default, no value")
        elif self.default not in self.options:
            raise ValueError(f"the default {self.default!r} is not one of its options")
        return self

    @property
    def packaged_setting(self) -> str:
        """The option name or literal that the file sets."""
        setting = self.value if self.type == "literal" else self.default
        assert setting is not None, "the validator has seen to it"
        return setting


class ParameterChoice(ProtocolSection):
    """The chosen option of a parameter."""

    parameter: Name


class Attestation(ProtocolSection):
    """A statement that a person signs or denies, and who is to answer."""

    text: Text
    asks: Text


class Group(ProtocolSection):
    """A cohort (who is let in) or an arm (how they are treated)."""

    id: Identifier
    label: Text
    text: Text


class Visit(ProtocolSection):
    """A planned visit: so many weeks or months after its anchor, within `window` either way."""

    id: Identifier
    label: Text
    anchor: Name = "baseline"
    week: Annotated[StrictInt, Field(ge=0)] | None = None
    month: Annotated[StrictInt, Field(ge=0)] | None = None
    window: Text
    sources: tuple[SourceLines, ...] = ()

    @model_validator(mode="after")
    def _has_one_time(self) -> Self:
        if (self.week is None) == (self.month is None):
            raise ValueError("a visit has either week or month")
        return self


class Assay(ProtocolSection):
    """What is measured in samples, in which tissues and at which visits."""

    id: Identifier
    label: Text
    modality: Text
    tissues: Annotated[tuple[Text, ...], Field(min_length=1)]
    visits: tuple[str, ...] = ()
    text: Text
    sources: tuple[SourceLines, ...] = ()


class RestoredSigns(ProtocolSection):
    """Who restored comparison signs that a page has lost, and on what ground."""

    operators: Annotated[tuple[Text, ...], Field(min_length=1)]
    by: Text
    ground: Text
    citation: Text


class Outcome(ProtocolSection):
    """One outcome of the registry entry, restated; a parameter may define it (`definition`)."""

    id: Identifier
    type: Literal["primary", "secondary", "exploratory", "unstated"]
    name: Text
    measure: Text
    time_frame: Text
    visits: tuple[str, ...] = ()
    cohorts: tuple[str, ...] = ()
    definition: ParameterChoice | None = None
    sources: tuple[SourceLines, ...] = ()
    state: State
    interpretation: str = ""
    confirmation: RestoredSigns | None = None


class EntryEvents(ProtocolSection):
    """Records of a concept that may be the day of entry.

    Attributes:
        first_ever: only the earliest record of a person, observed or not.
        expression: what must hold on the day of the record; it may name the dates of the entry.
            Where it holds of no record of a person, the first record is the day.
    """

    concept: Name
    first_ever: bool = False
    expression: Text | None = None


class EntryRule(ProtocolSection):
    """The record that dates a person, where the dataset does not: an entry event of OHDSI.

    A record counts on the day on which it begins, inside an observation period of the person.

    Attributes:
        anchor: the named date that is the day of the record.
        observed_from, observed_until: those that are the ends of the observation period around it.
        observed_before, observed_after: days of that period that there must be on either side.
        counts: which record of those that fit.
    """

    anchor: Name
    observed_from: Name
    observed_until: Name
    observed_before: Annotated[StrictInt, Field(ge=0)] = 0
    observed_after: Annotated[StrictInt, Field(ge=0)] = 0
    counts: Literal["first", "last"] = "first"
    events: Annotated[tuple[EntryEvents, ...], Field(min_length=1)]

    @property
    def dates(self) -> tuple[str, str, str]:
        """The three named dates that it gives."""
        return self.anchor, self.observed_from, self.observed_until


class ReportPlan(ProtocolSection):
    """What a report of the study shows: the scores of its patient page, in order."""

    panels: tuple[Name, ...]


class FileNames(ProtocolSection):
    """Files of the study's own, by their paths from the protocol's folder.

    Attributes:
        concepts: of kind `remit.concepts`; they add to the packaged dictionary and change nothing.
        units: of kind `remit.units`, each by a unit of the closed table.
        definitions: of kind `remit.response`; a parameter `response_definition` may name their ids.
    """

    concepts: tuple[Text, ...] = ()
    units: tuple[Text, ...] = ()
    definitions: tuple[Text, ...] = ()
