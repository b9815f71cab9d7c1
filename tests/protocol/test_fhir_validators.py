"""What is exported as FHIR, seen by validators of HL7's definitions.

They are no part of the project: fhir.resources (R4B, R5) is sixty times slower than what reads FHIR
here, and the validator of R4 is a package of Node. Their environment is made as `bench/peers.py`
says; without it this is skipped.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from remit.facts.codes import NO_VOCABULARY
from remit.protocol import packaged_protocols, protocol_named
from remit.protocol.bound import bind_protocol
from remit.protocol.interchange.fhir_definition import Release, fhir_definition

_ROOT = Path(__file__).parents[2]
_PYTHON = _ROOT / ".venv-fhir" / "bin" / "python"
_FOLDERS: dict[Release, str] = {"R4": ".", "R5": "r5"}


@pytest.mark.skipif(
    not _PYTHON.exists(),
    reason="no environment .venv-fhir with fhir.resources and node's fhir; see bench/peers.py",
)
def test_each_study_is_valid_in_each_release_and_a_spoiled_one_in_none(tmp_path: Path) -> None:
    (tmp_path / "r5").mkdir()
    for name in packaged_protocols():
        bound = bind_protocol(protocol_named(name), NO_VOCABULARY)
        for release, folder in _FOLDERS.items():
            text = fhir_definition(bound, release=release).text
            (tmp_path / folder / f"{name}.json").write_text(text, encoding="utf-8")

    command = [_PYTHON, _ROOT / "bench" / "peer_fhir.py", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    found = json.loads(done.stdout)
    assert {name: found[name]["faults"] for name in found} == {"R4": {}, "R4B": {}, "R5": {}}
    assert all(found[name]["valid"] == found[name]["files"] == 4 for name in found)
    assert all(found[name]["spoiled_passed"] == 0 for name in found)
