"""How many parameters so many persons can carry before a model mostly fits its own noise.

Riley RD, Snell KIE, Ensor J, et al. Stat Med 2019;38:1276, criterion 1 (expected shrinkage); in
words: Riley RD, Ensor J, Snell KIE, et al. BMJ 2020;368:m441.
"""

from __future__ import annotations

from math import exp, log

from remit.errors import MethodError

SHRINKAGE = 0.9


def affordable_parameters(persons: int, r2: float, *, shrinkage: float = SHRINKAGE) -> float:
    """How many candidate parameters keep the expected shrinkage at least as stated.

    Args:
        r2: the share of variation that the model is hoped to explain, by Cox and Snell.

    Raises:
        MethodError: the share is not between 0 and the shrinkage.

    >>> round(affordable_parameters(100, 0.2), 1)
    2.5
    """
    if not 0 < r2 < shrinkage:
        raise MethodError(
            "the share of variation lies between 0 and the shrinkage",
            expected=f"more than 0 and less than {shrinkage}",
            got=str(r2),
            next_step="0.2 is a usual guess; 0.3 is a hopeful one",
        )
    return persons * (shrinkage - 1) * log(1 - r2 / shrinkage)


def largest_r2(share: float) -> float:
    """The largest Cox-Snell R² that is possible with this share of responders."""
    chance = share * log(share) + (1 - share) * log(1 - share)
    return 1 - exp(2 * chance)
