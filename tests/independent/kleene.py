"""Three-valued logic: `True`, `False` and `None` for unknown (specification, section 0)."""

from __future__ import annotations

from collections.abc import Iterable

Truth = bool | None


def all_of(truths: Iterable[Truth]) -> Truth:
    """`False` if any part is false, `True` if all are true, else unknown; nothing is `True`."""
    seen = list(truths)
    if False in seen:
        return False
    return None if None in seen else True


def any_of(truths: Iterable[Truth]) -> Truth:
    """`True` if any part is true, `False` if all are false, else unknown; nothing is `False`."""
    seen = list(truths)
    if True in seen:
        return True
    return None if None in seen else False


def not_(truth: Truth) -> Truth:
    """The opposite; the opposite of unknown is unknown."""
    return None if truth is None else not truth
