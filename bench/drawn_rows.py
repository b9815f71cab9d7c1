"""Rows of tests that draw what they ask for: the suite draws less of it than is asked for here."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from processes import run_process
from table import Table, Target

_VISITS, _MUTANTS = 200_000, 10_000
_OF_VISITS = (
    "tests/instruments/test_drawn_visits.py",
    "tests/endpoints/test_second_implementation.py",
)
_OF_MUTANTS = (
    "tests/facts/intake/omop/test_omop_mutants.py",
    "tests/facts/intake/sdtm/test_sdtm_mutants.py",
    "tests/facts/intake/sources/test_hostile_sheets.py",
    "tests/facts/vocabulary/test_vocabulary_mutants.py",
)


def drawn_row(table: Table) -> None:
    """Scores and responses of many drawn visits equal those of second implementations."""
    _row(table, f"second implementations, {_VISITS:,} visits", "REMIT_VISITS", _VISITS, _OF_VISITS)


def mutants_row(table: Table) -> None:
    """Many damaged files of each format are read whole or refused in words; it takes hours."""
    _row(table, f"{_MUTANTS:,} damaged files a format", "REMIT_MUTANTS", _MUTANTS, _OF_MUTANTS)


def oracles_row(table: Table) -> None:
    """R, where it is, makes all stored values again, those that it works at for long too."""
    words = ("tests/analysis/test_methods.py", "-k", "test_the_stored_values_are_those_of_r")
    _row(table, "stored values, made again by R", "REMIT_WHOLE_ORACLES", 1, words)


def _row(table: Table, what: str, name: str, count: int, files: Sequence[str]) -> None:
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files]
    output, cost = run_process(["env", f"{name}={count}", *words], codes=(0, 1))
    said = output.rstrip().rpartition("\n")[2]
    table.row(what, cost, Target(also=(("all hold", "failed" not in said),)), note=said)
