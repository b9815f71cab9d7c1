"""Records and trials as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from textwrap import fill

from remit.registry.record import CriterionText, OutcomeText, Record
from remit.registry.trials.differences import plain_value
from remit.registry.trials.trial import LinkDecision, MergedCriterion, Trial
from remit.terminal import visible_text

WIDTH = 100


def describe_record(record: Record) -> str:
    """The record as lines of text: fields, criteria and outcomes with their page lines and flags.

    Example:
        >>> from remit.registry import fixture_pages, read_page
        >>> describe_record(read_page(fixture_pages()[0])).splitlines()[1]
        'format: clinconnect'
    """
    lines = [f"page: {record.source}", f"format: {record.format}", ""]
    for field in record.fields:
        if field.state == "heading":
            continue
        said = {"no_value": "(label without a value)", "not_given": "(the page gives none)"}.get(
            field.state, plain_value(field.value)
        )
        lines.append(_entry(f"line {field.span}", field.name, said))
    if record.cohorts:
        lines += ["", "cohorts:"]
        lines += [_entry(f"line {c.span}", f"cohort {c.number}", c.title) for c in record.cohorts]
    if record.criteria:
        lines += ["", "criteria:"]
        lines += [_criterion(item) for item in record.criteria]
    if record.outcomes:
        lines += ["", "outcomes:"]
        for item in record.outcomes:
            name = f"{item.type}{_marks(sorted(item.flags))}"
            lines.append(_entry(f"line {item.span}", name, _outcome(item)))
    lines += ["", _account(record)]
    lines += [f"note: {note}" for note in record.notes]
    return visible_text("\n".join(lines))


def describe_file(records: Iterable[Record]) -> str:
    """A file's one record whole; of several, a line each and how many there are.

    Example:
        >>> from remit.registry import fixture_pages, read_records
        >>> describe_file(read_records(fixture_pages()[0])).splitlines()[1]
        'format: clinconnect'
    """
    found = iter(records)
    first, second = next(found, None), next(found, None)
    if first is None:
        return "no trial in this file"
    if second is None:
        return describe_record(first)
    lines = [_line(record) for record in chain((first, second), found)]
    return visible_text("\n".join([*lines, f"{len(lines):,} trials ({first.format})"]))


def _line(record: Record) -> str:
    ids = ", ".join(one.number for one in record.own_ids) or "no number"
    title = record.value("title") or record.value("title_official") or "without a title"
    return fill(f"{ids}  {title}", WIDTH, max_lines=1, placeholder=" …")


def describe_trial(trial: Trial) -> str:
    """The trial as lines of text: pages, chosen values, repairs, disagreements and decisions.

    Example:
        >>> from remit.registry import fixture_pages, link_records, read_page
        >>> text = describe_trial(link_records([read_page(fixture_pages()[0])])[0])
        >>> text.splitlines()[0]
        'trial told by 1 page:'
    """
    count = len(trial.records)
    lines = [f"trial told by {count} page{'s' if count > 1 else ''}:"]
    lines += [f"  {record.source} ({record.format})" for record in trial.records]
    lines.append("")
    short = {record.source: record.source.rpartition("/")[2] for record in trial.records}
    for field in trial.fields:
        if field.values and field.chosen_source is not None:
            said = "; ".join(plain_value(value) for value in field.values[:4])
            more = f"; and {len(field.values) - 4} more" if len(field.values) > 4 else ""
            lines.append(_entry(short[field.chosen_source], field.name, said + more))
    if trial.criteria:
        lines += ["", "criteria:"]
        lines += [_merged(item, short) for item in trial.criteria]
    if trial.outcomes:
        lines += ["", "outcomes:"]
        for item in trial.outcomes:
            name = f"{item.outcome.type}{_marks(sorted(item.outcome.flags))}"
            place = f"{short[item.source]} line {item.outcome.span}"
            lines.append(_entry(place, name, _outcome(item.outcome)))
    lines += ["", f"disagreements: {len(trial.disagreements) or 'none'}"]
    lines += [_wrap(f"{item.name}: {item.detail}") for item in trial.disagreements]
    if trial.decisions:
        lines += ["", "pairs compared:"]
        lines += [_decision(item) for item in trial.decisions]
    return visible_text("\n".join(lines))


def _entry(place: str, name: str, said: str) -> str:
    return _wrap(f"{name} ({place}): {' '.join(said.split())}")


def _wrap(text: str) -> str:
    return fill(
        text,
        WIDTH,
        initial_indent="  ",
        subsequent_indent="      ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _marks(flags: list[str]) -> str:
    return "".join(f" [{flag}]" for flag in flags)


def _criterion(item: CriterionText) -> str:
    cohort = f" cohort {item.cohort}" if item.cohort else ""
    indent = "  " * item.key.rpartition("I")[2].rpartition("E")[2].count(".")
    name = f"{indent}{item.key} {item.kind}{cohort}{_marks(sorted(item.flags))}"
    return _entry(f"line {item.span}", name, item.text)


def _outcome(item: OutcomeText) -> str:
    said = item.measure + (f" [{item.time_frame}]" if item.time_frame else "")
    return f"{said}: {item.description}" if item.description else said


def _merged(item: MergedCriterion, short: dict[str, str]) -> str:
    name = f"{item.key} {item.kind}{_marks(sorted(item.flags))}"
    place = f"{short[item.source]} line {item.span}"
    if item.repair:
        place += f"; repairs {short[item.repair.lossy_source]} line {item.repair.lossy_span}"
    return _entry(place, name, item.text)


def _decision(item: LinkDecision) -> str:
    verdict = "linked" if item.linked else "a question" if item.questions else "not linked"
    reasons = [f"{e.field} {e.similarity:g} ({e.score:+g})" for e in item.evidence]
    vetoes = [f"veto {v.rule}: {v.detail}" for v in item.vetoes]
    asked = [f"one trial although {q.rule}: {q.detail}?" for q in item.questions]
    said = ", ".join((*reasons, *vetoes, *asked)) or "nothing to compare"
    return _wrap(f"{item.left} + {item.right}: {verdict}, score {item.score:g}; {said}")


def _account(record: Record) -> str:
    dropped = len(record.dropped)
    boilerplate = sum(item.reason == "boilerplate" for item in record.unparsed)
    strange = len(record.unparsed) - boilerplate
    return (
        f"left out: {dropped} pieces of personal data, {boilerplate} lines of boilerplate, "
        f"{strange} lines not understood"
    )
