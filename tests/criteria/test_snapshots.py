"""The compiled SQL, one text for each kind of construct, reviewed in the diff.

Rewrite them with `REMIT_REWRITE_SNAPSHOTS=1 python -m pytest tests/criteria/test_snapshots.py`.
"""

from __future__ import annotations

import os
from pathlib import Path

import ibis
import pytest

from criteria.spec.running import table_of
from criteria.spec.writing import DATA_CUT, ENVIRONMENT, STUDY
from remit.criteria.binding import bind_expression
from remit.criteria.compiling import Sources, compile_criteria
from remit.facts.tables import TABLES

FOLDER = Path(__file__).parent / "snapshots"
KINDS = {
    "latest_value": "latest upcr in [screening - 14 days, screening] > 1 g/g",
    "earliest_value": "earliest sledai_2k in (consent, screening) >= 6",
    "limit_of_normal": "latest alt in [screening - 14 days, screening] > 1.5 * uln",
    "coded_value": "latest pregnancy_test_urine in [screening - 7 days, screening] is negative",
    "any_value": "any platelets in [screening - 14 days, screening] < 50 10*9/L",
    "every_value": "every platelets in [screening - 14 days, screening] >= 50 10*9/L",
    "confirmed": "any urine_protein_24h in [screening - 28 days, screening] > 1 g/d "
    "confirmed within [1 day, 14 days]",
    "event": "any malignancy except basal_cell_carcinoma in [screening - 5 years, screening]",
    "overlap": "any infection in [screening - 28 days, screening] overlapping antibacterial",
    "count_of_events": "count of flare in [screening - 1 year, screening] >= 2",
    "count_of_values": "count of upcr in [screening - 28 days, screening] >= 2",
    "attribute": "ln_class of latest renal_biopsy in [screening - 6 months, screening] is IV",
    "age": "age at consent >= 18 years",
    "sex": "sex is female",
    "dose": "dose of glucocorticoid at screening <= 20 mg/d",
    "highest_dose": "highest dose of prednisolone in [screening - 28 days, screening] >= 10 mg/d",
    "unchanged_dose": "dose of prednisolone unchanged in [screening - 28 days, screening]",
    "days_above_a_dose": "dose of prednisolone > 10 mg/d on at least 3 consecutive days "
    "in [screening - 28 days, screening]",
    "attested": "attested consent",
    "arithmetic": "latest creatinine at baseline / latest creatinine at screening <= 125 %",
}


def _sql(expression: str) -> str:
    connection = ibis.duckdb.connect()
    views = {name: connection.create_table(name, table_of(name, [])) for name in TABLES}
    node = bind_expression(expression, ENVIRONMENT)
    compiled = compile_criteria({"criterion": node}, Sources(views, STUDY, DATA_CUT))
    sql = str(ibis.to_sql(compiled.leaves, dialect="duckdb"))
    connection.disconnect()
    return f"-- {expression}\n{sql}\n"


@pytest.mark.parametrize("kind", KINDS)
def test_the_sql_is_the_reviewed_one(kind: str) -> None:
    path = FOLDER / f"{kind}.sql"
    sql = _sql(KINDS[kind])
    if os.environ.get("REMIT_REWRITE_SNAPSHOTS"):
        path.write_text(sql, encoding="utf-8")
    assert path.exists(), f"{path} is missing: {__doc__}"
    assert sql == path.read_text(encoding="utf-8"), (
        f"the SQL of {kind} has changed; if that is meant, review the diff. {__doc__}"
    )


def test_no_snapshot_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.sql")} == set(KINDS)
