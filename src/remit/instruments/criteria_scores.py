"""Scores inside criteria: `sledai_2k >= 6` worked out from items in the window of the criterion.

A criterion reads a person's records in a window, not a sheet, so the instrument's own texts are
handed to the language: a recorded total counts first, then its items; a recorded item counts first,
then the value that decides it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from remit.criteria.environment import Score
from remit.facts.codes import NO_VOCABULARY
from remit.facts.concept import Kind
from remit.facts.dictionary import Dictionary, packaged_dictionary
from remit.instruments.catalogue import (
    instrument_environment,
    instrument_text,
    packaged_instruments,
)
from remit.instruments.instrument import Instrument, Ladder, Total, items_of

# What points give is a concept of one of these kinds: no other is looked for.
_WORKED_OUT: frozenset[Kind] = frozenset({"score", "category"})


def packaged_scores() -> Mapping[str, Score]:
    """As `scores_of`, of the packaged dictionary."""
    return scores_of(packaged_dictionary())


@lru_cache(maxsize=16)
def scores_of(dictionary: Dictionary) -> Mapping[str, Score]:
    """The outputs of packaged instruments that a dictionary has as concepts, by name.

    An instrument is read when one of its outputs is first asked for.
    """
    return _PackagedScores(dictionary)


class _PackagedScores(Mapping[str, Score]):
    def __init__(self, dictionary: Dictionary) -> None:
        self._dictionary = dictionary

    def __getitem__(self, name: str) -> Score:
        found = _score(name, self._dictionary) if self._may_be(name) else None
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._dictionary.concepts if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _may_be(self, name: str) -> bool:
        concept = self._dictionary.concepts.get(name)
        return concept is not None and concept.kind in _WORKED_OUT


@lru_cache(maxsize=1024)
def _score(name: str, dictionary: Dictionary) -> Score | None:
    """How an output of that name is worked out, if an instrument has one."""
    found = None
    instruments = packaged_instruments()
    # A text that does not hold the name gives no such output, and need not be parsed.
    for known in (known for known in instruments if f'"{name}"' in instrument_text(known)):
        instrument = instruments[known]
        if name in instrument.outputs:
            found = instrument_scores(instrument, dictionary).get(name, found)
    return found


def instrument_scores(
    instrument: Instrument, dictionary: Dictionary | None = None
) -> Mapping[str, Score]:
    """Derived items, totals of findings, and ladders of an instrument, as the language reads them.

    Ladders with more than two grades, totals of grades, and whatever reads another visit have no
    meaning in a window and are left out.
    """
    scores: dict[str, Score] = {}
    # Where a criterion reads the score, the codes are those of the criterion.
    codes = NO_VOCABULARY.under(dictionary or packaged_dictionary())
    environment = replace(instrument_environment(instrument, codes), scores=scores)
    for item in instrument.items:
        if instrument.once_is_enough and item.derived_ever is not None:
            values = {"present": item.derived_ever}
            scores[item.id] = Score(environment, values=values, once=True)
        elif not instrument.once_is_enough and item.derived is not None:
            values = {"present": item.derived, "absent": f"not ({item.derived})"}
            scores[item.id] = Score(environment, values=values)
    for total in instrument.totals:
        groups = _groups(total, instrument)
        if groups is not None:
            scores[total.id] = Score(environment, groups=groups)
    for ladder in instrument.ladders:
        rungs = _values(ladder)
        if rungs is not None:
            scores[ladder.id] = Score(environment, values=rungs)
    return scores


def _groups(
    total: Total, instrument: Instrument
) -> tuple[tuple[tuple[Fraction, str], ...], ...] | None:
    if total.rule not in {"sum", "highest"} or total.doubled or total.grade_points:
        return None
    chosen = items_of(total, instrument)
    if any(item.type == "grade" for item in chosen):
        return None
    groups: dict[str, list[tuple[Fraction, str]]] = {}
    for item in chosen:
        if item.points is None:
            continue
        key = item.group if total.rule == "highest" and item.group else item.id
        there = f"{item.id} is present"
        if item.unless is not None:
            there = f"({there} and not {item.unless} is present)"
        groups.setdefault(key, []).append((Fraction(item.points), there))
    return tuple(tuple(group) for group in groups.values())


def _values(ladder: Ladder) -> Mapping[str, str] | None:
    if len(ladder.rungs) != 1 or any(
        word in ladder.rungs[0].when for word in ("at previous", "at baseline", "at visit")
    ):
        return None
    rung = ladder.rungs[0]
    return {rung.grade: rung.when, ladder.otherwise: f"not ({rung.when})"}
