"""Concept sets of a Circe definition as concepts of a study's own."""

from __future__ import annotations

import re
import typing
from collections.abc import Mapping
from dataclasses import dataclass

from remit.facts.codes import OWN
from remit.facts.concept import CodeVocabulary
from remit.protocol.interchange.circe_keys import CirceObject

# The criteria of Circe that ask for records of a table -> the kind of a concept of that table.
KINDS: Mapping[str, str] = {
    "ConditionOccurrence": "condition",
    "DrugExposure": "drug",
    "ProcedureOccurrence": "procedure",
    "VisitOccurrence": "visit",
}
_VOCABULARIES = frozenset(typing.get_args(CodeVocabulary)) - {"local"}


@dataclass(frozen=True, slots=True)
class ListedConcept:
    """One item of a concept set: its OMOP id, code and name, and what lies below it."""

    omop: int
    vocabulary: str
    code: str
    name: str
    excluded: bool
    with_descendants: bool


@dataclass(frozen=True, slots=True)
class ConceptSet:
    """A concept set of a definition, by its number."""

    number: int
    name: str
    items: tuple[ListedConcept, ...]


@dataclass(frozen=True, slots=True)
class ImportedConcept:
    """A concept set as the records of one table: a concept of the study that is written.

    Attributes:
        listed, excludes: those that are read and those that are left out.
        alone: the ids of both that bring nothing below them along.
    """

    name: str
    label: str
    kind: str
    listed: tuple[ListedConcept, ...]
    excludes: tuple[ListedConcept, ...]
    alone: tuple[int, ...]
    number: int


def read_concept_sets(definition: CirceObject) -> Mapping[int, ConceptSet]:
    """The concept sets by number.

    Raises:
        ProtocolError: an item cannot be read, or asks for source codes.
    """
    found: dict[int, ConceptSet] = {}
    for one in definition.parts("ConceptSets"):
        one.only({"id", "name", "expression"})
        number = one.number("id")
        if number is None or number in found:
            raise one.refused(
                "its id is missing or stands twice", expected="an id of its own", got=str(number)
            )
        expression = one.part("expression")
        items = () if expression is None else tuple(map(_item, expression.parts("items")))
        found[number] = ConceptSet(number, one.text("name", otherwise=f"Set {number}"), items)
    return found


def _item(item: CirceObject) -> ListedConcept:
    item.only({"concept", "isExcluded", "includeDescendants"})
    concept = item.part("concept")
    if concept is None or (omop := concept.number("CONCEPT_ID")) is None:
        raise item.refused("it names no concept", expected="a concept with CONCEPT_ID", got="none")
    if omop < 1 or omop in OWN:
        raise concept.refused(
            "CONCEPT_ID is no id of the OMOP vocabulary, nor one of a site",
            expected=f"an id from 1; {OWN[0]} to {OWN[-1]} are Remit's own",
            got=str(omop),
        )
    vocabulary = concept.text("VOCABULARY_ID")
    code = concept.text("CONCEPT_CODE")
    known = vocabulary in _VOCABULARIES and vocabulary != "OMOP" and code
    return ListedConcept(
        omop=omop,
        vocabulary=vocabulary if known else "OMOP",
        code=code if known else str(omop),
        name=concept.text("CONCEPT_NAME") or f"OMOP concept {omop}",
        excluded=item.flag("isExcluded"),
        with_descendants=item.flag("includeDescendants"),
    )


def imported_concept(found: ConceptSet, kind: str, where: CirceObject) -> ImportedConcept:
    """A concept set as a concept of one kind.

    Raises:
        ProtocolError: nothing is left of it, or an id is in it in two ways.
    """
    listed: dict[int, ListedConcept] = {}
    excludes: dict[int, ListedConcept] = {}
    for item in found.items:
        into = excludes if item.excluded else listed
        # Twice in a set, once with what lies below it: that is the wider of the two.
        if item.omop not in into or item.with_descendants:
            into[item.omop] = item
    for omop in sorted(set(listed) & set(excludes)):
        if listed[omop].with_descendants and not excludes[omop].with_descendants:
            raise where.refused(
                f"the concept set {found.name!r} lists {omop} with all below it and leaves out "
                "that one alone",
                expected="a concept either in the set or left out",
                got=f"{omop} as both",
            )
        del listed[omop]
    if not listed:
        raise where.refused(
            f"the concept set {found.name!r} has no concept that counts",
            expected="a concept that is not left out",
            got="none",
        )
    slug = re.sub(r"[^a-z0-9]+", "_", found.name.casefold()).strip("_")[:40].strip("_")
    slug = slug if slug[:1].isalpha() and slug.isascii() else "concepts"
    items = (*listed.values(), *excludes.values())
    return ImportedConcept(
        name=f"{slug}_{kind}_set_{found.number}",
        label=found.name,
        kind=kind,
        listed=tuple(listed.values()),
        excludes=tuple(excludes.values()),
        alone=tuple(sorted(item.omop for item in items if not item.with_descendants)),
        number=found.number,
    )
