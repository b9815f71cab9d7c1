"""Conditions, procedures, biopsies and visits of the synthetic persons, and what was signed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from remit.facts.dictionary import packaged_dictionary
from remit.protocol import Protocol
from remit.simulate.calendar import Days, Flags
from remit.simulate.draw.persons import (
    CAR_T,
    HEALTHY,
    ILL,
    MADE_FOR,
    MULTI_OMICS,
    NANJING,
    Persons,
    Seeds,
    was_at_least,
    within_life,
)
from remit.simulate.draw.plans import SpellPlan, draw_spells, near_edges
from remit.simulate.item_codes import UNLISTED
from remit.simulate.state import NO_AMOUNT, NO_LIMIT, Labs, Signatures, Spells, WrittenUnit

CHRONIC = SpellPlan(0.02, 2500, 900, endless=0.6)
EPISODE = SpellPlan(0.025, 90, 25, endless=0.25, near=0.5)
PLANS: Mapping[str, SpellPlan] = {
    "flare": SpellPlan(0.2, 500, 30, endless=0.2),
    "pregnancy": SpellPlan(0.09, 400, 280, endless=0.15, near=0.5),
    "lactation": SpellPlan(0.06, 300, 300, endless=0.2, near=0.5),
    "other_severe_organ_involvement": SpellPlan(0.05, 1500, 700, endless=0.6),
    "neuropsychiatric_lupus": SpellPlan(0.06, 1500, 700, endless=0.5),
    "alveolar_haemorrhage": SpellPlan(0.05, 420, 30, endless=0.2, near=0.5),
    "retinal_lesion": SpellPlan(0.05, 1500, 700, endless=0.5),
    "pulmonary_arterial_hypertension": SpellPlan(0.04, 1500, 700, endless=0.6),
    "pneumonia": SpellPlan(0.12, 60, 20, endless=0.25, near=0.5),
    "urinary_tract_infection": SpellPlan(0.08, 60, 12, endless=0.25, near=0.5),
    "herpes_zoster": SpellPlan(0.04, 60, 20, endless=0.25, near=0.5),
    "onychomycosis": SpellPlan(0.05, 60, 40, endless=0.25, near=0.5),
    "basal_cell_carcinoma": SpellPlan(0.12, 2500, 400, endless=0.5),
    "solid_malignancy": SpellPlan(0.04, 3000, 900, endless=0.5),
    "haemodynamic_instability": SpellPlan(0.06, 20, 10, endless=0.2, near=0.6),
    "severe_lung_disorder": SpellPlan(0.05, 1500, 700, endless=0.6),
    "central_nervous_system_disorder": SpellPlan(0.05, 1500, 700, endless=0.6),
    "neuropsychiatric_symptoms": SpellPlan(0.05, 1500, 700, endless=0.6),
    "hypothyroidism": SpellPlan(0.05, 2500, 700, endless=0.7),
}
PROCEDURES: Mapping[str, SpellPlan] = {
    "plasmapheresis": SpellPlan(0.05, 200, 0, near=0.6),
    "immunoadsorption": SpellPlan(0.04, 200, 0, near=0.6),
    "major_surgery": SpellPlan(0.06, 300, 0, near=0.6),
    "bcc_excision": SpellPlan(0.04, 1500, 0),
    "kidney_transplant": SpellPlan(0.04, 2500, 0),
    "hysterectomy": SpellPlan(0.03, 2500, 0),
    "trial_participation": SpellPlan(0.06, 250, 0, near=0.6),
}
INFECTIONS_TREATED = (
    ("pneumonia", "levofloxacin"),
    ("pneumonia", "ceftriaxone"),
    ("urinary_tract_infection", "amoxicillin"),
    ("herpes_zoster", "aciclovir"),
    ("onychomycosis", "fluconazole"),
)
# A signed "yes" keeps out where an exclusion asks for it, and lets in elsewhere; but these.
LETS_IN: Mapping[str, bool] = {
    "basal_cell_carcinoma_cured": True,
    "kidney_function_reduced_by_lupus": False,
}
NEPHRITIS = (MULTI_OMICS, NANJING, CAR_T)


def draw_conditions(people: Persons, seeds: Seeds) -> dict[str, Spells]:
    """Every plain condition of the dictionary; lupus for nearly all, little for healthy persons."""
    conditions = {}
    healthy = people.is_for(HEALTHY)[:, None]
    for name, concept in packaged_dictionary().concepts.items():
        if concept.kind != "condition" or concept.members:
            continue
        usual = CHRONIC if concept.course == "chronic" else EPISODE
        plan = PLANS.get(name, usual)
        rng = seeds.stream(f"condition {name}")
        spells = draw_spells(people, rng, plan)
        there = spells.there & ~(healthy & (rng.random(spells.there.shape) < 0.8))
        if name in {"pregnancy", "lactation"}:
            there &= (people.female & was_at_least(people, 15))[:, None]
        conditions[name] = Spells(there, spells.start, spells.end, spells.endless, spells.route)
    lupus = ~people.is_for(HEALTHY)
    conditions["sle"] = _lasting(people, seeds, "sle", lupus, 0.88)
    conditions["lupus_nephritis"] = _lasting(
        people, seeds, "lupus_nephritis", people.is_for(*NEPHRITIS), 0.3
    )
    return conditions


def _lasting(people: Persons, seeds: Seeds, name: str, certain: Flags, chance: float) -> Spells:
    """One lasting condition: in clean persons where it is certain, in others by chance."""
    rng = seeds.stream(f"lasting {name}")
    size = people.size
    has = (rng.random(size) < np.where(certain, 0.93, chance)) & ~people.is_for(HEALTHY)
    has = np.where(people.clean, certain, has)
    start = people.screening - rng.integers(30, 4000, size)
    edge = near_edges(people, rng, (size, 1))[:, 0]
    at_edge = ~people.clean & (rng.random(size) < 0.1)
    start = within_life(people, np.where(at_edge, edge, start))
    ended = ~people.clean & (rng.random(size) < 0.08)
    end = np.minimum(start + rng.integers(30, 900, size), people.data_cut)
    return Spells(
        there=has[:, None],
        start=start[:, None],
        end=end[:, None].astype(np.int32),
        endless=~ended[:, None],
        route=np.zeros((size, 1), np.int32),
    )


def draw_procedures(people: Persons, seeds: Seeds) -> dict[str, Spells]:
    """Procedures, each on one day."""
    drawn = {
        name: draw_spells(people, seeds.stream(f"procedure {name}"), plan)
        for name, plan in PROCEDURES.items()
    }
    procedures = {
        name: Spells(s.there, s.start, s.start, np.zeros_like(s.there), s.route)
        for name, s in drawn.items()
    }
    procedures["hysterectomy"].there[~people.female] = False
    procedures["renal_biopsy"] = _biopsies(people, seeds)
    return procedures


def _biopsies(people: Persons, seeds: Seeds) -> Spells:
    rng = seeds.stream("biopsies")
    size = people.size
    shape = (size, 3)
    nephritis = people.is_for(*NEPHRITIS)
    chance = np.where(nephritis, 0.85, 0.3)[:, None] * np.array([1.0, 0.35, 0.25])
    there = (rng.random(shape) < chance) & ~people.clean[:, None]
    day = people.screening[:, None] - rng.integers(1, 400, shape)
    edge = near_edges(people, rng, shape)
    day = np.where(rng.random(shape) < 0.25, edge, day)
    # Two biopsies of one day: the greater record id is the latest.
    day[:, 2] = np.where(rng.random(size) < 0.5, day[:, 0], day[:, 2])
    engineered = people.clean & nephritis
    there[engineered, 1] = True
    day[engineered, 1] = people.screening[engineered] - rng.integers(1, 150, int(engineered.sum()))
    start = within_life(people, day)
    return Spells(there, start, start, np.zeros(shape, np.bool_), np.zeros(shape, np.int32))


def draw_findings(people: Persons, seeds: Seeds, biopsies: Spells) -> dict[str, Labs]:
    """Class and activity of each biopsy; some biopsies have none, some none that is listed."""
    findings = {}
    for name, chances, good in (
        ("ln_class", (0.03, 0.12, 0.2, 0.25, 0.15, 0.03, 0.1, 0.12), (2, 3, 6, 7)),
        ("ln_activity", (0.5, 0.2, 0.3), (0, 2)),
    ):
        rng = seeds.stream(f"finding {name}")
        own = tuple(v.omop for v in packaged_dictionary().concept(name).values.values())
        shape = biopsies.there.shape
        coded = rng.choice(len(own), shape, p=chances)
        coded = np.where(rng.random(shape) < 0.05, len(own), coded)
        coded = np.where(rng.random(shape) < 0.05, -1, coded)
        coded = np.where(people.clean[:, None], rng.choice(good, shape), coded)
        there = biopsies.there & (people.clean[:, None] | (rng.random(shape) < 0.92))
        findings[name] = Labs(
            there=there,
            day=biopsies.start,
            second=np.full(shape, -1, np.int32),
            amount=np.full(shape, NO_AMOUNT),
            unit=np.zeros(shape, np.int8),
            units=(WrittenUnit(None, None, None),),
            bound=np.zeros(shape, np.int8),
            high=np.full(shape, NO_LIMIT),
            low=np.full(shape, NO_LIMIT),
            coded=coded.astype(np.int8),
            codes=(*own, UNLISTED),
        )
    return findings


def draw_visits(
    people: Persons, seeds: Seeds, conditions: Mapping[str, Spells]
) -> dict[str, Spells]:
    """Stays in hospital, some for an infection, and visits to the clinic."""
    rng = seeds.stream("visits")
    stays = draw_spells(people, rng, SpellPlan(0.25, 120, 14, near=0.5))
    pneumonia = conditions["pneumonia"]
    for_infection = pneumonia.there[:, 0] & (rng.random(people.size) < 0.7)
    there = stays.there.copy()
    there[:, 1] |= for_infection
    start, end = stays.start.copy(), stays.end.copy()
    start[:, 1] = np.where(for_infection, pneumonia.start[:, 0], start[:, 1])
    end[:, 1] = np.where(for_infection, np.minimum(start[:, 1] + 5, people.data_cut), end[:, 1])
    outside = (
        people.screening[:, None] - np.array([0, 90, 180]) - rng.integers(0, 20, (people.size, 3))
    )
    day = within_life(people, outside)
    point = rng.random(day.shape) < 0.7
    return {
        "inpatient_stay": Spells(there, start, end, np.zeros_like(there), stays.route),
        "outpatient_visit": Spells(
            point, day, day, np.zeros_like(point), np.zeros(day.shape, np.int32)
        ),
    }


def treat_infections(
    people: Persons, seeds: Seeds, conditions: Mapping[str, Spells], exposures: Mapping[str, Spells]
) -> None:
    """Give some infections their drug, from their first day or just after it."""
    rng = seeds.stream("treated infections")
    for infection, drug in INFECTIONS_TREATED:
        ill, given = conditions[infection], exposures[drug]
        treated = ill.there[:, 0] & (rng.random(people.size) < 0.5)
        later = np.where(ill.endless[:, 0], 0, rng.integers(0, 3, people.size))
        first = np.minimum(ill.start[:, 0] + later, people.data_cut)
        last = np.minimum(first + rng.integers(3, 11, people.size), people.data_cut)
        given.there[:, 1] |= treated
        given.start[:, 1] = np.where(treated, first, given.start[:, 1])
        given.end[:, 1] = np.where(treated, last, given.end[:, 1])


def draw_attested(
    people: Persons, seeds: Seeds, protocols: Sequence[Protocol]
) -> dict[str, dict[str, Signatures]]:
    """What was signed for whom: for the candidates of each study and some others.

    A clean candidate has an answer to everything, the one that lets in.
    """
    attested: dict[str, dict[str, Signatures]] = {}
    for protocol in protocols:
        rng = seeds.stream(f"attested {protocol.id}")
        candidate = people.is_for(*MADE_FOR.get(protocol.id, ILL))
        screened = candidate | (rng.random(people.size) < 0.12)
        attested[protocol.id] = {}
        for item in protocol.attestations:
            lets_in = _lets_in(protocol, item)
            answer = np.where(rng.random(people.size) < 0.7, lets_in, not lets_in)
            state = np.where(answer, 1, 2)
            state = np.where(rng.random(people.size) < 0.1, 3, state)
            asked = rng.random(people.size) < np.where(screened, 0.8, 0.01)
            state = np.where(asked, state, 0)
            state = np.where(people.clean & candidate, 1 if lets_in else 2, state)
            day: Days = people.screening - rng.integers(0, 8, people.size).astype(np.int32)
            attested[protocol.id][item] = Signatures(
                state.astype(np.int8), within_life(people, day)
            )
    return attested


def _lets_in(protocol: Protocol, item: str) -> bool:
    asked = re.compile(rf"\battested {item}\b")
    excludes = any(
        criterion.kind == "exclusion" and asked.search(criterion.expression or "")
        for criterion in protocol.criteria
    )
    return LETS_IN.get(item, not excludes)
