"""Whether the methods of a time fit what is done about the events that can come before it."""

from __future__ import annotations

from collections.abc import Iterator

from remit.analysis.rows.rival_statistics import RIVALS
from remit.errors import Place, ProtocolError
from remit.protocol.analysis_sections import Analysis

# What takes whoever had another event for one of whom no more is known.
NO_RIVALS = frozenset(
    {
        "kaplan_meier",
        "turnbull_curve",
        "interval_log_rank_test",
        "restricted_mean",
        "restricted_mean_difference",
    }
)


def rival_faults(analysis: Analysis, place: Place) -> Iterator[ProtocolError]:
    """Methods for competing events where none competes, and the other way round."""
    if analysis.time_to_response is None:
        return
    rivals = [e.event for e in analysis.intercurrent if e.strategy == "while_on_treatment"]
    for name in analysis.methods:
        if rivals and name in NO_RIVALS:
            yield ProtocolError(
                f"{name} has no place for what competes with the response of {analysis.id!r}",
                expected="cumulative_incidence, gray_test, log_rank_test or cox_model",
                got=f"{name}, and {', '.join(rivals)} with the strategy while_on_treatment",
                next_step="name another method, or let the event be a response that never comes "
                "(composite) or end what is known (hypothetical)",
                place=place,
            )
        if not rivals and name in RIVALS:
            yield ProtocolError(
                f"nothing competes with the response of {analysis.id!r}",
                expected="an intercurrent event with the strategy while_on_treatment, such as died",
                got=f"{name}, and no such event",
                next_step="say which event competes, or name kaplan_meier and log_rank_test",
                place=place,
            )
