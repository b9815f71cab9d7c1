"""Trials of two arms that count answers: what a test of them does, exactly, by all outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import ndtri

from remit.analysis.methods.count_tables import chances, check_test, largest_chance, rejected
from remit.analysis.methods.estimates import require_level
from remit.analysis.methods.outcome_chances import largest_chance_at, scores_of_difference
from remit.analysis.methods.register import method
from remit.errors import MethodError

MOST_PERSONS = 1000
SAW = "a few persons more have less power: it rises with their number in teeth"


@dataclass(frozen=True, slots=True, eq=False)
class DecisionTable:
    """Which outcomes of two arms a test rejects.

    Attributes:
        n_1, n_2: persons of each arm. test, side, level, difference: as it was asked.
        rejects: shape (n_1 + 1, n_2 + 1): row answers of the first arm, column of the second.
    """

    n_1: int
    n_2: int
    test: str
    side: str
    level: float
    difference: float
    rejects: npt.NDArray[np.bool_]

    def decide(
        self, counts_1: npt.NDArray[np.int64], counts_2: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.bool_]:
        """Whether each of many trials rejects; counts of answers, shape (trials,) each."""
        return np.asarray(self.rejects[counts_1, counts_2])

    def power(self, share_1: float, share_2: float) -> float:
        """The chance to reject where the arms answer with these shares."""
        return float(chances(self.n_1, share_1) @ self.rejects @ chances(self.n_2, share_2))

    def size(self) -> float:
        """The largest chance to reject where the arms differ as the test supposes."""
        if self.difference:
            return largest_chance_at(self.rejects, self.difference)
        return largest_chance(self.rejects)


@dataclass(frozen=True, slots=True)
class DesignPower:
    """What a design of two arms does.

    Attributes:
        power: the chance to reject at the supposed shares. size: the largest chance to reject where
            both arms answer alike, or differ by what is tested against. n_1, n_2: persons of each
            arm. expected_difference: of the shares. warnings: what whoever plans by it has to know.
    """

    power: float
    size: float
    n_1: int
    n_2: int
    expected_difference: float
    warnings: tuple[str, ...] = ()


@lru_cache(maxsize=64)
def decision_table(
    n_1: int,
    n_2: int,
    *,
    test: str = "fisher",
    side: str = "two",
    level: float = 0.05,
    difference: float = 0.0,
) -> DecisionTable:
    """Which outcomes are rejected, to be looked up for any number of trials.

    Args:
        test: fisher, fisher_mid_p, boschloo, barnard, chi_square or miettinen_nurminen.
        side: "two"; "greater" or "less": of the first arm.
        difference: that is tested against, of the first arm to the second; -0.1 with "greater"
            asks whether the first is no worse by 0.1. Other than 0 for miettinen_nurminen alone.

    Raises:
        MethodError: an arm is empty or beyond 1,000; nobody knows the test or its side, or it
            knows no difference.
    """
    require_level(level)
    if max(n_1, n_2) > MOST_PERSONS:
        raise MethodError(
            "all outcomes are gone through: an arm is too large",
            expected=f"{MOST_PERSONS:,} persons at most",
            got=f"{n_1} and {n_2}",
            next_step="take the power of the normal approximation",
        )
    rejects = (
        _beyond(n_1, n_2, test, side, level, difference)
        if difference
        else rejected(n_1, n_2, test, side, level)
    )
    rejects.setflags(write=False)
    return DecisionTable(n_1, n_2, test, side, level, difference, rejects)


def _beyond(
    n_1: int, n_2: int, test: str, side: str, level: float, difference: float
) -> npt.NDArray[np.bool_]:
    """Which outcomes differ by more than a supposed difference."""
    check_test(n_1, n_2, test, side)
    if test != "miettinen_nurminen" or not -1 < difference < 1:
        raise MethodError(
            "a difference other than 0 is tested by the score of Miettinen and Nurminen alone",
            expected="miettinen_nurminen, and a difference between -1 and 1",
            got=f"{test}, {difference}",
            next_step="name this test, or leave the difference out",
        )
    z = scores_of_difference(n_1, n_2, difference) * sqrt((n_1 + n_2 - 1) / (n_1 + n_2))
    far = np.abs(z) if side == "two" else z if side == "greater" else -z
    edge = -float(ndtri(level / 2 if side == "two" else level))
    return np.asarray(far >= edge)


@method(
    "exact power of two proportions",
    reference="Suissa S, Shuster JJ. J R Stat Soc A 1985;148:317",
    oracle="two_arm_designs",
    tolerance=1e-8,
)
def two_arm_power(
    n_1: int,
    n_2: int,
    share_1: float,
    share_2: float,
    *,
    test: str = "fisher",
    side: str = "two",
    level: float = 0.05,
    difference: float = 0.0,
) -> DesignPower:
    """The chance to reject at two shares, and the largest where they are one.

    Args:
        difference: that is tested against, as of `decision_table`.

    Raises:
        MethodError: as `decision_table`; a share is none.
    """
    require_shares(share_1, share_2)
    table = decision_table(n_1, n_2, test=test, side=side, level=level, difference=difference)
    return DesignPower(table.power(share_1, share_2), table.size(), n_1, n_2, share_1 - share_2)


@method(
    "persons for an exact power of two proportions",
    reference="Suissa S, Shuster JJ. J R Stat Soc A 1985;148:317",
    oracle="two_arm_designs",
    tolerance=1e-8,
)
def two_arm_sample_size(
    share_1: float,
    share_2: float,
    *,
    power: float = 0.8,
    test: str = "fisher",
    side: str = "two",
    level: float = 0.05,
    most: int = 300,
) -> DesignPower:
    """The fewest persons of two equal arms that have the power.

    Args:
        most: persons of an arm to search up to.

    Raises:
        MethodError: as `decision_table`; the shares are equal, or so many are too few.
    """
    require_shares(share_1, share_2)
    require_level(power)
    if share_1 == share_2:
        raise MethodError(
            "shares that do not differ are told apart by no number of persons",
            expected="two shares",
            got=f"{share_1} and {share_2}",
            next_step="suppose a difference",
        )

    def at(n: int) -> float:
        table = decision_table(n, n, test=test, side=side, level=level)
        return table.power(share_1, share_2)

    for n in range(2, most + 1):
        if at(n) >= power:
            found = two_arm_power(n, n, share_1, share_2, test=test, side=side, level=level)
            falls = n < most and min(at(n + more) for more in (1, 2, 3)) < power
            warnings = (SAW,) if falls else ()
            return DesignPower(found.power, found.size, n, n, share_1 - share_2, warnings)
    raise MethodError(
        "no number of persons that was searched has the power",
        expected=f"a power of {power} with {most} persons an arm at most",
        got=f"{at(most):.3f}",
        next_step="suppose a larger difference, or search further by `most`",
    )


@method(
    "smallest difference that two arms would have found",
    reference="Suissa S, Shuster JJ. J R Stat Soc A 1985;148:317",
    oracle="two_arm_designs",
    tolerance=1e-8,
)
def detectable_difference(
    n_1: int,
    n_2: int,
    share_2: float,
    *,
    power: float = 0.8,
    test: str = "fisher",
    side: str = "two",
    level: float = 0.05,
    below: bool = False,
) -> DesignPower:
    """The share of the first arm nearest to that of the second that has the power.

    Where even 1, or 0, has too little of it, no trial of this size would find anything: an error.

    Args:
        below: it lies below the second's, as it does with side "less"; else above.

    Raises:
        MethodError: as `decision_table`; no share has the power.
    """
    require_shares(share_2)
    require_level(power)
    table = decision_table(n_1, n_2, test=test, side=side, level=level)
    end = 0.0 if below or side == "less" else 1.0
    if table.power(end, share_2) < power:
        raise MethodError(
            "no difference that can be has the power",
            expected=f"a power of {power} at a share of {end:g} against {share_2:g}",
            got=f"{table.power(end, share_2):.3f}",
            next_step="plan more persons",
        )
    if table.power(share_2, share_2) >= power:
        raise MethodError(
            "the power is reached without any difference",
            expected="a power above the level of the test",
            got=str(power),
            next_step="ask for more power",
        )

    def off(share: float) -> float:
        return table.power(share, share_2) - power

    share = float(brentq(off, share_2, end, xtol=1e-13, rtol=1e-13))
    return DesignPower(table.power(share, share_2), table.size(), n_1, n_2, share - share_2)


def require_shares(*shares: float) -> None:
    """Nothing, when each is a share.

    Raises:
        MethodError: one does not lie from 0 to 1.
    """
    for share in shares:
        if not 0 <= share <= 1:
            raise MethodError(
                "a share lies from 0 to 1",
                expected="a number such as 0.4",
                got=str(share),
                next_step="write 40 % as 0.4",
            )
