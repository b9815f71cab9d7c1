"""Which leaves of an API v2 record are personal data."""

from __future__ import annotations

import re

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
