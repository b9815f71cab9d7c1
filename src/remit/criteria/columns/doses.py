"""Leaves that ask for doses: the daily dose, an unchanged one, days above a dose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.coverage import SHIFT
from remit.criteria.columns.dose_extents import agreed_codes, changes_in, possible_extents
from remit.criteria.columns.events import same_subject
from remit.criteria.columns.logic import MET_CODE, NOT_MET_CODE, LeafCodes
from remit.criteria.columns.numbers import HIGHEST, MICRO, Flags, Numbers, Whole, no_numbers
from remit.criteria.columns.picks import absent_codes, with_no_anchor
from remit.criteria.columns.records import Records
from remit.criteria.columns.rows import Rows
from remit.criteria.columns.subjects import WindowDays
from remit.criteria.columns.thresholds import factors_of, threshold_codes
from remit.criteria.leaves import DoseDays, DoseTest, Unchanged
from remit.criteria.readings import DOSE_FACTORS, Dose, Ingredient, Operator, Threshold
from remit.facts.arrays import EMPTY, Days, distinct
from remit.facts.selection import chosen, kept, taken
from remit.truth import Reason
from remit.units import find_unit

_NONE = np.int8(99)  # above every reason


@dataclass(frozen=True, slots=True)
class Eras:
    """The eras of one dose that share a day with the windows; shape (eras,).

    Attributes:
        amount: mg/d in millionths times the dose's scale, 0 where it is not known.
        why: why the amount is not known, 0 where it is.
        told: whether the era says any number at all.
    """

    subject: npt.NDArray[np.int64]
    start: Days
    end: Days
    amount: Whole
    why: npt.NDArray[np.int8]
    told: Flags


def scale_of(dose: Dose) -> int:
    """By so many times the amounts of a dose are whole numbers."""
    parts = lcm(*(part.factor.denominator for part in dose.ingredients))
    return parts * lcm(*(factor.denominator for factor in DOSE_FACTORS.values()))


def eras_of(dose: Dose, records: Records) -> Eras:
    """The eras of all drugs of a dose."""
    return records.once(("eras", dose), lambda: _eras_of(dose, records))


def _eras_of(dose: Dose, records: Records) -> Eras:
    span, table = records.span(dose.window), records.table("dose_era")
    scale = scale_of(dose)
    found = []
    for part in dose.ingredients:
        for _, piece in table.pieces(part.ids):
            subject = table.subject[piece]
            first, last = span.first_of(subject), span.last_of(subject)
            at = np.flatnonzero(
                (table.start[piece] <= last) & (table.end[piece] >= first) & (first <= last)
            )
            amounts, whys, told = _amounts_of(records, table, piece, part, scale)
            amount, why = amounts.take(at), whys.take(at)
            found.append(
                Eras(
                    subject.take(at),
                    table.start[piece].take(at),
                    table.end[piece].take(at),
                    amount,
                    why,
                    told.take(at),
                )
            )
    if len(found) == 1:
        return found[0]
    empty = (np.int64, np.int32, np.int32, np.int64, np.int8, np.bool_)
    names = ("subject", "start", "end", "amount", "why", "told")
    return Eras(
        *(
            np.concatenate([getattr(eras, name) for eras in found]) if found else np.zeros(0, kind)
            for name, kind in zip(names, empty, strict=True)
        )
    )


def _amounts_of(
    records: Records, table: Rows, piece: slice, part: Ingredient, scale: int
) -> tuple[Whole, npt.NDArray[np.int8], Flags]:
    """The amounts of the eras of one code, why there is none, and whether any number is told.

    They hang on no window: what several doses ask for is worked out once.
    """

    def work_out() -> tuple[Whole, npt.NDArray[np.int8], Flags]:
        value = table.columns["dose_value"][piece]
        unit = table.columns["unit_concept_id"][piece]
        return (*_amounts(value, unit, part, scale), np.asarray(value != EMPTY, np.bool_))

    return records.once(("amounts", piece.start, part.factor, scale), work_out)


def _amounts(
    value: npt.NDArray[np.integer], unit: npt.NDArray[np.integer], part: Ingredient, scale: int
) -> tuple[Whole, npt.NDArray[np.int8]]:
    """Daily amounts in scaled millionths of mg, and why there is none."""
    amount = np.zeros(len(value), np.int64)
    why = np.zeros(len(value), np.int8)
    told = np.asarray(value >= 0, np.bool_)  # an empty value is far below zero
    value = kept(told, np.asarray(value, np.int64))
    for code in _distinct(unit):
        at = unit == code
        known = find_unit(omop_id=code, text=None)
        factor = DOSE_FACTORS.get(known.code) if known is not None else None
        if factor is None:
            why |= kept(at, np.int8(Reason.UNIT_UNKNOWN if code else Reason.UNIT_MISSING))
            continue
        whole = factor * part.factor * scale
        assert whole.denominator == 1, "the scale clears every factor"
        of_unit = kept(at, value)
        largest = int(of_unit.max(initial=0)) * whole.numerator
        if largest >= HIGHEST and amount.dtype != object:
            amount = amount.astype(object)  # 64 bits do not hold it
        amount = amount + of_unit.astype(amount.dtype) * whole.numerator
    return amount, chosen(told, why, np.int8(Reason.NO_DOSE))


def _distinct(codes: npt.NDArray[np.integer]) -> list[int]:
    if len(codes) and codes.min() == codes.max():
        return [int(codes[0])]  # nearly always; nothing is sorted
    return [int(code) for code in distinct(codes)]


def _sums(subject: npt.NDArray[np.integer], amounts: Whole, count: int) -> Whole:
    """The sum of amounts by subject, exact also where 64 bits do not hold it."""
    largest = int(np.abs(amounts).max(initial=0)) * max(len(amounts), 1)
    total = np.zeros(count, np.int64 if largest < HIGHEST else object)
    np.add.at(total, subject, amounts.astype(total.dtype))
    return total


def _on_days(eras: Eras, subject: npt.NDArray[np.int64], day: Days, count: int) -> Whole:
    """What is known of the amount on some days of some subjects."""
    left, era = same_subject(subject, eras.subject, count)
    on = day.take(left)
    held = np.flatnonzero((eras.start.take(era) <= on) & (eras.end.take(era) >= on))
    return _sums(left.take(held), eras.amount.take(era.take(held)), len(subject))


def doubts(dose: Dose, records: Records) -> npt.NDArray[np.int8]:
    """Why more than the known amounts may have been taken; 0 where they are all."""
    return records.once(("doubts", dose), lambda: _doubts(dose, records))


def _doubts(dose: Dose, records: Records) -> npt.NDArray[np.int8]:
    eras = eras_of(dose, records)
    why = np.full(len(records.subjects), _NONE, np.int8)
    open_ = np.flatnonzero(eras.why)
    np.minimum.at(why, eras.subject.take(open_), eras.why.take(open_))
    untold = taken_without_era(dose, records)
    why[untold] = np.minimum(why[untold], np.int8(Reason.NO_DOSE))
    return chosen(why < _NONE, why, records.doubts(dose.absences))


def taken_without_era(dose: Dose, records: Records) -> Flags:
    """Where a drug of the dose is taken on a day of the window on which no era of it lies."""
    span = records.span(dose.window)
    found = np.zeros(len(records.subjects), np.bool_)
    for part in dose.ingredients:
        exposed = records.rows("drug_exposure", part.ids)
        first = np.maximum(exposed.start, span.first_of(exposed.subject))
        last = np.minimum(exposed.end, span.last_of(exposed.subject))
        at = np.flatnonzero(first <= last)
        if not len(at):
            continue
        subject, first, last = exposed.subject.take(at), first.take(at), last.take(at)
        held, start, end = records.stretches("dose_era", part.ids)
        # Stretches lie apart: the last that begins by then is the only one that may hold it.
        key = (held << SHIFT) + start
        place = np.searchsorted(key, (subject << SHIFT) + first, side="right") - 1
        told = (place >= 0) & (len(held) > 0)
        if len(held):
            told &= (taken(held, place) == subject) & (taken(end, place) >= last)
        found[subject.compress(~told)] = True
    return found


def dose_numbers(dose: Dose, records: Records) -> Numbers:
    """The daily dose, or its highest on a day of the window; a lower bound in doubt."""
    return records.once(
        ("dose", dose), lambda: _settled(records, lambda each: _dose_numbers(dose, each))
    )


def _settled(records: Records, numbers_in: Callable[[Records], Numbers]) -> Numbers:
    """The numbers that all possible extents of the eras give; unknown where they differ."""
    first, *others = (numbers_in(extent) for extent in possible_extents(records))
    for other in others:
        differ = (first.low != other.low) | (first.high != other.high) | (first.why != other.why)
        first = first.unknown_where(np.asarray(differ, np.bool_), Reason.IMPRECISE_DATE)
    return first


def _dose_numbers(dose: Dose, records: Records) -> Numbers:
    eras, count = eras_of(dose, records), len(records.subjects)
    span = records.span(dose.window)
    # The sum can only rise on the first day of the window or where an era begins.
    days = np.maximum(eras.start, span.first_of(eras.subject))
    sums = _on_days(eras, eras.subject, days, count)
    total = np.zeros(count, sums.dtype)
    np.maximum.at(total, eras.subject, sums)
    numbers = _at_least(total, doubts(dose, records), scale=scale_of(dose), unit="mg/d")
    return _with_anchors(numbers, span)


def _at_least(
    low: Whole, why: npt.NDArray[np.int8], *, scale: int = 1, unit: str | None = None
) -> Numbers:
    """Numbers that are exact, or lower bounds where there is a reason."""
    made = no_numbers(len(low))
    exact = not why.any()
    return replace(
        made,
        low=low,
        high=low if exact else np.where(why == 0, low, HIGHEST),
        units=() if unit is None else (unit,),
        unit=np.full(len(low), -1 if unit is None else 0, np.int16),
        why=why,
        scale=scale,
    )


def dose_test_codes(leaf: DoseTest, records: Records) -> LeafCodes:
    """The daily dose against a threshold."""
    extents = possible_extents(records)
    if len(extents) == 1 or leaf.threshold.operator != "=":
        return agreed_codes([_test_codes(leaf, extent) for extent in extents])
    # Two doses that are both not the one asked for may have it between them.
    at_least, at_most = (
        dose_test_codes(replace(leaf, threshold=replace(leaf.threshold, operator=sign)), records)
        for sign in (">=", "<=")
    )
    failed = (at_least == NOT_MET_CODE) | (at_most == NOT_MET_CODE)
    codes = np.where(
        at_least == MET_CODE,
        at_most,
        np.where(at_most == MET_CODE, at_least, np.minimum(at_least, at_most)),
    )
    return np.where(failed, np.int8(NOT_MET_CODE), codes).astype(np.int8)


def _test_codes(leaf: DoseTest, records: Records) -> LeafCodes:
    numbers = records.once(("in", leaf.dose), lambda: _dose_numbers(leaf.dose, records))
    return threshold_codes(numbers, leaf.threshold, factors_of(numbers, leaf.dose))


def unchanged_codes(leaf: Unchanged, records: Records) -> LeafCodes:
    """Whether the doses were the same on all days of the window."""
    extents = possible_extents(records)
    codes = agreed_codes([_unchanged_codes(leaf, extent) for extent in extents])
    if len(extents) > 1:
        sure, may = changes_in(leaf.dose, records)
        codes[may] = Reason.IMPRECISE_DATE
        codes[sure] = NOT_MET_CODE
    if records.subjects.own_cuts is None:
        return codes
    # An era that ends on a person's last day may have gone on.
    after = records.after_own_cut(records.span(leaf.dose.window))
    return chosen(after, np.int8(Reason.NOT_COVERED), codes)


def _unchanged_codes(leaf: Unchanged, records: Records) -> LeafCodes:
    span, eras = records.span(leaf.dose.window), eras_of(leaf.dose, records)
    changed = eras.start > span.first_of(eras.subject)
    changed |= eras.end < span.last_of(eras.subject)
    codes = absent_codes(records.doubts(leaf.dose.absences), MET_CODE)
    codes = chosen(taken_without_era(leaf.dose, records), np.int8(Reason.NO_DOSE), codes)
    codes[eras.subject.compress(~eras.told)] = Reason.NO_DOSE
    codes[eras.subject.compress(changed)] = NOT_MET_CODE
    return with_no_anchor(codes, span)


def dose_days_numbers(leaf: DoseDays, records: Records) -> Numbers:
    """On how many days the dose passes, in all or in a row; a lower bound in doubt."""
    return records.once(
        ("days", leaf), lambda: _settled(records, lambda each: _dose_days_numbers(leaf, each))
    )


def _dose_days_numbers(leaf: DoseDays, records: Records) -> Numbers:
    eras, span = eras_of(leaf.dose, records), records.span(leaf.dose.window)
    days = _days_above(leaf, eras, span, len(records.subjects))
    return _with_anchors(_at_least(days * MICRO, doubts(leaf.dose, records)), span)


def _with_anchors(numbers: Numbers, span: WindowDays) -> Numbers:
    if span.missing is None:
        return numbers
    return numbers.unknown_where(span.missing, Reason.NO_ANCHOR)


def _days_above(leaf: DoseDays, eras: Eras, span: WindowDays, count: int) -> Whole:
    found = np.zeros(count, np.int64)
    if not len(eras.subject):
        return found
    person = eras.subject << SHIFT
    # The sum is the same from each day on which an era begins, or the day after one ended, to the
    # next such day.
    begins = person + np.maximum(eras.start, span.first_of(eras.subject))
    ends = person + np.minimum(eras.end, span.last_of(eras.subject)) + 1
    change = distinct(np.concatenate([begins, ends]))
    subject = change + (1 << (SHIFT - 1)) >> SHIFT
    day = (change - (subject << SHIFT)).astype(np.int32)
    sums = _on_days(eras, subject, day, count)
    above = _passes(sums, leaf.threshold, scale_of(leaf.dose))[:-1]
    same = subject[1:] == subject[:-1]
    length = np.where(above & same, day[1:] - day[:-1], 0).astype(np.int64)
    who = subject[:-1]
    if not leaf.consecutive:
        np.add.at(found, who, length)
        return found
    # A run ends where the dose does not pass, or with the subject.
    new = np.ones(len(who), np.bool_)
    new[1:] = (who[1:] != who[:-1]) | (length[:-1] == 0)
    at = np.flatnonzero(new)
    if len(at):
        np.maximum.at(found, who[at], np.add.reduceat(length, at))
    return found


def _passes(amounts: Whole, threshold: Threshold, scale: int) -> Flags:
    limit: Fraction = threshold.value * scale * MICRO
    scaled, whole = amounts, limit.numerator
    if limit.denominator > 1:
        scaled = amounts.astype(object) * limit.denominator
    operator: Operator = threshold.operator
    passed = scaled > whole if operator == ">" else scaled >= whole
    return np.asarray(passed, np.bool_)


def dose_days_codes(leaf: DoseDays, records: Records) -> LeafCodes:
    """Whether the dose passes on enough days."""
    enough = Threshold(">=", Fraction(leaf.days))
    found = (_dose_days_numbers(leaf, extent) for extent in possible_extents(records))
    return agreed_codes([threshold_codes(each, enough, (Fraction(1),)) for each in found])
