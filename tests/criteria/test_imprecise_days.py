"""Answers over days that are not exactly known hold against every choice of days."""

from __future__ import annotations

import sys

import pytest

from criteria.imprecise_oracle import check_generated


def test_no_answer_differs_from_that_of_any_choice_of_days(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = check_generated(rounds=150, persons=20, seed_number=3)
    with capsys.disabled():
        sys.stdout.write(f"\n{found.describe()}\n")
    assert not found.wrong, "\n".join(found.wrong[:10])
    assert sum(found.cases.values()) >= 2_000
    assert min(found.differing.values()) > 0
    assert min(found.decided.values()) > 0
