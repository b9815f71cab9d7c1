"""Methods of data classes, compiled when they are first called.

Up to Python 3.12 `dataclasses` compiles each method of each class by itself while modules are
loaded: a thousand texts for one short command, a sixth of its time, of which few ever run. (From
3.13 on it compiles those of a class at once.)
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from types import FunctionType

MAKER = "_create_fn"  # the function of `dataclasses` that compiles a method
NEEDED_BEFORE = (3, 13)


def compile_late() -> None:
    """Have `dataclasses` leave each method that it makes uncompiled until the first call."""
    if sys.version_info < NEEDED_BEFORE and hasattr(dataclasses, MAKER):
        setattr(dataclasses, MAKER, late_maker(getattr(dataclasses, MAKER)))


def late_maker(compiled: Callable[..., FunctionType]) -> Callable[..., Callable[..., object]]:
    """A maker of methods that are made by this one, when they are first called."""

    def maker(name: str, args: object, body: object, **about: object) -> Callable[..., object]:
        made: list[FunctionType] = []

        def method(*values: object, **named: object) -> object:
            if not made:
                made.append(compiled(name, args, body, **about))
                _put_in_place(type(values[0]), name, method, made[0])
            return made[0](*values, **named)

        method.__name__ = name
        return method

    return maker


def _put_in_place(kind: type, name: str, method: object, made: FunctionType) -> None:
    """Set the compiled method on the class, of this one and those above it, that has the other."""
    for above in kind.__mro__:
        if above.__dict__.get(name) is method:
            made.__qualname__ = f"{above.__qualname__}.{name}"
            setattr(above, name, made)
