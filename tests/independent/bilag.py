"""BILAG-2004 grades, written from section 2 of the specification and from nothing else.

The eight non-renal domains are here; the renal domain is in `bilag_renal`, offered from here too.

Readings chosen where the text is open:

* An item that was not assessed may be anything, so the grade is worked out twice: once with every
  such item at its mildest and once at its worst. The grade is given where both agree. Section 2.4
  speaks of a domain without any A to C finding only; B with an item that might still give A is
  read the same way: not evaluable. A certain A has nothing above it and stands.
* A number missing from the mapping is an item not assessed, the same as `None`.
* A code outside 0-4, an item of another domain and a number below 0 raise `ValueError`.
* D or E with an unknown history (`ever_involved` is `None`) is not evaluable.
* Haematology takes measured values (90-94), a code (95) and yes or no (96, 97). The printed bands
  are half-open as section 2.4 says. Attribution is the caller's.
* One grade that is not evaluable leaves the numeric score unknown; nine grades are expected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from .bilag_renal import renal_grade
from .kleene import Truth

__all__ = ["DOMAINS", "domain_grade", "numeric_score", "renal_grade"]

NOT_EVALUABLE = "not_evaluable"
POINTS = {"A": 12, "B": 8, "C": 1, "D": 0, "E": 0}

PYREXIA = 1
CONSTITUTIONAL_OTHERS = (2, 3, 4)

# The items that can reach A, those that reach B at most, and those that reach C at most.
GROUPS: dict[str, tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]] = {
    "mucocutaneous": ((5, 7, 9, 11, 13), (6, 12, 14, 15), (8, 10, 16, 17, 18)),
    "neuropsychiatric": (
        (19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 31, 36),
        (30, 32, 33, 34, 35, 37, 38),
        (),
    ),
    "musculoskeletal": ((39, 41), (40, 42), (43,)),
    "cardiorespiratory": ((45, 46, 47, 49, 50, 51, 52, 53, 54, 55), (44, 48), ()),
    "gastrointestinal": ((56, 58, 61, 63, 64), (57, 59, 60, 62), ()),
    "ophthalmic": ((65, 66, 69, 72, 74, 76, 77), (67, 68, 70, 73), (71, 75)),
}

# Haematology: A below the first number, B below the second, C below the third (10^9/L, g/dL).
BANDS: dict[int, tuple[Decimal, Decimal, Decimal]] = {
    90: (Decimal(8), Decimal(9), Decimal(11)),
    91: (Decimal(1), Decimal(2), Decimal(4)),
    92: (Decimal("0.5"), Decimal(1), Decimal(2)),
    94: (Decimal(25), Decimal(50), Decimal(150)),
}
LYMPHOCYTES, LYMPHOCYTES_C = 93, Decimal(1)
TTP, HAEMOLYSIS, COOMBS = 95, 96, 97

DOMAINS = ("constitutional", *GROUPS, "haematological")

Value = int | Decimal | bool | None


def domain_grade(domain: str, items: Mapping[int, Value], ever_involved: Truth) -> str:
    """The grade A to E of a non-renal domain, or `not_evaluable`."""
    _refuse_foreign_items(domain, items)
    if domain == "haematological":
        mildest, worst = _haematological(items, worst=False), _haematological(items, worst=True)
    else:
        numbers = domain_items(domain)
        codes = {number: _code(items.get(number)) for number in numbers}
        low = {number: 0 if code is None else code for number, code in codes.items()}
        high = {number: 4 if code is None else code for number, code in codes.items()}
        mildest, worst = _clinical(domain, low), _clinical(domain, high)
    if mildest != worst:
        return NOT_EVALUABLE
    if mildest != "inactive":
        return mildest
    if ever_involved is None:
        return NOT_EVALUABLE
    return "D" if ever_involved else "E"


def numeric_score(grades: Sequence[str]) -> int | None:
    """The sum 0-108 over the nine domains; `None` where a domain is not evaluable."""
    if len(grades) != 9:
        raise ValueError(f"nine grades expected, one for each domain; got {len(grades)}")
    strange = sorted(set(grades) - set(POINTS) - {NOT_EVALUABLE})
    if strange:
        raise ValueError(f"not BILAG grades: {strange}; use A to E or {NOT_EVALUABLE}")
    if NOT_EVALUABLE in grades:
        return None
    return sum(POINTS[grade] for grade in grades)


def domain_items(domain: str) -> tuple[int, ...]:
    """The item numbers of a non-renal domain."""
    if domain == "constitutional":
        return (PYREXIA, *CONSTITUTIONAL_OTHERS)
    if domain == "haematological":
        return (*BANDS, LYMPHOCYTES, TTP, HAEMOLYSIS, COOMBS)
    if domain not in GROUPS:
        raise ValueError(f"not a BILAG-2004 domain graded here: {domain}; use one of {DOMAINS}")
    return tuple(number for group in GROUPS[domain] for number in group)


def _refuse_foreign_items(domain: str, items: Mapping[int, Value]) -> None:
    foreign = sorted(set(items) - set(domain_items(domain)))
    if foreign:
        raise ValueError(f"not items of the {domain} domain: {foreign}")


def _code(value: Value) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or value not in (0, 1, 2, 3, 4):
        raise ValueError("an item code is 0, 1, 2, 3, 4 or None (not assessed)")
    return int(value)


def _clinical(domain: str, codes: Mapping[int, int]) -> str:
    if domain == "constitutional":
        return _constitutional(codes)
    a_items, b_items, c_items = GROUPS[domain]
    if any(codes[number] >= 2 for number in a_items):
        return "A"
    if any(codes[number] == 1 for number in a_items) or any(codes[n] >= 2 for n in b_items):
        return "B"
    if any(codes[number] == 1 for number in b_items) or any(codes[n] > 0 for n in c_items):
        return "C"
    return "inactive"


def _constitutional(codes: Mapping[int, int]) -> str:
    pyrexia = codes[PYREXIA]
    active = sum(codes[number] >= 2 for number in CONSTITUTIONAL_OTHERS)
    if pyrexia >= 2 and active >= 2:
        return "A"
    if pyrexia >= 2 or active >= 2:
        return "B"
    if pyrexia == 1 or any(codes[number] > 0 for number in CONSTITUTIONAL_OTHERS):
        return "C"
    return "inactive"


def _haematological(items: Mapping[int, Value], *, worst: bool) -> str:
    reached = {_band(items.get(number), bands, worst=worst) for number, bands in BANDS.items()}
    lymphocytes = _measured(items.get(LYMPHOCYTES))
    if worst if lymphocytes is None else lymphocytes < LYMPHOCYTES_C:
        reached.add("C")
    ttp = _code(items.get(TTP))
    if ttp is None:
        ttp = 4 if worst else 0
    if ttp > 0:
        reached.add("A" if ttp >= 2 else "B")
    if _yes(items.get(HAEMOLYSIS), worst=worst):
        reached.add("B")
    if _yes(items.get(COOMBS), worst=worst):
        reached.add("C")
    return min(reached)  # "A" < "B" < "C" < "inactive" in the order of characters


def _band(value: Value, bands: tuple[Decimal, Decimal, Decimal], *, worst: bool) -> str:
    number = _measured(value)
    if number is None:
        return "A" if worst else "inactive"
    for letter, limit in zip("ABC", bands, strict=True):
        if number < limit:
            return letter
    return "inactive"


def _measured(value: Value) -> int | Decimal | None:
    if isinstance(value, bool) or (value is not None and value < 0):
        raise ValueError("a measured value is a number of 0 or more, or None")
    return value


def _yes(value: Value, *, worst: bool) -> bool:
    if value is None:
        return worst
    if not isinstance(value, bool):
        raise ValueError("items 96 and 97 are True, False or None")
    return value
