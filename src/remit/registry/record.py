"""What one registry page says of a trial, field by field, each with its source text and lines."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

FieldState = Literal["stated", "no_value", "not_given", "heading"]
CriterionKind = Literal["inclusion", "exclusion", "preamble"]
CriterionFlag = Literal["lossy_operator", "incomplete", "unsure_side"]
OutcomeType = Literal["primary", "secondary", "other"]


@dataclass(frozen=True, slots=True)
class Span:
    """The lines of a page, from `first` to `last` inclusive, counted from 1."""

    first: int
    last: int

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    @property
    def lines(self) -> range:
        return range(self.first, self.last + 1)


@dataclass(frozen=True, slots=True)
class RegistryId:
    """A trial's number in a registry, such as ("ClinicalTrials.gov", "NCT99000001")."""

    registry: str
    number: str


@dataclass(frozen=True, slots=True)
class AgeLimit:
    """One age limit. `value` and `unit` are None where the page says that there is no limit."""

    value: Decimal | None
    unit: str | None
    inclusive: bool
    text: str


@dataclass(frozen=True, slots=True)
class TrialDate:
    """A date as precise as the page says: `iso` is "2025", "2025-06" or "2025-06-30"."""

    iso: str
    precision: Literal["year", "month", "day"]
    kind: Literal["estimated", "actual"] | None
    text: str


@dataclass(frozen=True, slots=True)
class Official:
    """Someone who answers for the trial; never a recruitment contact."""

    name: str
    role: str
    affiliation: str | None


@dataclass(frozen=True, slots=True)
class Location:
    facility: str | None
    city: str | None
    state: str | None
    country: str | None


@dataclass(frozen=True, slots=True)
class SimilarTrial:
    """Another trial that the page lists; its id is never the page's own."""

    number: str | None
    title: str | None
    status: str | None
    phase: str | None


@dataclass(frozen=True, slots=True)
class Arm:
    name: str
    kind: str | None
    description: str | None
    interventions: tuple[str, ...]


Value = (
    str | int | bool | RegistryId | AgeLimit | TrialDate | Official | Location | SimilarTrial | Arm
)


@dataclass(frozen=True, slots=True)
class Field:
    """One statement of a page.

    `text` is the page's own text of `span`, without personal data. `state` is "stated";
    "no_value" for a label that nothing follows; "not_given" where the page itself says
    "Not available"; "heading" for a line that only names a section. `paths` names the JSON
    leaves that the field comes from and is empty for text pages.
    """

    name: str
    value: Value | None
    text: str
    span: Span
    state: FieldState = "stated"
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cohort:
    """One of the groups of people that a record selects, with the heading that names it."""

    number: str
    title: str
    source_text: str
    span: Span


@dataclass(frozen=True, slots=True)
class CriterionText:
    """One eligibility criterion as a page words it.

    `key` is unique within the record; `parent` is the key of the criterion that it is nested in;
    `number` is the printed number, or the position where none is printed. `source_text` is the
    page's text before unescaping.
    """

    key: str
    kind: CriterionKind
    cohort: str | None
    number: str
    parent: str | None
    text: str
    source_text: str
    span: Span
    flags: frozenset[CriterionFlag] = frozenset()


@dataclass(frozen=True, slots=True)
class OutcomeText:
    """One outcome measure as a page words it."""

    type: OutcomeType
    measure: str
    description: str | None
    time_frame: str | None
    source_text: str
    span: Span
    flags: frozenset[CriterionFlag] = frozenset()


@dataclass(frozen=True, slots=True)
class Dropped:
    """A line or JSON leaf left out on reading because it is personal data; its text is not kept."""

    line: int
    kind: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Unparsed:
    """A line that no field holds: boilerplate of the site, or text that was not understood."""

    line: int
    text: str
    reason: Literal["boilerplate", "not_understood"]
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """All that one page says of one trial.

    Example:
        >>> from remit.registry import fixture_pages, read_page
        >>> record = read_page(fixture_pages()[0])
        >>> record.format
        'clinconnect'
        >>> record.value("status")
        'Recruiting'
    """

    source: str
    format: str
    fields: tuple[Field, ...]
    cohorts: tuple[Cohort, ...]
    criteria: tuple[CriterionText, ...]
    outcomes: tuple[OutcomeText, ...]
    dropped: tuple[Dropped, ...]
    unparsed: tuple[Unparsed, ...]
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        what = f"{len(self.fields)} fields, {len(self.criteria)} criteria"
        return f"<Record {self.source} ({self.format}): {what}>"

    def named(self, name: str) -> tuple[Field, ...]:
        """Every field of that name, in page order; empty where the page has none."""
        return tuple(field for field in self.fields if field.name == name)

    def field(self, name: str) -> Field | None:
        """The first field of that name, preferring one that states a value."""
        found = self.named(name)
        stated = [field for field in found if field.value is not None]
        return stated[0] if stated else (found[0] if found else None)

    def value(self, name: str) -> Value | None:
        """The value of the first field of that name that states one, else None."""
        found = self.field(name)
        return found.value if found is not None else None

    def values(self, name: str) -> tuple[Value, ...]:
        """All stated values of that name, in page order."""
        return tuple(field.value for field in self.named(name) if field.value is not None)

    @property
    def own_ids(self) -> tuple[RegistryId, ...]:
        """The ids that the page states for this trial itself."""
        return tuple(v for v in self.values("registry_id") if isinstance(v, RegistryId))

    @property
    def accounted_lines(self) -> frozenset[int]:
        """Every line that is in a field, in `unparsed` or in `dropped`."""
        held: set[int] = set()
        parts: tuple[Field | Cohort | CriterionText | OutcomeText, ...] = (
            *self.fields,
            *self.cohorts,
            *self.criteria,
            *self.outcomes,
        )
        for part in parts:
            held.update(part.span.lines)
        held.update(item.line for item in self.dropped)
        held.update(item.line for item in self.unparsed)
        return frozenset(held)
