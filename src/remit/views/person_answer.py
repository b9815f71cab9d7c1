"""A person's answer in one line, what decided it, and the rest folded into a line a group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from remit.facts.deaths import death_words
from remit.screening.explanation import CriterionFinding, Explanation
from remit.screening.missing_words import Missing
from remit.screening.study_screenings import Standing
from remit.terminal import plain_text
from remit.truth import Reason, Status

_TOLD = 2  # causes that the answer tells; of more it says how many there are
_NAMED = 4  # criteria that the answer names
_FIRST = ("date", "record", "source")  # which missing fact is asked for before others


def answer_lines(explanation: Explanation) -> tuple[str, ...]:
    """The answer, a line a cohort; cohorts with the same answer share one."""
    if explanation.died is not None:
        said = death_words(explanation.died, explanation.died_between)
        return (f"Not eligible: {said}",)
    cohorts: dict[str, list[str]] = {}
    for cohort, standing in explanation.standings.items():
        cohorts.setdefault(_answer(explanation, cohort, standing), []).append(cohort or "")
    alone = len(cohorts) == 1
    return tuple(
        plain_text(text if alone else f"{', '.join(names)}: {text}")
        for text, names in cohorts.items()
    )


def _answer(explanation: Explanation, cohort: str | None, standing: Standing) -> str:
    asked = _asked(explanation, cohort)
    match standing:
        case Standing.ELIGIBLE:
            return "Eligible"
        case Standing.NOT_ELIGIBLE:
            return _why_not([finding for finding in asked if finding.passes is False])
        case Standing.UNDETERMINED:
            unknown = [finding for finding in asked if finding.passes is None]
            if explanation.died_between is None:
                return _what_is_open(unknown)
            said = f"Open: {death_words(None, explanation.died_between)}"
            return f"{said}; {_what_is_open(unknown)}" if unknown else said


def _why_not(failing: Sequence[CriterionFinding]) -> str:
    first, *others = failing
    said = " and ".join(cause.words for cause in first.causes[:_TOLD])
    more = len(first.causes) - _TOLD
    also = f"; also {_some(_id_list(others))}" if others else ""
    said += f" and {more} more" if more > 0 else ""
    return f"Not eligible: {first.criterion.id}, {said or first.criterion.text.rstrip('.')}{also}"


def _what_is_open(unknown: Sequence[CriterionFinding]) -> str:
    """How many criteria are open, which fact would settle it first, and who must sign."""
    facts: dict[Missing, list[str]] = {}
    for finding in unknown:
        for fact in finding.missing:
            facts.setdefault(fact, []).append(finding.criterion.id)
    count = "1 criterion unknown" if len(unknown) == 1 else f"{len(unknown)} criteria unknown"
    said = [f"Open: {count} ({_some(_id_list(unknown))})"]
    first = min(
        (fact for fact in facts if fact.kind != "signature"),
        key=lambda fact: _FIRST.index(fact.kind),
        default=None,
    )
    if first is not None:
        said.append(f"what would settle it first: {_some(facts[first])}, {first.words}")
        if first.kind == "date":
            return "; ".join(said)  # what else is missing can only be said once it is there
    signatures: dict[str, list[str]] = {}
    for fact, criteria in facts.items():
        if fact.kind == "signature":
            signatures.setdefault(fact.who, []).extend(criteria)
    for who, criteria in signatures.items():
        said.append(f"{who} must sign {_some(list(dict.fromkeys(criteria)))}")
    return "; ".join(said)


def _asked(explanation: Explanation, cohort: str | None) -> list[CriterionFinding]:
    """The criteria of a cohort, or of the whole study."""
    return [
        finding
        for finding in explanation.findings
        if cohort is None or not finding.criterion.cohorts or cohort in finding.criterion.cohorts
    ]


def _id_list(findings: Iterable[CriterionFinding]) -> list[str]:
    return [finding.criterion.id for finding in findings]


def _some(names: Sequence[str]) -> str:
    """The first few names, and how many more there are.

    >>> _some(["I1", "I2", "I3", "E1", "E2", "E3"])
    'I1, I2, I3, E1 and 2 more'
    """
    more = len(names) - _NAMED
    if more < 2:
        return ", ".join(names)
    return f"{', '.join(names[:_NAMED])} and {more} more"


def decisive_findings(explanation: Explanation) -> tuple[CriterionFinding, ...]:
    """The criteria on which the answer rests: what keeps the person out, or what is open.

    Nothing where she is let in (every criterion did) or died before.
    """
    if explanation.died is not None:
        return ()
    answer = {Standing.NOT_ELIGIBLE: False, Standing.UNDETERMINED: None}
    decisive = {
        finding.criterion.id
        for cohort, standing in explanation.standings.items()
        if standing in answer
        for finding in _asked(explanation, cohort)
        if finding.passes is answer[standing] and not _waits_for_a_date(finding)
    }
    return tuple(finding for finding in explanation.findings if finding.criterion.id in decisive)


def _waits_for_a_date(finding: CriterionFinding) -> bool:
    """Whether a named date of the study is missing: no record can be read before it is there."""
    return finding.status is Status.UNKNOWN and Reason.NO_ANCHOR in finding.reasons


def folded_lines(findings: Sequence[CriterionFinding]) -> tuple[str, ...]:
    """One line for those that do the same: how many criteria do it, and which."""
    groups: dict[str, list[CriterionFinding]] = {
        words: []
        for words in (
            "keep the person out",
            "wait for a date",
            "are unknown",
            "let the person in",
            "do not apply",
        )
    }
    for finding in findings:
        groups[_what(finding)].append(finding)
    return tuple(
        plain_text(f"{_counted(found)} {_agreed(words, len(found))}: {', '.join(_id_list(found))}")
        for words, found in groups.items()
        if found
    )


def _what(finding: CriterionFinding) -> str:
    if finding.status is Status.NOT_APPLICABLE:
        return "do not apply"
    if _waits_for_a_date(finding):
        return "wait for a date"
    return {False: "keep the person out", None: "are unknown", True: "let the person in"}[
        finding.passes
    ]


def _counted(findings: Sequence[CriterionFinding]) -> str:
    return "1 criterion" if len(findings) == 1 else f"{len(findings)} criteria"


def _agreed(words: str, number: int) -> str:
    if number > 1:
        return words
    verb, *rest = words.split(" ")
    single = {"keep": "keeps", "are": "is", "let": "lets", "do": "does", "wait": "waits"}[verb]
    return " ".join((single, *rest))
