"""35 criteria, and the same windows as joins written by hand: the shape measured in the design."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from processor_time import processor_time

STUDY = "NCT05631717"

LABS = {
    "upcr": "1.0 g/g",
    "urine_protein_24h": "1.0 g/d",
    "creatinine": "1.2 mg/dL",
    "platelets": "100 10*9/L",
    "alt": "60 U/L",
    "ast": "60 U/L",
    "bilirubin_total": "2 mg/dL",
    "cholesterol_total": "300 mg/dL",
    "triglycerides": "300 mg/dL",
    "c3": "80 mg/dL",
    "c4": "15 mg/dL",
    "anti_dsdna": "30 [IU]/mL",
    "hemoglobin": "10 g/dL",
    "leukocytes": "3 10*9/L",
    "egfr": "30 mL/min/{1.73_m2}",
    "albumin_serum": "3 g/dL",
    "crp": "10 mg/L",
    "weight": "50 kg",
    "height": "150 cm",
    "sledai_2k": "6",
}
DRUGS = {
    "prednisone": 4,
    "prednisolone": 4,
    "methylprednisolone": 12,
    "glucocorticoid": 4,
    "mycophenolate_mofetil": 12,
    "azathioprine": 12,
    "methotrexate": 12,
    "tacrolimus": 12,
    "cyclophosphamide": 24,
    "immunosuppressant": 12,
    "rituximab": 24,
    "b_cell_depletion": 24,
    "belimumab": 4,
    "biologic_or_targeted": 4,
    "anti_infective": 2,
}


def expressions() -> dict[str, str]:
    """20 laboratory windows and 15 drug windows: the shape measured in the design."""
    days = (14, 28, 90)
    labs = {
        name: f"latest {name} in [screening - {days[n % 3]} days, screening] > {limit}"
        for n, (name, limit) in enumerate(LABS.items())
    }
    drugs = {
        f"no_{name}": f"not any {name} in [screening - {weeks} weeks, screening]"
        for name, weeks in DRUGS.items()
    }
    return labs | drugs


def measure_joins(folder: Path) -> Mapping[str, float]:
    """The peer: the same 35 windows as one join a criterion, hand-written, two-valued, no units."""
    import duckdb

    from remit.facts.dictionary import packaged_dictionary

    dictionary = packaged_dictionary()
    connection = duckdb.connect()
    connection.execute("set memory_limit = '4GB'")
    for table in ("person", "study_anchor", "measurement", "drug_exposure"):
        connection.execute(f"create view {table} as from '{folder}/part-*/{table}.parquet'")
    started, busy = time.perf_counter(), processor_time()
    connection.execute(
        "create temp table p as select person_id, max(anchor_date) as d from person left join "
        f"study_anchor using (person_id) where study = '{STUDY}' and anchor = 'screening' "
        "group by person_id"
    )
    columns, joins = [], []
    days = (14, 28, 90)
    for n, (name, limit) in enumerate(LABS.items()):
        ids = ", ".join(map(str, dictionary.omop_ids(name)))
        joins.append(
            f"left join (select m.person_id, value_as_number as v from measurement m join p "
            f"using (person_id) where measurement_concept_id in ({ids}) and measurement_date "
            f"between d - {days[n % 3]} and d qualify row_number() over (partition by m.person_id "
            f"order by measurement_date desc, measurement_datetime desc nulls last, "
            f"measurement_id desc) = 1) l{n} on l{n}.person_id = p.person_id"
        )
        columns.append(f"l{n}.v > {limit.split()[0]} as c{n}")
    for n, (name, weeks) in enumerate(DRUGS.items()):
        ids = ", ".join(map(str, dictionary.omop_ids(name)))
        joins.append(
            f"left join (select distinct e.person_id from drug_exposure e join p using (person_id) "
            f"where drug_concept_id in ({ids}) and drug_exposure_start_date <= d and "
            f"drug_exposure_end_date >= d - {weeks * 7}) e{n} on e{n}.person_id = p.person_id"
        )
        columns.append(f"e{n}.person_id is null as x{n}")
    query = f"select p.person_id, {', '.join(columns)} from p {' '.join(joins)}"
    rows = connection.execute(query).to_arrow_table().num_rows
    seconds, processor = time.perf_counter() - started, processor_time() - busy
    return {"seconds": seconds, "processor": processor, "persons": rows}
