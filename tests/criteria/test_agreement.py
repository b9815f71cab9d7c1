"""The two evaluators agree on generated expressions and data."""

from __future__ import annotations

import sys

import pytest

from criteria.agreement import compare_generated
from remit.truth import Reason, Status

# Those that no leaf gives: the state of a criterion does, before anything runs.
OF_THE_STATE = {
    Reason.INCOMPLETE,
    Reason.LOSSY_OPERATOR,
    Reason.NOT_IN_DATA,
    Reason.NOT_WRITTEN,
}


def test_evaluators_agree_on_generated_expressions(capsys: pytest.CaptureFixture[str]) -> None:
    found = compare_generated(rounds=60, persons=55, seed_number=7)
    with capsys.disabled():
        sys.stdout.write(f"\n{found.describe()}\n")
    assert not found.differences, "\n".join(found.differences[:10])
    assert found.pairs >= 100_000
    assert {status for status in Status if found.statuses[status] < 50} == set()
    assert {reason for reason in Reason if found.reasons[reason] < 50} == OF_THE_STATE
