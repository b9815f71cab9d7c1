"""Trials for the benchmarks: an allocation of many, and virtual trials."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from processor_time import processor_time

TRIALS, PERSONS = 10_000, 60


def write_arms(facts: Path, file: Path, *, persons: int) -> None:
    """An allocation of the first so many persons who have a baseline, to two arms in turn."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from remit.facts.opened import open_facts

    with open_facts(facts) as opened:
        rows = opened.rows("study_anchor", ["person_id", "study", "anchor"]).to_pylist()
    wanted = ("NCT05631717", "baseline")
    people = sorted({r["person_id"] for r in rows if (r["study"], r["anchor"]) == wanted})[:persons]
    arms = [("stem_cells", "interleukin_2")[place % 2] for place in range(len(people))]
    pq.write_table(pa.table({"person_id": pa.array(people, pa.int64()), "arm": arms}), file)


def measure_virtual_trials() -> Mapping[str, float]:
    """10,000 trials under the plan's own definition, by two processes, and some of them by one."""
    from remit.endpoints.definition_files import packaged_definitions
    from remit.protocol import protocol_named
    from remit.simulate.trials.virtual_assumptions import VirtualAssumptions
    from remit.simulate.trials.virtual_trials import run_trials, virtual_design

    own = packaged_definitions()["nanjing_registry"]
    asked = virtual_design(
        protocol_named("nct05631717"), VirtualAssumptions(), arms=(PERSONS, PERSONS)
    )
    wall, processor = time.perf_counter(), processor_time()
    found = run_trials(asked, [own], own, trials=TRIALS, seed=1, workers=2)
    seconds, busy = time.perf_counter() - wall, processor_time() - processor
    one, two = (run_trials(asked, [own], own, trials=500, seed=1, workers=n) for n in (1, 2))
    return {
        "seconds": seconds,
        "processor": busy,
        "power": found.powers[0].power,
        "far": found.powers[0].far,
        "same": float(one.powers == two.powers),
    }
