"""Synthetic lupus patients with known truth.

`cohort` is the flow: `draw` decides what happens to people, `oracle` says from that what is true of
them, `tables` has it as rows. The three meet in the arrays of `state`. Studies are protocols: any
has anchors, signatures and follow-up; truth there is where an oracle declares it.
"""

from remit.simulate.cohort import (
    find_cohort,
    read_allocation,
    read_responses,
    read_truth,
    simulate_cohort,
    write_cohort,
)
from remit.simulate.truth_comparison import compare_with_truth

__all__ = [
    "compare_with_truth",
    "find_cohort",
    "read_allocation",
    "read_responses",
    "read_truth",
    "simulate_cohort",
    "write_cohort",
]
