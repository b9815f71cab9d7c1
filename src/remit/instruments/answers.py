"""The words of answers, the same in a form and in a table of visits, and near misses of names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.numbers import Categories, categories_of
from remit.truth import Reason

NOT_ASSESSED = frozenset(
    {"", "not_assessed", "unknown", "nd", "not_done", "not_applicable", "na", "n/a"}
)
# Present, and nobody has said whether lupus is the cause.
ATTRIBUTION_UNKNOWN = "attribution_unknown"
_YES_AND_NO: Mapping[str, str] = {
    "yes": "present", "y": "present", "true": "present",
    "no": "absent", "n": "absent", "false": "absent",
}  # fmt: skip


def plain_word(text: str) -> str:
    """An answer without capitals and spaces.

    >>> plain_word(" Not attributed")
    'not_attributed'
    """
    return "_".join(text.lower().split())


def is_not_assessed(text: str) -> bool:
    """Whether an answer says that nothing is known."""
    return plain_word(text) in NOT_ASSESSED


def possible_values(text: str, values: Sequence[str]) -> frozenset[str] | None:
    """The values that an answer leaves possible: one, several, none where it was not assessed.

    None where it is no answer.

    >>> sorted(possible_values("attribution unknown", ("present", "absent", "not_attributed")))
    ['not_attributed', 'present']
    """
    word = plain_word(text)
    named = {plain_word(value): value for value in values}
    if word in named:
        return frozenset({named[word]})
    if word in NOT_ASSESSED:
        return frozenset()
    if "not_attributed" not in values:
        return None
    if word == ATTRIBUTION_UNKNOWN:
        return frozenset({"present", "not_attributed"})
    return frozenset({_YES_AND_NO[word]}) if word in _YES_AND_NO else None


def answer_words(values: Sequence[str]) -> str:
    """The answers that fit, for an error text."""
    more = (ATTRIBUTION_UNKNOWN,) if "not_attributed" in values else ()
    return ", ".join((*values, *more, "not_assessed"))


def answered_categories(
    values: Mapping[str, int],
    answers: Sequence[frozenset[str]],
    at: npt.NDArray[np.integer],
) -> Categories:
    """A column from the values that each answer leaves possible.

    Args:
        values: value name -> its id.
        at: the place of each row's answer, negative where nothing was said.
    """
    ids = tuple(sorted(values.values()))
    everything = (1 << len(ids)) - 1
    masks = [sum(1 << ids.index(values[name]) for name in answer) for answer in answers]
    reasons = [
        Reason.NO_VALUE if not answer else Reason.NEEDS_ATTESTATION if len(answer) > 1 else 0
        for answer in answers
    ]
    # A place of -1 reads the last, which is nothing.
    possible = np.array([*(mask or everything for mask in masks), everything], np.int64)
    why = np.array([*reasons, Reason.NO_DATA], np.int8)
    empty = categories_of(ids, np.full(len(at), -1))
    return replace(empty, possible=possible[at], why=why[at])


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
