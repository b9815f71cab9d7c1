"""A stranger's first screening: from the spreadsheets of 20 patients to a worklist, timed.

    PYTHONPATH=src:tests python tests/first_screening.py FOLDER

runs each command as a person would type it, prints what it said and how long it took. The time that
a person needs to mend three lines of the map is not in it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from clinic_files import mended, write_clinic_files, write_signatures

STUDY = "NCT06167174"
FILES = "patienten.csv labor.csv medikamente.csv diagnosen.csv prozeduren.csv besuche.csv"
DRAFT = f"facts import tidy {FILES} --draft-map map.toml"
IMPORT = (
    f"facts import tidy {FILES} --map map.toml --out clinic --screening-date last-visit "
    "--signed signiert.csv --mapped condition_occurrence --mapped drug_exposure "
    "--mapped procedure_occurrence"
)
SCREEN = f"screen {STUDY} --facts clinic"
RESULT = f"screen {STUDY} --facts clinic --format parquet --out screened"
WORKLIST = f"screen {STUDY} --facts clinic --format csv --out worklist.csv"


@dataclass(frozen=True, slots=True)
class Ran:
    """A command, what it printed, and how many seconds it took."""

    command: str
    output: str
    seconds: float


def first_screening(folder: Path) -> Iterator[Ran]:
    """Run the commands one after the other in a folder that has nothing in it.

    Raises:
        RuntimeError: a command ended with an error.
    """
    write_clinic_files(folder)
    write_signatures(folder)
    yield _ran(DRAFT, folder)
    place = folder / "map.toml"
    place.write_text(mended(place.read_text(encoding="utf-8")), encoding="utf-8")
    for command in (IMPORT, SCREEN, RESULT, WORKLIST):
        yield _ran(command, folder)


def _ran(command: str, folder: Path) -> Ran:
    words = [sys.executable, "-m", "remit.cli", *command.split()]
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    began = time.monotonic()
    ran = subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    output = ran.stdout + ran.stderr
    if ran.returncode:
        raise RuntimeError(f"remit {command}\n{output}")
    return Ran(command, output, time.monotonic() - began)


def main(folder: Path, show: Callable[[str], object]) -> None:
    """Run it in a folder and show each command with its time."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = 0.0
    for ran in first_screening(folder):
        whole += ran.seconds
        show(f"$ remit {ran.command}\n{ran.output}[{ran.seconds:.1f} s]\n\n")
    show(f"{whole:.1f} s in all\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.stdout.write)
