"""JSON as FHIR asks for it: no key twice, no depth without end, no digit of a number lost.

Sources: RFC 8259; HL7 FHIR R4, "JSON Representation of Resources" (property names SHALL be unique).
orjson is fast and says nothing of a key that stands twice, so what it read is held against the text
by its colons. What differs, and what orjson refuses, such as 1e400, is read slowly and exactly.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import IO, NamedTuple, cast

import ijson
import orjson

from remit.facts.intake.fhir.files.fhir_elements import Element

DEPTH = 100  # resources of R4 stay below 20; orjson and Python give up at some hundreds
LONGEST = 256 << 20  # bytes of one resource
DOUBLED = "\0a key stands twice"
LONG_NUMBER = "\0a number of more than 400 digits"
_TOO_DEEP = "nested too deeply"
_NUMBER = re.compile(rb"[:\[,]\s*(-?[0-9][0-9.eE+-]*)")
_DIGITS = re.compile(rb"[0-9]{400}")
_HALF = re.compile("[\ud800-\udfff]")
_BACKSLASH = ord("\\")
_MILLION = 10**6
_EXACT = 1e9  # below, a double has all digits of a number with six decimals
_MOST = 10**15


class BrokenJson(Exception):  # noqa: N818 - whoever knows the file makes an error of it
    """A text that is no JSON. `cut`: whether it ends where more should come."""

    def __init__(self, *, cut: bool = False) -> None:
        self.cut = cut
        super().__init__("cut" if cut else "no JSON")


class Parsed(NamedTuple):
    """A JSON object with the text of it.

    Attributes:
        fault: by which rule the object cannot be taken; None for none.
        text: for numbers that a double does not hold; empty where all are exact.
        print: a number for all that stands there, but for the order of keys and spaces.
    """

    value: Element
    fault: str | None = None
    text: bytes = b""
    print: int = 0


def parsed_line(line: bytes) -> Parsed:
    """One object.

    Raises:
        BrokenJson: the text is no JSON, or no object.
    """
    try:
        value = orjson.loads(line)
        written = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONDecodeError:
        return exact(line)
    except (orjson.JSONEncodeError, RecursionError):
        kind = value.get("resourceType") if isinstance(value, dict) else None
        return Parsed({"resourceType": kind}, _TOO_DEEP)
    # An escaped colon is one that only the text lacks.
    if line.count(b":") != written.count(b":") or (_BACKSLASH in line and b"\\u003" in line):
        return exact(line)
    if type(value) is not dict:
        raise BrokenJson
    return Parsed(value, None, line, hash(written))


def exact(text: bytes) -> Parsed:
    """One object with decimals for its numbers; a key that stands twice is its fault.

    Raises:
        BrokenJson: the text is no JSON, or no object.
    """
    try:
        value = document(text)
    except RecursionError:
        return Parsed(_typed(text), _TOO_DEEP)
    if LONG_NUMBER in value:
        return Parsed(_typed(text), LONG_NUMBER[1:])
    return Parsed(value, fault_of(value), b"", print_of(value))


def document(text: bytes) -> Element:
    """One object with decimals for its numbers, its faults marked for `fault_of`.

    Raises:
        BrokenJson: the text is no JSON, or no object.
        RecursionError: it is nested too deeply.
    """
    if _DIGITS.search(text):  # Python reads no such number, ijson neither
        return {LONG_NUMBER: True}
    try:
        value = json.loads(
            text.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_float=Decimal,
            parse_constant=_no_constant,
        )
    except (ValueError, InvalidOperation) as fault:
        at = getattr(fault, "pos", None)
        raise BrokenJson(cut=at is not None and at >= len(text.rstrip()) - 1) from None
    if type(value) is not dict:
        raise BrokenJson
    return value


def _typed(text: bytes) -> Element:
    """The type of a resource that cannot be read further, so that it is counted under it."""
    found = re.search(rb'"resourceType"\s*:\s*"([A-Za-z]{1,64})"', text)
    return {"resourceType": found[1].decode("ascii")} if found else {}


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        made[DOUBLED] = True
    return made


def _no_constant(text: str) -> object:
    raise ValueError(f"{text} is no JSON")


def fault_of(value: object) -> str | None:
    """By which rule an object that was read exactly cannot be taken."""
    waiting: list[tuple[object, int]] = [(value, 1)]
    while waiting:
        item, depth = waiting.pop()
        if depth > DEPTH:
            return _TOO_DEEP
        if isinstance(item, dict):
            if DOUBLED in item:
                return DOUBLED[1:]
            waiting += [(inner, depth + 1) for inner in item.values()]
            waiting += [(key, depth) for key in item if not key.isascii()]
        elif isinstance(item, list):
            waiting += [(inner, depth + 1) for inner in item]
        elif isinstance(item, str) and not item.isascii() and _HALF.search(item):
            return "a text with half a character"
    return None


def print_of(value: object) -> int:
    """A number for all that an object says, the same as that of its line."""
    try:
        return hash(orjson.dumps(value, default=_plain, option=orjson.OPT_SORT_KEYS))
    except (orjson.JSONEncodeError, RecursionError):
        return 0


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    return str(value)


def millionths(value: object, text: bytes = b"") -> int | Decimal | None:
    """A number in millionths where that is exact, else as a decimal; None where it is none.

    Args:
        text: what the number was read from, where it is a double.

    >>> millionths(1.8), millionths(5), millionths(True)
    (1800000, 5000000, None)
    """
    if type(value) is float:
        if -_EXACT < value < _EXACT:
            whole = round(value * _MILLION)
            if whole / _MILLION == value:
                return whole
        return _written(value, text)
    if type(value) is int:
        whole = value * _MILLION
        return whole if -_MOST < whole < _MOST else Decimal(value)
    return value if type(value) is Decimal else None


def _written(number: float, text: bytes) -> Decimal:
    """The decimal that was written for a double, found again in the text."""
    found = {
        written for written in _NUMBER.findall(text) if len(written) > 9 and _is(written, number)
    }
    if len(found) == 1:
        return Decimal(found.pop().decode("ascii"))
    return Decimal(repr(number))


def _is(written: bytes, number: float) -> bool:
    try:
        return float(written) == number
    except ValueError:
        return False


def streamed(file: IO[bytes], place: str) -> Iterator[tuple[str, object]]:
    """The members of one object as they come; of a list under `place` each item by itself.

    Raises:
        BrokenJson: what was read so far is no JSON object.
    """
    metered = _Metered(file)
    try:
        events = ijson.basic_parse(metered)
        kind, _ = next(events)
        if kind != "start_map":
            raise BrokenJson
        for kind, value in events:
            if kind == "end_map":
                break
            name, (kind, first) = str(value), next(events)
            if name == place and kind == "start_array":
                for kind, first in events:
                    if kind == "end_array":
                        break
                    metered.since = 0
                    yield name, _built(events, kind, first)
            else:
                yield name, _built(events, kind, first)
        for _ in events:  # what stands behind the object is a fault
            raise BrokenJson
    except StopIteration:
        raise BrokenJson(cut=True) from None
    except ijson.IncompleteJSONError:
        raise BrokenJson(cut=True) from None
    except (ijson.JSONError, ValueError, ArithmeticError, SystemError):
        raise BrokenJson from None


@dataclass(slots=True)
class _Metered:
    """A file of which no piece between two items may be endless."""

    file: IO[bytes]
    since: int = 0

    def read(self, size: int = -1) -> bytes:
        self.since += max(size, 0)
        if self.since > LONGEST:
            raise BrokenJson
        return self.file.read(size)


def _built(events: Iterator[tuple[str, object]], kind: str, first: object) -> object:
    """The value that begins with an event."""
    if kind not in {"start_map", "start_array"}:
        return first
    root: dict[str, object] | list[object] = {} if kind == "start_map" else []
    stack, key = [root], ""
    for event, value in events:
        if event == "map_key":
            key = str(value)
            if key in stack[-1]:
                cast(dict[str, object], stack[-1])[DOUBLED] = True
            continue
        if event in {"end_map", "end_array"}:
            stack.pop()
            if not stack:
                return root
            continue
        is_holder = event in {"start_map", "start_array"}
        made: object = ({} if event == "start_map" else []) if is_holder else value
        top = stack[-1]
        if isinstance(top, dict):
            top[key] = made
        else:
            top.append(made)
        if is_holder:
            stack.append(cast(dict[str, object] | list[object], made))
    raise BrokenJson(cut=True)
