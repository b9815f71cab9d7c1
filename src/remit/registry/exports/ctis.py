"""The form of CTIS records (EU clinical trials since 2022) as the site answers them (JSON).

CTIS gives phases, age ranges and status as numbers of lists that it does not give with them: they
are kept as `…_code` and not read as phases or ages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from remit.registry.exports.export_form import ExportForm, ItemReader, Part
from remit.registry.exports.leaf import Leaf, said, span_of, written_text
from remit.registry.record import CriterionKind, OutcomeType
from remit.registry.text.outcomes import outcome

_PART_ONE = ("authorizedApplication.authorizedPartI.", "authorizedPartI.")
_DETAILS = "trialDetails."
_IDS = _DETAILS + "clinicalTrialIdentifiers."
_ABOUT = _DETAILS + "trialInformation."
_WHOLE = {
    "ctNumber": "registry_id",
    "ctStatus": "status",
    "ctPublicStatusCode": "status_code",
    "publishDate": "date_last_update",
    "startDateEU": "date_start",
    "endDateEU": "date_completion",
    "eudraCtInfo.eudraCtCode": "secondary_id",
    "authorizedApplication.eudraCt.eudraCtCode": "secondary_id",
    "totalNumberEnrolled": "enrolment",
    "ageGroup": "age_groups",
    "gender": "sex",
    "trialPhase": "phase_text",
}
_PARTS = {
    _IDS + "fullTitle": "title_official",
    _IDS + "publicTitle": "title",
    _IDS + "shortTitle": "title_acronym",
    _IDS + "secondaryIdentifyingNumbers.nctNumber.number": "secondary_id",
    _IDS + "secondaryIdentifyingNumbers.isrctnNumber.number": "secondary_id",
    _IDS + "secondaryIdentifyingNumbers.whoUniversalTrialNumber.number": "secondary_id",
    _IDS + "secondaryIdentifyingNumbers.additionalRegistries.number": "secondary_id",
    _ABOUT + "trialCategory.trialPhase": "phase_code",
    _ABOUT + "medicalCondition.partIMedicalConditions.medicalCondition": "condition",
    _ABOUT + "trialObjective.mainObjective": "objective",
    _ABOUT + "trialDuration.estimatedEndDate": "date_completion",
    _ABOUT + "trialDuration.estimatedRecruitmentStartDate": "date_start",
    "sponsors.organisation.name": "sponsor",
    "rowSubjectCount": "enrolment_elsewhere",
    "products.productName": "intervention",
    "products.prodName": "intervention",
}
_CONTACT = re.compile(
    r"\.(?:publicContacts|scientificContacts|contactPointForUnion|person|legalRepresentative"
    r"|investigators?|personInfo|contactPersons?)\b"
)
_KINDS = {
    "email": "email",
    "functionalEmailAddress": "email",
    "telephone": "telephone",
    "phone": "telephone",
    "intl": "telephone",
    "postcode": "zip",
    "functionalName": "contact_name",
    "firstName": "contact_name",
    "lastName": "contact_name",
}


def _personal(leaf: Leaf, told: Mapping[str, str]) -> str | None:
    """People, their telephones, e-mails and addresses; organisations stay."""
    shape = leaf.shape
    key = shape.rpartition(".")[2]
    if key in _KINDS:
        return _KINDS[key]
    found = _CONTACT.search(shape)
    if found is None or ".organisation." in shape[found.end() - 1 :]:
        return "address" if re.search(r"\baddressLine\d$|\.oneLine$", shape) else None
    return "contact"


def _outcome(kind: OutcomeType) -> ItemReader:
    def read(group: Sequence[Leaf]) -> Iterable[Part]:
        measure = said(group, "endPoint") or ""
        yield outcome(
            kind, measure, None, None, source_text=written_text(group), span=span_of(group)
        )

    return read


_CRITERIA: Mapping[str, CriterionKind] = {
    "eligibilityCriteria.principalInclusionCriteria.principalInclusionCriteria": "inclusion",
    "eligibilityCriteria.principalExclusionCriteria.principalExclusionCriteria": "exclusion",
}
_OUTCOMES: Mapping[str, OutcomeType] = {
    "endPoint.primaryEndPoints": "primary",
    "endPoint.secondaryEndPoints": "secondary",
}
CTIS = ExportForm(
    "ctis",
    "EU CTIS record",
    _WHOLE | {start + shape: name for start in _PART_ONE for shape, name in _PARTS.items()},
    items={
        f"{start}{_ABOUT}{shape}": _outcome(kind)
        for start in _PART_ONE
        for shape, kind in _OUTCOMES.items()
    },
    criteria={
        f"{start}{_ABOUT}{shape}": side for start in _PART_ONE for shape, side in _CRITERIA.items()
    },
    rest={"results": "results", "applications": "application", "documents": "document"},
    bookkeeping=frozenset({"_id", "ctrname", "record_last_import"}),
    personal=_personal,
    numbered=re.compile(
        r"(?:[iI]d|[uU]uid|[nN]umber|[kK]ey|[cC]ode|Pk|[dD]ate|Url|On|party|KeyForDisplay)$"
    ),
)
