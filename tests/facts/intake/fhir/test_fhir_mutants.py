"""Damaged exports of FHIR are written with every row accounted for, or refused: never half."""

from __future__ import annotations

from pathlib import Path

import pytest

from facts.intake.fhir.fhir_mutants import outcome


@pytest.mark.parametrize("block", range(8))
def test_a_damaged_export_is_read_or_refused(tmp_path: Path, block: int) -> None:
    for number in range(block * 40, block * 40 + 40):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert outcome(number, folder) in {"written", "DatasetError"}
