"""One trial of the synthetic cohort, analysed and printed once for all tests and processes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from filelock import FileLock

from remit.analysis.rows.trial_analysis import TrialAnalysis, analyse_trial
from remit.facts.opened import Facts
from remit.protocol import protocol_named
from remit.report.analysis_page import write_analysis


@pytest.fixture(scope="session")
def analysed(large_cohort: Facts) -> TrialAnalysis:
    """The planned analyses of NCT05631717 over the cohort of 2,000."""
    return analyse_trial(protocol_named("nct05631717"), large_cohort)


@pytest.fixture(scope="session")
def printed(analysed: TrialAnalysis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its results, printed. They are only read: whoever alters one copies the folder first."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with FileLock(folder / "printed-trial.lock"):
        if not (folder / "printed-trial").exists():
            write_analysis(analysed, folder / "printed-trial")
    return folder / "printed-trial"
