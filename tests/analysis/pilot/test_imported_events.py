"""The adverse events of the pilot, imported from SDTM, are those of its published tables."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from remit.analysis.rows.incidence_rows import PersonEvents
from remit.cli import main
from remit.facts.adverse_events import YES, AdverseEvents, read_adverse_events
from remit.facts.opened import Facts, open_facts
from remit.facts.soundness import check_dataset

from .pilot_data import PILOT, adam, answers
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
