"""Wilson's bounds by themselves: what shows rates needs them, and no library of statistics.

Wilson EB. J Am Stat Assoc 1927;22:209.
"""

from __future__ import annotations

from math import sqrt


def wilson_bounds(count: int, n: int, z: float) -> tuple[float, float]:
    """Wilson's bounds for a quantile of the normal distribution; n is not 0."""
    share = count / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # At 0 and n the bound is exact; the sum leaves a rounding error.
    return 0.0 if count == 0 else middle - half, 1.0 if count == n else middle + half
