"""What a shell completes, asked as bash asks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REMIT = Path(sys.executable).with_name("remit")


def asked(*words: str) -> list[str]:
    """What bash is answered for the last of these words, by click's protocol."""
    environment = {
        **os.environ,
        "_REMIT_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(("remit", *words)),
        "COMP_CWORD": str(len(words)),
    }
    said = subprocess.run([REMIT], env=environment, capture_output=True, text=True, check=True)
    return said.stdout.split()


@pytest.mark.parametrize(
    ("words", "answered"),
    [
        (("scre",), ["plain,screen"]),
        (("screen", "nct061"), ["plain,nct06167174"]),
        (("screen", "NCT061"), ["plain,nct06167174"]),
        (("explain", "umin"), ["plain,umin000042298"]),
        (("report", "nct05631717", "nct069"), ["plain,nct06904729"]),
        (("protocol", "show", "nct0563"), ["plain,nct05631717"]),
        (("panel", "compare", "--study", "nct0563"), ["plain,nct05631717"]),
        (("score", "sledai-2"), ["plain,sledai_2k"]),
        (("score", "bilag"), ["plain,bilag_2004"]),
        (("adjudicate", "nct05631717", "--definition", "sri_"),
         ["plain,sri_4", "plain,sri_5", "plain,sri_6", "plain,sri_7", "plain,sri_8"]),
        (("adjudicate", "nct05631717", "--definition", "al"),
         ["plain,all", "plain,alms_complete", "plain,alms_primary"]),
        (("facts", "concepts", "upc"), ["plain,upcr"]),
        (("dose", "glucocort"), ["plain,glucocorticoid"]),
        (("docs", "lang"), ["plain,language"]),
        (("screen", "nct06167174", "--form"), ["plain,--format"]),
        (("screen", "nct06167174", "--format", "par"), ["plain,parquet"]),
        # No name begins so: a file of one's own.
        (("screen", "my_stu"), ["file,my_stu"]),
    ],
)  # fmt: skip
def test_bash_is_answered(words: tuple[str, ...], answered: list[str]) -> None:
    assert asked(*words) == answered


def test_bash_itself_completes() -> None:
    """The script that `remit` gives to bash, loaded and asked there."""
    script = """
        eval "$(_REMIT_COMPLETE=bash_source remit)"
        COMP_WORDS=(remit screen nct061) COMP_CWORD=2 COMPREPLY=()
        _remit_completion remit
        echo "${COMPREPLY[@]}"
    """
    path = f"{REMIT.parent}{os.pathsep}{os.environ['PATH']}"
    said = subprocess.run(
        ["bash", "-c", script], env={**os.environ, "PATH": path}, capture_output=True, text=True
    )
    assert said.stdout.split() == ["nct06167174"], said.stderr
