"""What two titles say differently: a word for another word, or a word that one of them lacks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from remit.registry.text.plain_words import differing, expanded
from remit.registry.text.titles import PHASE, content_words, title_similarity
from remit.registry.trials.link_grounds import Question, Veto, versus

_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
_SEVERAL_CENTRES = re.compile(r"\bmulti(?:[ -]?cent(?:er|re|ric)|-?(?:site|national))")
# What two titles may both say, and then must say alike.
_DESIGNS: tuple[tuple[str, tuple[tuple[str, re.Pattern[str]], ...]], ...] = (
    (
        "masking",
        (
            ("open-label", re.compile(r"\b(?:open[ -]label|unblinded|non-?blinded)\b")),
            ("single-blind", re.compile(r"\bsingle[ -](?:blind|mask)")),
            ("double-blind", re.compile(r"\bdouble[ -](?:blind|mask)")),
            ("triple-blind", re.compile(r"\b(?:triple|quadruple)[ -](?:blind|mask)")),
        ),
    ),
    (
        "centres",
        (
            ("one centre", re.compile(r"\b(?:(?:single|one)[ -]?|mono-?)cent(?:er|re)")),
            ("several centres", _SEVERAL_CENTRES),
        ),
    ),
    (
        "allocation",
        (
            ("randomised", re.compile(r"(?<!non)(?<!non[ -])\brandomised\b")),
            ("not randomised", re.compile(r"\bnon[ -]?randomised\b")),
            ("one arm", re.compile(r"\b(?:single|one)[ -](?:arm|group)\b")),
        ),
    ),
    (
        "direction",
        (
            ("prospective", re.compile(r"\bprospective\b")),
            ("retrospective", re.compile(r"\bretrospective\b")),
        ),
    ),
    (
        "arms",
        (
            (
                "one with the other",
                re.compile(
                    r"\b(?:plus|combin\w{2,5}|add(?:ed|ing)|add-on|in addition|sequential\w{0,2})\b"
                ),
            ),
            ("one against the other", re.compile(r"\b(?:versus|vs?|compar\w{2,6})\b")),
        ),
    ),
)


def title_phases(titles: Sequence[str]) -> frozenset[str]:
    """The phases that titles name, such as "2" or "2b".

    Example:
        >>> sorted(title_phases(["A Phase I/II Study"]))
        ['1', '2']
    """
    found = set()
    for title in titles:
        for phase in PHASE.finditer(expanded(title)):
            part = "" if phase["two"] else phase["part"] or ""
            found |= {_ROMAN.get(n, n) + part for n in (phase["one"], phase["two"]) if n}
    return frozenset(found)


def names_several_centres(titles: Sequence[str]) -> bool:
    """Whether a title says that the trial has several centres."""
    return any(_SEVERAL_CENTRES.search(expanded(title)) for title in titles)


def compare_titles(left: Sequence[str], right: Sequence[str]) -> tuple[Veto | Question, ...]:
    """What speaks against one trial in the titles of two pages; nothing where either has none.

    The two titles that are nearest are held against one another, word for word. A word that
    stands in place of another is a contradiction; a word that only one has is a question. The
    other titles may add how a trial is designed, but nothing that contradicts.
    """
    if not left or not right:
        return ()
    pairs = [(differing(content_words(a), content_words(b)), a, b) for a in left for b in right]
    (mine, theirs), a, b = min(
        pairs, key=lambda pair: (len(pair[0][0]) + len(pair[0][1]), pair[1:])
    )
    found: list[Veto | Question] = [*_designs(left, right)]
    if mine and theirs:
        said = f"{' '.join(mine)} / {' '.join(theirs)}"
        shared = len(set(content_words(a)) & set(content_words(b)))
        near = shared >= max(len(mine), len(theirs)) or title_similarity(a, b) >= 0.5
        found.append(Veto("title_words", said) if near else Question("title_words", said))
    elif mine or theirs:
        found.append(Question("title_words", f"only one title says {' '.join(mine or theirs)}"))
    return tuple(found)


def _designs(left: Sequence[str], right: Sequence[str]) -> list[Veto]:
    found = []
    for name, forms in _DESIGNS:
        mine, theirs = _said(left, forms), _said(right, forms)
        if mine and theirs and not mine & theirs:
            found.append(Veto(f"title_{name}", versus(mine, theirs)))
    return found


def _said(titles: Sequence[str], forms: Sequence[tuple[str, re.Pattern[str]]]) -> frozenset[str]:
    texts = [expanded(title) for title in titles]
    return frozenset(name for name, form in forms if any(form.search(text) for text in texts))
