"""The protocol schema: what a study file may say, as frozen types.

A protocol is one TOML file of kind `remit.protocol`, version 1. The types here check each value by
itself; `consistency.py` checks that the parts of a file agree, `study_files.py` reads files. Pages,
lines and interpretations may be left out: the packaged studies have them, as their tests hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, StrictInt

from remit.errors import Place, ProtocolError, all_in_one
from remit.facts.dictionary import Dictionary, packaged_dictionary
from remit.protocol.analysis_sections import Analysis, MultiplicityFamily, Population
from remit.protocol.group_sections import ResponderComparison
from remit.protocol.matching_sections import Matching
from remit.protocol.mentions import days_of, setting_faults, unknown_name
from remit.protocol.own_files import NOTHING, OwnFiles
from remit.protocol.protocol_sections import (
    Assay,
    Attestation,
    Design,
    EntryRule,
    FileNames,
    Group,
    Identifier,
    Name,
    Outcome,
    Page,
    Parameter,
    ParameterChoice,
    ProtocolSection,
    ReportPlan,
    RestoredSigns,
    SourceLines,
    State,
    Text,
    Visit,
    Windows,
)
from remit.text_files import KeyPath, line_of

KIND = "remit.protocol"
VERSION = 1


class Criterion(ProtocolSection):
    """One separately judged part of the eligibility text.

    Attributes:
        cohorts: the cohorts that it concerns; empty means all.
        text: the criterion in our words.
        interpretation: what was decided where the page is open, and why.
        expression: of the criterion language. That of an exclusion says when it applies: met means
            excluded. None where the state holds the criterion back (`incomplete`, `not_in_data`,
            `not_written`; `lossy_operator` may have one).
    """

    id: Identifier
    kind: Literal["inclusion", "exclusion"]
    cohorts: tuple[str, ...] = ()
    sources: tuple[SourceLines, ...] = ()
    text: Text
    interpretation: str = ""
    state: State
    expression: Text | None = None
    confirmation: RestoredSigns | None = None


class Protocol(ProtocolSection):
    """An executable study.

    Read one with `read_protocol` or `protocol_named`. `choices` holds the parameters that are set
    otherwise than the file's authors set them; make one with `with_parameters`.
    """

    kind: Literal["remit.protocol"]
    version: Literal[1]
    id: Identifier
    name: Name
    aliases: tuple[Text, ...] = ()
    title: Text
    summary: Text
    sponsor: Text
    status: Text
    target_enrolment: Annotated[StrictInt, Field(ge=1)]
    enrolled: Annotated[StrictInt, Field(ge=0)] | None = None
    default_anchor: Name
    notes: tuple[Text, ...] = ()
    design: Design
    pages: tuple[Page, ...] = ()
    anchors: Annotated[Mapping[Name, Text], Field(min_length=1)]
    windows: Windows
    entry: EntryRule | None = None
    parameters: Mapping[Name, Parameter] = Field(default_factory=dict)
    choices: Mapping[Name, str] = Field(default_factory=dict)
    definitions: Mapping[Name, Text | ParameterChoice] = Field(default_factory=dict)
    attestations: Mapping[Name, Attestation] = Field(default_factory=dict)
    cohorts: tuple[Group, ...] = ()
    arms: tuple[Group, ...] = ()
    visits: tuple[Visit, ...] = ()
    assays: tuple[Assay, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    populations: tuple[Population, ...] = ()
    families: tuple[MultiplicityFamily, ...] = ()
    analyses: tuple[Analysis, ...] = ()
    matchings: tuple[Matching, ...] = ()
    responder_comparisons: tuple[ResponderComparison, ...] = ()
    report: ReportPlan | None = None
    files: FileNames = FileNames()
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1)]

    _source: str = PrivateAttr(default="protocol")
    _lines: Mapping[KeyPath, int] = PrivateAttr(default_factory=dict)
    _own: OwnFiles = PrivateAttr(default=NOTHING)

    def __repr__(self) -> str:
        return f"<Protocol {self.id}: {len(self.criteria)} criteria>"

    def model_post_init(self, context: Any, /) -> None:
        """Keep the file's name and line numbers for later errors; pydantic calls this."""
        if isinstance(context, dict):
            self._source = context["source"]
            self._lines = context["lines"]
            self._own = context.get("own", NOTHING)

    @property
    def dictionary(self) -> Dictionary:
        """The concepts that its expressions may name: the packaged ones, and the study's own."""
        return self._own.dictionary or packaged_dictionary()

    @property
    def own_definitions(self) -> Mapping[str, str]:
        """The texts of the study's own response definitions, by the paths of their files."""
        return self._own.definitions

    def place_of(self, *keys: str | int) -> Place:
        """The file and line of a part; items of a list are named by position or by id.

        >>> from remit.protocol import protocol_named
        >>> str(protocol_named("nct06167174").place_of("id"))
        'nct06167174.toml:5'
        """
        path: list[str | int] = []
        for key in keys:
            items = getattr(self, str(path[0])) if len(path) == 1 else None
            if isinstance(key, str) and isinstance(items, tuple):
                ids = [getattr(item, "id", getattr(item, "page", None)) for item in items]
                path.append(ids.index(key) if key in ids else key)
            else:
                path.append(key)
        return Place(self._source, line_of(self._lines, tuple(path)))

    def criterion(self, identifier: str) -> Criterion:
        """The criterion with this id.

        Raises:
            ProtocolError: there is none; the nearest ids are given.
        """
        for criterion in self.criteria:
            if criterion.id == identifier:
                return criterion
        raise unknown_name(
            "criterion", identifier, [c.id for c in self.criteria], Place(self._source)
        )

    def criteria_of(self, cohort: str | None = None) -> tuple[Criterion, ...]:
        """The criteria of one cohort, in the file's order; without a cohort all of them.

        Raises:
            ProtocolError: the study has no such cohort.
        """
        if cohort is None:
            return self.criteria
        known = [group.id for group in self.cohorts]
        if cohort not in known:
            raise unknown_name("cohort", cohort, known, Place(self._source))
        return tuple(c for c in self.criteria if not c.cohorts or cohort in c.cohorts)

    def setting(self, parameter: str) -> str:
        """The option name or literal text that a parameter has now.

        Raises:
            ProtocolError: the study has no such parameter.

        >>> from remit.protocol import protocol_named
        >>> protocol_named("nct06904729").setting("schwartz")
        'bedside_2009'
        """
        if parameter not in self.parameters:
            raise unknown_name("parameter", parameter, self.parameters, Place(self._source))
        return self.choices.get(parameter, self.parameters[parameter].packaged_setting)

    def literal_texts(self) -> dict[str, str]:
        """The text that stands for each `$name` in expressions and windows."""
        return {
            name: self.setting(name)
            for name, parameter in self.parameters.items()
            if parameter.type == "literal"
        }

    def definition_texts(self) -> dict[str, str]:
        """The expression of each named definition, with the chosen options.

        One whose parameter or option is not there is left out: a file that is checked may be wrong.
        """
        texts = {}
        for name, definition in self.definitions.items():
            if isinstance(definition, str):
                texts[name] = definition
            elif definition.parameter in self.parameters:
                options = self.parameters[definition.parameter].options
                chosen = options.get(self.setting(definition.parameter))
                texts |= {} if chosen is None else {name: chosen}
        return texts

    def with_parameters(self, settings: Mapping[str, str]) -> Protocol:
        """The same study with parameters set otherwise.

        Args:
            settings: parameter -> option name, or literal text such as "14 days" or "0.8 g/g".

        Raises:
            ProtocolError: the study has no such parameter or option, or a literal has another form.

        >>> from remit.protocol import protocol_named
        >>> study = protocol_named("nct06904729")
        >>> study = study.with_parameters({"schwartz": "original_one_constant"})
        >>> study.definition_texts()["schwartz_at_least_30"]
        '0.55 * (height as cm) / (creatinine as mg/dL) >= 30'
        """
        faults = tuple(self.faults_of_choices(settings))
        if faults:
            raise all_in_one(faults)
        return self.model_copy(update={"choices": {**self.choices, **settings}})

    def faults_of_choices(self, settings: Mapping[str, str]) -> Iterator[ProtocolError]:
        """Each setting that does not fit its parameter."""
        return setting_faults(
            self.parameters, settings, lambda name: self.place_of("choices", name)
        )

    def visit_window_days(self, visit: str) -> int:
        """How many days a visit may lie from its planned day, either way.

        Raises:
            ProtocolError: the study has no such visit.
        """
        for planned in self.visits:
            if planned.id == visit:
                days = days_of(planned.window, self.literal_texts())
                assert days is not None, "`disagreements` has seen to it"
                return days
        raise unknown_name("visit", visit, [v.id for v in self.visits], Place(self._source))
