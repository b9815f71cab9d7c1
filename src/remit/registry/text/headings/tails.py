"""What stands after the noun of a heading: a scope, a colon, a verb, or the list itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from remit.registry.text.headings.phrase import (
    COLONS,
    ENUMERATOR,
    ITEM_MARK,
    LIMIT,
    MARKS,
    Heading,
    Word,
    first_colon,
    joined_scopes,
    named_scope,
    words_of,
)
from remit.registry.text.headings.vocabulary import Side, fold, heading_words, is_criteria

_CLOSERS = " \t*_#\"'`’”»】」』］])）＞>|~}〕》〉"
_BRACKETS = {"(": ")", "（": "）", "[": "]", "［": "］"}


@dataclass(frozen=True, slots=True)
class Noun:
    """The words that name the side: where they begin and end, and how they are built."""

    side: Side
    first: int
    after: int
    with_criteria: bool
    negated: bool = False
    adjective: bool = False


def read_tail(text: str, words: Sequence[Word], noun: Noun) -> Heading | None:
    end = words[noun.after - 1].end
    tail = text[end:].lstrip(_CLOSERS)
    heading = Heading(noun.side)
    scope: str | None = None
    close = _BRACKETS.get(tail[:1])
    if close is not None:
        inside, found, _ = tail[1 : LIMIT + 1].partition(close)
        if not found:
            return None
        scope = named_scope(inside)
        tail = tail[len(inside) + 2 :].lstrip(_CLOSERS)
    if tail[:1] in ("/", "&") or (tail[:3].lower() == "or " and not noun.adjective):
        other, colon, _ = tail[:80].partition(":")
        if len(other.split()) <= 4 and (colon or len(tail) < 60):
            tail = f":{text[text.find(':', end) + 1 :]}" if colon else ""
    if not tail.strip(MARKS):
        return replace(heading, scope=scope)
    if tail[0] in MARKS:
        return _after_mark(heading, noun, scope, tail)
    if noun.adjective:
        # "Excluded patients:" is a heading; "included medicines:" is none.
        at = first_colon(tail, 60)
        named = words_of(tail)
        if at < 0 and text[:1].isupper() and len(named) <= 2:
            known = all(word.folded in heading_words()["decided_on"] for word in named)
            return replace(heading, scope=scope) if known else None
        people = all(
            word.folded in heading_words()["people"] for word in words_of(tail[: max(at, 0)])
        )
        return (
            replace(heading, scope=scope, rest=tail[at + 1 :].strip())
            if at > 0 and people
            else None
        )
    return _after_word(
        heading,
        noun,
        scope,
        tail,
        capital=words[noun.first].text[:1].isupper() or text[:1].isupper(),
    )


def _after_mark(heading: Heading, noun: Noun, scope: str | None, tail: str) -> Heading | None:
    rest = tail.lstrip(MARKS)
    mark = tail[: len(tail) - len(rest)]
    has_colon = any(sign in COLONS for sign in mark)
    if not has_colon and mark.strip() == "," and (at := first_colon(rest, 80)) >= 0:
        # "Exclusion criteria, at screening:"
        named = named_scope(rest[:at])
        return replace(heading, scope=joined_scopes(scope, named), rest=rest[at + 1 :].strip())
    if not has_colon:
        stops = mark.strip()[:1]
        if stops in ",，;；" or (not noun.with_criteria and stops in ".。=>"):
            return None
        if stops in "-–—" and mark[-1] not in " \t" and not noun.with_criteria:
            return None
    if has_colon and ITEM_MARK.match(tail[max(mark.rfind(c) for c in COLONS) + 1 :]):
        # The first mark of a list on the same line belongs to its item.
        rest = tail[max(mark.rfind(c) for c in COLONS) + 1 :].strip()
    found_scope, rest = _sort_rest(rest, dashed="-" in mark and not has_colon)
    return replace(heading, scope=joined_scopes(scope, found_scope), rest=rest)


def _sort_rest(rest: str, *, dashed: bool) -> tuple[str | None, str]:
    """The scope and the items of what stands after the colon."""
    if not rest:
        return None, ""
    words = rest[:LIMIT].split()
    if len(rest) < LIMIT and _announces(rest):
        return None, ""
    if len(rest) < 100 and not ITEM_MARK.search(rest):
        short = len(words) <= 6
        if short and rest[-1] in COLONS and not any(c in COLONS for c in rest[:-1]):
            return named_scope(rest[:-1]), ""
        if len(words) <= 5 and (_is_unit(words) or (dashed and _names_group(words))):
            return named_scope(rest), ""
    return None, rest


def _is_unit(words: Sequence[str]) -> bool:
    """ "Substudy 4", "Part A", "Cohorts 1 and 2"."""
    folded = [fold(word.strip(".,;()")) for word in words]
    numbered = any(
        (ENUMERATOR.match(after) is not None and after != "a") or words[k + 1] == "A"
        for k, after in enumerate(folded[1:])
    )
    return bool(folded) and folded[0] in heading_words()["units"] and numbered


def _names_group(words: Sequence[str]) -> bool:
    return fold(words[-1].strip(".,;()")) in heading_words()["units"]


def _announces(rest: str) -> bool:
    """Whether a text promises a list and holds none of it: "patients with any of the following"."""
    text = rest.rstrip(" .:：;*")
    if any(sign in text for sign in ":;：；") or ITEM_MARK.search(text):
        return False
    words = [word.folded for word in words_of(text)]
    if not 2 <= len(words) <= 45:
        return False
    table = heading_words()
    if all(word in table["announces"] or not word[0].isalpha() for word in words):
        return True
    promised = "following" in words or "below" in words or words[-1] in table["announced"]
    counted = bool({"all", "any", "each", "one"} & set(words)) and any(map(is_criteria, words))
    decided = bool(set(words) & table["verbs"]) or words[0] in ("all", "any", "one", "the")
    people = any(w in table["people"] for w in words[:3])
    return (promised or counted) and (decided or people)


def _after_word(
    heading: Heading, noun: Noun, scope: str | None, tail: str, *, capital: bool
) -> Heading | None:
    table = heading_words()
    words = words_of(tail)
    first = words[0].folded
    if first in table["copulas"]:
        return _after_copula(heading, noun, scope, tail, words)
    at = first_colon(tail)
    named = tail[:at] if at >= 0 else tail
    count = len(named.split())
    folded = {w.folded for w in words_of(named)}
    if folded & table["notes"] or ". " in named:
        return _inline(heading, noun, scope, tail, capital=capital)
    if first in table["scope"] and at >= 0 and count <= 18:
        if not (noun.with_criteria or capital) or (first == "of" and not noun.with_criteria):
            return None
        found, rest = _sort_rest(tail[at + 1 :].lstrip(MARKS), dashed=False)
        return replace(heading, scope=joined_scopes(scope, named_scope(named), found), rest=rest)
    if first in table["scope"] and at < 0 and count <= 12 and len(tail) < 120:
        title = noun.with_criteria or (
            first != "of"
            and all(
                w[0].isupper() or len(w) < 4 or w.lower() in table["scope"] for w in named.split()
            )
        )
        if title and capital and not folded & (table["verbs"] - {"to"}) and _closes(tail):
            return replace(heading, scope=joined_scopes(scope, named_scope(named)))
        return None
    if at >= 0 and count <= 6 and noun.with_criteria and not folded & table["verbs"]:
        rest = tail[at + 1 :].lstrip(MARKS)
        return replace(heading, scope=joined_scopes(scope, named_scope(named)), rest=rest)
    if at < 0 and noun.with_criteria and folded <= table["qualifiers"] - table["units"]:
        # "Critères d'exclusion principaux"
        return replace(heading, scope=scope)
    if at < 0 and count <= 4 and noun.with_criteria and _is_unit(named.split()):
        return replace(heading, scope=joined_scopes(scope, named_scope(named)))
    return _inline(heading, noun, scope, tail, capital=capital)


def _closes(tail: str) -> bool:
    """Whether a title ends here, not a sentence or what a bracket holds."""
    return tail[-1:] != "." and (tail[-1:] != ")" or "(" in tail)


def _inline(
    heading: Heading, noun: Noun, scope: str | None, tail: str, *, capital: bool
) -> Heading | None:
    """ "Inclusion criteria Patients with …": the list begins without a colon."""
    begins = tail[:1].isupper() or ITEM_MARK.match(tail) is not None
    if not (noun.with_criteria and capital and begins):
        return None
    found_scope, rest = _sort_rest(tail, dashed=False)
    return replace(heading, scope=joined_scopes(scope, found_scope), rest=rest)


def _after_copula(
    heading: Heading, noun: Noun, scope: str | None, tail: str, words: Sequence[Word]
) -> Heading | None:
    table = heading_words()
    taken = 0
    for word in words[:12]:
        if word.folded not in table["copulas"] and word.folded not in table["announces"]:
            break
        taken += 1
    said = [w.folded for w in words[:taken]]
    if "not" in said and "limited" not in said:
        return None
    rest = tail[words[taken - 1].end :]
    if not rest.strip(MARKS):
        states = said[-1] in ("are", "is", "was", "were", "may", "can", "must", "will", "shall")
        if states and rest.strip()[:1] not in COLONS:
            return None
        return replace(heading, scope=scope)
    if rest.lstrip()[:1] in COLONS:
        found_scope, rest = _sort_rest(rest.lstrip(MARKS), dashed=False)
        return replace(heading, scope=joined_scopes(scope, found_scope), rest=rest)
    if said[0] in ("may", "can", "must", "will", "shall", "as") and said[-1] not in (
        "include",
        "are",
        "following",
    ):
        colon = rest.rstrip()[-1:] in COLONS and len(rest) < 120
        return replace(heading, scope=scope) if colon and said[0] in ("must", "will") else None
    following = words_of(rest)[:1]
    if following and following[0].folded in table["notes"] | {"met", "fulfilled", "satisfied"}:
        return None
    if not noun.with_criteria and not said[0].startswith(("inclu", "compri", "consist")):
        return None
    return replace(heading, scope=scope, rest=rest.strip())
