"""A data class whose methods are compiled at their first call is the one that Python makes."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from remit.cli.late_methods import MAKER, NEEDED_BEFORE, late_maker

pytestmark = pytest.mark.skipif(
    sys.version_info >= NEEDED_BEFORE, reason="this Python compiles a class's methods at once"
)

Kinds = dict[str, Any]


def made_kinds() -> Kinds:
    """Classes of all the forms that Remit has."""

    @dataclasses.dataclass(frozen=True, slots=True, order=True)
    class Dose:
        """A dose."""

        drug: str
        amount: float = 5.0
        note: str = dataclasses.field(default="", compare=False, repr=False)

    @dataclasses.dataclass(frozen=True, slots=True)
    class Taper(Dose):
        steps: tuple[Dose, ...] = ()

        def __post_init__(self) -> None:
            if self.amount < 0:
                raise ValueError("below zero")

    @dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
    class Visit:
        """A visit."""

        day: int
        self_reported: bool = False

    @dataclasses.dataclass(slots=True)
    class Tally:
        """What is counted."""

        rows: list[int] = dataclasses.field(default_factory=list)
        total: int = dataclasses.field(init=False, default=0)

    @dataclasses.dataclass(slots=True)
    class Longer(Tally):
        """One that says itself how it begins."""

        def __init__(self, *rows: int) -> None:
            Tally.__init__(self, list(rows))
            self.total = len(rows)

    @dataclasses.dataclass(frozen=True, eq=False)
    class Mark:
        """Itself alone."""

        name: str

    return {kind.__name__: kind for kind in (Dose, Taper, Visit, Tally, Longer, Mark)}


USUAL = made_kinds()


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> Kinds:
    """The same classes, of which no method is compiled yet."""
    monkeypatch.setattr(dataclasses, MAKER, late_maker(getattr(dataclasses, MAKER)))
    return made_kinds()


def told(call: Callable[[Kinds], object], kinds: Kinds) -> str:
    """What it gives, or the error that it ends in."""
    try:
        return repr(call(kinds))
    except (TypeError, ValueError, AttributeError) as error:
        return f"{type(error).__name__}: {error}"


def _set(value: Any, name: str) -> object:
    setattr(value, name, 1)
    return value


CALLS: dict[str, Callable[[Kinds], object]] = {
    "repr": lambda k: k["Dose"]("mmf"),
    "inside": lambda k: k["Taper"]("mmf", 2, steps=(k["Dose"]("mmf"),)),
    "equal": lambda k: k["Dose"]("mmf", note="a") == k["Dose"]("mmf", 5, "b"),
    "unequal": lambda k: k["Dose"]("mmf") == k["Dose"]("aza"),
    "of another kind": lambda k: k["Dose"]("mmf") == k["Taper"]("mmf"),
    "order": lambda k: sorted([k["Dose"]("b"), k["Dose"]("a", 7), k["Dose"]("a", 3)]),
    "order of kinds": lambda k: k["Dose"]("a") < k["Visit"](day=1),
    "hash": lambda k: hash(k["Dose"]("mmf")) == hash(("mmf", 5.0)),
    "a set": lambda k: len({k["Dose"]("a"), k["Dose"]("a"), k["Dose"]("b")}),
    "no hash": lambda k: hash(k["Tally"]()),
    "itself alone": lambda k: [k["Mark"]("a") == k["Mark"]("a"), k["Mark"]("a")],
    "frozen": lambda k: _set(k["Dose"]("mmf"), "amount"),
    "frozen below": lambda k: _set(k["Taper"]("mmf"), "steps"),
    "deleted": lambda k: delattr(k["Mark"]("a"), "name"),
    "set": lambda k: _set(k["Tally"](), "total"),
    "no such attribute": lambda k: _set(k["Tally"](), "other"),
    "its own factory": lambda k: k["Tally"]().rows is k["Tally"]().rows,
    "above": lambda k: [k["Longer"](3, 4), k["Longer"]()],
    "checked": lambda k: k["Taper"]("mmf", -1),
    "too few": lambda k: k["Dose"](),
    "too many": lambda k: k["Dose"]("a", 1, "b", 2),
    "by name alone": lambda k: k["Visit"](4),
    "named": lambda k: k["Visit"](day=4),
    "unknown name": lambda k: k["Visit"](day=4, place="home"),
    "replaced": lambda k: dataclasses.replace(k["Taper"]("mmf"), amount=3.0),
    "as a dict": lambda k: dataclasses.asdict(k["Taper"]("a", steps=(k["Dose"]("a"),))),
    "copied": lambda k: copy.deepcopy(k["Taper"]("a", steps=(k["Dose"]("a"),))),
    "what it is": lambda k: [k["Dose"].__doc__, k["Dose"].__match_args__, k["Dose"].__slots__],
}


@pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))
def test_a_late_class_answers_as_the_usual_one(
    late: Kinds, call: Callable[[Kinds], object]
) -> None:
    usual = told(call, USUAL)
    assert told(call, late) == usual  # at the first call, which compiles
    assert told(call, late) == usual


def test_a_method_that_was_called_is_the_compiled_one(late: Kinds) -> None:
    kind = late["Dose"]
    before = kind.__init__
    kind("mmf")
    assert kind.__init__ is not before
    assert kind.__init__.__qualname__ == USUAL["Dose"].__init__.__qualname__
    assert kind.__init__.__code__.co_varnames == ("self", "drug", "amount", "note")
    assert late["Taper"].__init__.__code__.co_varnames[0] == "values"  # nobody has called it


def test_late_classes_are_pickled(late: Kinds, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = late["Dose"]
    kind.__qualname__ = "Dose"
    monkeypatch.setattr(sys.modules[__name__], "Dose", kind, raising=False)
    dose = kind("mmf", 3.0, "at noon")
    again = pickle.loads(pickle.dumps(dose))
    assert (again, again.note) == (dose, "at noon")


def test_threads_may_call_first_at_once(late: Kinds) -> None:
    with ThreadPoolExecutor(8) as threads:
        doses = list(threads.map(late["Dose"], ["mmf"] * 200))
    assert set(doses) == {late["Dose"]("mmf")}
