"""What another set of criteria would do, and what stands in the way, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from remit.protocol.schema import Protocol
from remit.screening.obstacles import CriterionCost, MissingTest
from remit.screening.open_verdicts import OpenVerdicts
from remit.screening.reason_words import REASON
from remit.screening.study_screenings import CohortScreening, Screening, Standing
from remit.screening.what_if import WhatIf, moved_table, moves
from remit.screening.worklist import STATUS_WORDS
from remit.terminal import plain_text
from remit.views.terminal.plain_tables import SHOWN, columns_table

FIRST = 10  # rows of a ranking; --json has all of it
_KINDS = {"record": "record", "signature": "signature", "date": "date", "source": "criterion"}


def what_if_text(found: WhatIf) -> RenderableType:
    """What is otherwise, how many stand where before and after, and who."""
    parts: list[RenderableType] = [Text(line) for line in _assumed(found)]
    for before, after in found.cohorts:
        parts += [Text(), _cohort_table(before, after)]
        lines = [
            f"  {move.persons:,} from {STATUS_WORDS[move.was]} to {STATUS_WORDS[move.now]}"
            for move in moves(before, after)
        ]
        parts += [Text(line) for line in lines or ["  nobody stands otherwise"]]
    rows = moved_table(found)
    if rows.num_rows:
        parts += [Text(), _moved(rows.slice(0, SHOWN).to_pylist())]
        if rows.num_rows > SHOWN:
            more = f"and {rows.num_rows - SHOWN:,} more: --format csv has all of them"
            parts.append(Text(more))
    return Group(*parts)


def _assumed(found: WhatIf) -> list[str]:
    lines = [plain_text(f"without {criterion.id}: {criterion.text}") for criterion in found.dropped]
    lines += [
        plain_text(f"{item.where}: {item.after} (was: {item.before})") for item in found.changed
    ]
    return lines + [f"{name} = {value}" for name, value in (found.settings or {}).items()]


def _cohort_table(before: CohortScreening, after: CohortScreening) -> RenderableType:
    heads = (before.label, "as written", "what if")
    table = columns_table(*heads, right=heads[1:], whole=heads[1:])
    for standing in (Standing.ELIGIBLE, Standing.UNDETERMINED, Standing.NOT_ELIGIBLE):
        counts = (before.count(standing), after.count(standing))
        table.add_row(STATUS_WORDS[standing], *(f"{count:,}" for count in counts))
    return table


def _moved(rows: Sequence[dict[str, str | None]]) -> RenderableType:
    shown = ["person", "was", "status", "changed_by"]
    if any(row["cohort"] for row in rows):
        shown.insert(1, "cohort")
    table = columns_table(*(name.replace("_", " ") for name in shown), whole={"person"})
    for row in rows:
        table.add_row(*(Text(plain_text(row[name] or "")) for name in shown))
    return table


def obstacles_text(
    screening: Screening,
    cohort: CohortScreening,
    costs: Sequence[CriterionCost],
    tests: Sequence[MissingTest],
) -> RenderableType:
    """Which criteria cost a cohort most, and which missing record would settle most."""
    return Group(
        Text(plain_text(cohort.label), style="bold"),
        Text(),
        *_costs(screening.protocol, costs),
        Text(),
        *_tests(tests),
    )


def _costs(protocol: Protocol, costs: Sequence[CriterionCost]) -> list[RenderableType]:
    heads = ("criterion", "excludes", "only it", "eligible", "open", "only open", "asks")
    table = columns_table(*heads, right=heads[1:-1], whole=heads[:-1])
    for cost in costs[:FIRST]:
        kept_out = (cost.excluded, cost.excluded_only, cost.eligible_without)
        numbers = (*kept_out, cost.open, cost.open_only)
        words = protocol.criterion(cost.criterion).text
        table.add_row(cost.criterion, *(f"{n:,}" for n in numbers), _one_line(words))
    head = "Which criterion costs most persons:"
    told = (
        "only it: kept out by nothing else; eligible: of those, who would be eligible without it; "
        "only open: open at nothing else."
    )
    return [Text(head, style="bold"), table, Text(told, style="dim")]


def _tests(tests: Sequence[MissingTest]) -> list[RenderableType]:
    if not tests:
        return [Text("Nobody is open.")]
    heads = ("what is missing", "kind", "settles", "last record", "persons", "mostly since")
    table = columns_table(*heads, right=heads[2:5], whole=heads[1:5])
    for test in tests[:FIRST]:
        numbers = (test.settles, test.last_record, test.persons)
        table.add_row(
            Text(plain_text(test.title)),  # nothing else says what it is: never cut
            _KINDS[test.kind],
            *(f"{number:,}" for number in numbers),
            REASON[test.reason],
        )
    head = "What would settle most persons who are open:"
    told = (
        "settles: nothing else is missing; last record: no other record or date is missing, "
        "whatever has to be signed."
    )
    return [Text(head, style="bold"), table, Text(told, style="dim")]


def _one_line(words: str) -> Text:
    """Words that take what width is left."""
    return Text(plain_text(words), no_wrap=True, overflow="ellipsis")


def blocking_codes_text(found: OpenVerdicts) -> RenderableType:
    """Which codes and units that nobody could read block most verdicts."""
    if not found.causes:
        return Text("No verdict hangs on a code or unit that nobody could read.")
    heads = ("code or unit", "table", "verdicts, at most", "persons")
    table = columns_table(*heads, right=heads[2:], whole=heads)
    for cause in found.causes[:FIRST]:
        written = cause.written or "(table not declared mapped)"
        numbers = (f"{cause.verdicts:,}", f"{cause.persons:,}")
        table.add_row(Text(plain_text(written)), cause.table, *numbers)
    return Group(Text("Which codes block most verdicts:", style="bold"), table)
