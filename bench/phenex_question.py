"""One question to Remit and to PhenEx: written out for both, answers held against each other.

PhenEx knows no unknown: of no record it says no, and of one that cannot be used what its bare
number or an older record says. Where both decide and differ, one of these is the cause, and each is
looked up in the records:

- a year of PhenEx has 365 days, and a birth without its day is on 1 June; here the calendar counts,
  and of such a birth every possible day;
- of several values of its last day PhenEx takes any that passes; here the last of them decides;
- PhenEx reads the number of a bound (">1"); here the bound decides;
- PhenEx sees the first day of an exposure; here one that reaches into the window counts.

The units of the values are converted before PhenEx sees them, as its documentation asks; that is
not in its time.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from processor_time import processor_time
from thirty_five import STUDY

CRITERIA = {
    "upcr": "latest upcr in [screening - 14 days, screening] > 1 g/g",
    "rituximab": "any rituximab in [screening - 168 days, screening]",
    "age": "18 years <= age at screening <= 65 years",
}
# Of the eligible `rituximab` is not met; so is the question as a whole.
ELIGIBLE = "({upcr}) and not ({rituximab}) and {age}"


def write_peer_tables(folder: Path, out: Path) -> None:
    """The tables of a cohort as PhenEx reads them: upper-case names, one unit, a date of birth."""
    import duckdb

    from remit.facts.dictionary import packaged_dictionary
    from remit.units import unit_table

    dictionary, units = packaged_dictionary(), unit_table()
    out.mkdir(parents=True, exist_ok=True)
    codes = {name: list(dictionary.omop_ids(name)) for name in ("upcr", "rituximab")}
    factor = "case " + " ".join(
        f"when unit_concept_id in ({', '.join(map(str, units[unit].omop_ids))}) or "
        f"(coalesce(unit_concept_id, 0) = 0 and unit_source_value = '{unit}') "
        f"then value_as_number::double * {by.numerator} / {by.denominator}"
        for unit, by in dictionary.concept("upcr").factors.items()
        if units[unit].omop_ids
    )
    upcr = ", ".join(map(str, codes["upcr"]))
    tables = {
        "PERSON": "select person_id, gender_concept_id, case when day_of_birth is not null and "
        "month_of_birth is not null then make_timestamp(year_of_birth, month_of_birth, "
        "day_of_birth, 0, 0, 0) end as birth_datetime, year_of_birth from 'FILE'",
        "STUDY_ANCHOR": f"select person_id, anchor, anchor_date from 'FILE' where study = '{STUDY}'"
        " and anchor = 'screening'",
        "MEASUREMENT": "select measurement_id, person_id, measurement_concept_id, measurement_date,"
        f" case when measurement_concept_id in ({upcr}) then {factor} end else "
        "value_as_number::double end as value_as_number from 'FILE'",
        "DRUG_EXPOSURE": "select drug_exposure_id, person_id, drug_concept_id, "
        "drug_exposure_start_date, drug_exposure_end_date from 'FILE'",
    }
    with duckdb.connect() as connection:
        for name, query in tables.items():
            rows = query.replace("FILE", f"{folder}/part-*/{name.lower()}.parquet")
            described = connection.execute(f"describe {rows}").fetchall()
            named = ", ".join(f"{column[0]} as {column[0].upper()}" for column in described)
            connection.execute(
                f"copy (select {named} from ({rows})) to '{out}/{name}.parquet' (format parquet)"
            )
    for name, copied in (("copied", True), ("not_copied", False)):
        (out / f"{name}.json").write_text(json.dumps({**codes, "write_subsets": copied}))


def answered(folder: Path, out: Path | None = None) -> Mapping[str, float]:
    """What Remit answers, timed once its dataset is open; kept in `out` with its reasons."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from remit.criteria.binder import bind_expression
    from remit.criteria.columns.subjects import study_subjects
    from remit.criteria.environment import Environment
    from remit.criteria.meanings import evaluate_columns
    from remit.facts.dictionary import packaged_dictionary
    from remit.facts.opened import open_facts
    from remit.facts.reading import Part
    from remit.screening.screened_parts import for_each_part

    asked = {**CRITERIA, "eligible": ELIGIBLE.format(**CRITERIA)}
    facts = open_facts(folder)
    started, busy = time.perf_counter(), processor_time()
    environment = Environment(packaged_dictionary(), frozenset({"screening"}), codes=facts.codes)
    nodes = {name: bind_expression(text, environment) for name, text in asked.items()}

    def work_out(part: Part) -> dict[str, np.ndarray]:
        subjects = study_subjects(part, study=STUDY, data_cut=facts.data_cut)
        verdicts = evaluate_columns(nodes, part, subjects, complete=facts.complete)
        statuses = {name: verdict.statuses for name, verdict in verdicts.items()}
        reasons = {f"{name}_reasons": verdict.reasons for name, verdict in verdicts.items()}
        return {**statuses, **reasons, "person": subjects.person}

    parts = list(for_each_part(facts.parts, work_out))
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    seconds, processor = time.perf_counter() - started, processor_time() - busy
    if out is not None:
        pq.write_table(pa.table(columns), out / "ours.parquet")
    return {"seconds": seconds, "processor": processor, "persons": len(columns["person"])}


def latest_alone(folder: Path) -> Mapping[str, float]:
    """The first criterion alone, of every person: read and worked out; opening is told apart."""
    from remit.criteria.binder import bind_expression
    from remit.criteria.columns.subjects import study_subjects
    from remit.criteria.environment import Environment
    from remit.criteria.meanings import evaluate_columns
    from remit.facts.dictionary import packaged_dictionary
    from remit.facts.opened import open_facts
    from remit.facts.reading import Part
    from remit.screening.screened_parts import for_each_part

    begun, busy = time.perf_counter(), processor_time()
    facts = open_facts(folder)
    opened, busy_then = time.perf_counter(), processor_time()
    environment = Environment(packaged_dictionary(), frozenset({"screening"}), codes=facts.codes)
    nodes = {"upcr": bind_expression(CRITERIA["upcr"], environment)}

    def work_out(part: Part) -> np.ndarray:
        subjects = study_subjects(part, study=STUDY, data_cut=facts.data_cut)
        return evaluate_columns(nodes, part, subjects, complete=facts.complete)["upcr"].statuses

    statuses = np.concatenate(list(for_each_part(facts.parts, work_out)))
    seconds, processor = time.perf_counter() - opened, processor_time() - busy_then
    return {
        "seconds": seconds,
        "processor": processor,
        "persons": len(statuses),
        "opening": opened - begun,
        "opening_processor": busy_then - busy,
    }


_CAUSES = {
    "upcr": """
        with rows as (
            select m.person_id as person, measurement_date as day, operator_concept_id as sign
            from 'FACTS/measurement.parquet' m join 'OUT/STUDY_ANCHOR.parquet' a
            on a.PERSON_ID = m.person_id
            where measurement_concept_id in (CODES)
            and measurement_date between ANCHOR_DATE - 14 and ANCHOR_DATE
        ), last as (select person, max(day) as day from rows group by person)
        select person, concat_ws(', ',
            case when bool_or(coalesce(sign, 4172703) != 4172703) then 'a bound' end,
            case when count(*) > 1 then 'several values of the last day' end) as cause
        from rows join last using (person, day) group by person
    """,
    "rituximab": """
        select distinct e.person_id as person, 'an exposure that began before the window' as cause
        from 'FACTS/drug_exposure.parquet' e join 'OUT/STUDY_ANCHOR.parquet' a
        on a.PERSON_ID = e.person_id and drug_exposure_start_date < ANCHOR_DATE - 168
        and drug_exposure_end_date >= ANCHOR_DATE - 168
        where drug_concept_id in (CODES)
    """,
    "age": """
        select p.PERSON_ID as person, if(BIRTH_DATETIME is null,
            'a birth without its day, read as 1 June', 'a year of 365 days') as cause
        from 'OUT/PERSON.parquet' p join 'OUT/STUDY_ANCHOR.parquet' a using (PERSON_ID)
        where BIRTH_DATETIME is null
        or ((ANCHOR_DATE - BIRTH_DATETIME::date) // 365 between 18 and 65)
        != (date_sub('year', BIRTH_DATETIME::date, ANCHOR_DATE) between 18 and 65)
    """,
}


@dataclass(frozen=True, slots=True)
class Answers:
    """How often what was answered. `differing`: criterion, answers and cause ("": none found)."""

    pairs: int
    same: int
    unknown: Counter[tuple[str, str, bool]]
    differing: Counter[tuple[str, str, bool, str]]

    @property
    def unexplained(self) -> int:
        """The decided answers that differ without a cause."""
        return sum(number for key, number in self.differing.items() if not key[-1])

    def described(self) -> list[str]:
        """A line for each kind of difference."""
        lines = [
            f"{name}: unknown ({reason}), PhenEx {'yes' if theirs else 'no'}: {number:,}"
            for (name, reason, theirs), number in sorted(self.unknown.items())
        ]
        return lines + [
            f"{name}: {ours}, PhenEx {'yes' if theirs else 'no'}: {number:,}; {cause or 'NO CAUSE'}"
            for (name, ours, theirs, cause), number in sorted(self.differing.items())
        ]


def held_together(folder: Path, out: Path) -> Answers:
    """Both answers of each person with a screening date, who is all that PhenEx can index."""
    import duckdb

    from remit.truth import Status, reasons_of_mask

    codes = json.loads((out / "copied.json").read_text())
    pairs = same = 0
    unknown: Counter[tuple[str, str, bool]] = Counter()
    differing: Counter[tuple[str, str, bool, str]] = Counter()
    with duckdb.connect() as connection:
        for name, causes in _CAUSES.items():
            query = causes.replace("FACTS", f"{folder}/part-*").replace("OUT", str(out))
            query = query.replace("CODES", ", ".join(map(str, codes.get(name, ()))))
            rows = connection.execute(
                f"select o.{name}, {name}_reasons, p.{name}, coalesce(cause, ''), count(*) "
                f"from '{out}/ours.parquet' o join '{out}/answers.parquet' p "
                f"on p.PERSON_ID = o.person left join ({query}) using (person) group by all"
            ).fetchall()
            for ours, reasons, theirs, cause, number in rows:
                status = Status(ours)
                pairs += number
                if status is Status.UNKNOWN:
                    said = ", ".join(sorted(one.word for one in reasons_of_mask(reasons)))
                    unknown[name, said, theirs] += number
                elif (status is Status.MET) is theirs:
                    same += number
                else:
                    differing[name, status.word, theirs, cause] += number
    return Answers(pairs, same, unknown, differing)
