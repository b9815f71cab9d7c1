"""Synthetic lupus patients with known truth.

`cohort` is the flow: `draw` decides what happens to people, `oracle` says from that what is true of
them, `tables` writes it down as rows. All three meet in the arrays of `state` and in nothing else.
"""

from remit.simulate.cohort import (
    read_allocation,
    read_responses,
    read_truth,
    simulate_cohort,
    write_cohort,
)
from remit.simulate.verification import TruthComparison, compare_with_truth

__all__ = [
    "TruthComparison",
    "compare_with_truth",
    "read_allocation",
    "read_responses",
    "read_truth",
    "simulate_cohort",
    "write_cohort",
]
