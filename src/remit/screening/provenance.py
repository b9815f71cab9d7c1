"""Where the numbers of a screening come from: the dataset's manifest and the study's settings."""

from __future__ import annotations

from remit.facts.opened import Facts
from remit.screening.study_screenings import Screening


def parameter_settings(screening: Screening) -> dict[str, str]:
    """Each parameter of the study and its setting in this screening."""
    return {name: screening.protocol.setting(name) for name in screening.protocol.parameters}


def manifest_sha256(facts: Facts) -> str:
    """The sha256 of the manifest that was read, which holds that of every file; empty in memory."""
    return facts.manifest.digest
