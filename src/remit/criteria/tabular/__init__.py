"""The tabular evaluator: one expression over a sheet of visits, all rows at once.

It is the third evaluator of the same tree. The reference reads one person's records, the compiler a
whole dataset; this one reads columns of values that were already picked for each visit, whether
from a dataset, a form or a table. Scores and responses run on it.
"""

from remit.criteria.tabular.columns import Categories, Numbers, exact_numbers, no_numbers
from remit.criteria.tabular.evaluating import check_node, evaluate_sheet, leaf_codes
from remit.criteria.tabular.margins import Bounds, Margin, bounds_in_unit, margin_of
from remit.criteria.tabular.sheet import Sheet

__all__ = [
    "Bounds",
    "Categories",
    "Margin",
    "Numbers",
    "Sheet",
    "bounds_in_unit",
    "check_node",
    "evaluate_sheet",
    "exact_numbers",
    "leaf_codes",
    "margin_of",
    "no_numbers",
]
