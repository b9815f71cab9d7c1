"""A filled form as a JSON file: its visits, their dates, and which visit is which moment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from remit.errors import InstrumentError, Place
from remit.instruments.forms import Answers
from remit.text_files import read_text_file

_OTHER_VISITS = ("baseline", "previous")
_SHAPES = 'an object such as {"seizure": "absent"}, or a list of visits with a date'

Moments = Mapping[str, tuple[int, ...]]


def read_form(path: Path) -> tuple[tuple[Answers, ...], Moments]:
    """The visits of a JSON form, and for each other moment the row that it is.

    A form is an object of items, an object with `visit` and `previous` or `baseline`, or a list of
    visits of one person with their `date`; then the first is the baseline.

    Raises:
        InstrumentError: it is not JSON of one of these shapes, names an item twice, a visit has no
            date, or two visits have one date.
    """
    return visits_of(_json_of(_text_of(path), path), place=str(path))


def read_days(path: Path) -> tuple[date, ...]:
    """The dates of a form that is a list of visits, in the order in which `read_form` gives them.

    Raises:
        InstrumentError: it is no such list.
    """
    data = _json_of(_text_of(path), path)
    if not isinstance(data, list):
        raise InstrumentError(
            "a shift since baseline needs several visits",
            expected="a list of visits of one person, each with its date",
            got="one visit",
            next_step="write the visits as a list",
            place=path,
        )
    return tuple(day for day, _ in _by_date(data, str(path)))


def _text_of(path: Path) -> str:
    return read_text_file(path, what="the form", form="JSON", error=InstrumentError)


def _json_of(text: str, path: Path) -> object:
    def each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InstrumentError(
                f"{twice[0]!r} is answered twice",
                expected="each item once",
                got=f"{names.count(twice[0])} answers",
                next_step="keep the answer that counts",
                place=path,
            )
        return dict(pairs)

    try:
        return json.loads(text, parse_float=Decimal, object_pairs_hook=each_once)
    except json.JSONDecodeError as error:
        raise InstrumentError(
            "the form is not JSON",
            expected=_SHAPES,
            got="an empty file" if not text.strip() else error.msg,
            next_step="correct the file at this place",
            place=Place(str(path), error.lineno, error.colno),
        ) from error
    except (ValueError, RecursionError) as error:
        raise InstrumentError(
            "the form is not JSON",
            expected=_SHAPES,
            got="a number of too many digits, or too many brackets in one another",
            next_step="correct the file",
            place=path,
        ) from error


def visits_of(data: object, *, place: str) -> tuple[tuple[Answers, ...], Moments]:
    """The visits of a form that was read already; as `read_form`."""
    if isinstance(data, list) and data:
        return _dated(data, place)
    if not isinstance(data, dict) or not data:
        raise InstrumentError(
            "the form holds no items",
            expected=_SHAPES,
            got="an empty list or object" if isinstance(data, list | dict) else "a single value",
            next_step="list what to fill in with --describe",
            place=place,
        )
    if "visit" not in data:
        return (data,), {}
    others = [name for name in _OTHER_VISITS if name in data]
    strange = set(data) - {"visit", *_OTHER_VISITS}
    if strange or not all(isinstance(data[name], dict) for name in ("visit", *others)):
        raise InstrumentError(
            "beside `visit` a form has only `previous` and `baseline`, each an object of items",
            expected='{"visit": {...}, "previous": {...}, "baseline": {...}}',
            got=", ".join(sorted(strange)) or "something that is no object",
            next_step="move the items into `visit`, and name each other visit so",
            place=place,
        )
    rows: list[Answers] = [data[name] for name in (*others, "visit")]
    last = len(others)
    moments = {name: (*(-1 for _ in range(last)), row) for row, name in enumerate(others)}
    return tuple(rows), moments


def _dated(data: list[object], place: str) -> tuple[tuple[Answers, ...], Moments]:
    rows = tuple(answers for _, answers in _by_date(data, place))
    count = len(rows)
    return rows, {"previous": tuple(range(-1, count - 1)), "baseline": (0,) * count}


def _by_date(data: list[object], place: str) -> list[tuple[date, Answers]]:
    dated: list[tuple[date, Answers]] = []
    for number, visit in enumerate(data, start=1):
        if not isinstance(visit, dict):
            raise InstrumentError(
                f"visit {number} is no object of items",
                expected='{"date": "2025-01-31", "seizure": "absent"}',
                got="a list" if isinstance(visit, list) else "a single value",
                next_step="write every visit as an object",
                place=place,
            )
        text = visit.get("date")
        try:
            day = date.fromisoformat(str(text))
        except ValueError as error:
            raise InstrumentError(
                f"visit {number} has no date",
                expected='"date": "2025-01-31"',
                got="nothing" if text is None else "a text that is no date",
                next_step="give every visit its date",
                place=place,
            ) from error
        dated.append((day, {key: value for key, value in visit.items() if key != "date"}))
    dated.sort(key=lambda pair: pair[0])
    days = [day for day, _ in dated]
    if len(set(days)) < len(days):
        raise InstrumentError(
            "two visits have one date",
            expected="one visit a day",
            got=f"{len(days)} visits on {len(set(days))} days",
            next_step="join the two, after deciding which value of that day counts",
            place=place,
        )
    return dated
