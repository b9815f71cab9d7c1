"""Local OMOP ids of what is recorded item by item: findings, forms and events."""

from __future__ import annotations

from collections.abc import Mapping

UNLISTED = 45877994  # an answer that no category lists
PRESENT, ABSENT, NOT_ATTRIBUTED = 2_100_000_901, 2_100_000_902, 2_100_000_903
FINDINGS = (PRESENT, ABSENT, NOT_ATTRIBUTED, UNLISTED)
FIRST_ITEM = 2_100_001_001
# SLEDAI-2K (Gladman, Ibanez and Urowitz, J Rheumatol 2002;29:288).
# In the order of the form, which is that of the local ids: points, and how often a person with
# active disease has the finding (invented).
ITEMS: Mapping[str, tuple[int, float]] = {
    "seizure": (8, 0.02),
    "psychosis": (8, 0.015),
    "organic_brain_syndrome": (8, 0.015),
    "visual_disturbance": (8, 0.015),
    "cranial_nerve_disorder": (8, 0.01),
    "lupus_headache": (8, 0.03),
    "cva": (8, 0.01),
    "vasculitis": (8, 0.04),
    "arthritis": (4, 0.25),
    "myositis": (4, 0.03),
    "urinary_casts": (4, 0.1),
    "hematuria": (4, 0.4),
    "proteinuria": (4, 0.6),
    "pyuria": (4, 0.3),
    "rash": (2, 0.25),
    "alopecia": (2, 0.2),
    "mucosal_ulcers": (2, 0.12),
    "pleurisy": (2, 0.06),
    "pericarditis": (2, 0.05),
    "low_complement": (2, 0.5),
    "increased_dna_binding": (2, 0.5),
    "fever": (1, 0.08),
    "thrombocytopenia": (1, 0.08),
    "leukopenia": (1, 0.1),
}
BY_LABORATORY = frozenset(
    {
        "hematuria", "proteinuria", "pyuria", "low_complement", "increased_dna_binding",
        "fever", "thrombocytopenia", "leukopenia",
    }
)  # fmt: skip


def item_id(name: str) -> int:
    """The OMOP id of an item."""
    return FIRST_ITEM + tuple(ITEMS).index(name)


# BILAG-2004 (Isenberg 2005, Rheumatology 44:902): items by their number on the form, as those that
# can reach A, those that reach B at most and those that reach C at most.
BILAG_FIRST = 2_100_002_000
BILAG_GROUPS: Mapping[str, tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]] = {
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
CONSTITUTIONAL = (1, 2, 3, 4)  # the first of them is pyrexia
HYPERTENSION, NEPHROTIC, SEDIMENT, NEPHRITIS = 80, 85, 88, 89
THROMBOTIC, HAEMOLYSIS, COOMBS = 95, 96, 97
EVER = range(101, 110)  # was the domain ever affected: in the order of the form's domains
FIRST_ASSESSMENT = 110
# Events between treatment and response, as definitions of response read them.
OTHER_DETERIORATION, RESCUE_TREATMENT, TREATMENT_STOPPED = (
    2_100_003_001,
    2_100_003_003,
    2_100_003_004,
)
