"""The adverse events of the pilot, imported from SDTM, are those of its published tables."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner

from remit.analysis.rows.incidence_rows import PersonEvents
from remit.analysis.rows.trial_analysis import analyse_trial
from remit.cli import main
from remit.facts.adverse_events import YES, AdverseEvents, read_adverse_events
from remit.facts.opened import Facts, facts_in_memory, open_facts
from remit.facts.soundness import check_dataset
from remit.facts.tables import TABLES
from remit.protocol import protocol_named
from remit.protocol.analysis_sections import EventsVariable

from .pilot_data import ARMS, PILOT, adam, answers
from .published_cells import Comparison, held_against, published
from .test_safety import incidence_of, incidence_sheet

pytestmark = pytest.mark.shared
SAID = "person_source_value"


@pytest.fixture(scope="module")
def imported(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    folder = tmp_path_factory.mktemp("pilot")
    for name in ("dm", "ae", "suppae", "suppdm"):
        shutil.copy(shared / PILOT / "sdtm" / f"{name}.xpt", folder)
    out = tmp_path_factory.mktemp("facts") / "pilot"
    arguments = ["facts", "import", "sdtm", str(folder), "--out", str(out)]
    result = CliRunner().invoke(main, [*arguments, "--expect", "AE=1191"])
    assert result.exit_code == 0, result.output
    with open_facts(out) as facts:
        yield facts


@pytest.fixture(scope="module")
def events(imported: Facts) -> AdverseEvents:
    found = read_adverse_events(imported)
    assert found is not None
    return found


def test_each_row_of_ae_is_an_event(imported: Facts, events: AdverseEvents, shared: Path) -> None:
    rows = adam(shared, "adae")
    assert len(events) == len(rows) == 1191
    # The pilot itself marks its three fatal events as not serious.
    mild = sum(row["AEOUT"] == "FATAL" and row["AESER"] == "N" for row in rows)
    (told,) = [one for one in check_dataset(imported) if one.table == "adverse_event"]
    assert (told.rule, told.severity, told.rows) == ("fatal and not serious", "warning", mild)
    assert Counter(events.severity.tolist()) == Counter(row["AESEV"] for row in rows)
    assert Counter(events.causality.tolist()) == Counter(row["AEREL"] for row in rows)
    assert Counter(events.outcome.tolist()) == Counter(row["AEOUT"] for row in rows)
    assert Counter(events.term.tolist()) == Counter(row["AEDECOD"] for row in rows)
    # AESDTH, AESER and SUPPAE; the actions taken are empty in the pilot.
    assert np.count_nonzero(events.fatal == YES) == sum(row["AESDTH"] == "Y" for row in rows) == 3
    assert np.count_nonzero(events.serious == YES) == 3
    emergent = np.count_nonzero(events.treatment_emergent == YES)
    assert emergent == sum(row["TRTEMFL"] == "Y" for row in rows)
    assert (events.withdrawn == -1).all()
    # PROBABLE and POSSIBLE are related; REMOTE is for the study to say.
    related = Counter(events.related.tolist())
    assert related == {1: 361 + 343, 0: 322, -1: 161 + 4}


@pytest.mark.parametrize(("name", "cells"), [("14-5.01", 1592), ("14-5.02", 26)])
def test_they_make_the_published_tables(
    imported: Facts, events: AdverseEvents, shared: Path, name: str, cells: int
) -> None:
    """Every printed number of persons and events, percentage and p, of Tables 14-5.01 and 5.02."""
    everyone = answers(adam(shared, "adsl"), "TRTDUR", analysis="events", unit="d")
    places = dict(zip(everyone.name, everyone.person.tolist(), strict=True))
    called = dict(
        zip(
            *(imported.rows("person_name")[c].to_pylist() for c in ("person_id", SAID)), strict=True
        )
    )
    kept = events.treatment_emergent == YES
    if name == "14-5.02":
        kept &= events.serious == YES
    at = np.flatnonzero(kept)
    told = PersonEvents(
        np.array([places[called[person]] for person in events.person[at].tolist()], np.int64),
        tuple(zip(events.body_system[at].tolist(), events.reported[at].tolist(), strict=True)),
    )
    printed = published(shared, name, {1: "n(%)", 2: "[AEs]"})
    sheet = incidence_sheet(incidence_of(everyone, told))
    assert held_against(sheet, printed, labels=1) == Comparison(cells, ())


def test_a_plan_counts_what_is_published_of_each_body_system(
    imported: Facts, events: AdverseEvents, shared: Path
) -> None:
    """Table 14-5.01 by body system, through a plan: persons and events of each arm."""
    called = dict(
        zip(
            *(imported.rows("person_name")[c].to_pylist() for c in (SAID, "person_id")), strict=True
        )
    )
    labels = dict(zip(("placebo", "low", "high"), ARMS, strict=True))
    groups = {label: arm for arm, label in labels.items()}
    arms = {called[row["USUBJID"]]: groups[str(row["TRT01P"])] for row in adam(shared, "adsl")}
    own = protocol_named("nct05631717")
    # The source says which are treatment-emergent, so that the window lets all of them in.
    first = [(person, own.id, "baseline", date(2000, 1, 1)) for person in arms]
    names = ("person_id", "study", "anchor", "anchor_date")
    anchors = pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in first])
    kept = {n: imported.rows(n) for n in ("person", "person_name", "adverse_event")}
    facts = facts_in_memory(
        {**kept, "study_anchor": anchors.cast(TABLES["study_anchor"].schema)},
        data_cut=imported.data_cut,
    )
    base = next(one for one in own.analyses if one.id == "adverse_events")
    analysis = base.model_copy(
        update={"compare": None, "adverse_events": EventsVariable(emergent=True)}
    )
    study = own.model_copy(
        update={
            "analyses": (analysis,),
            "arms": tuple(own.arms[0].model_copy(update={"id": arm}) for arm in labels),
        }
    )
    rows = analyse_trial(study, facts, arms=arms).rows
    found = {
        (row.part[0].upper() if row.part else "ANY BODY SYSTEM", row.arm, row.statistic): row.value
        for row in rows
        if len(row.part) < 2 and row.arm and row.statistic in {"count", "events"}
    }
    printed = published(shared, "14-5.01", {1: "n(%)", 2: "[AEs]"})
    systems = {name for name, _, _ in found}
    compared = 0
    for cells in printed:
        if cells[0].strip() not in systems:
            continue
        numbers = [int(re.sub(r"\D.*", "", cell.strip("[ ")) or 0) for cell in cells[1:7]]
        for place, arm in enumerate(labels):
            name = cells[0].strip()
            counted = (found[name, arm, "count"], found[name, arm, "events"])
            assert counted == (numbers[2 * place], numbers[2 * place + 1]), (name, arm)
            compared += 1
    assert compared == 3 * len(systems) == 72
