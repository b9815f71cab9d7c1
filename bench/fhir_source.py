"""Invented laboratory results as a hospital exports them in FHIR: NDJSON, one resource a line."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from pathlib import Path

import orjson

from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.fhir.fhir_tables import read_fhir
from remit.facts.vocabulary.code_book import ListedCodes

PATIENTS, RESULTS = 2_000, 200_000
# LOINC code, its name and its unit (LOINC 2.77).
_TESTS = (
    ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL"),
    ("777-3", "Platelets [#/volume] in Blood by Automated count", "10*3/uL"),
    ("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL"),
    ("29463-7", "Body weight", "kg"),
)
_CATEGORY = {
    "system": "http://terminology.hl7.org/CodeSystem/observation-category",
    "code": "laboratory",
}


def write_results(folder: Path) -> None:
    """Patients and their results, the same ones each time."""
    draw = random.Random(1)
    folder.mkdir(parents=True)
    with (folder / "Patient.ndjson").open("wb") as file:
        for number in range(PATIENTS):
            born = f"{draw.randint(1940, 2000)}-05-1{draw.randint(0, 9)}"
            patient = {"resourceType": "Patient", "id": f"p{number}", "birthDate": born}
            file.write(orjson.dumps({**patient, "gender": "female"}) + b"\n")
    with (folder / "Observation.ndjson").open("wb") as file:
        for _ in range(RESULTS):
            file.write(orjson.dumps(_result(draw)) + b"\n")


def _result(draw: random.Random) -> Mapping[str, object]:
    code, name, unit = draw.choice(_TESTS)
    day = f"20{draw.randint(10, 24)}-0{draw.randint(1, 9)}-{draw.randint(10, 28)}"
    time = f"{day}T{draw.randint(10, 23)}:{draw.randint(10, 59)}:00+02:00"
    return {
        "resourceType": "Observation",
        "id": str(uuid.UUID(int=draw.getrandbits(128))),
        "status": "final",
        "category": [{"coding": [_CATEGORY]}],
        "code": {
            "coding": [{"system": "http://loinc.org", "code": code, "display": name}],
            "text": name,
        },
        "subject": {"reference": f"Patient/p{draw.randrange(PATIENTS)}"},
        "encounter": {"reference": f"Encounter/{uuid.UUID(int=draw.getrandbits(128))}"},
        "effectiveDateTime": time,
        "issued": time,
        "valueQuantity": {
            "value": round(draw.random() * 200, draw.choice([1, 2])),
            "unit": unit,
            "system": "http://unitsofmeasure.org",
            "code": unit,
        },
    }


def read_results(folder: Path) -> None:
    """All that an import of them does before their rows are written."""
    dictionary = packaged_dictionary()
    read_fhir([folder], book=ListedCodes(dictionary), dictionary=dictionary)
