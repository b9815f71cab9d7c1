"""Studies are data: a further study is simulated, screened and adjudicated without any code."""

from __future__ import annotations

import importlib.resources
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import remit
from remit.errors import DatasetError
from remit.facts.opened import Facts
from remit.facts.soundness import check_dataset
from remit.facts.tables import TABLES
from remit.protocol import Protocol, packaged_protocols, protocol_named, read_protocol_text
from remit.screening import screen_dataset
from remit.simulate import (
    compare_with_truth,
    read_allocation,
    read_responses,
    read_truth,
    simulate_cohort,
    write_cohort,
)
from remit.simulate.oracle import ORACLES
from remit.simulate.oracle.kleene import decided
from remit.simulate.oracle.known_responses import DEFINITIONS

STUDIES = Path(str(importlib.resources.files("remit.protocol"))) / "studies"
FIFTH = "NCT00000005"
PERSONS = 700


def copied(name: str, *changes: tuple[str, str]) -> str:
    """The text of a packaged study under a new id, with some of its words changed."""
    text = (STUDIES / f"{name}.toml").read_text(encoding="utf-8")
    text = re.sub(r'^id = "[A-Z0-9]+"$', f'id = "{FIFTH}"', text, count=1, flags=re.MULTILINE)
    text = re.sub(r'^name = ".*"$', 'name = "fifth"', text, count=1, flags=re.MULTILINE)
    text = re.sub(r"^aliases = .*$", "aliases = []", text, count=1, flags=re.MULTILINE)
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def visit(identifier: str, time: str, *, anchor: str = "baseline") -> str:
    return f"""
[[visits]]
id = "{identifier}"
label = "{identifier}"
anchor = "{anchor}"
{time}
window = "10 days"
sources = [{{ page = "001", first_line = 42, last_line = 44 }}]
"""


OUTCOMES = "# ---- outcomes"
# Other times than the copied study's, one beyond the six months that the others have.
OTHER_VISITS = (
    ("week = 4\n", "week = 5\n"),
    ("week = 16\n", "week = 15\n"),
    ("week = 20\n", "month = 5\n"),
    (OUTCOMES, visit("month_7", "month = 7") + OUTCOMES),
)
# An anchor, an attestation and an arm of which the simulator has never heard.
OTHER_WORDS = (
    ("[anchors]\n", '[anchors]\nfirst_call = "The day of the first call."\n'),
    ("[attestations.consent]", '[attestations.likes_tea]\ntext = "Likes tea."\nasks = "A nurse."\n'
     "\n[attestations.consent]"),
    ('"attested compliance"', '"attested compliance and not attested likes_tea"'),
    ('id = "interleukin_2"', 'id = "placebo"'),
    ('"stem_cells", "interleukin_2"]', '"stem_cells", "placebo"]'),
)  # fmt: skip


def fifth_study(*changes: tuple[str, str], of: str = "nct05631717") -> Protocol:
    return read_protocol_text(copied(of, *changes), source="fifth.toml")


def four() -> tuple[Protocol, ...]:
    return tuple(protocol_named(name) for name in packaged_protocols())


@pytest.fixture(scope="module")
def fifth() -> Protocol:
    return fifth_study(*OTHER_VISITS, *OTHER_WORDS)


@pytest.fixture(scope="module")
def cohort(fifth: Protocol, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    folder = tmp_path_factory.mktemp("five") / "cohort"
    return write_cohort(folder, persons=PERSONS, seed=1, protocols=(*four(), fifth))


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    return write_cohort(tmp_path_factory.mktemp("four") / "cohort", persons=PERSONS, seed=1)


def of_study(dataset: Facts, table: str, study: str) -> pa.Table:
    rows = dataset.rows(table) if table in TABLES else dataset.extra(table)
    return rows.filter(pc.equal(rows["study"], study))


def test_a_further_study_breaks_no_rule(cohort: Facts) -> None:
    assert {found.rule for found in check_dataset(cohort)} == {"unit unknown"}


def test_anchors_and_signatures_are_those_of_the_protocol(cohort: Facts, fifth: Protocol) -> None:
    anchors = of_study(cohort, "study_anchor", FIFTH)
    assert set(anchors["anchor"].to_pylist()) == set(fifth.anchors)
    for name in fifth.anchors:
        dated = pc.sum(pc.equal(anchors["anchor"], name)).as_py()
        assert 0.93 * PERSONS < dated <= PERSONS
    signed = of_study(cohort, "attestation", FIFTH)
    assert set(signed["item"].to_pylist()) == set(fifth.attestations)
    assert signed.filter(pc.equal(signed["item"], "likes_tea"))["answer"].to_pylist().count(True)


def test_a_further_study_has_no_truth_and_changes_none(cohort: Facts, without: Facts) -> None:
    assert of_study(cohort, "truth", FIFTH).num_rows == 0
    assert read_truth(cohort).equals(read_truth(without))
    for study in ORACLES:
        for table in ("study_anchor", "allocation", "responses"):
            assert of_study(cohort, table, study).equals(of_study(without, table, study)), table
        signed = (of_study(dataset, "attestation", study) for dataset in (cohort, without))
        # Ids count on through all studies.
        one, other = (rows.drop_columns("attestation_id") for rows in signed)
        assert one.equals(other)


def test_a_further_study_is_screened(cohort: Facts, fifth: Protocol) -> None:
    screening = screen_dataset(fifth, cohort)
    assert all(len(statuses) == PERSONS for statuses in screening.statuses.values())
    statuses = np.concatenate(list(screening.statuses.values()))
    assert len(set(statuses.tolist())) == 4
    compared = compare_with_truth(screening, read_truth(cohort))
    assert (compared.pairs, compared.wrong, compared.missed, compared.other_reason) == (0, 0, 0, 0)


def test_a_further_study_is_followed(cohort: Facts, fifth: Protocol) -> None:
    rows = read_allocation(cohort)
    own = rows.filter(pc.equal(rows["study"], FIFTH))
    assert 20 < own.num_rows <= fifth.target_enrolment
    assert set(own["arm"].to_pylist()) == {"stem_cells", "placebo"}
    assert len(set(rows["person_id"].to_pylist())) == rows.num_rows


def planted(cohort: Facts, study: str) -> Mapping[str, dict[tuple[int, str], tuple[str, str]]]:
    found: dict[str, dict[tuple[int, str], tuple[str, str]]] = {}
    for row in read_responses(cohort).to_pylist():
        if row["study"] == study:
            pair = row["response"], row["imputed"]
            found.setdefault(row["definition"], {})[row["person_id"], row["visit"]] = pair
    return found


def test_a_further_study_is_adjudicated_as_planted(cohort: Facts, fifth: Protocol) -> None:
    """Responses are planted by definition, whatever the study: also at visits of its own times."""
    known = planted(cohort, FIFTH)
    assert set(known) == set(DEFINITIONS)
    for definition, answers in known.items():
        found = adjudicated(fifth, cohort, definition)
        assert {key: found[key] for key in answers} == answers, definition
        assert {label for _, label in answers} == {v.id for v in fifth.visits} - {"baseline"}
        assert len(set(answers.values())) > 2
        seen = {response for (_, at), (response, _) in answers.items() if at == "month_7"}
        assert seen - {"not assessable"}


def adjudicated(
    study: Protocol, cohort: Facts, definition: str
) -> dict[tuple[int, str], tuple[str, str]]:
    """By person and visit, the observed and the imputed response that the engine finds."""
    result = remit.adjudicate(study, cohort, definition=definition)
    (judged,) = result.adjudications
    visits = result.visits.visits
    words = zip(judged.words(judged.places), judged.words(judged.imputed), strict=True)
    return dict(zip(zip(visits.person.tolist(), visits.label, strict=True), words, strict=True))


def test_a_fifth_packaged_file_needs_no_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(STUDIES, tmp_path / "studies")
    (tmp_path / "studies" / "fifth.toml").write_text(copied("nct06167174"), encoding="utf-8")
    files = importlib.resources.files
    monkeypatch.setattr(
        "importlib.resources.files",
        lambda package: tmp_path if package == "remit.protocol" else files(package),
    )
    assert "fifth" in packaged_protocols()
    dataset = remit.simulate_facts(tmp_path / "cohort", persons=120, seed=3)
    assert len(remit.screen("fifth", dataset).person_ids) == 120
    assert len(remit.adjudicate("fifth", dataset, definition="kdigo_2024").adjudications) == 1


def test_a_study_without_visits_follows_nobody() -> None:
    study = fifth_study(of="nct06167174").model_copy(update={"visits": (), "outcomes": ()})
    (cohort,) = simulate_cohort(persons=200, seed=1, protocols=(*four(), study))
    assert FIFTH in cohort.anchors
    assert {one.study for one in cohort.followed} == set(ORACLES)


def test_a_study_may_stand_alone(tmp_path: Path) -> None:
    study = fifth_study()
    dataset = write_cohort(tmp_path / "cohort", persons=200, seed=1, protocols=[study])
    assert set(dataset.rows("study_anchor")["study"].to_pylist()) == {FIFTH}
    assert read_truth(dataset).num_rows == 0
    assert set(read_allocation(dataset)["study"].to_pylist()) == {FIFTH}
    assert [found for found in check_dataset(dataset) if found.severity == "error"] == []


def test_no_study_at_all_is_a_cohort_too(tmp_path: Path) -> None:
    dataset = write_cohort(tmp_path / "cohort", persons=50, seed=1, protocols=[])
    assert dataset.rows("person").num_rows == 50
    assert dataset.rows("study_anchor").num_rows == 0
    assert read_allocation(dataset).num_rows == 0


def test_many_visits_and_signatures_keep_their_ids_apart(tmp_path: Path) -> None:
    """More visits than a block of ids has places, more items than a person's ids had."""
    visits = "".join(visit(f"extra_{week}", f"week = {week}") for week in range(25, 50))
    items = "".join(
        f'[attestations.item_{number}]\ntext = "Item."\nasks = "A nurse."\n\n'
        for number in range(300)
    )
    asked = " and ".join(f"attested item_{number}" for number in range(300))
    study = fifth_study(
        (OUTCOMES, visits + OUTCOMES),
        ("[attestations.consent]", items + "[attestations.consent]"),
        ('"attested compliance"', f'"attested compliance and {asked}"'),
    )
    dataset = write_cohort(tmp_path / "cohort", persons=150, seed=1, protocols=(*four(), study))
    assert [found for found in check_dataset(dataset) if found.severity == "error"] == []
    for table in ("measurement", "attestation"):
        ids = dataset.rows(table).column(0).to_numpy()
        assert len(np.unique(ids)) == len(ids), table


def test_visits_may_start_from_another_anchor(tmp_path: Path) -> None:
    """Such a study is followed from that day; one that mixes anchors has no planted response."""
    from_allocation = fifth_study(('anchor = "baseline"', 'anchor = "allocation"'))
    mixed = fifth_study((OUTCOMES, visit("late", "week = 22", anchor="allocation") + OUTCOMES))
    mixed = mixed.model_copy(update={"id": "NCT00000006", "name": "sixth"})
    protocols = (*four(), from_allocation, mixed)
    dataset = write_cohort(tmp_path / "cohort", persons=700, seed=1, protocols=protocols)
    for study in (from_allocation, mixed):
        words = adjudicated(study, dataset, "kdigo_2024")
        assert {"CR", "NR"} <= {word for word, _ in words.values()}
        known = planted(dataset, study.id).get("kdigo_2024", {})
        assert bool(known) == (study is from_allocation)
        assert {key: words[key] for key in known} == known


def test_an_oracle_may_know_some_criteria_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {FIFTH: {"I0": lambda cohort: decided(cohort.female)}}
    monkeypatch.setattr("remit.simulate.oracle.ORACLES", answers)
    study = fifth_study()
    dataset = write_cohort(
        tmp_path / "cohort", persons=200, seed=1, protocols=(protocol_named("NCT05631717"), study)
    )
    truth = read_truth(dataset)
    assert set(truth["study"].to_pylist()) == {FIFTH}
    assert set(truth["criterion"].to_pylist()) == {"I0"}
    compared = compare_with_truth(screen_dataset(study, dataset), truth)
    assert compared.pairs == 200
    assert compared.wrong + compared.missed > 0, "sex is not the truth of I0"
    assert {row["study"] for row in read_allocation(dataset).to_pylist()} == {
        study.id,
        "NCT05631717",
    }


def test_two_studies_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="one id"):
        write_cohort(
            tmp_path / "cohort", persons=5, seed=1, protocols=(fifth_study(), fifth_study())
        )
    assert list(tmp_path.iterdir()) == []
