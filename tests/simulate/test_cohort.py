"""The synthetic cohort: same seed same bytes, sound rows, planted mess, a truth worth having."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date
from importlib import resources
from pathlib import Path
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from remit.errors import DatasetError, OutputError
from remit.facts.dictionary import packaged_dictionary
from remit.facts.opened import Facts
from remit.facts.soundness import check_dataset
from remit.simulate.cohort import read_truth, simulate_cohort, write_cohort
from remit.simulate.oracle import ORACLES
from remit.truth import Reason, Status, reasons_of_mask

PERSONS = 2000
# These criteria have no data by the protocol's own state: unknown for everyone.
HELD_BACK = {
    ("NCT06904729", "I9a"): Reason.INCOMPLETE,
    ("NCT06904729", "I9b"): Reason.INCOMPLETE,
    ("NCT06904729", "I9d"): Reason.INCOMPLETE,
    ("NCT06904729", "E6"): Reason.INCOMPLETE,
    ("UMIN000042298", "I4b"): Reason.NOT_IN_DATA,
}
CONDITIONAL = {
    ("NCT06167174", "E3a"),
    ("NCT06167174", "E3b"),
    ("NCT05631717", "I5"),
    ("NCT05631717", "I6a"),
    ("NCT05631717", "I6b"),
    ("NCT05631717", "E8a"),
    ("NCT05631717", "E8b"),
    ("NCT06904729", "I8b"),
}


@pytest.fixture(scope="module")
def cohort(large_cohort: Facts) -> Facts:
    return large_cohort


@pytest.fixture(scope="module")
def truth(cohort: Facts) -> pa.Table:
    return read_truth(cohort)


def protocol_page(study: str) -> dict[str, list[dict[str, object]]]:
    file = resources.files("remit.protocol").joinpath("studies", f"{study.lower()}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def records(cohort: Facts, table: str, concept: str | None = None) -> pa.Table:
    rows = cohort.rows(table)
    if concept is None:
        return rows
    codes = pa.array(packaged_dictionary().omop_ids(concept), pa.int32())
    return rows.filter(pc.is_in(rows["measurement_concept_id"], codes))


def test_same_seed_gives_same_bytes_whatever_the_chunks(tmp_path: Path) -> None:
    first = write_cohort(tmp_path / "a", persons=120, seed=3)
    again = write_cohort(tmp_path / "b", persons=120, seed=3)
    other = write_cohort(tmp_path / "c", persons=120, seed=4)
    assert first.manifest == again.manifest
    assert first.manifest.tables["measurement"] != other.manifest.tables["measurement"]


@pytest.mark.parametrize("persons", [0, -5])
def test_a_cohort_without_persons_is_refused(tmp_path: Path, persons: int) -> None:
    with pytest.raises(DatasetError, match="1 person or more"):
        write_cohort(tmp_path / "a", persons=persons, seed=3)
    assert list(tmp_path.iterdir()) == []


def test_a_negative_seed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="0 or more"):
        write_cohort(tmp_path / "a", persons=3, seed=-1)
    with pytest.raises(DatasetError, match="0 or more"):
        next(simulate_cohort(persons=3, seed=-1))
    assert list(tmp_path.iterdir()) == []


def test_many_chunks_make_ordered_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("remit.simulate.cohort.CHUNK", 50)
    told: list[tuple[int, int]] = []
    dataset = write_cohort(
        tmp_path / "a", persons=120, seed=3, progress=lambda done, of: told.append((done, of))
    )
    assert told == [(50, 120), (100, 120), (120, 120)]
    assert [cohort.size for cohort in simulate_cohort(persons=120, seed=3)] == [50, 50, 20]
    again = write_cohort(tmp_path / "b", persons=120, seed=3)
    assert again.manifest == dataset.manifest
    keys = ["measurement_concept_id", "person_id", "measurement_date"]
    assert len(dataset.parts) == 2
    for part in dataset.parts:
        measured = part.rows("measurement", keys)
        ordered = measured.sort_by([(key, "ascending") for key in keys])
        assert measured.equals(ordered)
    assert [f for f in check_dataset(dataset) if f.severity == "error"] == []
    assert read_truth(dataset).num_rows == 120 * sum(len(c) for c in ORACLES.values())


def test_rows_break_no_rule_but_units(cohort: Facts) -> None:
    found = check_dataset(cohort)
    assert {finding.rule for finding in found} == {"unit unknown"}
    assert {finding.severity for finding in found} == {"warning"}


def test_the_time_of_a_measurement_lies_on_its_day(cohort: Facts) -> None:
    timed = records(cohort, "measurement").filter(pc.field("measurement_datetime").is_valid())
    assert timed.num_rows > 1000
    assert (
        timed["measurement_datetime"]
        .cast(pa.date32(), safe=False)
        .equals(timed["measurement_date"])
    )


def test_manifest_names_the_truth_and_the_seed(cohort: Facts, tmp_path: Path) -> None:
    assert cohort.manifest.seed == 1
    assert cohort.data_cut == date(2025, 6, 30)
    assert cohort.manifest.extras["truth"].file == "truth/truth.parquet"
    bare = write_cohort(tmp_path / "bare", persons=20, seed=7, truth=False)
    assert set(bare.manifest.extras) == {"allocation"}
    with pytest.raises(DatasetError, match="no table 'truth'"):
        read_truth(bare)
    with pytest.raises(OutputError, match="exists already"):
        write_cohort(tmp_path / "bare", persons=20, seed=7)


def test_size_and_mix(cohort: Facts) -> None:
    person = records(cohort, "person")
    women = pc.mean(pc.equal(person["gender_concept_id"], 8532)).as_py()
    assert 0.87 < women < 0.93
    # Items and follow-up have so many rows a chunk at most; a large cohort has 31 to 36 a person.
    assert 30 < cohort.manifest.tables["measurement"].rows / PERSONS < 120
    no_day = person["day_of_birth"].null_count
    assert 0 < person["month_of_birth"].null_count < no_day < 0.1 * PERSONS
    children = pc.sum(pc.greater(person["year_of_birth"], 2007)).as_py()
    assert children > 0.1 * PERSONS


def test_measurements_hold_the_planted_mess(cohort: Facts) -> None:
    measured = records(cohort, "measurement", "upcr")
    texts = set(measured["unit_source_value"].unique().to_pylist())
    assert {"g/g", "mg/g", "mg/mmol", "mg/TV", None} <= texts
    no_unit = pc.and_(
        pc.is_null(measured["unit_concept_id"]), pc.is_null(measured["unit_source_value"])
    )
    assert pc.sum(no_unit).as_py() > 10
    assert pc.sum(pc.equal(measured["value_source_value"], "haemolysed")).as_py() > 5
    assert pc.sum(pc.is_valid(measured["operator_concept_id"])).as_py() > 20
    assert pc.sum(pc.equal(measured["measurement_concept_id"], 3001582)).as_py() > PERSONS
    alt = records(cohort, "measurement", "alt")
    assert 20 < alt["range_high"].null_count < 0.4 * alt.num_rows
    same_day = measured.group_by(["person_id", "measurement_date"]).aggregate([([], "count_all")])
    assert pc.sum(pc.greater(same_day["count_all"], 1)).as_py() > 20


@pytest.mark.parametrize(
    ("concept", "unit", "threshold"),
    [
        ("upcr", 9510, "1"),
        ("upcr", 8723, "1000"),
        ("platelets", 9444, "50"),
        ("creatinine", 8840, "1.2"),
        ("urine_protein_24h", 8807, "1"),
    ],
)
def test_values_stand_on_and_beside_thresholds(
    cohort: Facts, concept: str, unit: int, threshold: str
) -> None:
    measured = records(cohort, "measurement", concept)
    in_unit = measured.filter(pc.equal(measured["unit_concept_id"], unit))
    value = pc.cast(in_unit["value_as_number"], pa.float64()).drop_null().to_numpy()
    step = {"upcr": 0.01, "platelets": 1, "creatinine": 0.01, "urine_protein_24h": 0.01}[concept]
    step = 1 if unit == 8723 else step
    for number in (float(threshold) - step, float(threshold), float(threshold) + step):
        assert np.isclose(value, number, atol=step / 10).sum() > 3


def test_laboratory_values_go_together(cohort: Facts) -> None:
    """Disease activity and organ damage drive them: more protein goes with less complement."""

    def of_person(concept: str, unit: int) -> dict[int, float]:
        rows = records(cohort, "measurement", concept)
        rows = rows.filter(pc.equal(rows["unit_concept_id"], unit))
        rows = rows.filter(pc.is_valid(rows["value_as_number"]))
        value = pc.cast(rows["value_as_number"], pa.float64()).to_pylist()
        return dict(zip(rows["person_id"].to_pylist(), value, strict=True))

    for one, its_unit, concept, unit, sign in (
        ("upcr", 9510, "c3", 8840, -1),
        ("upcr", 9510, "anti_dsdna", 8985, 1),
        ("creatinine", 8840, "egfr", 9117, -1),
        ("alt", 8645, "ast", 8645, 1),
    ):
        this, other = of_person(one, its_unit), of_person(concept, unit)
        both = sorted(this.keys() & other.keys())
        left, right = ([values[p] for p in both] for values in (this, other))
        ranks = [np.argsort(np.argsort(values)) for values in (left, right)]
        assert sign * np.corrcoef(ranks[0], ranks[1])[0, 1] > 0.15


def test_doses_and_conditions_hold_the_planted_mess(cohort: Facts) -> None:
    eras = records(cohort, "dose_era")
    assert eras["dose_value"].null_count > 50
    exposed = records(cohort, "drug_exposure")
    assert set(exposed["route_concept_id"].unique().to_pylist()) == {4171047, 4132161, None}
    conditions = records(cohort, "condition_occurrence")
    assert 0 < conditions["condition_end_date"].null_count < conditions.num_rows
    signed = records(cohort, "attestation")
    assert 0 < signed["signed_by"].null_count < 0.3 * signed.num_rows
    assert set(signed["answer"].unique().to_pylist()) == {True, False}


@pytest.mark.parametrize("study", sorted(ORACLES))
def test_truth_is_given_for_every_criterion_of_the_protocol(study: str) -> None:
    page = protocol_page(study)
    assert set(ORACLES[study]) == {criterion["id"] for criterion in page["criteria"]}


def test_every_criterion_has_every_status_that_it_can_have(truth: pa.Table) -> None:
    counted = truth.group_by(["study", "criterion", "status"]).aggregate([([], "count_all")])
    found: dict[tuple[str, str], set[int]] = {}
    for row in counted.to_pylist():
        found.setdefault((row["study"], row["criterion"]), set()).add(row["status"])
    for key, statuses in found.items():
        wanted = {Status.MET, Status.NOT_MET, Status.UNKNOWN}
        if key in CONDITIONAL:
            wanted.add(Status.NOT_APPLICABLE)
        if key in HELD_BACK:
            wanted = {Status.UNKNOWN}
        assert statuses == wanted, key


def test_every_reason_is_planted(truth: pa.Table) -> None:
    mask = int(np.bitwise_or.reduce(truth["reasons"].to_numpy()))
    never = {
        Reason.NOT_POSITIVE,  # no plausible divisor is zero
        Reason.LOSSY_OPERATOR,  # every such criterion of the packaged studies is confirmed
        Reason.NOT_WRITTEN,  # the packaged studies are written
        Reason.IMPRECISE_DATE,  # the day of each record is known
    }
    assert reasons_of_mask(mask) == set(Reason) - never


def test_reasons_stand_with_unknown_only(truth: pa.Table) -> None:
    status, reasons = truth["status"].to_numpy(), truth["reasons"].to_numpy()
    assert ((status == Status.UNKNOWN) == (reasons != 0)).all()
    single = truth.filter(pc.is_valid(truth["reason"]))
    words = {Reason(r).bit: Reason(r).word for r in Reason}
    pairs = set(zip(single["reasons"].to_pylist(), single["reason"].to_pylist(), strict=True))
    assert pairs <= set(words.items())


@pytest.mark.parametrize(
    ("study", "group", "least"),
    [
        ("NCT06167174", None, 20),
        ("NCT05631717", None, 20),
        ("UMIN000042298", "1-1", 5),
        ("UMIN000042298", "1-2", 5),
        ("UMIN000042298", "2", 5),
        ("UMIN000042298", "3-fatigue", 5),
        ("UMIN000042298", "3-none", 5),
        ("UMIN000042298", "4", 5),
        ("NCT06904729", None, 20),
    ],
)
def test_some_persons_fulfil_all_that_can_be_known(
    truth: pa.Table, study: str, group: str | None, least: int
) -> None:
    fine: set[int] | None = None
    for criterion in protocol_page(study)["criteria"]:
        groups = cast(Sequence[str], criterion.get("cohorts", ()))
        key = (study, str(criterion["id"]))
        if key in HELD_BACK or (groups and group not in groups):
            continue
        wanted = Status.MET if criterion["kind"] == "inclusion" else Status.NOT_MET
        rows = truth.filter(
            pc.and_(
                pc.and_(pc.equal(truth["study"], study), pc.equal(truth["criterion"], key[1])),
                pc.is_in(truth["status"], pa.array([wanted, Status.NOT_APPLICABLE], pa.int8())),
            )
        )
        persons = set(rows["person_id"].to_pylist())
        fine = persons if fine is None else fine & persons
    assert fine is not None
    assert len(fine) >= least
