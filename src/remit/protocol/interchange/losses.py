"""What another form of a definition cannot say, criterion by criterion."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

KIND = "remit.losses"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that the target does not say.

    Attributes:
        criterion: the id of a criterion; "" where the whole study is meant.
        what: in words.
        whole: whether the criterion is left out of the target for it.
    """

    criterion: str
    what: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """A study in another form, as text, and what that form does not say."""

    text: str
    losses: tuple[Loss, ...]


def distinct_losses(losses: Iterable[Loss]) -> tuple[Loss, ...]:
    """Each once, in order."""
    return tuple(dict.fromkeys(losses))


def losses_text(study: str, target: str, losses: Sequence[Loss]) -> str:
    """The losses as JSON: those of the study, then those of each criterion."""
    rows: list[Mapping[str, object]] = [
        {"criterion": loss.criterion or None, "left_out": loss.whole, "what": loss.what}
        for loss in losses
    ]
    page = {
        "kind": KIND,
        "version": VERSION,
        "study": study,
        "target": target,
        "losses": rows,
    }
    return json.dumps(page, indent=2, ensure_ascii=False) + "\n"


def loss_lines(losses: Sequence[Loss]) -> list[str]:
    """The losses as lines: `I5, left out: …`."""
    return [
        f"{loss.criterion or 'the study'}{', left out' if loss.whole else ''}: {loss.what}"
        for loss in losses
    ]
