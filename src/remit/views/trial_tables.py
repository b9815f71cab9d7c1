"""The tables of a trial as they are printed."""

from __future__ import annotations

from remit.analysis.rows.responder_groups import ResponderGroups
from remit.analysis.rows.study_baseline import StudyBaseline
from remit.views.table_plans import P, arm_columns, levels_plan, numbers_plan
from remit.views.table_sheets import LinePlan, TableColumn, TableSheet, table_sheet

STANDARDISED = (
    "Standardised difference: {} less {}, in standard deviations; "
    "of answers in words it has no sign."
)


def responders_table(found: ResponderGroups) -> TableSheet:
    """Responders and non-responders before treatment, with a test of each characteristic."""
    return baseline_table(found.shown, tested=True)


def baseline_table(found: StudyBaseline, *, tested: bool = False) -> TableSheet:
    """Who came into a study, by arm and together, with the standardised difference of two arms.

    Args:
        tested: with the p of a test of all arms.
    """
    plans: list[LinePlan] = []
    for one in found.characteristics:
        if one.answers.levels:
            levels = {level: level.capitalize() for level in one.answers.levels}
            plans += levels_plan(one.label, one.name, levels, visit=found.visit)
        else:
            plans += numbers_plan(one.label, one.name, visit=found.visit)
    arms = list(found.arms)
    two = (arms[0], arms[1]) if len(arms) == 2 else None
    columns = arm_columns(
        found.arms,
        found.numbers,
        together=len(arms) > 1,
        difference=two,
        difference_head="Standardised\ndifference",
    )
    if tested:
        columns = (*columns, TableColumn("p", pattern=P))
    return table_sheet(
        found.rows,
        plans,
        columns=columns,
        title=f"Persons at {found.visit.replace('_', ' ')}",
        footnotes=() if two is None else (STANDARDISED.format(*map(found.arms.get, two)),),
    )
