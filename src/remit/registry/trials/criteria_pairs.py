"""What the criteria of two pages say differently: a number, a word, a sign, or a criterion.

Two trials of one sponsor share most of their criteria word for word; the one number in which they
differ tells them apart. So each criterion that the other page does not have is held against the
nearest one there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from remit.registry.record import CriterionKind, CriterionText
from remit.registry.text.garbled_signs import garbled_spans
from remit.registry.text.plain_words import differing, is_number, plain_words
from remit.registry.text.sign_spellings import spell_signs
from remit.registry.trials.link_grounds import Question, Veto

# Two criteria are about the same thing where they share this part of their words.
SAME_SUBJECT = 0.5
# From here on they are one criterion in which something was exchanged.
NEARLY_SAME = 0.75
# So many differences prove the point; a page may have hundreds.
SHOWN = 3
_RUN = 3
# How many of a criterion's rarest words are looked up, and in how many criteria each.
_RARE = 6
_CANDIDATES = 60
_JOINING_TEXT = """
    of in to for at on by with from as is are be been being was were have has had having must should
    will shall may can could would need needs who whom which that this these those it their they
    patient patients subject subjects participant participants people person persons individual
    individuals study trial researcher investigator
"""
_JOINING = frozenset((*plain_words(_JOINING_TEXT), *_JOINING_TEXT.split()))
_SIGNED_NUMBER = re.compile(r"(<=|>=|<|>)\s?(\d+(?:[.,]\d+)*)")


@dataclass(frozen=True, slots=True)
class CriterionWords:
    """A criterion as words and numbers, and the words that say what it is about."""

    kind: CriterionKind
    text: str
    words: tuple[str, ...]
    telling: frozenset[str]


def criterion_words(criteria: Sequence[CriterionText]) -> tuple[CriterionWords, ...]:
    """The criteria as words; those without any are left out."""
    found = []
    for item in criteria:
        words = plain_words(item.text)
        if words:
            telling = frozenset(w for w in words if not is_number(w) and w not in _JOINING)
            found.append(CriterionWords(item.kind, item.text, words, telling))
    return tuple(found)


def compare_criteria(
    left: Sequence[CriterionWords], right: Sequence[CriterionWords], *, lists_lost: bool = False
) -> tuple[Veto | Question, ...]:
    """What speaks against one trial in the criteria of two pages; nothing where either has none.

    With `lists_lost` a page is known to have lost parts, and a criterion that only the other page
    has is no question.
    """
    if not left or not right:
        return ()
    mine, theirs = _beyond(left, right), _beyond(right, left)
    found: list[Veto | Question] = []
    told: set[frozenset[CriterionWords]] = set()
    for ours, beyond, whole in ((mine, theirs, right), (theirs, mine, left)):
        nearest, others = _Nearest(beyond), _Nearest(whole)
        for item in ours:
            other = nearest.to(item) or others.to(item)
            pair = frozenset({item, other} if other else {item})
            if pair not in told:
                told.add(pair)
                found += _against(item, other, lists_lost=lists_lost)
    found += _signs(left, right)
    vetoes = [item for item in found if isinstance(item, Veto)]
    questions = [item for item in found if isinstance(item, Question)]
    return (*dict.fromkeys(vetoes[:SHOWN]), *dict.fromkeys(questions[:SHOWN]))


def _beyond(
    ours: Sequence[CriterionWords], others: Sequence[CriterionWords]
) -> list[CriterionWords]:
    """The criteria whose wording the other page has nowhere on that side, whole or in parts."""
    runs: dict[str, set[tuple[str, ...]]] = {}
    for kind in {item.kind for item in others}:
        words = [word for item in others if item.kind == kind for word in item.words]
        runs[kind] = _runs(words, 1) | _runs(words, 2) | _runs(words, _RUN)
    everywhere = set().union(*runs.values())
    missing = []
    for item in ours:
        there = everywhere if item.kind == "preamble" else runs.get(item.kind, set())
        if not _runs(item.words, min(_RUN, len(item.words))) <= there:
            missing.append(item)
    return missing


def _runs(words: Sequence[str], size: int) -> set[tuple[str, ...]]:
    return {tuple(words[k : k + size]) for k in range(len(words) - size + 1)}


def _alike(left: CriterionWords, right: CriterionWords) -> float:
    told = len(left.telling) + len(right.telling)
    return 2 * len(left.telling & right.telling) / told if told else 0.0


class _Nearest:
    """The criteria of a page by their words, so that the nearest one is found without a search."""

    def __init__(self, criteria: Sequence[CriterionWords]) -> None:
        self._criteria = criteria
        self._places: dict[str, list[int]] = {}
        for place, item in enumerate(criteria):
            for word in item.telling:
                self._places.setdefault(word, []).append(place)

    def to(self, item: CriterionWords) -> CriterionWords | None:
        """The criterion about the same thing, of the same side if both sides have one."""
        rarest = sorted(
            (places for word in item.telling if (places := self._places.get(word))), key=len
        )
        # The rarest words are enough to find it; the commonest stand in every criterion.
        near = {place for places in rarest[:_RARE] for place in places[:_CANDIDATES]}
        best: tuple[float, bool, int] | None = None
        for place in near:
            other = self._criteria[place]
            alike = _alike(item, other)
            rated = (alike, other.kind == item.kind, -place)
            if alike >= SAME_SUBJECT and (best is None or rated > best):
                best = rated
        return self._criteria[-best[2]] if best else None


def _against(
    item: CriterionWords, other: CriterionWords | None, *, lists_lost: bool
) -> list[Veto | Question]:
    if other is None:
        if item.kind == "preamble" or lists_lost:
            return []
        return [Question("criterion_on_one_page", _short(item.text))]
    said = f"{_short(item.text)} / {_short(other.text)}"
    mine, theirs = differing(item.words, other.words)
    numbers = [word for word in (*mine, *theirs) if is_number(word)]
    ours = [w for w in mine if not is_number(w) and w not in _JOINING]
    others = [w for w in theirs if not is_number(w) and w not in _JOINING]
    near = _alike(item, other) >= NEARLY_SAME
    if numbers:
        both = any(map(is_number, mine)) and any(map(is_number, theirs))
        kind = Veto if both and near else Question
        return [kind("criterion_numbers", said)]
    if ours or others:
        kind = Veto if ours and others and near else Question
        return [kind("criterion_words", said)]
    if item.kind != other.kind and "preamble" not in (item.kind, other.kind):
        return [Question("criterion_side", f"{item.kind} / {other.kind}: {_short(item.text)}")]
    return []


def _signs(left: Sequence[CriterionWords], right: Sequence[CriterionWords]) -> list[Veto]:
    """The same words with a sign that points the other way: "≥ 18" against "≤ 18"."""
    found = []
    theirs = {(item.kind, item.words): item.text for item in right}
    for item in left:
        text = theirs.get((item.kind, item.words))
        if text is None or text == item.text:
            continue
        mine, others = _pointing(item.text), _pointing(text)
        for number in mine.keys() & others.keys():
            if not mine[number] & others[number]:
                found.append(Veto("criterion_sign", f"{_short(item.text)} / {_short(text)}"))
                break
    return found


def _pointing(text: str) -> dict[str, set[str]]:
    """For each number whose sign is whole, the ways in which the signs before it point."""
    found: dict[str, set[str]] = {}
    if garbled_spans(text):
        return found
    for sign, number in _SIGNED_NUMBER.findall(spell_signs(text)):
        found.setdefault(number.replace(",", "."), set()).add(sign[0])
    return found


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 120 else f"{plain[:119]}…"
