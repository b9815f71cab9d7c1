"""The kept parse of the concept files is current, and only used where it is.

Rewrite it with `REMIT_REWRITE_SNAPSHOTS=1 python -m pytest tests/facts/test_parsed_concepts.py`.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import remit.facts
from remit.facts.dictionary import packaged_dictionary, read_dictionary
from remit.facts.parsed_concepts import PARSED, parsed_text, still_parsed

FOLDER = Path(remit.facts.__file__).parent / "concepts"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.toml")}


def test_the_kept_parse_is_current() -> None:
    if os.environ.get("REMIT_REWRITE_SNAPSHOTS"):
        (FOLDER / PARSED).write_text(parsed_text(TEXTS), encoding="utf-8")
    kept = (FOLDER / PARSED).read_text(encoding="utf-8")
    assert still_parsed(TEXTS, kept) == {name: tomllib.loads(text) for name, text in TEXTS.items()}
    assert len(kept.encode()) < 200_000
    assert packaged_dictionary().concepts == read_dictionary(TEXTS).concepts


def test_a_text_that_was_changed_is_parsed_anew() -> None:
    kept = parsed_text(TEXTS)
    changed = {**TEXTS, "drugs.toml": TEXTS["drugs.toml"] + "\n# a remark\n"}
    found = still_parsed(changed, kept)
    assert sorted(found) == sorted(set(TEXTS) - {"drugs.toml"})
    assert read_dictionary(changed, parsed=found).concepts == packaged_dictionary().concepts


def test_a_file_that_is_no_longer_there_is_left_out() -> None:
    fewer = {name: text for name, text in TEXTS.items() if name != "scores.toml"}
    assert "scores.toml" not in still_parsed(fewer, parsed_text(TEXTS))
