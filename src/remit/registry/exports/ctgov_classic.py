"""The form of ClinicalTrials.gov records as the site gave them out until 2024: XML, or JSON of it.

Names: the site's XML schema (public.xsd).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from remit.registry.exports.export_form import ExportForm
from remit.registry.exports.item_readers import (
    arm_reader,
    location_reader,
    named_reader,
    official_reader,
    outcome_reader,
)
from remit.registry.exports.leaf import Leaf

_DATES = {
    "start_date": "date_start",
    "primary_completion_date": "date_primary_completion",
    "completion_date": "date_completion",
    "study_first_submitted": "date_first_submitted",
    "study_first_posted": "date_first_posted",
    "firstreceived_date": "date_first_submitted",
    "last_update_submitted": "date_last_update_submitted",
    "last_update_posted": "date_last_update",
    "lastchanged_date": "date_last_update",
    "results_first_posted": "date_results_posted",
    "verification_date": "date_verified",
}
_TEXTS = {
    "id_info.nct_id": "registry_id",
    "id_info.nct_alias": "secondary_id",
    "id_info.org_study_id": "secondary_id",
    "id_info.secondary_id": "secondary_id",
    "brief_title": "title",
    "official_title": "title_official",
    "acronym": "title_acronym",
    "overall_status": "status",
    "why_stopped": "why_stopped",
    "sponsors.lead_sponsor.agency": "sponsor",
    "sponsors.lead_sponsor.agency_class": "sponsor_class",
    "brief_summary.textblock": "summary",
    "detailed_description.textblock": "description",
    "condition": "condition",
    "keyword": "keyword",
    "study_type": "study_type",
    "study_design": "design",
    "phase": "phase",
    "enrollment": "enrolment",
    "enrollment@type": "enrolment_kind",
    "study_design_info.allocation": "allocation",
    "study_design_info.intervention_model": "interventional_model",
    "study_design_info.observational_model": "observational_model",
    "study_design_info.time_perspective": "time_perspective",
    "study_design_info.primary_purpose": "primary_purpose",
    "study_design_info.masking": "masking",
    "eligibility.gender": "sex",
    "eligibility.minimum_age": "age_minimum",
    "eligibility.maximum_age": "age_maximum",
    "eligibility.healthy_volunteers": "healthy_volunteers",
    "location_countries.country": "country",
    "required_header.url": "url",
}
_PERSONAL = re.compile(
    r"(?:^|\.)(?:overall_contact(?:_backup)?|contact(?:_backup)?|point_of_contact)\.(\w+)$"
)
_KINDS = {"email": "email", "phone": "telephone", "phone_ext": "telephone", "zip": "zip"}


def _personal(leaf: Leaf, told: Mapping[str, str]) -> str | None:
    """Contacts, postal codes, telephones and e-mails; not who leads the study."""
    key = leaf.shape.rpartition(".")[2]
    found = _PERSONAL.search(leaf.shape)
    if found is not None and found[1] != "organization":
        return _KINDS.get(key, "contact_name")
    return _KINDS.get(key)


def _kind_of_date(leaf: Leaf, leaves: Mapping[str, Leaf]) -> str | None:
    """What a date is: XML says it beside the date; JSON of it as an attribute of its own."""
    path = leaf.path.removesuffix(".#text").removesuffix(".date")
    for beside in ("@type", ".@attributes.type", ".type"):
        if path + beside in leaves:
            kind = str(leaves[path + beside].value).lower()
            return "estimated" if kind == "anticipated" else kind
    return None


def _any_spelling(names: Mapping[str, str]) -> Mapping[str, str]:
    """The names for XML, and for JSON that holds a text with attributes as an object."""
    return {
        shape + ending: name for shape, name in names.items() for ending in ("", ".#text", ".date")
    }


CTGOV_CLASSIC = ExportForm(
    "ctgov_classic",
    "ClinicalTrials.gov record as XML",
    {**_TEXTS, **_any_spelling(_DATES)},
    items={
        "primary_outcome": outcome_reader("primary", "time_frame"),
        "secondary_outcome": outcome_reader("secondary", "time_frame"),
        "other_outcome": outcome_reader("other", "time_frame"),
        "location": location_reader("facility.name", "city", "state", "country"),
        "overall_official": official_reader("last_name", "role", "affiliation"),
        "arm_group": arm_reader(
            "arm_group_label", "arm_group_type", "description", "intervention_name"
        ),
        "intervention": named_reader("intervention", "intervention_name"),
        "reference": named_reader("reference", "citation"),
        "results_reference": named_reader("publication", "citation"),
        "sponsors.collaborator": named_reader("collaborator", "agency"),
    },
    criteria={"eligibility.criteria.textblock": None},
    rest={
        "clinical_results": "results",
        "provided_document_section": "document",
        "condition_browse": "derived",
        "intervention_browse": "derived",
    },
    bookkeeping=frozenset(
        {
            "_id",
            "ctrname",
            "record_last_import",
            "required_header.download_date",
            "required_header.link_text",
            "@rank",
        }
    ),
    personal=_personal,
    numbered=re.compile(r"(?:id|nct_alias|citation|PMID|url|value|date\w*|posted|submitted\w*)$"),
    kind_of_date=_kind_of_date,
)
