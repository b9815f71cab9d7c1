"""Which version of FHIR a resource is of: another than R4 is refused by what shows it.

Sources: HL7 FHIR R4 (4.0.1), R5 (5.0.0), STU3 (3.0.2) and DSTU2 (1.0.2): for each resource, the
elements that one version has and R4 does not, or has as another type. R4B (4.3.0) has the resources
that are read here unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from remit.errors import DatasetError
from remit.facts.intake.accounting.report import refused
from remit.facts.intake.fhir.files.fhir_elements import Element

OLD, NEW = "STU3 or older", "R5 or newer"
_READ = ("4.0", "4.1", "4.3")
# Resources that R4 does not have.
_OLD_TYPES = (
    "BodySite DataElement DeviceComponent DeviceUseRequest DiagnosticOrder EligibilityRequest "
    "EligibilityResponse ExpansionProfile ImagingManifest ImagingObjectSelection MedicationOrder "
    "Order OrderResponse ProcedureRequest ProcessRequest ProcessResponse ReferralRequest Sequence "
    "ServiceDefinition Conformance"
)
_NEW_TYPES = (
    "ActorDefinition ArtifactAssessment BiologicallyDerivedProductDispense ConditionDefinition "
    "DeviceAssociation DeviceDispense DeviceUsage EncounterHistory FormularyItem GenomicStudy "
    "ImagingSelection InventoryItem InventoryReport NutritionIntake Permission Requirements "
    "TestPlan Transport"
)
_TYPES: Mapping[str, str] = {
    name: version
    for names, version in ((_OLD_TYPES, OLD), (_NEW_TYPES, NEW))
    for name in names.split()
}
# Elements that R4 does not have in these resources.
_OLD_NAMES = {
    "AllergyIntolerance": "substance assertedDate",
    "Condition": "context assertedDate dateRecorded patient",
    "Consent": "actor action consentingParty except data",
    "DiagnosticReport": "context codedDiagnosis image",
    "Encounter": "incomingReferral indication patient",
    "Immunization": "notGiven wasNotGiven date reported explanation vaccinationProtocol",
    "Medication": "isBrand isOverTheCounter product package",
    "MedicationAdministration": "notGiven wasNotGiven reasonNotGiven practitioner prescription "
    "effectiveTimePeriod patient",
    "MedicationRequest": "context definition",
    "MedicationStatement": "taken wasNotTaken reasonForUse reasonNotTaken patient",
    "Observation": "context comment comments related",
    "Patient": "animal careProvider",
    "Procedure": "context notDone notDoneReason notPerformed definition",
    "Specimen": "treatment",
}
_NEW_NAMES = {
    "AllergyIntolerance": "participant",
    "Condition": "participant",
    "Consent": "subject grantor grantee controller decision",
    "DiagnosticReport": "supportingInfo composition note",
    "Encounter": "actualPeriod plannedStartDate plannedEndDate admission virtualService",
    "Immunization": "informationSource supportingInformation administeredProduct",
    "Medication": "marketingAuthorizationHolder totalVolume definition",
    "MedicationAdministration": "medication occurenceDateTime occurencePeriod occurenceTiming "
    "isSubPotent",
    "MedicationRequest": "medication informationSource renderedDosageInstruction "
    "effectiveDosePeriod",
    "MedicationStatement": "medication adherence renderedDosageInstruction",
    "Observation": "triggeredBy instantiatesCanonical instantiatesReference bodyStructure",
    "Procedure": "occurrenceDateTime occurrencePeriod occurrenceString occurrenceAge "
    "occurrenceRange occurrenceTiming recorded",
    "ResearchSubject": "subject progress",
}


def _names(rows: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
    return {kind: frozenset(names.split()) for kind, names in rows.items()}


_STRANGE = {OLD: _names(_OLD_NAMES), NEW: _names(_NEW_NAMES)}
_ANY: Mapping[str, frozenset[str]] = {
    kind: _STRANGE[OLD].get(kind, frozenset()) | _STRANGE[NEW].get(kind, frozenset())
    for kind in {*_OLD_NAMES, *_NEW_NAMES}
}
_IN_PROFILE = re.compile(r"https?://hl7\.org/fhir/(\d)\.(\d)/|\|(\d)\.(\d)(?:\.\d+)?$")
_CORE = "hl7.org/fhir/StructureDefinition/"


def _coded_status(resource: Element) -> tuple[str, str] | None:
    for name in ("verificationStatus", "clinicalStatus"):
        if isinstance(resource.get(name), str):
            return f"{name} is a string", OLD
    return None


def _allergy(resource: Element) -> tuple[str, str] | None:
    if isinstance(resource.get("type"), dict):
        return "type is a CodeableConcept", NEW
    return _coded_status(resource)


def _encounter(resource: Element) -> tuple[str, str] | None:
    kind = resource.get("class")
    if isinstance(kind, str):
        return "class is a string", "DSTU2"
    if isinstance(kind, list):
        return "class is a list", NEW
    return None


def _request(resource: Element) -> tuple[str, str] | None:
    requester = resource.get("requester")
    if isinstance(requester, dict) and "agent" in requester:
        return "requester.agent", OLD
    return _dosage(resource, "dosageInstruction")


def _statement(resource: Element) -> tuple[str, str] | None:
    return _dosage(resource, "dosage")


def _dosage(resource: Element, name: str) -> tuple[str, str] | None:
    rows = resource.get(name)
    for row in rows if isinstance(rows, list) else ():
        for dose in ("doseQuantity", "doseRange", "rateQuantity"):
            if isinstance(row, dict) and dose in row:
                return f"{name}.{dose} outside doseAndRate", OLD
        if isinstance(row, dict) and "asNeeded" in row:
            return f"{name}.asNeeded", NEW
    return None


def _consent(resource: Element) -> tuple[str, str] | None:
    if isinstance(resource.get("provision"), list):
        return "provision is a list", NEW
    return None


_SHAPES: Mapping[str, Callable[[Element], tuple[str, str] | None]] = {
    "AllergyIntolerance": _allergy,
    "Condition": _coded_status,
    "Consent": _consent,
    "Encounter": _encounter,
    "MedicationRequest": _request,
    "MedicationStatement": _statement,
}


def require_r4(kind: str, resource: Element, place: Path, at: int | None) -> None:
    """Nothing, when no element shows that a resource is of another version than R4.

    Args:
        at: the line of the file where the resource stands; None within a Bundle.

    Raises:
        DatasetError: one does; it is named, with the version that has it.
    """
    sign = _TYPES.get(kind)
    if sign is not None:
        raise _other(kind, "a resource that R4 does not have", sign, place, at)
    shape = _SHAPES.get(kind)
    if shape is not None and (found := shape(resource)) is not None:
        raise _other(kind, *found, place, at)
    strange = _ANY.get(kind)
    if strange is not None and not strange.isdisjoint(resource):
        for version, names in _STRANGE.items():
            for name in sorted(names.get(kind, frozenset()).intersection(resource)):
                raise _other(kind, f"the element {name}", version, place, at)
    if kind in {"CapabilityStatement", "ImplementationGuide"}:
        said = resource.get("fhirVersion")
        for told in said if isinstance(said, list) else [said]:
            if isinstance(told, str) and not told.startswith(_READ):
                raise _other(kind, "fhirVersion", told[:10], place, at)
    if "meta" in resource:
        require_r4_profile(kind, resource, place, at)


def has_strange_names(kind: str, names: Iterable[str]) -> bool:
    """Whether a resource of a type has an element that R4 does not have there."""
    return kind in _ANY and not _ANY[kind].isdisjoint(names)


def require_r4_profile(kind: str, resource: Element, place: Path, at: int | None) -> None:
    """Nothing, when no profile of a resource is one of another version.

    Args, raises: as `require_r4`.
    """
    meta = resource.get("meta")
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    for profile in profiles if isinstance(profiles, list) else ():
        if isinstance(profile, str) and (of := _told_version(profile)) is not None:
            raise _other(kind, "meta.profile", of, place, at)


@lru_cache(maxsize=10_000)
def _told_version(profile: str) -> str | None:
    """The version of FHIR that a profile of HL7's own names; None for R4, or if it names none."""
    found = _IN_PROFILE.search(profile)
    if found is None or (found[3] is not None and _CORE not in profile):
        return None  # what stands behind | of another profile is the version of that profile
    version = ".".join(part for part in found.groups() if part is not None)
    return None if version in _READ else version


def _other(kind: str, sign: str, version: str, place: Path, at: int | None) -> DatasetError:
    return refused(
        "the data are of another version of FHIR than R4",
        expected="FHIR R4 (4.0.1)",
        got=f"{kind}: {sign} (FHIR {version})",
        next_step="export from an R4 endpoint, or convert the resources to R4 first",
        file=place,
        row=at,
    )
