"""What a virtual trial supposes of its patients and arms: a file that a planner writes."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from remit.errors import ProtocolError

KIND = "remit.virtual_trial"
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, lt=1e6)]
Spread = Annotated[float, Field(ge=0, le=5)]


class VirtualAssumptions(BaseModel):
    """The course that is supposed. Pairs are of those whose disease responds, and of the others.

    A person's protein falls towards a plateau, by a part that differs between persons; creatinine
    moves towards its own at the same pace, the steroid at another. Spreads are standard deviations
    of logarithms. The defaults are assumptions, no estimates: the baseline protein has the mean and
    spread that trials of active lupus nephritis print (about 3.3 g/g, standard deviation 3.2; Furie
    2020, N Engl J Med 383:1117, table 1).

    Attributes:
        responding: share of each arm whose disease responds, the first arm first.
        upcr_median, upcr_spread, upcr_least: at baseline, in g/g; none is below `upcr_least`.
        fall, fall_spread: part of the protein that is gone at the plateau.
        weeks_to_half: until half of the way is gone.
        visit_spread: of one measurement around the person's course.
        protein_per_ratio: grams a day for each g/g.
        creatinine_median, creatinine_spread: at baseline, mg/dL. creatinine_change: at the plateau.
        creatinine_before: that before the flare, as a part of that at baseline.
        steroid_start, steroid_goal: mg of prednisone a day.
        rescue: chance at each visit after `rescue_from` weeks of whoever does not respond;
            `rescue_steroid` is the dose from then on.
        missed: chance to miss a visit. leaving: chance to leave for good before each visit.
        women: share. age: mean and standard deviation in years, between 18 and 65.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["remit.virtual_trial"] = "remit.virtual_trial"
    version: Literal[1] = 1
    responding: tuple[Share, Share] = (0.6, 0.35)
    upcr_median: Positive = 2.4
    upcr_spread: Spread = 0.8
    upcr_least: Positive = 1.0
    fall: tuple[Share, Share] = (0.85, 0.3)
    fall_spread: Spread = 0.45
    weeks_to_half: Positive = 6.0
    visit_spread: Spread = 0.2
    protein_per_ratio: Positive = 1.0
    creatinine_median: Positive = 0.9
    creatinine_spread: Spread = 0.3
    creatinine_change: tuple[float, float] = (-0.06, 0.12)
    creatinine_before: Positive = 0.97
    steroid_start: Positive = 40.0
    steroid_weeks_to_half: Positive = 3.0
    steroid_goal: tuple[Positive, Positive] = (5.0, 12.5)
    rescue: Share = 0.05
    rescue_from: Positive = 8.0
    rescue_steroid: Positive = 30.0
    missed: Share = 0.06
    leaving: Share = 0.02
    women: Share = 0.9
    age: tuple[Positive, Positive] = (32.0, 9.0)


def read_assumptions(path: Path) -> VirtualAssumptions:
    """The assumptions of a TOML file; what it does not say is as by default.

    Raises:
        ProtocolError: it is no such file, does not state its kind, or a number lies outside what
            it can be.
    """
    try:
        body = tomllib.loads(path.read_text(encoding="utf-8"))
        if body.get("kind") != KIND:
            raise ProtocolError(
                "the file does not say that it holds assumptions",
                expected=f'kind = "{KIND}"',
                got=f"kind {body.get('kind')}",
                next_step="write that line first, if the file is meant",
                place=path,
            )
        return VirtualAssumptions.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        raise ProtocolError(
            "an assumption does not fit",
            expected=str(first["msg"])
            .removeprefix("Input should be ")
            .removeprefix("Value error, "),
            got=f"{'.'.join(map(str, first['loc']))} = {first['input']!r}",
            next_step="correct it; `remit design --help` names the file of defaults",
            place=path,
        ) from error
    except (OSError, ValueError) as error:
        raise ProtocolError(
            "the assumptions cannot be read",
            expected=f"a TOML file of kind {KIND}",
            got=type(error).__name__,
            next_step="check the path and the file",
            place=path,
        ) from error
