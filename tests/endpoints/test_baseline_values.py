"""The baseline is what was measured before treatment, where anything was.

Source: CDISC SDTM, "last observation before exposure": the baseline flag of a record.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from remit.endpoints.definition_files import definition_named
from remit.endpoints.study_responses import adjudicate_study
from report.followed import followed_people, followed_study


@pytest.mark.parametrize(
    ("records", "baseline"),
    [
        # day -6 lies farther from the baseline than day 2, which the treatment has touched
        (((-6, "3.1"), (2, "1.9")), 3.1),
        (((-6, "3.1"), (-2, "2.9"), (1, "1.9")), 2.9),
        (((-6, "3.1"), (0, "2.7"), (1, "1.9")), 2.7),
        # nothing before: the nearest after it is better than none
        (((2, "1.9"), (5, "1.7")), 1.9),
    ],
)
def test_a_value_from_before_treatment_goes_first(
    tmp_path: Path, records: tuple[tuple[int, str], ...], baseline: float
) -> None:
    measured = [(1, day, "urine_protein_24h", value, "g/d") for day, value in records]
    dataset = followed_people(tmp_path / "d", measured=measured)
    study = adjudicate_study(
        followed_study(), dataset, (definition_named("kdigo_2024"),), persons=(1,)
    )
    column = study.followed.sheet.numbers["urine_protein_24h"]
    assert column.values[0] == baseline
