"""Records of one trial found by content, with a decision kept for every pair.

A false merge mixes two trials' criteria, which no later step can see; a missed link only leaves two
trials listed. So a link needs two strong, independent agreements, no contradiction and no open
question, and a record that would join two contradicting ones joins neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from remit.registry.record import Record
from remit.registry.trials.link_evidence import SAME_CRITERIA, SAME_SPONSOR, SAME_TITLE, weigh
from remit.registry.trials.link_grounds import LinkEvidence, Question, Veto
from remit.registry.trials.merge import merge_records
from remit.registry.trials.objections import forbid, object_to
from remit.registry.trials.profile import Profile, profile_of
from remit.registry.trials.trial import LinkDecision, Trial

THRESHOLD = 6.0
LIKE_TITLE = 0.3
# Registries word one trial differently; where a page names the other's number, wording is open.
_WORDING = frozenset({"title_words", "criterion_words", "criterion_on_one_page"})


@dataclass(frozen=True, slots=True)
class _Pair:
    left: int
    right: int
    decision: LinkDecision
    certain: bool


def link_records(records: Iterable[Record]) -> tuple[Trial, ...]:
    """The trials that the records tell of, in the order of their first records.

    Each trial carries the decision for every pair that one of its records was part of.

    Example:
        >>> from remit.registry import fixture_pages, read_page
        >>> trials = link_records(read_page(page) for page in fixture_pages())
        >>> max(len(trial.records) for trial in trials)
        2
    """
    given = tuple(records)
    pairs = _settle(_compare_all([profile_of(record) for record in given]))
    groups = _groups(len(given), pairs)
    group_of = {k: at for at, group in enumerate(groups) for k in group}
    decisions: list[list[LinkDecision]] = [[] for _ in groups]
    for pair in pairs:
        for at in {group_of[pair.left], group_of[pair.right]}:
            decisions[at].append(pair.decision)
    return tuple(
        merge_records(tuple(given[k] for k in group), decided)
        for group, decided in zip(groups, decisions, strict=True)
    )


def decide_links(records: Iterable[Record]) -> tuple[LinkDecision, ...]:
    """The decision for every pair of the records, linked or not."""
    given = [profile_of(record) for record in records]
    return tuple(pair.decision for pair in _settle(_compare_all(given)))


def compare_records(left: Record, right: Record) -> LinkDecision:
    """The decision for two records seen alone."""
    return _compare(0, 1, profile_of(left), profile_of(right)).decision


def _compare_all(profiles: Sequence[Profile]) -> list[_Pair]:
    return [
        _compare(a, b, profiles[a], profiles[b]) for a, b in combinations(range(len(profiles)), 2)
    ]


def _compare(a: int, b: int, left: Profile, right: Profile) -> _Pair:
    evidence = weigh(left, right)
    score = round(sum(item.score for item in evidence), 2)
    alike = {item.field: item for item in evidence}
    vetoes = [*forbid(left, right)]
    questions: list[Question] = []
    if _look_alike(alike):
        against = object_to(left, right)
        vetoes += [item for item in against if isinstance(item, Veto)]
        questions = [item for item in against if isinstance(item, Question)]
        questions += _twins(alike)
    enough = not vetoes and score >= THRESHOLD and _enough(evidence)
    if "declared_ids" in alike:
        questions = [item for item in questions if item.rule not in _WORDING]
    # Pages with the same criteria and like titles are of one trial or of sisters: somebody looks.
    related = "title" not in alike or _at_least(alike, "title", LIKE_TITLE)
    close = score >= THRESHOLD - 1 and related and _at_least(alike, "criteria", 0.8)
    open_pair = not vetoes and (enough or close)
    asked = tuple(dict.fromkeys(questions)) if open_pair else ()
    decision = LinkDecision(
        left.source,
        right.source,
        enough and not asked,
        score,
        evidence,
        tuple(dict.fromkeys(vetoes)),
        asked,
    )
    return _Pair(a, b, decision, "own_ids" in alike)


def _look_alike(alike: dict[str, LinkEvidence]) -> bool:
    """Whether the texts are near enough that a difference in them means something."""
    return (
        "declared_ids" in alike
        or _at_least(alike, "title", 0.5)
        or _at_least(alike, "criteria", 0.25)
    )


def _enough(evidence: Sequence[LinkEvidence]) -> bool:
    """Two strong agreements that do not follow from each other, or a shared own id."""
    alike = {item.field: item for item in evidence}
    if "own_ids" in alike:
        return True
    title = _at_least(alike, "title", SAME_TITLE)
    criteria = _at_least(alike, "criteria", SAME_CRITERIA)
    declared = "declared_ids" in alike
    sponsor = _at_least(alike, "sponsor", SAME_SPONSOR)
    contradicted = any(item.score <= -1 for item in evidence)
    if declared:
        related = title or criteria or (_at_least(alike, "title", 0.5) and sponsor)
        return related and not contradicted
    if title and criteria:
        return True
    if criteria and _at_least(alike, "criteria", 0.8):
        return sponsor and _at_least(alike, "title", 0.6) and not contradicted
    if title and sponsor and "criteria" not in alike:
        # Same title and sponsor also fit a second trial of a series: three details must agree too.
        details = (
            "outcomes",
            "summary",
            "officials",
            "locations",
            "ages",
            "enrolment",
            "date_completion",
        )
        agreeing = sum(alike[name].score > 0 for name in details if name in alike)
        strong_title = alike["title"].score >= 3
        return strong_title and agreeing >= 3 and all(item.score >= 0 for item in evidence)
    return False


def _twins(alike: dict[str, LinkEvidence]) -> list[Question]:
    """Whether most details differ: a sponsor's twin trials share title, criteria and even ages."""
    if "own_ids" in alike or "declared_ids" in alike:
        return []
    details = ("enrolment", "date_completion", "officials", "locations")
    apart = [name for name in details if name in alike and alike[name].similarity == 0]
    same = [name for name in details if name in alike and alike[name].similarity == 1]
    if len(apart) < 2 or len(apart) <= len(same):
        return []
    return [Question("details", "; ".join(f"{name} {alike[name].detail}" for name in apart))]


def _at_least(alike: dict[str, LinkEvidence], name: str, least: float) -> bool:
    return name in alike and alike[name].similarity >= least


def _settle(pairs: list[_Pair]) -> list[_Pair]:
    """The pairs with every link undone that would join two contradicting records.

    A record linked to two others that contradict each other is ambiguous: those links go, unless
    they rest on a shared own id. Longer chains lose their weakest link, ties together, until no
    group holds a contradiction. The outcome does not depend on the order of the records.
    """
    against = {(p.left, p.right) for p in pairs if p.decision.vetoes}
    settled = list(pairs)
    while True:
        linked = [p for p in settled if p.decision.linked]
        bad = _bridges(linked, against) or _weakest(linked, against)
        if not bad:
            return settled
        settled = [_undo(p) if (p.left, p.right) in bad else p for p in settled]


def _bridges(linked: list[_Pair], against: set[tuple[int, int]]) -> set[tuple[int, int]]:
    bad: set[tuple[int, int]] = set()
    for one, other in combinations(linked, 2):
        shared = {one.left, one.right} & {other.left, other.right}
        if len(shared) != 1:
            continue
        low, high = sorted({one.left, one.right} ^ {other.left, other.right})
        if (low, high) in against:
            loose = [p for p in (one, other) if not p.certain]
            bad.update((p.left, p.right) for p in (loose or (one, other)))
    return bad


def _weakest(linked: list[_Pair], against: set[tuple[int, int]]) -> set[tuple[int, int]]:
    size = 1 + max((p.right for p in linked), default=0)
    for group in _groups(size, linked):
        if any(pair in against for pair in combinations(group, 2)):
            inside = [p for p in linked if p.left in group]
            loose = [p for p in inside if not p.certain] or inside
            least = min(p.decision.score for p in loose)
            return {(p.left, p.right) for p in loose if p.decision.score == least}
    return set()


def _undo(pair: _Pair) -> _Pair:
    veto = Veto("would_join_contradicting_records", "another record linked here contradicts")
    decision = replace(pair.decision, linked=False, vetoes=(*pair.decision.vetoes, veto))
    return replace(pair, decision=decision)


def _groups(size: int, pairs: Sequence[_Pair]) -> list[tuple[int, ...]]:
    """The connected records, each group sorted, groups by their first record."""
    top = list(range(size))

    def find(k: int) -> int:
        while top[k] != k:
            k = top[k]
        return k

    for pair in pairs:
        if pair.decision.linked:
            low, high = sorted((find(pair.left), find(pair.right)))
            top[high] = low
    groups: dict[int, list[int]] = {}
    for k in range(size):
        groups.setdefault(find(k), []).append(k)
    return [tuple(group) for group in groups.values()]
