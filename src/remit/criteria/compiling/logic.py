"""Moved to `remit.criteria.columns.logic`."""

from remit.criteria.columns.logic import Codes, Masks, Verdicts, all_of, combine_codes

__all__ = ["Codes", "Masks", "Verdicts", "all_of", "combine_codes"]
