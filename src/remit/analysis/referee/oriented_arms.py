"""Which arm is compared with which: as the source says, or each order that may be meant."""

from __future__ import annotations

from collections.abc import Mapping

from remit.analysis.referee.printed_rows import PrintedArm, PrintedComparison, PrintedRow

CONTROLS = frozenset(
    {"ctl", "ctrl", "control", "controls", "pbo", "placebo", "plc", "0", "ref", "reference"}
    | {"comparator", "soc", "standard", "usual_care"}
)
_SAME: Mapping[str, str] = {
    "pbo": "placebo",
    "plc": "placebo",
    "ctl": "control",
    "ctrl": "control",
    "controls": "control",
    "act": "active",
    "ref": "reference",
}
TOTALS = frozenset({"all", "total", "overall", "pooled", "both", "combined"})


def plain_name(name: str) -> str:
    """The name of an arm as it is compared with others."""
    lower = name.strip().lower().replace(" ", "_").replace("-", "_")
    return _SAME.get(lower, lower)


def arm_named(row: PrintedRow, name: str) -> PrintedArm | None:
    """The arm that a comparison means by a name."""
    wanted = plain_name(name)
    return next((arm for arm in row.arms if plain_name(arm.name) == wanted), None)


def parts_of_total(row: PrintedRow) -> tuple[PrintedArm | None, tuple[PrintedArm, ...]]:
    """The arm that holds all, where there is one, and the others."""
    total = next((arm for arm in row.arms if plain_name(arm.name) in TOTALS), None)
    return total, tuple(arm for arm in row.arms if arm is not total)


def pairs_of(
    row: PrintedRow, comparison: PrintedComparison
) -> tuple[tuple[PrintedArm, PrintedArm], ...]:
    """The two arms of a comparison, the first against the second; in both orders where unsaid."""
    if comparison.first and comparison.second:
        first, second = arm_named(row, comparison.first), arm_named(row, comparison.second)
        return ((first, second),) if first is not None and second is not None else ()
    _, arms = parts_of_total(row)
    if len(arms) != 2:
        return ()
    first, second = arms
    if plain_name(second.name) in CONTROLS | {"control"}:
        return ((first, second),)
    if plain_name(first.name) in CONTROLS | {"control"}:
        return ((second, first),)
    return ((first, second), (second, first))
