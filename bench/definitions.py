"""Persons of cohort definitions: those of Remit against those of Circe's own SQL on DuckDB.

    python bench/definitions.py [--out outcome.json]

Circe runs in an environment of its own (`peers.py`); without it this is skipped, with that reason.
Three datasets: people at the edges (of the
tests), a cohort of the simulator with lupus codes drawn over it, and Synthea27Nj where the folder
`shared` is there. Each definition is asked of each; one line each says how many persons agree.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TypedDict

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
from peers import absence, python_of
from processes import ROOT, run_process

import remit
from remit.facts.codes import NO_VOCABULARY
from remit.facts.opened import Facts, facts_in_memory, open_facts
from remit.facts.snapshot import new_snapshot
from remit.facts.tables import TABLES
from remit.protocol import Protocol, packaged_protocols, protocol_named, read_protocol
from remit.protocol.bound import bind_protocol
from remit.protocol.interchange.circe_cohort import read_circe
from remit.protocol.interchange.fhir_definition import Release, fhir_definition
from remit.screening.study_screenings import Screening, Standing
from remit.simulate import write_cohort
from remit.views.imported_study import imported_study

sys.path.insert(0, str(ROOT / "tests" / "protocol"))

from circe_definitions import DEFINITIONS
from circe_people import DATA_CUT, PEOPLE, ancestry, tables_of
from processor_time import processor_time

SHARED = ROOT.parent / "shared" / "data" / "clinical"
SIX = ("119", "225", "509", "632", "668", "781")
_TABLES = ("person", "observation_period", "condition_occurrence", "drug_exposure")
_MAPPED = ("condition_occurrence", "drug_exposure")
_FHIR_FOLDERS: Mapping[Release, str] = {"R4": ".", "R5": "r5"}
Tables = Mapping[str, pa.Table]


def lupus_over(facts: Facts, *, seed: int) -> dict[str, pa.Table]:
    """The tables of a cohort, with codes of the six definitions drawn around its observation."""
    tables = {name: facts.rows(name, TABLES[name].schema.names) for name in _TABLES}
    draw = np.random.default_rng(seed)
    held = {int(str(code)) for pair in ancestry() for code in pair.values()}
    codes = sorted(held | {439777, 80809})
    drugs = [code for code in codes if code in {1551099, 1777087, 3990005}]
    codes = [code for code in codes if code not in drugs]
    persons = facts.rows("person", ("person_id", "year_of_birth")).to_pylist()
    born = {person["person_id"]: person["year_of_birth"] for person in persons}
    periods = tables["observation_period"].to_pylist()
    conditions, exposures = [], []
    for period in periods:
        first = period["observation_period_start_date"]
        length = (period["observation_period_end_date"] - first).days
        for _ in range(int(draw.poisson(1.2))):
            day = first + timedelta(int(draw.integers(-60, length + 60)))
            conditions.append((period["person_id"], int(draw.choice(codes)), day))
        for _ in range(int(draw.poisson(0.3))):
            day = first + timedelta(int(draw.integers(-60, length + 60)))
            exposures.append((period["person_id"], int(draw.choice(drugs)), day))
    for name, stem, rows in (
        ("condition_occurrence", "condition", conditions),
        ("drug_exposure", "drug", exposures),
    ):
        long = "drug_exposure" if stem == "drug" else stem
        added = [
            {
                f"{name}_id": 10**9 + number,
                "person_id": person,
                f"{stem}_concept_id": code,
                f"{long}_start_date": day,
                f"{long}_end_date": day,
            }
            for number, (person, code, day) in enumerate(rows)
            if day <= facts.data_cut and day.year > born[person]
        ]
        tables[name] = pa.concat_tables([tables[name], whole_rows(name, added)])
    tables["concept_ancestor"] = whole_rows("concept_ancestor", list(ancestry()))
    return tables


def write_lupus(folder: Path, out: Path) -> None:
    """A cohort with lupus codes as a dataset, and the same tables for Circe beside it."""
    with open_facts(folder) as facts:
        drawn = lupus_over(facts, seed=7)
        every = {
            name: facts.rows(name, TABLES[name].schema.names) for name in facts.manifest.tables
        }
        with new_snapshot(
            out, source="a cohort with lupus codes", data_cut=facts.data_cut, mapped=_MAPPED
        ) as snapshot:
            snapshot.write_part({**every, **drawn})
    beside = circe_folder(out)
    beside.mkdir(parents=True)
    ordered = {
        name: rows if name == "concept_ancestor" else rows.sort_by("person_id")
        for name, rows in drawn.items()
    }
    write_for_peer(ordered, six(), beside)


def circe_folder(out: Path) -> Path:
    """Where the tables for Circe lie."""
    return out.with_name(f"{out.name}-circe")


def six() -> list[Path]:
    """The six of the phenotype library; none where they are not at hand."""
    library = SHARED / "phenotypelibrary"
    return [library / f"{name}.json" for name in SIX] if library.is_dir() else []


def write_fhir(out: Path) -> None:
    """The packaged studies, and the six as they are imported, as FHIR."""
    studies = {name: protocol_named(name) for name in packaged_protocols()}
    with tempfile.TemporaryDirectory() as place:
        studies |= {one.stem: imported(one, Path(place)) for one in six()}
    (out / "r5").mkdir()
    for name, study in studies.items():
        bound = bind_protocol(study, NO_VOCABULARY)
        for release, folder in _FHIR_FOLDERS.items():
            text = fhir_definition(bound, release=release).text
            (out / folder / f"{name}.json").write_text(text, encoding="utf-8")


def ask_six(folder: Path, out: Path | None = None) -> Mapping[str, float]:
    """The six over a dataset that is open: one after the other, then in one pass.

    Args:
        out: where the persons of each and their days are left; nowhere when None.
    """
    from time import perf_counter

    from remit.screening import screen_studies
    from remit.screening.entry_days import entered_facts

    with tempfile.TemporaryDirectory() as place:
        studies = {one.stem: imported(one, Path(place)) for one in six()}
        with open_facts(folder) as facts:
            remit.screen(next(iter(studies.values())), facts)  # what is imported, once
            begun, busy = perf_counter(), processor_time()
            screenings = {name: remit.screen(study, facts) for name, study in studies.items()}
            seconds, processor = perf_counter() - begun, processor_time() - busy
            begun, busy = perf_counter(), processor_time()
            every = tuple(studies.values())
            together = screen_studies(every, entered_facts(facts, every))
            seconds_together, processor_together = perf_counter() - begun, processor_time() - busy
            for one, same in zip(screenings.values(), together, strict=True):
                assert (one.cohorts[0].standings == same.cohorts[0].standings).all()
            if out is not None:
                for name, screening in screenings.items():
                    days = eligible_days(screening)
                    columns = {"person_id": list(days), "day": list(days.values())}
                    schema = pa.schema([("person_id", pa.int64()), ("day", pa.date32())])
                    pq.write_table(pa.table(columns, schema=schema), out / f"{name}_ours.parquet")
    return {
        "seconds": seconds,
        "processor": processor,
        "seconds_together": seconds_together,
        "processor_together": processor_together,
    }


def eligible_days(screening: Screening) -> dict[int, date]:
    """Who is eligible, with the day of entry."""
    standings = screening.cohorts[0].standings
    eligible = screening.person_ids[standings == Standing.ELIGIBLE].tolist()
    names = ("person_id", "anchor", "anchor_date")
    rows = screening.facts.rows("study_anchor", names, study=screening.protocol.id).to_pylist()
    days = {row["person_id"]: row["anchor_date"] for row in rows if row["anchor"] == "index"}
    return {person: days[person] for person in eligible}


def whole_rows(name: str, rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """Rows with 0 for each concept that is not said."""
    schema = TABLES[name].schema
    whole = [
        {n: row.get(n, 0 if n.endswith("_concept_id") else None) for n in schema.names}
        for row in rows
    ]
    return pa.Table.from_pylist(whole, schema=schema)


def synthea() -> dict[str, pa.Table] | None:
    """The tables of Synthea27Nj; None where the data are not at hand."""
    folder = SHARED / "synthea27nj" / "csv"
    if not folder.is_dir():
        return None
    found = {}
    files = {file.stem.split(".")[0].lower(): file for file in folder.iterdir()}
    for name in (*_TABLES, "concept_ancestor"):
        if name not in files:
            continue
        schema = TABLES[name].schema
        rows = csv.read_csv(files[name])
        rows = rows.rename_columns([column.lower() for column in rows.column_names])
        columns = []
        for field in schema:
            held = (
                rows[field.name]
                if field.name in rows.column_names
                else pa.nulls(rows.num_rows, field.type)
            )
            cast = held.cast(field.type)
            columns.append(cast.fill_null(0) if field.name.endswith("_concept_id") else cast)
        found[name] = pa.table(columns, schema=schema)
    return found


def write_for_peer(tables: Tables, definitions: Sequence[Path], folder: Path) -> None:
    """The tables as Parquet, with a table of every concept that they or the definitions name."""
    ids: set[int] = set()
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")
        for column in table.column_names:
            if column.endswith("concept_id") or "ancestor" in column or "descendant" in column:
                ids.update(value for value in table[column].unique().to_pylist() if value)
    for file in definitions:
        for one in json.loads(file.read_text(encoding="utf-8"))["ConceptSets"]:
            ids.update(item["concept"]["CONCEPT_ID"] for item in one["expression"]["items"])
    reasons = pa.nulls(len(ids), pa.string())
    concept = pa.table({"concept_id": pa.array(sorted(ids), pa.int64()), "invalid_reason": reasons})
    pq.write_table(concept, folder / "concept.parquet")


class Compared(TypedDict):
    """One definition over one dataset: how many persons each finds, and who is in one alone."""

    dataset: str
    definition: str
    circe: int
    remit: int
    persons: list[int]
    open: list[int]
    only_circe: list[int]
    only_remit: list[int]
    same_day: int
    undetermined: int


def ask_peer(python: Path, folder: Path, definitions: Sequence[Path]) -> dict[str, dict[int, str]]:
    """The persons whom Circe's SQL finds for each definition, with the day of each."""
    with tempfile.TemporaryDirectory() as made:
        out = Path(made)
        run_process([python, ROOT / "bench" / "circe_peer.py", folder, out, *definitions])
        found = {}
        for definition in definitions:
            rows = pq.read_table(out / f"{definition.stem}.parquet", columns=["person_id", "day"])
            found[definition.stem] = {
                row["person_id"]: str(row["day"])
                for row in rows.to_pylist()
                if row["day"] is not None
            }
    return found


def imported(definition: Path, folder: Path) -> Protocol:
    """A definition as a study of Remit."""
    out = folder / f"c{definition.stem}.toml"
    concepts = folder / f"c{definition.stem}_concepts.toml"
    study = imported_study(read_circe(definition), out, concepts, source=definition.name)
    out.write_text(study.protocol, encoding="utf-8")
    concepts.write_text(study.concepts, encoding="utf-8")
    return read_protocol(out)


def ask_remit(study: Protocol, facts: Facts) -> tuple[dict[int, date], set[int]]:
    """Who is eligible, with the day of entry, and who is undetermined."""
    screening = remit.screen(study, facts)
    standings = screening.cohorts[0].standings
    undetermined = set(screening.person_ids[standings == Standing.UNDETERMINED].tolist())
    return eligible_days(screening), undetermined


def definitions_in(folder: Path) -> Iterator[Path]:
    """The six of the phenotype library where they are at hand, and those of the tests."""
    yield from six()
    for name, definition in DEFINITIONS.items():
        file = folder / f"{name}.json"
        file.write_text(json.dumps(definition), encoding="utf-8")
        yield file


def compare(name: str, tables: Tables, data_cut: date, peer: Path) -> Iterator[Compared]:
    """A row for each definition: the persons of both, and who is in one alone."""
    with tempfile.TemporaryDirectory() as place:
        folder, cdm = Path(place), Path(place) / "cdm"
        cdm.mkdir()
        definitions = list(definitions_in(folder))
        write_for_peer(tables, definitions, cdm)
        peers = ask_peer(peer, cdm, definitions)
        facts = facts_in_memory(tables, data_cut=data_cut, mapped=_MAPPED)
        for definition in definitions:
            circe = peers[definition.stem]
            ours, undetermined = ask_remit(imported(definition, folder), facts)
            both = set(circe) & set(ours)
            yield {
                "dataset": name,
                "definition": definition.stem,
                "circe": len(circe),
                "remit": len(ours),
                "persons": sorted(circe),
                # Codes that nothing resolves: Circe reads them as "not it", Remit as unknown.
                "open": sorted((set(circe) - set(ours)) & undetermined),
                "only_circe": sorted(set(circe) - set(ours) - undetermined),
                "only_remit": sorted(set(ours) - set(circe)),
                "same_day": sum(str(ours[person]) == circe[person] for person in both),
                "undetermined": len(undetermined),
            }


def main() -> None:
    """Compare, print, and write the outcome where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=2000, help="of the simulated cohort")
    parser.add_argument("--out", type=Path, help="a JSON file for the outcome")
    asked = parser.parse_args()
    peer = python_of("circe")
    if peer is None:
        print(absence("circe"))
        return
    rows = list(compare("edges", tables_of(PEOPLE), DATA_CUT, peer))
    with tempfile.TemporaryDirectory() as place:
        cohort = write_cohort(Path(place) / "cohort", persons=asked.persons, seed=11)
        facts = open_facts(Path(place) / "cohort")
        del cohort
        rows += compare("simulated", lupus_over(facts, seed=7), facts.data_cut, peer)
    real = synthea()
    if real is None:
        print("skipped: Synthea27Nj, since the folder shared is not there")
    else:
        last = date.fromisoformat("2030-12-31")
        rows += compare("synthea27nj", real, last, peer)
    for row in rows:
        apart = [*row["only_circe"], *row["only_remit"]]
        open_ = len(row["open"])
        words = "same persons" if not open_ else f"{open_} open in Remit, the others the same"
        words = f"DIFFER: {apart}" if apart else words
        print(
            f"{row['dataset']:12} {row['definition']:28} circe {row['circe']:>6} remit "
            f"{row['remit']:>6} same day {row['same_day']:>6} undetermined "
            f"{row['undetermined']:>5} {words}"
        )
    if asked.out is not None:
        asked.out.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    if any(row["only_circe"] or row["only_remit"] for row in rows):
        sys.exit("persons differ")


if __name__ == "__main__":
    started = time.perf_counter()
    main()
    print(f"{time.perf_counter() - started:.0f} s")
