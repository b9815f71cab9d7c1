"""References of FHIR: what they point at, whatever way they are written.

Source: HL7 FHIR R4, "References between Resources". `Patient/1`, its absolute URL, and either with
a version behind it are one; `urn:uuid:…` is the `fullUrl` of an entry; `Patient?identifier=…` is a
search by which a server finds it; `#x` stands within the resource itself.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

from remit.facts.intake.fhir.files.fhir_elements import Element, object_of, objects_of, text_of

_LITERAL = re.compile(
    r"(?:https?://[^?#]*/)?([A-Z][A-Za-z]+/[A-Za-z0-9\-._~]+)(?:/_history/[^/?#]+)?/?"
)
_SEARCH = re.compile(r"(?:https?://[^?#]*/)?([A-Z][A-Za-z]+)\?(?:identifier|_id)=([^&]+)")
# A token with its system; a search without one finds whatever has the value.
_BY_ID = re.compile(r"\?_id=")


@lru_cache(maxsize=50_000)
def target_of(reference: str) -> str | None:
    """What a reference points at, in one form for all ways to write it; None for none.

    >>> target_of("https://clinic.example/fhir/Patient/7/_history/2")
    'Patient/7'
    >>> target_of("Patient?identifier=http://mrn.example|0815")
    'Patient?http://mrn.example|0815'
    """
    text = reference.strip()
    if text.startswith("urn:"):
        return text.lower() if text.lower().startswith("urn:uuid:") else text
    if (found := _LITERAL.fullmatch(text)) is not None:
        return found[1]
    if (search := _SEARCH.fullmatch(text)) is not None:
        value = unquote(search[2])
        return f"{search[1]}/{value}" if _BY_ID.search(text) else f"{search[1]}?{value}"
    return None


def identifier_of(one: Element) -> str | None:
    """An identifier as a search writes it; None where it lacks its system or its value."""
    system, value = text_of(one, "system"), text_of(one, "value")
    return f"{system}|{value}" if system and value else None


def contained_of(resource: Element, reference: str) -> Element | None:
    """The resource that `#x` points at within another one."""
    for inner in objects_of(resource, "contained"):
        if inner.get("id") == reference[1:]:
            return inner
    return None


def referred(holder: Element, name: str, kind: str) -> str | None:
    """What the reference under a name points at; by its identifier where it has nothing else.

    Raises:
        NotTaken: an element of another type.
    """
    reference = object_of(holder, name)
    text = text_of(reference, "reference")
    if text is not None:
        return "#" if text.startswith("#") else target_of(text) or ""
    by = identifier_of(object_of(reference, "identifier"))
    return f"{kind}?{by}" if by is not None else None
