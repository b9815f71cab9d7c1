"""Lines and columns of the usual tables of a trial, from the rows that they show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from remit.analysis.rows.disposition_rows import COMPLETED, ENDED, UNKNOWN
from remit.views.cell_patterns import CellPattern
from remit.views.table_sheets import LinePlan, TableColumn

ARM, P, DIFFERENCE, EVENTS = "arm", "p", "difference", "events"
COUNT_SHARE = CellPattern("{count:0} ({proportion:%1} %)", none="{count:0}")
ALL = "All"
Levels = Mapping[str, str]


def arm_columns(
    arms: Mapping[str, str],
    numbers: Mapping[str, int],
    *,
    together: bool = False,
    p: bool = False,
    difference: tuple[str, str] | None = None,
    difference_head: str = "Difference",
    events: bool = False,
) -> tuple[TableColumn, ...]:
    """A column for each arm, with how many are in it.

    Args:
        arms: id -> label, in order. numbers: id -> persons.
        together: one of all arms as well. p: one of the test of all arms, or of `difference`.
        difference: two arms whose difference has a column; difference_head stands above it.
        events: a second column of each arm, with its events.
    """
    found = []
    for arm, label in arms.items():
        head = f"{label}\n(N={numbers[arm]})"
        found.append(TableColumn("n (%)" if events else head, arm, group=head if events else ""))
        if events:
            found.append(TableColumn("events", arm, pattern=EVENTS, group=head))
    if together:
        found.append(TableColumn(f"{ALL}\n(N={sum(numbers[arm] for arm in arms)})"))
    first, second = difference or ("", "")
    if difference is not None:
        found.append(TableColumn(difference_head, first, second, pattern=DIFFERENCE))
    if p:
        found.append(TableColumn("p", first, second, pattern=P))
    return tuple(found)


def numbers_plan(
    label: str, analysis: str, *, visit: str = "", digits: int = 1
) -> tuple[LinePlan, ...]:
    """Numbers under a label: how many, mean and spread, median and range."""
    more = digits + 1
    cells = {
        "n": "{mean.n}",
        "Mean (SD)": f"{{mean:{digits}}} ({{standard deviation:{more}}})",
        "Median (range)": f"{{median:{digits}}} ({{lowest:{digits}}} to {{highest:{digits}}})",
    }
    beside = {
        P: CellPattern("{p:p4}"),
        DIFFERENCE: CellPattern("{standardised difference:2}"),
    }
    head = LinePlan((label,), analysis, visit, patterns=beside)
    lines = (
        LinePlan((name,), analysis, visit, patterns={ARM: CellPattern(text)}, indent=1)
        for name, text in cells.items()
    )
    return (head, *lines)


def levels_plan(
    label: str, analysis: str, levels: Levels, *, visit: str = ""
) -> tuple[LinePlan, ...]:
    """Answers in words under a label, a line each.

    Args:
        levels: answer -> what the line says.
    """
    beside = {
        P: CellPattern("{p:p4}"),
        DIFFERENCE: CellPattern("{standardised difference:2}"),
    }
    each = {ARM: COUNT_SHARE, P: CellPattern("{p:p4}")}
    head = LinePlan((label,), analysis, visit, patterns=beside)
    lines = (
        LinePlan((text,), analysis, visit, (level,), patterns=each, indent=1)
        for level, text in levels.items()
    )
    return (head, *lines)


def disposition_plan(analysis: str, reasons: Levels) -> tuple[LinePlan, ...]:
    """Who came to the end, who ended before and why, and of whom no end is known."""
    patterns = {ARM: COUNT_SHARE, P: CellPattern("{p:p4}")}

    def line(label: str, part: tuple[str, ...], indent: int = 0) -> LinePlan:
        return LinePlan((label,), analysis, part=part, patterns=patterns, indent=indent)

    return (
        line("Completed", (COMPLETED,)),
        line("Ended early", (ENDED,)),
        *(line(text, (ENDED, reason), 1) for reason, text in reasons.items()),
        line("No end known", (UNKNOWN,)),
    )


def incidence_plan(
    analysis: str, parts: Sequence[tuple[str, ...]], *, of_any: str
) -> tuple[LinePlan, ...]:
    """Persons and events of each part, narrow parts under wide ones.

    Args:
        parts: in the order of the lines, as `parts_in_order` gives them.
        of_any: what the line of all events together says.
    """
    patterns = {
        ARM: COUNT_SHARE,
        EVENTS: CellPattern("{events:0}", none=""),
        DIFFERENCE: CellPattern(
            "{risk difference:%1} ({risk difference.low:%1} to {risk difference.high:%1})"
        ),
        P: CellPattern("{p:p4}"),
    }
    return tuple(
        LinePlan(
            (part[-1] if part else of_any,), analysis, part=part, patterns=patterns,
            indent=max(0, len(part) - 1),
        )
        for part in parts
    )  # fmt: skip


def shift_columns(
    arms: Mapping[str, str], numbers: Mapping[str, int], starts: Levels
) -> tuple[TableColumn, ...]:
    """A column for each arm and state at baseline, and one for the test."""
    columns = (
        TableColumn(f"{text} at baseline", arm, pattern=start, group=f"{label}\n(N={numbers[arm]})")
        for arm, label in arms.items()
        for start, text in starts.items()
    )
    return (*columns, TableColumn("p", pattern=P))


def shift_plan(label: str, analysis: str, starts: Levels, levels: Levels) -> tuple[LinePlan, ...]:
    """How many began in each state, and below in which state they were later."""
    number = CellPattern("{count:0}")
    began = {start: replace(number, part=(start,)) for start in starts}
    head = LinePlan((label, "n"), analysis, patterns={**began, P: CellPattern("{p:p4}", part=())})
    lines = (
        LinePlan(
            ("", text),
            analysis,
            patterns={start: replace(COUNT_SHARE, part=(start, level)) for start in starts},
        )
        for level, text in levels.items()
    )
    return (head, *lines)
