"""What changed between two readings of a trial, as lines of text."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

from remit.registry.record import Span
from remit.registry.trials.reading_changes import ReadingChange
from remit.terminal import visible_text

WIDTH = 100


def describe_changes(changes: Sequence[ReadingChange]) -> str:
    """The changes that matter first, each with what was said, what is said, and the lines."""
    if not changes:
        return "nothing changed"
    matter = [change for change in changes if change.matters]
    others = [change for change in changes if not change.matters]
    lines: list[str] = []
    for change in (*matter, *others):
        why = f": {change.matters}" if change.matters else ""
        lines.append(f"{change.part} ({change.name}){why}")
        lines.append(_said("before", change.before, change.before_span))
        lines.append(_said("after", change.after, change.after_span))
    count = f"{len(changes)} change{'' if len(changes) == 1 else 's'}"
    lines.append(f"{count}, {len(matter)} of which matter{'s' if len(matter) == 1 else ''}")
    return visible_text("\n".join(lines))


def _said(label: str, text: str | None, span: Span | None) -> str:
    told = "nothing" if text is None else f"{' '.join(text.split())} (line {span})"
    return fill(f"  {label}: {told}", WIDTH, subsequent_indent="    ", break_long_words=False)
