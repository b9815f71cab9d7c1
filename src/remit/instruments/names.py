"""The names nearest to one that nobody asks for; a hint of an error, never a reading."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

# What is written on laboratory slips and in charts, and our names for it.
_CHART_NAMES: Mapping[str, str] = {
    "wbc": "leukocytes", "wcc": "leukocytes", "white_cells": "leukocytes",
    "plt": "platelets", "plts": "platelets",
    "hb": "hemoglobin", "hgb": "hemoglobin",
    "anc": "neutrophils", "alc": "lymphocytes",
    "temp": "body_temperature", "temperature": "body_temperature",
    "cr": "creatinine", "scr": "creatinine", "gfr": "egfr",
    "dsdna": "anti_dsdna", "anti_dna": "anti_dsdna",
    "pcr": "upcr", "acr": "urine_albumin_creatinine_ratio", "protein_24h": "urine_protein_24h",
    "sbp": "systolic_bp", "dbp": "diastolic_bp",
    "rbc": "urine_rbc", "dipstick": "urine_dipstick_protein",
    "joints": "inflamed_joints", "stroke": "cva", "headache": "lupus_headache",
    "ttp": "thrombotic_thrombocytopenic_purpura", "coombs": "isolated_coombs",
    "prednisone": "dose of glucocorticoid", "prednisolone": "dose of glucocorticoid",
}  # fmt: skip


def nearest_names(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """At most three of the known names; the one that a chart means alone; of a dozen all.

    >>> nearest_names("WBC", ["leukocytes", "urine_wbc"])
    ('leukocytes',)
    >>> nearest_names("seizur", ["seizure", "rash"])
    ('seizure',)
    """
    names = tuple(known)
    word = name.lower().replace("-", "_").replace(" ", "_")
    meant = _CHART_NAMES.get(word)
    if meant in names:
        return (meant,)
    parts = [other for other in names if word and (word in other or other in word)]
    near = difflib.get_close_matches(word, names, n=3, cutoff=0.6)
    return tuple(dict.fromkeys((*near, *parts)))[:3] or (names if len(names) <= 12 else ())
