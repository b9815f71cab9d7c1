"""The SQL of Circepy on DuckDB, over OMOP tables: run in an environment of its own.

    python circe_peer.py SOURCE OUT DEFINITION.json …

needs `circe` (github.com/OHDSI/Circepy), sqlglot and duckdb. SOURCE is a folder of Parquet tables
or a DuckDB file, which has a schema for each definition, named as its file, or one, `main`. It
writes `OUT/NAME.parquet` for each definition: the persons who have an entry event, the day on which
each is in the cohort (empty: is not), and of each inclusion rule whether it holds. It prints JSON:
what building the statements and running them took. Imports, opening the source (of a folder also
reading it into memory) and writing the answers are in neither.
"""

# mypy: disable-error-code="import-not-found,import-untyped"

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path
from typing import Any

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
# What the answers are read from: dropped after them, and not in the middle.
_RULE, _EVENTS = "tmp_Inclusion_", "tmp_qualified_events"
_LATER = re.compile(rf"(DROP|TRUNCATE) TABLE ({_RULE}\d+|{_EVENTS})\b")


def statements(definition: str, schema: str) -> list[str]:
    """The statements of a definition, for DuckDB."""
    import sqlglot
    from circe.api import build_cohort_query, cohort_expression_from_json
    from circe.cohortdefinition.cohort_expression_query_builder import (
        BuildExpressionQueryOptions,
    )

    options = BuildExpressionQueryOptions()
    options.cdm_schema, options.target_table, options.cohort_id = schema, "cohort", 1
    options.generate_stats = False
    sql = build_cohort_query(cohort_expression_from_json(definition), options)
    for name in ("cdm_database_schema", "vocabulary_database_schema", "results_database_schema"):
        sql = sql.replace(f"@{name}", schema)
    sql = sql.replace("@target_database_schema.", "").replace("@target_cohort_table", "cohort")
    sql = sql.replace("@target_cohort_id", "1")
    sql = re.sub(r"\{(\d+) != 0\}\?\{(.*?)\n\}", _kept, sql, flags=re.DOTALL)
    sql = re.sub(r"UPDATE STATISTICS [^;]*;", "", sql)
    sql = re.sub(r"#(\w+)", r"tmp_\1", sql)
    parsed = sqlglot.parse(sql, read="tsql")
    return [one.sql(dialect="duckdb", comments=False) for one in parsed if one is not None]


def _kept(match: re.Match[str]) -> str:
    return match.group(2) if match.group(1) != "0" else ""


def _opened(source: Path) -> Any:
    """A connection whose own tables are in memory; those of the source are in `cdm`."""
    import duckdb

    base = duckdb.connect()
    base.execute("set threads = 2")
    if source.is_file():
        base.execute(f"attach '{source}' as cdm (read_only)")
        return base
    base.execute("attach ':memory:' as cdm")
    for file in sorted(source.iterdir()):
        name = f"cdm.main.{file.name.removesuffix('.parquet').lower()}"
        base.execute(f"create table {name} as select * from read_parquet('{file}')")
        held = {row[0].lower() for row in base.execute(f"describe {name}").fetchall()}
        for column in _WANTED.get(name.rpartition(".")[2], "").split():
            if column not in held:
                base.execute(f"alter table {name} add column {column} integer")
    return base


def _run(base: Any, sql: list[str]) -> None:
    for statement in sql:
        if not _LATER.match(statement):
            base.execute(statement)


def _keep_answers(base: Any, sql: list[str], file: Path) -> None:
    """Who has an entry event, on which day each is in, and which rules hold on any of them."""
    held = {row[0] for row in base.execute("select table_name from duckdb_tables()").fetchall()}
    rules = sorted(
        (name for name in held if name.startswith(_RULE)), key=lambda n: int(n[len(_RULE) :])
    )
    columns = "".join(
        f", person_id in (select person_id from {name}) as rule_{number}"
        for number, name in enumerate(rules)
    )
    base.execute(
        f"copy (select person_id, day{columns} from (select distinct person_id from {_EVENTS}) "
        "left join (select subject_id as person_id, min(cohort_start_date) as day from cohort "
        f"group by 1) using (person_id) order by 1) to '{file}' (format parquet)"
    )
    for statement in sql:
        if _LATER.match(statement):
            base.execute(statement)
    base.execute("drop table cohort")


def main(source: Path, out: Path, definitions: list[str]) -> None:
    statements(Path(definitions[0]).read_text(encoding="utf-8"), "main")  # what is imported, once
    base = _opened(source)
    query = "select schema_name from duckdb_schemas() where database_name = 'cdm'"
    schemas = {row[0] for row in base.execute(query).fetchall()}
    found = {}
    for definition in map(Path, definitions):
        schema = f"cdm.{definition.stem if definition.stem in schemas else 'main'}"
        begun, busy = time.perf_counter(), time.process_time()
        sql = statements(definition.read_text(encoding="utf-8"), schema)
        started, busy_then = time.perf_counter(), time.process_time()
        base.execute(
            "create table cohort (cohort_definition_id int, subject_id bigint, "
            "cohort_start_date date, cohort_end_date date)"
        )
        _run(base, sql)
        ended, busy_now = time.perf_counter(), time.process_time()
        _keep_answers(base, sql, out / f"{definition.stem}.parquet")
        found[definition.stem] = {
            "building": started - begun,
            "built": busy_then - busy,
            "seconds": ended - started,
            "processor": busy_now - busy_then,
            "statements": len(sql),
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
