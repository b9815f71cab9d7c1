"""Records of concepts that studies bring in files of their own: plain, and of no known truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import sqrt

import numpy as np

from remit.facts.concept import Concept
from remit.facts.dictionary import packaged_dictionary
from remit.protocol import Protocol
from remit.simulate.draw.history import CHRONIC, EPISODE
from remit.simulate.draw.persons import Persons, Seeds
from remit.simulate.draw.plans import LabPlan, SpellPlan, draw_codes, draw_labs, draw_spells
from remit.simulate.draw.treatment import DosePlan, draw_course
from remit.simulate.state import DoseEras, Labs, Spells

_ONCE = SpellPlan(0.05, 400, 0, near=0.5)
_DOSES = ("2.5", "5", "10", "20", "40")


@dataclass(frozen=True, slots=True)
class OwnRecords:
    """The records of the own concepts of some studies, by concept.

    Attributes:
        codes: the OMOP ids that each has and no packaged concept: the others' records are drawn.
    """

    codes: Mapping[str, tuple[int, ...]]
    labs: Mapping[str, Labs]
    conditions: Mapping[str, Spells]
    exposures: Mapping[str, Spells]
    eras: Mapping[str, DoseEras]
    procedures: Mapping[str, Spells]


def draw_own_concepts(people: Persons, seeds: Seeds, protocols: Sequence[Protocol]) -> OwnRecords:
    """Records of each plain concept that some study brings; the first that brings a name counts."""
    codes: dict[str, tuple[int, ...]] = {}
    labs: dict[str, Labs] = {}
    conditions: dict[str, Spells] = {}
    exposures: dict[str, Spells] = {}
    eras: dict[str, DoseEras] = {}
    procedures: dict[str, Spells] = {}
    taken = set(packaged_dictionary().listed)
    for concept, ids in _own_concepts(protocols):
        free = tuple(omop for omop in ids if omop not in taken)
        name = concept.name
        if not free or name in codes:
            continue
        taken.update(free)
        codes[name] = free
        rng = seeds.stream(f"own concept {name}")
        if concept.kind == "condition":
            plan = CHRONIC if concept.course == "chronic" else EPISODE
            conditions[name] = draw_spells(people, rng, plan)
        elif concept.kind == "drug":
            exposures[name], eras[name] = draw_course(people, rng, DosePlan(name, 0.1, _DOSES))
        elif concept.kind == "procedure":
            spells = draw_spells(people, rng, _ONCE)
            procedures[name] = replace(spells, end=spells.start)
        elif concept.kind == "category":
            answers = len(concept.values)
            good = np.zeros(people.size, np.int64)
            chances = (1 / answers,) * answers
            labs[name] = draw_codes(people, rng, concept, chances=chances, good=good)
        elif concept.kind != "visit":
            labs[name] = _draw_numbers(people, rng, concept)
        else:
            del codes[name]  # a stay of a kind of its own is none that anybody plans
    return OwnRecords(codes, labs, conditions, exposures, eras, procedures)


def _own_concepts(protocols: Sequence[Protocol]) -> list[tuple[Concept, tuple[int, ...]]]:
    known = packaged_dictionary().concepts
    return [
        (concept, protocol.dictionary.omop_ids(name))
        for protocol in protocols
        for name, concept in protocol.dictionary.concepts.items()
        if name not in known and not concept.members
    ]


def _draw_numbers(people: Persons, rng: np.random.Generator, concept: Concept) -> Labs:
    """Numbers about the middle of what is plausible."""
    assert concept.unit is not None, "a concept of numbers has a unit"
    low, high = concept.plausible or (Decimal(0), Decimal(100))
    whole = concept.kind in {"score", "titre"}
    centre = sqrt(max(float(low), float(high) / 1000) * float(high))
    plan = LabPlan(
        name=concept.name,
        centre=centre,
        spread=0.5,
        loading=0.2,
        good=(0.8 * centre, 1.2 * centre),
        thresholds=(),
        units=((concept.unit.code, 0 if whole else 2),),
    )
    return draw_labs(people, rng, plan, replace(concept, plausible=(low, high)))
