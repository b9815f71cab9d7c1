"""Leaves that compare one reading, or several that meet."""

from __future__ import annotations

from remit.criteria.columns.candidates import candidates
from remit.criteria.columns.doses import dose_numbers
from remit.criteria.columns.linear import linear_codes
from remit.criteria.columns.logic import LeafCodes
from remit.criteria.columns.numbers import Numbers
from remit.criteria.columns.picks import (
    coded_codes,
    earliest,
    ending_in_latest,
    spread_codes,
    spread_numbers,
    with_no_latest,
)
from remit.criteria.columns.printed import codes_of_rows, printed_codes
from remit.criteria.columns.records import Records
from remit.criteria.columns.thresholds import in_known_units, limit_codes, usable
from remit.criteria.leaves import LinearTest, ValueIn, ValueTest
from remit.criteria.readings import DOSE_FACTORS, LimitMultiple, Reading, Value
from remit.truth import Reason


def value_test_codes(leaf: ValueTest, records: Records) -> LeafCodes:
    """The record that counts against a threshold or a limit of normal."""
    test = leaf.test
    if isinstance(test, LimitMultiple):
        rows, numbers = records.picked(leaf.value)
        subject, codes = rows.subject, limit_codes(numbers, test)
    else:
        subject, printed = records.printed(leaf.value)
        codes = printed_codes(printed, leaf.value.measure, test)
    span = records.span_of_values(leaf.value.window)
    count, first = len(records.subjects), leaf.value.earliest
    found = spread_codes(codes, subject, span, count, earliest=first)
    rows = records.rows("measurement", leaf.value.measure.ids)
    open_ = candidates(rows, span, first=first)
    if open_ is None:
        return found
    each = codes_of_rows(rows.take(open_.at), records.kinds, leaf.value.measure, test)
    found = open_.agreed(found, each, rows.subject)
    return found if first else with_no_latest(found, span)


def value_in_codes(leaf: ValueIn, records: Records) -> LeafCodes:
    """The coded value that counts."""
    span = records.span_of_values(leaf.window)
    rows = records.rows("measurement", leaf.ids)
    at = earliest(rows, span) if leaf.earliest else ending_in_latest(rows, span)
    code = rows.columns["value_as_concept_id"].take(at)
    codes = coded_codes(code, leaf.accepted, leaf.known)
    count, subject = len(records.subjects), rows.subject.take(at)
    found = spread_codes(codes, subject, span, count, earliest=leaf.earliest)
    open_ = candidates(rows, span, first=leaf.earliest)
    if open_ is None:
        return found
    each = coded_codes(
        rows.columns["value_as_concept_id"].take(open_.at), leaf.accepted, leaf.known
    )
    found = open_.agreed(found, each, rows.subject)
    return found if leaf.earliest else with_no_latest(found, span)


def numbers_of_reading(reading: Reading, records: Records) -> Numbers:
    """The numbers of a reading, with nothing known where unit or size are wrong."""
    if not isinstance(reading, Value):
        return in_known_units(dose_numbers(reading, records), DOSE_FACTORS)
    rows, numbers = records.picked(reading)
    ready = usable(numbers, reading.measure)
    spread = spread_numbers(ready, rows.subject, len(records.subjects))
    span = records.span_of_values(reading.window)
    open_ = records.unsettled(reading)
    if open_ is not None:
        spread = spread.unknown_where(open_, Reason.IMPRECISE_DATE)
    if span.after_cut is not None and not reading.earliest:
        spread = spread.unknown_where(span.after_cut, Reason.NOT_COVERED)
    if span.missing is not None:
        spread = spread.unknown_where(span.missing, Reason.NO_ANCHOR)
    return spread


def linear_test_codes(leaf: LinearTest, records: Records) -> LeafCodes:
    """Readings that meet in a sum."""
    return linear_codes(leaf, lambda reading: numbers_of_reading(reading, records))


__all__ = [
    "linear_test_codes",
    "numbers_of_reading",
    "value_in_codes",
    "value_test_codes",
]
