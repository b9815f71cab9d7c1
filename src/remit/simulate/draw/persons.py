"""Who the synthetic persons are: the study each was made for, birth, sex, coverage and anchors."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.random import Generator, SeedSequence, default_rng
from numpy.typing import NDArray

from remit.protocol import Protocol
from remit.simulate.calendar import (
    ABSENT,
    Birth,
    Days,
    Flags,
    add_months,
    day_of,
    from_parts,
    parts_of,
)
from remit.simulate.state import Spells

# What a person was made for. The rest of the person is drawn around it.
BACKGROUND, MULTI_OMICS, NANJING, INDUCTION, RELAPSE, BELIMUMAB, TIRED, RESTED, HEALTHY, CAR_T = (
    range(10)
)
SHARES = (0.60, 0.08, 0.08, 0.03, 0.03, 0.03, 0.02, 0.02, 0.05, 0.06)
AGES = {
    BACKGROUND: (18, 85),
    MULTI_OMICS: (16, 60),
    NANJING: (19, 65),
    INDUCTION: (15, 70),
    RELAPSE: (15, 70),
    BELIMUMAB: (15, 70),
    TIRED: (15, 70),
    RESTED: (15, 70),
    HEALTHY: (15, 70),
    CAR_T: (6, 18),
}
# Whose entry criteria they were made to fit. A further study draws on all who are ill.
MADE_FOR: Mapping[str, tuple[int, ...]] = {
    "NCT05631717": (NANJING,),
    "NCT06167174": (MULTI_OMICS,),
    "NCT06904729": (CAR_T,),
    "UMIN000042298": (INDUCTION, RELAPSE, BELIMUMAB, TIRED, RESTED, HEALTHY),
}
# What a study measures in everyone at its visits: filtration in children is read off their height.
OF_ALL: Mapping[str, frozenset[str]] = {"NCT06904729": frozenset({"height", "upcr"})}
ILL = tuple(kind for kind in AGES if kind != HEALTHY)
# The anchors that have the same day in every study; another lies within two weeks of screening.
COMMON_ANCHORS = frozenset(
    {"consent", "screening", "allocation", "enrolment", "baseline", "relapse", "infusion"}
)
DEATHS = 0.3  # of those whose records end before the data cut; invented
AGE_EDGES = (5, 6, 14, 15, 16, 18, 19, 60, 61, 65, 66)


@dataclass(frozen=True, slots=True)
class Seeds:
    """Independent streams of random numbers: one for each thing drawn in each chunk."""

    seed: int
    chunk: int

    def stream(self, name: str) -> Generator:
        key = (self.chunk, zlib.crc32(name.encode()))
        return default_rng(SeedSequence(self.seed, spawn_key=key))


@dataclass(frozen=True, slots=True)
class Persons:
    """The persons of one chunk before anything happened to them.

    Attributes:
        made_for: one of the constants above.
        clean: nothing is missing or unusable, and all fits the study that the person was made for.
        activity, kidney, liver: latent disease activity and organ damage, standard normal.
        born: the true day of birth, of which `birth` may record less.
        consent, screening, allocation, enrolment, baseline, relapse, infusion: the same day in
            every study that has such an anchor.
        edges: persons × days on which a look-back of some study begins or ends.
    """

    person: NDArray[np.int64]
    made_for: NDArray[np.int8]
    clean: Flags
    activity: NDArray[np.float64]
    kidney: NDArray[np.float64]
    liver: NDArray[np.float64]
    female: Flags
    born: Days
    birth: Birth
    consent: Days
    screening: Days
    allocation: Days
    enrolment: Days
    baseline: Days
    relapse: Days
    infusion: Days
    edges: Days
    data_cut: int

    @property
    def size(self) -> int:
        return len(self.person)

    def is_for(self, *kinds: int) -> Flags:
        return np.isin(self.made_for, kinds)


def draw_people(person: NDArray[np.int64], seeds: Seeds, data_cut: date) -> Persons:
    """Draw the persons with these ids."""
    rng = seeds.stream("people")
    size, cut = len(person), day_of(data_cut)
    made_for = rng.choice(len(SHARES), size, p=SHARES).astype(np.int8)
    clean = (rng.random(size) < 0.35) & (made_for != BACKGROUND)
    screening = (cut - rng.integers(60, 1100, size)).astype(np.int32)
    # Ends of months are where calendar months clip; they are made frequent.
    to_end = rng.random(size) < 0.06
    screening = np.where(
        to_end, add_months(screening - parts_of(screening)[2] + 1, 1) - 1, screening
    )
    screening = np.minimum(screening, cut - 60).astype(np.int32)
    consent = (screening - rng.integers(0, 8, size)).astype(np.int32)
    allocation = (screening + rng.integers(0, 15, size)).astype(np.int32)
    baseline = np.minimum(allocation + rng.integers(0, 8, size), screening + 14).astype(np.int32)
    enrolment = (screening + rng.integers(0, 15, size)).astype(np.int32)
    relapse = (screening - rng.integers(0, 11, size)).astype(np.int32)
    low, high = (np.array([AGES[kind][n] for kind in range(10)]) for n in (0, 1))
    age = rng.integers(low[made_for], high[made_for] + 1)
    child = (made_for == BACKGROUND) & (rng.random(size) < 0.12)
    age = np.where(child, rng.integers(5, 19, size), age)
    year, month, day = parts_of(consent)
    since_birthday = rng.integers(0, 365, size)
    at_edge = ~clean & (rng.random(size) < 0.25)
    age = np.where(at_edge, rng.choice(AGE_EDGES, size), age)
    # At an edge the birthday is today, tomorrow or yesterday, by consent or by screening.
    near = rng.integers(-1, 2, size) - (screening - consent) * rng.integers(0, 2, size)
    since_birthday = np.where(at_edge, near, since_birthday)
    anniversary = from_parts((year - age).astype(np.int32), month, np.minimum(day, 28))
    anniversary = anniversary + (day - np.minimum(day, 28))
    # A clean person's age must hold at screening and baseline too, so the birthday is not near.
    since_birthday = np.where(clean, 40 + since_birthday * 300 // 365, since_birthday)
    born = (anniversary - since_birthday).astype(np.int32)
    year, month, day = parts_of(born)
    vague = ~clean & (rng.random(size) < 0.08)
    no_month = vague & (rng.random(size) < 0.5)
    birth = Birth(
        year,
        np.where(no_month, 0, month).astype(np.int32),
        np.where(vague, 0, day).astype(np.int32),
    )
    return Persons(
        person=person,
        made_for=made_for,
        clean=clean,
        activity=rng.normal(0, 1, size),
        kidney=rng.normal(0, 1, size),
        liver=rng.normal(0, 1, size),
        female=rng.random(size) < 0.9,
        born=born,
        birth=birth,
        consent=consent,
        screening=screening,
        allocation=allocation,
        enrolment=enrolment,
        baseline=baseline,
        relapse=relapse,
        infusion=(baseline + rng.integers(7, 26, size)).astype(np.int32),
        edges=_window_edges(screening, consent, allocation, enrolment, baseline, relapse),
        data_cut=cut,
    )


def draw_anchors(
    people: Persons, seeds: Seeds, protocols: Sequence[Protocol]
) -> dict[str, dict[str, Days]]:
    """The anchors of every study; each is missing now and then, never for a clean person."""
    anchors: dict[str, dict[str, Days]] = {}
    for protocol in protocols:
        rng = seeds.stream(f"anchors {protocol.id}")
        anchors[protocol.id] = {}
        for name in protocol.anchors:
            day = _anchor_day(people, seeds, protocol.id, name)
            missing = ~people.clean & (rng.random(people.size) < 0.03)
            anchors[protocol.id][name] = np.where(missing, ABSENT, day).astype(np.int32)
    return anchors


def _anchor_day(people: Persons, seeds: Seeds, study: str, name: str) -> Days:
    if name in COMMON_ANCHORS:
        day: Days = getattr(people, name)
        return day
    later = seeds.stream(f"anchor {study} {name}").integers(0, 15, people.size)
    return (people.screening + later).astype(np.int32)


def _window_edges(
    screening: Days, consent: Days, allocation: Days, enrolment: Days, baseline: Days, relapse: Days
) -> Days:
    edges = [screening, consent, allocation, enrolment, baseline, relapse]
    edges += [screening - 7 * weeks for weeks in (1, 2, 4, 12, 24, 42)]
    edges += [allocation - 7 * weeks for weeks in (4, 12)]
    edges += [add_months(screening, -months) for months in (1, 3, 6, 12, 60)]
    edges += [add_months(enrolment, -3), add_months(baseline, -12), add_months(allocation, -12)]
    return np.stack(edges, axis=1).astype(np.int32)


def within_life(people: Persons, day: NDArray[np.int64] | Days) -> Days:
    """The days, none before the day after birth and none after the data cut."""
    low = people.born + 1
    if day.ndim == 2:
        low = low[:, None]
    clipped: Days = np.clip(day, low, people.data_cut).astype(np.int32)
    return clipped


def draw_coverage(people: Persons, seeds: Seeds) -> Spells:
    """Observation periods: from birth or some day, with a gap, in two parts, none."""
    rng = seeds.stream("coverage")
    size = people.size
    kind = rng.choice(6, size, p=(0.52, 0.2, 0.12, 0.06, 0.07, 0.03))
    kind = np.where(people.clean, 0, kind)
    edges = people.edges
    edge = np.take_along_axis(edges, rng.integers(0, edges.shape[1], (size, 1)), axis=1)[:, 0]
    edge = edge + rng.integers(-1, 2, size)
    year_back = people.screening - 365 + rng.integers(-1, 3, size)
    edge = np.where(rng.random(size) < 0.2, year_back, edge)
    some_day = np.where(
        rng.random(size) < 0.6, edge, people.screening - rng.integers(20, 4000, size)
    )
    some_day = within_life(people, some_day)
    from_birth = people.birth.earliest
    start = np.where(np.isin(kind, (1, 2)), some_day, from_birth)
    gap_from = within_life(people, people.screening - rng.integers(-10, 420, size))
    gap_from = np.where(rng.random(size) < 0.4, within_life(people, edge), gap_from)
    gap_from = np.maximum(gap_from, start + 1)
    gap = np.where(kind == 3, 0, rng.integers(1, 90, size))
    second = gap_from + gap
    split = np.isin(kind, (2, 3)) & (second <= people.data_cut)
    ended = within_life(people, people.screening - rng.integers(-20, 300, size))
    end = np.where(split, gap_from - 1, people.data_cut)
    end = np.where(kind == 4, np.maximum(ended, start), end)
    there = np.stack([kind != 5, split], axis=1)
    starts = np.stack([start, second], axis=1).astype(np.int32)
    ends = np.stack([end, np.full(size, people.data_cut)], axis=1).astype(np.int32)
    # The columns are swapped for some, so that the first record is not always the first in time.
    swap = rng.random(size) < 0.3
    there[swap], starts[swap], ends[swap] = there[swap, ::-1], starts[swap, ::-1], ends[swap, ::-1]
    return Spells(
        there=there,
        start=starts,
        end=np.maximum(ends, starts),
        endless=np.zeros_like(there),
        route=np.zeros(there.shape, np.int32),
    )


def was_at_least(people: Persons, years: int) -> Flags:
    """Who was at least that many years old at screening, within a day or two."""
    old: Flags = people.born <= people.screening - np.int32(365.25 * years)
    return old


def draw_deaths(people: Persons, seeds: Seeds) -> Flags:
    """Who dies after the last record; how many is invented."""
    return np.asarray(seeds.stream("deaths").random(len(people.person)) < DEATHS, np.bool_)
