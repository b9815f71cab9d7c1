"""Routes by which a medicine reaches a part of the body alone: its amount is no dose of the whole.

A gram of an ointment or a puff of a spray is no systemic treatment; added to what is swallowed it
would be one. Words are those of clinics in English and German.
"""

from __future__ import annotations

import re

_LOCAL = re.compile(
    r"\b(?:topical|topisch|(?:epi)?cutaneous|kutan|dermal|inhal|nebuli|nasal|nostril|ophthalmic|"
    r"intravitreal|otic|vaginal|intra-?articular|intra-?artikulär|intra-?lesional|cream|creme|"
    r"ointment|salbe|eye|ear|augen|ohren|nasen)"
)


def is_local_route(words: str) -> bool:
    """Whether the words of a route name a part of the body.

    >>> is_local_route("Topical"), is_local_route("subcutaneous"), is_local_route("p.o.")
    (True, False, False)
    """
    return _LOCAL.search(words.casefold()) is not None
