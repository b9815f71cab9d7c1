"""The form that a code of a vocabulary has: a code of another form is not of that vocabulary.

Sources: the check digit of LOINC is mod 10 (LOINC Users' Guide, appendix on the check digit); that
of SNOMED CT is Verhoeff's (SNOMED CT Release File Specifications, "Check-digit"); the shapes of
ICD-9-CM, ICD-10, ICD-10-CM, ICD-10-PCS, ATC, CVX, NDC, HCPCS and RxNorm are those that their
publishers (NCHS, WHO, CMS, CDC, FDA, NLM) print.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_ROTATION = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)

# Vocabulary -> the shape of its codes, as OMOP writes them. One that is not here has any.
_SHAPES: Mapping[str, re.Pattern[str]] = {
    name: re.compile(shape)
    for name, shape in {
        "LOINC": r"[0-9]{1,7}-[0-9]|(?:LP|LA|LL|LG)[0-9]{1,7}-[0-9]",
        "SNOMED": r"[1-9][0-9]{5,17}",
        "RxNorm": r"[1-9][0-9]{0,8}",
        "RxNorm Extension": r"OMOP[0-9]{1,9}",
        "ICD9CM": r"[0-9]{3}(?:\.[0-9]{1,2})?|V[0-9]{2}(?:\.[0-9]{1,2})?|E[0-9]{3}(?:\.[0-9])?",
        "ICD9Proc": r"[0-9]{2}(?:\.[0-9]{1,2})?",
        "ICD10": r"[A-Z][0-9]{2}(?:\.[0-9]{1,2})?",
        "ICD10GM": r"[A-Z][0-9]{2}(?:\.[0-9]{1,2})?",
        "ICD10CM": r"[A-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{1,4})?",
        "ICD10PCS": r"[0-9A-HJ-NP-Z]{3,7}",
        "ATC": r"[A-Z](?:[0-9]{2}(?:[A-Z](?:[A-Z](?:[0-9]{2})?)?)?)?",
        "CVX": r"[0-9]{1,3}",
        "NDC": r"[0-9]{9,11}",
        "HCPCS": r"[A-Z][0-9]{4}",
        "CPT4": r"[0-9]{4}[0-9A-Z]",
    }.items()
}
# Vocabularies whose codes have a dot, and after how many characters it stands.
_DOTTED: Mapping[str, int] = {"ICD9CM": 3, "ICD9Proc": 2, "ICD10": 3, "ICD10GM": 3, "ICD10CM": 3}
_HYPHENS = re.compile(r"([0-9]{4,5})-([0-9]{3,4})-([0-9]{1,2})")


def loinc_check_digit(stem: str) -> int:
    """The check digit of a LOINC number, from the digits before the hyphen.

    >>> loinc_check_digit("2160")
    0
    """
    total = 0
    for place, digit in enumerate(reversed(stem)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return -total % 10


def _dihedral(left: int, right: int) -> int:
    """The product of two elements of the dihedral group of order ten, Verhoeff's ground."""
    if left < 5:
        return (left + right) % 5 if right < 5 else 5 + (left + right - 5) % 5
    return 5 + (left - 5 - right) % 5 if right < 5 else (left - right) % 5


def snomed_is_valid(identifier: str) -> bool:
    """Whether an identifier has the length and the Verhoeff check digit of SNOMED CT.

    >>> snomed_is_valid("55464009"), snomed_is_valid("55464008")
    (True, False)
    """
    if not _SHAPES["SNOMED"].fullmatch(identifier) or not identifier.isascii():
        return False
    check = 0
    for place, digit in enumerate(reversed(identifier)):
        value = int(digit)
        for _ in range(place % 8):
            value = _ROTATION[value]
        check = _dihedral(check, value)
    return check == 0


def canonical_code(vocabulary: str, code: str) -> str:
    """A code as OMOP's vocabularies write it: hospitals leave out dots and add spaces.

    >>> canonical_code("ICD9CM", "78791  "), canonical_code("ICD10", "c50.-")
    ('787.91', 'C50')
    >>> canonical_code("NDC", "0002-7510-01")
    '00002751001'
    """
    text = code.strip()
    if vocabulary in _DOTTED:
        text = text.upper().rstrip("-").rstrip(".")
        stem = _DOTTED[vocabulary] + (vocabulary == "ICD9CM" and text.startswith("E"))
        if "." not in text and len(text) > stem:
            text = f"{text[:stem]}.{text[stem:]}"
    elif vocabulary in {"ATC", "HCPCS", "CPT4", "ICD10PCS"}:
        text = text.upper()
    elif vocabulary == "NDC" and (parts := _HYPHENS.fullmatch(text)):
        text = f"{parts[1]:0>5}{parts[2]:0>4}{parts[3]:0>2}"
    return text


def has_form(vocabulary: str, code: str) -> bool:
    """Whether a code, as `canonical_code` gives it, can be one of a vocabulary.

    >>> has_form("LOINC", "2160-0"), has_form("LOINC", "2160-1"), has_form("LOINC", "1271AAAA")
    (True, False, False)
    """
    shape = _SHAPES.get(vocabulary)
    if shape is None:
        return bool(code)
    if not code.isascii() or shape.fullmatch(code) is None:
        return False
    if vocabulary == "LOINC" and code[0].isdigit():
        stem, _, digit = code.partition("-")
        return digit == str(loinc_check_digit(stem))
    return vocabulary != "SNOMED" or snomed_is_valid(code)
