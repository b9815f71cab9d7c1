"""What virtual trials say of a design, as a table for a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from remit.simulate.trials.virtual_trials import DefinitionPower, VirtualTrials
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
    lines = [_could_find(found, one) for one in found.powers if one.own]
    told = [
        Text(f"not judged: {name}, which reads {', '.join(lacking)}", style="dim")
        for name, lacking in found.not_judged.items()
    ]
    return Group(table, *lines, *told)


def _could_find(found: VirtualTrials, own: DefinitionPower) -> Text:
    """What a trial of this size could have found, under the plan's own definition."""
    number, wanted = sum(found.design.arms), rounded(100 * found.wanted, 0)
    least = own.detectable
    could = (
        "no difference"
        if least is None
        else f"{rounded(100 * least, 1)} points or more "
        f"({rounded(100 * (own.shares[1] + least), 1)} % against "
        f"{rounded(100 * own.shares[1], 1)} %)"
    )
    return Text(f"With {number:,} patients, {could} would be found with {wanted} % power.")
