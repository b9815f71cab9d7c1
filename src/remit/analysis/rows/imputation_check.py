"""Whether what a plan states of imputation can be carried out, and is all that must be stated."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from remit.analysis.plan.missing_rules import IMPUTING
from remit.errors import Place, ProtocolError
from remit.protocol.analysis_sections import Analysis
from remit.protocol.imputation_sections import BY_REFERENCE, Imputation

TIPPING, RANDOM = "tipping_point", "missing_at_random"
BACK = "return_to_baseline"
Where = Callable[[str], Place]


def imputation_faults(analysis: Analysis, place: Where) -> Iterator[ProtocolError]:
    """What is wrong with the imputation of an analysis.

    Args:
        place: key of the analysis -> where it stands.
    """
    imputing = [name for name in analysis.methods if name in IMPUTING]
    stated = analysis.imputation
    yield from _event_faults(analysis, place, imputes=bool(imputing))
    if stated is None:
        if imputing:
            yield ProtocolError(
                f"the analysis {analysis.id!r} imputes, and nothing says how often",
                expected="imputation = { imputations = 100, seed = 1 }",
                got=f"{imputing[0]} without `imputation`",
                next_step="state how often and from which seed; the rest follows from the events",
                place=place("methods"),
            )
        return
    if not imputing:
        yield ProtocolError(
            f"the analysis {analysis.id!r} states an imputation that no method of it makes",
            expected=f"one of {', '.join(sorted(IMPUTING))} among its methods",
            got=", ".join(analysis.methods),
            next_step="name such a method, or take `imputation` out",
            place=place("imputation"),
        )
        return
    if analysis.compare is None:
        yield ProtocolError(
            f"the analysis {analysis.id!r} imputes and compares nothing",
            expected="the two arms to compare",
            got="no `compare`",
            next_step="give `compare`, or describe each arm with its observed answers",
            place=place("imputation"),
        )
        return
    yield from _stated_faults(analysis, stated, place)


def _event_faults(analysis: Analysis, place: Where, *, imputes: bool) -> Iterator[ProtocolError]:
    for event in analysis.intercurrent:
        if event.imputed_as is None:
            continue
        if not imputes or event.strategy not in {"hypothetical", "treatment_policy"}:
            yield ProtocolError(
                f"answers after {event.event!r} are not imputed, so nothing is supposed of them",
                expected="a strategy hypothetical or treatment_policy, and a method that imputes",
                got=f"{event.strategy}, {', '.join(analysis.methods)}",
                next_step="take `imputed_as` out, or name a method that imputes",
                place=place("intercurrent"),
            )
        elif analysis.response is not None and event.imputed_as != RANDOM:
            yield _only_at_random(analysis, event.imputed_as, place("intercurrent"))


def _stated_faults(analysis: Analysis, stated: Imputation, place: Where) -> Iterator[ProtocolError]:
    assert analysis.compare is not None
    supposed = [event.imputed_as for event in analysis.intercurrent if event.imputed_as is not None]
    supposed += stated.sensitivity
    if stated.reference is not None and stated.reference not in analysis.compare:
        yield ProtocolError(
            f"the reference of {analysis.id!r} is none of the arms that it compares",
            expected=" or ".join(analysis.compare),
            got=stated.reference,
            next_step="name one of them",
            place=place("imputation"),
        )
    needing: list[str] = [one for one in supposed if one in BY_REFERENCE]
    needing += [TIPPING] if TIPPING in analysis.methods else []
    if needing and stated.reference is None:
        yield ProtocolError(
            f"the analysis {analysis.id!r} imputes by reference to an arm that it does not name",
            expected=f'imputation = {{ …, reference = "{analysis.compare[1]}" }}',
            got=f"{needing[0]} without `reference`",
            next_step="state the arm whose answers are the reference",
            place=place("imputation"),
        )
    if stated.shifts and TIPPING not in analysis.methods:
        yield ProtocolError(
            f"the analysis {analysis.id!r} states shifts that no method of it tries",
            expected=f"{TIPPING} among its methods",
            got=", ".join(analysis.methods),
            next_step=f"name {TIPPING}, or take `shifts` out",
            place=place("imputation"),
        )
    if analysis.response is not None:
        for how in stated.sensitivity:
            if how != RANDOM:
                yield _only_at_random(analysis, how, place("imputation"))
    if BACK in supposed and analysis.quantity is not None:
        quantity = analysis.quantity
        first = analysis.adjusted_for[0] if analysis.adjusted_for else "no covariate"
        if quantity.change or first != quantity.name:
            yield ProtocolError(
                f"{BACK} needs the value at baseline on the scale of the answers",
                expected=f"change = false, and {quantity.name!r} first in `adjusted_for`",
                got=f"change = {str(quantity.change).lower()}, {first}",
                next_step="analyse the value itself: adjusted for baseline, differences of values "
                "are those of changes",
                place=place("quantity"),
            )


def _only_at_random(analysis: Analysis, how: str, place: Place) -> ProtocolError:
    return ProtocolError(
        f"the responses of {analysis.id!r} are imputed as missing at random alone",
        expected=RANDOM,
        got=how,
        next_step="suppose that, or make the event a failure (composite)",
        place=place,
    )
