"""The register of methods: each names its reference, its oracle, and how near it must come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import ParamSpec, TypeVar

from remit.errors import MethodError

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Method:
    """A method that ships.

    Attributes:
        name: as a plan and a result row call it.
        title: in words.
        reference: where it is defined.
        oracle: what it was compared with: the file of cases in `tests/analysis/oracles`.
        tolerance: the largest difference to the oracle, absolute or relative.
    """

    name: str
    title: str
    function: Callable[..., object]
    reference: str
    oracle: str
    tolerance: float


_METHODS: dict[str, Method] = {}


def method(
    title: str, *, reference: str, oracle: str, tolerance: float
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Register a function; its own name is the method's."""

    def register(function: Callable[P, R]) -> Callable[P, R]:
        name = function.__name__
        assert name not in _METHODS, f"two methods are called {name}"
        _METHODS[name] = Method(name, title, function, reference, oracle, tolerance)
        return function

    return register


def methods() -> dict[str, Method]:
    """All methods by name, in alphabetical order."""
    _load_all()
    return dict(sorted(_METHODS.items()))


@cache
def _load_all() -> None:
    """Load the modules beside this one, each of which registers its methods."""
    package = __name__.rpartition(".")[0]
    for found in iter_modules(import_module(package).__path__):
        import_module(f"{package}.{found.name}")


def method_named(name: str) -> Method:
    """The method of a name.

    Raises:
        MethodError: there is none.
    """
    known = methods()
    if name not in known:
        raise MethodError(
            f"there is no method {name!r}",
            expected=f"one of {', '.join(known)}",
            got=name,
            next_step="see docs/reference/methods.md",
        )
    return known[name]
