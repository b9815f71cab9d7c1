"""A protocol as plain text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from remit.criteria.parameters import with_values
from remit.protocol.bound import BoundProtocol
from remit.protocol.protocol_sections import Visit
from remit.protocol.schema import Criterion, Protocol
from remit.terminal import visible_text


def _wrapped(text: str, *, indent: str, width: int, first: str | None = None) -> str:
    return textwrap.fill(
        " ".join(text.split()),
        width=width,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _time_of(visit: Visit) -> str:
    return f"week {visit.week}" if visit.week is not None else f"month {visit.month}"


def _heads(criterion: Criterion) -> str:
    cohorts = f" [{', '.join(criterion.cohorts)}]" if criterion.cohorts else ""
    return "; ".join((f"{criterion.state}{cohorts}", *map(str, criterion.sources)))


def _expression_lines(expression: str, protocol: Protocol, width: int) -> Iterator[str]:
    """An expression as written and, where it names parameters, with their values."""
    indent = " " * 11
    yield _wrapped(expression, indent=indent, width=width)
    read = with_values(expression, protocol.literal_texts())
    if read != expression:
        yield _wrapped(f"that is: {read}", indent=indent, width=width)


def _criteria_lines(protocol: Protocol, width: int) -> Iterator[str]:
    for kind in ("inclusion", "exclusion"):
        chosen = [criterion for criterion in protocol.criteria if criterion.kind == kind]
        yield f"\n{kind.capitalize()} ({len(chosen)})"
        for criterion in chosen:
            indent = " " * 9
            first = f"  {criterion.id:<7}"
            yield _wrapped(criterion.text, indent=indent, width=width, first=first)
            yield _wrapped(_heads(criterion), indent=indent, width=width)
            if criterion.expression is not None:
                yield from _expression_lines(criterion.expression, protocol, width)


# What a criterion of such a state still needs, in the words of `remit protocol check`.
_OPEN = {
    "not_written": "no expression yet",
    "incomplete": "the page lost a part",
    "lossy_operator": "the page lost a comparison sign",
}


def soundness_lines(bound: BoundProtocol, file: str) -> tuple[str, ...]:
    """That a study is sound, its criteria by state, and those that hold everybody open."""
    named: dict[str, list[str]] = {}
    for item in bound.criteria:
        named.setdefault(item.criterion.state, []).append(item.criterion.id)
    counts = ", ".join(f"{len(ids)} {state}" for state, ids in named.items())
    head = f"{file}: sound; {len(bound.criteria)} criteria ({counts})"
    left = [
        _wrapped(f"open, {why}: {', '.join(named[state])}", indent="  ", width=80, first="")
        for state, why in _OPEN.items()
        if state in named
    ]
    return tuple(visible_text(line) for line in (head, *left))


def describe_protocol(protocol: Protocol, *, width: int = 100) -> str:
    """The study as plain text: what it asks, what was decided and from which lines.

    >>> from remit.protocol import protocol_named
    >>> print(describe_protocol(protocol_named("nct06904729")).splitlines()[0])
    NCT06904729: CD19 CAR-T cells in children with refractory lupus nephritis
    """
    lines = [
        f"{protocol.id}: {protocol.title}",
        f"{protocol.design.type}; {protocol.sponsor}; {protocol.status}; "
        f"target {protocol.target_enrolment}",
        "",
        _wrapped(protocol.summary, indent="", width=width),
    ]
    groups = (*protocol.cohorts, *protocol.arms)
    if groups:
        lines.append("\nGroups")
        lines += [
            _wrapped(f"{g.id}: {g.label}. {g.text}", indent="    ", width=width, first="  ")
            for g in groups
        ]
    lines.append("\nNamed dates")
    lines += [
        _wrapped(f"{name}: {text}", indent="    ", width=width, first="  ")
        for name, text in protocol.anchors.items()
    ]
    own = (*protocol.files.concepts, *protocol.files.units, *protocol.files.definitions)
    if own:
        lines.append("\nFiles of its own")
        lines += [_wrapped(name, indent="    ", width=width, first="  ") for name in own]
    lines += _criteria_lines(protocol, width)
    lines.append("\nParameters: what the registry leaves open")
    for name, parameter in protocol.parameters.items():
        changed = " (changed)" if name in protocol.choices else ""
        head = f"{name} = {protocol.setting(name)}{changed}: {parameter.text}"
        lines.append(_wrapped(head, indent="    ", width=width, first="  "))
        lines.append(_wrapped(parameter.ground, indent="      ", width=width))
        others = [option for option in parameter.options if option != protocol.setting(name)]
        if others:
            lines.append(_wrapped(f"or: {', '.join(others)}", indent="      ", width=width))
    if protocol.visits:
        lines.append("\nVisits")
        lines += [
            f"  {v.id}: {_time_of(v)} after {v.anchor}, ± {protocol.visit_window_days(v.id)} days"
            for v in protocol.visits
        ]
    lines.append("\nOutcomes")
    lines += [
        _wrapped(
            f"{o.type}: {o.name} ({o.time_frame}; {o.state}). {o.measure}",
            indent="    ",
            width=width,
            first="  ",
        )
        for o in protocol.outcomes
    ]
    if protocol.notes:
        lines.append("\nNotes")
        lines += [
            _wrapped(note, indent="    ", width=width, first="  - ") for note in protocol.notes
        ]
    return visible_text("\n".join(lines) + "\n")
