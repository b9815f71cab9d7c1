"""What the names in an expression mean: handed in, so that this package knows no study."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain
from math import lcm

from remit.criteria.dates import Window
from remit.criteria.readings import ALWAYS
from remit.criteria.tree import AbsenceRule, Dose, Events, Ingredient, Measure
from remit.facts.codes import Codes
from remit.facts.concept import Absence, Concept
from remit.facts.dictionary import Dictionary
from remit.units import both_keys

_COVERED = AbsenceRule("covered")


@dataclass(frozen=True, slots=True)
class Score:
    """A score or classification that is worked out from its items.

    Attributes:
        environment: what names mean in the texts below; the window of the reading is its default.
        groups: groups of (points, boolean expression); each group gives its highest points met.
        values: for a classification, the expression of each value in place of points.
        once: the value counts once it was seen, so that what is worked out can affirm and not deny.
    """

    environment: Environment = field(repr=False, compare=False)
    groups: tuple[tuple[tuple[Fraction, str], ...], ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    once: bool = False


@dataclass(frozen=True, slots=True)
class Environment:
    """The names that an expression may use.

    Attributes:
        anchors: the named dates of the study.
        default_window: window text for a bare name, e.g. `[screening - 28 days, screening]`.
        concept_windows: the same for single concepts.
        definitions: named expressions, boolean (`meets NAME`) or numeric (`NAME`).
        parameters: the literal text that stands for `$NAME`.
        attestations: what people may be asked.
        scores: concept name -> how it is worked out where no result is recorded.
        codes: which codes mean a concept in the data; `NO_VOCABULARY` where there are none to read.
    """

    dictionary: Dictionary
    anchors: frozenset[str]
    default_window: str | None = None
    concept_windows: Mapping[str, str] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    attestations: frozenset[str] = frozenset()
    scores: Mapping[str, Score] = field(default_factory=dict)
    codes: Codes = field(kw_only=True, repr=False)

    def window_text(self, concept: str) -> str | None:
        return self.concept_windows.get(concept, self.default_window)

    def nearest(self, name: str, among: Iterable[str]) -> str | None:
        near = difflib.get_close_matches(name, list(among), n=3, cutoff=0.5)
        return ", ".join(near) or None

    def ids_of(self, concepts: Iterable[Concept]) -> tuple[int, ...]:
        """The OMOP ids of plain concepts, with everything below them in the data's vocabulary."""
        return self.codes.ids_of_concepts(concepts)

    def events(self, name: str, *, without: str | None = None) -> Events:
        """The events of a concept or class, less those of another one."""
        concept = self.dictionary.concept(name)
        left_out = set(self.ids_of(self.dictionary.leaves(without))) if without else set()
        leaves = self.dictionary.leaves(name)
        members = [
            tuple(code for code in self.ids_of((leaf,)) if code not in left_out) for leaf in leaves
        ]
        # A code of a lasting member may also lie below a broad code of another: HIV is a viral
        # disease. The member that lists it knows its course.
        chronic, episode, first_day = (
            {
                code
                for leaf, codes in zip(leaves, members, strict=True)
                if leaf.course == course
                for code in codes
            }
            for course in ("chronic", "episode", "first_day")
        )
        return Events(
            name=f"{name} except {without}" if without else name,
            table=concept.table,
            episode_ids=tuple(sorted(episode - chronic)),
            chronic_ids=tuple(sorted(chronic)),
            routes=concept.route,
            absence=self.absence(concept, members),
            elsewhere=self.codes.elsewhere(concept.table, chain.from_iterable(members)),
            first_day_ids=tuple(sorted(first_day - chronic - episode)),
        )

    def absence(self, concept: Concept, members: Iterable[tuple[int, ...]]) -> AbsenceRule:
        """When no record of a concept may be read as "no", by its rule and by the data's codes.

        Args:
            members: the codes of each plain concept that it unites, less those that are left out.
        """
        asked = [codes for codes in members if codes]
        return replace(
            absence_rule(concept.absence),
            carried=self.codes.carries(concept.table, asked),
            unresolved=self.codes.unresolved(concept.table, self.dictionary.listed, asked),
            unrouted=tuple(sorted({code for codes in asked for code in codes}))
            if concept.route
            else (),
        )

    def measure(self, concept: Concept) -> Measure:
        """How the records of a value concept are read as numbers."""
        unit = concept.unit
        assert unit is not None, "a category is not read as a number"
        unitless = concept.kind in {"titre", "score"}
        factors = {} if unitless else {**concept.factors, **self._own_factors(concept)}
        scale = lcm(*(factor.denominator for factor in factors.values())) if factors else 1
        bounds = concept.plausible
        members = [self.ids_of((leaf,)) for leaf in self.dictionary.leaves(concept.name)]
        return Measure(
            name=concept.name,
            ids=tuple(sorted({code for codes in members for code in codes})),
            unit=unit.code,
            multipliers=tuple((code, int(factor * scale)) for code, factor in factors.items()),
            scale=scale,
            plausible=(Fraction(bounds[0]), Fraction(bounds[1])) if bounds else None,
            absence=self.absence(concept, members),
        )

    def _own_factors(self, concept: Concept) -> Mapping[str, Fraction]:
        """The factors of the study's own units, where the concept takes the unit that they mean."""
        taken = [own for own in self.dictionary.units.values() if own.means in concept.factors]
        coded, written = dict(concept.factors), dict(concept.factors)
        for own in taken:
            factor = concept.factors[own.means] * own.times
            coded |= dict.fromkeys(own.ids, factor)
            written |= dict.fromkeys(own.texts, factor)
        added = {key: f for key, f in (coded | written).items() if key not in concept.factors}
        # A record may name a unit by its id, and in words by another that is the same.
        both = {
            both_keys(one, other): factor
            for one, factor in coded.items()
            for other, same in written.items()
            if factor == same and not {one, other} <= set(concept.factors)
        }
        return added | both if taken else {}

    def ingredients(self, concept: Concept) -> tuple[Ingredient, ...]:
        """The drugs whose daily doses make up the dose of a drug or class.

        A code below two of them (a product of both) counts once, for the first.
        """
        found = []
        seen: set[int] = set()
        for leaf in self.dictionary.leaves(concept.name):
            ids = tuple(code for code in self.ids_of((leaf,)) if code not in seen)
            seen.update(ids)
            factor = concept.equivalents.get(leaf.name, Fraction(1))
            found.append(Ingredient(leaf.name, ids, factor))
        return tuple(found)

    def dose(self, concept: Concept, window: Window) -> Dose:
        """The daily dose of a drug or class in a window."""
        parts = self.ingredients(concept)
        members = [part.ids for part in parts]
        absence = self.absence(concept, members)
        eras = self.codes.unresolved("dose_era", self.dictionary.listed, members)
        return Dose(concept.name, parts, window, absence, replace(ALWAYS, unresolved=eras))


def absence_rule(absence: Absence) -> AbsenceRule:
    """The dictionary's absence rule as a node of the tree, whatever the data's codes."""
    if absence.rule == "covered":
        return _COVERED
    return AbsenceRule(absence.rule, absence.days)
