"""SLEDAI-2K, written from section 1.1 of the specification and from nothing else.

Readings chosen where the text is open:

* A name that is not one of the 24 raises `ValueError`; it is not passed over.
* Attribution is the caller's: a laboratory value over its limit is `present` here, and the
  caller changes it to `not_attributed` where a drug or an infection explains it.
* A 24 h value, once there, decides proteinuria alone. UPCR speaks only where it is missing.
* CH50 is not among the inputs, so low complement is judged on C3 and C4.
* A value without its own limit (C3 without its lower limit) is not assessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from .kleene import Truth, any_of

WEIGHTS = {
    "seizure": 8,
    "psychosis": 8,
    "organic_brain_syndrome": 8,
    "visual_disturbance": 8,
    "cranial_nerve_disorder": 8,
    "lupus_headache": 8,
    "cva": 8,
    "vasculitis": 8,
    "arthritis": 4,
    "myositis": 4,
    "urinary_casts": 4,
    "hematuria": 4,
    "proteinuria": 4,
    "pyuria": 4,
    "rash": 2,
    "alopecia": 2,
    "mucosal_ulcers": 2,
    "pleurisy": 2,
    "pericarditis": 2,
    "low_complement": 2,
    "increased_dna_binding": 2,
    "fever": 1,
    "thrombocytopenia": 1,
    "leukopenia": 1,
}

SEROLOGY = frozenset({"low_complement", "increased_dna_binding"})


def item_active(items: Mapping[str, str], name: str) -> Truth:
    """Whether the item scores; unknown unless it is stated present, absent or not due to SLE."""
    value = items.get(name)
    if value == "present":
        return True
    if value in ("absent", "not_attributed"):
        return False
    return None


def score_items(items: Mapping[str, str], names: frozenset[str]) -> tuple[int, int]:
    """Lower and upper bound of the sum over these items."""
    strange = sorted(set(items) - set(WEIGHTS))
    if strange:
        raise ValueError(f"not SLEDAI-2K items: {strange}; use the 24 names of WEIGHTS")
    low = high = 0
    for name in names:
        active = item_active(items, name)
        low += WEIGHTS[name] if active is True else 0
        high += 0 if active is False else WEIGHTS[name]
    return low, high


def sledai_2k(items: Mapping[str, str]) -> tuple[int, int]:
    """Lower and upper bound of the total, 0 to 105; equal when every item was assessed."""
    return score_items(items, frozenset(WEIGHTS))


def clinical_sledai_2k(items: Mapping[str, str]) -> tuple[int, int]:
    """Lower and upper bound of the total without the two serology items, 0 to 101."""
    return score_items(items, frozenset(WEIGHTS) - SEROLOGY)


def _above(value: Decimal | None, limit: Decimal | None) -> Truth:
    return None if value is None or limit is None else value > limit


def _below(value: Decimal | None, limit: Decimal | None) -> Truth:
    return None if value is None or limit is None else value < limit


def _state(truth: Truth) -> str:
    if truth is None:
        return "not_assessed"
    return "present" if truth else "absent"


def items_from_laboratory(values: Mapping[str, Decimal | None]) -> dict[str, str]:
    """The eight measured items as `present`, `absent` or `not_assessed`; all limits strict."""
    read = values.get
    protein = read("urine_protein_24h_g")
    if protein is None:
        protein = read("upcr_g_g")
    complement = any_of(
        [_below(read("c3"), read("c3_lln")), _below(read("c4"), read("c4_lln"))],
    )
    return {
        "hematuria": _state(_above(read("rbc_hpf"), Decimal(5))),
        "pyuria": _state(_above(read("wbc_hpf"), Decimal(5))),
        "proteinuria": _state(_above(protein, Decimal("0.5"))),
        "low_complement": _state(complement),
        "increased_dna_binding": _state(_above(read("anti_dsdna"), read("anti_dsdna_uln"))),
        "fever": _state(_above(read("temperature_c"), Decimal(38))),
        "thrombocytopenia": _state(_below(read("platelets"), Decimal(100))),
        "leukopenia": _state(_below(read("leukocytes"), Decimal(3))),
    }
