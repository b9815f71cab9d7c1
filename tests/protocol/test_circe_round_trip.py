"""Studies as Circe JSON and back: the verdicts are those of the study, but for what was lost.

A criterion of which the export lists no loss of its own decides every person as before. What the
way in does not read (measurements) is refused by name, never dropped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import remit
from remit.errors import ProtocolError
from remit.facts.codes import NO_VOCABULARY
from remit.facts.opened import Facts, facts_in_memory, open_facts
from remit.facts.tables import TABLES
from remit.protocol import packaged_protocols, protocol_named, read_protocol
from remit.protocol.bound import bind_protocol
from remit.protocol.interchange.circe_cohort import read_circe_text
from remit.protocol.interchange.circe_export import circe_definition
from remit.simulate import write_cohort
from remit.truth import Status
from remit.views.imported_study import imported_study

VISIT = 9202
_DECIDED = (Status.MET, Status.NOT_MET)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    folder = tmp_path_factory.mktemp("round") / "cohort"
    write_cohort(folder, persons=400, seed=3)
    return open_facts(folder)


def _with_screenings_as_visits(cohort: Facts, study: str) -> Facts:
    """The same facts, where the only visit of each person is the screening."""
    tables = {name: cohort.rows(name, TABLES[name].schema.names) for name in cohort.manifest.tables}
    anchors = cohort.rows("study_anchor", TABLES["study_anchor"].schema.names, study=study)
    days = [row for row in anchors.to_pylist() if row["anchor"] == "screening"]
    schema = TABLES["visit_occurrence"].schema
    rows = [
        {
            **{name: 0 if name.endswith("_concept_id") else None for name in schema.names},
            "visit_occurrence_id": number,
            "person_id": row["person_id"],
            "visit_concept_id": VISIT,
            "visit_start_date": row["anchor_date"],
            "visit_end_date": row["anchor_date"],
        }
        for number, row in enumerate(days, start=1)
    ]
    tables["visit_occurrence"] = pa.Table.from_pylist(rows, schema=schema)
    return facts_in_memory(
        tables,
        data_cut=cohort.data_cut,
        complete=cohort.complete,
        mapped=cohort.manifest.mapped,
    )


def _entered_by_visits(page: dict[str, object]) -> None:
    """Any visit is the entry of the export; the way in wants to know which."""
    sets = page["ConceptSets"]
    primary = page["PrimaryCriteria"]
    assert isinstance(sets, list)
    assert isinstance(primary, dict)
    concept = {"CONCEPT_ID": VISIT, "CONCEPT_NAME": "Outpatient Visit"}
    item = {"concept": concept, "isExcluded": False, "includeDescendants": True}
    sets.append({"id": len(sets), "name": "Visits", "expression": {"items": [item]}})
    primary["CriteriaList"] = [{"VisitOccurrence": {"CodesetId": len(sets) - 1}}]


def _readable(page: Mapping[str, object]) -> list[dict[str, object]]:
    """The rules that the way in reads; each of the others it refuses by its records."""
    kept = []
    rules = page["InclusionRules"]
    assert isinstance(rules, list)
    for rule in rules:
        text = json.dumps({**page, "InclusionRules": [rule]})
        if "Measurement" in json.dumps(rule["expression"]):
            with pytest.raises(ProtocolError, match="Measurement"):
                read_circe_text(text, source="c.json")
        else:
            kept.append(rule)
    return kept


@pytest.mark.parametrize("name", packaged_protocols())
def test_a_criterion_of_which_nothing_is_lost_decides_all_as_before(
    name: str, cohort: Facts, tmp_path: Path
) -> None:
    study = protocol_named(name)
    found = circe_definition(bind_protocol(study, NO_VOCABULARY), ())
    page = json.loads(found.text)
    _entered_by_visits(page)
    rules = page["InclusionRules"] = _readable(page)
    facts = _with_screenings_as_visits(cohort, study.id)
    files = tmp_path / "c.toml", tmp_path / "k.toml"
    written = imported_study(
        read_circe_text(json.dumps(page), source="c.json"), *files, source="c.json"
    )
    files[0].write_text(written.protocol, encoding="utf-8")
    files[1].write_text(written.concepts, encoding="utf-8")
    back = remit.screen(read_protocol(files[0]), facts)
    there = remit.screen(study, facts)
    kinds = {one.id: one.kind for one in study.criteria}
    lost = {loss.criterion for loss in found.losses}
    inside = there.facts.rows("study_anchor", ("person_id",), study=study.id)
    entered = np.isin(there.person_ids, back.person_ids) & np.isin(
        there.person_ids, inside["person_id"].to_numpy()
    )
    assert entered.sum() > 100
    compared = 0
    for number, rule in enumerate(rules, start=1):
        criterion = str(rule["name"]).split(":")[0]
        before, after = there.statuses[criterion], back.statuses[f"I{number}"]
        decided = np.isin(before, _DECIDED) & np.isin(after, _DECIDED) & entered
        # A rule holds where an exclusion does not apply.
        holds = (before == Status.MET) == (kinds[criterion] == "inclusion")
        differing = int((holds != (after == Status.MET))[decided].sum())
        compared += int(decided.sum())
        if criterion not in lost:
            assert differing == 0, (criterion, differing)
    assert not rules or compared > 0
