"""Where the ClinicalTrials.gov API v2 keeps each field of a record."""

from __future__ import annotations

DATES = {
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
TEXTS = {
    "identificationModule.nctId": "registry_id",
    "identificationModule.nctIdAliases[]": "secondary_id",
    "identificationModule.orgStudyIdInfo.id": "secondary_id",
    "identificationModule.briefTitle": "title",
    "identificationModule.officialTitle": "title_official",
    "identificationModule.acronym": "title_acronym",
    "statusModule.overallStatus": "status",
    "statusModule.whyStopped": "why_stopped",
    "sponsorCollaboratorsModule.leadSponsor.name": "sponsor",
    "sponsorCollaboratorsModule.leadSponsor.class": "sponsor_class",
    "sponsorCollaboratorsModule.responsibleParty.investigatorFullName": "official_name",
    "descriptionModule.briefSummary": "summary",
    "descriptionModule.detailedDescription": "description",
    "conditionsModule.conditions[]": "condition",
    "conditionsModule.keywords[]": "keyword",
    "designModule.studyType": "study_type",
    "designModule.phases[]": "phase",
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
# What the sections hold that has no name of its own above.
REST = {
    "protocolSection": "other",
    "resultsSection": "results",
    "annotationSection": "other",
    "documentSection": "document",
    "derivedSection": "derived",
}
# Written by the program that downloaded the record, not by the registry.
BOOKKEEPING = frozenset({"_id", "ctrname", "record_last_import"})
