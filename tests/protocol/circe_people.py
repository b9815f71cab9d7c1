"""People at the edges of the six cohort definitions, and a made-up vocabulary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa

from remit.facts.opened import Facts, facts_in_memory
from remit.facts.tables import TABLES

LUPUS, SLE, LN, DRUG_SLE, DRUG_LUPUS = 255891, 257628, 4285717, 4063581, 4198217
APS, SLE_APS, RASH, ANEMIA, ARTHRITIS = 4098292, 4300204, 4319305, 439777, 80809
PREDNISONE, HCQ, IBUPROFEN = 1551099, 1777087, 1177480
# Made up: codes below others, as a vocabulary would have them.
BELOW_SLE, BELOW_DRUG_SLE, BELOW_LN, BELOW_ANEMIA, PREDNISONE_PILL = range(3990001, 3990006)
BELOW: Mapping[int, Sequence[int]] = {
    LUPUS: (SLE, LN, DRUG_SLE, DRUG_LUPUS, SLE_APS, RASH, BELOW_SLE, BELOW_DRUG_SLE, BELOW_LN),
    SLE: (LN, DRUG_SLE, SLE_APS, RASH, BELOW_SLE, BELOW_DRUG_SLE, BELOW_LN),
    LN: (BELOW_LN,),
    DRUG_SLE: (BELOW_DRUG_SLE,),
    DRUG_LUPUS: (DRUG_SLE, BELOW_DRUG_SLE),
    APS: (SLE_APS,),
    ANEMIA: (BELOW_ANEMIA,),
    PREDNISONE: (PREDNISONE_PILL,),
}
DATA_CUT = date(2022, 12, 31)
FIRST, LAST = date(2020, 1, 1), date(2021, 12, 31)


@dataclass(frozen=True, slots=True)
class Someone:
    """A person: what is at the edge, days under observation, and records (code, first, last)."""

    edge: str
    records: tuple[tuple[int, date, date | None], ...]
    periods: tuple[tuple[date, date], ...] = ((FIRST, LAST),)


def _on(code: int, day: date, last: date | None = None) -> tuple[int, date, date | None]:
    return code, day, last


def _day(days: int) -> date:
    return date(2020, 6, 1) + timedelta(days)


_TWO = ((FIRST, date(2020, 6, 30)), (date(2020, 9, 1), LAST))


def _people() -> Iterator[Someone]:
    yield Someone("nothing at all", ())
    for code in (LUPUS, SLE, LN, DRUG_SLE, DRUG_LUPUS, APS, SLE_APS, RASH, ANEMIA, ARTHRITIS):
        yield Someone(f"{code} inside observation", (_on(code, _day(0)),))
    for code in (BELOW_SLE, BELOW_DRUG_SLE, BELOW_LN, BELOW_ANEMIA):
        yield Someone(f"{code}, below a listed code", (_on(code, _day(0)),))
    for code in (SLE, LN, APS, DRUG_LUPUS):
        yield Someone(f"{code} on the day observation starts", (_on(code, FIRST),))
        yield Someone(f"{code} on the day it ends", (_on(code, LAST),))
        yield Someone(f"{code} the day before it", (_on(code, FIRST - timedelta(1)),))
        yield Someone(f"{code} the day after it", (_on(code, LAST + timedelta(1)),))
    yield Someone("begins before observation, ends in it", (_on(SLE, date(2019, 12, 1), _day(0)),))
    for days, words in ((0, "on the same day as"), (1, "the day after"), (-1, "the day before")):
        yield Someone(
            f"SLE {words} drug-induced lupus", (_on(DRUG_LUPUS, _day(0)), _on(SLE, _day(days)))
        )
        yield Someone(
            f"a code below SLE {words} drug-induced lupus",
            (_on(DRUG_LUPUS, _day(0)), _on(BELOW_SLE, _day(days))),
        )
    yield Someone(
        "SLE before observation, drug-induced in it",
        (_on(SLE, date(2015, 1, 1)), _on(DRUG_LUPUS, _day(0))),
    )
    yield Someone(
        "drug-induced before observation, SLE, drug-induced again",
        (_on(DRUG_LUPUS, date(2019, 5, 1)), _on(SLE, _day(-30)), _on(DRUG_LUPUS, _day(0))),
    )
    yield Someone(
        "drug-induced twice, SLE between",
        (_on(DRUG_LUPUS, _day(0)), _on(SLE, _day(10)), _on(DRUG_LUPUS, _day(20))),
    )
    yield Someone(
        "SLE that is drug-induced by its code only",
        (_on(DRUG_LUPUS, _day(10)), _on(BELOW_DRUG_SLE, _day(0))),
    )
    for days in (0, 90, 91):
        yield Someone(
            f"anemia, SLE {days} days later", (_on(ANEMIA, _day(0)), _on(SLE, _day(days)))
        )
        yield Someone(
            f"prednisone, a rash of SLE {days} days later",
            (_on(PREDNISONE, _day(0), _day(5)), _on(RASH, _day(days))),
        )
    yield Someone("a drug below a listed one", (_on(PREDNISONE_PILL, _day(0)), _on(SLE, _day(9))))
    yield Someone("another drug alone", (_on(IBUPROFEN, _day(0)),))
    yield Someone(
        "SLE before observation and again in it", (_on(SLE, date(2018, 1, 1)), _on(SLE, _day(0)))
    )
    yield Someone(
        "SLE before observation, a sign and SLE in it",
        (_on(SLE, date(2018, 1, 1)), _on(ANEMIA, _day(0)), _on(SLE, _day(5))),
    )
    yield Someone(
        "a sign at the end of observation, SLE after it",
        (_on(ANEMIA, LAST), _on(SLE, LAST + timedelta(5))),
    )
    yield Someone(
        "a sign in one period, SLE in the next",
        (_on(ANEMIA, date(2020, 6, 30)), _on(SLE, date(2020, 9, 1))),
        _TWO,
    )
    yield Someone(
        "SLE between two periods, again in the second",
        (_on(SLE, date(2020, 8, 1)), _on(SLE, date(2020, 10, 1))),
        _TWO,
    )
    yield Someone(
        "drug-induced in both periods, SLE between them",
        (_on(DRUG_LUPUS, _day(0)), _on(SLE, date(2020, 8, 1)), _on(DRUG_LUPUS, date(2021, 1, 1))),
        _TWO,
    )
    yield Someone("two records on one day", (_on(SLE, _day(0)), _on(LN, _day(0))))
    yield Someone("never observed", (_on(SLE, _day(0)), _on(DRUG_LUPUS, _day(0))), ())


PEOPLE: tuple[Someone, ...] = tuple(_people())


def tables_of(people: Sequence[Someone]) -> dict[str, pa.Table]:
    """The people as tables of OMOP, numbered from 1."""
    drugs = {PREDNISONE, PREDNISONE_PILL, HCQ, IBUPROFEN}
    rows: dict[str, list[dict[str, object]]] = {
        name: []
        for name in (
            "person",
            "observation_period",
            "condition_occurrence",
            "drug_exposure",
            "concept_ancestor",
        )
    }
    for number, someone in enumerate(people, start=1):
        rows["person"].append(
            {"person_id": number, "gender_concept_id": 8532 - 25 * (number % 2),
             "year_of_birth": 1950 + number % 60}
        )  # fmt: skip
        for begin, finish in someone.periods:
            rows["observation_period"].append({
                "observation_period_id": len(rows["observation_period"]) + 1,
                "person_id": number,
                "observation_period_start_date": begin,
                "observation_period_end_date": finish,
            })  # fmt: skip
        for code, first, last in someone.records:
            kind = "drug_exposure" if code in drugs else "condition_occurrence"
            stem = kind.split("_")[0]
            rows[kind].append({
                f"{kind}_id": len(rows[kind]) + 1,
                "person_id": number,
                f"{stem}_concept_id": code,
                f"{kind if stem == 'drug' else stem}_start_date": first,
                f"{kind if stem == 'drug' else stem}_end_date": last
                if last is not None or stem == "condition"
                else first,
            })  # fmt: skip
    rows["concept_ancestor"] = list(ancestry())
    return {name: _table(name, held) for name, held in rows.items()}


def ancestry() -> Iterator[dict[str, object]]:
    """The made-up hierarchy; each code lies below itself too, as in OMOP."""
    codes = {*BELOW, *(code for below in BELOW.values() for code in below)}
    pairs = {(code, code) for code in codes}
    pairs |= {(above, code) for above, below in BELOW.items() for code in below}
    for above, below in sorted(pairs):
        yield {"ancestor_concept_id": above, "descendant_concept_id": below}


def _table(name: str, rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """The rows with 0, which means nothing to OMOP, for each concept that is not said."""
    schema = TABLES[name].schema
    whole = [
        {n: row.get(n, 0 if n.endswith("_concept_id") else None) for n in schema.names}
        for row in rows
    ]
    return pa.Table.from_pylist(whole, schema=schema)


def facts_of(people: Sequence[Someone]) -> Facts:
    """The people as a dataset whose codes were mapped."""
    return facts_in_memory(
        tables_of(people),
        data_cut=DATA_CUT,
        mapped=("condition_occurrence", "drug_exposure"),
    )
