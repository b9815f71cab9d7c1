"""What a method gives: an estimate with its interval, or the significance of a test."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import isnan

from remit.errors import MethodError

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval. None is what cannot be estimated; `warnings` say why.

    Attributes:
        value, low, high: in the unit of what is estimated; a bound may be infinite.
        level: of the interval, such as 0.95.
        warnings: what whoever reads the number has to know.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    level: float = LEVEL
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _no_nan(self)


@dataclass(frozen=True, slots=True)
class Significance:
    """A test: its statistic, degrees of freedom and two-sided p unless its method says otherwise.

    Attributes:
        statistic: None for an exact test, which has none.
        df: degrees of freedom; None where the distribution has none.
        p: None where the test cannot be made; `warnings` say why.
    """

    p: float | None
    statistic: float | None = None
    df: float | None = None
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _no_nan(self)


def _no_nan(result: Estimate | Significance) -> None:
    for field in fields(result):
        number = getattr(result, field.name)
        if isinstance(number, float) and isnan(number):
            raise AssertionError(f"{field.name} is no number: a method has to say what it lacks")


def require_counts(what: str, *pairs: tuple[int, int]) -> None:
    """Nothing, when each pair is a count and the number it is out of.

    Raises:
        MethodError: a count is negative, or more than there are.
    """
    for count, n in pairs:
        if not 0 <= count <= n:
            raise MethodError(
                f"{what}: a count must lie between 0 and the number that it is out of",
                expected=f"0 to {n}" if n >= 0 else "numbers that are not negative",
                got=f"{count} of {n}",
                next_step="count the persons again",
            )


def require_level(level: float) -> None:
    """Nothing, when the level of an interval is one.

    Raises:
        MethodError: it does not lie between 0 and 1.
    """
    if not 0 < level < 1:
        raise MethodError(
            "an interval has a level between 0 and 1",
            expected="a level such as 0.95",
            got=str(level),
            next_step="write 95 % as 0.95",
        )
