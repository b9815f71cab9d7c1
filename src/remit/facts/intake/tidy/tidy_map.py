"""The map of an import: which sheet holds what, and what the words of a clinic mean.

A map is a TOML file that people mend by hand. It says all that cannot be known from cells: the
order of day and month, the decimal comma, what an empty end means. Nothing that it leaves open is
guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

KIND, VERSION = "remit.tidy_map", 1
Holds = Literal[
    "tests",
    "drugs",
    "diagnoses",
    "procedures",
    "visits",
    "persons",
    "observed",
    "deaths",
    "adverse_events",
    "nothing",
]
NoEnd = Literal["ongoing", "same day"]

# What a sheet holds -> the columns that it must have, and those that it may have.
FIELDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "tests": (("patient", "date", "test", "value"), ("unit", "low", "high")),
    "drugs": (("patient", "drug", "start"), ("end", "dose", "unit", "frequency", "route")),
    "diagnoses": (("patient", "diagnosis", "start"), ("end",)),
    "procedures": (("patient", "procedure", "date"), ()),
    "visits": (("patient", "start"), ("visit", "end")),
    "persons": (("patient",), ("birth", "sex", "died")),
    "observed": (("patient", "start"), ("end",)),
    "deaths": (("patient", "date"), ()),
    "adverse_events": (
        ("patient", "event"),
        (
            *("start", "end", "term", "system", "severity", "grade", "serious", "related"),
            *("causality", "action", "outcome", "emergent"),
        ),
    ),
    "nothing": ((), ()),
}
DATES = frozenset({"date", "start", "end", "birth", "died"})
NUMBERS = frozenset({"value", "low", "high", "dose"})
# The column whose words are names of concepts, and the kinds of concept that they may be.
NAMED: Mapping[str, tuple[str, frozenset[str]]] = {
    "tests": ("test", frozenset({"quantity", "titre", "score", "category"})),
    "drugs": ("drug", frozenset({"drug"})),
    "diagnoses": ("diagnosis", frozenset({"condition"})),
    "procedures": ("procedure", frozenset({"procedure"})),
    "visits": ("visit", frozenset({"visit"})),
}
TABLE_OF: Mapping[str, str] = {
    "tests": "measurement",
    "drugs": "drug_exposure",
    "diagnoses": "condition_occurrence",
    "procedures": "procedure_occurrence",
    "visits": "visit_occurrence",
    "persons": "person",
    "observed": "observation_period",
    "deaths": "death",
    "adverse_events": "adverse_event",
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class ColumnUse(_Strict):
    """Where a field comes from: a column, or one text for all rows.

    Attributes:
        format: how its dates are written, such as `%d.%m.%Y`; days of a workbook need none.
        decimal: what stands between a number and its decimals.
        per: the time of a dose whose unit is a mass alone: `20 mg`, per day.
        empty: what an empty end means; ongoing: the words that say that something goes on.
        imprecise: what stands for the start of a diagnosis of which only the year or the month is
            known; else such a day is none.
        undecided: what a draft cannot tell of its numbers; an import stops until a person says it.
    """

    column: str | None = None
    always: str | None = None
    format: str | None = None
    decimal: Literal[".", ","] = "."
    per: Literal["day", "week"] | None = None
    empty: NoEnd | None = None
    ongoing: tuple[str, ...] = ()
    imprecise: Literal["first day"] | None = None
    undecided: tuple[Literal["decimal"], ...] = ()


class NameUse(_Strict):
    """What a name means: a concept, or nothing that Remit asks for (`ignore`).

    Attributes:
        unit: of its rows that have none.
        of: the procedure of the same day to which a finding belongs.
        answers: word -> answer of a coded test. empty: what an empty end of this drug means.
        undecided: texts in place of numbers, of which a draft cannot tell what they say; an import
            stops at them. comments: those of which a person has said that they are no numbers.
    """

    concept: str | None = None
    ignore: bool = False
    unit: str | None = None
    of: str | None = None
    answers: Mapping[str, str] = Field(default_factory=dict)
    empty: NoEnd | None = None
    undecided: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()


class MappedSheet(_Strict):
    """One sheet, or one text file, and what it holds.

    Attributes:
        times: word for a frequency -> how often a day the dose of the row is taken.
        words: of adverse events, field -> word of the sheet -> the word that it stands for.
        header: the row of its headers. delimiter: what stands between the cells of a text file.
    """

    file: str
    sheet: str | None = None
    holds: Holds
    header: int | None = Field(default=None, ge=1)
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    columns: Mapping[str, str | ColumnUse] = Field(default_factory=dict)
    names: Mapping[str, NameUse] = Field(default_factory=dict)
    sexes: Mapping[str, Literal["female", "male", "unknown"]] = Field(default_factory=dict)
    times: Mapping[str, Annotated[int, Field(ge=1, le=24)]] = Field(default_factory=dict)
    routes: Mapping[str, Literal["intravenous", "oral", "other"]] = Field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)

    def use(self, field: str) -> ColumnUse | None:
        """Where a field comes from; None where the sheet has none."""
        found = self.columns.get(field)
        return ColumnUse(column=found) if isinstance(found, str) else found


class TidyMap(_Strict):
    """The map of an import; one sheet may be there several times, and holds several things."""

    kind: str
    version: int
    table: tuple[MappedSheet, ...]
