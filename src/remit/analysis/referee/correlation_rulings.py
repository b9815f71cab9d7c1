"""A printed correlation and its p: whether the number of pairs gives it."""

from __future__ import annotations

from collections.abc import Iterator

from remit.analysis.methods.summaries import correlation_significance
from remit.analysis.referee.printed_rows import PrintedComparison, PrintedRow, Scale
from remit.analysis.referee.roundings import SOUND, convention_of, shown
from remit.analysis.referee.rulings import Remark, Ruling
from remit.analysis.referee.significance_rulings import holds

BY = "t of the correlation"


def correlation_remarks(row: PrintedRow, comparison: PrintedComparison) -> Iterator[Remark]:
    """Whether the p of a correlation is that of `n` pairs."""
    r, p = comparison.get("estimate"), comparison.get("p")
    n = row.arms[0].get("n") if len(row.arms) == 1 else None
    if comparison.scale is not Scale.CORRELATION or r is None or p is None or r.is_weak:
        return
    if n is None or n.whole is None or n.whole < 3 or abs(r.number) > 1:
        return
    sizes = sorted((abs(max(-1.0, r.low)), abs(min(1.0, r.high))))
    if r.low <= 0 <= r.high:
        sizes[0] = 0.0
    nominal, most, least = (
        correlation_significance(size, n.whole).p for size in (abs(r.number), *sizes)
    )
    assert nominal is not None
    assert least is not None
    assert most is not None
    told = (
        f"r = {r.text}, {n.whole} pairs: p = {shown(nominal)}, "
        f"rounding allows {shown(least)} to {shown(most)}"
    )
    if p.is_weak and any(holds(p, value) for value in (nominal, least, most)):
        yield Remark((p,), Ruling.CONSISTENT, (told,), (BY,), (BY,))
    elif not p.is_weak and convention_of(nominal, p) in SOUND:
        yield Remark((p,), Ruling.REPRODUCED, (told,), (BY,), (BY,))
    elif not p.is_weak and least <= p.high and p.low <= most:
        yield Remark((p,), Ruling.CLOSE, (told,), (), (BY,))
    else:
        lines = (told, "a rank correlation (Spearman, Kendall) has another p")
        yield Remark((p,), Ruling.INCONSISTENT, lines, (), (BY,))
        yield Remark((r,), Ruling.INCONSISTENT, lines, (), (BY,))
