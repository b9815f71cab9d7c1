"""Small invented resources of FHIR R4, and what the reader makes of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.dataset.handed_over import SourceTables
from remit.facts.intake.fhir.fhir_tables import read_fhir
from remit.facts.tables import TABLES
from remit.facts.vocabulary.code_book import CodeBook, ListedCodes

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
UCUM = "http://unitsofmeasure.org"
SLE = "55464009"  # SNOMED CT, systemic lupus erythematosus
CREATININE = "2160-0"  # LOINC, creatinine in serum or plasma
PREDNISONE = "8640"  # RxNorm, prednisone

Json = Mapping[str, object]
PATIENT: Json = {
    "resourceType": "Patient",
    "id": "p1",
    "gender": "female",
    "birthDate": "1990-03-04",
}
ABOUT: Json = {"subject": {"reference": "Patient/p1"}}


def coded(system: str, code: str, text: str | None = None) -> dict[str, object]:
    """A CodeableConcept of one coding."""
    found: dict[str, object] = {"coding": [{"system": system, "code": code}]}
    return {**found, "text": text} if text else found


def state(system: str, code: str) -> Json:
    return coded(f"http://terminology.hl7.org/CodeSystem/{system}", code)


def condition(number: str = "c1", /, **more: object) -> dict[str, object]:
    return {
        "resourceType": "Condition",
        "id": number,
        **ABOUT,
        "code": coded(SNOMED, SLE),
        "onsetDateTime": "2020-05-01",
        **more,
    }


def observation(number: str = "o1", /, **more: object) -> dict[str, object]:
    return {
        "resourceType": "Observation",
        "id": number,
        "status": "final",
        **ABOUT,
        "code": coded(LOINC, CREATININE),
        "effectiveDateTime": "2023-02-03T08:30:00+01:00",
        **more,
    }


def quantity(value: object, unit: str = "mg/dL", **more: object) -> dict[str, object]:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit, **more}


def request(number: str = "m1", /, **more: object) -> dict[str, object]:
    return {
        "resourceType": "MedicationRequest",
        "id": number,
        "status": "active",
        "intent": "order",
        **ABOUT,
        "medicationCodeableConcept": coded(RXNORM, PREDNISONE),
        "authoredOn": "2023-01-10",
        **more,
    }


def dosage(amount: Json, *, repeat: Json | None = None, **more: object) -> dict[str, object]:
    often = {"frequency": 1, "period": 1, "periodUnit": "d"} if repeat is None else repeat
    return {"timing": {"repeat": often}, "doseAndRate": [{"doseQuantity": amount}], **more}


def lines(*resources: Json) -> bytes:
    """NDJSON."""
    return b"".join(json.dumps(one).encode() + b"\n" for one in resources)


def bundle(*resources: Json, kind: str = "collection", **more: object) -> bytes:
    entries = [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in resources]
    made = {"resourceType": "Bundle", "type": kind, "entry": entries, **more}
    return json.dumps(made).encode()


def written(folder: Path, files: Mapping[str, bytes]) -> Path:
    folder.mkdir(exist_ok=True, parents=True)
    for name, text in files.items():
        (folder / name).write_bytes(text)
    return folder


def read_here(
    folder: Path,
    *resources: Json,
    files: Mapping[str, bytes] | None = None,
    book: CodeBook | None = None,
    data_cut: date | None = None,
) -> SourceTables:
    """What the reader makes of some resources, the patient `p1` among them, or of files."""
    held = {"all.ndjson": lines(PATIENT, *resources)} if files is None else files
    dictionary = packaged_dictionary()
    return read_fhir(
        [written(folder / "export", held)],
        book=book or ListedCodes(dictionary),
        dictionary=dictionary,
        data_cut=data_cut,
    )


def rows_of(found: SourceTables, table: str) -> Sequence[Mapping[str, object]]:
    return found.tables[table].to_pylist() if table in found.tables else []


def taken_of(found: SourceTables, table: str) -> Sequence[Mapping[str, object]]:
    """The rows that are believed: of a known code, on a known day, and of a finding with a value.

    What cannot be taken leaves at most a record in doubt, which is none of these.
    """
    code, key = TABLES[table].concept, TABLES[table].key
    days = rows_of(found, "imprecise_date")
    open_ = {day["fact_id"] for day in days if day["fact_table"] == table}
    values = [name for name in TABLES[table].schema.names if name.startswith("value_")]
    return [
        row
        for row in rows_of(found, table)
        if row[str(code)]
        and row[key] not in open_
        and (not values or any(row[name] is not None for name in values))
    ]


def rules_of(found: SourceTables, table: str) -> Mapping[str, int]:
    """What was left out of a table, by rule."""
    return {item.reason: item.rows for item in found.left_out.get(table, ())}
