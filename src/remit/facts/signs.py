"""Comparison signs in the source text of a number: "<0.2" beside 0.2 says that it is a bound.

A record's operator is what it is read by. Where the text of the source has another sign, one of the
two is wrong, and nothing tells which.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.facts.arrays import arrow_of, texts_of, whole_numbers
from remit.facts.tables import OPERATORS

# An operator that no vocabulary has: that of a number whose text says another one.
CONTRADICTED = -1

# RE2, which Arrow and DuckDB use, and Python read these alike. A word counts before a number only.
_LEAD, _NUMBER = r"^[\s'\"(]*", r"\b(?:\s*[0-9.,]| or equal)"
_LESS = "less than|lower than|below|under|up to|at most|max"
_MORE = "more than|greater than|higher than|above|over|at least|min"
_BELOW = rf"{_LEAD}(?:<|≤|＜|≦|⩽|‹|&lt;|&le;|(?i:{_LESS}){_NUMBER})"
_ABOVE = rf"{_LEAD}(?:>|≥|＞|≧|⩾|›|&gt;|&ge;|(?i:{_MORE}){_NUMBER})"
# Sign -> how texts write it, and the operators that agree with it.
SIGNS: Mapping[str, tuple[str, tuple[int, ...]]] = {
    sign: (pattern, tuple(code for code, word in OPERATORS.items() if word.startswith(sign)))
    for sign, pattern in (("<", _BELOW), (">", _ABOVE))
}


def is_contradicted(operator: int | None, text: str | None) -> bool:
    """Whether the text has a sign that the operator has not.

    >>> is_contradicted(None, "<0.2"), is_contradicted(4171756, "< 0.2"), is_contradicted(0, "0.2")
    (True, False, False)
    """
    if not text:
        return False
    return any(
        operator not in agreeing and re.search(pattern, text) is not None
        for pattern, agreeing in SIGNS.values()
    )


def contradicted(operators: pa.ChunkedArray, texts: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """The same for each row, shape (rows,)."""
    # Needed where rows are written; to load it takes longer than a look at one person may last.
    import pyarrow.compute as pc

    found = np.zeros(len(texts), np.bool_)
    if texts.null_count == len(texts):
        return found
    # Few texts differ: each is looked at once.
    words, place = texts_of(texts)
    distinct = pa.array(words[:-1], pa.string())
    for pattern, agreeing in SIGNS.values():
        match = whole_numbers(pc.match_substring_regex(distinct, pattern))
        said = np.append(match.astype(np.bool_), np.False_)[place]
        rows = np.flatnonzero(said)
        if len(rows):
            agrees = pc.is_in(
                operators.take(arrow_of(rows, pa.int64())), pa.array(agreeing, operators.type)
            )
            found[rows] |= ~whole_numbers(agrees).astype(np.bool_)
    return found
