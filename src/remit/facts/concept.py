"""One concept: a named clinical quantity or event, with its codes, units and rule of absence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from remit.errors import ConceptError
from remit.units import Unit, conversion_factor, unit_named

Kind = Literal["quantity", "titre", "score", "category", "condition", "drug", "procedure", "visit"]
# A record of a lasting disease goes on without an end; one that counts on its first day does not.
Course = Literal["chronic", "episode", "first_day"]
# Whether what is listed stays although it lies below what is excluded; a concept set drops it.
ExcludesRule = Literal["listed_stays", "excluded_goes"]
VALUE_KINDS: frozenset[str] = frozenset({"quantity", "titre", "score", "category"})
TABLE_OF_KIND: Mapping[str, str] = {
    "quantity": "measurement",
    "titre": "measurement",
    "score": "measurement",
    "category": "measurement",
    "condition": "condition_occurrence",
    "drug": "drug_exposure",
    "procedure": "procedure_occurrence",
    "visit": "visit_occurrence",
}
UNIT_OF_KIND: Mapping[str, str] = {"titre": "{titer}", "score": "{score}", "drug": "mg/d"}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


# OMOP's words for what a code is of; "OMOP" where only the id is known, "local" for our own.
CodeVocabulary = Literal[
    "LOINC",
    "SNOMED",
    "RxNorm",
    "ATC",
    "CVX",
    "NDC",
    "HCPCS",
    "ICD10CM",
    "ICD10",
    "ICD9CM",
    "OMOP",
    "local",
]


class Code(_Strict):
    """One code of a concept. `verified` names the source that was checked, or says UNVERIFIED."""

    vocabulary: CodeVocabulary
    code: str
    name: str
    omop: int | None = None
    verified: str

    @property
    def is_verified(self) -> bool:
        return not self.verified.startswith("UNVERIFIED")


class CodedValue(_Strict):
    """One answer of a category: its OMOP id and a label."""

    omop: int
    label: str


class Absence(_Strict):
    """When no record may be read as "no": see the language page, "Coverage"."""

    rule: Literal["covered", "lookback", "explicit", "always"] = "covered"
    days: int | None = Field(default=None, ge=1)


class Entry(_Strict):
    """A concept as its file writes it."""

    label: str
    aliases: tuple[str, ...] = ()
    aliases_source: str = ""
    kind: Kind
    unit: str | None = None
    units: tuple[str, ...] = ()
    same_as: Mapping[str, str] = Field(default_factory=dict)
    molar_mass: str | None = None
    plausible: tuple[str, str] | None = None
    codes: tuple[Code, ...] = ()
    excludes: tuple[int, ...] = ()
    excludes_rule: ExcludesRule = "listed_stays"
    alone: tuple[int, ...] = ()
    values: Mapping[str, CodedValue] = Field(default_factory=dict)
    course: Course | None = None
    absence: Absence = Absence()
    route: tuple[int, ...] = ()
    members: tuple[str, ...] = ()
    equivalents: Mapping[str, str] = Field(default_factory=dict)
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Concept:
    """A named clinical quantity or event.

    Attributes:
        factors: for each unit that a record may carry, the exact factor to `unit`.
        plausible: closed bounds in `unit`.
        members: the concepts whose records this class unites (empty for a plain concept).
        equivalents: member name -> factor by which its daily dose counts in a dose of the class.
        route: OMOP route ids that a drug record must carry (empty: any).
        aliases: what people call it in their own files; a draft of an import takes no other words.
        excludes: OMOP ids that lie below one of the codes in a vocabulary and are none of it, they
            and all below them.
        excludes_rule: what of a listed code that lies below an excluded one.
        alone: those of the codes and excludes that stand for themselves, with nothing below them.
    """

    name: str
    label: str
    kind: Kind
    unit: Unit | None
    factors: Mapping[str, Fraction]
    plausible: tuple[Decimal, Decimal] | None
    codes: tuple[Code, ...]
    values: Mapping[str, CodedValue]
    course: Course
    absence: Absence
    route: tuple[int, ...]
    members: tuple[str, ...]
    equivalents: Mapping[str, Fraction]
    source: str
    note: str
    aliases: tuple[str, ...] = ()
    excludes: tuple[int, ...] = ()
    excludes_rule: ExcludesRule = "listed_stays"
    alone: tuple[int, ...] = ()

    @property
    def table(self) -> str:
        return TABLE_OF_KIND[self.kind]

    @property
    def is_discrete(self) -> bool:
        """Whether a bare `=` has a meaning on it."""
        return self.kind in {"titre", "score"}


def concept_of(name: str, entry: Entry) -> Concept:
    """The concept of an entry.

    Raises:
        ConceptError: parts of it do not go together.
        UnitError: a unit is not of the closed table, or does not convert.
    """
    code = entry.unit or UNIT_OF_KIND.get(entry.kind)
    unit = unit_named(code) if code is not None else None
    if unit is not None and unit.zero:
        raise ConceptError(
            f"concept {name}: {unit.code} cannot be its canonical unit",
            expected="a unit whose scale begins at 0, such as Cel",
            got=unit.code,
            next_step="name it under units: records may carry it",
        )
    if entry.kind == "quantity" and entry.unit is None:
        raise ConceptError(f"concept {name}: a quantity needs a canonical unit")
    if entry.kind == "category" and not entry.values:
        raise ConceptError(f"concept {name}: a category needs its values")
    if entry.aliases and not entry.aliases_source:
        raise ConceptError(f"concept {name}: its aliases need a source")
    if not entry.codes and not entry.members:
        raise ConceptError(f"concept {name}: it has neither codes nor members")
    if listed := sorted(set(entry.excludes) & {code.omop for code in entry.codes}):
        raise ConceptError(
            f"concept {name}: a code is both listed and excluded",
            expected="each OMOP id among the codes or under excludes, not both",
            got=", ".join(map(str, listed)),
            next_step="remove one of them",
        )
    if entry.excludes and entry.members:
        raise ConceptError(
            f"concept {name}: a class excludes nothing itself",
            expected="excludes in the members that have the code above",
            got="excludes beside members",
            next_step="move them to the members",
        )
    if strange := sorted(
        set(entry.alone) - set(entry.excludes) - {code.omop for code in entry.codes}
    ):
        raise ConceptError(
            f"concept {name}: an id that stands for itself is neither a code nor excluded",
            expected="each id of alone among the codes or under excludes",
            got=", ".join(map(str, strange)),
            next_step="list it, or remove it from alone",
        )
    molar_mass = Fraction(entry.molar_mass) if entry.molar_mass else None
    factors: dict[str, Fraction] = {}
    if unit is not None:
        factors[unit.code] = Fraction(1)
        for text in entry.units:
            other = unit_named(text)
            factors[other.code] = conversion_factor(other, unit, molar_mass=molar_mass)
        for text, meant in entry.same_as.items():
            factors[unit_named(text).code] = conversion_factor(
                unit_named(meant), unit, molar_mass=molar_mass
            )
    if entry.kind == "drug":
        for text in ("mg/d", "g/d", "mg/wk"):
            factors[text] = conversion_factor(unit_named(text), unit_named("mg/d"))
    plausible = None
    if entry.plausible is not None:
        low, high = (Decimal(bound) for bound in entry.plausible)
        plausible = (low, high)
    return Concept(
        name=name,
        label=entry.label,
        kind=entry.kind,
        unit=unit,
        factors=factors,
        plausible=plausible,
        codes=entry.codes,
        values=entry.values,
        course=entry.course or "episode",
        absence=entry.absence,
        route=entry.route,
        members=entry.members,
        equivalents={key: Fraction(value) for key, value in entry.equivalents.items()},
        source=entry.source,
        note=entry.note,
        aliases=entry.aliases,
        excludes=entry.excludes,
        excludes_rule=entry.excludes_rule,
        alone=entry.alone,
    )
