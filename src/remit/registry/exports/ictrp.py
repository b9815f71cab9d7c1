"""The form of the WHO's collection of registries (ICTRP): XML of 2020 and 2024, and CSV.

Names: WHO ICTRP export, whose tags and columns say the same with blanks for underscores. The
Trial Registration Data Set is version 1.3.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from remit.registry.exports.export_form import (
    DayOrder,
    ExportForm,
    ItemReader,
    Part,
    field_of,
    order_of,
    text_of,
)
from remit.registry.exports.leaf import Leaf, said, span_of, written_text
from remit.registry.record import OutcomeType
from remit.registry.text.outcomes import outcome

_NAMES = {
    "TrialID": "registry_id",
    "Secondary_ID": "secondary_id",
    "Last_Refreshed_on": "date_last_update",
    "Public_title": "title",
    "Scientific_title": "title_official",
    "Acronym": "title_acronym",
    "Primary_sponsor": "sponsor",
    "Secondary_Sponsor": "collaborator",
    "Source_Support": "funder",
    "Date_registration": "date_first_posted",
    "Date_registration3": "date_first_posted",
    "Source_Register": "registry",
    "web_address": "url",
    "Recruitment_Status": "status",
    "Inclusion_agemin": "age_minimum",
    "Inclusion_agemax": "age_maximum",
    "Inclusion_gender": "sex",
    "Date_enrollement": "date_start",
    "Target_size": "enrolment",
    "Study_type": "study_type",
    "Study_design": "design",
    "Phase": "phase",
    "Countries": "country",
    "Condition": "condition",
    "Intervention": "intervention",
    "results_date_posted": "date_results_posted",
    "results_date_completed": "date_completion",
    "results_url_link": "results_url",
    "results_yes_no": "results_posted",
    "Ethics_review_status": "ethics",
    "Ethics_review_approval_date": "date_ethics",
    "Retrospective_flag": "registered_retrospectively",
    "Inclusion_Criteria.label": "section",
    "Exclusion_Criteria.label": "section",
}
# Of whoever is to be asked; the affiliation stays.
_CONTACT = re.compile(
    r"(?:(?:Public|Scientific)_)?Contact_(?P<what>Firstname|Lastname|Address|Email|Tel)", re.I
)
_KINDS = {"address": "address", "email": "email", "tel": "telephone"}
_LIST_LABEL = re.compile(r"\s*(?:inclusion|exclusion) criteria:(?=\s)", re.I)
# What the EU register appends to the inclusion criteria: its own questions on ages.
_AGES_ASKED = re.compile(r"(?:<br\s?/?>\s*)*Are the trial subjects under 18\s?\?", re.I)
# Labels by which the EU register tells its objectives from its end points.
_LABELLED = re.compile(
    r"(Main Objective|Secondary Objective|Primary end point\(s\)|Secondary end point\(s\)"
    r"|Timepoint\(s\) of evaluation of this end point)\s?:",
    re.I,
)


def _outcomes(kind: OutcomeType) -> ItemReader:
    def read(group: Sequence[Leaf]) -> Iterable[Part]:
        (leaf,) = group
        found = _measures(text_of(leaf.value))
        if not found:
            yield field_of("outcomes", None, group, "not_given")
        for measure in found:
            yield outcome(
                kind, measure, None, None, source_text=written_text(group), span=span_of(group)
            )

    return read


def _measures(text: str) -> tuple[str, ...]:
    """The measures of a text: those of the EU register behind its label, else one a semicolon.

    Where the text has lines of its own, they and not its semicolons part it.
    """
    labels = list(_LABELLED.finditer(text))
    if labels:
        ends = [*(label.start() for label in labels[1:]), len(text)]
        parts = [
            text[label.end() : end]
            for label, end in zip(labels, ends, strict=True)
            if "end point(s)" in label[1].lower()
        ]
        return tuple(part.strip(" ;\n") for part in parts if part.strip(" ;\n"))
    parts = text.split("\n") if "\n" in text.strip() else text.split(";")
    return tuple(part.strip() for part in parts if part.strip())


def _day_order(leaves: Sequence[Leaf]) -> DayOrder | None:
    written, plain = said(leaves, "Date_registration"), said(leaves, "Date_registration3")
    return None if written is None or plain is None else order_of(written, plain)


def _personal(leaf: Leaf, told: Mapping[str, str]) -> str | None:
    found = _CONTACT.fullmatch(leaf.shape)
    return None if found is None else _KINDS.get(found["what"].lower(), "contact_name")


ICTRP = ExportForm(
    "ictrp",
    "WHO ICTRP export",
    _NAMES,
    items={
        "Primary_outcome": _outcomes("primary"),
        "Secondary_outcome": _outcomes("secondary"),
        "Secondary_Outcome": _outcomes("secondary"),
    },
    criteria={"Inclusion_Criteria": "inclusion", "Exclusion_Criteria": "exclusion"},
    bookkeeping=frozenset({"Export_date", "Internal_Number", "Bridged_type@xml:space"}),
    several=frozenset({"condition", "intervention", "country", "secondary_id"}),
    personal=_personal,
    numbered=re.compile(r"^(?:TrialID|Secondary_ID|web_address|results_url_link|.*[Dd]ate.*)$"),
    day_order=_day_order,
)


def parted_leaves(leaves: Iterable[Leaf]) -> tuple[Leaf, ...]:
    """The leaves; the label that ICTRP puts before each list, and the EU register's questions on
    ages after one, stand apart from the list.
    """
    return tuple(_parted(leaves))


def _parted(leaves: Iterable[Leaf]) -> Iterator[Leaf]:
    for leaf in _without_ages(leaves):
        label = _LIST_LABEL.match(str(leaf.value)) if leaf.shape in ICTRP.criteria else None
        if label is None:
            yield leaf
            continue
        at = leaf.line + label[0].count("\n")
        yield Leaf(f"{leaf.path}.label", label[0].strip(), leaf.line, at)
        yield replace(leaf, value=str(leaf.value)[label.end() :], line=at)


def _without_ages(leaves: Iterable[Leaf]) -> Iterator[Leaf]:
    for leaf in leaves:
        text = str(leaf.value)
        found = _AGES_ASKED.search(text) if leaf.shape == "Inclusion_Criteria" else None
        if found is None:
            yield leaf
            continue
        at = leaf.line + text[: found.start()].count("\n")
        if text[: found.start()].strip():
            yield replace(leaf, value=text[: found.start()], last_line=at)
        yield Leaf("Inclusion_Criteria.ages", text[found.start() :], at, leaf.last_line)
