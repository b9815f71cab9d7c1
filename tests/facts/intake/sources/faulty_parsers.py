"""Parsers that break in each way in which one written in C may break."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pyarrow as pa

from remit.errors import DatasetError


def lines(path: Path, *, mark: str = "") -> pa.Table:
    return pa.table({"line": [mark + text for text in path.read_text("utf-8").splitlines()]})


def refused(path: Path) -> pa.Table:
    raise DatasetError("it is no list", expected="a list", got="none", next_step="go", place="x")


def crashed(path: Path) -> pa.Table:
    os.abort()


def raised(path: Path) -> pa.Table:
    raise ZeroDivisionError


def endless(path: Path) -> pa.Table:
    while True:
        time.sleep(1)


def hungry(path: Path) -> pa.Table:
    held = [bytearray(1 << 26) for _ in range(10_000)]
    return pa.table({"held": [len(held)]})


def verbose(path: Path) -> pa.Table:
    return pa.table({"text": ["x" * (1 << 20)] * 40})
