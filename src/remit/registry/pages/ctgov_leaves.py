"""The leaves of an API v2 record: path, value and line, what each says, and which are personal."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from remit.errors import PageError, Place

Scalar = str | int | float | bool | None
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')
MAX_DEPTH = 200

# Where the API keeps each field.
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
PERSONAL = {
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


@dataclass(frozen=True, slots=True)
class Leaf:
    """One scalar of a JSON text. The path reads "a.b[0].c".

    `written` is the text before entities and Markdown escapes were decoded.
    """

    path: str
    value: Scalar
    line: int
    last_line: int
    written: str | None = None


def parse_json(text: str, source: str) -> object:
    """What a JSON text says.

    Raises:
        PageError: it is not JSON, nests too deeply or holds a number of too many digits.
    """
    try:
        body: object = json.loads(text)
    except json.JSONDecodeError as error:
        raise PageError(
            "the page is not valid JSON",
            expected="one JSON object, as the ClinicalTrials.gov API answers",
            got=f"{error.msg} (column {error.colno})",
            next_step="download the record again; the file may be cut off",
            place=Place(source, error.lineno, error.colno),
        ) from error
    except RecursionError as error:
        raise _bad(source, 1, "nesting too deep") from error
    except ValueError as error:
        raise _bad(source, 1, "a number too long") from error
    return body


def read_leaves(text: str, source: str) -> tuple[Leaf, ...]:
    """Every scalar of the text in its order; empty lists and objects have none.

    Raises:
        PageError: the text is not JSON, nests deeper than 200 levels, or says a key of an object
            twice: readers of JSON differ in which of them they believe.

    Example:
        >>> [leaf.path for leaf in read_leaves('{"a": [1, {"b": null}]}', "x")]
        ['a[0]', 'a[1].b']
    """
    parse_json(text, source)
    leaves: list[Leaf] = []
    # One entry a level: [key or position, whether it is a list]; the last key read waits in it.
    levels: list[tuple[str, int | str | None]] = []
    known: list[set[str]] = []
    line, expect_key, end = 1, False, 0
    for token in _TOKEN.finditer(text):
        line += text.count("\n", end, token.start())
        mark, end = token[0], token.end()
        if mark in "{[":
            if len(levels) >= MAX_DEPTH:
                raise _bad(source, line, f"more than {MAX_DEPTH} levels of nesting")
            levels.append((mark, 0 if mark == "[" else None))
            known.append(set())
            expect_key = mark == "{"
        elif mark in "}]":
            levels.pop()
            known.pop()
            expect_key = False
        elif mark == ",":
            kind, key = levels[-1]
            expect_key = kind == "{"
            if isinstance(key, int) and kind == "[":
                levels[-1] = (kind, key + 1)
        elif mark == ":":
            expect_key = False
        elif expect_key:
            key = str(json.loads(mark))
            if key in known[-1]:
                raise _bad(source, line, f"the key {key[:40]!r} twice in one object")
            known[-1].add(key)
            levels[-1] = ("{", key)
            expect_key = False
        else:
            value: Scalar = json.loads(mark)
            last = line + mark.count("\n")
            leaves.append(Leaf(_path(levels), value, line, last))
    return tuple(leaves)


def _path(levels: list[tuple[str, int | str | None]]) -> str:
    parts = [f"[{key}]" if kind == "[" else f".{key}" for kind, key in levels]
    return "".join(parts).removeprefix(".")


def _bad(source: str, line: int, got: str) -> PageError:
    return PageError(
        "the JSON cannot be read",
        expected="one study of the ClinicalTrials.gov API v2",
        got=got,
        next_step="download the record again",
        place=Place(source, line),
    )


def is_personal(path: str) -> bool:
    """Whether the leaf is a contact's, a postal code, a telephone, an e-mail or coordinates.

    Example:
        >>> is_personal("protocolSection.contactsLocationsModule.locations[0].zip")
        True
    """
    if _CONTACT.search(path):
        return not path.endswith("pointOfContact.organization")
    return path.rpartition(".")[2] in ("email", "phone", "phoneExt", "zip") or ".geoPoint." in path


def keep_name(path: str, roles: dict[str, str]) -> bool:
    """Whether a site contact's name stays: only for a principal investigator or study official."""
    found = _CONTACT.search(path)
    if not found or found[1] not in ("name", "role"):
        return False
    role = roles.get(path[: -len(found[1])] + "role", "").upper()
    return role in ("PRINCIPAL_INVESTIGATOR", "STUDY_CHAIR", "STUDY_DIRECTOR")
