"""The packaged concept files as parsed, kept in one file of JSON, which is read far faster.

To parse them as TOML takes a good part of the time in which one person is explained. The file
carries the hash of each text that it is of; where a text is another, it is parsed anew.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping

PARSED = "parsed.json"
Tables = Mapping[str, object]


def still_parsed(texts: Mapping[str, str], kept: str) -> Mapping[str, Tables]:
    """File -> what its text says, of those files whose text is the one that was parsed.

    Args:
        kept: the text that `parsed_text` wrote, of these files or of earlier ones.
    """
    page: dict[str, dict[str, Tables]] = json.loads(kept)
    of = {_hash_of(text): name for name, text in texts.items()}
    return {of[digest]: tables for digest, tables in page["parsed"].items() if digest in of}


def parsed_text(texts: Mapping[str, str]) -> str:
    """The text of the kept file: the hash of each TOML text, and what that says."""
    parsed = {_hash_of(text): tomllib.loads(text) for _, text in sorted(texts.items())}
    return json.dumps({"parsed": parsed}, ensure_ascii=False, separators=(",", ":")) + "\n"


def _hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
