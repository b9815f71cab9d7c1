"""A REDCap project as its server hands it over, pulled by PyCap.

The token stands in the environment alone: it is in no message, and goes only to the address given,
over TLS.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from urllib.parse import urlsplit

from remit.errors import DatasetError
from remit.facts.intake.redcap.redcap_dictionary import redcap_dictionary
from remit.facts.intake.redcap.redcap_records import records_delimiter
from remit.facts.intake.redcap.redcap_tables import RedcapExport
from remit.facts.intake.sources.sheet_grid import Grid
from remit.facts.intake.sources.sheet_text import text_grid

# To connect, and between two pieces of an answer.
WAIT_SECONDS = 60.0
MOST_SECONDS = 1800.0  # for one answer as a whole
_TOKEN = re.compile(r"[0-9A-Za-z]{32}")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def pull_redcap(
    url: str, token: str, *, wait: float = WAIT_SECONDS, most: float = MOST_SECONDS
) -> RedcapExport:
    """The dictionary and the records of a project, as raw data.

    Args:
        token: of the user who may export the project.
        wait: how many seconds the server may be silent.
        most: how many seconds one answer may take.

    Fields that are marked as identifiers are not asked for, but for days and the id of the record.

    Raises:
        DatasetError: no PyCap, no token, an address that is none of an API or not safe, or a server
            that is dead, too slow, or refuses.
    """
    _check(url, token)
    try:
        from redcap.project import Project
    except ModuleNotFoundError:
        raise _refused(
            "PyCap is not installed",
            expected="the client of REDCap's API",
            got="none",
            next_step="in a checkout of Remit: python -m pip install '.[redcap]'",
        ) from None
    # A redirect would carry the token to an address that nobody gave.
    project = Project(url, token, timeout=wait, allow_redirects=False)
    text = _asked("the dictionary", lambda: project.export_metadata(format_type="csv"), token, most)
    dictionary = _grid("dictionary", text)
    # What may never be read is not asked for.
    fields = [
        known.name
        for at, known in enumerate(redcap_dictionary(dictionary).fields.values())
        if known.type not in {"descriptive", "file"}
        and (at == 0 or known.is_day or not known.is_identifier)
    ]
    text = _asked(
        "the records",
        lambda: project.export_records(format_type="csv", raw_or_label="raw", fields=fields),
        token,
        most,
    )
    return RedcapExport(dictionary, _grid("records", text))


def _asked(what: str, call: Callable[[], object], token: str, most: float) -> str:
    from redcap.request import RedcapError

    try:
        answer = _answered(what, call, most)
    except (RedcapError, ValueError) as error:
        raise _no_answer(what, error, token) from None
    head = answer.lstrip()[:200].casefold()
    if head.startswith(("<", "{", "error", "[")):
        raise _refused(
            f"the server did not give {what}",
            expected="the project as CSV",
            got="a page or an error",
            next_step="check the address: it is that of the API, and ends in /api/",
        )
    return answer


def _answered(what: str, call: Callable[[], object], most: float) -> str:
    """The answer to a call. One that comes a byte a minute never ends by the client's own clock."""
    found: list[str] = []
    failed: list[Exception] = []

    def ask() -> None:
        try:
            found.append(str(call()))
        except (OSError, ValueError) as error:  # those of the client are of the first kind
            failed.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(most)
    if failed:
        raise failed[0]
    if not found:
        raise _refused(
            f"the server did not give {what}",
            expected=f"an answer within {most / 60:,.0f} minutes",
            got="one that goes on" if asking.is_alive() else "none",
            next_step="try again when the server has less to do, or export both files by hand",
        )
    return found[0]


def _grid(name: str, text: str) -> Grid:
    content = text.encode("utf-8", errors="surrogatepass")
    return text_grid(content, file=f"{name} of the server", delimiter=records_delimiter(content))


def _check(url: str, token: str) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname
        is_api = parts.scheme in {"https", "http"} and url.endswith("/api/") and not parts.query
    except ValueError:
        is_api = False
    if not is_api:
        raise _refused(
            "this is no address of a REDCap API",
            expected="an address such as https://redcap.example.org/api/",
            got="another one",
            next_step="copy it from the page `API` of the project; it ends in /api/",
        )
    if parts.username is not None or parts.password is not None:
        raise _refused(
            "the address holds a user or a password",
            expected="the address alone",
            got="an @ in it",
            next_step="take it out; the token stands in the environment variable REDCAP_TOKEN",
        )
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise _refused(
            "the token would go over the network in clear",
            expected="an address that begins with https://",
            got="http://",
            next_step="give the address with https",
        )
    if _TOKEN.fullmatch(token) is None:
        raise _refused(
            "there is no token of a project",
            expected="its 32 signs in the environment variable REDCAP_TOKEN",
            got="something else" if token else "nothing",
            next_step="read -rs REDCAP_TOKEN && export REDCAP_TOKEN",
        )


def _no_answer(what: str, error: Exception, token: str) -> DatasetError:
    """What the server did, in our words: its own may hold the token, or what it was asked."""
    kind = type(error).__name__
    said = str(error).replace(token, "…").casefold()
    got = {
        "ConnectTimeout": "no answer: it is not reached",
        "ReadTimeout": "no answer in time",
        "ConnectionError": "no connection, or one that broke off",
        "ChunkedEncodingError": "an answer that broke off",
        "SSLError": "a certificate that is not trusted",
    }.get(kind, "a refusal")
    if "permission" in said or "token" in said:
        got = "a refusal: the token is wrong, or its user may not export the project"
    return _refused(
        f"the server did not give {what}",
        expected="the project as CSV",
        got=got,
        next_step="check the address, the token in REDCAP_TOKEN and the export rights of its user; "
        "or export both files by hand",
    )


def _refused(what: str, *, expected: str, got: str, next_step: str) -> DatasetError:
    return DatasetError(what, expected=expected, got=got, next_step=next_step, place="REDCap")
