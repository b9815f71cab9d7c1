"""Codes of up to eight letters for ids that are longer, each once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

LONGEST_CODE = 8


def short_codes(names: Iterable[str], *, longest: int = LONGEST_CODE) -> Mapping[str, str]:
    """A code for each id, in capitals: the beginnings of its words; a number tells twins apart.

    >>> codes = short_codes(["complete_response", "sledai_2k", "complete_respite", "24h_protein"])
    >>> list(codes.values())
    ['COMPRESP', 'SLEDAI2K', 'COMPRES2', 'P24HPROT']
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        if name not in found:
            found[name] = _free(_short(name, longest), taken, longest)
            taken.add(found[name])
    return found


def _short(name: str, longest: int) -> str:
    """The beginnings of its words, as much of each as there is room for."""
    words = re.findall(r"[A-Z0-9]+", name.upper()) or ["X"]
    if not words[0][0].isalpha():
        words[0] = f"P{words[0]}"
    each = max(1, longest // len(words))
    room = longest - sum(min(each, len(word)) for word in words)
    short = ""
    for word in words:
        more = min(room, max(0, len(word) - each))
        short += word[: each + more]
        room -= more
    return short[:longest]


def _free(code: str, taken: set[str], longest: int) -> str:
    """The code, or the first with a number at its end that is not taken."""
    found, number = code, 2
    while found in taken:
        found = f"{code[: longest - len(str(number))]}{number}"
        number += 1
    return found
