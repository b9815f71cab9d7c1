"""The key from which pseudonyms and shifts of days are worked out, in a file of its own.

Who has the file can say who a pseudonym is, so it lies outside of the dataset, and only its owner
may read it. Without it nobody can: a pseudonym is an HMAC-SHA256 (RFC 2104) of the source's id.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from remit.errors import DatasetError

KIND, VERSION = "remit.pseudonym_key", 1
MOST_DAYS = 365
STRETCH = 366  # days: of a year, and of a month, no more is told than the stretch where it lies
LONGEST = 4 * STRETCH
_SIGNS = 20  # 80 bits: among a million persons two are alike once in two million millions


@dataclass(frozen=True, slots=True)
class PseudonymKey:
    """A key, and the ids of the persons to whom it gave pseudonyms so far.

    Attributes:
        persons: pseudonym -> the id as the source has it.
    """

    secret: bytes = field(repr=False)
    persons: Mapping[str, str] = field(default_factory=dict, repr=False)

    def pseudonym(self, name: str) -> str:
        """What the dataset calls a person.

        >>> PseudonymKey(bytes(32)).pseudonym("LN-007")
        'P-7f99ecc3c3e8fc52914d'
        """
        return f"P-{self._digest('name', name).hex()[:_SIGNS]}"

    def shift(self, name: str) -> int:
        """By how many days all days of a person are moved; never 0."""
        number = self._number("days", name) % (2 * MOST_DAYS)
        return number - MOST_DAYS if number < MOST_DAYS else number - MOST_DAYS + 1

    def grid(self, name: str) -> int:
        """Where the stretches of a person's days begin, into which ranges of days are widened."""
        return self._number("grid", name) % STRETCH

    def tail(self, name: str) -> int:
        """How many days later a range ends that went on until the data cut."""
        return self._number("tail", name) % LONGEST

    def _number(self, what: str, name: str) -> int:
        return int.from_bytes(self._digest(what, name))

    def _digest(self, what: str, name: str) -> bytes:
        return hmac.digest(self.secret, f"{what}\0{name}".encode(), hashlib.sha256)


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A key, and the file in which it lies."""

    path: Path
    key: PseudonymKey

    def keep(self, persons: Mapping[str, str]) -> None:
        """Write the ids to which the key gave pseudonyms into its file, beside those of before.

        Another import may have written its own since the key was read: they stay.

        Args:
            persons: pseudonym -> the source's id.

        Raises:
            DatasetError: the file cannot be read or written, or holds another key by now.
        """
        held = read_key(self.path)
        if held.secret != self.key.secret:
            raise _refused(
                self.path,
                "the file holds another key than when the import began",
                expected="the key whose pseudonyms the dataset has",
                got="one that was put in its place",
                next_step="run the import again",
            )
        if not persons.items() <= held.persons.items():
            whole = PseudonymKey(held.secret, {**held.persons, **persons})
            _write(self.path, _page(whole), is_new=False)

    def report_of(self, out: Path) -> Path:
        """Where the report of an import lies that was written under pseudonyms."""
        return self.path.with_name(f"{self.path.stem}.{out.name}.import_report.json")

    def keep_report(self, out: Path, text: str) -> None:
        """Write the report of an import beside the key, over that of before.

        Raises:
            DatasetError: the file cannot be written.
        """
        _write(self.report_of(out), text, is_new=False)


def open_key(path: Path, *, out: Path) -> KeyFile:
    """The key in a file, which is made when there is none.

    Args:
        out: the folder of the dataset, in which the key must not lie.

    Raises:
        DatasetError: the file lies in the dataset, is no key, cannot be read or written, or others
            may read it.
    """
    if out.resolve() in (path.resolve(), *path.resolve().parents):
        raise _refused(
            path,
            "the key would lie in the dataset that it opens",
            expected="a place that goes nowhere with the dataset",
            got="a path inside of the dataset's folder",
            next_step="give another path with --pseudonyms",
        )
    if not os.path.lexists(path):
        key = PseudonymKey(secrets.token_bytes(32))
        _write(path, _page(key), is_new=True)
        return KeyFile(path, key)
    return KeyFile(path, read_key(path))


def read_key(path: Path) -> PseudonymKey:
    """The key in a file.

    Raises:
        DatasetError: it is none, cannot be read, or others may read it.
    """
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise _refused(
                path,
                "others may read the key",
                expected="a file that only its owner may read",
                got="wider rights",
                next_step=f"chmod 600 {path.name}; if others may have read it, make a new key",
            )
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["kind"] != KIND or data["version"] != VERSION:
            raise KeyError("kind")
        persons = {str(name): str(person) for name, person in data["persons"].items()}
        secret = bytes.fromhex(data["key"])
        if len(secret) < 32:
            raise ValueError("short")
    except OSError as error:
        raise _unreadable(path, error) from error
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _refused(
            path,
            "this is no key of pseudonyms",
            expected="a file that --pseudonyms has written",
            got="another file, or a damaged one",
            next_step="give the key of this source; a path where nothing is makes a new one",
        ) from None
    return PseudonymKey(secret, persons)


def _page(key: PseudonymKey) -> str:
    page = {
        "kind": KIND,
        "version": VERSION,
        "key": key.secret.hex(),
        "persons": dict(sorted(key.persons.items())),
    }
    return json.dumps(page, ensure_ascii=False, indent=0)


def _write(path: Path, text: str, *, is_new: bool) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # mkstemp makes a file that its owner alone may read.
        number, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if is_new:
                os.link(beside, path)  # fails where another has made one meanwhile
            else:
                Path(beside).replace(path)
        finally:
            Path(beside).unlink(missing_ok=True)
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> DatasetError:
    return _refused(
        path,
        "the key cannot be read or written",
        expected="a file in a folder of yours",
        got=error.strerror or type(error).__name__,
        next_step="check the path",
    )


def _refused(path: Path, what: str, *, expected: str, got: str, next_step: str) -> DatasetError:
    return DatasetError(what, expected=expected, got=got, next_step=next_step, place=path)
