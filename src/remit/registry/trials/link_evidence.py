"""Scored comparisons of two records.

The weights were set on invented records and on the pages of one trial on two sites. Field equality
is weak evidence against identity (of 242 human-checked pairs, 40 differed in enrolment), so a
difference costs little here; what forbids a link stands in `objections`.
"""

from __future__ import annotations

from remit.registry.text.titles import (
    containment,
    sponsor_similarity,
    title_similarity,
    title_weight,
)
from remit.registry.trials.link_grounds import LinkEvidence, versus
from remit.registry.trials.profile import Profile, days_of

SAME_TITLE = 0.8
SAME_SPONSOR = 0.8
SAME_CRITERIA = 0.5
ENOUGH_SHINGLES = 25


def weigh(left: Profile, right: Profile) -> tuple[LinkEvidence, ...]:
    """Every comparison that both records allow, in a fixed order."""
    found = (
        _own_ids(left, right),
        _declared_ids(left, right),
        _sponsor_numbers(left, right),
        _titles(left, right),
        _sponsors(left, right),
        _criteria(left, right),
        _outcomes(left, right),
        _summaries(left, right),
        _people(left, right),
        _places(left, right),
        _ages(left, right),
        _enrolment(left, right),
        _completion(left, right),
        _phase(left, right),
    )
    return tuple(item for item in found if item is not None)


def _own_ids(left: Profile, right: Profile) -> LinkEvidence | None:
    shared = left.own_ids & right.own_ids
    if not shared:
        return None
    return LinkEvidence("own_ids", 1.0, 12.0, ", ".join(sorted(i.number for i in shared)))


def _declared_ids(left: Profile, right: Profile) -> LinkEvidence | None:
    declared = (left.own_ids & right.other_ids) | (right.own_ids & left.other_ids)
    if declared:
        return LinkEvidence("declared_ids", 1.0, 4.0, ", ".join(sorted(i.number for i in declared)))
    shared = left.other_ids & right.other_ids
    if shared:
        # An umbrella id may stand on several trials: it supports a link and never makes one.
        return LinkEvidence(
            "shared_secondary_ids", 1.0, 0.5, ", ".join(sorted(i.number for i in shared))
        )
    return None


def _sponsor_numbers(left: Profile, right: Profile) -> LinkEvidence | None:
    shared = left.sponsor_numbers & right.sponsor_numbers
    return LinkEvidence("sponsor_numbers", 1.0, 0.5, ", ".join(sorted(shared))) if shared else None


def _titles(left: Profile, right: Profile) -> LinkEvidence | None:
    pairs = [(title_similarity(a, b), a, b) for a in left.titles for b in right.titles]
    if not pairs:
        return None
    best, a, b = max(pairs, key=lambda pair: pair[0])
    long_enough = min(title_weight(a), title_weight(b)) >= 4
    if best >= SAME_TITLE:
        score = 3.5 if long_enough else 2.0
    else:
        score = 1.0 if best >= 0.6 else -1.0 if best < 0.2 else 0.0
    return LinkEvidence("title", best, score, f"{a[:80]!r} / {b[:80]!r}")


def _sponsors(left: Profile, right: Profile) -> LinkEvidence | None:
    if not left.sponsor or not right.sponsor:
        return None
    alike = sponsor_similarity(left.sponsor, right.sponsor)
    score = 1.5 if alike >= SAME_SPONSOR else 0.5 if alike >= 0.5 else -1.5 if alike < 0.2 else 0.0
    return LinkEvidence("sponsor", alike, score, f"{left.sponsor[:60]} / {right.sponsor[:60]}")


def _criteria(left: Profile, right: Profile) -> LinkEvidence | None:
    if min(len(left.criteria), len(right.criteria)) < ENOUGH_SHINGLES:
        return None
    alike = containment(left.criteria, right.criteria)
    score = (
        4.0 if alike >= 0.8 else 3.0 if alike >= SAME_CRITERIA else 1.0 if alike >= 0.25 else -2.0
    )
    shared = len(left.criteria & right.criteria)
    return LinkEvidence("criteria", alike, score, f"{shared} runs of four words in common")


def _outcomes(left: Profile, right: Profile) -> LinkEvidence | None:
    if min(len(left.outcomes), len(right.outcomes)) < 10:
        return None
    alike = containment(left.outcomes, right.outcomes)
    return LinkEvidence(
        "outcomes", alike, 1.5 if alike >= 0.5 else -0.5 if alike < 0.1 else 0.0, ""
    )


def _summaries(left: Profile, right: Profile) -> LinkEvidence | None:
    if min(len(left.summary), len(right.summary)) < 10:
        return None
    alike = containment(left.summary, right.summary)
    return LinkEvidence("summary", alike, 1.0 if alike >= 0.5 else 0.0, "")


def _people(left: Profile, right: Profile) -> LinkEvidence | None:
    if not left.people or not right.people:
        return None
    shared = left.people & right.people
    return LinkEvidence(
        "officials", float(bool(shared)), 1.0 if shared else 0.0, f"{len(shared)} shared"
    )


def _places(left: Profile, right: Profile) -> LinkEvidence | None:
    if not left.places or not right.places:
        return None
    shared = sorted(left.places & right.places)
    return LinkEvidence(
        "locations", float(bool(shared)), 0.5 if shared else -0.5, ", ".join(shared[:3])
    )


def _ages(left: Profile, right: Profile) -> LinkEvidence | None:
    pairs = [
        (days_of(a), days_of(b)) for a, b in zip(left.ages, right.ages, strict=True) if a and b
    ]
    if not pairs:
        return None
    same = sum(a == b for a, b in pairs) / len(pairs)
    return LinkEvidence("ages", same, 0.5 if same == 1 else -1.0, "")


def _enrolment(left: Profile, right: Profile) -> LinkEvidence | None:
    if left.enrolment is None or right.enrolment is None:
        return None
    same = left.enrolment == right.enrolment
    near = max(left.enrolment, right.enrolment) <= 1.5 * min(left.enrolment, right.enrolment)
    score = 0.5 if same else 0.0 if near else -1.0
    return LinkEvidence("enrolment", float(same), score, f"{left.enrolment} / {right.enrolment}")


def _completion(left: Profile, right: Profile) -> LinkEvidence | None:
    if not left.completion or not right.completion:
        return None
    a, b = left.completion, right.completion
    same = a.startswith(b) or b.startswith(a)
    apart = abs(int(a[:4]) - int(b[:4])) > 2
    return LinkEvidence(
        "date_completion", float(same), 0.5 if same else -1.0 if apart else 0.0, f"{a} / {b}"
    )


def _phase(left: Profile, right: Profile) -> LinkEvidence | None:
    if not left.phase or not right.phase:
        return None
    same = bool(left.phase & right.phase)
    return LinkEvidence(
        "phase", float(same), 0.25 if same else -1.5, versus(left.phase, right.phase)
    )
