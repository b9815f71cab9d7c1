"""Elements of FHIR resources, each held to the JSON type that R4 gives it.

Source: HL7 FHIR R4 (4.0.1), "JSON Representation of Resources". An element of another type is
nothing that can be read: the resource is not taken, and counted under the name of the element.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Element = Mapping[str, object]
EMPTY: Element = {}


class NotTaken(Exception):  # noqa: N818 - a rule that leaves a resource out is no error
    """A rule by which a resource, or a part of one, is left out: counted, never an error.

    Attributes:
        on_purpose: whether the source itself says that nothing happened or nothing is sure.
    """

    def __init__(self, reason: str, *, on_purpose: bool = False) -> None:
        self.reason = reason
        self.on_purpose = on_purpose
        super().__init__(reason)


class NoDay(NotTaken):
    """A rule by which a resource is left out that happened, on a day that nobody can read."""

    def __init__(self, reason: str = "no date") -> None:
        super().__init__(reason)


def wrong_type(name: str, expected: str) -> NotTaken:
    return NotTaken(f"{name} is not {expected}")


def object_of(holder: Element, name: str) -> Element:
    """The object under a name; an empty one where there is none.

    Raises:
        NotTaken: something else stands there.
    """
    found = holder.get(name)
    if type(found) is dict:
        return found
    if found is None:
        return EMPTY
    raise wrong_type(name, "an object")


def objects_of(holder: Element, name: str) -> Sequence[Element]:
    """The objects of a list; none where there is no list.

    Raises:
        NotTaken: something else stands there.
    """
    found = holder.get(name)
    if found is None:
        return ()
    if type(found) is not list:
        raise wrong_type(name, "a list")
    for item in found:
        if type(item) is not dict:
            raise wrong_type(name, "a list of objects")
    return found


def text_of(holder: Element, name: str) -> str | None:
    """The text under a name, without spaces around it; None where it is empty.

    Raises:
        NotTaken: something else stands there.
    """
    found = holder.get(name)
    if found is None:
        return None
    if type(found) is not str:
        raise wrong_type(name, "a text")
    return found.strip() or None


def flag_of(holder: Element, name: str) -> bool | None:
    """The boolean under a name.

    Raises:
        NotTaken: something else stands there.
    """
    found = holder.get(name)
    if found is None or type(found) is bool:
        return found
    raise wrong_type(name, "true or false")


def codes_of(concept: Element) -> frozenset[str]:
    """The codes of a CodeableConcept, of whatever systems.

    Raises:
        NotTaken: an element of another type.
    """
    codings = objects_of(concept, "coding")
    return frozenset(code for coding in codings if (code := text_of(coding, "code")))


def status_code(concept: Element) -> str | None:
    """The code of a status that is a CodeableConcept; None where it has none, or two that differ.

    Raises:
        NotTaken: an element of another type.
    """
    codes = codes_of(concept)
    return next(iter(codes)) if len(codes) == 1 else None


def choice_of(holder: Element, stem: str) -> str | None:
    """The name under which a choice such as `value[x]` stands; None for none.

    Raises:
        NotTaken: two of them stand side by side.
    """
    found = [
        name
        for name in holder
        if name.startswith(stem) and name[len(stem) : len(stem) + 1].isupper()
    ]
    if len(found) > 1:
        raise NotTaken(f"{stem}[x] stands twice")
    return found[0] if found else None


def require_plain(holder: Element, where: str) -> None:
    """Nothing, when no extension changes what an element means.

    Raises:
        NotTaken: a `modifierExtension`, which may say the contrary of all that stands beside it.
    """
    if holder.get("modifierExtension"):
        raise NotTaken(f"a modifierExtension of {where}: it may change what is said")
