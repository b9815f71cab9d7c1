"""How far the two evaluators, the reference and the columns, agree, on as many pairs as wanted.

    python bench/agreement.py --pairs 1000000 --seed 7

Draws expressions and data with the strategies of the tests; prints pairs, differences and seconds.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from criteria.agreement import EXPRESSIONS_AT_ONCE, Agreement, compare_generated


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--persons", type=int, default=2_000)
    arguments = parser.parse_args()
    rounds = -(-arguments.pairs // (EXPRESSIONS_AT_ONCE * arguments.persons))
    start = time.perf_counter()

    def report(found: Agreement) -> None:
        seconds = time.perf_counter() - start
        line = f"{found.pairs} pairs, {len(found.differences)} differences, {seconds:.0f} s"
        print(line, file=sys.stderr)

    found = compare_generated(
        rounds=rounds, persons=arguments.persons, seed_number=arguments.seed, report=report
    )
    seconds = time.perf_counter() - start
    print(found.describe())
    print(f"{found.pairs} pairs, {len(found.differences)} differences, {seconds:.1f} s")
    for difference in found.differences[:20]:
        print(difference)
    return 1 if found.differences else 0


if __name__ == "__main__":
    sys.exit(main())
