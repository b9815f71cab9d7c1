"""A filled form to a sheet: item names and answers as a person or a JSON file gives them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path

import numpy as np

from remit.criteria.tabular import Numbers, Sheet, no_numbers
from remit.criteria.tabular.columns import HIGHEST, LOWEST, MICRO, Categories
from remit.errors import InstrumentError, UnitError
from remit.facts.tables import FEMALE, MALE
from remit.instruments.answers import (
    answer_words,
    answered_categories,
    is_not_assessed,
    possible_values,
)
from remit.instruments.biopsy_class import written_answer
from remit.instruments.inputs import Inputs
from remit.instruments.names import nearest_names
from remit.truth import Reason
from remit.units import unit_named

Answer = str | int | float | Decimal | bool | None | Mapping[str, object]
Answers = Mapping[str, Answer]

_TITRE = re.compile(r"^\s*((?:<=|>=|<|>)?)\s*1\s*:\s*([0-9]+)\s*$")
_TITRE_UNIT = "{titer}"
_NUMBER = re.compile(r"^\s*(<=|>=|<|>|≤|≥)?\s*([0-9]+(?:\.[0-9]+)?)\s*(\S.*?)?\s*$")
_SIGNS = {"≤": "<=", "≥": ">="}
# What follows a number and is more of it: a decimal comma, a mark of thousands, a range, a power.
_MORE_DIGITS = re.compile(r"^(?:[,.'’\-–]\s*[0-9]|[eE][0-9])")
_OTHER_VISITS = ("baseline", "previous")
_WITH_UNIT, _DOSE, _PLAIN, _DILUTION = '"1.2 mg/dL"', '"10 mg/d"', "3", '"1:80"'


def read_form(path: Path) -> tuple[tuple[Answers, ...], Mapping[str, tuple[int, ...]]]:
    """The visits of a JSON form, and for each other moment the row that it is.

    A form is an object of items, an object with `visit` and `previous` or `baseline`, or a list of
    visits of one person with their `date`; then the first is the baseline.

    Raises:
        InstrumentError: it is not JSON of one of these shapes, a visit has no date, or two visits
            have one date.
    """
    return visits_of(_read_json(path), place=str(path))


def _read_json(path: Path) -> object:
    try:
        data: object = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        raise InstrumentError(
            "the form cannot be read", next_step="check the path", place=path
        ) from error
    except ValueError as error:
        raise InstrumentError(
            "the form is not JSON", got=str(error), next_step="mend the file", place=path
        ) from error
    return data


def read_days(path: Path) -> tuple[date, ...]:
    """The dates of a form that is a list of visits, in the order in which `read_form` gives them.

    Raises:
        InstrumentError: it is no such list.
    """
    data = _read_json(path)
    if not isinstance(data, list):
        raise InstrumentError(
            "a shift since baseline needs several visits",
            expected="a list of visits of one person, each with its date",
            got="one visit",
            place=path,
        )
    return tuple(day for day, _ in _by_date(data, str(path)))


def visits_of(
    data: object, *, place: str
) -> tuple[tuple[Answers, ...], Mapping[str, tuple[int, ...]]]:
    """The visits of a form that was read already; as `read_form`."""
    if isinstance(data, list):
        return _dated(data, place)
    if not isinstance(data, dict) or not data:
        raise InstrumentError(
            "the form holds no items",
            expected='an object such as {"seizure": "absent"}, or a list of visits with a date',
            place=place,
        )
    if "visit" in data:
        rows: list[Answers] = []
        moments: dict[str, tuple[int, ...]] = {}
        others = [name for name in _OTHER_VISITS if name in data]
        strange = set(data) - {"visit", *_OTHER_VISITS}
        if strange or not all(isinstance(data[name], dict) for name in ("visit", *others)):
            raise InstrumentError(
                "beside `visit` a form has only `previous` and `baseline`, each an object of items",
                got=", ".join(sorted(strange)) or "something that is no object",
                place=place,
            )
        for name in others:
            rows.append(data[name])
        rows.append(data["visit"])
        last = len(rows) - 1
        for place_of, name in enumerate(others):
            moments[name] = (*(-1 for _ in range(last)), place_of)
        return tuple(rows), moments
    return (data,), {}


def _dated(
    data: list[object], place: str
) -> tuple[tuple[Answers, ...], Mapping[str, tuple[int, ...]]]:
    rows = tuple(answers for _, answers in _by_date(data, place))
    count = len(rows)
    return rows, {"previous": tuple(range(-1, count - 1)), "baseline": (0,) * count}


def _by_date(data: list[object], place: str) -> list[tuple[date, Answers]]:
    dated: list[tuple[date, Answers]] = []
    for number, visit in enumerate(data):
        if not isinstance(visit, dict):
            raise InstrumentError(f"visit {number + 1} is no object of items", place=place)
        text = visit.get("date")
        try:
            day = date.fromisoformat(str(text))
        except ValueError as error:
            raise InstrumentError(
                f"visit {number + 1} has no date",
                expected='"date": "2025-01-31"',
                got="nothing" if text is None else "a text that is no date",
                next_step="give every visit its date",
                place=place,
            ) from error
        dated.append((day, {key: value for key, value in visit.items() if key != "date"}))
    dated.sort(key=lambda pair: pair[0])
    days = [day for day, _ in dated]
    if len(set(days)) < len(days):
        twice = next(day for day in days if days.count(day) > 1)
        raise InstrumentError(
            "two visits have one date",
            expected="one visit a day",
            got=twice.isoformat(),
            next_step="join the two, after deciding which value of that day counts",
            place=place,
        )
    return dated


def form_sheet(
    visits: Sequence[Answers],
    inputs: Inputs,
    *,
    moments: Mapping[str, Sequence[int]] | None = None,
    place: str = "form",
) -> Sheet:
    """The sheet of some filled forms.

    Args:
        visits: one object of items a visit; `1.2 mg/dL`, `<0.2 g/g` or
            `{"value": 40, "unit": "U/L", "uln": 35}` for quantities, `1:80` for titres.
        inputs: what may be named.
        moments: other visit -> its row for each row, -1 for none.

    Raises:
        InstrumentError: a name that nobody asks for, with the nearest; an answer that does not fit.
    """
    known = set(inputs.names)
    for visit in visits:
        for name in visit:
            if name not in known:
                near = nearest_names(name, inputs.names)
                raise InstrumentError(
                    f"nobody asks for {name!r}",
                    expected=", ".join(near) or "an item that --describe lists",
                    got=name,
                    next_step="correct the name, or leave it out",
                    place=place,
                )
    rows = len(visits)
    numbers = {}
    for name, measure in inputs.measures.items():
        answers = _given(name, visits)
        example = _WITH_UNIT if measure.multipliers else _PLAIN
        if measure.unit == _TITRE_UNIT:
            answers, example = [_dilution(answer) for answer in answers], _DILUTION
        numbers[name] = _numbers(name, answers, example, place)
    for name in inputs.doses:
        numbers[name] = _numbers(name, _given(name, visits), _DOSE, place)
    for name in inputs.dose_days:
        numbers[name] = _numbers(name, _given(name, visits), _PLAIN, place)
    if "age" in inputs.people:
        numbers["age"] = _numbers("age", _given("age", visits), _PLAIN, place)
    categories = {
        name: _categories(name, _given(name, visits), category.values, place)
        for name, category in inputs.categories.items()
    }
    if "sex" in inputs.people:
        sexes = {"female": FEMALE, "male": MALE}
        answers = _given("sex", visits)
        categories["sex"] = _categories("sex", answers, sexes, place)
    return Sheet(
        rows,
        numbers,
        categories,
        {name: np.array(at, np.int64) for name, at in (moments or {}).items()},
    )


def _given(name: str, visits: Sequence[Answers]) -> list[Answer]:
    """The answers of an item; None where it is not named. A null that is named was not assessed."""
    return [
        ("not_assessed" if visit[name] is None else visit[name]) if name in visit else None
        for visit in visits
    ]


def _dilution(answer: Answer) -> Answer:
    """A titre of 1:80 as the 80 by which it is compared; any other answer unchanged."""
    found = _TITRE.match(answer) if isinstance(answer, str) else None
    return answer if found is None else "".join(found.groups())


def _is_missing(answer: Answer) -> bool:
    return answer is None or (isinstance(answer, str) and is_not_assessed(answer))


def _numbers(name: str, answers: Sequence[Answer], example: str, place: str) -> Numbers:
    rows = len(answers)
    empty = no_numbers(rows)
    low, high = empty.low.copy(), empty.high.copy()
    low_open, high_open = empty.low_open.copy(), empty.high_open.copy()
    unit, why = empty.unit.copy(), empty.why.copy()
    uln, lln = empty.uln.copy(), empty.lln.copy()
    units: list[str] = []
    for row, answer in enumerate(answers):
        if _is_missing(answer):
            # A grade that was recorded as not assessed is no grade that nobody spoke of.
            if answer is not None and example == _PLAIN and name != "age":
                why[row] = Reason.NO_VALUE
            continue
        sign, micro, code, limits = _read_number(name, answer, example, place)
        low[row] = LOWEST if sign in {"<", "<="} else micro
        high[row] = HIGHEST if sign in {">", ">="} else micro
        low_open[row], high_open[row] = sign == ">", sign == "<"
        why[row] = Reason.CENSORED if sign else 0
        uln[row], lln[row] = limits
        if code is not None:
            if code not in units:
                units.append(code)
            unit[row] = units.index(code)
    return replace(
        empty, low=low, high=high, low_open=low_open, high_open=high_open,
        units=tuple(units), unit=unit, why=why, uln=uln, lln=lln,
    )  # fmt: skip


def _read_number(
    name: str,
    answer: Answer,
    example: str,
    place: str,
) -> tuple[str | None, int, str | None, tuple[int, int]]:
    limits = (0, 0)
    if isinstance(answer, Mapping):
        strange = set(answer) - {"value", "unit", "uln", "lln", "operator"}
        if strange or "value" not in answer:
            raise InstrumentError(
                f"{name}: a quantity is an object with value, unit, uln, lln and operator",
                got=", ".join(sorted(map(str, answer))),
                place=place,
            )
        limits = (_limit(name, answer.get("uln"), place), _limit(name, answer.get("lln"), place))
        words = (answer.get("operator") or "", answer["value"], answer.get("unit") or "")
        answer = " ".join(str(word) for word in words if word != "")
    if isinstance(answer, bool):
        raise _no_number(name, example, place)
    if str(answer).strip().startswith("-"):
        raise InstrumentError(
            f"{name}: it cannot be negative",
            expected="zero or more",
            got="a negative number",
            next_step="correct the answer, or write not_assessed",
            place=place,
        )
    found = _NUMBER.match(str(answer))
    if found is None:
        raise _no_number(name, example, place)
    sign, digits, text = found.groups()
    sign = _SIGNS.get(sign, sign)
    if text is not None and _MORE_DIGITS.match(text):
        raise InstrumentError(
            f"{name}: this is not one plain number",
            expected=f"for example {example}",
            got="a comma, a mark of thousands, a range or a power within the number",
            next_step="write a decimal point, nothing between thousands, and one end of a range",
            place=place,
        )
    micro = _micro(name, digits, place)
    code = None
    if text is not None and name != "age":
        try:
            unit = unit_named(text)
        except UnitError as error:
            raise InstrumentError(
                f"{name}: {error.what}", expected=error.expected, got=error.got, place=place
            ) from error
        if example == _PLAIN and unit.dimension:
            raise InstrumentError(
                f"{name}: it has no unit",
                expected=f"a plain number, for example {example}",
                got=text,
                next_step="write the number alone, on the scale that --describe names",
                place=place,
            )
        code = unit.code
    return sign, micro, code, limits


def _no_number(name: str, example: str, place: str) -> InstrumentError:
    return InstrumentError(
        f"{name}: this is no number",
        expected=f"for example {example}",
        got="a text without a number",
        next_step="correct the answer, or write not_assessed",
        place=place,
    )


def _limit(name: str, value: object, place: str) -> int:
    return 0 if value is None else _micro(name, str(value), place)


def _micro(name: str, digits: str, place: str) -> int:
    try:
        scaled = Fraction(Decimal(digits)) * MICRO
    except InvalidOperation as error:
        raise InstrumentError(f"{name}: this is no number", place=place) from error
    if scaled.denominator != 1:
        raise InstrumentError(
            f"{name}: the number has more than six decimal places",
            next_step="round it, and say so",
            place=place,
        )
    return scaled.numerator


def _categories(
    name: str, answers: Sequence[Answer], values: Mapping[str, int], place: str
) -> Categories:
    found: list[frozenset[str]] = []
    at = np.full(len(answers), -1)
    for row, answer in enumerate(answers):
        if answer is None:
            continue
        text = ("present" if answer else "absent") if isinstance(answer, bool) else answer
        if isinstance(text, str) and not is_not_assessed(text):
            text = written_answer(name, text)
        possible = possible_values(text, tuple(values)) if isinstance(text, str) else None
        if possible is None:
            raise InstrumentError(
                f"{name}: this is not one of its answers",
                expected=answer_words(tuple(values)),
                got="another answer",
                next_step="correct the answer",
                place=place,
            )
        at[row] = len(found)
        found.append(possible)
    return answered_categories(values, found, at)
