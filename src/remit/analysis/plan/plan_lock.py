"""The lock of a plan: its hash with a name and a date, and whether the plan is still that one."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from remit.analysis.plan.estimand import definition_of
from remit.errors import ProtocolError
from remit.protocol import Protocol

KIND = "remit.plan_lock"
NOT_LOCKED = "not locked"
LOCKED = "locked"
CHANGED = "changed since it was locked"


@dataclass(frozen=True, slots=True)
class PlanLock:
    """What was locked, by whom and when.

    Attributes:
        plan_hash: of all that decides the analyses (`plan_hash`).
    """

    study: str
    plan_hash: str
    name: str
    locked_on: str
    kind: str = KIND
    version: int = 1


def plan_hash(protocol: Protocol) -> str:
    """A hash of all that decides what is analysed and how.

    The analyses, matchings, comparisons, populations and families; visits and arms; the settings of
    parameters; and the text of each response definition that is meant, so that a definition that
    changes is a change.
    """
    # What is not stated is left out, so that a key of a later version changes no plan of today.
    parts = protocol.model_dump(
        mode="json",
        exclude_none=True,
        include={"id", "analyses", "populations", "families", "visits", "arms", "anchors"},
    )
    if protocol.matchings:
        parts["matchings"] = [one.model_dump(mode="json") for one in protocol.matchings]
    if protocol.responder_comparisons:
        parts["responder_comparisons"] = [
            one.model_dump(mode="json") for one in protocol.responder_comparisons
        ]
    parts["settings"] = {name: protocol.setting(name) for name in sorted(protocol.parameters)}
    parts["texts"] = protocol.definition_texts()
    meant = {d.id: d for a in protocol.analyses if (d := definition_of(a, protocol)) is not None}
    parts["definitions"] = {name: d.model_dump(mode="json") for name, d in sorted(meant.items())}
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def lock_of(protocol: Protocol, name: str, *, on: date) -> PlanLock:
    """The lock of a plan as it is now.

    Raises:
        ProtocolError: nobody signs it.
    """
    if not name.strip():
        raise ProtocolError(
            "a plan is locked by somebody",
            expected="the name of who locks it",
            got="an empty name",
            next_step="give it with --by",
        )
    return PlanLock(protocol.id, plan_hash(protocol), name.strip(), on.isoformat())


def lock_text(lock: PlanLock) -> str:
    """The text of a lock's file."""
    return json.dumps(asdict(lock), indent=1) + "\n"


def read_lock(path: Path) -> PlanLock:
    """The lock of a file.

    Raises:
        ProtocolError: it is no file of a lock.
    """
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        lock = PlanLock(**held)
    except (OSError, ValueError, TypeError) as error:
        raise _no_lock(path, type(error).__name__) from error
    texts = (lock.study, lock.plan_hash, lock.name, lock.locked_on)
    if lock.kind != KIND or lock.version != 1 or not all(isinstance(t, str) for t in texts):
        raise _no_lock(path, f"kind {lock.kind!r}, version {lock.version!r}")
    return lock


def _no_lock(path: Path, got: str) -> ProtocolError:
    return ProtocolError(
        "this is not the lock of a plan",
        expected=f"a file of kind {KIND}, version 1, as `remit plan lock` writes it",
        got=got,
        next_step="give the file that `remit plan lock` wrote",
        place=path,
    )


def lock_state(protocol: Protocol, lock: PlanLock | None) -> str:
    """What results say of the plan that they come from.

    Raises:
        ProtocolError: the lock is that of another study.
    """
    if lock is None:
        return NOT_LOCKED
    if lock.study != protocol.id:
        raise ProtocolError(
            "the lock is that of another study",
            expected=protocol.id,
            got=lock.study,
            next_step="give the lock of this study",
        )
    same = lock.plan_hash == plan_hash(protocol)
    return f"{LOCKED} by {lock.name} on {lock.locked_on}" if same else CHANGED
