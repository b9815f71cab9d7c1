"""A small server that speaks REDCap's API as far as PyCap asks it here."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

TOKEN = "0123456789ABCDEF0123456789ABCDEF"


@dataclass(slots=True)
class Answers:
    """What the server says.

    Attributes:
        texts: content of a request -> the answer.
        silent: whether it never answers. slow: whether a byte comes at a time. cut: whether it
            breaks off in the middle.
        status: of an answer. location: where it sends the client, if anywhere.
        asked: the requests that came.
    """

    texts: dict[str, str]
    silent: bool = False
    slow: bool = False
    cut: bool = False
    status: int = 200
    location: str | None = None
    asked: list[dict[str, str]] = field(default_factory=list)


def _answer(answers: Answers, asked: dict[str, str]) -> str:
    """A content in the format and with the fields that were asked for."""
    text = answers.texts.get(asked["content"], "")
    wanted = {value for name, value in asked.items() if name.startswith("fields[")}
    if asked["format"] == "json":
        return json.dumps(list(csv.DictReader(io.StringIO(text))))
    if not wanted or not text:
        return text
    head, *rows = csv.reader(io.StringIO(text))
    kept = [
        at
        for at, name in enumerate(head)
        if name.split("___")[0] in wanted or name.startswith("redcap_")
    ]
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerows(
        [row[at] for at in kept] for row in (head, *rows)
    )
    return made.getvalue()


@contextmanager
def redcap_api(answers: Answers) -> Iterator[str]:
    """The address of a server that says this, while the context is open."""
    done = threading.Event()

    class Api(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the test says what it has to."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked = {name: values[0] for name, values in parse_qs(body).items()}
            answers.asked.append(asked)
            if answers.silent:
                done.wait(20)
                return
            text, status = _answer(answers, asked), answers.status
            if asked.get("token") != TOKEN:
                # As REDCap says it, in the format that was asked for.
                text, status = "ERROR: You do not have permissions to use the API", 403
            content = text.encode()
            self.send_response(status)
            if answers.location is not None:
                self.send_header("Location", answers.location)
            self.send_header("Content-Type", "text/csv; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if answers.slow:
                for at in range(len(content)):
                    if done.wait(0.02):
                        return
                    self.wfile.write(content[at : at + 1])
            self.wfile.write(content[: len(content) // 2] if answers.cut else content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/"
    finally:
        done.set()
        server.shutdown()
        thread.join()
        server.server_close()
