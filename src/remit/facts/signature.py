"""A detached signature of a dataset: a file that says who held the key when the manifest was this.

The manifest holds the hash of every file and of itself; that shows damage, not who wrote it. The
signature is an HMAC with SHA-256 (RFC 2104) over the hash of the manifest's bytes. Its key is a
secret that signer and verifier share: whoever can verify can sign. No library of Remit offers
public-key signatures; where these are needed, sign `manifest.json` with a tool of your own.
"""

from __future__ import annotations

import hmac
import json
from pathlib import Path

from remit.errors import DatasetError
from remit.facts.manifest import MANIFEST
from remit.facts.opened import Facts
from remit.output import write_new_file
from remit.text_files import read_text_file

KIND, VERSION = "remit.signature", 1
ALGORITHM = "hmac-sha256"
SIGNATURE = f"{MANIFEST}.signature"
LEAST_KEY = 32  # bytes, as long as the hash: RFC 2104, section 3
MOST_KEY = 4096


def sign_facts(facts: Facts, key: Path, out: Path | None = None) -> Path:
    """Write the signature of an opened dataset into a new file, by default beside its manifest.

    Raises:
        DatasetError: the key cannot be read or is too short.
        OutputError: the file is there already or cannot be written.
    """
    page = {
        "kind": KIND,
        "version": VERSION,
        "algorithm": ALGORITHM,
        "manifest_sha256": facts.manifest.digest,
        "signature": _signature(facts.manifest.digest, key),
    }
    return write_new_file(out or facts.folder / SIGNATURE, json.dumps(page, indent=1) + "\n")


def verify_signature(facts: Facts, key: Path, signature: Path | None = None) -> None:
    """Nothing, when the signature is of the manifest that was read, made with this key.

    Raises:
        DatasetError: it is of another manifest or key, was changed, or cannot be read.
    """
    place = signature or facts.folder / SIGNATURE
    page = _page(place)
    wanted = _signature(facts.manifest.digest, key)
    if page.get("manifest_sha256") != facts.manifest.digest:
        raise DatasetError(
            "the signature is of another manifest",
            expected=f"manifest_sha256 {facts.manifest.digest}",
            got=f"manifest_sha256 {page.get('manifest_sha256')}",
            next_step="ask whoever signed for the dataset and signature that belong together",
            place=place,
        )
    if not hmac.compare_digest(str(page.get("signature")).encode(), wanted.encode()):
        raise DatasetError(
            "the signature was not made with this key",
            expected="the key with which the dataset was signed",
            got="another key, or a signature that was changed",
            next_step="do not use the dataset before its source has confirmed the signature",
            place=place,
        )


def _signature(digest: str, key: Path) -> str:
    return hmac.new(_key(key), f"{KIND} {VERSION} {digest}".encode(), "sha256").hexdigest()


def _key(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            found = file.read(MOST_KEY + 1)
    except OSError as error:
        raise DatasetError(
            "the key cannot be read",
            expected="a file of random bytes that signer and verifier share",
            got=error.strerror or type(error).__name__,
            next_step="check the path and the permissions",
            place=path,
        ) from error
    if not LEAST_KEY <= len(found) <= MOST_KEY:
        raise DatasetError(
            "the key has the wrong length",
            expected=f"{LEAST_KEY} to {MOST_KEY} random bytes",
            got=f"{len(found)} bytes" if len(found) <= MOST_KEY else "more",
            next_step="make one that no person chose, such as with openssl rand -out FILE 32",
            place=path,
        )
    return found


def _page(path: Path) -> dict[str, object]:
    text = read_text_file(path, what="the signature", form="JSON", error=DatasetError)
    try:
        page = json.loads(text)
    except (ValueError, RecursionError):
        page = None
    if (
        not isinstance(page, dict)
        or (page.get("kind"), page.get("version")) != (KIND, VERSION)
        or page.get("algorithm") != ALGORITHM
    ):
        raise DatasetError(
            "this is no signature that this version reads",
            expected=f"kind {KIND}, version {VERSION}, algorithm {ALGORITHM}",
            got="another file",
            next_step="give the file that `remit facts sign` wrote",
            place=path,
        )
    return page
