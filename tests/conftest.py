"""Fixtures shared by all tests."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, sync_playwright

import one_thread  # noqa: F401  (before numpy is imported)
import remit
from remit.cli import printer
from remit.facts.opened import Facts

ROOT = Path(__file__).resolve().parents[1]
# Where Python may write no bytecode beside the sources, each command that a test starts would
# compile Remit anew, and each run all tests: there it is kept apart.
if sys.dont_write_bytecode:
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(ROOT / ".pytest_cache" / "bytecode")
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
SMALL, LARGE = 400, 2000
# Objects after which Python looks for rings of unused ones. Its own 700 makes it walk thirteen
# thousand tests and all modules again and again, a tenth of the time.
RINGS_AFTER = (100_000, 50, 100)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


# What takes eight seconds of processor time or more, the longest first. Two processes share the
# files; one of these that began last would run on alone.
LONG_FILES = (
    "docs/test_documented.py",
    "criteria/test_agreement.py",
    "facts/live/test_open_days.py",
    "screening/test_clusters.py",
    "facts/live/test_made_rows.py",
    "cli/test_commands.py",
    "facts/live/test_live_codes.py",
    "cli/test_terminal_border.py",
    "cli/test_import_sdtm.py",
    "facts/live/test_live_strengths.py",
    "registry/test_text_time.py",
    "facts/live/test_live_facts.py",
    "facts/live/test_odbc.py",
    "facts/intake/omop/test_omop_mutants.py",
    "screening/test_known_truth.py",
    "cli/test_manners.py",
    "disclosure/test_auditor.py",
    "endpoints/test_visit_traces.py",
    "analysis/test_methods.py",
    "registry/test_page_time.py",
    "facts/live/test_local_files.py",
    "facts/test_contradictions.py",
    "facts/intake/sources/test_hostile_sheets.py",
    "registry/test_sides.py",
    "criteria/test_properties.py",
    "simulate/test_cohort.py",
    "facts/intake/fhir/test_fhir_mutants.py",
    "simulate/test_studies.py",
    "registry/test_umin_form.py",
    "endpoints/test_second_implementation.py",
    "cli/test_scores_and_responses.py",
    "facts/intake/sources/test_sheet_files.py",
    "endpoints/test_definition_rules.py",
    "instruments/test_pieces.py",
)


def pytest_configure(config: pytest.Config) -> None:
    """Files are handed out as they are collected, not those of most tests first."""
    gc.set_threshold(*RINGS_AFTER)
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Among several processes the long files come first. What is collected stays to the end."""
    gc.freeze()
    if "PYTEST_XDIST_WORKER" in os.environ:
        ranks = {ROOT / "tests" / file: rank for rank, file in enumerate(LONG_FILES)}
        items.sort(key=lambda item: ranks.get(item.path, len(ranks)))


@pytest.fixture(autouse=True, scope="session")
def _no_lines_of_slow_work() -> None:
    """On a busy machine, a line that says how long work has lasted is no part of what it prints."""
    printer.SILENT = 3600.0


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        reason = "chromium is not installed"
        if os.environ.get("REMIT_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """The system's Chromium, started once a process: a second would find the first one's loop."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the real registry pages and data, beside the checkout."""
    folder = ROOT.parent / "shared"
    if not (folder / "pages").is_dir():
        reason = "the real pages and data are not beside the checkout"
        if os.environ.get("REMIT_REQUIRE_SHARED") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def cohort_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[int, int], Facts]]:
    """The synthetic cohort of a number of persons and a seed, written once for all processes.

    It is only read: whoever alters a dataset copies the folder first. At the end each is opened
    again, which finds any byte that was changed.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    opened: dict[tuple[int, int], Facts] = {}

    def cohort(persons: int, seed: int) -> Facts:
        if (persons, seed) not in opened:
            place = folder / f"cohort-{persons}-{seed}"
            with FileLock(f"{place}.lock"):
                if not place.exists():
                    remit.simulate_facts(place, persons=persons, seed=seed)
            opened[persons, seed] = remit.open_facts(place)
        return opened[persons, seed]

    yield cohort
    for facts in opened.values():
        with facts, remit.open_facts(facts.folder):
            pass


@pytest.fixture(scope="session")
def small_cohort(cohort_of: Callable[[int, int], Facts]) -> Facts:
    """The synthetic cohort of 400 persons."""
    return cohort_of(SMALL, 1)


@pytest.fixture(scope="session")
def large_cohort(cohort_of: Callable[[int, int], Facts]) -> Facts:
    """The synthetic cohort of 2,000 persons."""
    return cohort_of(LARGE, 1)


@pytest.fixture(scope="session", params=[1, 20261122])
def each_cohort(request: pytest.FixtureRequest, cohort_of: Callable[[int, int], Facts]) -> Facts:
    """Two synthetic cohorts of 2,000 persons, so that no answer rests on one seed."""
    return cohort_of(LARGE, request.param)
