"""Where a live source is, as a user names it, and the source that stands there.

`duckdb:FILE`, `parquet:FOLDER`, `postgresql://[USER@]HOST[:PORT]/DATABASE`, or `postgresql:` and
words of libpq such as `service=hospital`; `mysql://[USER@]HOST[:PORT]/DATABASE`, or `odbc:` and
words of ODBC such as `DSN=hospital`. An address with a password is refused: others would see
it in the history of the shell and in the list of processes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

from remit.errors import DatasetError
from remit.facts.live.odbc_source import odbc_words
from remit.facts.live.source import Source

FORMS = (
    "duckdb:FILE, parquet:FOLDER, postgresql://HOST/DATABASE, mysql://HOST/DATABASE or odbc:WORDS"
)
_WORD = re.compile(r"(^|\s)passfile\s*=", re.IGNORECASE)
# A word of libpq that holds a secret; and `//NAME:PASSWORD@`, with or without the strokes.
_SECRET = re.compile(r"(password|pwd|secret|token)['\"]?\s*=", re.IGNORECASE)
_BEHIND_NAME = re.compile(r"(^|//)[^@?\s]*:[^@?\s]*@")


@dataclass(frozen=True, slots=True)
class Address:
    """A live source and how it is asked.

    Attributes:
        kind: `duckdb`, `parquet`, `postgresql` or `odbc`.
        target: a path, or what libpq or ODBC takes.
        schemas: where the tables lie; none: where a table of persons is.
        statement_seconds: how long one question may take; 0 for no limit.
    """

    kind: str
    target: str
    schemas: tuple[str, ...] = ()
    statement_seconds: int = 0

    def anywhere(self) -> Address:
        """The same for a process that stands in another folder."""
        if self.kind in {"postgresql", "odbc"}:
            return self
        return replace(self, target=str(Path(self.target).resolve()))

    def __str__(self) -> str:
        return f"{self.kind}:{self.target}" if "://" not in self.target else self.target


def address_of(text: str, *, schemas: Sequence[str] = (), statement_seconds: int = 0) -> Address:
    """What an address says.

    Raises:
        DatasetError: it is of no form that is read, or holds a password.

    >>> address_of("duckdb:hospital.duckdb").kind
    'duckdb'
    """
    kind, sign, target = text.partition(":")
    kind = kind.casefold().split("+")[0]
    if kind in {"postgresql", "postgres"} and target:
        _refuse_password(target)
        if target.startswith("//"):
            target = f"postgresql:{target}"
        return Address("postgresql", target, tuple(schemas), statement_seconds)
    if kind in {"mysql", "mariadb", "odbc"} and target:
        _refuse_password(target)
        words = target if kind == "odbc" else odbc_words(target)
        return Address("odbc", words, tuple(schemas), statement_seconds)
    if kind in {"duckdb", "parquet"} and target:
        path = target.removeprefix("//") if target.startswith("///") else target
        return Address(kind, path, tuple(schemas), statement_seconds)
    raise DatasetError(
        "this is no address of a live source",
        expected=FORMS,
        # What stands behind the colon may hold a password.
        got=f"{kind}{sign}" if sign else "a text without a colon",
        next_step="write the kind first, such as duckdb:hospital.duckdb; of another database write "
        "the tables as Parquet and give parquet:FOLDER, or import them: remit facts import omop",
    )


def _refuse_password(target: str) -> None:
    # As libpq reads it, which takes a URL within words, and quotes and codes of signs.
    text = unquote(target)
    found = (
        _SECRET.search(text) is not None
        or _BEHIND_NAME.search(text) is not None
        or (not target.startswith("//") and _WORD.search(text) is not None)
    )
    if found:
        raise DatasetError(
            "the address holds a password, which others would see",
            expected="an address without one, such as postgresql://reader@host/hospital",
            got="a password",
            next_step="change that password; put the new one into PGPASSWORD, ~/.pgpass or a "
            "service file, where the driver looks for it",
        )


def open_source(address: Address) -> Source:
    """The source at an address, in a transaction of its own.

    Raises:
        DatasetError: it cannot be reached or read, or holds no tables of OMOP.
    """
    if address.kind == "postgresql":
        from remit.facts.live.postgresql_source import PostgresqlSource

        return PostgresqlSource(
            address.target,
            schemas=address.schemas,
            statement_seconds=address.statement_seconds,
        )
    if address.kind == "odbc":
        from remit.facts.live.odbc_source import OdbcSource

        return OdbcSource(
            address.target,
            schemas=address.schemas,
            statement_seconds=address.statement_seconds,
        )
    from remit.facts.live.duckdb_source import DuckdbSource

    path = Path(address.target)
    if address.kind == "parquet" and not path.is_dir():
        raise DatasetError(
            "there is no such folder",
            expected="a folder with OMOP tables as Parquet files",
            got="a file" if path.exists() else "nothing",
            next_step="check the path",
            place=path,
        )
    if address.kind == "duckdb" and not path.is_file():
        raise DatasetError(
            "there is no such file",
            expected="a database of DuckDB",
            got="a folder" if path.exists() else "nothing",
            next_step="check the path; parquet:FOLDER reads a folder of Parquet files",
            place=path,
        )
    return DuckdbSource(path, schemas=address.schemas)
