"""Hy's law: persons by how far their transaminases and their bilirubin rose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from remit.analysis.methods.register import method
from remit.errors import MethodError

HY = "Hy's law range"
CHOLESTASIS = "both raised, with cholestasis"
TEMPLE = "transaminase alone"
BILIRUBIN = "bilirubin alone"
NEITHER = "neither"
OPEN = "not assessable"


@dataclass(frozen=True, slots=True)
class LiverQuadrants:
    """Persons by quadrant.

    Attributes:
        quadrant: of each person, in the order given. counts: quadrant -> how many.
    """

    quadrant: tuple[str, ...]
    counts: dict[str, int]


@method(
    "Hy's law (quadrants of transaminase and bilirubin)",
    reference="FDA. Guidance for industry: drug-induced liver injury. 2009; Temple R. "
    "Pharmacoepidemiol Drug Saf 2006;15:241",
    oracle="liver_safety",
    tolerance=1e-12,
)
def liver_quadrants(
    transaminase: Sequence[float | None],
    bilirubin: Sequence[float | None],
    *,
    phosphatase: Sequence[float | None] | None = None,
    at: float = 3.0,
    above: float = 2.0,
    cholestasis_at: float = 2.0,
) -> LiverQuadrants:
    """The quadrant of each person by peak values, as multiples of the upper limit of normal.

    A transaminase or bilirubin that is not known leaves a person "not assessable". An alkaline
    phosphatase that is not known rules out nothing: the person stays in the range, to be looked at.

    Args:
        transaminase: the higher peak of ALT and AST. at: raised from there on (3 times).
        bilirubin: total. above: raised beyond it (2 times).
        phosphatase: alkaline phosphatase at that time; from `cholestasis_at` on, cholestasis may
            explain the bilirubin.

    Raises:
        MethodError: the lists differ in length, or a value is negative or no number.
    """
    others = bilirubin if phosphatase is None else phosphatase
    if not len(transaminase) == len(bilirubin) == len(others):
        raise MethodError(
            "each person has a transaminase, a bilirubin and, where given, a phosphatase",
            expected=f"{len(transaminase)} of each",
            got=f"{len(bilirubin)} and {len(others)}",
            next_step="give None where a value is not known",
        )
    for value in (*transaminase, *bilirubin, *others):
        if value is not None and (not isfinite(value) or value < 0):
            raise MethodError(
                "a value is a multiple of the upper limit of normal",
                expected="a number from 0, or None",
                got=str(value),
                next_step="divide by the limit of the laboratory that measured it",
            )
    found = []
    for place, (enzyme, total) in enumerate(zip(transaminase, bilirubin, strict=True)):
        alp = None if phosphatase is None else phosphatase[place]
        if enzyme is None or total is None:
            found.append(OPEN)
        elif enzyme >= at and total > above:
            found.append(CHOLESTASIS if alp is not None and alp >= cholestasis_at else HY)
        else:
            found.append(TEMPLE if enzyme >= at else BILIRUBIN if total > above else NEITHER)
    names = (HY, CHOLESTASIS, TEMPLE, BILIRUBIN, NEITHER, OPEN)
    return LiverQuadrants(tuple(found), {name: found.count(name) for name in names})
