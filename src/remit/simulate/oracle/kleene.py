"""Known answers of many persons at once, and Kleene's logic on them.

Written from the language page and apart from `remit.criteria`, so that the two can be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remit.simulate.calendar import Flags
from remit.truth import Reason, Status

NOT_MET, MET = np.int8(Status.NOT_MET), np.int8(Status.MET)
UNKNOWN, NOT_APPLICABLE = np.int8(Status.UNKNOWN), np.int8(Status.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Answers:
    """One answer a person.

    Attributes:
        status: the code of `Status`.
        reasons: the bits of `Reason`; 0 unless the status is unknown.
    """

    status: NDArray[np.int8]
    reasons: NDArray[np.int32]


def decided(met: Flags) -> Answers:
    """Met where the flag is set, else not met."""
    return Answers(np.where(met, MET, NOT_MET), np.zeros(met.shape, np.int32))


def unknown_for(reason: Reason, size: int) -> Answers:
    """Unknown for everyone, for one reason."""
    return Answers(np.full(size, UNKNOWN), np.full(size, reason.bit, np.int32))


def choose(
    *cases: tuple[Flags | np.bool_, Answers | Reason | bool], otherwise: Answers | bool
) -> Answers:
    """The answer of the first case that holds, person by person."""
    size = np.shape(cases[0][0])
    open_ = np.ones(size, np.bool_)
    status = np.zeros(size, np.int8)
    reasons = np.zeros(size, np.int32)
    for holds, answer in (*cases, (np.ones(size, np.bool_), otherwise)):
        here = open_ & holds
        if isinstance(answer, Answers):
            status[here] = answer.status[here]
            reasons[here] = answer.reasons[here]
        elif isinstance(answer, Reason):
            status[here] = UNKNOWN
            reasons[here] = answer.bit
        else:
            status[here] = MET if answer else NOT_MET
        open_ &= ~holds
    return Answers(status, reasons)


def negate(part: Answers) -> Answers:
    """`not`: met and not met change places."""
    swapped = np.array([MET, NOT_MET, UNKNOWN, NOT_APPLICABLE], np.int8)
    return Answers(swapped[part.status], part.reasons)


def at_least(minimum: int, parts: Sequence[Answers]) -> Answers:
    """`at least m of`: parts that do not apply are left out."""
    status = np.stack([part.status for part in parts])
    met = (status == MET).sum(axis=0)
    open_ = (status == UNKNOWN).sum(axis=0)
    applicable = (status != NOT_APPLICABLE).sum(axis=0)
    answer = np.where(met >= minimum, MET, np.where(met + open_ < minimum, NOT_MET, UNKNOWN))
    answer = np.where(applicable == 0, NOT_APPLICABLE, answer).astype(np.int8)
    reasons = np.bitwise_or.reduce([part.reasons for part in parts])
    return Answers(answer, np.where(answer == UNKNOWN, reasons, 0).astype(np.int32))


def any_of(*parts: Answers) -> Answers:
    """`or`."""
    return at_least(1, parts)


def all_of(*parts: Answers) -> Answers:
    """`and`."""
    return negate(at_least(1, [negate(part) for part in parts]))


def first_known(*parts: Answers) -> Answers:
    """`first known of`: the first part that is not unknown, else unknown for the reasons of all."""
    status = np.full(parts[0].status.shape, UNKNOWN)
    for part in reversed(parts):
        status = np.where(part.status == UNKNOWN, status, part.status).astype(np.int8)
    reasons = np.bitwise_or.reduce([part.reasons for part in parts])
    return Answers(status, np.where(status == UNKNOWN, reasons, 0).astype(np.int32))


def total_at_least(threshold: int, groups: Sequence[Sequence[tuple[int, Answers]]]) -> Answers:
    """Whether points add up to a threshold: of each group the highest points that are met.

    What is unknown may count or not.
    """
    size = groups[0][0][1].status.shape
    least, most = np.zeros(size, np.int64), np.zeros(size, np.int64)
    reasons = np.zeros(size, np.int32)
    for group in groups:
        sure = np.max([points * (part.status == MET) for points, part in group], axis=0)
        highest = sure
        for points, part in group:
            open_ = (part.status == UNKNOWN) & (points > sure)
            highest = np.where(open_, np.maximum(highest, points), highest)
            reasons = reasons | np.where(open_, part.reasons, 0)
        least, most = least + sure, most + highest
    status = np.where(least >= threshold, MET, np.where(most < threshold, NOT_MET, UNKNOWN))
    return Answers(status.astype(np.int8), np.where(status == UNKNOWN, reasons, 0).astype(np.int32))


def when(condition: Answers, then: Answers) -> Answers:
    """`if condition then then`: not applicable where the condition is not met."""
    status = np.where(condition.status == MET, then.status, condition.status)
    status = np.where(condition.status == NOT_MET, NOT_APPLICABLE, status).astype(np.int8)
    reasons = np.where(condition.status == MET, then.reasons, condition.reasons)
    return Answers(status, np.where(status == UNKNOWN, reasons, 0).astype(np.int32))
