"""An instrument over a sheet of visits: every item, formula, total and grade, all rows at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.logic import LeafCodes, Verdicts, combine_codes, first_reasons
from remit.criteria.columns.numbers import Categories, Numbers, same_in_all
from remit.criteria.columns.on_sheet import codes_of_leaves
from remit.criteria.columns.pieces import over_pieces
from remit.criteria.columns.sheet import VISIT, Sheet
from remit.criteria.tree import Leaf
from remit.errors import InstrumentError
from remit.facts.selection import chosen, kept
from remit.instruments.bound_instrument import BoundInstrument
from remit.instruments.catalogue import (
    ABSENT,
    FINDING_VALUES,
    NOT_ATTRIBUTED,
    PRESENT,
    grade_ids,
)
from remit.instruments.formulas import compute_formula
from remit.instruments.inputs import columns_by_moment
from remit.instruments.instrument import Instrument, items_of
from remit.instruments.ladders import climb
from remit.instruments.points import points_of, total_of, within_range
from remit.instruments.unlisted import fill_unlisted
from remit.truth import Reason, Status

_BITS = {code: 1 << place for place, code in enumerate(sorted(FINDING_VALUES.values()))}
_SEEN = np.int64(_BITS[PRESENT] | _BITS[NOT_ATTRIBUTED])
_UNSEEN = np.int64(_BITS[ABSENT])


@dataclass(frozen=True, slots=True)
class ScoredItem:
    """One finding at each visit.

    Attributes:
        verdict: present (met), absent (not met) or unknown.
        recorded, derived: the two sources by themselves; None where the item has only the other.
        contradicted: where a recorded answer and the laboratory value disagree on whether the
            finding is there, whatever its cause; shape (rows,).
    """

    verdict: Verdicts
    recorded: Verdicts | None
    derived: Verdicts | None
    contradicted: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scores:
    """What an instrument gives for each visit of a sheet.

    Attributes:
        sheet: the sheet with the outputs as columns, so that later expressions can read them.
        findings: item id -> its answers (findings only).
        numbers: formula or total id -> numbers, with bounds where items are unknown.
        grades: ladder id -> grades, as the set of those possible.
    """

    instrument: Instrument
    sheet: Sheet
    findings: Mapping[str, ScoredItem]
    numbers: Mapping[str, Numbers]
    grades: Mapping[str, Categories]


@dataclass(frozen=True, slots=True)
class _Worked:
    """The findings of a sheet, and its columns that were not given so: settled or worked out."""

    findings: Mapping[str, ScoredItem]
    numbers: Mapping[str, Numbers]
    categories: Mapping[str, Categories]


def score_sheet(
    bound: BoundInstrument, sheet: Sheet, *, unlisted: Literal["unknown", "absent"] = "unknown"
) -> Scores:
    """Score every visit of a sheet.

    Args:
        sheet: its columns are named by the instrument's items and by concepts of the dictionary.
        unlisted: what a finding is of which nothing is recorded and which no value decides, and a
            grade or choice that has an answer for "none". To read it as absent is a rule that the
            caller answers for; what was recorded as not assessed stays so.

    Raises:
        InstrumentError: `unlisted` is another word.
    """
    if unlisted not in {"unknown", "absent"}:
        raise InstrumentError(
            "a finding that is not listed is unknown or absent",
            expected='unlisted="unknown" or unlisted="absent"',
            got=repr(unlisted),
            next_step="choose one of them",
        )
    fill = unlisted == "absent"
    worked = over_pieces(sheet, lambda piece: _work_out(bound, piece, fill=fill))
    outputs = bound.instrument.outputs
    return Scores(
        bound.instrument,
        sheet.with_columns(numbers=worked.numbers, categories=worked.categories),
        worked.findings,
        {name: worked.numbers[name] for name in outputs if name in worked.numbers},
        {name: worked.categories[name] for name in outputs if name in worked.categories},
    )


def _work_out(bound: BoundInstrument, given: Sheet, *, fill: bool) -> _Worked:
    """Findings first, then formulas, ladders and totals in the instrument's order."""
    instrument = bound.instrument
    sheet = fill_unlisted(instrument, given) if fill else given
    codes = codes_of_leaves(bound.given, sheet)
    findings = _score_findings(bound, sheet, codes, fill=fill)
    # What was settled for a finding, recorded or derived, is what ladders read.
    settled = {
        name: _as_category(found, sheet, name)
        for name, found in findings.items()
        if found.derived is not None
        or fill
        or name not in sheet.categories
        or instrument.item(name).unless is not None
    }
    work = sheet.with_columns(categories=settled)
    counted = {item.id for total in instrument.totals for item in items_of(total, instrument)}
    counted |= {finding for total in instrument.totals for finding in total.doubled.values()}
    points = {
        item.id: points_of(item, findings[item.id].verdict if item.id in findings else None, work)
        for item in instrument.items
        if item.id in counted
    }
    formulas = {formula.id: formula for formula in instrument.formulas}
    totals = {total.id: total for total in instrument.totals}
    ladders = {ladder.id: ladder for ladder in instrument.ladders}
    for name in instrument.outputs:
        if name in ladders:
            ladder = ladders[name]
            known = {**codes, **codes_of_leaves(bound.made[name], work)}
            rungs = [
                (rung.grade, combine_codes(node, known))
                for rung, node in zip(ladder.rungs, bound.rungs[name], strict=True)
            ]
            grades = climb(rungs, otherwise=ladder.otherwise, ids=grade_ids(ladder))
            work = work.with_columns(categories={name: grades})
        elif name in formulas:
            work = work.with_columns(numbers={name: compute_formula(formulas[name], work)})
        else:
            total = totals[name]
            found = within_range(total_of(total, instrument, points, work), total)
            work = work.with_columns(numbers={name: found})
    return _Worked(
        findings,
        {n: column for n, column in work.numbers.items() if column is not given.numbers.get(n)},
        {n: c for n, c in work.categories.items() if c is not given.categories.get(n)},
    )


def _score_findings(
    bound: BoundInstrument, sheet: Sheet, codes: Mapping[Leaf, LeafCodes], *, fill: bool
) -> Mapping[str, ScoredItem]:
    items = [item for item in bound.instrument.items if item.type == "finding"]
    findings = {
        item.id: _score_finding(
            combine_codes(bound.recorded[item.id], codes),
            _derived(bound, item.id, codes),
            _said(item.id, sheet),
            _silent(bound, item.id, sheet),
            fill=fill,
        )
        for item in items
    }
    for item in items:
        if item.unless is not None:
            found, other = findings[item.id], findings[item.unless].verdict
            findings[item.id] = replace(found, verdict=_where_not(found.verdict, other))
    return findings


def _derived(bound: BoundInstrument, item: str, codes: Mapping[Leaf, LeafCodes]) -> Verdicts | None:
    """What values say of a finding; that of one day cannot deny what counts once it was seen."""
    if item not in bound.derived:
        return None
    found = combine_codes(bound.derived[item], codes)
    if not bound.instrument.once_is_enough:
        return found
    denied = found.statuses == Status.NOT_MET
    # Without a visit before, nothing was seen then.
    no_visit = (found.reasons & Reason.NO_ANCHOR.bit) > 0
    missing = kept(denied | no_visit, np.int32(Reason.NO_DATA.bit))
    reasons = found.reasons & ~np.int32(Reason.NO_ANCHOR.bit) | missing
    return Verdicts(chosen(denied, np.int8(Status.UNKNOWN), found.statuses), reasons)


def _said(item: str, sheet: Sheet) -> npt.NDArray[np.int64]:
    """The set of answers that the record of a finding leaves possible."""
    ids = tuple(sorted(FINDING_VALUES.values()))
    return sheet.categories_named(item, ids).possible


def _silent(bound: BoundInstrument, item: str, sheet: Sheet) -> npt.NDArray[np.bool_] | None:
    """Where no value of the visit speaks of a finding that depends on another visit too.

    None for a finding that does not: there a missing value is the only thing that leaves it open;
    and for what counts once it was seen, where a value denies nothing.
    """
    derived = bound.derived.get(item)
    if derived is None or bound.instrument.once_is_enough:
        return None
    read = columns_by_moment(derived)
    own = read.get(VISIT, frozenset())
    if not own or set(read) == {VISIT}:
        return None
    missing = [sheet.numbers_at(name, VISIT).why == Reason.NO_DATA for name in sorted(own)]
    return np.asarray(np.all(missing, axis=0), np.bool_)


def _score_finding(
    recorded: Verdicts,
    derived: Verdicts | None,
    said: npt.NDArray[np.int64],
    silent: npt.NDArray[np.bool_] | None,
    *,
    fill: bool,
) -> ScoredItem:
    verdict = recorded
    if derived is not None:
        # A value says that something is there; only a person says whether lupus is the cause.
        cause_unknown = said == _SEEN
        missing = (recorded.statuses == Status.UNKNOWN) & ~cause_unknown
        statuses = chosen(missing, derived.statuses, recorded.statuses)
        reasons = recorded.reasons | kept(~cause_unknown, derived.reasons)
        verdict = Verdicts(statuses, kept(statuses == Status.UNKNOWN, reasons))
    if fill:
        nothing = (verdict if silent is None else recorded).reasons == Reason.NO_DATA.bit
        filled = (verdict.statuses == Status.UNKNOWN) & nothing
        if silent is not None:
            filled &= silent
        statuses = chosen(filled, np.int8(Status.NOT_MET), verdict.statuses)
        verdict = Verdicts(statuses, kept(~filled, verdict.reasons))
    if derived is None:
        return ScoredItem(verdict, recorded, None, same_in_all(np.bool_(0), len(said)))
    there, not_there = (said & ~_SEEN) == 0, said == _UNSEEN
    contradicted = (there & (derived.statuses == Status.NOT_MET)) | (
        not_there & (derived.statuses == Status.MET)
    )
    return ScoredItem(verdict, recorded, derived, contradicted)


def _where_not(verdict: Verdicts, other: Verdicts) -> Verdicts:
    """A finding that another one takes away: present and not the other."""
    denied = (verdict.statuses == Status.NOT_MET) | (other.statuses == Status.MET)
    open_ = (verdict.statuses == Status.UNKNOWN) | (other.statuses == Status.UNKNOWN)
    open_ &= ~denied
    sure = chosen(denied, np.int8(Status.NOT_MET), np.int8(Status.MET))
    statuses = chosen(open_, np.int8(Status.UNKNOWN), sure)
    return Verdicts(statuses, kept(open_, verdict.reasons | other.reasons))


def _as_category(found: ScoredItem, sheet: Sheet, name: str) -> Categories:
    """A settled finding as a column of present and absent; what was recorded keeps its value."""
    ids = tuple(sorted(FINDING_VALUES.values()))
    column = sheet.categories_named(name, ids)
    statuses, reasons = found.verdict.statuses, found.verdict.reasons
    present = np.int8(1 << column.ids.index(PRESENT))
    everything = np.int8((1 << len(column.ids)) - 1)
    settled = chosen(statuses == Status.NOT_MET, everything & ~present, everything)
    settled = chosen(statuses == Status.MET, present, settled)
    said = column.possible.astype(np.int8)
    derived = ((said & (said - 1)) != 0) & (said != np.int8(_SEEN))
    return Categories(
        column.ids,
        chosen(derived, settled, said).astype(np.int64),
        first_reasons(statuses == Status.UNKNOWN, reasons),
        column.row,
        column.day,
    )
