"""What was found of the parts of a long screening, kept on the disk until all parts are there.

A screening that is cut, since a database died or a machine went down, goes on with the parts that
are missing. What is kept belongs to one run: the same study and settings, the same Remit, the same
source and declarations. A part is known by the range of its persons. A resumed run over a database
sees a later state of it than the parts did that lie here already; so the result says so.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.opened import Facts
from remit.protocol.bound import BoundProtocol
from remit.screening.criterion_texts import criterion_texts

KIND = "remit.screening.parts"
_RUN = "run.json"


@dataclass(frozen=True, slots=True)
class KeptAnswers:
    """The answers of the parts of one run.

    Attributes:
        folder: where they lie.
        names: the file of each part, in the order of the parts.
        before: the parts that an earlier run answered.
    """

    folder: Path
    names: tuple[str, ...]
    before: frozenset[int]

    def read(self, number: int) -> pa.Buffer:
        """The answer of a part that is kept."""
        return pa.py_buffer((self.folder / self.names[number]).read_bytes())

    def write(self, number: int, answer: bytes) -> None:
        """Keep the answer of a part, whole or not at all."""
        path = self.folder / self.names[number]
        beside = path.with_suffix(".new")
        with beside.open("wb") as file:
            file.write(answer)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    def missing(self) -> list[int]:
        """The parts that nobody has answered yet."""
        return [number for number in range(len(self.names)) if number not in self.before]

    def remove(self) -> None:
        """Let all answers go, once the result is written."""
        shutil.rmtree(self.folder, ignore_errors=True)


def kept_answers(folder: Path, bounds: Sequence[BoundProtocol], facts: Facts) -> KeptAnswers:
    """The answers that a run left in a folder, and where the others are to be kept.

    Raises:
        DatasetError: the folder holds something else.
    """
    names = tuple(f"{_digest(repr(one))[:24]}.arrow" for one in _ranges(facts))
    run = {"kind": KIND, "run": _run_of(bounds, facts)}
    place = folder / _RUN
    if folder.exists():
        found = _page(place)
        if found.get("kind") != KIND:
            raise DatasetError(
                "the folder for parts holds something else",
                expected="no such folder, or what an earlier run left in it",
                got="other files",
                next_step="move it, or give another --out",
                place=folder,
            )
        if found == run:
            before = frozenset(n for n, name in enumerate(names) if (folder / name).is_file())
            return KeptAnswers(folder, names, before)
        shutil.rmtree(folder)  # of another question, or of other data
    folder.mkdir(parents=True)
    place.write_text(json.dumps(run), encoding="utf-8")
    return KeptAnswers(folder, names, frozenset())


def resumed_facts(facts: Facts, kept: KeptAnswers) -> Facts:
    """The dataset, which says of itself how many parts an earlier run read."""
    if not kept.before:
        return facts
    said = f"{facts.manifest.source}; resumed: {len(kept.before)} of {len(kept.names)} parts "
    said += "were read by an earlier run"
    if facts.manifest.live:
        said += ", from an earlier state of the data"
    return replace(facts, manifest=replace(facts.manifest, source=said))


def _ranges(facts: Facts) -> Iterator[object]:
    """What tells each part: the range of its persons, or its number where a dataset is fixed."""
    for number, part in enumerate(facts.parts):
        of_whom = getattr(part, "range", None)
        yield number if of_whom is None else of_whom


def _run_of(bounds: Sequence[BoundProtocol], facts: Facts) -> str:
    manifest = facts.manifest
    said = {
        "remit": version("remit-lupus"),
        "studies": [
            [bound.protocol.id, [criterion_texts(bound.protocol, one) for one in bound.criteria]]
            for bound in bounds
        ],
        "entries": [repr(bound.protocol.entry) for bound in bounds],
        "settings": [
            {name: bound.protocol.setting(name) for name in bound.protocol.parameters}
            for bound in bounds
        ],
        # Of a live source its name: what it holds may have changed, and the result says so.
        "dataset": manifest.digest or str(facts.folder),
        "rules": facts.rules,
        "data_cut": manifest.data_cut.isoformat(),
        "declared": [
            sorted(manifest.complete),
            sorted(manifest.mapped),
            sorted(manifest.own_codes),
        ],
    }
    return _digest(json.dumps(said, sort_keys=True, default=str))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _page(place: Path) -> dict[str, object]:
    try:
        found = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
