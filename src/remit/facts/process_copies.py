"""Whether this process may be copied: who works beside it."""

from __future__ import annotations

import sys
import threading

from remit.terminal import WAITS


def may_be_copied() -> bool:
    """Whether a copy of this process can work.

    Linux alone has copies that may be trusted: on macOS a copied process may not use the system's
    libraries, and Windows has none. Not where another thread runs, as in a notebook or a server: a
    copy has the locks that it held, and nobody to open them.
    """
    main = threading.main_thread()
    return (
        sys.platform == "linux"
        and threading.current_thread() is main
        and all(one is main or one.name == WAITS for one in threading.enumerate())
    )
