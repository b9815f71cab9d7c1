"""The map of a REDCap project: which field is which fact, and which field says its day.

Its keys mean what they mean in the map of spreadsheets; a field of REDCap takes the place of a
column. What the dictionary says (choices, decimal comma, form of a day) is not said again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from remit.facts.intake.sources.map_file import MapForm, fault_words
from remit.facts.intake.tidy.tidy_map import ColumnUse, NameUse, NoEnd

KIND, VERSION = "remit.redcap_map", 1
FORM = MapForm(
    kind=KIND,
    version=VERSION,
    what="a REDCap project",
    quoted='codes stand in quotes: "1" = "female"',
    drafted_by="remit facts import redcap … --draft-map MAP.toml",
    page="docs/how-to/redcap.md",
)
Held: TypeAlias = Literal["tests", "drugs", "diagnoses", "procedures", "visits"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class FieldColumn(ColumnUse):
    """A field that says something of another: its day, its unit.

    Attributes:
        event: the event of the record in which it stands, where that is not the row's own.
    """

    event: str | None = None


Said: TypeAlias = str | FieldColumn


class DayOf(_Strict):
    """What a form or an event says of its rows: their day, and of which kind the visit is."""

    date: Said | None = None
    visit: str | None = None


class PersonFields(_Strict):
    """The fields that say who somebody is. `sexes`: code -> sex."""

    birth: Said | None = None
    sex: Said | None = None
    died: Said | None = None
    sexes: Mapping[str, Literal["female", "male", "unknown"]] = Field(default_factory=dict)


class ObservedFields(_Strict):
    """From when to when somebody was watched."""

    start: Said
    end: Said


class FieldUse(_Strict):
    """What a field means.

    Attributes:
        concept: of a field that is about one thing: its value, or whether it was there.
        yes, no: the codes that say that it was there and that it was not, of a condition, drug or
            procedure; of a question of yes and no 1 and 0. Any other answer leaves it open.
        names: of a field whose answers are several things: code, or text, -> what it means.
        holds: what these are, where all of them are ignored.
        value: the field of the value, of names of tests.
        date, end, unit, low, high, dose, frequency, route: the fields that say it. `unit` as a text
            is the unit itself.
        dose_unit: as `unit`, of a dose.
        routes, times: code -> route, and how often a day.
        decimal: of a text without a validation. undecided, comments: as of a name.
    """

    concept: str | None = None
    ignore: bool = False
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    answers: Mapping[str, str] = Field(default_factory=dict)
    of: str | None = None
    empty: NoEnd | None = None
    names: Mapping[str, NameUse] = Field(default_factory=dict)
    holds: Held | None = None
    value: Said | None = None
    date: Said | None = None
    end: Said | None = None
    unit: str | FieldColumn | None = None
    low: Said | None = None
    high: Said | None = None
    dose: Said | None = None
    dose_unit: str | FieldColumn | None = None
    frequency: Said | None = None
    route: Said | None = None
    routes: Mapping[str, Literal["intravenous", "oral", "other"]] = Field(default_factory=dict)
    times: Mapping[str, int] = Field(default_factory=dict)
    decimal: Literal[".", ","] | None = None
    undecided: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()


class EventFields(_Strict):
    """The fields of a form of adverse events, each row of which with an event is one.

    Attributes:
        event: what was reported. The others are columns of adverse events as in a map of sheets.
        words: field of these -> code, or text, -> the word that it stands for.
    """

    event: Said
    start: Said | None = None
    end: Said | None = None
    term: Said | None = None
    system: Said | None = None
    severity: Said | None = None
    grade: Said | None = None
    serious: Said | None = None
    related: Said | None = None
    causality: Said | None = None
    action: Said | None = None
    outcome: Said | None = None
    emergent: Said | None = None
    words: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)

    @property
    def named(self) -> Mapping[str, Said]:
        """Column of adverse events -> its field."""
        said = {name: getattr(self, name) for name in type(self).model_fields if name != "words"}
        return {name: one for name, one in said.items() if one is not None}


class SignedField(_Strict):
    """An answer that somebody signs: the field, its codes for yes and no, who, and when."""

    answer: str
    by: str
    date: Said
    yes: tuple[str, ...] = ("1",)
    no: tuple[str, ...] = ("0",)


class StudyFields(_Strict):
    """The named dates of a study and its signed items. Both: name -> field."""

    anchors: Mapping[str, Said] = Field(default_factory=dict)
    signed: Mapping[str, SignedField] = Field(default_factory=dict)


class RedcapMap(_Strict):
    """The map of a project.

    Attributes:
        instruments: those whose items are concepts here, such as `sledai_2k`.
        missing: the codes that the project has for data that are missing.
        days_marked_identifiers: fields of days that the dictionary marks as identifiers, and that
            are read all the same. No other field that is marked is ever read.
        forms, events: name -> the day of its rows.
        adverse_events: a name, such as that of the form -> the fields of its adverse events.
        studies: id of a study, as its protocol has it -> its fields.
    """

    kind: str
    version: int
    instruments: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    days_marked_identifiers: tuple[str, ...] = ()
    person: PersonFields = PersonFields()
    observed: ObservedFields | None = None
    forms: Mapping[str, DayOf] = Field(default_factory=dict)
    events: Mapping[str, DayOf] = Field(default_factory=dict)
    fields: Mapping[str, FieldUse] = Field(default_factory=dict)
    adverse_events: Mapping[str, EventFields] = Field(default_factory=dict)
    studies: Mapping[str, StudyFields] = Field(default_factory=dict)


def redcap_map_of(text: str, path: Path) -> RedcapMap:
    """The map that a text says; whether it fits a dictionary is seen when both are there.

    Raises:
        DatasetError: it is no map; with all faults of its keys.
    """
    data = FORM.tables(text, path)
    try:
        return RedcapMap.model_validate(data)
    except ValidationError as error:
        faults = [f"{_where(fault['loc'])}: {fault_words(fault)}" for fault in error.errors()]
        raise FORM.refusal(faults, path) from None


def _where(place: tuple[int | str, ...]) -> str:
    return ".".join(str(key) for key in place if key not in {"FieldColumn", "str"})
