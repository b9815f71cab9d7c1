"""The words, signs and cells in which results are shown, the same in every view."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from remit.criteria.evidence import Evidence
from remit.criteria.settlers import Settler
from remit.facts.deaths import death_words
from remit.facts.dictionary import packaged_dictionary
from remit.facts.tables import FEMALE, MALE
from remit.instruments.catalogue import FINDING_VALUES
from remit.protocol.schema import Criterion
from remit.screening.code_gaps import CodeGaps, concepts_by_table
from remit.screening.cohort_counts import ShownCohort, ShownStep
from remit.screening.explanation import CriterionFinding, Explanation
from remit.screening.reason_words import REASON as REASON
from remit.screening.study_screenings import Screening, Standing
from remit.terminal import plain_text, short_text
from remit.truth import Reason, Status
from remit.units import number_text

if TYPE_CHECKING:
    from remit.instruments.bound_instrument import BoundInstrument
    from remit.instruments.instrument import Item

GLYPH: Mapping[Status, str] = {
    Status.MET: "✓",
    Status.NOT_MET: "✗",
    Status.UNKNOWN: "?",
    Status.NOT_APPLICABLE: "–",
}
WORD: Mapping[Status, str] = {
    Status.MET: "met",
    Status.NOT_MET: "not met",
    Status.UNKNOWN: "unknown",
    Status.NOT_APPLICABLE: "not applicable",
}
EVIDENCE_HEAD = ("table", "row", "date", "recorded", "read as", "meaning")
COUNTS = ("entering", "excluded", "passed", "unknown", "not_applicable", "remaining", "certain")
HEAD_COUNTS = ("eligible", "undetermined", "not_eligible", "waiting")
STEP_HEAD = ("id", "kind", "criterion", *COUNTS[:4], "n/a", *COUNTS[5:])


@cache
def _code_labels() -> Mapping[int, str]:
    labels: dict[int, str] = {FEMALE: "female", MALE: "male"}
    labels.update({code: name.replace("_", " ") for name, code in FINDING_VALUES.items()})
    for concept in packaged_dictionary().concepts.values():
        labels.update({v.omop: v.label for v in concept.values.values()})
        labels.update({c.omop: c.name for c in concept.codes if c.omop is not None})
    return labels


def evidence_cells(evidence: Evidence) -> tuple[str, ...]:
    """The texts under `EVIDENCE_HEAD` for one record."""
    recorded = evidence.text or ""
    if evidence.number is not None:
        # A number without a unit that was read all the same is a score, a count or a titre.
        unit = evidence.unit or ("" if evidence.value is not None else "(no unit)")
        recorded = f"{number_text(evidence.number)} {unit.strip('{}')}".strip()
        if evidence.text and evidence.text.strip() != number_text(evidence.number):
            recorded += f" ({evidence.text})"
    read = ""
    if evidence.value is not None:
        read = f"{number_text(evidence.value)} {(evidence.value_unit or '').strip('{}')}".strip()
    meaning = ""
    if evidence.code is not None:
        known = evidence.label or _code_labels().get(evidence.code)
        meaning = known or f"OMOP {evidence.code}"
    origin = None if evidence.origin is None else evidence.origin.words
    strengths = [strength.words for strength in evidence.strengths]
    source = "; ".join(part for part in (origin, evidence.reference, *strengths) if part)
    if source:
        meaning = f"{meaning} ({source})" if meaning else f"({source})"
    cells = (evidence.table, str(evidence.row), evidence.days, recorded, read, meaning)
    return tuple(plain_text(cell) for cell in cells)


def settler_text(settler: Settler) -> str:
    """One sentence: the fact, and what the criterion would then be."""
    parts = [
        f"{WORD[then]} if it is {word}"
        for then, word in ((settler.if_met, "met"), (settler.if_not_met, "not met"))
        if then is not Status.UNKNOWN
    ]
    return plain_text(f"{settler.text} ({', '.join(parts)})")


def mark_of(criterion: Criterion, status: Status) -> str:
    """Whether an answer lets a person in or keeps her out: one mark for both kinds of criteria."""
    if status in {Status.UNKNOWN, Status.NOT_APPLICABLE}:
        return GLYPH[status]
    lets_in = (status is Status.MET) == (criterion.kind == "inclusion")
    return GLYPH[Status.MET if lets_in else Status.NOT_MET]


def verdict_text(finding: CriterionFinding) -> str:
    """The mark, what it means for the person, and the answer of the criterion."""
    meaning = {True: "lets in", False: "keeps out", None: "open"}[finding.passes]
    return f"{mark_of(finding.criterion, finding.status)} {meaning}: {WORD[finding.status]}"


def criterion_name(criterion: Criterion) -> str:
    """Id, kind, and the cohorts that it concerns where these are not all."""
    only = f" of cohort {', '.join(criterion.cohorts)}" if criterion.cohorts else ""
    return f"{criterion.id} {criterion.kind}{only}"


def reasons_text(reasons: Iterable[Reason]) -> str:
    return "; ".join(REASON[reason] for reason in sorted(reasons))


def standing_text(explanation: Explanation) -> str:
    """Where the person stands, cohort by cohort."""
    if explanation.died is not None:
        said = death_words(explanation.died, explanation.died_between)
        return f"{Standing.NOT_ELIGIBLE.word}: {said}"
    said = "; ".join(
        f"{cohort}: {standing.word}" if cohort else standing.word
        for cohort, standing in explanation.standings.items()
    )
    between = explanation.died_between
    return said if between is None else f"{said} ({death_words(None, between)})"


def head_text(shown: ShownCohort) -> str:
    """A cohort's counts in one line."""
    waiting = ""
    if shown.waiting != "0":
        waiting = f", of whom {shown.waiting} wait only for a signature or a better source"
    died = f" ({shown.died} of them died before)" if shown.died != "0" else ""
    return (
        f"{shown.eligible} eligible, {shown.not_eligible} not eligible{died}, "
        f"{shown.undetermined} undetermined{waiting} (n = {shown.persons})"
    )


def gap_lines(gaps: CodeGaps, *, exact: bool) -> tuple[str, ...]:
    """What the codes of a dataset leave open, a line each; nothing where nothing is open.

    Args:
        exact: whether numbers of rows and persons may be told.
    """
    if not gaps:
        return ()
    lines = ["The codes of this dataset leave open whether something is absent (code_unresolved):"]
    for table, concepts in concepts_by_table(gaps).items():
        criteria = dict.fromkeys(
            name for item in gaps.concepts if item.table == table for name in item.criteria
        )
        lines.append(
            f"- {table} carries no code of {', '.join(concepts)}, and does not declare that it "
            f"could. Criteria: {', '.join(criteria)}."
        )
    for item in gaps.tables:
        who = f"{item.rows:,} rows of {item.persons:,} persons" if exact else "rows of some persons"
        codes = f"one of {item.codes:,} codes" if exact else "a code"
        lines.append(
            f"- {item.table}: {who} have {codes} that nobody knows. "
            f"Criteria: {', '.join(item.criteria)}."
        )
    lines.append(
        "Import the data with their vocabulary (--vocabulary FOLDER), or say which tables carry "
        "standard codes alone (--mapped TABLE)."
    )
    return tuple(plain_text(line) for line in lines)


def step_counts(step: ShownStep) -> tuple[str, ...]:
    """The counts of a step, in the order of `COUNTS`."""
    return tuple(getattr(step, name) for name in COUNTS)


def step_cells(screening: Screening, step: ShownStep, *, width: int) -> tuple[str, ...]:
    """The texts under `STEP_HEAD` for one step."""
    criterion = screening.protocol.criterion(step.criterion)
    words = short_text(criterion.text, width=width)
    return (criterion.id, f"{criterion.kind[:4]}.", words, *step_counts(step))


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part of an expression, or the items of one score together, which list no records.

    Attributes:
        rows: its records as `evidence_cells`.
    """

    text: str
    rows: tuple[tuple[str, ...], ...]
    is_items: bool = False


def record_parts(
    finding: CriterionFinding, *, items: bool = False, deciding: bool = False
) -> tuple[ShownPart, ...]:
    """Each part of the expression once: its answer and text, and its records.

    Args:
        items: show each item of a score; else one line stands for them, with the total.
        deciding: leave out the parts on which the answer does not rest.
    """
    parts: dict[str, ShownPart] = {}
    for leaf in finding.leaves:
        if deciding and not leaf.decides:
            continue
        if leaf.score is not None and not items:
            text = items_text(finding, leaf.score)
            parts[text] = ShownPart(text, (), is_items=True)
            continue
        text = f"{WORD[leaf.status]}: {plain_text(leaf.text)}"
        rows = tuple(dict.fromkeys(evidence_cells(item) for item in leaf.evidence))
        parts[text] = ShownPart(text, rows)
    return tuple(parts.values())


def items_text(finding: CriterionFinding, score: str) -> str:
    """The items of a score in one line: how many say what, and the total that they give."""
    leaves = {leaf.text: leaf for leaf in finding.leaves if leaf.score == score}
    answers = [leaf.status for leaf in leaves.values()]
    counts = ", ".join(
        f"{answers.count(status)} {WORD[status]}" for status in Status if status in answers
    )
    text = f"{score} from its items: "
    total = finding.totals.get(score)
    if total is not None:
        low, high = (number_text(float(end)) for end in (total.low, total.high))
        text += f"total {low}; " if low == high else f"total {low} to {high}; "
    return plain_text(f"{text}{len(leaves)} read, {counts}")


def missing_lines(finding: CriterionFinding, *, items: bool = False) -> tuple[str, ...]:
    """Why a finding is unknown, part by part, and what would settle it; empty when it is known.

    Args:
        items: name each item of a score; else one line stands for them.
    """
    if finding.status is not Status.UNKNOWN:
        return ()
    # A part whose answer is the criterion's, or its opposite, needs no line of its own.
    alone = {item.text for item in finding.settlers if Status.UNKNOWN not in _answers(item)}
    folded = {leaf.text: leaf.score for leaf in finding.leaves if leaf.score and not items}
    parts: dict[str, None] = {}
    for leaf in finding.leaves:
        if leaf.status is Status.UNKNOWN and leaf.reason is not None:
            if leaf.text in folded:
                parts[_items_missing(finding, folded[leaf.text])] = None
                continue
            settles = "; this alone would settle it" if leaf.text in alone else ""
            parts[f"missing: {plain_text(leaf.text)}: {REASON[leaf.reason]}{settles}"] = None
    lines = tuple(parts) or (f"missing: {reasons_text(finding.reasons)}",)
    settled: dict[str, None] = {}
    for item in finding.settlers:
        if item.text in folded:
            settled[f"one item of {folded[item.text]} may settle it"] = None
        elif item.text not in alone:
            settled[f"would be settled by {settler_text(item)}"] = None
    if not finding.settlers and finding.leaves:
        settled = {"no single fact would settle it": None}
    return (*lines, *settled)


def _items_missing(finding: CriterionFinding, score: str) -> str:
    of_score = {leaf.text: leaf for leaf in finding.leaves if leaf.score == score}
    open_items = [leaf for leaf in of_score.values() if leaf.status is Status.UNKNOWN]
    reasons = {leaf.reason for leaf in open_items if leaf.reason is not None}
    what = f"{len(open_items)} of the {len(of_score)} items of {score}"
    return f"missing: {what}: {reasons_text(reasons)}"


def _answers(settler: Settler) -> tuple[Status, Status]:
    return settler.if_met, settler.if_not_met


def values_read(bound: BoundInstrument) -> list[tuple[str, str]]:
    """What a form may give beside the items: the name, and the unit or the answers."""
    items = {item.id for item in bound.instrument.items}
    found = []
    for name, measure in bound.inputs.measures.items():
        if name not in items:
            units = ", ".join(unit for unit, _ in measure.multipliers)
            found.append((name, f"a number in {units}" if units else "a number"))
    found += [
        (name, ", ".join(category.values))
        for name, category in bound.inputs.categories.items()
        if name not in items
    ]
    found += [(name, "a dose a day in mg/d") for name in bound.inputs.doses]
    found += [(name, "a number of days") for name in bound.inputs.dose_days]
    people = {"age": "years", "sex": "female, male"}
    return found + [(name, people[name]) for name in sorted(bound.inputs.people)]


def answers_text(item: Item) -> str:
    """The answers that an item takes."""
    match item.type:
        case "finding":
            return "present, absent, not_attributed"
        case "grade":
            return f"{item.lowest} to {item.highest}"
        case "choice":
            return ", ".join(item.values)
        case "quantity":
            return "a number with its unit"
        case "dose":
            return "a dose a day"


def undated_line(undated: int, persons: int, command: str, *, exact: bool) -> str:
    """What is wrong with data whose persons have no screening date, and the command that mends it.

    >>> undated_line(1, 1, "remit screen …", exact=True)
    '1 of 1 person has no screening date: the criteria cannot be answered. Give one: remit screen …'
    """
    if not exact:
        head = "Persons have no screening date: their"
    elif persons == 1:
        head = "1 of 1 person has no screening date: the"
    else:
        has = "has" if undated == 1 else "have"
        head = f"{undated:,} of {persons:,} persons {has} no screening date: their"
    return f"{head} criteria cannot be answered. Give one: {command}"
