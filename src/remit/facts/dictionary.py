"""The concept dictionary: what each named quantity, drug, condition or event is in the data.

The entries live in `concepts/*.toml`; this module reads and checks them.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from remit.errors import ConceptError
from remit.units import Unit, conversion_factor, unit_named

Kind = Literal["quantity", "titre", "score", "category", "condition", "drug", "procedure", "visit"]
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


class Code(_Strict):
    """One code of a concept. `verified` names the source that was checked, or says UNVERIFIED."""

    vocabulary: Literal["LOINC", "SNOMED", "RxNorm", "ATC", "ICD10CM", "OMOP", "local"]
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

    rule: Literal["covered", "lookback", "explicit"] = "covered"
    days: int | None = Field(default=None, ge=1)


class _Entry(_Strict):
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
    values: Mapping[str, CodedValue] = Field(default_factory=dict)
    course: Literal["chronic", "episode"] | None = None
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
    """

    name: str
    label: str
    kind: Kind
    unit: Unit | None
    factors: Mapping[str, Fraction]
    plausible: tuple[Decimal, Decimal] | None
    codes: tuple[Code, ...]
    values: Mapping[str, CodedValue]
    course: Literal["chronic", "episode"]
    absence: Absence
    route: tuple[int, ...]
    members: tuple[str, ...]
    equivalents: Mapping[str, Fraction]
    source: str
    note: str
    aliases: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        return TABLE_OF_KIND[self.kind]

    @property
    def is_discrete(self) -> bool:
        """Whether a bare `=` has a meaning on it."""
        return self.kind in {"titre", "score"}


def _read_entry(name: str, entry: _Entry) -> Concept:
    code = entry.unit or UNIT_OF_KIND.get(entry.kind)
    unit = unit_named(code) if code is not None else None
    if entry.kind == "quantity" and entry.unit is None:
        raise ConceptError(f"concept {name}: a quantity needs a canonical unit")
    if entry.kind == "category" and not entry.values:
        raise ConceptError(f"concept {name}: a category needs its values")
    if entry.aliases and not entry.aliases_source:
        raise ConceptError(f"concept {name}: its aliases need a source")
    if not entry.codes and not entry.members:
        raise ConceptError(f"concept {name}: it has neither codes nor members")
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
    )


@dataclass(frozen=True, slots=True)
class Dictionary:
    """All concepts by name.

    Attributes:
        listed: the OMOP ids of all of them; kept, since each concept that is bound asks for them.
    """

    concepts: Mapping[str, Concept]
    listed: frozenset[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "listed", _verified_ids(self.concepts.values()))

    def concept(self, name: str) -> Concept:
        """The concept of that name.

        Raises:
            ConceptError: there is none; the nearest names are given.
        """
        found = self.concepts.get(name)
        if found is None:
            near = self.nearest(name)
            raise ConceptError(
                f"the concept {name!r} is not in the dictionary",
                expected=f"for example {', '.join(near)}"
                if near
                else "a concept of the dictionary",
                got=name,
                next_step="correct the name, or add the concept with its codes and source",
            )
        return found

    def nearest(self, name: str) -> tuple[str, ...]:
        """Up to three names that look like this one."""
        return tuple(difflib.get_close_matches(name, self.concepts, n=3, cutoff=0.5))

    def leaves(self, name: str) -> tuple[Concept, ...]:
        """The plain concepts under a name: itself, or all members of the class, in order."""
        concept = self.concept(name)
        if not concept.members:
            return (concept,)
        found: dict[str, Concept] = {}
        for member in concept.members:
            for leaf in self.leaves(member):
                found.setdefault(leaf.name, leaf)
        return tuple(found.values())

    def omop_ids(self, name: str) -> tuple[int, ...]:
        """The OMOP ids by which data name this concept, sorted; unverified codes left out."""
        return tuple(sorted(_verified_ids(self.leaves(name))))


def _verified_ids(concepts: Iterable[Concept]) -> frozenset[int]:
    return frozenset(
        code.omop
        for concept in concepts
        for code in concept.codes
        if code.omop is not None and code.is_verified
    )


def read_dictionary(texts: Mapping[str, str]) -> Dictionary:
    """Read concept files given as name -> TOML text.

    Raises:
        ConceptError: a key nobody knows, a name given twice, a member that does not exist.
    """
    concepts: dict[str, Concept] = {}
    for file, text in texts.items():
        data = tomllib.loads(text)
        if data.get("kind") != "remit.concepts" or data.get("version") != 1:
            raise ConceptError(
                "this is not a concept file", expected="kind remit.concepts, version 1", place=file
            )
        for name, row in data.get("concept", {}).items():
            if name in concepts:
                raise ConceptError(f"the concept {name!r} is given twice", place=file)
            try:
                concepts[name] = _read_entry(name, _Entry.model_validate(row))
            except ValidationError as error:
                first = error.errors()[0]
                raise ConceptError(
                    f"concept {name}: {'.'.join(map(str, first['loc']))}: {first['msg']}",
                    place=file,
                ) from error
    dictionary = Dictionary(concepts)
    for concept in concepts.values():
        for member in (*concept.members, *concept.equivalents):
            if dictionary.concept(member).kind != concept.kind:
                raise ConceptError(f"{concept.name}: its member {member} is of another kind")
        if not dictionary.omop_ids(concept.name):
            raise ConceptError(f"{concept.name}: it has no code that data could carry")
    return dictionary


@cache
def packaged_dictionary() -> Dictionary:
    """The dictionary that comes with Remit.

    >>> packaged_dictionary().concept("upcr").unit.code
    'g/g'
    """
    folder = resources.files("remit.facts").joinpath("concepts")
    files = sorted(
        (item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda f: f.name
    )
    return read_dictionary({item.name: item.read_text(encoding="utf-8") for item in files})
