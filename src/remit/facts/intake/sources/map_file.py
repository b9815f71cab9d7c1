"""A map of an import as its file writes it: TOML of one kind; all its faults come in one run."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from remit.errors import DatasetError
from remit.text_files import read_text_file


@dataclass(frozen=True, slots=True)
class MapForm:
    """What the maps of a format are called, and where their reader is told more.

    Attributes:
        kind, version: what the file must say of itself.
        what: what it maps, such as `a REDCap project`.
        quoted: what stands in quotes, for who wrote no TOML.
        drafted_by: the command that drafts one. page: the page with its keys.
    """

    kind: str
    version: int
    what: str
    quoted: str
    drafted_by: str
    page: str

    def text_of(self, path: Path) -> str:
        """What the file of a map says.

        Raises:
            DatasetError: it cannot be read, or is not UTF-8.
        """
        return read_text_file(
            path,
            what="the map",
            form="TOML",
            error=DatasetError,
            check=f"check the path, or draft a map: {self.drafted_by}",
        )

    def tables(self, text: str, path: Path) -> dict[str, object]:
        """What the text says, its kind and version among it.

        Raises:
            DatasetError: it is no TOML, or no map of this kind and version.
        """
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise DatasetError(
                "the map is no TOML",
                expected="a file as `--draft-map` writes it",
                got=str(error),
                next_step=f"correct the line; {self.quoted}",
                place=path,
            ) from None
        if data.get("kind") != self.kind or data.get("version") != self.version:
            raise DatasetError(
                f"this is no map of {self.what}",
                expected=f'kind = "{self.kind}", version = {self.version}',
                got=f"kind {data.get('kind')!r}, version {data.get('version')!r}",
                next_step=f"let `{self.drafted_by}` write one",
                place=path,
            )
        return data

    def refusal(
        self, faults: Iterable[str], path: Path, *, shown: int | None = None
    ) -> DatasetError:
        """The refusal of a map, with all that is wrong with it; each fault is told once.

        Args:
            shown: of a map of hundreds of terms, how many faults are told; all when None.
        """
        told = list(dict.fromkeys(faults))
        return DatasetError(
            f"the map has {len(told)} faults" if len(told) > 1 else "the map has a fault",
            expected="what the comments of a drafted map say",
            next_step=f"correct them; {self.page} has each key",
            place=path,
            excerpt="\n".join(f"  {fault}" for fault in told[:shown]),
        )


def fault_words(fault: Mapping[str, object]) -> str:
    """What pydantic found at a key, in words."""
    return {
        "extra_forbidden": "nobody knows this key",
        "missing": "this key is missing",
    }.get(str(fault["type"]), str(fault["msg"]))
