"""The form of ISRCTN records: the registry's XML, or JSON of it (names: the ISRCTN API)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from remit.registry.exports.export_form import (
    ExportForm,
    Part,
    field_of,
    whole_outcome,
)
from remit.registry.exports.item_readers import location_reader
from remit.registry.exports.leaf import Leaf
from remit.registry.text.written_values import read_registry_id

_NAMES = {
    "trialDescription.title": "title",
    "trialDescription.scientificTitle": "title_official",
    "trialDescription.acronym": "title_acronym",
    "trialDescription.studyHypothesis": "description",
    "trialDescription.plainEnglishSummary": "summary",
    "trialDescription.trialWebsite": "url",
    "trialDescription.ethicsApproval": "ethics",
    "externalRefs.doi": "doi",
    "externalRefs.eudraCTNumber": "secondary_id",
    "externalRefs.irasNumber": "secondary_id",
    "externalRefs.clinicalTrialsGovNumber": "secondary_id",
    "externalRefs.protocolSerialNumber": "secondary_id",
    "externalRefs.secondaryNumbers.secondaryNumber": "secondary_id",
    "trialDesign.studyDesign": "design",
    "trialDesign.primaryStudyDesign": "study_type",
    "trialDesign.trialTypes.trialType": "primary_purpose",
    "trialDesign.overallStatusOverride": "status",
    "trialDesign.reasonAbandoned": "why_stopped",
    "trialDesign.overallEndDate": "date_completion",
    "participants.recruitmentCountries.country": "country",
    "participants.gender": "sex",
    "participants.lowerAgeLimit": "age_minimum",
    "participants.upperAgeLimit": "age_maximum",
    "participants.ageRange": "age_groups",
    "participants.targetEnrolment": "enrolment",
    "participants.totalFinalEnrolment": "enrolment_actual",
    "participants.recruitmentStart": "date_start",
    "participants.recruitmentEnd": "date_recruitment_end",
    "participants.recruitmentStatusOverride": "recruitment_status",
    "conditions.condition.description": "condition",
    "interventions.intervention.description": "intervention_text",
    "interventions.intervention.interventionType": "intervention_type",
    "interventions.intervention.phase": "phase",
    "interventions.intervention.drugNames": "intervention",
    "results.publicationDetails": "publication",
}
_DROPPED = {"email": "email", "telephone": "telephone", "zip": "zip", "address": "address"}
_CONTACT = re.compile(r"(?:^|\.)contacts?\.\w+$")
_NAMED = frozenset({"title", "forename", "surname", "name", "orcid"})
_BOOKKEEPING = ("_id", "ctrname", "record_last_import")


def _number(group: Sequence[Leaf]) -> Iterable[Part]:
    """The registry writes its number without its name."""
    number = str(group[0].value).removeprefix("ISRCTN")
    yield field_of("registry_id", read_registry_id(f"ISRCTN{number}") or number, group)


def _personal(leaf: Leaf, told: Mapping[str, str]) -> str | None:
    """Addresses, and the names of contacts; not who leads the study."""
    parent, _, key = leaf.path.rpartition(".")
    if key in _NAMED and _CONTACT.search(leaf.shape):
        types = [text for path, text in told.items() if path.startswith(f"{parent}.contactType")]
        leads = any("investigator" in text.lower() for text in types)
        return None if leads else "contact_name"
    return _DROPPED.get(key)


ISRCTN = ExportForm(
    "isrctn",
    "ISRCTN record",
    _NAMES,
    items={
        "isrctn": _number,
        "trialDescription.primaryOutcome": whole_outcome("primary"),
        "trialDescription.secondaryOutcome": whole_outcome("secondary"),
        "participants.trialCentres.trialCentre": location_reader(
            "name", "city", "state", "country"
        ),
    },
    criteria={"participants.inclusion": "inclusion", "participants.exclusion": "exclusion"},
    rest={"attachedFiles": "document", "outputs": "results", "results": "results"},
    bookkeeping=frozenset(_BOOKKEEPING),
    several=frozenset({"intervention"}),
    personal=_personal,
    numbered=re.compile(
        r"(?:Id|id|Number|isrctn|doi|md5sum|Link|publicationDetails|Date|Start|End)$"
    ),
)
