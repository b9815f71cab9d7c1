"""PhenEx on DuckDB, over a folder of Parquet tables: run in an environment of its own.

    python peer_phenex.py TABLES QUESTION.json

needs phenex 0.9.3 and duckdb 1.1.3. It writes `answers.parquet` into the folder: of each person
with an index date, PhenEx's answer to each criterion. It prints JSON: the seconds on the clock and
of all processors that the cohort took; reading the Parquet files in is before. By default PhenEx
copies the tables of the persons whom it takes (`write_subsets` of the question).
"""

# mypy: disable-error-code="import-not-found,import-untyped"

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path


def main(folder: Path, question: Path) -> None:
    import ibis
    import pyarrow.parquet as pq
    from phenex.codelists import Codelist
    from phenex.core import Cohort
    from phenex.filters import RelativeTimeRangeFilter, ValueFilter
    from phenex.filters.value import (
        GreaterThan,
        GreaterThanOrEqualTo,
        LessThanOrEqualTo,
    )
    from phenex.ibis_connect import DuckDBConnector
    from phenex.mappers import OMOPDrugExposureTable, OMOPMeasurementTable, OMOPPersonTable
    from phenex.phenotypes import AgePhenotype, CodelistPhenotype, MeasurementPhenotype
    from phenex.tables import CodeTable

    folder, question = folder.resolve(), question.resolve()
    os.chdir(folder)  # PhenEx writes its statements into the working directory
    asked = json.loads(question.read_text(encoding="utf-8"))

    columns = {"PERSON_ID": "PERSON_ID", "EVENT_DATE": "ANCHOR_DATE", "CODE": "ANCHOR"}
    keys = {"OMOPPersonTable": ["PERSON_ID"]}
    named = {"NAME_TABLE": "STUDY_ANCHOR", "JOIN_KEYS": keys, "DEFAULT_MAPPING": columns}
    anchors = type("AnchorTable", (CodeTable,), named)

    file = folder / "phenex.duckdb"
    file.unlink(missing_ok=True)
    con = DuckDBConnector(DUCKDB_DEST_DATABASE=str(file))
    base = con.dest_connection
    base.raw_sql("set threads = 2")
    for name in ("PERSON", "STUDY_ANCHOR", "MEASUREMENT", "DRUG_EXPOSURE"):
        base.raw_sql(f"create table {name} as from read_parquet('{folder / name}.parquet')")
    tables = {
        "PERSON": OMOPPersonTable(base.table("PERSON")),
        "STUDY_ANCHOR": anchors(base.table("STUDY_ANCHOR")),
        "MEASUREMENT": OMOPMeasurementTable(base.table("MEASUREMENT")),
        "DRUG_EXPOSURE": OMOPDrugExposureTable(base.table("DRUG_EXPOSURE")),
    }
    started, busy = time.perf_counter(), time.process_time()
    entry = CodelistPhenotype(
        name="screening",
        domain="STUDY_ANCHOR",
        codelist=Codelist(["screening"]).copy(use_code_type=False),
        return_date="first",
    )

    def before(number: int) -> RelativeTimeRangeFilter:
        return RelativeTimeRangeFilter(
            when="before",
            min_days=GreaterThanOrEqualTo(0),
            max_days=LessThanOrEqualTo(number),
            anchor_phenotype=entry,
        )

    value = MeasurementPhenotype(
        name="upcr",
        domain="MEASUREMENT",
        codelist=Codelist(asked["upcr"]).copy(use_code_type=False),
        relative_time_range=before(14),
        return_date="last",
        value_filter=ValueFilter(min_value=GreaterThan(1)),
    )
    age = AgePhenotype(
        name="age",
        anchor_phenotype=entry,
        value_filter=ValueFilter(
            min_value=GreaterThanOrEqualTo(18), max_value=LessThanOrEqualTo(65)
        ),
    )
    drug = CodelistPhenotype(
        name="rituximab",
        domain="DRUG_EXPOSURE",
        codelist=Codelist(asked["rituximab"]).copy(use_code_type=False),
        relative_time_range=before(168),
        return_date="first",
    )
    cohort = Cohort(
        name="peer",
        entry_criterion=entry,
        inclusions=[value, age],
        exclusions=[drug],
        write_subset_tables_entry=asked["write_subsets"],
        write_subset_tables_index=asked["write_subsets"],
    )
    cohort.execute(tables, con=con, overwrite=True, n_threads=1)
    seconds, processor = time.perf_counter() - started, time.process_time() - busy
    taken, left = cohort.inclusions_table, cohort.exclusions_table
    taken = getattr(taken, "table", taken)
    left = getattr(left, "table", left)
    names = {"upcr": taken, "age": taken, "rituximab": left}
    answers = taken.select("PERSON_ID").distinct()
    for name, table in names.items():
        wanted = f"{name}_BOOLEAN".upper()
        (column,) = (one for one in table.columns if one.upper() == wanted)
        one = table.group_by("PERSON_ID").aggregate(**{name: table[column].any()})
        answers = answers.left_join(one, "PERSON_ID").drop("PERSON_ID_right")
    found = answers.to_pyarrow()
    pq.write_table(found, folder / "answers.parquet")
    cost = {"seconds": seconds, "processor": processor}
    print(json.dumps(cost | {"ibis": ibis.__version__}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
