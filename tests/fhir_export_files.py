"""The bulk export of an invented clinic: three patients in FHIR R4. Nobody is behind it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

_LOINC, _SNOMED = "http://loinc.org", "http://snomed.info/sct"
_RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
_UCUM = "http://unitsofmeasure.org"
PATIENTS = (("a1", "1990-03-04"), ("a2", "1984-11"), ("a3", "1971"))


def _coded(system: str, code: str, text: str) -> dict[str, object]:
    return {"coding": [{"system": system, "code": code}], "text": text}


def _patients() -> list[dict[str, object]]:
    return [
        {"resourceType": "Patient", "id": name, "gender": "female", "birthDate": born}
        for name, born in PATIENTS
    ]


def _conditions() -> list[dict[str, object]]:
    status = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    return [
        {
            "resourceType": "Condition",
            "id": f"c-{name}",
            "verificationStatus": _coded(status, verified, verified),
            "code": _coded(_SNOMED, "55464009", "Systemic lupus erythematosus"),
            "subject": {"reference": f"Patient/{name}"},
            "onsetDateTime": "2021-05-01",
        }
        for (name, _), verified in zip(PATIENTS, ("confirmed", "confirmed", "refuted"), strict=True)
    ]


def _observations() -> list[dict[str, object]]:
    made: list[dict[str, object]] = []
    for place, (name, _) in enumerate(PATIENTS):
        for code, text, value, unit in (
            ("2160-0", "Creatinine", 0.8 + place / 10, "mg/dL"),
            ("777-3", "Platelets", 210 + place, "10*3/uL"),
        ):
            made.append(
                {
                    "resourceType": "Observation",
                    "id": f"o-{name}-{code}",
                    "status": "final",
                    "code": _coded(_LOINC, code, text),
                    "subject": {"reference": f"Patient/{name}"},
                    "effectiveDateTime": "2024-03-01T08:15:00+01:00",
                    "valueQuantity": {"value": value, "unit": unit, "system": _UCUM, "code": unit},
                }
            )
    made.append(
        {
            "resourceType": "Observation",
            "id": "o-house",
            "status": "final",
            "code": _coded("http://lab.clinic.example", "TSH3", "TSH"),
            "subject": {"reference": "Patient/a1"},
            "effectiveDateTime": "2024-03-01",
            "valueString": "normal",
        }
    )
    return made


def _requests() -> list[dict[str, object]]:
    daily = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}
    return [
        {
            "resourceType": "MedicationRequest",
            "id": f"m-{name}",
            "status": status,
            "intent": "order",
            "medicationCodeableConcept": _coded(_RXNORM, "8640", "prednisone"),
            "subject": {"reference": f"Patient/{name}"},
            "authoredOn": "2024-02-01",
            "dosageInstruction": [
                {
                    "timing": daily,
                    "doseAndRate": [
                        {"doseQuantity": {"value": 10, "unit": "mg", "system": _UCUM, "code": "mg"}}
                    ],
                }
            ],
        }
        for (name, _), status in zip(PATIENTS, ("active", "completed", "cancelled"), strict=True)
    ]


def write_fhir_export(folder: Path) -> None:
    """The folder `export`, as a bulk export writes it."""
    export = folder / "export"
    export.mkdir()
    claims: list[dict[str, object]] = [{"resourceType": "Claim", "id": "b1"}]
    files: Mapping[str, list[dict[str, object]]] = {
        "Patient": _patients(),
        "Condition": _conditions(),
        "Observation": _observations(),
        "MedicationRequest": _requests(),
        "Claim": claims,
    }
    for name, resources in files.items():
        text = "".join(json.dumps(one) + "\n" for one in resources)
        (export / f"{name}.ndjson").write_text(text, encoding="utf-8")
