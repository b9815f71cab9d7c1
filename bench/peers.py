"""The environments of the peers: each has its own, and none of it is in the project's.

A peer's environment is `.venv-NAME` in the root of the checkout. Without it, what needs it is
skipped.
"""

from __future__ import annotations

from pathlib import Path

from processes import ROOT

_MADE_BY = {
    "ehrql": "with Python 3.13 and github.com/opensafely-core/ehrql installed into it",
    "phenex": "with Python 3.12 and phenex==0.9.3, duckdb==1.1.3, setuptools<81",
    "circe": "with github.com/OHDSI/Circepy, sqlglot and duckdb installed into it",
    "fhir": "with fhir.resources==8.3.0, and `npm install --prefix .venv-fhir fhir@4.12.0`",
}


def python_of(peer: str) -> Path | None:
    """The Python of a peer's environment; None where it is absent."""
    found = ROOT / f".venv-{peer}" / "bin" / "python"
    return found if found.exists() else None


def absence(peer: str) -> str:
    """Why what needs a peer is skipped, and what to do."""
    return f"skipped: no environment .venv-{peer}; make one {_MADE_BY[peer]}"
