"""Headings made by a noun: "Key exclusion criteria", "Critères de non-inclusion"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from remit.registry.text.headings.phrase import (
    COLONS,
    ENUMERATOR,
    Heading,
    Word,
    joined_scopes,
    words_of,
)
from remit.registry.text.headings.tails import Noun, read_tail
from remit.registry.text.headings.vocabulary import Side, heading_words, is_criteria, side_of

# The noun stands within the first letters of a line; most lines are told by fewer.
_FIRST = 260
_START = 70
_IN_PREFIX = frozenset("()[]{}#*_-–—:/&.•·'\"“”‘’+>|=~`<《〈【「『〔［（＜■◆●★※")


def read_noun(text: str) -> Heading | None:
    """The heading that a noun makes; None where no side is named or a word before it forbids it."""
    if not _may_begin(text):
        return None
    words = words_of(text[:_FIRST])
    noun = next((found for at in range(len(words)) if (found := _noun_at(words, at))), None)
    if noun is None:
        return None
    free = [w for w in words[: noun.first] if _is_free(w)]
    if len(free) > 5 or (noun.adjective and free):
        return None
    if words[noun.first].text[:1].isupper() and any(
        w.text[:1].islower() and w.folded not in heading_words()["joins"] for w in free
    ):
        # "… stable medicine Exclusion Criteria": a heading in the middle of a line, none of it.
        return None
    tail = read_tail(text, words, noun)
    neutral = noun.side in ("eligibility", "other", "both")
    if tail is None or (free and tail.rest and (len(free) > 3 or neutral)):
        return None
    before = _prefix_scope(text, words[: noun.first])
    bare = not free and tail.scope is None and before is None and not tail.rest
    return replace(
        tail,
        scope=joined_scopes(before, tail.scope),
        negated=noun.negated,
        bare=bare,
        adjective=noun.adjective,
    )


def _may_begin(text: str) -> bool:
    """Whether no word stands before the noun that headings never begin with; most lines have one
    among their first words."""
    for size in (_START, _FIRST):
        words = words_of(text[:size])
        # What follows a word may belong to it; the last ones are looked at with more of the text.
        known = len(words) if size >= len(text) else max(0, len(words) - 8)
        for at in range(min(known, 24)):
            if _noun_at(words, at) is not None:
                return True
            if not _may_precede(words, at):
                return False
        if size >= len(text):
            return False
    return False


def _may_precede(words: Sequence[Word], at: int) -> bool:
    word = words[at]
    if not word.folded[0].isalnum():
        if word.text == ".":
            return at > 0 and ENUMERATOR.match(words[at - 1].folded) is not None
        return word.text in _IN_PREFIX
    return word.folded not in heading_words()["blocked"] | heading_words()["negation"]


def _is_free(word: Word) -> bool:
    """Whether a word before the noun is none of those that headings commonly have."""
    return (
        word.folded[0].isalpha()
        and word.folded not in heading_words()["qualifiers"]
        and ENUMERATOR.match(word.folded) is None
    )


def _noun_at(words: Sequence[Word], at: int) -> Noun | None:
    table = heading_words()
    word = words[at].folded
    if is_criteria(word):
        return _criteria_of(words, at)
    if word in table["halves"] and len(words) > at + 3 and words[at + 1].text in "-–":
        full = side_of(words[at + 3].folded)
        joined = words[at + 2].folded in table["joins"] or words[at + 2].text == "/"
        if full in ("inclusion", "exclusion") and joined:
            return Noun("both", at, at + 4, with_criteria=True)
    negated, i = False, at
    if word in table["negation"] and at + 1 < len(words):
        i += 1
        while i < len(words) and (words[i].text in "-–‑" or words[i].folded in ("be", "a", "an")):
            i += 1
        negated = True
        if i >= len(words):
            return None
    found = _side_at(words, i)
    if found is None:
        return None
    side, adjective = found
    after = i + 1
    second, after = _second_side(words, after)
    if second is not None and second != side:
        side = "both"
    with_criteria, after = _criteria_after(words, after)
    if with_criteria and second is None:
        second, beyond = _second_side(words, after)
        if second is not None and second != side:
            side = "both"
            _, after = _criteria_after(words, beyond)
    if words[i].folded in table["with_criteria"] and not with_criteria:
        return None
    compound = is_criteria(words[i].folded[-8:]) or words[i].folded.endswith("kriterien")
    if negated:
        if side in ("inclusion", "eligibility"):
            side = "exclusion"
        else:
            return None
    return Noun(
        side,
        at,
        after,
        with_criteria=with_criteria or compound,
        negated=negated,
        adjective=adjective and not with_criteria,
    )


def _side_at(words: Sequence[Word], at: int) -> tuple[Side, bool] | None:
    table = heading_words()
    word = words[at].folded
    side = side_of(word)
    if side is not None:
        follows = at + 1 < len(words) and _criteria_after(words, at + 1)[0]
        known = word in table[side] if side in table else word in table["departure"]
        # A misspelling is believed only beside "criteria" or at the end of a short heading.
        ends = at + 1 >= len(words) or words[at + 1].text in COLONS
        compound = is_criteria(word[-9:])
        if side == "other":
            return (side, False) if known and (follows or compound) else None
        if known and (side != "eligibility" or follows or ends):
            return side, False
        return (side, False) if not known and (follows or ends) else None
    if word in table["included"]:
        return "inclusion", True
    if word in table["excluded"]:
        return "exclusion", True
    return None


def _second_side(words: Sequence[Word], at: int) -> tuple[Side | None, int]:
    """The other side of "inclusion/exclusion", "inclusion and exclusion", "d'inclusion et …"."""
    table = heading_words()
    i, joined = at, False
    while i < len(words) and i < at + 6:
        word = words[i]
        if word.text in "/&-–+'’" or word.folded in table["joins"]:
            joined = joined or word.text in "/&+" or word.folded in table["joins"]
        elif word.folded in table["negation"] and joined:
            # "d'inclusion et de non-inclusion": the second is the other side.
            if i + 1 < len(words) and any(side_of(w.folded) for w in words[i + 1 : i + 4]):
                i += 1
                while side_of(words[i].folded) is None:
                    i += 1
                return "exclusion", i + 1
            return None, at
        elif word.folded not in table["links"] and not (joined and is_criteria(word.folded)):
            break
        i += 1
    if not joined or i >= len(words):
        return None, at
    side = side_of(words[i].folded)
    known = side in ("inclusion", "exclusion") and words[i].folded in table[side]
    return (side, i + 1) if known else (None, at)


def _criteria_after(words: Sequence[Word], at: int) -> tuple[bool, int]:
    """Whether "criteria" follows, with at most two marks or one word between."""
    free = 0
    for i in range(at, min(at + 5, len(words))):
        word = words[i]
        if is_criteria(word.folded):
            return True, i + 1
        if word.text in "-–_/'’" or word.folded in heading_words()["joins"]:
            continue
        if word.text == "." and words[at - 1].folded in ("excl", "incl"):
            continue
        free += 1
        blocked = word.folded in heading_words()["blocked"] | heading_words()["scope"]
        if free > 1 or blocked or not word.folded[0].isalpha():
            break
    return False, at


def _criteria_of(words: Sequence[Word], at: int) -> Noun | None:
    """ "Criteria for exclusion", "Critères de non-inclusion", "Kriterien für den Einschluss"."""
    table = heading_words()
    negated = False
    for i in range(at + 1, min(at + 8, len(words))):
        word = words[i]
        side = side_of(word.folded)
        if side is not None:
            if side not in table or word.folded not in table[side]:
                return None
            second, after = _second_side(words, i + 1)
            if second is not None and second != side:
                side = "both"
            if negated:
                if side not in ("inclusion", "eligibility"):
                    return None
                side = "exclusion"
            return Noun(side, at, after, with_criteria=True, negated=negated)
        if word.folded in table["negation"]:
            negated = True
        elif not (
            word.text in "-–'’"
            or word.folded in table["links"]
            or word.folded in table["people"] | table["qualifiers"]
        ):
            return None
    return None


def _prefix_scope(text: str, words: Sequence[Word]) -> str | None:
    """ "Part B", "Extension study" before the noun; None for "Key", "2)", "A."."""
    units = heading_words()["units"] - heading_words()["people"]
    places = [k for k, w in enumerate(words) if w.folded in units]
    free = [k for k, w in enumerate(words) if _is_free(w)]
    if not places and not free:
        return None
    numbered = [k for k in places if k + 1 < len(words) and ENUMERATOR.match(words[k + 1].folded)]
    if not free and not numbered:
        return None
    first = min((*free, *places))
    last = max((*free, *(k + 1 for k in numbered), *places))
    return " ".join(text[words[first].start : words[last].end].split()).strip(" -:") or None
