"""The program `remit`: its command line in a process of its own.

What libraries do at their start for uses that no command has would be most of a short command's
time. Arrow imports pandas, where that is installed, before it makes its first column, to know the
kinds of pandas when it meets one; cloudpickle, to send functions elsewhere; and the stores of four
clouds beside the file system. pydantic looks for plugins in every package that is installed,
OpenBLAS starts a thread for each processor, Python looks for rings of unused objects while modules,
which stay, are loaded, and compiles methods of data classes that are never called.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import FrameType, ModuleType

from remit.cli.late_methods import compile_late

_PANDAS = "pandas"
_OF_ARROW = frozenset({
    "cloudpickle",
    "pyarrow._azurefs",
    "pyarrow._gcsfs",
    "pyarrow._hdfs",
    "pyarrow._s3fs",
})  # fmt: skip
_ALLOWED = "remit.result_table"  # who asks for a frame of pandas gets one
# What libraries read as they are loaded; whoever has set one keeps it.
_SETTINGS = {"PYDANTIC_DISABLE_PLUGINS": "__all__", "OPENBLAS_NUM_THREADS": "1"}


class ArrowAlone:
    """A finder of modules that has no pandas for what Remit calls; others find theirs as ever.

    What Arrow alone asks for, it finds nowhere either: it can do without each.
    """

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name == _PANDAS and _asking(sys._getframe(1)).startswith("remit."):
            raise ModuleNotFoundError("no command of Remit needs pandas", name=name)
        if name in _OF_ARROW and _loading(sys._getframe(1)).split(".")[0] == "pyarrow":
            raise ModuleNotFoundError(f"no command of Remit needs {name}", name=name)
        return None


def _loading(frame: FrameType | None) -> str:
    """The module that imports it, below the machine of imports."""
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if not name.startswith(("importlib.", "_frozen_importlib")):
            return name
        frame = frame.f_back
    return ""


def _asking(frame: FrameType | None) -> str:
    """The module on whose behalf it is imported: below the machine of imports, and below Arrow."""
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if not name.startswith(("importlib.", "_frozen_importlib", "pyarrow.")):
            return "" if name == _ALLOWED else name
        frame = frame.f_back
    return ""


def run() -> None:
    """Run the command that the arguments of this process name."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    sys.meta_path.insert(0, ArrowAlone())
    gc.disable()
    compile_late()
    from remit.cli import main

    gc.enable()  # from here on the command says when
    main()
