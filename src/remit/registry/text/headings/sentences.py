"""Headings that are a sentence on people: "Patients are not eligible if:"."""

from __future__ import annotations

import re

from remit.registry.text.headings.phrase import (
    ITEM_MARK,
    LIMIT,
    MARKS,
    Heading,
    first_colon,
    words_of,
)
from remit.registry.text.headings.refusals import negations_in, read_refusal
from remit.registry.text.headings.vocabulary import Side, heading_words, is_criteria, side_of

# What a sentence without a colon must say to announce a list; the words are in the table too.
_PROMISE = re.compile(
    r"follow|below|listed|these|\b(?:if|who|they|si|wenn)\W*$|suivant|siguient|folgend", re.I
)


def read_sentence(text: str) -> Heading | None:
    """ "Patients are not eligible if:"; None where the side is not told or no list is promised."""
    table = heading_words()
    at = first_colon(text)
    if at < 0 and (len(text) > LIMIT or not _PROMISE.search(text)):
        return None
    rest = text[at + 1 :].strip(MARKS) if at >= 0 else ""
    if rest and not ITEM_MARK.match(text[at + 1 :]):
        return None
    said = text[:at] if at >= 0 else text
    folded = [word.folded for word in words_of(said)]
    if len(said) > LIMIT or not 2 <= len(folded) <= 60:
        return None
    orders = folded[0] in table["excluded"] | table["included"]
    if not orders and not set(folded) & table["verbs"]:
        return None
    if re.search(r"[.;!?]\s", said):
        return None
    listed = {"following", "below", "these"} & set(folded) and any(map(is_criteria, folded))
    promises = at >= 0 or folded[-1] in table["announced"] or listed
    if not promises or set(folded) & table["turns"]:
        return None
    nouns = {
        side
        for k, word in enumerate(folded[:-1])
        if (side := side_of(word)) in ("inclusion", "exclusion") and is_criteria(folded[k + 1])
    }
    named = {side_of(word) for word in folded}
    if len(nouns) > 1 or (nouns and {"inclusion", "exclusion"} <= named and at < 0):
        return Heading("both", rest=rest, sentence=True) if at >= 0 else None
    if nouns:
        return Heading(nouns.pop(), rest=rest, sentence=True)
    if read_refusal(folded):
        return Heading("exclusion", rest=rest, negated=True, sentence=True)
    people = set(folded) & table["decided_on"]
    if not people and not set(folded[:4]) & (table["lets_in"] | table["keeps_out"]):
        return None
    refusals = len(negations_in(folded))
    if set(folded) & table["keeps_out"]:
        return Heading("both" if refusals else "exclusion", rest=rest, sentence=True)
    if not set(folded) & table["lets_in"]:
        return None
    told: Side = "inclusion" if refusals == 0 else "exclusion" if refusals == 1 else "both"
    return Heading(told, rest=rest, negated=refusals == 1, sentence=True)
