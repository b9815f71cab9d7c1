"""The keys of a Circe object: each is read, known to change nobody, or refused by name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from remit.errors import ProtocolError

# What a key holds that asks for nothing.
_NOTHING: tuple[object, ...] = (None, False, 0, "", [], {})
_MOST = 2**31 - 1  # ids of OMOP have 32 bits


@dataclass(frozen=True, slots=True)
class CirceObject:
    """An object of the file and where it stands.

    Attributes:
        path: such as `InclusionRules[0].expression`.
        source: the name of the file.
    """

    values: Mapping[str, object]
    path: str
    source: str

    def only(self, read: Collection[str], *, idle: Collection[str] = ()) -> CirceObject:
        """The same object, when it asks for nothing beside these keys.

        Args:
            idle: keys that change nobody, whatever they hold.

        Raises:
            ProtocolError: another key holds something.
        """
        for key, value in self.values.items():
            if key in read or key in idle or value in _NOTHING:
                continue
            raise self.refused(
                f"{key} is asked for, which Remit cannot say",
                expected=f"none of it; of this object these are read: {', '.join(sorted(read))}",
                got=key,
            )
        return self

    def refused(
        self,
        what: str,
        *,
        expected: str,
        got: str,
        next_step: str = "write this part by hand as a criterion of a study, and leave it out here",
    ) -> ProtocolError:
        """The error of this object."""
        return ProtocolError(
            f"{self.path or 'the definition'}: {what}",
            expected=expected,
            got=got,
            next_step=next_step,
            place=self.source,
        )

    def part(self, key: str) -> CirceObject | None:
        """The object under a key; None where there is none."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise self.refused(f"{key} is no object", expected="an object", got=_kind(value))
        return CirceObject(value, f"{self.path}.{key}".lstrip("."), self.source)

    def parts(self, key: str) -> Iterator[CirceObject]:
        """The objects of a list; none where there is no list."""
        value = self.values.get(key)
        if value is None:
            return
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise self.refused(f"{key} is no list", expected="a list", got=_kind(value))
        for number, item in enumerate(value):
            if not isinstance(item, Mapping):
                raise self.refused(
                    f"{key}[{number}] is no object", expected="an object", got=_kind(item)
                )
            yield CirceObject(item, f"{self.path}.{key}[{number}]".lstrip("."), self.source)

    def number(self, key: str, *, otherwise: int | None = None) -> int | None:
        """A whole number, `otherwise` where there is none.

        Raises:
            ProtocolError: something else, or more than any code, count or number of days is.
        """
        value = self.values.get(key)
        if value is None:
            return otherwise
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.refused(
                f"{key} is no whole number", expected="a whole number", got=_kind(value)
            )
        if abs(value) > _MOST:
            raise self.refused(
                f"{key} is larger than any code, count or number of days",
                expected=f"a whole number from -{_MOST} to {_MOST}",
                got="a larger one",
            )
        return value

    def text(self, key: str, *, otherwise: str = "") -> str:
        """A text, `otherwise` where there is none."""
        value = self.values.get(key)
        if value is None:
            return otherwise
        if not isinstance(value, str):
            raise self.refused(f"{key} is no text", expected="a text", got=_kind(value))
        return value

    def flag(self, key: str) -> bool:
        """Whether a key holds true."""
        value = self.values.get(key)
        # A 1 is no `true`: who wrote it meant something, and it is not taken for `false`.
        if value is not None and not isinstance(value, bool):
            raise self.refused(f"{key} is neither true nor false", expected="true or false",
                               got=_kind(value))  # fmt: skip
        return value is True


@dataclass(slots=True)
class Remarks:
    """What was read otherwise than it stands in the file, each once, in the order of reading.

    Attributes:
        persons: what may change who is in the cohort.
        others: what changes nobody, such as when a person leaves the cohort.
    """

    persons: dict[str, None] = field(default_factory=dict)
    others: dict[str, None] = field(default_factory=dict)


def _kind(value: object) -> str:
    kinds: Sequence[tuple[type, str]] = (
        (bool, "true or false"),
        (str, "a text"),
        (int, "a number"),
        (float, "a number with a fraction"),
        (Mapping, "an object"),
        (Sequence, "a list"),
    )
    return next((words for kind, words in kinds if isinstance(value, kind)), "nothing")
