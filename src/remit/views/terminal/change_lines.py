"""What changed since an earlier screening, for a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from remit.screening.changes import KINDS, Changes
from remit.screening.worklist import STATUS_WORDS
from remit.terminal import plain_text
from remit.views.terminal.plain_tables import SHOWN, columns_table

_HEAD = ("person", "cohort", "change", "was", "is", "by")


def changes_text(changes: Changes) -> RenderableType:
    """How many stand otherwise, and each of them with what changed it."""
    earlier = changes.earlier
    counts = [f"{changes.count(kind)} {kind}" for kind in KINDS if changes.count(kind)]
    since = f"since {earlier.folder} (data to {earlier.data_cut.isoformat()})"
    head = plain_text(f"{', '.join(counts) or 'nobody stands otherwise'} {since}")
    parts: list[RenderableType] = [Text(), Text(head, style="bold")]
    if not changes.known:
        parts.append(Text("The earlier screening holds no records: by which one is not known."))
    if changes.rows:
        cohorts = any(row.cohort for row in changes.rows)
        shown = [name for name in _HEAD if cohorts or name != "cohort"]
        table = columns_table(*shown, whole={"person"})
        for row in changes.rows[:SHOWN]:
            cells = {
                "person": row.name,
                "cohort": row.cohort or "",
                "change": row.kind,
                "was": "" if row.was is None else STATUS_WORDS[row.was],
                "is": "" if row.now is None else STATUS_WORDS[row.now],
                "by": row.words,
            }
            table.add_row(*(Text(plain_text(cells[name])) for name in shown))
        parts.append(table)
        more = len(changes.rows) - SHOWN
        if more > 0:
            parts.append(Text(f"and {more:,} more: --format csv has all of them"))
    return Group(*parts)
