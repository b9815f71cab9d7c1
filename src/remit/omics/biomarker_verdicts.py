"""One of three words for what a validation found, and the reasons for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from remit.analysis.methods.estimates import Estimate
from remit.omics.guards import Guard

LEVEL = 0.05


class BiomarkerFinding(StrEnum):
    """What can be said of a biomarker."""

    BIOMARKER = "biomarker"
    NOT_SHOWN = "not shown"
    CANNOT = "cannot be answered with these data"


@dataclass(frozen=True, slots=True)
class BiomarkerVerdict:
    """The word, a sentence with the number that decided, and every reason."""

    finding: BiomarkerFinding
    sentence: str
    reasons: tuple[str, ...]


def judge_biomarker(
    guards: Sequence[Guard], area: Estimate, p: float | None, gain: Estimate | None
) -> BiomarkerVerdict:
    """The verdict; guards that decide come first, then the permutations, then the gain.

    Args:
        area: the honest AUC of the features.
        p: of the permutations within batch and site.
        gain: of clinical columns with the features over the clinical columns; None without any.
    """
    reasons = tuple(guard.told for guard in guards)
    deciding = [guard.told for guard in guards if guard.decides]
    seen = f"AUC {_interval(area)}" + (f", p {p:.3f}" if p is not None else "")
    if deciding:
        return BiomarkerVerdict(
            BiomarkerFinding.CANNOT, f"{deciding[0]}; {seen}, no claim", reasons
        )
    if p is None or area.value is None:
        return BiomarkerVerdict(BiomarkerFinding.CANNOT, "no persons could be compared", reasons)
    if p >= LEVEL:
        return BiomarkerVerdict(BiomarkerFinding.NOT_SHOWN, f"no biomarker here: {seen}", reasons)
    if gain is None or gain.value is None or gain.low is None:
        told = f"{seen}, but no clinical columns to compare it with: it may say what is known"
        return BiomarkerVerdict(BiomarkerFinding.CANNOT, told, reasons)
    told = f"gain {_interval(gain, signed=True)} over the clinical columns; alone {seen}"
    if gain.low <= 0:
        return BiomarkerVerdict(
            BiomarkerFinding.NOT_SHOWN, f"no biomarker beyond the clinical columns: {told}", reasons
        )
    return BiomarkerVerdict(
        BiomarkerFinding.BIOMARKER, f"{told}; it waits for another cohort", reasons
    )


def _interval(found: Estimate, *, signed: bool = False) -> str:
    if found.value is None:
        return "–"
    form = "+.2f" if signed else ".2f"
    if found.low is None or found.high is None:
        return f"{found.value:{form}}"
    return f"{found.value:{form}} ({found.low:.2f} to {found.high:.2f})"
