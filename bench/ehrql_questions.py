"""Questions that both languages can ask, each written in both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

T = TypeVar("T")

# Concept -> its unit, and numbers near which its records lie; exact as binary fractions, or as
# quotients that are rounded once.
QUANTITIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "upcr": ("g/g", ("0.5", "1", "1.1", "3")),
    "platelets": ("10*9/L", ("50", "100", "150.5")),
    "creatinine": ("mg/dL", ("1.2", "1.5", "2")),
    "weight": ("kg", ("50", "60.25")),
    "ecog": ("", ("0", "1", "2")),
    "ana_titre": ("1:", ("40", "80", "160")),
}
CODED = {"pregnancy_test_urine": ("positive", "negative")}
EVENTS = (
    *("flare", "pneumonia", "lupus_nephritis", "malignancy", "onychomycosis"),
    *("rituximab", "methotrexate", "b_cell_depletion", "renal_biopsy", "inpatient_stay"),
)
ANCHORS = ("consent", "screening", "baseline")
SIGNS = (">", ">=", "<", "<=")
LENGTHS = (
    *("7 days", "14 days", "28 days", "30 days", "4 weeks", "12 weeks", "24 weeks"),
    *("1 month", "3 months", "6 months", "1 year", "5 years"),
)
AGES = (18, 19, 40, 65, 66)


@dataclass(frozen=True, slots=True)
class Question:
    """One question: in the criterion language, and as an expression of ehrQL."""

    ours: str
    theirs: str


class Questions:
    """Draws questions."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random

    def draw(self, depth: int) -> Question:
        """A question, its operands nested at most so deep."""
        if depth == 0 or self._chance(0.35):
            return self._leaf()
        return self._one((self._junction, self._junction, self._not, self._at_least, self._first))(
            depth - 1
        )

    # ---- logic ----------------------------------------------------------------------------------

    def _several(self, depth: int) -> tuple[Question, ...]:
        return tuple(self.draw(depth) for _ in range(int(self._random.integers(2, 4))))

    def _junction(self, depth: int) -> Question:
        word, sign = self._one((("and", "&"), ("or", "|")))
        parts = self._several(depth)
        return Question(
            f" {word} ".join(f"({part.ours})" for part in parts),
            f" {sign} ".join(f"({part.theirs})" for part in parts),
        )

    def _not(self, depth: int) -> Question:
        part = self.draw(depth)
        return Question(f"not ({part.ours})", f"~({part.theirs})")

    def _at_least(self, depth: int) -> Question:
        parts = self._several(depth)
        number = int(self._random.integers(1, len(parts) + 1))
        ours = ", ".join(part.ours for part in parts)
        theirs = ", ".join(part.theirs for part in parts)
        return Question(f"at least {number} of ({ours})", f"at_least({number}, [{theirs}])")

    def _first(self, depth: int) -> Question:
        parts = self._several(depth)
        ours = ", ".join(part.ours for part in parts)
        theirs = ", ".join(part.theirs for part in parts)
        return Question(f"first known of ({ours})", f"first_known([{theirs}])")

    # ---- leaves ---------------------------------------------------------------------------------

    def _leaf(self) -> Question:
        drawn: tuple[Callable[[], Question], ...] = (
            *(self._picked, self._picked, self._picked, self._extreme, self._extreme),
            *(self._some_or_each, self._coded, self._recorded, self._count_of_values),
            *(self._event, self._event, self._event, self._count_of_events),
            *(self._age, self._sex, self._arithmetic),
        )
        return self._one(drawn)()

    def _picked(self) -> Question:
        which = self._one(("latest", "earliest"))
        name, sign, number, literal = self._threshold()
        ours, theirs = self._window()
        if self._chance(0.2):
            more = _literal(name, _larger(number))
            return Question(
                f"{literal} < {which} {name} {ours} <= {more}",
                f'(({which}("{name}", {theirs}) > {number})'
                f' & ({which}("{name}", {theirs}) <= {_larger(number)}))',
            )
        return Question(
            f"{which} {name} {ours} {sign} {literal}",
            f'compared({which}("{name}", {theirs}), "{sign}", {number})',
        )

    def _extreme(self) -> Question:
        which = self._one(("highest", "lowest"))
        name, sign, number, literal = self._threshold(exact=False)
        ours, theirs = self._window()
        return Question(
            f"{which} {name} {ours} {sign} {literal}",
            f'extreme("{which}", "{name}", {theirs}, "{sign}", {number})',
        )

    def _some_or_each(self) -> Question:
        word, call = self._one((("any", "some_value"), ("every", "each_value")))
        name, sign, number, literal = self._threshold(exact=False)
        ours, theirs = self._window()
        return Question(
            f"{word} {name} {ours} {sign} {literal}",
            f'{call}("{name}", {theirs}, "{sign}", {number})',
        )

    def _coded(self) -> Question:
        which = self._one(("latest", "earliest"))
        name = self._one(tuple(CODED))
        wanted = CODED[name] if self._chance(0.2) else (self._one(CODED[name]),)
        ours, theirs = self._window()
        said = f"is {wanted[0]}" if len(wanted) == 1 else f"is one of {{{', '.join(wanted)}}}"
        codes = ", ".join(f'CODED["{name}"]["{value}"]' for value in wanted)
        return Question(
            f"{which} {name} {ours} {said}", f'answer("{which}", "{name}", {theirs}, [{codes}])'
        )

    def _recorded(self) -> Question:
        name = self._one(tuple(QUANTITIES))
        ours, theirs = self._window()
        return Question(f"recorded {name} {ours}", f'recorded("{name}", {theirs})')

    def _count_of_values(self) -> Question:
        name = self._one(tuple(QUANTITIES))
        return self._count(name, "count_of_values")

    def _event(self) -> Question:
        name = self._one(EVENTS)
        ours, theirs = self._window(unbounded=True)
        return Question(f"any {name} {ours}", f'event("{name}", {theirs})')

    def _count_of_events(self) -> Question:
        return self._count(self._one(EVENTS), "count_of_events")

    def _count(self, name: str, call: str) -> Question:
        sign = self._one((*SIGNS, "="))
        number = int(self._random.integers(1, 4))
        ours, theirs = self._window()
        return Question(
            f"count of {name} {ours} {sign} {number}",
            f'{call}("{name}", {theirs}, "{sign}", {number})',
        )

    def _age(self) -> Question:
        anchor, sign = self._one(ANCHORS), self._one((*SIGNS, "="))
        period = "months" if self._chance(0.2) else "years"
        number = self._one(AGES) * (12 if period == "months" else 1)
        theirs = f"(people.{anchor} - people.birth).{period}"
        if self._chance(0.3):
            return Question(
                f"{number} {period} <= age at {anchor} < {2 * number} {period}",
                f"(({theirs} >= {number}) & ({theirs} < {2 * number}))",
            )
        return Question(
            f"age at {anchor} {sign} {number} {period}", f'compared({theirs}, "{sign}", {number})'
        )

    def _sex(self) -> Question:
        sex = self._one(("female", "male"))
        return Question(f"sex is {sex}", f'(people.sex == "{sex}")')

    def _arithmetic(self) -> Question:
        """A change between two windows: of numbers that binary fractions hold exactly."""
        name = self._one(("weight", "platelets"))
        unit = QUANTITIES[name][0]
        (ours, theirs), (other_ours, other_theirs) = self._window(), self._window()
        sign = self._one(SIGNS)
        one, other = f"latest {name} {ours}", f"latest {name} {other_ours}"
        that, this = f'latest("{name}", {theirs})', f'latest("{name}", {other_theirs})'
        if self._chance(0.5):
            return Question(f"{one} - {other} {sign} 0.5 {unit}", f"({that} - {this} {sign} 0.5)")
        return Question(f"{one} / {other} {sign} 150 %", f"({that} / {this} {sign} 1.5)")

    # ---- their parts ----------------------------------------------------------------------------

    def _threshold(self, *, exact: bool = True) -> tuple[str, str, str, str]:
        """A concept, a sign, a number, and the number as it is written with its unit."""
        name = self._one(tuple(QUANTITIES))
        signs = (*SIGNS, "=") if exact and QUANTITIES[name][0] in ("", "1:") else SIGNS
        number = self._one(QUANTITIES[name][1])
        return name, self._one(signs), f"{float(number)}", _literal(name, number)

    def _window(self, *, unbounded: bool = False) -> tuple[str, str]:
        kind = self._random.random()
        anchor = self._one(ANCHORS)
        if kind < 0.08:
            return f"at {anchor}", f"Window(people.{anchor}, people.{anchor})"
        if kind < 0.16 and unbounded:
            return f"in [.., {anchor}]", f"Window(None, people.{anchor})"
        if kind < 0.2:
            first = self._one(("2023-10-01", "2024-02-29"))
            return f"in [{first}, {anchor}]", f'Window("{first}", people.{anchor})'
        if kind < 0.28:
            other = self._one(ANCHORS)
            return f"in [{anchor}, {other}]", f"Window(people.{anchor}, people.{other})"
        length = self._one(LENGTHS)
        counts = self._chance(0.8), self._chance(0.8)
        opening, closing = "[" if counts[0] else "(", "]" if counts[1] else ")"
        if self._chance(0.15):
            first, last = anchor, f"{anchor} + {length}"
            days = f"people.{anchor}, {_moved(anchor, length, forward=True)}"
        else:
            first, last = f"{anchor} - {length}", anchor
            days = f"{_moved(anchor, length, forward=False)}, people.{anchor}"
        return f"in {opening}{first}, {last}{closing}", f"Window({days}, {counts[0]}, {counts[1]})"

    def _chance(self, of: float) -> bool:
        return bool(self._random.random() < of)

    def _one(self, among: Sequence[T]) -> T:
        return among[int(self._random.integers(len(among)))]


def _moved(anchor: str, length: str, *, forward: bool) -> str:
    number, period = length.split()
    sign = "" if forward else "-"
    factors = {"day": 1, "week": 7, "month": 1, "year": 12}
    times = int(number) * factors[period.rstrip("s")]
    if period.rstrip("s") in ("day", "week"):
        return f"people.{anchor} + days({sign}{times})"
    return f"by_months(people.{anchor}, {sign}{times})"


def _literal(name: str, number: str) -> str:
    unit = QUANTITIES[name][0]
    return f"1:{number}" if unit == "1:" else f"{number} {unit}".rstrip()


def _larger(number: str) -> str:
    return f"{float(number) * 2:g}"
