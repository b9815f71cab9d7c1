"""Whether methods keep what they promise: intervals that hold the truth, tests of arms alike.

Every method that a plan can name is asked as a plan asks it, of trials of two arms of 20.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from processes import ROOT, Cost
from processor_time import processor_time
from table import Table, Target

if TYPE_CHECKING:
    import numpy as np

    from remit.analysis.rows.question import MethodQuestion
    from remit.analysis.rows.visit_answers import VisitAnswers
    from remit.protocol.analysis_sections import Analysis

TRIALS, ARM = 1_000, 20
MANY = 100  # times as many persons, from whom the planted difference is known
ALPHA = 0.05
PRIMARY = "fisher_test"  # of the primary analyses of the packaged studies that compare
Ours = Callable[[str, Path], tuple[Mapping[str, float], Cost]]


def measure_coverage(_: Path) -> Mapping[str, float]:
    """The share of trials of NCT05631717 whose interval holds the planted difference."""
    import numpy as np

    from remit.analysis.methods.two_proportions import (
        miettinen_nurminen_difference,
        newcombe_difference,
    )
    from remit.endpoints.definition_files import packaged_definitions
    from remit.protocol import protocol_named
    from remit.simulate.trials.virtual_assumptions import VirtualAssumptions
    from remit.simulate.trials.virtual_trials import trial_counts, virtual_design

    wall, processor = time.perf_counter(), processor_time()
    own = packaged_definitions()["nanjing_registry"]
    study, given = protocol_named("nct05631717"), VirtualAssumptions()
    asked = virtual_design(study, given, arms=(ARM, ARM))
    counts = trial_counts(asked, [own], own, trials=TRIALS, seed=1)[0]
    # The truth: another seed, and so many persons that its own error is a tenth of a percent.
    many = trial_counts(asked, [own], own, trials=TRIALS * MANY, seed=2)[0]
    shares = many.sum(axis=0) / (len(many) * ARM)
    planted = float(shares[0] - shares[1])
    found = {}
    for name, method in (
        ("miettinen_nurminen", miettinen_nurminen_difference),
        ("newcombe", newcombe_difference),
    ):
        held = 0
        for first, second in counts.tolist():
            one = method(int(first), ARM, int(second), ARM)
            held += one.low is not None and one.high is not None and one.low <= planted <= one.high
        found[name] = held / len(counts)
    return {
        "seconds": time.perf_counter() - wall,
        "processor": processor_time() - processor,
        "planted": planted,
        "spread": float(np.sqrt((shares * (1 - shares)).sum() / (len(many) * ARM))),
        **found,
    }


def measure_errors(_: Path) -> Mapping[str, float]:
    """How often each test of a plan tells arms apart that are alike."""
    import numpy as np

    from remit.analysis.rows.statistics import over_visits_of, takers_of
    from remit.errors import MethodError

    wall, processor = time.perf_counter(), processor_time()
    found: dict[str, float] = {}
    for kind, analysis in _analyses().items():
        random = np.random.default_rng([3, len(kind)])
        takers = takers_of(analysis)
        over = over_visits_of(analysis)
        told: dict[str, int] = dict.fromkeys((*takers, *over), 0)
        has = dict.fromkeys(told, False)
        for _trial in range(TRIALS):
            questions = _asked(kind, random)
            last = questions[-1]
            for name in told:
                if name in SLOW:
                    continue
                try:
                    rows = list(
                        takers[name](name, last) if name in takers else over[name](name, questions)
                    )
                except MethodError:
                    continue
                p = [
                    row.estimate.value
                    for row in rows
                    if row.name == "p" and row.at is None and row.visit in {None, "v3"}
                ]
                has[name] = has[name] or bool(p)
                told[name] += bool(p) and p[0] is not None and p[0] < ALPHA
        found |= {f"{kind}.{name}": told[name] / TRIALS for name in told if has[name]}
    return {
        "seconds": time.perf_counter() - wall,
        "processor": processor_time() - processor,
        **found,
    }


# Their exact calculations take minutes over so many trials; tests hold them by enumeration.
SLOW = frozenset({"barnard_test", "boschloo_test", "exact_difference", "exact_logistic"})


def _analyses() -> Mapping[str, Analysis]:
    """An analysis of each kind of variable, as its methods are chosen by it."""
    from remit.protocol import protocol_named

    every = {one.id: one for one in protocol_named("nct05631717").analyses}
    return {
        "response": every["complete_response"],
        "time": every["time_to_complete_response"],
        "number": every["sledai_2k_change"],
    }


def _asked(kind: str, random: np.random.Generator) -> list[MethodQuestion]:
    """The answers of one trial whose arms are alike, some of them missing: a question a visit."""
    import numpy as np

    n = 2 * ARM
    if kind == "time":
        # Seen at six visits four weeks apart: a response in 60 %, another event first in 10 %.
        visit = random.geometric(0.15, n)
        reached = visit <= 6
        days = 28.0 * np.minimum(visit, 6)
        rival = np.where(~reached & (random.random(n) < 0.25), "died", "")
        days = np.where(rival != "", 28.0 * random.integers(1, 7, n), days)
        since = np.where(reached, days - 28, days)
        times = replace(_answers("", days), event=reached, since=since, rival=rival)
        return [_question(times)]
    person = random.normal(0, 3, n)
    left = random.choice([1, 2, 3, 3, 3, 3], n)
    base = {"b": person + random.normal(0, 2, n)}
    found = []
    for place in (1, 2, 3):
        value = person - place + random.normal(0, 2, n)
        answers = _answers(f"v{place}", value if kind == "number" else (value < -4).astype(float))
        covariates = base if kind == "number" else {}
        found.append(_question(replace(answers, known=left >= place, baseline=covariates)))
    return found


def _answers(visit: str, value: np.ndarray[tuple[int], np.dtype[np.float64]]) -> VisitAnswers:
    import numpy as np

    from remit.analysis.rows.visit_answers import VisitAnswers

    n = 2 * ARM
    arm = np.array(["a"] * ARM + ["b"] * ARM)
    names, how = tuple(map(str, range(n))), np.full(n, "observed", "U40")
    return VisitAnswers("one", visit, np.arange(n), names, arm, value, np.ones(n, np.bool_), how)


def _question(answers: VisitAnswers) -> MethodQuestion:
    from remit.analysis.rows.question import MethodQuestion
    from remit.protocol.imputation_sections import Imputation

    stated = Imputation(imputations=20, seed=1, reference="b")
    return MethodQuestion(answers, ("a", "b"), ("a", "b"), 1 - ALPHA, stated)


def truth_rows(table: Table, ours: Ours) -> None:
    """Intervals by virtual trials, and the errors of tests."""
    found, cost = ours("coverage", ROOT)
    kept = abs(found["miettinen_nurminen"] - 0.95) <= 0.014
    note = ", ".join(
        f"{name.replace('_', '-')} {100 * found[name]:.1f} %"
        for name in ("miettinen_nurminen", "newcombe")
    )
    what = f"{TRIALS:,} trials of 2 × {ARM}, planted {100 * found['planted']:.1f} %"
    table.row(what, cost, Target(also=(("95 ± 1.4 % hold it", kept),)), note=note)
    found, cost = ours("errors", ROOT)
    rates = {name: rate for name, rate in found.items() if "." in name}
    most = ALPHA + 3 * (ALPHA * (1 - ALPHA) / TRIALS) ** 0.5
    above = [f"{name} {100 * rate:.1f} %" for name, rate in rates.items() if rate > most]
    bound = f"primary tests ≤ {100 * most:.1f} %"
    primary = (bound, rates[f"response.{PRIMARY}"] <= most)
    every = ("all tests of plans too", not above)
    worst = max(rates, key=rates.__getitem__)
    note = "; ".join(above) or f"highest: {worst} {100 * rates[worst]:.1f} %"
    what = f"{len(rates)} tests of arms alike, {TRIALS:,} trials"
    table.row(what, cost, Target(also=(primary, every)), note=note)
