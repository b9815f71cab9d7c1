"""The variables of safety analyses in words: what counts, by which rule."""

from __future__ import annotations

from collections.abc import Iterator

from remit.analysis.plan.change_rules import change_rule
from remit.protocol.analysis_sections import Analysis, EventsVariable, LiverVariable, ShiftVariable


def safety_variable(analysis: Analysis) -> str:
    """What a shift or a peak of liver values answers."""
    if analysis.shift is not None:
        return shift_words(analysis.shift, analysis.visits)
    if analysis.adverse_events is not None:
        return event_words(analysis.adverse_events)
    assert analysis.liver is not None
    return liver_words(analysis.liver)


def shift_words(shift: ShiftVariable, visits: tuple[str, ...]) -> str:
    """When a change counts as significant, and where it is looked for."""
    at = ", ".join(visits) if visits else "any recorded visit after baseline, the worst one"
    return f"a significant change at {at}: {'; '.join(_rules(shift))}"


def _rules(shift: ShiftVariable) -> Iterator[str]:
    if shift.instrument is not None:
        tests = f" of {', '.join(shift.tests)}" if shift.tests else ""
        grades = "one grade" if shift.rise == 1 else f"{shift.rise} grades"
        yield f"a {shift.instrument} grade{tests} worse than at baseline by {grades} or more"
    for limits in shift.limits:
        yield change_rule(limits).significant


def event_words(asked: EventsVariable) -> str:
    """Which adverse events count, and from when to when."""
    kinds = [name for name in ("serious", "related", "fatal") if getattr(asked, name)]
    if asked.emergent:
        kinds.append("treatment-emergent (by the source)")
    told = [f"an adverse event{', ' if kinds else ''}{', '.join(kinds)}"]
    if asked.withdrawn:
        told.append("for which a treatment was withdrawn")
    if asked.grade is not None:
        words = f" (or {' or '.join(asked.severity)} without a grade)" if asked.severity else ""
        told.append(f"of CTCAE grade {asked.grade} or more{words}")
    if asked.terms:
        told.append(f"named {' or '.join(asked.terms)}")
    if asked.body_systems:
        told.append(f"of {' or '.join(asked.body_systems)}")
    told.append(f"that began {_span(asked)}")
    return f"{' '.join(told)}; persons and events by body system and term, and by 100 person-years"


def _span(asked: EventsVariable) -> str:
    since = f"on the day of {asked.since} or after it"
    undated = " (without such a date: as long as the person is watched)" if asked.until else ""
    if asked.within is not None:
        return f"{since}, and within {asked.within} after {asked.until or asked.since}{undated}"
    if asked.until is not None:
        return f"{since}, and up to {asked.until}{undated}"
    return f"{since}, as long as the person is watched"


def liver_words(liver: LiverVariable) -> str:
    """What the range of Hy's law is."""
    return (
        f"the range of Hy's law: the highest {' or '.join(liver.transaminases)} after baseline at "
        f"least {liver.at:g} times its upper limit of normal, and the highest {liver.bilirubin} "
        f"above {liver.above:g} times; alkaline phosphatase is not read, so that cholestasis is "
        "not told apart"
    )
