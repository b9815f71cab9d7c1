"""The rules of adverse events that contradict themselves, beside those of all dated rows."""

from __future__ import annotations

from collections.abc import Iterator

from remit.facts.adverse_events import NAME
from remit.facts.event_words import GRADES
from remit.facts.findings import Rule

_FATAL = "upper(trim(outcome)) = 'FATAL'"


def event_rules() -> Iterator[Rule]:
    """The rules of `adverse_event`.

    An event that someone died of is a serious one (ICH E2A), and of grade 5 (CTCAE 5.0).
    """
    # The rows are named as the other rules of the table name them: one question for all.
    rows = f"{NAME} left join births using (person_id)"
    outside = f"grade not between {GRADES.start} and {GRADES.stop - 1}"
    yield Rule(NAME, "grade outside 1 to 5", rows, outside)
    for name, broken in (
        ("fatal and not serious", f"{_FATAL} and not serious"),
        ("fatal and of another grade than 5", f"{_FATAL} and grade < 5"),
        ("grade 5 with an outcome that is not fatal", f"grade = 5 and not {_FATAL}"),
        ("no term", "coalesce(trim(term), '') = '' and coalesce(trim(reported_term), '') = ''"),
    ):
        yield Rule(NAME, name, rows, broken, severity="warning")
