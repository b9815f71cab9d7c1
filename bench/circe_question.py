"""The questions of studies to Remit and to Circe's SQL: written out for both, and held together.

What a study asks goes to Circe as Remit exports it: a criterion that Circe has no words for is left
out, and here too, so that both answer the same. The day of a study's screening is written for Circe
as the only visit of each person, and its tables are ordered by person, as OMOP's own scripts
cluster them.

Circe knows no unknown: of no record it says no. Where both decide and differ, what the export lists
as lost of that criterion is the cause; a criterion of which nothing is lost must not differ.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from phenex_question import CRITERIA
from processor_time import processor_time
from thirty_five import STUDY

if TYPE_CHECKING:
    from remit.protocol import Protocol

SEED = "seed"
_MEASURED = (
    "measurement_id, person_id, measurement_concept_id, measurement_date, operator_concept_id, "
    "value_as_number::double as value_as_number, value_as_concept_id, unit_concept_id, "
    "range_low::double as range_low, range_high::double as range_high"
)
_COLUMNS: Mapping[str, str] = {
    "person": "*",
    "observation_period": "*",
    "condition_occurrence": "*, null::bigint as visit_occurrence_id",
    "drug_exposure": "*, null::bigint as visit_occurrence_id, null::int as days_supply, "
    "null::double as quantity, null::int as refills",
    "procedure_occurrence": "*, null::bigint as visit_occurrence_id, null::int as quantity",
    "measurement": f"{_MEASURED}, null::bigint as visit_occurrence_id",
    "concept_ancestor": "*",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A study with the criteria that both can answer.

    Attributes:
        asked: how many criteria the study has, those left out too.
        definition: the same as Circe JSON.
        lost: criterion -> what the export says that Circe cannot say of it.
    """

    name: str
    study: Protocol
    asked: int
    definition: str
    lost: Mapping[str, Sequence[str]]


def names() -> tuple[str, ...]:
    """What the questions are called."""
    from remit.protocol import packaged_protocols

    return (SEED, *packaged_protocols())


def questions() -> tuple[Question, ...]:
    """The question of the design, then those of the packaged studies."""
    from remit.protocol import packaged_protocols, protocol_named
    from remit.protocol.schema import Criterion

    first = protocol_named(STUDY)
    seed = tuple(
        Criterion.model_validate(
            {
                "id": name,
                "kind": "exclusion" if name == "rituximab" else "inclusion",
                "text": name,
                "state": "executable",
                "expression": expression,
            }
        )
        for name, expression in CRITERIA.items()
    )
    studies = [(SEED, first.model_copy(update={"criteria": seed}))]
    studies += [(name, protocol_named(name)) for name in packaged_protocols()]
    return tuple(_question(name, study) for name, study in studies)


def _question(name: str, study: Protocol) -> Question:
    from remit.facts.codes import NO_VOCABULARY
    from remit.protocol.bound import bind_protocol
    from remit.protocol.interchange.circe_export import circe_definition

    found = circe_definition(bind_protocol(study, NO_VOCABULARY), ())
    left_out = {loss.criterion for loss in found.losses if loss.whole}
    kept = tuple(one for one in study.criteria if one.id not in left_out)
    return Question(
        name,
        study.model_copy(update={"criteria": kept}),
        len(study.criteria),
        found.text,
        {one.id: [loss.what for loss in found.losses if loss.criterion == one.id] for one in kept},
    )


def write_circe_tables(folder: Path, file: Path) -> None:
    """A cohort as a DuckDB file for Circe: a schema for each question, the visits its screenings.

    Rows lie by person: OMOP's scripts cluster each table on its index of `person_id`.
    """
    import duckdb

    asked = questions()
    parts = sorted(folder.glob("part-*"))
    with duckdb.connect(str(file)) as base:
        base.execute("set memory_limit = '2GB'")
        base.execute("set threads = 2")
        for name, columns in _COLUMNS.items():
            # Persons rise from part to part; a table of no person is in the first alone.
            held = [part for part in parts if (part / f"{name}.parquet").exists()]
            for number, part in enumerate(held):
                rows = f"select {columns} from '{part}/{name}.parquet'"
                rows += "" if name == "concept_ancestor" else " order by person_id"
                into = f"insert into {name} by name" if number else f"create table {name} as"
                base.execute(f"{into} {rows}")
        _write_concepts(base, asked)
        for question in asked:
            base.execute(f"create schema {question.name}")
            for name in (*_COLUMNS, "concept"):
                base.execute(f"create view {question.name}.{name} as from main.{name}")
            base.execute(
                f"create table {question.name}.visit_occurrence as "
                "select row_number() over (order by person_id) as visit_occurrence_id, person_id, "
                "9202::bigint as visit_concept_id, anchor_date as visit_start_date, "
                f"anchor_date as visit_end_date from '{folder}/part-*/study_anchor.parquet' "
                f"where study = '{question.study.id}' and anchor = "
                f"'{question.study.default_anchor}' order by person_id"
            )


def _write_concepts(base: object, asked: Sequence[Question]) -> None:
    """The concepts that are asked for, all of them valid: no vocabulary is at hand."""
    import duckdb

    assert isinstance(base, duckdb.DuckDBPyConnection)
    ids = {
        item["concept"]["CONCEPT_ID"]
        for question in asked
        for one in json.loads(question.definition)["ConceptSets"]
        for item in one["expression"]["items"]
    }
    base.execute("create table concept (concept_id bigint, invalid_reason varchar)")
    base.executemany("insert into concept values (?, null)", [[one] for one in sorted(ids)])


def write_definitions(out: Path) -> list[Path]:
    """Each question as Circe JSON, in a file named as its schema."""
    files = []
    for question in questions():
        files.append(out / f"{question.name}.json")
        files[-1].write_text(question.definition, encoding="utf-8")
    return files


def ask_remit(name: str, folder: Path, out: Path | None = None) -> Mapping[str, float]:
    """One question, timed once the dataset is open; its answers are kept in `out`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from remit.facts.opened import open_facts
    from remit.screening import screen_studies

    (question,) = (one for one in questions() if one.name == name)
    begun = time.perf_counter()
    with open_facts(folder) as facts:
        started, busy = time.perf_counter(), processor_time()
        (screening,) = screen_studies((question.study,), facts)
        seconds, processor = time.perf_counter() - started, processor_time() - busy
    if out is not None:
        columns = {"person_id": screening.person_ids, **screening.statuses}
        pq.write_table(
            pa.table({key: np.asarray(value) for key, value in columns.items()}),
            out / f"{name}_ours.parquet",
        )
    return {"seconds": seconds, "processor": processor, "opening": started - begun}


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often what was answered: of each criterion, who decided and differs.

    Attributes:
        unknown: those that are unknown, or not applicable, here alone.
        differing: criterion -> decided answers that differ.
        lost: what the export lists of them; none: the difference has no cause.
    """

    pairs: int
    same: int
    unknown: int
    differing: Mapping[str, int]
    lost: Mapping[str, Sequence[str]]

    @property
    def unexplained(self) -> list[str]:
        """The criteria that differ although nothing of them is said to be lost."""
        return [one for one in self.differing if not self.lost[one]]


def held_together(name: str, out: Path) -> Agreement:
    """The answers of each criterion of each person who has the day of screening."""
    import pyarrow.parquet as pq

    from remit.truth import Status

    (question,) = (one for one in questions() if one.name == name)
    ours = pq.read_table(out / f"{name}_ours.parquet")
    theirs = pq.read_table(out / f"{name}.parquet")
    places = np.searchsorted(ours["person_id"].to_numpy(), theirs["person_id"].to_numpy())
    pairs = same = unknown = 0
    differing: Counter[str] = Counter()
    for number, criterion in enumerate(question.study.criteria):
        passes = theirs[f"rule_{number}"].to_numpy(zero_copy_only=False)
        # A rule holds where an exclusion does not apply.
        holds = passes if criterion.kind == "inclusion" else ~passes
        status = ours[criterion.id].to_numpy()[places]
        decided = (status == Status.MET) | (status == Status.NOT_MET)
        agreeing = decided & ((status == Status.MET) == holds)
        pairs, same = pairs + len(status), same + int(agreeing.sum())
        unknown += int((~decided).sum())
        if apart := int((decided & ~agreeing).sum()):
            differing[criterion.id] = apart
    return Agreement(pairs, same, unknown, dict(differing), question.lost)
