"""Whole numbers for the ids that a source calls its persons by.

Ids that are whole numbers already stay as they are. Where one id is anything else, such as `LN-007`
or `-3`, all persons are numbered in natural order (`P2` before `P10`) and `person_name` keeps what
the source calls them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.arrays import Whole, whole_numbers
from remit.facts.person_names import NO_NAMES, PersonNames
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
    _whole: tuple[Whole, Whole] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ids = pa.array(self.numbers if self.named else [], pa.string())
        numbers = pa.array(self.numbers.values() if self.named else [], pa.int64())
        object.__setattr__(self, "_ids", ids)
        object.__setattr__(self, "_numbers", numbers)
        whole = _whole_ids(ids, numbers) if self.named else _own_ids(self.numbers)
        object.__setattr__(self, "_whole", whole)

    def of(self, ids: Texts) -> pa.ChunkedArray:
        """The number of each id, shape (rows,); empty where the source has no such person.

        Args:
            ids: texts, or whole numbers as a column of whole numbers.
        """
        chunks = ids.chunks if isinstance(ids, pa.ChunkedArray) else [ids]
        return pa.chunked_array([self._of(chunk) for chunk in chunks], pa.int64())

    def _of(self, ids: pa.Array) -> pa.Array:
        if pa.types.is_integer(ids.type) and self._whole is not None:
            return _looked_up(ids.cast(pa.int64()), *self._whole)
        trimmed = pc.utf8_trim_whitespace(ids.cast(pa.string()))
        if self.named:
            return self._numbers.take(pc.index_in(trimmed, value_set=self._ids))
        try:
            whole = trimmed.cast(pa.int64())
        except pa.ArrowInvalid:
            right = pc.match_substring_regex(trimmed, r"^(0|[1-9]\d{0,17})$")
            whole = pc.if_else(right, trimmed, None).cast(pa.int64())
        # `007` is another id than 7.
        whole = pc.if_else(pc.equal(whole.cast(pa.string()), trimmed), whole, None)
        assert self._whole is not None, "the ids are whole numbers"
        return _looked_up(whole, *self._whole)

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
        distinct_ids = _own_numbers(pc.unique(ids).drop_null())
        if pa.types.is_integer(distinct_ids.type) and not pc.any(pc.less(distinct_ids, 0)).as_py():
            numbers = _OwnNumbers(whole_numbers(distinct_ids.cast(pa.int64())))
            return PersonNumbers(numbers, named=False)
        ids = [text for text in distinct_ids.cast(pa.string()).to_pylist() if text]
    distinct = sorted({text.strip() for text in ids} - {""}, key=natural_order)
    if all(_CANONICAL.fullmatch(text) and int(text) <= _LARGEST for text in distinct):
        return PersonNumbers({text: int(text) for text in distinct}, named=False)
    return PersonNumbers({text: place for place, text in enumerate(distinct, 1)}, named=True)


def _own_numbers(ids: pa.Array) -> pa.Array:
    """Texts as the whole numbers that they are, where all are: else, and what is no text, as is."""
    if not pa.types.is_string(ids.type):
        return ids
    try:
        whole = ids.cast(pa.int64())
    except pa.ArrowInvalid:
        return ids
    return whole if pc.all(pc.equal(whole.cast(pa.string()), ids)).as_py() else ids


class _OwnNumbers(Mapping[str, int]):
    """Whole numbers that are their own names: of ten million persons, 80 MB."""

    def __init__(self, numbers: npt.NDArray[np.integer]) -> None:
        self.rising: Whole = np.sort(numbers.astype(np.int64))

    def __getitem__(self, text: str) -> int:
        if not _CANONICAL.fullmatch(text) or int(text) > _LARGEST:
            raise KeyError(text)
        place = int(np.searchsorted(self.rising, int(text)))
        if place == len(self.rising) or self.rising[place] != int(text):
            raise KeyError(text)
        return int(text)

    def __iter__(self) -> Iterator[str]:
        return map(str, self.rising.tolist())

    def __len__(self) -> int:
        return len(self.rising)


def _own_ids(numbers: Mapping[str, int]) -> tuple[Whole, Whole]:
    if isinstance(numbers, _OwnNumbers):
        return numbers.rising, numbers.rising
    rising = np.sort(np.array(list(numbers.values()), np.int64))
    return rising, rising


def _whole_ids(ids: pa.Array, numbers: pa.Array) -> tuple[Whole, Whole] | None:
    """Ids that are whole numbers, rising, and the numbers they stand for; None for other texts."""
    try:
        whole = ids.cast(pa.int64())
    except pa.ArrowInvalid:
        return None
    if len(ids) == 0 or not pc.all(pc.equal(whole.cast(pa.string()), ids)).as_py():
        return None
    held = np.asarray(whole_numbers(whole), np.int64)
    order = np.argsort(held)
    return held[order], np.asarray(whole_numbers(numbers), np.int64)[order]


def _looked_up(ids: pa.Array, known: Whole, numbers: Whole) -> pa.Array:
    if not len(known):
        return pa.nulls(len(ids), pa.int64())
    asked = np.asarray(whole_numbers(ids), np.int64)
    rows = len(known)
    if int(known[-1]) - int(known[0]) == rows - 1:  # one after the other: no search is needed
        inside = (asked >= known[0]) & (asked <= known[-1])
        place = np.where(inside, asked - known[0], 0)
    else:
        place = np.minimum(np.searchsorted(known, asked), rows - 1)
    same = pc.and_(pa.array(known[place] == asked, pa.bool_()), pc.is_valid(ids))
    return pc.if_else(same, pa.array(numbers[place], pa.int64()), None)


def names_of_persons(persons: PersonNumbers) -> PersonNames:
    """How to call the persons of a source."""
    if not persons.named:
        return NO_NAMES
    return PersonNames({number: name for name, number in persons.numbers.items()})


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


def alike_ids(ids: Iterable[str], known: Collection[str]) -> frozenset[str]:
    """Those of some ids that are nobody's, but look like that of a person."""
    strangers = {text: alike(text) for text in ids if text not in known}
    if not strangers:
        return frozenset()
    # Persons are many and strangers few: only what is like one of these is kept.
    wanted = frozenset(strangers.values())
    seen = {form for text in known if (form := alike(text)) in wanted}
    return frozenset(text for text, form in strangers.items() if form in seen)


def alike_persons(persons: PersonNumbers) -> int:
    """How many persons have an id that looks like that of another."""
    if not persons.named:
        return 0
    counts = Counter(alike(text) for text in persons.numbers)
    return sum(count for count in counts.values() if count > 1)
