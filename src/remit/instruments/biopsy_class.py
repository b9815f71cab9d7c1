"""A lupus nephritis class as a pathologist writes it: "V+III", "IV-S (A/C)+V", "class III/V".

ISN/RPS 2003 (Weening et al. J Am Soc Nephrol 2004;15:241) has the classes I to VI, of which V
occurs together with III or IV; class IV is segmental (S) or global (G); III and IV carry A, A/C or
C. The revision of 2018 (Bajema et al. Kidney Int 2018;93:789) keeps the classes and combinations.
The order in a report does not matter. Whatever is no such class is refused, not guessed: III with
IV, V with II, the Vc and Vd of the older classification of the WHO.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from remit.errors import InstrumentError

CLASS_CONCEPT = "ln_class"

_WORDS = re.compile(r"ISN\s*/\s*RPS|LUPUS|NEPHRITIS|CLASS(ES)?|TYPE|\bLN\b|型|类|級|级")
_PART = re.compile(
    r"\s*(?P<numeral>VI|IV|V|I{1,3})"
    r"(?:\s*-?\s*\(?(?P<extent>[SG])\b\)?)?"
    r"(?:\s*\(\s*(?P<bracketed>A/C|C/A|A|C)\s*\)|[\s-]+(?P<loose>A/C|C/A|A|C)\b)?\s*"
)
_JOINED = re.compile(r"\+|/|&|,|\bAND\b|\bWITH\b")
_ACTIVITY = {"A": "active", "C": "chronic", "A/C": "active_and_chronic"}
_PROLIFERATIVE = ("III", "IV")


@dataclass(frozen=True, slots=True)
class BiopsyClass:
    """What a report says.

    Attributes:
        name: a class of the concept `ln_class`: "I" to "VI", "III+V" or "IV+V".
        extent: "S" or "G" of class IV in the version of 2003; None where it is not said.
        activity: `active`, `chronic` or `active_and_chronic`; None where it is not said.
    """

    name: str
    extent: str | None = None
    activity: str | None = None


def read_biopsy_class(text: str) -> BiopsyClass:
    """The class that a report writes, whatever its order, spacing and case.

    Raises:
        InstrumentError: it is no class of ISN/RPS, or a combination that does not exist.

    >>> read_biopsy_class("V+III").name
    'III+V'
    >>> read_biopsy_class("class IV-S (A/C) + V")
    BiopsyClass(name='IV+V', extent='S', activity='active_and_chronic')
    """
    plain = unicodedata.normalize("NFKC", text).upper().replace("\N{EN DASH}", "-")
    plain = _WORDS.sub(" ", plain)
    parts = []
    at = 0
    while True:
        found = _PART.match(plain, at)
        if found is None:
            raise _no_class("this is no class of ISN/RPS")
        parts.append(found)
        at = found.end()
        if at == len(plain):
            break
        joined = _JOINED.match(plain, at)
        if joined is None:
            raise _no_class("this is no class of ISN/RPS")
        at = joined.end()
    return _combined(parts)


def _combined(parts: list[re.Match[str]]) -> BiopsyClass:
    numerals = [part["numeral"] for part in parts]
    name = numerals[0]
    if len(parts) > 1:
        first = [numeral for numeral in numerals if numeral in _PROLIFERATIVE]
        if len(parts) != 2 or "V" not in numerals or not first:
            raise _no_class("these classes are not given together")
        name = f"{first[0]}+V"
    extents = {part["extent"] for part in parts if part["extent"]}
    if extents and not name.startswith("IV"):
        raise _no_class("only class IV is segmental or global")
    suffixes = {
        mark.replace("C/A", "A/C")
        for part in parts
        if (mark := part["bracketed"] or part["loose"]) is not None
    }
    if len(suffixes) > 1 or (suffixes and not name.startswith(_PROLIFERATIVE)):
        raise _no_class("A, A/C or C is given once, of class III or IV")
    activity = _ACTIVITY[suffixes.pop()] if suffixes else None
    return BiopsyClass(name, extents.pop() if extents else None, activity)


def _no_class(what: str) -> InstrumentError:
    return InstrumentError(
        f"{CLASS_CONCEPT}: {what}",
        expected="I, II, III, IV, V, VI, III+V or IV+V, in any order, with (A), (A/C) or (C)",
        got="another text",
        next_step="write the class of the report, or not_assessed",
    )


def written_answer(name: str, answer: str) -> str:
    """An answer as its item names it: a class in the order of the concept, all else unchanged."""
    return read_biopsy_class(answer).name if name == CLASS_CONCEPT else answer
