"""A vocabulary for the MIMIC demo, built of what its own rows say.

No download of Athena is at hand: the chapters of its ICD codes say what a condition is, and its
`drug_era`, which OHDSI's own ETL derived from the whole vocabulary, what a drug is of.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from facts.vocabulary.small_vocabulary import Row, concept, write_vocabulary

DISEASE, CANCER = 4274025, 443392


def csv_rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_cancer(code: str) -> bool:
    """Whether a code of ICD-9-CM (140 to 209) or ICD-10-CM (C00 to C97) says a malignancy."""
    text = code.strip()
    if text[:1] == "C" and text[1:3].isdigit():
        return int(text[1:3]) <= 97
    return len(text) <= 5 and text[:3].isdigit() and 140 <= int(text[:3]) <= 209


def mimic_vocabulary(mimic: Path, place: Path) -> Path:
    """A drug lies below each ingredient of which an era goes on whenever it is given."""
    above: dict[int, set[int]] = {DISEASE: set(), CANCER: {DISEASE}}
    rows: list[Row] = [concept(DISEASE, "Disease", "Condition", "SNOMED", "64572001")]
    for row in csv_rows(mimic, "condition_occurrence"):
        code = int(row["condition_concept_id"])
        above.setdefault(code, {DISEASE})
        if code != CANCER and is_cancer(row["condition_source_value"]):
            above[code].add(CANCER)
    rows += [concept(c, f"condition {c}", "Condition", "SNOMED", f"{c}") for c in [*above][1:]]
    drugs = dict(_drugs(mimic))
    rows += [concept(c, f"drug {c}", "Drug", "RxNorm", f"{c}") for c in drugs]
    closed = {code: sorted(up - {code}) for code, up in {**above, **drugs}.items()}
    return write_vocabulary(place, rows, [], closed=closed)


def _drugs(mimic: Path) -> Iterator[tuple[int, set[int]]]:
    eras: dict[str, list[tuple[str, str, int]]] = {}
    for row in csv_rows(mimic, "drug_era"):
        days = (row["drug_era_start_date"], row["drug_era_end_date"], int(row["drug_concept_id"]))
        eras.setdefault(row["person_id"], []).append(days)
    ingredients = {code for held in eras.values() for *_, code in held}
    found: dict[int, set[int]] = {}
    for row in csv_rows(mimic, "drug_exposure"):
        code, day = int(row["drug_concept_id"]), row["drug_exposure_start_date"]
        here = {c for first, last, c in eras.get(row["person_id"], ()) if first <= day <= last}
        if code:
            found[code] = found.get(code, here) & here
    yield from found.items()
    yield from ((code, set[int]()) for code in ingredients - set(found))
