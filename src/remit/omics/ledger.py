"""The ledger of all that was tried: families of tests, and what is left of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.omics.methods.false_discoveries import benjamini_hochberg, simes

Floats = npt.NDArray[np.float64]
RATE = 0.05


@dataclass(frozen=True, slots=True)
class TestedFamily:
    """Tests that answer one question.

    Attributes:
        name: assay, contrast and kind.
        tests: how many were made; `found`: how many have an adjusted p below the rate.
        p: that nothing of the family differs (Simes); None where no test was made.
        adjusted: that p over all families of the ledger (Benjamini and Hochberg).
    """

    name: str
    tests: int
    found: int
    p: float | None
    adjusted: float | None


def open_ledger(families: Sequence[tuple[str, Floats]]) -> tuple[TestedFamily, ...]:
    """One row a family.

    Args:
        families: name, and the p of each test; NaN was not tested.
    """
    rows = []
    for name, p in families:
        made = p[np.isfinite(p)]
        found = int((benjamini_hochberg(made) < RATE).sum())
        rows.append((name, len(made), found, simes(made) if len(made) else None))
    known = [p for *_, p in rows if p is not None]
    adjusted = iter(benjamini_hochberg(np.array(known)).tolist())
    return tuple(
        TestedFamily(name, tests, found, p, None if p is None else next(adjusted))
        for name, tests, found, p in rows
    )
