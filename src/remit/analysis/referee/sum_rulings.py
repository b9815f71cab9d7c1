"""Whether parts add up to what is printed of all: arms, subgroups, and sums that a file names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from remit.analysis.referee.oriented_arms import TOTALS, pairs_of, parts_of_total
from remit.analysis.referee.printed_numbers import PrintedNumber
from remit.analysis.referee.printed_rows import PrintedArm, PrintedRow
from remit.analysis.referee.rulings import Remark, Ruling
from remit.analysis.referee.tried_methods import Strata

SUM = "sum of the parts"
_FAMILY = re.compile(r"^(.*?)[\s:=_-]+[^\s:=_-]+$")


@dataclass(frozen=True, slots=True)
class Partition:
    """A row of all persons, and the rows of subgroups that hold each of them once.

    Attributes:
        name: of the subgroups.
        rows: positions in the table.
    """

    whole: int
    rows: tuple[int, ...]
    name: str


def partitions_of(rows: Sequence[PrintedRow]) -> tuple[Partition, ...]:
    """The subgroups of a table that belong together, by endpoint."""
    found = []
    by_label: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        by_label[row.label].append(place)
    for places in by_label.values():
        whole = [at for at in places if _is_whole(rows[at].subgroup)]
        if len(whole) != 1:
            continue
        families: dict[str, list[int]] = defaultdict(list)
        for at in places:
            if at not in whole:
                families[_family(rows[at].subgroup)].append(at)
        if families and all(len(group) == 1 for group in families.values()):
            families = {"": [at for group in families.values() for at in group]}
        for group in families.values():
            if len(group) > 1:
                names = ", ".join(rows[at].subgroup for at in group)
                found.append(Partition(whole[0], tuple(group), names))
    return tuple(found)


def _is_whole(subgroup: str) -> bool:
    lower = subgroup.strip().lower()
    return not lower or lower in TOTALS or lower in {"all patients", "all persons", "itt"}


def _family(subgroup: str) -> str:
    found = _FAMILY.match(subgroup.strip())
    return found.group(1).lower() if found else ""


def partition_remarks(
    rows: Sequence[PrintedRow], partition: Partition
) -> Iterator[tuple[int, Remark]]:
    """What subgroups and the whole say of each other; each with the row that it is about."""
    for arm in rows[partition.whole].arms:
        pieces = [rows[at].arm(arm.name) for at in partition.rows]
        if any(piece is None for piece in pieces):
            continue
        known = [piece for piece in pieces if piece is not None]
        sizes, total = _wholes(known, "n"), arm.get("n")
        if sizes is None or total is None or total.whole is None:
            continue
        if sum(sizes) > total.whole:
            lines = (f"{_sum(sizes)} > {total.whole} ({partition.name}): they are not apart",)
            yield partition.whole, Remark((total,), Ruling.INCONSISTENT, lines, (), (SUM,))
            continue
        if sum(sizes) < total.whole:
            continue  # some persons are in none of them
        yield from _added(rows, partition, arm, known, "n")
        yield from _added(rows, partition, arm, known, "x")


def _added(
    rows: Sequence[PrintedRow],
    partition: Partition,
    arm: PrintedArm,
    known: Sequence[PrintedArm],
    what: str,
) -> Iterator[tuple[int, Remark]]:
    total, parts = arm.get(what), _wholes(known, what)
    if total is None or total.whole is None or parts is None:
        return
    if sum(parts) == total.whole:
        lines = (f"{_sum(parts)} = {total.whole} ({partition.name})",)
        yield partition.whole, Remark((total,), Ruling.REPRODUCED, lines, (SUM,), (SUM,))
        return
    lines = (f"{_sum(parts)}, not {total.whole} ({partition.name})",)
    yield partition.whole, Remark((total,), Ruling.INCONSISTENT, lines, (), (SUM,))
    for at, piece in zip(partition.rows, known, strict=True):
        number = piece.get(what)
        if number is not None:
            yield at, Remark((number,), Ruling.INCONSISTENT, lines, (), (SUM,))


def strata_of(rows: Sequence[PrintedRow], partition: Partition) -> Strata:
    """The counts of the whole's comparison by subgroup; none where they do not make it up."""
    whole = rows[partition.whole]
    for comparison in whole.comparisons:
        for first, second in pairs_of(whole, comparison):
            found = []
            for at in partition.rows:
                one, two = rows[at].arm(first.name), rows[at].arm(second.name)
                four = None if one is None or two is None else _four(one, two)
                if four is None:
                    return ()
                found.append(four)
            all_of = _four(first, second)
            if all_of is not None and tuple(map(sum, zip(*found, strict=True))) == all_of:
                return tuple(found)
            return ()
    return ()


def _four(one: PrintedArm, two: PrintedArm) -> tuple[int, int, int, int] | None:
    numbers = [arm.get(what) for arm in (one, two) for what in ("x", "n")]
    whole = [None if number is None else number.whole for number in numbers]
    if None in whole:
        return None
    a, n, b, m = (int(value or 0) for value in whole)
    return (a, n, b, m) if a <= n and b <= m else None


def arm_remarks(row: PrintedRow) -> Iterator[Remark]:
    """Whether the arms of a row add up to the arm of all."""
    total, arms = parts_of_total(row)
    if total is None or len(arms) < 2:
        return
    for what in ("n", "x"):
        number, parts = total.get(what), _wholes(arms, what)
        if number is not None and number.whole is not None and parts is not None:
            yield from _one_sum(number, [arm.get(what) for arm in arms], parts)


def named_remarks(row: PrintedRow) -> Iterator[Remark]:
    """Whether the sums that a file names are right."""
    for total, parts in row.parts:
        whole = [part.whole for part in parts]
        if total.whole is None or None in whole:
            lines = ("only whole numbers are added up",)
            yield Remark((total,), Ruling.NOT_CHECKABLE, lines)
            continue
        yield from _one_sum(total, parts, [int(value or 0) for value in whole])


def _one_sum(
    total: PrintedNumber, numbers: Sequence[PrintedNumber | None], parts: Sequence[int]
) -> Iterator[Remark]:
    if sum(parts) == total.whole:
        lines = (f"{_sum(parts)} = {total.whole}",)
        yield Remark((total,), Ruling.REPRODUCED, lines, (SUM,), (SUM,))
        return
    lines = (f"{_sum(parts)} = {sum(parts)}, not {total.whole}",)
    yield Remark((total,), Ruling.INCONSISTENT, lines, (), (SUM,))
    for number in numbers:
        if number is not None:
            yield Remark((number,), Ruling.INCONSISTENT, lines, (), (SUM,))


def _wholes(arms: Sequence[PrintedArm], what: str) -> list[int] | None:
    numbers = [arm.get(what) for arm in arms]
    found = [None if number is None else number.whole for number in numbers]
    return None if None in found else [int(value or 0) for value in found]


def _sum(parts: Sequence[int]) -> str:
    return " + ".join(map(str, parts))


def strata_by_row(rows: Sequence[PrintedRow]) -> Mapping[int, tuple[Strata, str]]:
    """The printed strata of each row that has some: its own, or its subgroups."""
    found: dict[int, tuple[Strata, str]] = {}
    for partition in partitions_of(rows):
        strata = strata_of(rows, partition)
        if strata:
            found.setdefault(partition.whole, (strata, partition.name))
    for place, row in enumerate(rows):
        if row.strata:
            found[place] = (row.strata, "")
    return found
