"""Lines put into the boxes of a form whose labels are lost, where order and shape tell the box.

A box is closed where the form offers a list of answers, else open. Each closed answer that only
one box can hold in the form's order is an anchor; open text belongs to a box only where no
other open box lies between the two anchors around it. What the page does not tell stays unplaced.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A box of a form.

    Attributes:
        name: the field that it fills.
        fits: whether a line can be its answer; None for open text.
        required: the form is not accepted without an answer in it.
        several: its text may take several lines.
    """

    name: str
    fits: Callable[[str], bool] | None = None
    required: bool = False
    several: bool = True


# One required box outweighs the choice between boxes that may stay empty, never an anchor.
_ANSWER, _REQUIRED = 1000, 1


def place(texts: Sequence[str], boxes: Sequence[Box]) -> tuple[int | None, ...]:
    """For each line the box that holds it, or None where the page does not tell.

    Example:
        >>> form = (Box("aim"), Box("kind", {"Safety", "Efficacy"}.__contains__), Box("outcome"))
        >>> place(("To learn", "Safety", "Death"), form), place(("To learn", "Death"), form)
        ((0, 1, 2), (None, None))
    """
    anchors = _anchors(texts, boxes)
    placed: list[int | None] = list(anchors)
    unsure = {k for k, text in enumerate(texts) if anchors[k] is None and _fits_any(text, boxes)}
    start, low = 0, -1
    for k in range(len(texts) + 1):
        at = anchors[k] if k < len(texts) else len(boxes)
        if at is None:
            continue
        _fill(placed, range(start, k), range(low + 1, at), boxes, unsure)
        start, low = k + 1, at
    return tuple(placed)


def _fits_any(text: str, boxes: Sequence[Box]) -> bool:
    return any(box.fits is not None and box.fits(text) for box in boxes)


def _fill(
    placed: list[int | None],
    lines: range,
    between: range,
    boxes: Sequence[Box],
    unsure: set[int],
) -> None:
    """Open text between two anchors goes into the one open box there."""
    free = [j for j in between if boxes[j].fits is None]
    needed = [j for j in free if boxes[j].required]
    if any(k in unsure for k in lines):
        return
    if len(free) == 1 and (boxes[free[0]].several or len(lines) == 1):
        for k in lines:
            placed[k] = free[0]
    elif len(needed) == len(lines) == 1:
        placed[lines[0]] = needed[0]
    elif free and len(needed) == 1 and needed[0] == free[0] and len(lines):
        # The first line fills the box that must be filled; where the next begins is not told.
        placed[lines[0]] = needed[0]


def _anchors(texts: Sequence[str], boxes: Sequence[Box]) -> tuple[int | None, ...]:
    """The closed answers that every longest reading in the form's order puts into one box."""
    fits = [
        [j for j, box in enumerate(boxes) if box.fits is not None and box.fits(text)]
        for text in texts
    ]
    forward = _chains(fits, boxes)
    size = len(boxes)
    turned = [[size - 1 - j for j in reversed(found)] for found in reversed(fits)]
    backward = [
        {size - 1 - j: weight for j, weight in chain.items()}
        for chain in reversed(_chains(turned, tuple(reversed(boxes))))
    ]
    best = max((weight for chain in forward for weight in chain.values()), default=0)
    possible: list[list[int]] = [
        [j for j in chain if chain[j] + backward[k][j] - _weight(boxes[j]) == best]
        for k, chain in enumerate(forward)
    ]
    claims: dict[int, int] = {}
    for found in possible:
        for j in found:
            claims[j] = claims.get(j, 0) + 1
    return tuple(
        found[0] if len(found) == 1 and claims[found[0]] == 1 else None for found in possible
    )


def _weight(box: Box) -> int:
    return _ANSWER + (_REQUIRED if box.required else 0)


def _chains(fits: Sequence[Sequence[int]], boxes: Sequence[Box]) -> list[dict[int, int]]:
    """For each line and box the weight of the heaviest reading that ends with that pair."""
    heaviest = [0] * (len(boxes) + 1)
    result: list[dict[int, int]] = []
    for found in fits:
        ends = {j: max(heaviest[: j + 1]) + _weight(boxes[j]) for j in found}
        for j, weight in ends.items():
            heaviest[j + 1] = max(heaviest[j + 1], weight)
        result.append(ends)
    return result
