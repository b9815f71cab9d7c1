"""The SQL of Circepy on DuckDB, over a folder of Parquet tables: run in an environment of its own.

    python circe_peer.py TABLES DEFINITION.json …

needs `circe` (github.com/OHDSI/Circepy), sqlglot and duckdb. It prints JSON: of each definition the
persons of the cohort, and the seconds that its statements took.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

# The columns that Circe's SQL names and that the tables may lack.
_WANTED = {
    "person": "gender_concept_id year_of_birth race_concept_id ethnicity_concept_id",
    "condition_occurrence": "visit_occurrence_id condition_type_concept_id condition_end_date",
    "drug_exposure": "visit_occurrence_id days_supply quantity refills drug_exposure_end_date",
    "procedure_occurrence": "visit_occurrence_id quantity",
    "measurement": "visit_occurrence_id value_as_number unit_concept_id range_low range_high "
    "value_as_concept_id operator_concept_id",
    "visit_occurrence": "",
}


def statements(definition: str) -> list[str]:
    """The statements of a definition, for DuckDB."""
    import sqlglot
    from circe.api import build_cohort_query, cohort_expression_from_json
    from circe.cohortdefinition.cohort_expression_query_builder import (
        BuildExpressionQueryOptions,
    )

    options = BuildExpressionQueryOptions()
    options.cdm_schema, options.target_table, options.cohort_id = "main", "cohort", 1
    options.generate_stats = False
    sql = build_cohort_query(cohort_expression_from_json(definition), options)
    for name in ("cdm_database_schema", "vocabulary_database_schema", "results_database_schema"):
        sql = sql.replace(f"@{name}", "main")
    sql = sql.replace("@target_database_schema.", "").replace("@target_cohort_table", "cohort")
    sql = sql.replace("@target_cohort_id", "1")
    sql = re.sub(r"\{(\d+) != 0\}\?\{(.*?)\n\}", _kept, sql, flags=re.DOTALL)
    sql = re.sub(r"UPDATE STATISTICS [^;]*;", "", sql)
    sql = re.sub(r"#(\w+)", r"tmp_\1", sql)
    parsed = sqlglot.parse(sql, read="tsql")
    return [one.sql(dialect="duckdb", comments=False) for one in parsed if one is not None]


def _kept(match: re.Match[str]) -> str:
    return match.group(2) if match.group(1) != "0" else ""


def main(folder: Path, definitions: list[str]) -> None:
    import duckdb

    found = {}
    base = duckdb.connect()
    base.execute("set threads = 2")
    for file in sorted(folder.iterdir()):
        name = file.name.removesuffix(".parquet").lower()
        source = f"{file}/*.parquet" if file.is_dir() else str(file)
        base.execute(f"create table {name} as select * from read_parquet('{source}')")
        held = {row[0].lower() for row in base.execute(f"describe {name}").fetchall()}
        for column in _WANTED.get(name, "").split():
            if column not in held:
                base.execute(f"alter table {name} add column {column} integer")
    held = {row[0] for row in base.execute("show tables").fetchall()}
    for definition in definitions:
        sql = statements(Path(definition).read_text(encoding="utf-8"))
        base.execute("drop table if exists cohort")
        base.execute(
            "create table cohort (cohort_definition_id int, subject_id bigint, "
            "cohort_start_date date, cohort_end_date date)"
        )
        started = time.perf_counter()
        for statement in sql:
            base.execute(statement)
        seconds = time.perf_counter() - started
        rows = base.execute(
            "select subject_id, min(cohort_start_date) from cohort group by 1 order by 1"
        ).fetchall()
        found[Path(definition).stem] = {
            "persons": [person for person, _ in rows],
            "days": [str(day) for _, day in rows],
            "seconds": seconds,
            "statements": len(sql),
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
