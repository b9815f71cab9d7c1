"""Whole numbers for the ids that a source calls its persons by.

Ids that are whole numbers already stay as they are. Where one id is anything else, such as `LN-007`
or `-3`, all persons are numbered in natural order (`P2` before `P10`) and `person_name` keeps what
the source calls them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.tables import TABLES

# As a whole number is written in one way: no sign, no zero before it.
_CANONICAL = re.compile(r"0|[1-9][0-9]{0,18}")
_DIGITS = re.compile(r"([0-9]+)")
_LARGEST = (1 << 63) - 1
ALIKE = "case, spaces, zeros in front or the coding of a letter"
_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")

Texts: TypeAlias = pa.Array | pa.ChunkedArray


@dataclass(frozen=True, slots=True)
class PersonNumbers:
    """The numbers of the persons of a source.

    Attributes:
        numbers: id as the source has it, without spaces around it -> whole number.
        named: whether the numbers are ours, so that the dataset keeps the names.
    """

    numbers: Mapping[str, int]
    named: bool
    _ids: pa.Array = field(init=False, repr=False, compare=False)
    _numbers: pa.Array = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ids", pa.array(self.numbers, pa.string()))
        object.__setattr__(self, "_numbers", pa.array(self.numbers.values(), pa.int64()))

    def of(self, ids: Texts) -> pa.ChunkedArray:
        """The number of each id, shape (rows,); empty where the source has no such person.

        Args:
            ids: texts, or whole numbers as a column of whole numbers.
        """
        texts = ids if pa.types.is_string(ids.type) else pc.cast(ids, pa.string())
        trimmed = pc.utf8_trim_whitespace(texts)
        found = self._numbers.take(pc.index_in(trimmed, value_set=self._ids))
        return found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found])

    def names(self) -> pa.Table | None:
        """The rows of `person_name`; None where the numbers are the names."""
        if not self.named:
            return None
        schema = TABLES["person_name"].schema
        return pa.Table.from_arrays([self._numbers, self._ids], schema=schema)


def number_persons(ids: Texts | Iterable[str]) -> PersonNumbers:
    """A number for each id; empty ids are nobody's, and an id that stands twice is one person.

    >>> number_persons(["P10", "P2", " P2 "]).numbers
    {'P2': 1, 'P10': 2}
    >>> number_persons(["7", "12"]).numbers
    {'7': 7, '12': 12}
    >>> number_persons(["7", "007"]).numbers
    {'007': 1, '7': 2}
    """
    if isinstance(ids, pa.Array | pa.ChunkedArray):
        ids = [text for text in pc.unique(pc.cast(ids, pa.string())).to_pylist() if text]
    distinct = sorted({text.strip() for text in ids} - {""}, key=natural_order)
    if all(_CANONICAL.fullmatch(text) and int(text) <= _LARGEST for text in distinct):
        return PersonNumbers({text: int(text) for text in distinct}, named=False)
    return PersonNumbers({text: place for place, text in enumerate(distinct, 1)}, named=True)


def natural_order(text: str) -> tuple[tuple[str | int, ...], str]:
    """What texts are ordered by so that the numbers in them count as numbers.

    >>> sorted(["P10", "p2", "P1"], key=natural_order)
    ['P1', 'p2', 'P10']
    """
    # Texts and numbers stand in turn, so that a text is never held against a number.
    pieces = _DIGITS.split(text.casefold())
    return tuple(int(piece) if at % 2 else piece for at, piece in enumerate(pieces)), text


def alike(text: str) -> str:
    """What an id is but for case, spaces, zeros in front and the coding of its letters.

    Two such ids stay two, since a source may mean two persons; but somebody has to look.

    >>> alike("LN-007") == alike("ln - 7"), alike("LN-1") == alike("LN1")
    (True, False)
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        # What is not seen: marks of direction, of width, and spaces of other scripts.
        text = "".join(sign for sign in text if unicodedata.category(sign) not in {"Cf", "Zs"})
    return _ZEROS.sub("", "".join(text.casefold().split()))


def alike_ids(ids: Iterable[str], known: Iterable[str]) -> frozenset[str]:
    """Those of some ids that are nobody's, but look like that of a person."""
    persons = frozenset(known)
    strangers = frozenset(ids) - persons
    if not strangers:
        return frozenset()
    seen = {alike(text) for text in persons}
    return frozenset(text for text in strangers if alike(text) in seen)


def alike_persons(persons: PersonNumbers) -> int:
    """How many persons have an id that looks like that of another."""
    if not persons.named:
        return 0
    counts = Counter(alike(text) for text in persons.numbers)
    return sum(count for count in counts.values() if count > 1)
