"""Pulses: doses given into a vein, kept apart from the daily dose.

A dose era does not say how a drug was given; the exposures on its days do. An era is a pulse where
an exposure to its drug on its days has the route intravenous and none has another route or no
route. That pulses never count into a current dose is section 10 of the specification of
instruments; the way to tell them is ours.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.numbers import Flags
from remit.criteria.columns.records import Records
from remit.criteria.columns.rows import Rows
from remit.criteria.columns.several_subjects import paired
from remit.criteria.readings import Dose

INTRAVENOUS = 4171047  # OMOP route, as in the concept dictionary's intravenous antibacterials


def split_pulses(dose: Dose, records: Records) -> tuple[Records, Records]:
    """The records without the pulses of a drug or class, and those with its pulses alone.

    Where a drug was given both ways on the days of one era, the amount into the vein cannot be
    told: the era stays with the daily doses, and the pulses are a lower bound.

    Args:
        records: with the route of drug exposures.
    """
    eras, taken = records.table("dose_era"), records.table("drug_exposure")
    pulses = np.zeros(len(eras), np.bool_)
    for part in dose.ingredients:
        at = _rows_of(eras, part.ids)
        pulses[at] = _only_by_vein(eras, at, taken, _rows_of(taken, part.ids))
    by_vein = taken.columns["route_concept_id"] == INTRAVENOUS
    return (
        _with(records, eras.where(~pulses), taken.where(~by_vein)),
        _with(records, eras.where(pulses), taken.where(by_vein)),
    )


def _with(records: Records, eras: Rows, taken: Rows) -> Records:
    return records.with_tables({"dose_era": eras, "drug_exposure": taken})


def _rows_of(rows: Rows, ids: tuple[int, ...]) -> npt.NDArray[np.int64]:
    pieces = [np.arange(piece.start, piece.stop) for _, piece in rows.pieces(ids)]
    return np.concatenate(pieces) if pieces else np.zeros(0, np.int64)


def _only_by_vein(
    eras: Rows, at: npt.NDArray[np.int64], taken: Rows, exposed: npt.NDArray[np.int64]
) -> Flags:
    """Which eras have an exposure on their days, and none by another way."""
    exposed = exposed[np.argsort(taken.subject[exposed], kind="stable")]
    who = taken.subject[exposed]
    begin = np.searchsorted(who, eras.subject[at], "left")
    left, right = paired(begin, np.searchsorted(who, eras.subject[at], "right") - begin)
    row = exposed[right]
    begun, held = taken.days.take(row), eras.days.take(at[left])
    # Surely into the vein, and possibly in another way, whichever their days are.
    surely = (begun.start_last <= held.end_first) & (begun.end_first >= held.start_last)
    possibly = (begun.start_first <= held.end_last) & (begun.end_last >= held.start_first)
    by_vein = taken.columns["route_concept_id"][row] == INTRAVENOUS
    given, otherwise = np.zeros(len(at), np.bool_), np.zeros(len(at), np.bool_)
    given[left[surely & by_vein]] = True
    otherwise[left[possibly & ~by_vein]] = True
    return given & ~otherwise
