"""What the processors did for this process, and for the copies of it that work on parts."""

from __future__ import annotations

import os


def processor_time() -> float:
    """Seconds of this process and of those that it began and that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system
