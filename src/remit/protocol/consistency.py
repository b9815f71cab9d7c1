"""Whether the parts of a protocol agree: ids, pages, cohorts, anchors, parameters, states."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from remit.errors import Place, ProtocolError
from remit.protocol.mentions import (
    days_of,
    form_of_literal,
    is_only_attested,
    is_window,
    names_in,
    unknown_name,
)
from remit.protocol.protocol_sections import ParameterChoice, SourceLines
from remit.protocol.schema import Criterion, Protocol

STATES_WITHOUT_EXPRESSION: frozenset[str] = frozenset({"incomplete", "not_in_data", "not_written"})
Faults = Iterator[ProtocolError]


def disagreements(protocol: Protocol) -> tuple[ProtocolError, ...]:
    """Every disagreement among the parts, each with file and line."""
    return tuple(fault for check in _CHECKS for fault in check(protocol))


def _check_ids(protocol: Protocol) -> Faults:
    lists: Mapping[str, Iterable[str]] = {
        "criteria": [c.id for c in protocol.criteria],
        "outcomes": [o.id for o in protocol.outcomes],
        "visits": [v.id for v in protocol.visits],
        "assays": [a.id for a in protocol.assays],
        "cohorts": [c.id for c in protocol.cohorts],
        "arms": [a.id for a in protocol.arms],
        "populations": [p.id for p in protocol.populations],
        "families": [f.id for f in protocol.families],
        "analyses": [a.id for a in protocol.analyses],
        "matchings": [one.id for one in protocol.matchings],
        "responder_comparisons": [one.id for one in protocol.responder_comparisons],
        "pages": [p.page for p in protocol.pages],
    }
    for key, ids in lists.items():
        seen: set[str] = set()
        for position, identifier in enumerate(ids):
            if identifier in seen:
                yield ProtocolError(
                    f"the id {identifier!r} stands twice under {key}",
                    expected="an id of its own for each",
                    got=identifier,
                    next_step="rename one of them",
                    place=protocol.place_of(key, position, "page" if key == "pages" else "id"),
                )
            seen.add(identifier)


def _cited(protocol: Protocol) -> Iterator[tuple[str, int, tuple[SourceLines, ...]]]:
    for key in ("criteria", "outcomes", "visits", "assays"):
        for position, item in enumerate(getattr(protocol, key)):
            yield key, position, item.sources


def _check_pages(protocol: Protocol) -> Faults:
    known = [page.page for page in protocol.pages]
    for key, position, sources in _cited(protocol):
        for source in sources:
            if source.page not in known:
                place = protocol.place_of(key, position, "sources")
                yield unknown_name("page", source.page, known, place)


def _check_groups_and_visits(protocol: Protocol) -> Faults:
    cohorts = [cohort.id for cohort in protocol.cohorts]
    visits = [visit.id for visit in protocol.visits]
    named = [
        *(
            (("criteria", i, "cohorts"), "cohort", c.cohorts)
            for i, c in enumerate(protocol.criteria)
        ),
        *(
            (("outcomes", i, "cohorts"), "cohort", o.cohorts)
            for i, o in enumerate(protocol.outcomes)
        ),
        *((("outcomes", i, "visits"), "visit", o.visits) for i, o in enumerate(protocol.outcomes)),
        *((("assays", i, "visits"), "visit", a.visits) for i, a in enumerate(protocol.assays)),
    ]
    for path, what, names in named:
        known = cohorts if what == "cohort" else visits
        for name in names:
            if name not in known:
                yield unknown_name(what, name, known, protocol.place_of(*path))
    yield from _check_analyses(protocol)
    yield from _check_matchings(protocol)
    yield from _check_comparisons(protocol)
    for position, cohort in enumerate(cohorts):
        if not protocol.criteria_of(cohort):
            yield ProtocolError(
                f"no criterion is asked of the cohort {cohort!r}, which would let everybody in",
                expected="a criterion that names the cohort, or one without cohorts",
                got="criteria of other cohorts only",
                next_step="add what the study asks of this cohort, or remove the cohort",
                place=protocol.place_of("cohorts", position, "id"),
            )
    for position, visit in enumerate(protocol.visits):
        if visit.anchor not in protocol.anchors:
            place = protocol.place_of("visits", position, "anchor")
            yield unknown_name("anchor", visit.anchor, protocol.anchors, place)
        if days_of(visit.window, protocol.literal_texts()) is None:
            yield ProtocolError(
                f"the window of the visit {visit.id!r} is not a number of days",
                expected="a text such as '7 days', or a $parameter that holds one",
                got=visit.window,
                next_step="write days or weeks, or declare the parameter as a literal",
                place=protocol.place_of("visits", position, "window"),
            )


def _check_matchings(protocol: Protocol) -> Faults:
    """Each name of a matching that the protocol does not declare."""
    known: Mapping[str, list[str]] = {
        "population": [population.id for population in protocol.populations],
        "controls": [cohort.id for cohort in protocol.cohorts],
        "age_at": list(protocol.anchors),
        "applies": [criterion.id for criterion in protocol.criteria],
    }
    words = {"controls": "cohort", "age_at": "anchor", "applies": "criterion"}
    for position, matching in enumerate(protocol.matchings):
        for key, names in known.items():
            name = getattr(matching, key)
            if name is not None and name not in names:
                place = protocol.place_of("matchings", position, key)
                yield unknown_name(words.get(key, key), name, names, place)


def _check_comparisons(protocol: Protocol) -> Faults:
    """Each name of a comparison of responders that the protocol does not declare."""
    known: Mapping[str, list[str]] = {
        "population": [population.id for population in protocol.populations],
        "visit": [visit.id for visit in protocol.visits],
        "outcome": [outcome.id for outcome in protocol.outcomes],
    }
    for position, comparison in enumerate(protocol.responder_comparisons):
        for key, names in known.items():
            name = getattr(comparison, key)
            if name is not None and name not in names:
                place = protocol.place_of("responder_comparisons", position, key)
                yield unknown_name(key, name, names, place)


def _check_analyses(protocol: Protocol) -> Faults:
    """Each name of an analysis that the protocol does not declare."""
    known: Mapping[str, list[str]] = {
        "population": [population.id for population in protocol.populations],
        "family": [family.id for family in protocol.families],
        "outcome": [outcome.id for outcome in protocol.outcomes],
        "visit": [visit.id for visit in protocol.visits],
        "arm": [arm.id for arm in protocol.arms],
    }
    for position, analysis in enumerate(protocol.analyses):
        named: Mapping[str, tuple[str, tuple[str | None, ...]]] = {
            "population": ("population", (analysis.population,)),
            "family": ("family", (analysis.family,)),
            "outcome": ("outcome", (analysis.outcome,)),
            "visits": ("visit", analysis.visits),
            "compare": ("arm", analysis.compare or ()),
        }
        for key, (what, names) in named.items():
            for name in names:
                if name is not None and name not in known[what]:
                    place = protocol.place_of("analyses", position, key)
                    yield unknown_name(what, name, known[what], place)
        if isinstance(analysis.definition, ParameterChoice):
            place = protocol.place_of("analyses", position, "id")
            yield from _check_choice(protocol, analysis.definition.parameter, {"name"}, place)


def _check_parameters(protocol: Protocol) -> Faults:
    for name, parameter in protocol.parameters.items():
        if parameter.type == "literal" and form_of_literal(parameter.packaged_setting) is None:
            yield ProtocolError(
                f"the value of the parameter {name!r} is not a literal of the language",
                expected="a duration, a quantity with a known unit, a titre or a number",
                got=parameter.packaged_setting,
                next_step="write it as '28 days', '1.0 g/g', '1:80' or '30'",
                place=protocol.place_of("parameters", name, "value"),
            )
    yield from protocol.faults_of_choices(protocol.choices)
    for name, definition in protocol.definitions.items():
        if not isinstance(definition, str):
            place = protocol.place_of("definitions", name)
            yield from _check_choice(protocol, definition.parameter, {"expression"}, place)
    for position, outcome in enumerate(protocol.outcomes):
        if outcome.definition is not None:
            place = protocol.place_of("outcomes", position, "definition")
            yield from _check_choice(
                protocol, outcome.definition.parameter, {"expression", "name"}, place
            )


def _check_choice(protocol: Protocol, name: str, types: set[str], place: Place) -> Faults:
    if name not in protocol.parameters:
        yield unknown_name("parameter", name, protocol.parameters, place)
    elif protocol.parameters[name].type not in types:
        yield ProtocolError(
            f"the parameter {name!r} cannot define this",
            expected=f"a parameter of type {' or '.join(sorted(types))}",
            got=f"type {protocol.parameters[name].type}",
            next_step="name another parameter, or change its type and options",
            place=place,
        )


def _check_windows(protocol: Protocol) -> Faults:
    if protocol.default_anchor not in protocol.anchors:
        place = protocol.place_of("default_anchor")
        yield unknown_name("anchor", protocol.default_anchor, protocol.anchors, place)
    windows: dict[tuple[str, ...], str] = {("windows", "default"): protocol.windows.default}
    windows |= {("windows", "concepts", c): text for c, text in protocol.windows.concepts.items()}
    for path, text in windows.items():
        place = protocol.place_of(*path)
        if not is_window(text):
            yield ProtocolError(
                "this is not a window",
                expected="a text such as '[screening - 28 days, screening]'",
                got=text,
                next_step="write two bounds in brackets; .. is no bound",
                place=place,
            )
        yield from _check_names(protocol, f"in {text}", place)


def _check_names(protocol: Protocol, text: str, place: Place) -> Faults:
    """Each name in an expression that the protocol does not declare."""
    names = names_in(text)
    literals = [n for n, p in protocol.parameters.items() if p.type == "literal"]
    for what, used, known in (
        ("anchor", names.anchors, protocol.anchors),
        ("literal parameter", names.literals, literals),
        ("attestation", names.attestations, protocol.attestations),
        ("definition", names.definitions, protocol.definitions),
    ):
        for name in dict.fromkeys(used):
            if name not in known:
                yield unknown_name(what, name, known, place)


def _check_entry(protocol: Protocol) -> Faults:
    entry = protocol.entry
    if entry is None:
        return
    for key in ("anchor", "observed_from", "observed_until"):
        name = getattr(entry, key)
        if name not in protocol.anchors:
            place = protocol.place_of("entry", key)
            yield unknown_name("anchor", name, protocol.anchors, place)
    if len(set(entry.dates)) < len(entry.dates):
        yield ProtocolError(
            "two dates of the entry have one name",
            expected="a name each for anchor, observed_from and observed_until",
            got=", ".join(entry.dates),
            next_step="rename one, and declare it under [anchors]",
            place=protocol.place_of("entry"),
        )
    for position, events in enumerate(entry.events):
        for name in names_in(events.expression or "").anchors:
            if name in protocol.anchors and name not in entry.dates:
                place = protocol.place_of("entry", "events", position, "expression")
                yield unknown_name("date of the entry", name, entry.dates, place)


def _expressions(protocol: Protocol) -> Iterator[tuple[str, Place]]:
    for position, events in enumerate(protocol.entry.events if protocol.entry else ()):
        if events.expression is not None:
            yield events.expression, protocol.place_of("entry", "events", position, "expression")
    for position, criterion in enumerate(protocol.criteria):
        if criterion.expression is not None:
            yield criterion.expression, protocol.place_of("criteria", position, "expression")
    for position, population in enumerate(protocol.populations):
        if population.expression is not None:
            yield population.expression, protocol.place_of("populations", position, "expression")
    for position, analysis in enumerate(protocol.analyses):
        if analysis.incidence is not None:
            yield (
                analysis.incidence.expression,
                protocol.place_of("analyses", position, "incidence"),
            )
        for text in analysis.strata:
            yield text, protocol.place_of("analyses", position, "strata")
    for name, definition in protocol.definitions.items():
        if isinstance(definition, str):
            yield definition, protocol.place_of("definitions", name)
    for name, parameter in protocol.parameters.items():
        if parameter.type == "expression":
            for option, text in parameter.options.items():
                yield text, protocol.place_of("parameters", name, "options", option)


def _check_expressions(protocol: Protocol) -> Faults:
    asked: set[str] = set()
    for text, place in _expressions(protocol):
        yield from _check_names(protocol, text, place)
        asked.update(names_in(text).attestations)
    for name in protocol.attestations:
        if name not in asked:
            yield ProtocolError(
                f"no expression asks for the attestation {name!r}",
                expected=f"an expression with 'attested {name}'",
                got="none",
                next_step="use it in a criterion, or remove it",
                place=protocol.place_of("attestations", name),
            )


def _misfit(criterion: Criterion) -> tuple[str, str, str] | None:
    """What a criterion's state expects, what was got and what to do; None when they fit."""
    if criterion.state in STATES_WITHOUT_EXPRESSION:
        if criterion.expression is not None:
            return ("no expression", "an expression", "remove it, or change the state")
        return None
    if criterion.expression is None:
        if criterion.state == "lossy_operator":
            return None
        return (
            "an expression",
            "none",
            "write the expression, or set the state to not_written, incomplete or not_in_data",
        )
    attested = is_only_attested(criterion.expression)
    if criterion.state == "needs_attestation" and not attested:
        return (
            "an expression of attested answers only",
            "one that reads data",
            "set the state to executable",
        )
    if criterion.state == "executable" and attested:
        return (
            "an expression that reads data",
            "one of attested answers only",
            "set the state to needs_attestation",
        )
    return None


def _check_states(protocol: Protocol) -> Faults:
    for position, criterion in enumerate(protocol.criteria):
        misfit = _misfit(criterion)
        if misfit is not None:
            expected, got, next_step = misfit
            yield ProtocolError(
                f"the state {criterion.state} of the criterion {criterion.id!r} does not fit it",
                expected=expected,
                got=got,
                next_step=next_step,
                place=protocol.place_of("criteria", position, "state"),
            )
    for key in ("criteria", "outcomes"):
        for position, item in enumerate(getattr(protocol, key)):
            if item.state == "lossy_operator" and item.confirmation is not None:
                yield ProtocolError(
                    f"{item.id!r} has a confirmation and the state lossy_operator",
                    expected="no confirmation while the sign is still lost",
                    got="both",
                    next_step="set the state to executable, or remove the confirmation",
                    place=protocol.place_of(key, position, "state"),
                )


_CHECKS: tuple[Callable[[Protocol], Faults], ...] = (
    _check_ids,
    _check_pages,
    _check_parameters,
    _check_groups_and_visits,
    _check_windows,
    _check_entry,
    _check_expressions,
    _check_states,
)
