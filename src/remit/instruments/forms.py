"""The answers of a filled form to a sheet, one row a visit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from remit.criteria.columns.numbers import HIGHEST, LOWEST, MICRO, Categories, Numbers, no_numbers
from remit.criteria.columns.sheet import Sheet
from remit.criteria.tree import Measure
from remit.errors import InstrumentError
from remit.facts.tables import FEMALE, MALE
from remit.instruments.answers import (
    answer_words,
    answered_categories,
    is_not_assessed,
    nearest_names,
    possible_values,
)
from remit.instruments.biopsy_class import written_answer
from remit.instruments.inputs import Inputs
from remit.instruments.written_numbers import (
    DILUTION,
    DOSE,
    PLAIN,
    Answer,
    dilution_of,
    kind_of,
    read_number,
)
from remit.truth import Reason
from remit.units import zero_of

Answers = Mapping[str, Answer]

_TITRE_UNIT = "{titer}"


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
            `{"value": 40, "unit": "U/L", "uln": 35}` for quantities.
        inputs: what may be named.
        moments: other visit -> its row for each row, -1 for none.

    Raises:
        InstrumentError: a name that nobody asks for, with the nearest; an answer that does not fit.
    """
    names = dict.fromkeys(inputs.names)
    for visit in visits:
        _check_names(visit, names, place)
    numbers = {}
    for name, measure in inputs.measures.items():
        answers, example = _given(name, visits), _example(measure)
        if example == DILUTION:
            answers = [dilution_of(answer) for answer in answers]
        numbers[name] = _numbers(name, answers, example, place)
    for name in inputs.doses:
        numbers[name] = _numbers(name, _given(name, visits), DOSE, place)
    for name in inputs.dose_days:
        numbers[name] = _numbers(name, _given(name, visits), PLAIN, place)
    if "age" in inputs.people:
        numbers["age"] = _numbers("age", _given("age", visits), PLAIN, place)
    categories = {
        name: _categories(name, _given(name, visits), category.values, place)
        for name, category in inputs.categories.items()
    }
    if "sex" in inputs.people:
        sexes = {"female": FEMALE, "male": MALE}
        categories["sex"] = _categories("sex", _given("sex", visits), sexes, place)
    return Sheet(
        len(visits),
        numbers,
        categories,
        {name: np.array(at, np.int64) for name, at in (moments or {}).items()},
    )


def _check_names(visit: object, names: Collection[str], place: str) -> None:
    if not isinstance(visit, Mapping):
        raise InstrumentError(
            "a visit is an object of items",
            expected='{"seizure": "absent"}',
            got=kind_of(visit),
            next_step="give the answers by the names of the items",
            place=place,
        )
    for name in visit:
        if name not in names:
            raise InstrumentError(
                f"nobody asks for {name!r}",
                expected=", ".join(nearest_names(str(name), names)) or "an item",
                got=str(name),
                next_step="correct the name, or leave it out; --describe lists all",
                place=place,
            )


def _example(measure: Measure) -> str:
    if measure.unit == _TITRE_UNIT:
        return DILUTION
    return f'"1.2 {measure.unit}"' if measure.multipliers else PLAIN


def _given(name: str, visits: Sequence[Answers]) -> list[Answer]:
    """The answers of an item; None where it is not named. A null that is named was not assessed."""
    return [
        ("not_assessed" if visit[name] is None else visit[name]) if name in visit else None
        for visit in visits
    ]


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
    # Many visits say the same: what is written alike is read once.
    read: dict[tuple[type, str], tuple[str | None, int, str | None, tuple[int, int]]] = {}
    for row, answer in enumerate(answers):
        if _is_missing(answer):
            # A grade that was recorded as not assessed is no grade that nobody spoke of.
            if answer is not None and example == PLAIN and name != "age":
                why[row] = Reason.NO_VALUE
            continue
        if isinstance(answer, str | int | float | Decimal):
            written = (type(answer), str(answer))
            if written not in read:
                read[written] = read_number(name, answer, example, place)
            sign, micro, code, limits = read[written]
        else:
            sign, micro, code, limits = read_number(name, answer, example, place)
        if code is not None and (zero := int(zero_of(code) * MICRO)):
            micro -= zero
            limits = (limits[0] and limits[0] - zero, limits[1] and limits[1] - zero)
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


def _categories(
    name: str, answers: Sequence[Answer], values: Mapping[str, int], place: str
) -> Categories:
    found: list[frozenset[str]] = []
    at = np.full(len(answers), -1)
    places: dict[str, int] = {}
    for row, answer in enumerate(answers):
        if answer is None:
            continue
        if isinstance(answer, str) and answer in places:
            at[row] = places[answer]
            continue
        text = ("present" if answer else "absent") if isinstance(answer, bool) else answer
        if isinstance(text, str) and not is_not_assessed(text):
            text = written_answer(name, text)
        possible = possible_values(text, tuple(values)) if isinstance(text, str) else None
        if possible is None:
            raise InstrumentError(
                f"{name}: this is not one of its answers",
                expected=answer_words(tuple(values)),
                got="another text" if isinstance(answer, str) else kind_of(answer),
                next_step="correct the answer",
                place=place,
            )
        at[row] = len(found)
        found.append(possible)
        if isinstance(answer, str):
            places[answer] = int(at[row])
    return answered_categories(values, found, at)
