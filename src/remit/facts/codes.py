"""Which codes mean a concept in a dataset: its own, and those below them in the data's vocabulary.

This is the only place that answers it, so that no two readers of one dataset can differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
import pyarrow as pa

from remit.facts.arrays import Days, distinct, held, whole_numbers
from remit.facts.concept import Concept
from remit.facts.dictionary import Dictionary, packaged_dictionary
from remit.facts.tables import TABLES


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """The one resolution of codes of a dataset.

    Attributes:
        ancestors, descendants: pairs of codes, shape (pairs,), ordered by ancestor: the second
            lies below the first.
        occurring: table -> the codes that its rows carry; None where nobody counted them.
        vocabulary: the codes among them that the data's vocabulary knows, so that it can say what
            they are none of.
        mapped: tables in which a record of a concept carries one of its standard codes, as whoever
            wrote the dataset declares.
        own: tables in which it carries Remit's own code, where it has one, in the same way.
        heads: the codes of which the vocabulary says what lies below them, ascending.
        extended: the concepts by which the codes are read, where a study brings its own.
    """

    ancestors: Days
    descendants: Days
    occurring: Mapping[str, frozenset[int]] | None = None
    vocabulary: frozenset[int] = frozenset()
    mapped: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    heads: Days = field(default_factory=lambda: np.zeros(0, np.int32))
    extended: Dictionary | None = field(default=None, repr=False)

    @property
    def dictionary(self) -> Dictionary:
        """The concepts by which the codes are read: the packaged ones, and those of the study."""
        return self.extended or packaged_dictionary()

    def under(self, dictionary: Dictionary) -> Codes:
        """The same codes, read by a study's dictionary; the same object for the same dictionary.

        Whatever binds a text to data is given codes: so a study's own concepts mean one thing in
        its criteria, scores, responses and doses.
        """
        return self if dictionary is self.dictionary else _read_by(self, dictionary)

    def ids_of(self, codes: Iterable[int]) -> tuple[int, ...]:
        """The codes and all below them, sorted.

        A code below that no row of the dataset carries may be left out, a given code never.

        >>> NO_VOCABULARY.ids_of([7, 3])
        (3, 7)
        """
        asked = sorted(set(codes))
        found = set(asked)
        first = np.searchsorted(self.ancestors, asked, side="left")
        last = np.searchsorted(self.ancestors, asked, side="right")
        for begin, end in zip(first.tolist(), last.tolist(), strict=True):
            found.update(self.descendants[begin:end].tolist())
        return tuple(sorted(found))

    def ids_of_concepts(self, concepts: Iterable[Concept]) -> tuple[int, ...]:
        """The codes of plain concepts and all below them, less what each leaves out, sorted.

        >>> NO_VOCABULARY.ids_of_concepts([packaged_dictionary().concept("rituximab")])
        (1314273,)
        """
        found: set[int] = set()
        for concept in concepts:
            if concept.alone or concept.excludes_rule == "excluded_goes":
                found.update(_ids_of_set(self, concept))
                continue
            listed = frozenset(
                code.omop for code in concept.codes if code.omop is not None and code.is_verified
            )
            found.update(_ids_less(self, listed, concept.excludes))
        return tuple(sorted(found))

    def carries(self, table: str, members: Iterable[Iterable[int]]) -> bool:
        """Whether rows of a table could carry a concept: else no row says nothing.

        One of its codes occurs, or the table is declared to carry codes of that kind; and so it is
        of each member of a class that has no code but Remit's own, which nobody else writes. Where
        nobody counted what occurs, there are no data yet that could lack a code.

        Args:
            members: the codes of each member; of the concept itself where it is no class.
        """
        if self.occurring is None:
            return True
        occurring = self.occurring.get(table, frozenset())

        def could(codes: Iterable[int]) -> bool:
            return any(
                code in occurring or table in (self.own if code in OWN else self.mapped)
                for code in codes
            )

        found = [(could(codes), all(code in OWN for code in codes)) for codes in members]
        return any(one for one, _ in found) and all(one for one, own in found if own)

    def elsewhere(
        self, table: str, codes: Iterable[int]
    ) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """The other tables whose rows carry some of the codes, each with those."""
        asked = frozenset(codes)
        found = (
            (name, tuple(sorted(held & asked)))
            for name, held in (self.occurring or {}).items()
            if name != table
        )
        return tuple((name, held) for name, held in found if held)

    def unresolved(
        self, table: str, listed: frozenset[int], members: Iterable[Iterable[int]]
    ) -> frozenset[int]:
        """The codes that rows of a table carry and that may be a concept; 0 is one of them.

        Nobody knows them: no concept lists them or one above them, and the vocabulary lacks them,
        or lacks a member of the concept, so that it cannot say what is none of it.

        Args:
            members: as `carries` has them.
            listed: the codes of all concepts. Those of Remit's own that belong to no concept, but
                to a finding, are known where the table is declared to carry them: else a site
                may have given the same id to something else.
        """
        strange = _unlisted(self, table, listed)
        if strange and all(self._knows(table, codes) for codes in members):
            strange -= self.vocabulary - {0}
        return strange

    def _knows(self, table: str, codes: Iterable[int]) -> bool:
        """Whether a record of a member is told from others by its code."""
        asked = tuple(codes)
        if table in self.own and any(code in OWN for code in asked):
            return True
        place = np.searchsorted(self.heads, asked)
        inside = place < len(self.heads)
        return bool((self.heads[place[inside]] == np.array(asked, np.int64)[inside]).any())


def codes_of(
    ancestry: pa.Table,
    *,
    occurring: Mapping[str, frozenset[int]] | None = None,
    mapped: frozenset[str] = frozenset(),
    own: frozenset[str] = frozenset(),
) -> Codes:
    """The resolution of codes from rows of `concept_ancestor`, in any order.

    A pair of a code with itself says that the vocabulary knows all that lies above it. A table
    without any such pair is believed to know each code that it has.

    Args:
        occurring: table -> the codes that its rows carry. Pairs whose lower code is in none of
            them are left out: a whole vocabulary has far more than any dataset carries.
        mapped, own: as `Codes` has them.
    """
    above = np.asarray(whole_numbers(ancestry["ancestor_concept_id"]), np.int32)
    below = np.asarray(whole_numbers(ancestry["descendant_concept_id"]), np.int32)
    vocabulary, heads = frozenset[int](), distinct(above)
    if occurring is not None and len(below):
        carried = frozenset[int]().union(*occurring.values())
        codes = np.sort(np.fromiter(carried, np.int32, len(carried)))
        kept, upper, itself = held(below, codes), held(above, codes), above == below
        sure = [above[itself & upper]] if itself.any() else [above[upper], below[kept]]
        vocabulary = frozenset(np.concatenate(sure).tolist())
        above, below = above[kept], below[kept]
    order = np.argsort(above, kind="stable")
    return Codes(above[order], below[order], occurring, vocabulary, mapped, own, heads)


def occurring_codes(tables: Mapping[str, pa.Table]) -> Mapping[str, frozenset[int]]:
    """Table -> the codes in its concept column, of each table that has one."""
    return {
        name: frozenset(distinct(whole_numbers(rows[column])).tolist())
        for name, rows in tables.items()
        if (column := TABLES[name].concept) is not None
    }


@lru_cache(maxsize=4096)
def _ids_less(codes: Codes, listed: frozenset[int], excludes: tuple[int, ...]) -> frozenset[int]:
    """The listed codes and all below them, less what is excluded and all below that."""
    found = frozenset(codes.ids_of(listed))
    if not excludes:
        return found
    left_out = frozenset(codes.ids_of(excludes))
    # What is listed stays, with all below it.
    return (found - left_out) | frozenset(codes.ids_of(left_out & listed))


@lru_cache(maxsize=64)
def _unlisted(codes: Codes, table: str, listed: frozenset[int]) -> frozenset[int]:
    """The codes of a table's rows that are none of the listed and lie below none: once a table."""
    carried = (codes.occurring or {}).get(table, frozenset())
    strange = frozenset(code for code in carried if code == 0 or code not in listed)
    if table in codes.own:
        strange = frozenset(code for code in strange if code not in OWN)
    if strange and len(codes.ancestors):
        strange -= frozenset(codes.ids_of(listed)) - {0}  # what lies below a concept is one
    return strange


def _ids_of_set(codes: Codes, concept: Concept) -> set[int]:
    """The codes of a concept that a concept set of OHDSI says: less all that is excluded.

    Those that stand for themselves bring nothing below them along.
    """
    alone = frozenset(concept.alone)
    listed = {c.omop for c in concept.codes if c.omop is not None and c.is_verified}
    left_out = frozenset(concept.excludes)
    found = set(codes.ids_of(listed - alone)) | (listed & alone)
    gone = set(codes.ids_of(left_out - alone)) | (left_out & alone)
    if concept.excludes_rule == "listed_stays":
        gone -= {*codes.ids_of((gone & listed) - alone), *(gone & listed & alone)}
    return found - gone


@lru_cache(maxsize=64)
def _read_by(codes: Codes, dictionary: Dictionary) -> Codes:
    packaged = dictionary is packaged_dictionary()
    return replace(codes, extended=None if packaged else dictionary)


# Remit's own codes, of the ids above two thousand million that OMOP leaves to whoever needs one.
OWN = range(2_100_000_000, 2_101_000_000)
NO_VOCABULARY = Codes(np.zeros(0, np.int32), np.zeros(0, np.int32))
