"""Expressions as people read them: each parameter with its value, 28 days and not `$lookback`."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PARAMETER = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")


def with_values(text: str, literals: Mapping[str, str]) -> str:
    """A text with the literal of each parameter in place of its name.

    >>> with_values("any upcr in [screening - $days, screening] > $most", {"days": "28 days"})
    'any upcr in [screening - 28 days, screening] > $most'
    """
    return _PARAMETER.sub(lambda found: literals.get(found[1], found[0]), text)
