"""Another version of FHIR is refused by what shows it. Source: the specifications by version."""

from __future__ import annotations

from pathlib import Path

import pytest

from facts.intake.fhir.fhir_examples import (
    ABOUT,
    condition,
    observation,
    quantity,
    read_here,
    request,
    rows_of,
)
from remit.errors import DatasetError

ENCOUNTER = {"resourceType": "Encounter", "id": "e", "status": "finished", **ABOUT}
PROCEDURE = {"resourceType": "Procedure", "id": "x", "status": "completed", **ABOUT}


@pytest.mark.parametrize(
    ("resource", "sign", "version"),
    [
        (condition(verificationStatus="confirmed"), "verificationStatus is a string", "STU3"),
        (condition(clinicalStatus="active"), "clinicalStatus is a string", "STU3"),
        (condition(assertedDate="2020-01-01"), "assertedDate", "STU3"),
        (observation(context={"reference": "Encounter/e"}), "context", "STU3"),
        (observation(related=[]), "related", "STU3"),
        ({**PROCEDURE, "notDone": False}, "notDone", "STU3"),
        (request(requester={"agent": {"reference": "Practitioner/1"}}), "requester.agent", "STU3"),
        (request(dosageInstruction=[{"doseQuantity": quantity(5, "mg")}]), "doseQuantity", "STU3"),
        ({"resourceType": "ProcedureRequest"}, "a resource that R4 does not have", "STU3"),
        ({"resourceType": "MedicationOrder"}, "a resource that R4 does not have", "STU3"),
        ({**ENCOUNTER, "class": "outpatient"}, "class is a string", "DSTU2"),
        ({**ENCOUNTER, "class": [{"coding": [{"code": "AMB"}]}]}, "class is a list", "R5"),
        ({**ENCOUNTER, "actualPeriod": {"start": "2023-01-01"}}, "actualPeriod", "R5"),
        (request(medication={"concept": {"text": "x"}}), "medication", "R5"),
        ({**PROCEDURE, "occurrenceDateTime": "2023-01-01"}, "occurrenceDateTime", "R5"),
        (observation(triggeredBy=[]), "triggeredBy", "R5"),
        ({"resourceType": "DeviceUsage"}, "a resource that R4 does not have", "R5"),
        ({"resourceType": "CapabilityStatement", "fhirVersion": "3.0.1"}, "fhirVersion", "3.0.1"),
        ({"resourceType": "CapabilityStatement", "fhirVersion": "5.0.0"}, "fhirVersion", "5.0.0"),
        (
            condition(meta={"profile": ["http://hl7.org/fhir/3.0/StructureDefinition/Condition"]}),
            "meta.profile",
            "3.0",
        ),
        (
            condition(
                meta={"profile": ["http://hl7.org/fhir/StructureDefinition/Condition|5.0.0"]}
            ),
            "meta.profile",
            "5.0",
        ),
    ],
)
def test_another_version_is_named_by_the_element_that_shows_it(
    tmp_path: Path, resource: dict[str, object], sign: str, version: str
) -> None:
    with pytest.raises(DatasetError) as refused:
        read_here(tmp_path, resource)
    assert sign in str(refused.value)
    assert version in str(refused.value)
    assert str(resource["resourceType"]) in str(refused.value)


@pytest.mark.parametrize(
    "profile",
    [
        "http://hl7.org/fhir/us/core/StructureDefinition/us-core-condition|8.0.0",
        "http://hl7.org/fhir/StructureDefinition/Condition|4.0.1",
        "http://hl7.org/fhir/4.0/StructureDefinition/Condition",
        "https://hospital.example/StructureDefinition/own|5.0.0",
    ],
)
def test_a_profile_with_a_version_of_its_own_is_r4(tmp_path: Path, profile: str) -> None:
    found = read_here(tmp_path, condition(meta={"profile": [profile]}))
    assert len(rows_of(found, "condition_occurrence")) == 1


def test_r4_and_r4b_are_read(tmp_path: Path) -> None:
    for version in ("4.0.1", "4.3.0"):
        statement = {"resourceType": "CapabilityStatement", "fhirVersion": version}
        assert dict(read_here(tmp_path, statement, condition()).unread) == {
            "CapabilityStatement": ("FHIR", 1)
        }
