"""Rows of `measurement` as codes: units, plausibility, bounds and tests of single records.

Numbers in data have six places. A threshold is therefore brought to the unit of the record and
rounded to the sixth place on the side that changes no answer; the comparison itself is one of
integers, exact and without arithmetic on the row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

import ibis
import ibis.expr.types as ir

from remit.criteria.compiling.parts import (
    MET_CODE,
    NOT_MET_CODE,
    WIDE,
    Column,
    choose,
    compare,
)
from remit.criteria.compiling.people import People
from remit.criteria.dates import Window
from remit.criteria.tree import Measure, Operator, Test, Threshold
from remit.facts.tables import OPERATORS
from remit.truth import Reason
from remit.units import unit_table

_ItemT = TypeVar("_ItemT")

COLUMNS = (
    "person_id",
    "measurement_id",
    "measurement_concept_id",
    "measurement_date",
    "measurement_datetime",
    "operator_concept_id",
    "value_as_number",
    "value_as_concept_id",
    "unit_concept_id",
    "unit_source_value",
    "range_low",
    "range_high",
)

_PLACES = 10**6
_LARGEST = Fraction(10**12)
# A record's operator as a small number: on each row that is cheaper to compare than text.
EXACT = 0
_BOUND_CODES: Mapping[str, int] = {"=": EXACT, "<": 1, "<=": 2, ">=": 3, ">": 4}
_UNKNOWN_OPERATOR = 9

# For each bound of a record and each operator of a test: whether all values within the bound pass,
# and the comparison of the bound's end with the threshold under which that is certain.
_CERTAIN: Mapping[tuple[str, Operator], tuple[bool, Operator]] = {
    ("<", "<"): (True, "<="),
    ("<", "<="): (True, "<="),
    ("<", "="): (False, "<="),
    ("<", ">="): (False, "<="),
    ("<", ">"): (False, "<="),
    ("<=", "<"): (True, "<"),
    ("<=", "<="): (True, "<="),
    ("<=", "="): (False, "<"),
    ("<=", ">="): (False, "<"),
    ("<=", ">"): (False, "<="),
    (">", ">"): (True, ">="),
    (">", ">="): (True, ">="),
    (">", "="): (False, ">="),
    (">", "<="): (False, ">="),
    (">", "<"): (False, ">="),
    (">=", ">"): (True, ">"),
    (">=", ">="): (True, ">="),
    (">=", "="): (False, ">"),
    (">=", "<="): (False, ">"),
    (">=", "<"): (False, ">="),
}


def compare_number(number: Column, operator: Operator, threshold: Fraction) -> Column:
    """An exact comparison of a number with six places with any rational."""
    if abs(threshold) >= _LARGEST:
        below = threshold > 0
        return ibis.literal(value=operator in ({"<", "<="} if below else {">", ">="}))
    scaled = threshold * _PLACES
    if operator == "=" and scaled.denominator != 1:
        return ibis.literal(value=False)
    whole = math.floor(scaled) if operator in {">", "<="} else math.ceil(scaled)
    literal = ibis.literal(Decimal(whole).scaleb(-6), "decimal(18, 6)")
    return compare(number, operator, literal)


def _coded(
    bound: Column,
    test: Operator,
    compared: Callable[[Operator], Column],
    reasons: Sequence[tuple[Column, Column | int]],
) -> Column:
    """The code of one record's test, given how its number compares with the threshold."""
    exact = choose((compared(test), MET_CODE), otherwise=NOT_MET_CODE)
    branches: list[tuple[Column, Column | int]] = [*reasons, (bound == EXACT, exact)]
    for (sign, operator), (passes, certain) in _CERTAIN.items():
        if operator == test:
            code = MET_CODE if passes else NOT_MET_CODE
            branches.append(((bound == _BOUND_CODES[sign]) & compared(certain), code))
    return choose(*branches, otherwise=int(Reason.CENSORED))


def _bound(rows: ir.Table) -> Column:
    """The record's operator as a code; 9 for an operator that nobody knows."""
    operator = rows.operator_concept_id
    codes = [(concept, _BOUND_CODES[sign]) for concept, sign in OPERATORS.items()]
    return choose(
        (operator.isnull() | (operator == 0), EXACT),
        otherwise=operator.cases(*codes, else_=_UNKNOWN_OPERATOR),
    ).cast("int8")


def _multiplier_groups(measure: Measure) -> Mapping[int, tuple[str, ...]]:
    """The distinct multipliers of a measure, each with the units that have it."""
    groups: dict[int, tuple[str, ...]] = {}
    for unit, multiplier in measure.multipliers:
        groups[multiplier] = (*groups.get(multiplier, ()), unit)
    return groups


def _multiplier(rows: ir.Table, measure: Measure) -> Column:
    """The multiplier of the unit that a record names by id or, without one, by text; else NULL."""
    units = unit_table()
    groups = _multiplier_groups(measure).items()
    unit_id, text = rows.unit_concept_id, rows.unit_source_value
    ids = [(code, number) for number, names in groups for n in names for code in units[n].omop_ids]
    texts = [
        (spelling, number)
        for number, names in groups
        for name in names
        for spelling in (name, *units[name].spellings)
    ]
    nothing = ibis.null("int64")
    by_text = text.cases(*((key, ibis.literal(n, "int64")) for key, n in texts), else_=nothing)
    if not ids:
        return choose((unit_id.isnull() | (unit_id == 0), by_text), otherwise=nothing)
    by_id = unit_id.cases(*((key, ibis.literal(n, "int64")) for key, n in ids), else_=nothing)
    return choose((unit_id.isnull() | (unit_id == 0), by_text), otherwise=by_id)


@dataclass(frozen=True, slots=True)
class Rows:
    """Measurement rows of some concepts, ready for tests.

    Columns added: `kind` (place in `ids`), `bound` (the operator as a code), `multiplier` (of the
    unit, NULL when it is not convertible) and `reason` (0, or why there is no number in the unit).
    """

    table: ir.Table
    ids: tuple[tuple[int, ...], ...]

    def by_kind(self, of_kind: Mapping[int, Column], *, otherwise: object) -> Column:
        """A column that is worked out for each row's own kind only."""
        if not of_kind:
            return ibis.literal(otherwise)
        return self.table.kind.cases(*of_kind.items(), else_=otherwise)

    def kind_of(self, ids: tuple[int, ...]) -> int:
        return self.ids.index(ids)


def read_one_way(
    items: Iterable[_ItemT],
    read_as: Callable[[_ItemT], tuple[tuple[int, ...], Measure | None]],
) -> tuple[list[_ItemT], ...]:
    """Items in as few lists as are needed for no list to read one code in two ways.

    Where the vocabulary puts one concept's codes below another's, two concepts share codes; a row
    then counts for both, in a pass each.
    """
    lists: list[tuple[list[_ItemT], dict[int, tuple[tuple[int, ...], Measure | None]]]] = []
    for item in items:
        way = read_as(item)
        found = next(
            (pair for pair in lists if all(pair[1].get(code, way) == way for code in way[0])), None
        )
        if found is None:
            found = ([], {})
            lists.append(found)
        found[0].append(item)
        found[1].update(dict.fromkeys(way[0], way))
    return tuple(members for members, _ in lists)


def kind_column(concept: Column, ids: Sequence[tuple[int, ...]]) -> Column:
    """Which of the code lists a row's concept is in."""
    pairs = [(code, number) for number, group in enumerate(ids) for code in group]
    # Overlapping code lists would make one row two kinds.
    assert len({code for code, _ in pairs}) == len(pairs), "two concepts share a code"
    return concept.cases(*pairs, else_=-1)


def prepared_rows(
    table: ir.Table, ids: Sequence[tuple[int, ...]], measures: Iterable[Measure]
) -> Rows:
    """Add `multiplier`, `bound` and `reason` to measurement rows that have a `kind`."""
    by_kind = {tuple(ids).index(measure.ids): measure for measure in measures}
    rows = Rows(table, tuple(ids))
    multipliers = {
        kind: _multiplier(table, measure)
        for kind, measure in by_kind.items()
        if measure.multipliers
    }
    rows = Rows(
        table.mutate(
            bound=_bound(table), multiplier=rows.by_kind(multipliers, otherwise=None).cast("int64")
        ),
        rows.ids,
    )
    reasons = {kind: _reason(rows.table, measure) for kind, measure in by_kind.items()}
    return Rows(rows.table.mutate(reason=rows.by_kind(reasons, otherwise=0)), rows.ids)


def _reason(rows: ir.Table, measure: Measure) -> Column:
    """Why a row of this measure has no number in the measure's unit; 0 when it has one."""
    number = rows.value_as_number
    branches: list[tuple[Column, object]] = [(number.isnull(), int(Reason.NO_VALUE))]
    if measure.multipliers:
        unit_id, text = rows.unit_concept_id, rows.unit_source_value
        nameless = (unit_id.isnull() | (unit_id == 0)) & (text.isnull() | (text == ""))
        no_unit = choose((nameless, int(Reason.UNIT_MISSING)), otherwise=int(Reason.UNIT_UNKNOWN))
        branches.append((rows.multiplier.isnull(), no_unit))
    if measure.plausible is not None:
        low, high = measure.plausible
        below = _compare_in_unit(rows, measure, "<", low)
        above = _compare_in_unit(rows, measure, ">", high)
        branches.append((below | above, int(Reason.IMPLAUSIBLE)))
    return choose(*branches, otherwise=0)


def _compare_in_unit(
    rows: ir.Table, measure: Measure, operator: Operator, threshold: Fraction
) -> Column:
    """Compare a record's number with a threshold that is given in the measure's unit."""
    number = rows.value_as_number
    multipliers = list(_multiplier_groups(measure))
    if not multipliers:
        return compare_number(number, operator, threshold)
    compared = [
        (multiplier, compare_number(number, operator, threshold * measure.scale / multiplier))
        for multiplier in multipliers
    ]
    if len(compared) == 1:
        return compared[0][1]
    return rows.multiplier.cases(*compared, else_=ibis.null("boolean"))


def test_code(rows: ir.Table, measure: Measure, test: Test) -> Column:
    """The code of a test on each row; the row must be of that measure."""
    if isinstance(test, Threshold):
        return _coded(
            rows.bound,
            test.operator,
            lambda operator: _compare_in_unit(rows, measure, operator, test.value),
            [(rows.reason > 0, rows.reason)],
        )
    limit = rows.range_high if test.side == "uln" else rows.range_low
    left = rows.value_as_number.cast(WIDE) * test.factor.denominator
    right = limit.cast(WIDE) * test.factor.numerator
    return _coded(
        rows.bound,
        test.operator,
        lambda operator: compare(left, operator, right),
        [
            (rows.value_as_number.isnull(), int(Reason.NO_VALUE)),
            (limit.isnull() | (limit <= 0), int(Reason.NO_REFERENCE_RANGE)),
        ],
    )


def member_code(column: Column, accepted: tuple[int, ...], known: tuple[int, ...]) -> Column:
    """The code of a coded value."""
    return choose(
        (column.isnull() | (column == 0), int(Reason.NO_VALUE)),
        (column.isin(list(accepted)), MET_CODE),
        (column.isin(list(known)), NOT_MET_CODE),
        otherwise=int(Reason.CODE_UNKNOWN),
    )


def inside(table: ir.Table, window: Window, people: People) -> Column:
    """Whether a row's date lies in the window."""
    day = table.measurement_date
    return (day >= table[people.first(window)]) & (day <= table[people.last(window)])
