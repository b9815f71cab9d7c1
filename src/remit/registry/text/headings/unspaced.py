"""Headings in languages that write no blanks: "主要排除标准（B组）：", "【除外基準】"."""

from __future__ import annotations

import re

from remit.registry.text.headings.phrase import Heading, first_colon, named_scope
from remit.registry.text.headings.refusals import refuses_unspaced
from remit.registry.text.headings.vocabulary import Side, unspaced_words


def read_unspaced(text: str) -> Heading | None:
    """ "主要排除标准（B组）：", "【除外基準】", "选择标准如下："."""
    words = unspaced_words()
    if refuses_unspaced(text):
        return Heading("exclusion", negated=True, sentence=True)
    at = first_colon(text, 60)
    head = text[:at] if at >= 0 else text
    if len(head) > 40:
        return None
    core = re.sub(r"[（(\[［][^）)\]］]{0,40}[）)\]］]", "", head)
    core = re.sub(r"[\s\W_]|^[0-9一二三四五六七八九十a-zA-Z]{1,2}(?=[、.．)）\s])", "", core)
    core = re.sub(r"[A-Za-z]", "", core)
    sides: set[Side] = set()
    let_in = core
    for word in words["exclusion"]:
        # "不適格" holds "適格" and says the contrary.
        let_in = let_in.replace(word, "")
    if let_in != core:
        sides.add("exclusion")
    if any(word in let_in for word in words["inclusion"]):
        sides.add("inclusion")
    if any(word in core for word in words["both"]):
        sides = {"inclusion", "exclusion"}
    named = any(word in core for word in words["criteria"])
    departs = any(word in core for word in words["departure"])
    if not sides and not (departs and named):
        return None
    if len(core) > (18 if named else 4) or not (named or at >= 0 or len(core) <= 4):
        return None
    place = min(
        core.find(w)
        for r in ("inclusion", "exclusion", "both", "departure")
        for w in words[r]
        if w in core
    )
    negated = any(sign in core[:place] for sign in words["negation"])
    if any(sign in core[:place] for sign in "符合满足足者"):
        return None
    rest = text[at + 1 :].strip(" \t") if at >= 0 else ""
    side: Side = "both" if len(sides) > 1 else sides.pop() if sides else "other"
    if departs and side != "exclusion":
        side = "other"
    if negated:
        if side != "inclusion":
            return None
        side = "exclusion"
    found = re.search(r"[（(]([^）)]{1,40})[）)]", head)
    scope = named_scope(found[1]) if found else None
    return Heading(side, scope, rest, negated=negated, bare=scope is None and not rest)
