"""Moved to `remit.criteria.columns.logic`."""

from remit.criteria.columns.logic import LeafCodes, Masks, Verdicts, all_of, combine_codes

__all__ = ["LeafCodes", "Masks", "Verdicts", "all_of", "combine_codes"]
