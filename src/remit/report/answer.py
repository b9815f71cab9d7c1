"""Page one: who is eligible, open and not, why, and what to do next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from remit.facts.screening_dates import undated_persons
from remit.protocol.schema import Criterion, Protocol
from remit.report.markup import rendered
from remit.report.screening_charts import number_of, strip_chart
from remit.report.shown_persons import best_standings
from remit.screening import Screening, Standing
from remit.screening.cohort_counts import ShownCohort, ShownScreening
from remit.terminal import short_text
from remit.truth import Reason, Status, reasons_of_mask
from remit.views.words import REASON, undated_line

MOST_REASONS = 3
# Criteria in other states are held back: nobody is judged by them.
_JUDGED = ("executable", "needs_attestation")


@dataclass(frozen=True, slots=True)
class StudyAnswer:
    """One study on page one; `name` is that of its page.

    Attributes:
        rows: a row a cohort: its label, the three counts, n, their shares drawn, and why.
        headline: what makes all else not worth reading; empty where nothing does.
        todo: what to do next, a sentence each with its details.
    """

    name: str
    id: str
    title: str
    rows: list[tuple[str, str, str, str, str, Markup, list[tuple[str, str]]]]
    headline: str
    todo: list[tuple[str, list[str]]]


def study_answer(
    screening: Screening, shown: ShownScreening, *, name: str, exact: bool
) -> StudyAnswer:
    """What page one says of a study."""
    protocol = screening.protocol
    rows = [
        (
            f"{cohort.cohort}: {cohort.label}" if cohort.cohort else "",
            cohort.eligible,
            cohort.undetermined,
            cohort.not_eligible,
            cohort.persons,
            share_strip(cohort),
            commonest_reasons(screening, cohort),
        )
        for cohort in shown.cohorts
    ]
    headline = _nobody_dated(screening, shown, exact=exact)
    todo = next_steps(screening, shown, exact=exact)
    return StudyAnswer(name, protocol.id, protocol.title, rows, headline, todo)


def answer_part(answers: Sequence[StudyAnswer], *, exact: bool) -> Markup:
    """The table of the studies, then what to do next for each."""
    several = any(len(answer.rows) > 1 for answer in answers)
    return rendered("answer.html", answers=answers, several=several, exact=exact)


def share_strip(shown: ShownCohort) -> Markup:
    """The shares of eligible, open and not eligible persons."""
    return strip_chart(
        [
            ("eligible", shown.eligible, "f-in"),
            ("open", shown.undetermined, "f-open"),
            ("not eligible", shown.not_eligible, "f-idle"),
        ]
    )


def commonest_reasons(screening: Screening, shown: ShownCohort) -> list[tuple[str, str]]:
    """The criteria that keep most persons out, each with how many it is the first to keep out."""
    counted = [step for step in shown.steps if number_of(step.excluded)]
    counted.sort(key=lambda step: -number_of(step.excluded))
    found = [
        (_named(screening.protocol.criterion(step.criterion)), step.excluded)
        for step in counted[:MOST_REASONS]
    ]
    if number_of(shown.died):
        found.append(("died before the screening", shown.died))
        found.sort(key=lambda item: -number_of(item[1]))
    return found[:MOST_REASONS]


def next_steps(
    screening: Screening, shown: ShownScreening, *, exact: bool
) -> list[tuple[str, list[str]]]:
    """What would settle most open persons: a sentence each, and its details.

    Args:
        exact: whether more may be counted than what `shown` has.
    """
    found: list[tuple[str, list[str]]] = [
        (line, []) for line in _dates_missing(screening, shown, exact=exact)
    ]
    found += _waits(screening, shown, exact=exact)
    held = [c for c in screening.protocol.criteria if c.state not in _JUDGED]
    if held:
        number = "One criterion is" if len(held) == 1 else f"{len(held)} criteria are"
        found.append(
            (
                f"{number} held back (lost on the registry page, not in the data, or not written "
                "yet): nobody is eligible before a person supplies or confirms it.",
                [_named(criterion) for criterion in held],
            )
        )
    if screening.code_gaps():
        found.append(("Codes leave open whether something is absent: map them, or declare.", []))
    return found


def _nobody_dated(screening: Screening, shown: ShownScreening, *, exact: bool) -> str:
    """What is said where nobody has a day of screening."""
    persons = len(screening.person_ids)
    undated = _undated(screening) if exact else number_of(_lacking(shown))
    if undated == 0 or undated < (persons if exact else number_of(shown.persons)):
        return ""
    return _undated_line(screening, undated, exact=exact)


def _dates_missing(screening: Screening, shown: ShownScreening, *, exact: bool) -> list[str]:
    """Who lacks the day of screening, or another named date that a criterion asks for."""
    found = []
    lacking = _lacking(shown)
    undated = _undated(screening) if exact else 0
    if undated:
        found.append(_undated_line(screening, undated, exact=True))
    if number_of(lacking) > undated:
        found.append(
            f"{lacking} of {shown.persons} persons lack a named date of the study: what is asked "
            "of that day stays open. Give the dates."
        )
    return found


def _undated(screening: Screening) -> int:
    protocol = screening.protocol
    return undated_persons(screening.facts, protocol.id, protocol.default_anchor)


def _undated_line(screening: Screening, undated: int, *, exact: bool) -> str:
    again = (
        f"remit report {screening.protocol.name} --facts DATASET --out FOLDER "
        "--screening-date last-visit"
    )
    return undated_line(undated, len(screening.person_ids), again, exact=exact)


def _lacking(shown: ShownScreening) -> str:
    """How many lack a named date that the criterion asks for of which most lack one."""
    counts = (found.get(Reason.NO_ANCHOR.word, "0") for found in shown.reasons.values())
    return max(counts, key=number_of, default="0")


def _waits(
    screening: Screening, shown: ShownScreening, *, exact: bool
) -> list[tuple[str, list[str]]]:
    """For which signatures and which records most persons wait."""
    signed, recorded = [], []
    for criterion in screening.protocol.criteria:
        if criterion.state not in _JUDGED:
            continue
        counts = _open_counts(screening, criterion) if exact else dict(shown.reasons[criterion.id])
        waits = counts.pop(Reason.NEEDS_ATTESTATION.word, "0")
        if number_of(waits):
            signed.append((criterion, waits, _asked(screening.protocol, criterion)))
        counts.pop(Reason.NO_ANCHOR.word, None)
        if counts:
            word = max(counts, key=lambda word: number_of(counts[word]))
            if number_of(counts[word]):
                why = next(REASON[reason] for reason in Reason if reason.word == word)
                recorded.append((criterion, counts[word], why))
    who = "open persons" if exact else "persons, eligible or not"
    found = []
    for rows, said in (
        (recorded, f"Records: most {who} wait for"),
        (signed, f"Signatures: most {who} wait for"),
    ):
        if rows:
            rows.sort(key=lambda row: -number_of(row[1]))
            lines = [
                f"{_named(criterion)}: {count}{f', {why}' if why else ''}"
                for criterion, count, why in rows[:MOST_REASONS]
            ]
            more = len(rows) - len(lines)
            said += f" (the first {len(lines)} of {len(rows)} criteria):" if more else ":"
            found.append((said, lines))
    only = [cohort for cohort in shown.cohorts if number_of(cohort.waiting)]
    for cohort in only:
        of = f" of cohort {cohort.cohort}" if cohort.cohort else ""
        found.append(
            (
                f"{cohort.waiting} of the {cohort.undetermined} open persons{of} wait only for a "
                "signature or a better source: no further record would help them.",
                [],
            )
        )
    return found


def _asked(protocol: Protocol, criterion: Criterion) -> str:
    """Who has to sign what a criterion asks."""
    asked = {
        signature.asks: None
        for name, signature in protocol.attestations.items()
        if re.search(rf"\b{name}\b", criterion.expression or "")
    }
    return f"asks {', '.join(asked)}" if asked else ""


def _open_counts(screening: Screening, criterion: Criterion) -> dict[str, str]:
    """Reason -> how many persons who are open at best wait for this criterion."""
    waiting = best_standings(screening) == Standing.UNDETERMINED
    waiting &= screening.statuses[criterion.id] == Status.UNKNOWN
    column = screening.reasons[criterion.id]
    numbers = np.bincount(column.kind[waiting], minlength=len(column.kinds)).tolist()
    counts: dict[str, int] = {}
    for mask, number in zip(column.kinds.tolist(), numbers, strict=True):
        for reason in reasons_of_mask(mask) if number else ():
            counts[reason.word] = counts.get(reason.word, 0) + number
    return {word: f"{number:,}" for word, number in counts.items()}


def _named(criterion: Criterion) -> str:
    return f"{criterion.id} {short_text(criterion.text, width=100).rstrip('.')}"
