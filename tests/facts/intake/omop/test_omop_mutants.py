"""Damaged OMOP tables: each import is whole or refused in words, and leaves nothing half-written.

`make bench` can run 10,000 of each kind (`REMIT_MUTANTS=10000`).
"""

from __future__ import annotations

import os
import random
import time
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest

from facts.intake.mutants import binary_mutant, text_mutant
from remit.errors import RemitError
from remit.facts.intake.dataset.handed_over import IntakeChoices
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.omop.omop_tables import read_omop
from remit.facts.intake.rows import row_store as module
from remit.facts.intake.rows.row_store import row_store
from remit.facts.soundness import check_dataset

COUNT = int(os.environ.get("REMIT_MUTANTS", "70"))
SECONDS = 10
TABLES: Mapping[str, str] = {
    "person": (
        "person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth,birth_datetime\n"
        "1,8532,1990,6,15,1990-06-15 00:00:00\n2,8507,1980,,,\n-3,8507,1971,2,28,\n"
    ),
    "observation_period": (
        "observation_period_id,person_id,observation_period_start_date,"
        "observation_period_end_date,period_type_concept_id\n"
        "1,1,2000-01-01,2024-06-01,0\n2,2,2000-01-01,2024-06-01,0\n"
    ),
    "visit_occurrence": (
        "visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_end_date\n"
        "1,1,9202,2024-05-01,2024-05-01\n2,2,9201,2024-05-01,2024-05-03\n"
    ),
    "measurement": (
        "measurement_id,person_id,measurement_concept_id,measurement_date,measurement_datetime,"
        "measurement_type_concept_id,operator_concept_id,value_as_number,unit_concept_id,"
        "range_low,range_high,unit_source_value,value_source_value\n"
        '10,1,3024929,2024-05-01,2024-05-01 08:30:00,32817,,180.5,8848,150,400,"10*3/uL",180.5\n'
        "11,2,3016723,20240502,,32817,4171756,1.8,8840,,,mg/dL,<1.8\n"
        "12,-3,3024929,2024-05-02,,32817,,,0,,,,neg\n"
    ),
    "drug_exposure": (
        "drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date,"
        "drug_exposure_end_date,verbatim_end_date,drug_type_concept_id,days_supply\n"
        "1,1,1551099,2024-01-01,,2024-01-05,32838,30\n2,2,950,2024-01-01,2024-02-01,,0,\n"
    ),
    "dose_era": (
        "dose_era_id,person_id,drug_concept_id,unit_concept_id,dose_value,dose_era_start_date,"
        "dose_era_end_date\n1,1,1551099,8576,5,2024-01-01,2024-01-31\n"
        "2,1,1551099,8576,20,2024-01-10,2024-02-20\n"
    ),
    "drug_era": (
        "drug_era_id,person_id,drug_concept_id,drug_era_start_date,drug_era_end_date\n"
        "1,1,1551099,2024-01-01,2024-01-31\n2,-3,1551099,2024-01-01,2024-01-31\n"
    ),
    "death": "person_id,death_date,cause_concept_id\n-3,2024-05-20,0\n",
    "concept_ancestor": "ancestor_concept_id,descendant_concept_id\n1551099,950\n",
}


def _mutants(kind: str) -> Mapping[str, bytes]:
    """The whole files of a source, by name."""
    if kind == "csv":
        return {f"{name}.csv": text.encode() for name, text in TABLES.items()}
    if kind == "parquet":
        made = {}
        for name, text in TABLES.items():
            out = BytesIO()
            pq.write_table(csv.read_csv(BytesIO(text.encode())), out)
            made[f"{name}.parquet"] = out.getvalue()
        return made
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in TABLES.items():
            archive.writestr(f"{name}.csv", text)
    return {"cdm.zip": packed.getvalue()}


@pytest.mark.parametrize("kind", ["csv", "parquet", "zip"])
def test_each_damaged_source_is_written_whole_or_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    # Some rows go to the disk, in several parts, as those of a large source do.
    for name, size in (("HELD_BYTES", 600), ("_RUN_BYTES", 300), ("PART_BYTES", 400)):
        monkeypatch.setattr(module, name, size)
    whole, written, refused = _mutants(kind), 0, 0
    for seed in range(COUNT):
        draw = random.Random(seed)
        folder = tmp_path / f"in{seed}"
        folder.mkdir()
        hit = draw.choice(sorted(whole))
        for name, content in whole.items():
            change = text_mutant if kind == "csv" else binary_mutant
            (folder / name).write_bytes(change(content, seed) if name == hit else content)
        out, begin = tmp_path / "out" / f"o{seed}", time.monotonic()
        source = folder / "cdm.zip" if kind == "zip" else folder
        try:
            with row_store(out) as store:
                facts, report = write_intake(
                    out, read_omop(source, store=store), IntakeChoices("damaged")
                )
        except RemitError:
            refused += 1
            assert not out.exists(), seed
        else:
            written += 1
            assert all(table.unaccounted == 0 for table in report.tables), seed
            assert [f for f in check_dataset(facts) if f.severity == "error"] == [], seed
            facts.close()
        assert time.monotonic() - begin < SECONDS, seed
        assert {path.name for path in out.parent.iterdir()} <= {f"o{n}" for n in range(COUNT)}
    assert written, "some damage leaves tables that can be read"
    assert refused
