"""A job that lasts minutes and goes in small steps, for the tests that stop it.

A stopped job waits for the chunk that is being drawn: one of 50,000 persons takes seconds.
"""

from __future__ import annotations

import sys
from pathlib import Path

from remit.cli import main
from remit.simulate import cohort


def long_job(out: Path) -> list[str]:
    """The command that writes a large cohort there."""
    simulate = ["facts", "simulate", "--persons", "1000000", "--seed", "1", "--out", str(out)]
    return [sys.executable, __file__, *simulate]


if __name__ == "__main__":
    cohort.CHUNK = 1000
    main()
