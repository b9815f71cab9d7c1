"""Concepts of a study as concept sets of Circe."""

from __future__ import annotations

from dataclasses import dataclass, field

from remit.facts.codes import OWN
from remit.facts.concept import Code, Concept
from remit.facts.dictionary import Dictionary

Json = dict[str, object]
_DOMAINS = {
    "condition": "Condition",
    "drug": "Drug",
    "procedure": "Procedure",
    "visit": "Visit",
}


@dataclass(slots=True)
class ConceptSets:
    """The concept sets that an export needs; each name gets the next number."""

    dictionary: Dictionary
    numbers: dict[str, int] = field(default_factory=dict)
    sets: list[Json] = field(default_factory=list)
    remarks: dict[str, None] = field(default_factory=dict)

    def without_id(self, name: str) -> list[str]:
        """The codes of a concept, or of `one except another`, that OMOP gives no id; by name."""
        held, _, without = name.partition(" except ")
        names = (held, without) if without else (held,)
        return [
            code.name
            for one in names
            for concept in self.dictionary.leaves(one)
            for code in concept.codes
            if code.is_verified and not _has_id(code)
        ]

    def is_empty(self, name: str) -> bool:
        """Whether no code of a concept has an id of OMOP."""
        held = name.partition(" except ")[0]
        codes = [code for concept in self.dictionary.leaves(held) for code in concept.codes]
        return not any(code.is_verified and _has_id(code) for code in codes)

    def number(self, name: str) -> int:
        """The number of the set of a concept, or of `one except another`."""
        if name not in self.numbers:
            self.numbers[name] = len(self.sets)
            self.sets.append(
                {
                    "id": self.numbers[name],
                    "name": self._label(name),
                    "expression": {"items": self._items(name)},
                }
            )
        return self.numbers[name]

    def _label(self, name: str) -> str:
        held, _, without = name.partition(" except ")
        label = self.dictionary.concept(held).label
        return f"{label} except {self._label(without)}" if without else label

    def _items(self, name: str) -> list[Json]:
        held, _, without = name.partition(" except ")
        items = []
        for concept in self.dictionary.leaves(held):
            items += _items_of(concept, excluded=False)
            if concept.excludes and concept.excludes_rule == "listed_stays":
                said = f"a code that {concept.name} lists below one that it excludes"
                self.remarks[f"{said}: there it is left out too"] = None
        for concept in self.dictionary.leaves(without) if without else ():
            items += [item for item in _items_of(concept, excluded=True) if item["isExcluded"]]
        return items


def _has_id(code: Code) -> bool:
    """Whether OMOP gives the code an id; Remit's own numbers stand for those that have none."""
    return code.omop is not None and code.omop not in OWN


def _items_of(concept: Concept, *, excluded: bool) -> list[Json]:
    """The items of a plain concept; all of them left out where it is what is left out."""
    items = []
    for code in concept.codes:
        if code.omop is not None and _has_id(code) and code.is_verified:
            items.append(
                _item(
                    code.omop,
                    code.name,
                    concept,
                    excluded=excluded,
                    vocabulary=code.vocabulary,
                    code=code.code,
                )
            )
    # What is left out of something that is itself left out is not said: it would come back in.
    for omop in () if excluded else concept.excludes:
        items.append(_item(omop, f"OMOP concept {omop}", concept, excluded=True))
    return items


def _item(
    omop: int,
    name: str,
    concept: Concept,
    *,
    excluded: bool,
    vocabulary: str = "",
    code: str = "",
) -> Json:
    return {
        "concept": {
            "CONCEPT_ID": omop,
            "CONCEPT_NAME": name,
            "CONCEPT_CODE": code,
            "VOCABULARY_ID": vocabulary,
            "DOMAIN_ID": _DOMAINS.get(concept.kind, "Measurement"),
            "STANDARD_CONCEPT": "S",
        },
        "isExcluded": excluded,
        "includeDescendants": omop not in concept.alone,
        "includeMapped": False,
    }
