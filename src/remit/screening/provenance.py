"""Where the numbers of a screening come from: the dataset's manifest and the study's settings."""

from __future__ import annotations

from remit.errors import DatasetError
from remit.facts.files import hash_files
from remit.facts.manifest import MANIFEST
from remit.facts.opened import Facts
from remit.screening.running import Screening


def parameter_settings(screening: Screening) -> dict[str, str]:
    """Each parameter of the study and its setting in this screening."""
    return {name: screening.protocol.setting(name) for name in screening.protocol.parameters}


def manifest_sha256(facts: Facts) -> str:
    """The sha256 of the dataset's manifest file, which holds that of every other file.

    Raises:
        DatasetError: the manifest is no longer there.
    """
    place = facts.folder / MANIFEST
    if not place.is_file():
        raise DatasetError(
            "the dataset was moved or removed after it was screened",
            expected=MANIFEST,
            next_step="screen the dataset again where it is now",
            place=place,
        )
    return hash_files([place])[0]
