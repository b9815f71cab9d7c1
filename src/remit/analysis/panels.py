"""Adjudication by people: two forms, where they disagree, and the consensus.

The computed answer stands beside the people's and never changes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from remit.analysis.agreement import Kappa, cohen_kappa
from remit.endpoints.panel_forms import Judgement, Key
from remit.errors import InstrumentError
from remit.screening.worklist import natural_key


@dataclass(frozen=True, slots=True)
class Line:
    """One visit as the panel has it.

    Attributes:
        first, second: the two answers; empty where one was not given.
        consensus: agreed by both at once, or decided afterwards; empty while it is open.
        by: `both` or who decided; empty while it is open.
        computed: the answer of the definition, for comparison only; empty where it was not asked.
    """

    person: str
    visit: str
    first: str
    second: str
    consensus: str
    by: str
    computed: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Two adjudicators' forms side by side.

    Attributes:
        names: of the two adjudicators.
        agreement: over the visits that both judged.
        against_computed: of the consensus with the computed answer, where both are there.
    """

    names: tuple[str, str]
    lines: tuple[Line, ...]
    agreement: Kappa
    against_computed: Kappa

    @property
    def disagreements(self) -> tuple[Line, ...]:
        return tuple(
            line for line in self.lines if line.first and line.second and line.first != line.second
        )

    @property
    def open(self) -> tuple[Line, ...]:
        """Visits without a consensus."""
        return tuple(line for line in self.lines if not line.consensus)


def compare_judgements(
    first: Mapping[Key, Judgement],
    second: Mapping[Key, Judgement],
    *,
    consensus: Mapping[Key, Judgement] | None = None,
    computed: Mapping[Key, str] | None = None,
) -> Panel:
    """Two forms side by side, with the consensus and, apart, the computed answer.

    Raises:
        InstrumentError: both forms are of one adjudicator, or the consensus decides a visit on
            which the two agree otherwise.
    """
    names = _name(first), _name(second)
    if names[0] == names[1]:
        raise InstrumentError(
            "both forms are of one adjudicator",
            expected="two names",
            got=names[0],
            next_step="give the forms of two people",
        )
    decided, known = consensus or {}, computed or {}
    lines = []
    for key in sorted({*first, *second}, key=lambda key: (natural_key(key[0]), key)):
        one = first[key].response if key in first else ""
        two = second[key].response if key in second else ""
        agreed = one if one and one == two else ""
        final = decided[key].response if key in decided else ""
        if agreed and final and final != agreed:
            raise InstrumentError(
                f"person {key[0]}, {key[1]}: both say {agreed} and the consensus says {final}",
                next_step="a consensus decides only where the two disagree or are silent",
            )
        by = "both" if agreed else decided[key].adjudicator if final else ""
        lines.append(Line(*key, one, two, agreed or final, by, known.get(key, "")))
    both = [(line.first, line.second) for line in lines if line.first and line.second]
    held = [(line.consensus, line.computed) for line in lines if line.consensus and line.computed]
    return Panel(names, tuple(lines), _kappa(both), _kappa(held))


def _name(form: Mapping[Key, Judgement]) -> str:
    return next(iter(form.values())).adjudicator


def _kappa(pairs: Sequence[tuple[str, str]]) -> Kappa:
    words = sorted({word for pair in pairs for word in pair})
    first = np.array([words.index(one) for one, _ in pairs], np.int64)
    second = np.array([words.index(two) for _, two in pairs], np.int64)
    return cohen_kappa(first, second)
