"""The form of ClinicalTrials.gov records as the API v2 answers them (JSON)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from remit.registry.exports.export_form import ExportForm, field_of
from remit.registry.exports.item_readers import (
    arm_reader,
    location_reader,
    named_reader,
    official_reader,
    outcome_reader,
    reference_reader,
    text_block,
)
from remit.registry.exports.leaf import Leaf, said
from remit.registry.record import Field, Official
from remit.registry.text.written_values import is_placeholder

_PERSONAL = {
    "email": "email",
    "phone": "telephone",
    "phoneExt": "telephone",
    "zip": "zip",
    "lat": "coordinates",
    "lon": "coordinates",
    "name": "contact_name",
    "role": "contact",
    "title": "contact_name",
}
_CONTACT = re.compile(
    r"(?:\.centralContacts\[\d+\]|\.locations\[\d+\]\.contacts\[\d+\]|\.pointOfContact)\.(\w+)$"
)
_DATES = {
    "statusModule.startDateStruct.date": "date_start",
    "statusModule.primaryCompletionDateStruct.date": "date_primary_completion",
    "statusModule.completionDateStruct.date": "date_completion",
    "statusModule.studyFirstSubmitDate": "date_first_submitted",
    "statusModule.studyFirstPostDateStruct.date": "date_first_posted",
    "statusModule.lastUpdatePostDateStruct.date": "date_last_update",
    "statusModule.lastUpdateSubmitDate": "date_last_update_submitted",
    "statusModule.resultsFirstPostDateStruct.date": "date_results_posted",
    "statusModule.statusVerifiedDate": "date_verified",
}
_TEXTS = {
    "identificationModule.nctId": "registry_id",
    "identificationModule.nctIdAliases": "secondary_id",
    "identificationModule.orgStudyIdInfo.id": "secondary_id",
    "identificationModule.briefTitle": "title",
    "identificationModule.officialTitle": "title_official",
    "identificationModule.acronym": "title_acronym",
    "statusModule.overallStatus": "status",
    "statusModule.whyStopped": "why_stopped",
    "sponsorCollaboratorsModule.leadSponsor.name": "sponsor",
    "sponsorCollaboratorsModule.leadSponsor.class": "sponsor_class",
    "descriptionModule.briefSummary": "summary",
    "descriptionModule.detailedDescription": "description",
    "conditionsModule.conditions": "condition",
    "conditionsModule.keywords": "keyword",
    "designModule.studyType": "study_type",
    "designModule.phases": "phase",
    "designModule.enrollmentInfo.count": "enrolment",
    "designModule.enrollmentInfo.type": "enrolment_kind",
    "designModule.designInfo.allocation": "allocation",
    "designModule.designInfo.interventionModel": "interventional_model",
    "designModule.designInfo.observationalModel": "observational_model",
    "designModule.designInfo.timePerspective": "time_perspective",
    "designModule.designInfo.primaryPurpose": "primary_purpose",
    "designModule.designInfo.maskingInfo.masking": "masking",
    "eligibilityModule.sex": "sex",
    "eligibilityModule.minimumAge": "age_minimum",
    "eligibilityModule.maximumAge": "age_maximum",
    "eligibilityModule.healthyVolunteers": "healthy_volunteers",
}


def _personal(leaf: Leaf, told: Mapping[str, str]) -> str | None:
    """Contacts, postal codes, telephones, e-mails and coordinates; not who leads the study."""
    found = _CONTACT.search(leaf.path)
    key = leaf.path.rpartition(".")[2]
    if found is None:
        personal = key in ("email", "phone", "phoneExt", "zip") or ".geoPoint." in leaf.path
    elif found[1] in ("name", "role"):
        role = told.get(leaf.path[: -len(found[1])] + "role", "").upper()
        personal = role not in ("PRINCIPAL_INVESTIGATOR", "STUDY_CHAIR", "STUDY_DIRECTOR")
    else:
        personal = not leaf.path.endswith("pointOfContact.organization")
    return _PERSONAL.get(key, "contact") if personal else None


def _kind_of_date(leaf: Leaf, leaves: Mapping[str, Leaf]) -> str | None:
    kind = leaves.get(leaf.path.removesuffix(".date") + ".type")
    return None if kind is None else str(kind.value).lower()


def _party(group: Sequence[Leaf]) -> Iterable[Field]:
    """Who answers for the trial: a person, or an organisation whose kind alone is told."""
    name = said(group, "investigatorFullName")
    for leaf in group:
        if name is not None and leaf.path.endswith("investigatorFullName"):
            affiliation = said(group, "investigatorAffiliation")
            yield field_of("official", Official(name, "responsible party", affiliation), [leaf])
        else:
            yield field_of("other", text_block([leaf]), [leaf])


def _secondary_id(group: Sequence[Leaf]) -> Iterable[Field]:
    """Another number of the trial; "YES" or "N/A" are none."""
    number = said(group, "id") or text_block(group)
    if is_placeholder(number):
        yield field_of("secondary_id", None, group, "not_given")
    else:
        yield field_of("secondary_id", number, group)


_MODULES = "protocolSection."
CTGOV_API = ExportForm(
    "ctgov_json",
    "ClinicalTrials.gov API v2 record",
    {_MODULES + shape: name for shape, name in (_TEXTS | _DATES).items()},
    items={
        _MODULES + shape: reader
        for shape, reader in {
            "outcomesModule.primaryOutcomes": outcome_reader("primary", "timeFrame"),
            "outcomesModule.secondaryOutcomes": outcome_reader("secondary", "timeFrame"),
            "outcomesModule.otherOutcomes": outcome_reader("other", "timeFrame"),
            "contactsLocationsModule.locations": location_reader(
                "facility", "city", "state", "country"
            ),
            "contactsLocationsModule.overallOfficials": official_reader(
                "name", "role", "affiliation"
            ),
            "armsInterventionsModule.armGroups": arm_reader(
                "label", "type", "description", "interventionNames"
            ),
            "armsInterventionsModule.interventions": named_reader("intervention", "name"),
            "identificationModule.secondaryIdInfos": _secondary_id,
            "referencesModule.references": reference_reader("type", "citation"),
            "sponsorCollaboratorsModule.collaborators": named_reader("collaborator", "name"),
            "sponsorCollaboratorsModule.responsibleParty": _party,
        }.items()
    },
    criteria={_MODULES + "eligibilityModule.eligibilityCriteria": None},
    rest={"resultsSection": "results", "documentSection": "document", "derivedSection": "derived"},
    bookkeeping=frozenset({"_id", "ctrname", "record_last_import"}),
    personal=_personal,
    # Ids, citations and links hold digits that look like telephone numbers.
    numbered=re.compile(r"(?:id|Id|nctIdAliases|citation|pmid|url|link|value)$"),
    kind_of_date=_kind_of_date,
)
