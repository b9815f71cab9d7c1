"""Synthetic lupus patients with known truth."""

from remit.simulate.cohort import (
    read_allocation,
    read_responses,
    read_truth,
    simulate_cohort,
    write_cohort,
)
from remit.simulate.comparing import TruthComparison, compare_with_truth

__all__ = [
    "TruthComparison",
    "compare_with_truth",
    "read_allocation",
    "read_responses",
    "read_truth",
    "simulate_cohort",
    "write_cohort",
]
