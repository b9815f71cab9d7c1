"""What virtual trials say of a design, as a table for a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from remit.simulate.trials.virtual_trials import VirtualTrials
from remit.views.rounded import rounded
from remit.views.terminal.plain_tables import columns_table


def design_view(found: VirtualTrials) -> RenderableType:
    """The power under each definition, what would be enough, and what could have been found."""
    first, second = found.design.arms
    wanted = rounded(100 * found.wanted, 0)
    heads = (
        *("definition", "first arm", "second arm", "power", "exact"),
        *(f"an arm for {wanted} %", f"least difference with {first} and {second}"),
    )
    table = columns_table(*heads, right=set(heads[1:]))
    for one in found.powers:
        table.add_row(
            f"{one.definition}{' (plan)' if one.own else ''}",
            f"{rounded(100 * one.shares[0], 1)} %",
            f"{rounded(100 * one.shares[1], 1)} %",
            f"{rounded(100 * one.power, 1)} % ± {rounded(100 * one.error, 1)}",
            f"{rounded(100 * one.exact, 1)} %",
            "over 300" if one.per_arm is None else str(one.per_arm),
            "none" if one.detectable is None else f"{rounded(100 * one.detectable, 1)} points",
        )
    told = [
        Text(f"not judged: {name}, which reads {', '.join(lacking)}", style="dim")
        for name, lacking in found.not_judged.items()
    ]
    return Group(table, *told)
