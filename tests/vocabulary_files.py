"""The tables of an invented clinic with codes of its own, and a small vocabulary that knows them.

Nobody is behind it. Ids, codes and names of the vocabulary are OMOP's where a number looks like
one; those above 9,000,000 are invented.
"""

from __future__ import annotations

from pathlib import Path

from facts.vocabulary.small_vocabulary import (
    concept,
    relationship,
    write_table,
    write_vocabulary,
)

LUPUS, NEPHRITIS, CANCER, BREAST = 257628, 4285717, 443392, 4112853
M3214, C509, ROOT = 35208804, 9_000_011, 4274025
PREDNISONE, TABLET = 1551099, 9_000_020

CONCEPTS = [
    concept(ROOT, "Disease", "Condition", "SNOMED", "64572001"),
    concept(LUPUS, "Systemic lupus erythematosus", "Condition", "SNOMED", "55464009"),
    concept(NEPHRITIS, "SLE glomerulonephritis syndrome", "Condition", "SNOMED", "68815009"),
    concept(CANCER, "Malignant neoplastic disease", "Condition", "SNOMED", "363346000"),
    concept(BREAST, "Malignant tumor of breast", "Condition", "SNOMED", "254837009"),
    concept(M3214, "Glomerular disease in SLE", "Condition", "ICD10CM", "M32.14", standard=""),
    concept(C509, "Breast, unspecified", "Condition", "ICD10CM", "C50.9", standard=""),
    concept(PREDNISONE, "prednisone", "Drug", "RxNorm", "8640", kind="Ingredient"),
    concept(
        TABLET, "prednisone 7 MG Oral Tablet", "Drug", "RxNorm", "9000020", kind="Clinical Drug"
    ),
]
STEPS = [
    relationship(LUPUS, "Is a", ROOT),
    relationship(NEPHRITIS, "Is a", LUPUS),
    relationship(CANCER, "Is a", ROOT),
    relationship(BREAST, "Is a", CANCER),
    relationship(M3214, "Maps to", NEPHRITIS),
    relationship(C509, "Maps to", BREAST),
    relationship(TABLET, "RxNorm has ing", PREDNISONE),
]
DAYS = ("2024-02-01", "2024-04-30")


def write_clinic_and_vocabulary(folder: Path) -> None:
    """Two persons: one with breast cancer, one without; both by codes of ICD-10-CM."""
    write_vocabulary(folder / "athena", CONCEPTS, STEPS)
    tables = folder / "tables"
    tables.mkdir()
    columns: tuple[str, ...] = (
        "person_id",
        "gender_concept_id",
        "year_of_birth",
        "month_of_birth",
        "day_of_birth",
    )
    people = [(1, 8532, 1980, 5, 3), (2, 8532, 1990, 2, 1)]
    write_table(tables, "person.csv", columns, people, separator=",")
    columns = (
        "observation_period_id",
        "person_id",
        "observation_period_start_date",
        "observation_period_end_date",
    )
    periods = [(1, 1, "2010-01-01", "2024-06-30"), (2, 2, "2010-01-01", "2024-06-30")]
    write_table(tables, "observation_period.csv", columns, periods, separator=",")
    columns = (
        "condition_occurrence_id",
        "person_id",
        "condition_concept_id",
        "condition_start_date",
        "condition_source_value",
        "condition_source_concept_id",
    )
    conditions = [
        (1, 1, 0, "2024-02-01", "M32.14", M3214),
        (2, 1, 0, "2022-05-09", "C50.9", C509),
        (3, 2, 0, "2024-02-01", "M32.14", M3214),
    ]
    write_table(tables, "condition_occurrence.csv", columns, conditions, separator=",")
    columns = (
        "drug_exposure_id",
        "person_id",
        "drug_concept_id",
        "drug_exposure_start_date",
        "drug_exposure_end_date",
    )
    drugs = [(1, 1, TABLET, *DAYS), (2, 2, TABLET, *DAYS)]
    write_table(tables, "drug_exposure.csv", columns, drugs, separator=",")
    columns = ("visit_occurrence_id", "person_id", "visit_concept_id", "visit_start_date")
    visits = [(1, 1, 9202, "2024-04-01"), (2, 2, 9202, "2024-04-01")]
    write_table(tables, "visit_occurrence.csv", columns, visits, separator=",")
