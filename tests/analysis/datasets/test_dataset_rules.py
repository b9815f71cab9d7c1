"""What analysis datasets do with what is rare: other strategies, long texts, adverse events."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner

from remit.analysis.datasets.adverse_event_records import adverse_event_records
from remit.analysis.datasets.dataset_columns import LONGEST_TEXT, AnalysisDataset, DatasetColumn
from remit.analysis.datasets.long_texts import text_parts, with_parts
from remit.analysis.datasets.short_codes import short_codes
from remit.analysis.datasets.subject_level import trial_subjects
from remit.analysis.datasets.trial_datasets import trial_datasets
from remit.analysis.rows.trial_analysis import TrialAnalysis, analyse_trial
from remit.cli import main
from remit.errors import DatasetError
from remit.facts.opened import Facts
from remit.facts.person_names import PersonNames
from remit.protocol import packaged_protocols, protocol_named
from remit.protocol.analysis_sections import Analysis
from remit.testing import small_facts
from remit.views.transport_files import transport_bytes

STUDY = "nct05631717"
MADE = datetime(2026, 11, 28, 12, 0, 5)  # noqa: DTZ001 - the files say no zone


@pytest.fixture(scope="module")
def found(large_cohort: Facts) -> TrialAnalysis:
    """The doses alone: with a strategy by which an answer may be that of an earlier visit."""
    protocol = protocol_named(STUDY)
    base = next(one for one in protocol.analyses if one.id == "glucocorticoid_dose_change")
    given = {
        "event": "low_dose",
        "text": "x",
        "strategy": "while_on_treatment",
        "expression": "dose of glucocorticoid at visit <= 10 mg/d",
    }
    own = {"methods": ("mean_interval",), "adjusted_for": (), "intercurrent": [given]}
    wanted = {**base.model_dump(), **own}
    told = Analysis.model_validate(wanted)
    return analyse_trial(protocol.model_copy(update={"analyses": (told,)}), large_cohort)


def test_an_answer_of_an_earlier_visit_is_a_derived_record(found: TrialAnalysis) -> None:
    """While on treatment: the record of the visit stays as it was, and a derived one counts."""
    rows = trial_datasets(found).named("ADDOSE").rows.to_pylist()
    used = {(row["SUBJID"], row["AVISITN"]): row for row in rows if row["ANL01FL"] == "Y"}
    own = {(row["SUBJID"], row["AVISITN"]): row for row in rows if row["DTYPE"] is None}
    weeks = {"week_4": 4, "week_8": 8, "week_16": 16, "week_20": 20, "week_24": 24}
    moved = 0
    for answers in found.answers:
        known = answers.used
        for person, value, how in zip(known.name, known.value, known.how, strict=True):
            row = used.pop((person, weeks[answers.visit]))
            assert row["CHG"] == value
            assert row["AVAL"] == pytest.approx(row["BASE"] + value)
            if row["DTYPE"] is None:
                continue
            assert (row["DTYPE"], row["AREASN"]) == ("LOCF", how)
            assert own[person, weeks[answers.visit]]["CHG"] != value
            moved += 1
    assert moved
    assert not used


def test_a_text_that_is_too_long_goes_on_in_further_columns() -> None:
    texts = ["x" * 199 + " " + "y" * 250, None, "ä" * 101, "short"]
    column = DatasetColumn("AETERM", "Reported Term for the Adverse Event", "text", "Derived", "x")
    rows = pa.table({"AETERM": texts})
    given = AnalysisDataset("ADXX", "A Dataset", "ADAM OTHER", "One", (), (column,), rows)
    found = with_parts(given)
    assert [one.name for one in found.columns] == ["AETERM", "AETERM1", "AETERM2"]
    assert found.columns[1].label == "Reported Term for the Adverse Event (2)"
    back = ["".join(part or "" for part in row.values()) for row in found.rows.to_pylist()]
    assert back == [text or "" for text in texts]
    for cell in (cell for row in found.rows.to_pylist() for cell in row.values() if cell):
        assert len(cell.encode()) <= LONGEST_TEXT
    list(transport_bytes(found, made=MADE))


def test_parts_of_a_text_end_with_no_blank_that_would_be_lost() -> None:
    for text in ("a   b   c   d", "äöü äöü", "x" * 30, "  x"):
        for longest in range(4, 9):
            parts = text_parts(text, longest=longest)
            assert "".join(parts) == text
            assert all(len(part.encode()) <= longest for part in parts)
            assert all(part == part.rstrip() for part in parts[:-1])


def named(found: TrialAnalysis, names: dict[int, str]) -> TrialAnalysis:
    return replace(found, trial=replace(found.trial, names=PersonNames(names)))


def test_an_id_that_no_transport_file_takes_is_refused(found: TrialAnalysis) -> None:
    person = int(found.trial.persons[0])
    with pytest.raises(DatasetError, match="too long for the column") as told:
        trial_datasets(named(found, {person: "x" * 201}))
    assert "xxx" not in str(told.value)
    longest = "x" * (LONGEST_TEXT - len("NCT05631717."))
    rows = trial_datasets(named(found, {person: longest})).named("ADSL").rows
    assert rows["SUBJID"][0].as_py() == longest


def test_ids_that_blanks_alone_tell_apart_are_refused(found: TrialAnalysis) -> None:
    first, second = found.trial.persons[:2].tolist()
    with pytest.raises(DatasetError, match="blanks at their end"):
        trial_datasets(named(found, {first: "LN-1", second: "LN-1 "}))


def test_codes_have_eight_letters_and_each_stands_once() -> None:
    names = [f"{a}_{b}_{n}" for a in ("complete", "2nd", "é") for b in "xyz" for n in range(40)]
    codes = short_codes(names)
    assert len(set(codes.values())) == len(names)
    for code in codes.values():
        assert len(code) <= 8
        assert code.isascii()
        assert code[0].isalpha()


def test_deaths_and_their_days(found: TrialAnalysis) -> None:
    """Who died has a flag and her day."""
    person = int(found.trial.persons[3])
    followed = replace(found.trial.study.followed, deaths={person: date(2025, 1, 31)})
    trial = replace(found.trial, study=replace(found.trial.study, followed=followed))
    rows = trial_subjects(replace(found, trial=trial)).dataset.rows.to_pylist()
    assert (rows[3]["DTHFL"], rows[3]["DTHDT"]) == ("Y", date(2025, 1, 31))
    assert all(row["DTHFL"] is None and row["DTHDT"] is None for row in rows[:3])


def test_adverse_events_are_those_of_the_facts(found: TrialAnalysis) -> None:
    subjects = trial_subjects(found)
    trial, person = found.trial, 1
    planted = trial.study.followed.facts.rows("adverse_event", persons=trial.persons.tolist())
    every = adverse_event_records(subjects)
    assert every is not None
    keys = {str(key) for key in planted["adverse_event_id"].to_pylist()}
    assert set(every.rows["SRCREF"].to_pylist()) == keys
    assert every.rows.num_rows == len(keys) > 10
    facts = small_facts(
        [
            {
                "adverse_event": "Herpes zoster",
                "start": "2024-03-05",
                "end": "2024-03-20",
                "body_system": "Infections and infestations",
                "reported_term": "shingles",
                "severity": "MODERATE",
                "serious": False,
                "related": True,
                "action": "DRUG INTERRUPTED",
                "outcome": "RECOVERED/RESOLVED",
                "treatment_emergent": True,
            },
            {"adverse_event": None, "reported_term": "rash", "start": "2024-02-01"},
        ],
        data_cut=date(2024, 12, 31),
    )
    visits = trial.study.visits.visits
    first = int(trial.places_at("baseline")[0])
    day = visits.day.copy()
    day[first] = np.datetime64("2024-03-01")
    persons = trial.persons.copy()
    seen_of = np.where(visits.person == persons[0], person, visits.person)
    persons[0] = person
    silent = small_facts([{"sex": "female"}], data_cut=date(2024, 12, 31))
    unasked = replace(trial.study, followed=replace(trial.study.followed, facts=silent))
    assert adverse_event_records(replace(subjects, trial=replace(trial, study=unasked))) is None
    followed = replace(
        trial.study.followed,
        facts=facts,
        visits=replace(trial.study.visits, visits=replace(visits, day=day, person=seen_of)),
    )
    moved = replace(trial, persons=persons, study=replace(trial.study, followed=followed))
    dataset = adverse_event_records(replace(subjects, trial=moved))
    assert dataset is not None
    rash, zoster = dataset.rows.to_pylist()
    assert (zoster["AEDECOD"], zoster["AETERM"]) == ("Herpes zoster", "shingles")
    assert (zoster["ASTDT"], zoster["ASTDY"]) == (date(2024, 3, 5), 5)
    assert (zoster["AENDT"], zoster["AENDY"]) == (date(2024, 3, 20), 20)
    assert (zoster["AESER"], zoster["AREL"], zoster["TRTEMFL"]) == ("N", "Y", "Y")
    assert (zoster["AESEV"], zoster["AETOXGRN"]) == ("MODERATE", None)
    assert zoster["TRTP"] == subjects.dataset.rows["TRT01P"][0].as_py()
    # 29 days before the first of March, in a leap year; there is no day 0.
    assert rash["ASTDY"] == -(date(2024, 3, 1) - date(2024, 2, 1)) / timedelta(days=1)
    assert (rash["AESER"], rash["AREL"], rash["TRTEMFL"]) == (None, None, None)
    assert [row["ASEQ"] for row in (rash, zoster)] == [1, 2]


@pytest.mark.parametrize("name", sorted(packaged_protocols()))
def test_every_packaged_study_has_codes_and_labels_that_fit(name: str) -> None:
    protocol = protocol_named(name)
    assert all(len(one.title.encode()) < LONGEST_TEXT - 60 for one in protocol.analyses)


def test_datasets_without_a_folder_are_wrong_use(tmp_path: Path) -> None:
    arguments = ["analyze", STUDY, "--facts", str(tmp_path), "--adam"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "--out FOLDER" in result.output
