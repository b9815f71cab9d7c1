"""When a value is low or high and when its change counts: the limits of a plan as expressions.

They are read at a visit, in the language of criteria, so that numbers are compared exactly and what
a record does not tell stays unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

from remit.protocol.analysis_sections import ValueLimits


@dataclass(frozen=True, slots=True)
class ChangeRule:
    """Expressions of the state of a quantity at a visit.

    Attributes:
        low, high: None where the plan has no such limit.
        significant: whether its change since baseline counts.
    """

    of: str
    low: str | None
    high: str | None
    significant: str

    @property
    def texts(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(text for text in (self.low, self.high, self.significant) if text is not None)


def change_rule(limits: ValueLimits) -> ChangeRule:
    """The expressions of some limits.

    >>> rule = change_rule(ValueLimits(of="heart_rate", high="120 /min", change="15 /min"))
    >>> rule.high
    'heart_rate >= 120 /min'
    >>> rule.significant
    '(heart_rate >= 120 /min and heart_rate - heart_rate at baseline >= 15 /min)'
    >>> change_rule(ValueLimits(of="alt")).significant
    '(alt < lln and not alt at baseline < lln) or (alt > uln and not alt at baseline > uln)'
    """
    of = limits.of
    low = "< lln" if limits.own else None if limits.low is None else f"<= {limits.low}"
    high = "> uln" if limits.own else None if limits.high is None else f">= {limits.high}"
    fell, rose = f"{of} at baseline - {of}", f"{of} - {of} at baseline"
    counts = []
    for state, moved in ((low, fell), (high, rose)):
        if state is not None:
            also = f"not {of} at baseline {state}"
            if limits.change is not None:
                also = f"{moved} >= {limits.change}"
            counts.append(f"({of} {state} and {also})")
    return ChangeRule(
        of,
        None if low is None else f"{of} {low}",
        None if high is None else f"{of} {high}",
        " or ".join(counts),
    )
