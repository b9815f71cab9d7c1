"""What a plan states of answers that are not there, where a model makes them up: frozen types.

Which answers are made up, and as whose, follows from the strategies for intercurrent events; only
what cannot be derived is stated: how often, from which seed, and against which arm.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from remit.protocol.protocol_sections import Identifier, ProtocolSection

Supposition = Literal[
    "missing_at_random",
    "jump_to_reference",
    "copy_reference",
    "copy_increments",
    "last_mean_carried_forward",
    "return_to_baseline",
]
# Suppositions that take the answers of another arm for those that are not there.
BY_REFERENCE = frozenset({"jump_to_reference", "copy_reference", "copy_increments"})


class Imputation(ProtocolSection):
    """How often missing answers are made up, and what else is tried.

    Attributes:
        imputations: how many. seed: of the random numbers; the same gives the same results.
        reference: the arm of which answers are taken by reference, one of those compared.
        sensitivity: what is supposed instead of all answers missing after a last one; one more
            estimate each.
        shifts: added to each imputed answer of the other arm, in the unit of the answers; one more
            estimate each, of the method `tipping_point`.
    """

    imputations: Annotated[int, Field(ge=2, le=10_000)]
    seed: Annotated[int, Field(ge=0)]
    reference: Identifier | None = None
    sensitivity: tuple[Supposition, ...] = ()
    shifts: tuple[Annotated[float, Field(allow_inf_nan=False)], ...] = ()
