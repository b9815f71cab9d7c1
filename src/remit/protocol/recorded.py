"""What a study must find recorded of a person to judge its criteria: concepts, items of scores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from remit.criteria.tree import leaves_of
from remit.facts.concept import Concept
from remit.facts.dictionary import Dictionary
from remit.instruments.catalogue import item_concept, packaged_instruments
from remit.instruments.instrument import Instrument
from remit.protocol.bound import BoundProtocol

_LIMITS = ("range_low", "range_high")
_NO_RECORD = frozenset({"attestation", "person"})


@dataclass(frozen=True, slots=True)
class RecordedFacts:
    """The facts that criteria read.

    Attributes:
        concepts: by kind, in the order of the dictionary.
        limits: names of those whose limits of normal are read.
        dosed: names of drugs of which the daily dose is read.
        items: instrument -> its items that are recorded, as concepts.
    """

    concepts: Mapping[str, tuple[Concept, ...]]
    limits: frozenset[str]
    dosed: frozenset[str]
    items: Mapping[str, tuple[Concept, ...]]


def recorded_facts(bound: BoundProtocol) -> RecordedFacts:
    """What the criteria of a study read, classes by their members."""
    read: dict[str, set[int]] = {}
    limited = set[int]()
    nodes = (item.node for item in bound.criteria if item.node is not None)
    for placed in (placed for node in nodes for placed in leaves_of(node)):
        for one in placed.leaf.reads:
            asked = one.ids or ()
            if one.table not in _NO_RECORD:
                read.setdefault(one.table, set()).update(asked)
            if one.columns & set(_LIMITS):
                limited.update(asked)
    dictionary = bound.protocol.dictionary
    kinds: dict[str, list[Concept]] = {}
    known = set[int]()
    for concept in dictionary.concepts.values():
        ids = _ids(concept)
        table = read.get(concept.table, set()) | (
            read.get("dose_era", set()) if concept.kind == "drug" else set()
        )
        if not concept.members and ids and ids & table:
            kinds.setdefault(concept.kind, []).append(concept)
            known |= ids
    open_ = read.get("measurement", set()) - known
    return RecordedFacts(
        {kind: tuple(found) for kind, found in kinds.items()},
        frozenset(_named(dictionary, limited)),
        frozenset(_named(dictionary, read.get("dose_era", set()))),
        dict(_items(open_, {c.name for found in kinds.values() for c in found})),
    )


def _ids(concept: Concept) -> set[int]:
    return {code.omop for code in concept.codes if code.omop is not None and code.is_verified}


def _named(dictionary: Dictionary, ids: set[int]) -> Iterator[str]:
    return (name for name, concept in dictionary.concepts.items() if _ids(concept) & ids)


def _items(ids: set[int], named: set[str]) -> Iterator[tuple[str, tuple[Concept, ...]]]:
    """The instruments that record these items; of a family the one that the study names."""
    instruments = packaged_instruments()
    ordered = sorted(instruments, key=lambda name: name not in named)
    for name in ordered:
        items = tuple(_recorded(instruments[name]))
        codes = {code for item in items for code in _ids(item)}
        if codes and codes <= ids:
            ids = ids - codes
            yield name, items


def _recorded(instrument: Instrument) -> Iterable[Concept]:
    return (
        item_concept(item, instrument.citation)
        for item in instrument.items
        if item.type in {"finding", "grade", "choice"}
    )
