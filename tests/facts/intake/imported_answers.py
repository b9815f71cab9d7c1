"""What a criterion answers over what a reader found, once it is written as a dataset."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from itertools import count
from pathlib import Path

from remit.facts.intake.dataset.handed_over import IntakeChoices, SourceTables
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.testing import study_text, verdicts
from remit.testing.cases import STUDY

SCREENED = date(2024, 3, 31)
CUT = date(2024, 6, 30)
_NUMBERS = count()


def answer(
    folder: Path,
    found: SourceTables,
    expression: str,
    *,
    complete: Collection[str] = (),
    mapped: Collection[str] = (),
    coverage: Path | None = None,
    person: int = 1,
) -> str:
    """The answer for a person who is screened on 31 March 2024; the data end on 30 June."""
    text = study_text({"asked": expression})
    read = {name for name in (*found.reads, *found.tables) if name != "person"}
    choices = IntakeChoices(
        source="test",
        data_cut=CUT,
        complete=read.intersection(complete),
        mapped=read.intersection(mapped),
        coverage=coverage,
        rule=SCREENED,
        anchors={STUDY: "screening"},
    )
    facts, report = write_intake(folder / f"dataset-{next(_NUMBERS)}", found, choices)
    with facts:
        assert [table.table for table in report.tables if table.unaccounted] == []
        return verdicts(text, facts)[person]["asked"]
