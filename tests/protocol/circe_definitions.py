"""Cohort definitions of our own in the form of Circe, one for each construct that is imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from circe_people import (
    ANEMIA,
    APS,
    ARTHRITIS,
    DRUG_SLE,
    HCQ,
    LN,
    LUPUS,
    PREDNISONE,
    RASH,
    SLE,
)

Json = dict[str, object]


def concept_set(number: int, *items: tuple[int, str]) -> Json:
    """A concept set; the letters say `d` with all below it, `x` left out."""
    return {
        "id": number,
        "name": f"Set {number}",
        "expression": {
            "items": [
                {
                    "concept": {"CONCEPT_ID": omop, "CONCEPT_NAME": f"Concept {omop}"},
                    "isExcluded": "x" in letters,
                    "includeDescendants": "d" in letters,
                    "includeMapped": False,
                }
                for omop, letters in items
            ]
        },
    }


SETS: tuple[Json, ...] = (
    concept_set(0, (SLE, "d"), (DRUG_SLE, "xd")),
    concept_set(1, (LUPUS, "d"), (LN, "x"), (RASH, "xd")),
    concept_set(2, (PREDNISONE, "d"), (HCQ, "")),
    concept_set(3, (ANEMIA, ""), (ARTHRITIS, "")),
    concept_set(4, (APS, "d"), (SLE, "xd")),
)


def condition(number: int, **more: object) -> Json:
    """A criterion about conditions of a set."""
    return {"ConditionOccurrence": {"CodesetId": number, "ConditionTypeExclude": False, **more}}


def drug(number: int, **more: object) -> Json:
    """A criterion about drug exposures of a set."""
    return {"DrugExposure": {"CodesetId": number, **more}}


def around(
    criteria: Json,
    low: int | None,
    high: int | None,
    *,
    kind: int = 2,
    count: int = 1,
    anywhere: bool = False,
) -> Json:
    """So many records (0 exactly, 1 at most, 2 at least) in a window of days from the entry."""

    def bound(days: int | None, side: int) -> Json:
        if days is None:
            return {"Coeff": side}
        return {"Days": abs(days), "Coeff": side if days == 0 else (1 if days > 0 else -1)}

    return {
        "Criteria": criteria,
        "StartWindow": {
            "Start": bound(low, -1),
            "End": bound(high, 1),
            "UseIndexEnd": False,
            "UseEventEnd": False,
        },
        "RestrictVisit": False,
        "IgnoreObservationPeriod": anywhere,
        "Occurrence": {"Type": kind, "Count": count, "IsDistinct": False},
    }


def group(kind: str, *criteria: Json, count: int | None = None, **more: object) -> Json:
    """A group of criteria."""
    found: Json = {"Type": kind, "CriteriaList": list(criteria), "DemographicCriteriaList": [],
                   "Groups": [], **more}  # fmt: skip
    return found if count is None else {**found, "Count": count}


def definition(
    entry: Sequence[Json],
    *rules: Json,
    additional: Json | None = None,
    before: int = 0,
    after: int = 0,
    limits: tuple[str, str, str] = ("All", "All", "All"),
) -> Json:
    """A cohort definition."""
    found: Json = {
        "ConceptSets": list(SETS),
        "PrimaryCriteria": {
            "CriteriaList": list(entry),
            "ObservationWindow": {"PriorDays": before, "PostDays": after},
            "PrimaryCriteriaLimit": {"Type": limits[0]},
        },
        "QualifiedLimit": {"Type": limits[1]},
        "ExpressionLimit": {"Type": limits[2]},
        "InclusionRules": [
            {"name": f"Rule {number}", "expression": rule} for number, rule in enumerate(rules)
        ],
        "CensoringCriteria": [],
        "CollapseSettings": {"CollapseType": "ERA", "EraPad": 0},
        "CensorWindow": {},
    }
    return found if additional is None else {**found, "AdditionalCriteria": additional}


_SLE, _ANY, _SIGN, _APS = condition(0), condition(1), condition(3), condition(4)
_WOMAN: Json = {"Gender": [{"CONCEPT_ID": 8532, "CONCEPT_NAME": "FEMALE"}]}

DEFINITIONS: Mapping[str, Json] = {
    "left_out": definition([_ANY]),
    "left_out_above": definition([_APS]),
    "first_ever": definition([condition(0, First=True)], before=30),
    "observed_around": definition([_SLE], before=100, after=200),
    "two_entries": definition([_SIGN, drug(2)], limits=("First", "All", "First")),
    "window_before": definition([_SLE], group("ALL", around(_SIGN, -90, -1))),
    "window_around": definition([_SLE], group("ALL", around(_SIGN, -90, 90))),
    "window_around_none": definition([_SIGN], group("ALL", around(_SLE, -90, 90, kind=0, count=0))),
    "window_anywhere": definition([_SLE], group("ALL", around(_SIGN, None, None, anywhere=True))),
    "window_observed": definition([_SLE], group("ALL", around(_SIGN, None, None))),
    "window_after": definition([_SIGN], group("ALL", around(_SLE, 1, None))),
    "window_long": definition([_SIGN], group("ALL", around(_ANY, -400, None))),
    "counted": definition([_SLE], group("ALL", around(_ANY, 0, 365, count=2))),
    "counted_exactly": definition([_ANY], group("ALL", around(_ANY, 0, 300, kind=0, count=1))),
    "counted_at_most": definition([_ANY], group("ALL", around(_ANY, None, 0, kind=1, count=2))),
    "first_in_window": definition(
        [_SIGN], group("ALL", around(condition(0, First=True), -200, 200))
    ),
    "first_not_in_window": definition(
        [_SIGN], group("ALL", around(condition(0, First=True), None, 30, kind=0, count=0))
    ),
    "any_of": definition([_SLE], group("ANY", around(_SIGN, -30, 30), around(drug(2), 0, None))),
    "two_of_three": definition(
        [_ANY],
        group(
            "AT_LEAST",
            around(_SIGN, -300, 0),
            around(drug(2), -300, 0),
            around(_SLE, 0, 300),
            count=2,
        ),
    ),
    "at_most_one": definition(
        [_ANY],
        group("AT_MOST", around(_SIGN, -300, 300), around(drug(2), None, None), count=1),
    ),
    "nested_groups": definition(
        [_ANY],
        group(
            "ALL",
            around(_SLE, None, 0),
            Groups=[group("ANY", around(_SIGN, 0, 0), around(drug(2), -700, 700))],
        ),
    ),
    "women": definition([_SLE], group("ALL", DemographicCriteriaList=[_WOMAN])),
    "women_by_entry": definition([condition(0, **_WOMAN)]),
    "additional_first": definition(
        [_ANY],
        group("ALL", around(_SIGN, None, 0, anywhere=True)),
        additional=group("ALL", around(drug(2), -365, 365)),
        limits=("All", "First", "First"),
    ),
    "primary_first": definition(
        [_ANY],
        group("ALL", around(_SIGN, None, 0, anywhere=True)),
        additional=group("ALL", around(drug(2), -700, 700)),
        limits=("First", "First", "First"),
    ),
    "primary_last": definition(
        [_ANY],
        group("ALL", around(_SLE, None, 0, anywhere=True)),
        limits=("Last", "All", "All"),
    ),
}
