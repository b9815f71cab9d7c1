"""The planned analyses of a protocol, in the words of ICH E9(R1): frozen types.

An analysis says whose answers count (population), what is answered (variable), what is done about
events between treatment and answer (intercurrent events), and how answers become numbers (methods).
What to do about missing answers is nowhere said: it is derived from these (`remit.analysis.plan`).
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from remit.criteria.dates import Duration
from remit.criteria.scope import duration_of
from remit.protocol.imputation_sections import Imputation, Supposition
from remit.protocol.protocol_sections import (
    Identifier,
    Name,
    ParameterChoice,
    ProtocolSection,
    Text,
)

Strategy = Literal[
    "composite", "treatment_policy", "hypothetical", "while_on_treatment", "principal_stratum"
]
Role = Literal["primary", "secondary", "exploratory", "safety"]


class Population(ProtocolSection):
    """Whose answers count: everyone taken into the study of whom `expression` is met.

    Attributes:
        expression: of the criterion language; everyone where it is None. Of whom it is unknown is
            left out, and counted.
    """

    id: Name
    label: Text
    text: Text
    expression: Text | None = None


class IntercurrentEvent(ProtocolSection):
    """What happens after treatment began and changes what an answer means, or that there is one.

    Attributes:
        event: the id of an event of the response definition, `death`, or an id of its own with an
            expression, read over the days since the visit before.
        imputed_as: what is supposed of answers that are not there after it, where they are imputed;
            missing at random when None.
    """

    event: Name
    text: Text
    strategy: Strategy
    expression: Text | None = None
    imputed_as: Supposition | None = None


class ResponseVariable(ProtocolSection):
    """Whether one of some grades is reached at the visit, under a response definition."""

    definition: Name | ParameterChoice
    grades: Annotated[tuple[Text, ...], Field(min_length=1)]


class LogRankWeights(ProtocolSection):
    """Weights of Fleming and Harrington of a log-rank test.

    Attributes:
        rho: the share without the event before weighs to this power: 1 looks at early differences.
        gamma: the share with an event before to this one: 1 looks at late ones.
    """

    rho: Annotated[float, Field(ge=0, le=10)] = 0.0
    gamma: Annotated[float, Field(ge=0, le=10)] = 0.0


class TimeVariable(ProtocolSection):
    """The time from baseline to a grade, or a better one, under a response definition.

    Attributes:
        weights: how much early and late differences weigh in a log-rank test; all alike when None.
    """

    definition: Name | ParameterChoice
    grade: Text
    weights: LogRankWeights | None = None


class QuantityVariable(ProtocolSection):
    """A number at each visit: the total of a score, a laboratory value, or the dose of a drug.

    Attributes:
        change: whether its difference from baseline is what is analysed.
    """

    of: Name | None = None
    dose_of: Name | None = None
    change: bool = True

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.of is None) == (self.dose_of is None):
            raise ValueError("either `of` (a score or concept) or `dose_of` (a drug or class)")
        return self

    @property
    def name(self) -> str:
        """What is measured, as it is called in rows."""
        return self.of if self.of is not None else f"dose of {self.dose_of}"


class IncidenceVariable(ProtocolSection):
    """Whether something happened to the person: an expression of the criterion language."""

    expression: Text


class ValueLimits(ProtocolSection):
    """From where on a quantity is low or high, and by how much it has to change to count.

    Attributes:
        of: a concept with numbers.
        low, high: at or below which it is low, at or above which high, each with its unit; beyond
            the limits of normal of its own record where neither is given.
        change: a value that is low counts where it fell by as much since baseline, a high one where
            it rose so, whatever it was then; without it, where it was not so at baseline.
    """

    of: Name
    low: Text | None = None
    high: Text | None = None
    change: Text | None = None

    @property
    def own(self) -> bool:
        """Whether each record's own limits of normal decide."""
        return self.low is None and self.high is None


class ShiftVariable(ProtocolSection):
    """Whether laboratory values or vital signs changed significantly, and from where to where.

    At each visit of the analysis; where it names none, at the worst recorded after baseline.

    Attributes:
        instrument: whose grades are read; tests: names of its shifts, all where none is given.
        rise: by how many grades a later one is worse than that at baseline to be significant.
        limits: of quantities that have no grades.
    """

    instrument: Name | None = None
    tests: tuple[Name, ...] = ()
    rise: Annotated[int, Field(ge=1)] = 1
    limits: tuple[ValueLimits, ...] = ()

    @model_validator(mode="after")
    def _reads_something(self) -> Self:
        if self.instrument is None and not self.limits:
            raise ValueError("an `instrument` with grades, or `limits` of quantities")
        if self.tests and self.instrument is None:
            raise ValueError("the `instrument` whose `tests` these are")
        return self


class LiverVariable(ProtocolSection):
    """Hy's law: whether transaminase and bilirubin were raised, each at its peak after baseline.

    Attributes:
        transaminases, bilirubin: concepts; multiples of their records' upper limits are read.
        at: from which multiple on a transaminase is raised. above: beyond which bilirubin is.
    """

    transaminases: Annotated[tuple[Name, ...], Field(min_length=1)] = ("alt", "ast")
    bilirubin: Name = "bilirubin_total"
    at: Annotated[float, Field(gt=1)] = 3.0
    above: Annotated[float, Field(gt=1)] = 2.0


class EventsVariable(ProtocolSection):
    """Adverse events: whether a person had one that counts, then which, how many and how fast.

    Attributes:
        since: the named date from which on events count.
        until, within: to so long after the date `until`; after `since` where it names none. The
            date `until` itself where no length is given, and without both to the end of watching.
        emergent: only those that the source itself calls treatment-emergent.
        serious, related, withdrawn, fatal: only those that were so; withdrawn: that ended a
            treatment.
        grade: only those of this grade of CTCAE or a worse one. severity: words of the source that
            count as such where it gives no grade.
        terms, body_systems: only these, by the dictionary of the source; capitals do not matter.
    """

    since: Name = "baseline"
    until: Name | None = None
    within: Annotated[str, Field(pattern=r"^\d+ (day|week|month|year)s?$")] | None = None
    emergent: bool = False
    serious: bool = False
    related: bool = False
    withdrawn: bool = False
    fatal: bool = False
    grade: Annotated[int, Field(ge=1, le=5)] | None = None
    severity: tuple[Text, ...] = ()
    terms: tuple[Text, ...] = ()
    body_systems: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _words_of_a_grade(self) -> Self:
        if self.severity and self.grade is None:
            raise ValueError("the `grade` as which the words of `severity` count")
        return self

    @property
    def length(self) -> Duration | None:
        """`within` as a duration."""
        if self.within is None:
            return None
        count, period = self.within.split()
        return duration_of(count, period)


VARIABLES = (
    "response", "time_to_response", "quantity", "incidence", "shift", "liver", "adverse_events"
)  # fmt: skip


class Analysis(ProtocolSection):
    """One planned analysis.

    Attributes:
        outcome: the outcome of the registry entry that it answers.
        visits: at which it is made; none for a time, an incidence or
            a peak; a shift has the worst state after baseline where it names none.
        compare: the two arms that are compared, the first less the second; none of a study of one
            arm, where each arm is described by itself.
        methods: names of the register of methods, in the order in which they are shown; the first
            that compares decides.
        adjusted_for: names of quantities whose value at baseline is a covariate.
        strata: expressions that part the persons before treatment, each met or not met.
        imputation: how often missing answers are imputed, by methods that do.
        family: the multiplicity family in which its first comparison is tested.
    """

    id: Name
    title: Text
    outcome: Identifier | None = None
    role: Role
    population: Name
    visits: tuple[Identifier, ...] = ()
    response: ResponseVariable | None = None
    time_to_response: TimeVariable | None = None
    quantity: QuantityVariable | None = None
    incidence: IncidenceVariable | None = None
    shift: ShiftVariable | None = None
    liver: LiverVariable | None = None
    adverse_events: EventsVariable | None = None
    intercurrent: tuple[IntercurrentEvent, ...] = ()
    compare: tuple[Identifier, Identifier] | None = None
    methods: Annotated[tuple[Name, ...], Field(min_length=1)]
    adjusted_for: tuple[Text, ...] = ()
    strata: tuple[Text, ...] = ()
    imputation: Imputation | None = None
    family: Name | None = None
    level: Annotated[float, Field(gt=0, lt=1)] = 0.95

    @model_validator(mode="after")
    def _has_one_variable(self) -> Self:
        given = [name for name in VARIABLES if getattr(self, name) is not None]
        if len(given) != 1:
            one_of = f"{', '.join(VARIABLES[:-1])} or {VARIABLES[-1]}"
            raise ValueError(f"one variable: {one_of}; there are {len(given)}")
        if (self.response or self.quantity) and not self.visits:
            raise ValueError(f"the visits at which the {given[0]} is analysed")
        if self.visits and not (self.response or self.quantity or self.shift):
            raise ValueError(f"no visits: the {given[0]} is one answer a person")
        if self.compare and self.compare[0] == self.compare[1]:
            raise ValueError("two different arms to compare")
        return self

    @property
    def definition(self) -> str | ParameterChoice | None:
        """The response definition of its variable; None where it has none."""
        found = self.response or self.time_to_response
        return None if found is None else found.definition


class MultiplicityFamily(ProtocolSection):
    """Analyses whose first tests share one error rate.

    Attributes:
        procedure: `fixed_sequence` tests in the order of the file, and stops at the first failure.
    """

    id: Name
    text: Text
    procedure: Literal["none", "bonferroni", "holm", "hochberg", "fixed_sequence"]
    alpha: Annotated[float, Field(gt=0, lt=1)] = 0.05
