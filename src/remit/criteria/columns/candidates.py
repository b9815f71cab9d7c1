"""Which records may be the one that counts, where days of some are not exactly known.

Nothing here is worked out where every day is known: then one record counts, and `picks` finds it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.logic import LeafCodes
from remit.criteria.columns.picks import earliest, latest
from remit.criteria.columns.rows import Rows
from remit.criteria.columns.subjects import WindowDays
from remit.truth import Reason

Flags = npt.NDArray[np.bool_]
_FAR = np.int64(1 << 40)  # beyond every day
_NONE = np.int8(99)  # above every code


@dataclass(frozen=True, slots=True)
class Candidates:
    """The records that may count for those subjects for whom more than one day is possible.

    Attributes:
        at: the places of the records among the rows asked.
        asked: the subjects, of all, with a record that is possibly in the window on an unknown day.
        sure: the subjects with some record surely in the window.
    """

    at: npt.NDArray[np.int64]
    asked: Flags
    sure: Flags

    def unsettled(self, subject: npt.NDArray[np.int64]) -> Flags:
        """For whom it is not known which record counts, or whether one does.

        Args:
            subject: of each of the rows asked.
        """
        number = np.bincount(subject.take(self.at), minlength=len(self.asked))
        return np.asarray(self.asked & ((number != 1) | ~self.sure), np.bool_)

    def agreed(
        self, codes: LeafCodes, of_records: LeafCodes, subject: npt.NDArray[np.int64]
    ) -> LeafCodes:
        """The codes, where the days are open the one that all records give; else unknown.

        Args:
            codes: of every subject as if its days were known.
            of_records: of the records at `at`.
            subject: of each of the rows asked.
        """
        who = subject.take(self.at)
        low, high = np.full(len(codes), _NONE), np.full(len(codes), -1, np.int8)
        np.minimum.at(low, who, of_records)
        np.maximum.at(high, who, of_records)
        found = np.where((low == high) & self.sure, low, np.int8(Reason.IMPRECISE_DATE))
        return np.where(self.asked, found, codes).astype(np.int8)


def candidates(
    rows: Rows,
    span: WindowDays,
    *,
    first: bool = False,
    rank: npt.NDArray[np.integer] | None = None,
) -> Candidates | None:
    """The records that may be the latest (or the first) in the windows; None where days are known.

    Of the records whose day is known one may count. One that lies before a record surely in the
    window cannot be the latest.

    Args:
        rank: as for `latest`; no record on an unknown day is then left out.
    """
    bounds = rows.bounds
    if bounds is None:
        return None
    subject, count = rows.subject, len(span.first)
    can = bounds.possibly_begin_in(subject, span)
    open_ = can & bounds.open_start
    if not open_.any():
        return None
    asked = np.zeros(count, np.bool_)
    asked[subject.compress(open_)] = True
    known = np.flatnonzero(can & ~bounds.open_start & asked.take(subject))
    ranks = None if rank is None else rank.take(known)
    exact = rows.take(known)
    of_known = known.take(earliest(exact, span) if first else latest(exact, span, rank=ranks))
    surely = open_ & bounds.surely_begin_in(subject, span)
    sure = np.zeros(count, np.bool_)
    sure[subject.compress(surely)] = True
    sure[subject.take(of_known)] = True
    maybe = np.flatnonzero(open_)
    if (first or span.nearest_to is None) and rank is None:
        sign = -1 if first else 1
        # How far each record reaches towards the end at which the one that counts lies, and how
        # far a sure one reaches at least.
        least = (bounds.start_last if first else bounds.start_first).astype(np.int64) * sign
        most = (bounds.start_first if first else bounds.start_last).astype(np.int64) * sign
        edge = (span.first if first else span.last).astype(np.int64) * sign
        bar = np.full(count, -_FAR)
        for at in (np.flatnonzero(surely), of_known):
            np.maximum.at(bar, subject.take(at), least.take(at))
        reach = np.minimum(most, edge.take(subject))
        maybe = maybe.compress(reach.take(maybe) >= bar.take(subject.take(maybe)))
        of_known = of_known.compress(reach.take(of_known) >= bar.take(subject.take(of_known)))
    return Candidates(np.sort(np.concatenate([maybe, of_known])), asked, sure)
