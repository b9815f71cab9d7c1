"""A detached signature: of this manifest, with this key, and of nothing else."""

from __future__ import annotations

import hmac
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from facts.rows import lab, rows_of, write
from remit.cli import main
from remit.errors import DatasetError, OutputError
from remit.facts.opened import open_facts
from remit.facts.signature import sign_facts, verify_signature


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "data", measurement=rows_of("measurement", lab(1, 1))).folder


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "shared.key"
    path.write_bytes(bytes(range(32)))
    return path


def test_a_signature_is_of_the_manifest_and_the_key(folder: Path, key: Path) -> None:
    with open_facts(folder) as facts:
        written = sign_facts(facts, key)
        verify_signature(facts, key)
        page = json.loads(written.read_text("utf-8"))
        said = f"remit.signature 1 {facts.manifest.digest}".encode()
    assert page["signature"] == hmac.new(bytes(range(32)), said, "sha256").hexdigest()
    other = key.with_name("other.key")
    other.write_bytes(bytes(range(1, 33)))
    with open_facts(folder) as facts, pytest.raises(DatasetError, match="not made with this key"):
        verify_signature(facts, other)


def test_a_dataset_written_anew_is_another(folder: Path, key: Path, tmp_path: Path) -> None:
    """Whoever writes other rows can write their hashes too; the signature they cannot."""
    with open_facts(folder) as facts:
        signature = sign_facts(facts, key, tmp_path / "data.signature")
    rows = rows_of("measurement", lab(1, 1), lab(2, 1))
    with write(tmp_path / "forged", measurement=rows) as forged:
        with pytest.raises(DatasetError, match="of another manifest"):
            verify_signature(forged, key, signature)
        page = json.loads(signature.read_text("utf-8"))
        page["manifest_sha256"] = forged.manifest.digest
        signature.write_text(json.dumps(page), encoding="utf-8")
        with pytest.raises(DatasetError, match="not made with this key"):
            verify_signature(forged, key, signature)


@pytest.mark.parametrize("length", [0, 31, 4097])
def test_a_key_that_is_none_is_refused(folder: Path, key: Path, length: int) -> None:
    key.write_bytes(bytes(length))
    with open_facts(folder) as facts, pytest.raises(DatasetError, match="wrong length"):
        sign_facts(facts, key)
    with open_facts(folder) as facts, pytest.raises(DatasetError, match="key cannot be read"):
        sign_facts(facts, key.with_name("none"))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "1", '{"kind": "remit.signature", "version": 2}', "[" * 100_000]
)
def test_what_is_no_signature_is_refused(folder: Path, key: Path, text: str) -> None:
    with open_facts(folder) as facts:
        written = sign_facts(facts, key)
        with pytest.raises(OutputError):
            sign_facts(facts, key)
        written.write_text(text, encoding="utf-8")
        with pytest.raises(DatasetError, match="no signature"):
            verify_signature(facts, key)


def test_the_commands_sign_and_verify(folder: Path, key: Path) -> None:
    words = [str(folder), "--key", str(key)]
    run = CliRunner()
    assert run.invoke(main, ["facts", "verify", *words]).exit_code == 6
    assert run.invoke(main, ["facts", "sign", *words]).exit_code == 0
    told = run.invoke(main, ["facts", "verify", *words])
    assert told.exit_code == 0
    with open_facts(folder) as facts:
        assert facts.manifest.digest in told.output
