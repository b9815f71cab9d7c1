"""Spark and Dask as workers: each takes a part of a dataset, and sends back what was found of it.

Only the number of a part goes out, and how to open the dataset; a worker opens it once, reads the
rows of that part where they live, and runs the one evaluator. So a folder has to lie where every
worker sees it, as on shared storage. A worker that is lost costs its part once more.
"""

from __future__ import annotations

import pickle
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from remit.errors import DatasetError, RemitError
from remit.facts.opened import Facts, Question, Workers

if TYPE_CHECKING:
    from distributed import LocalCluster
    from pyspark.sql import SparkSession

TRIES = 4

Opening = Callable[[], Facts]
Step = Callable[[Facts], Facts]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to open a dataset anew in another process."""

    opening: Opening
    steps: tuple[Step, ...] = ()

    def opened(self) -> Facts:
        facts = self.opening()
        for step in self.steps:
            facts = step(facts)
        return facts


@lru_cache(maxsize=1)
def _opened(packed: bytes) -> Facts:
    """The dataset of a recipe, opened once a process."""
    recipe: Recipe = pickle.loads(packed)
    return recipe.opened()


def _answer(packed: bytes, question: Question, number: int) -> bytes:
    return question(_opened(packed), number)


@dataclass(frozen=True, slots=True)
class SparkWorkers:
    """The executors of Spark.

    Attributes:
        master: what Spark calls it: `local[2]` or `spark://HOST:PORT`.
    """

    master: str
    recipe: Recipe

    def then(self, step: Step) -> Workers:
        """As `Workers.then`."""
        return replace(self, recipe=replace(self.recipe, steps=(*self.recipe.steps, step)))

    def answers(self, question: Question, parts: Sequence[int]) -> Iterator[bytes]:
        """As `Workers.answers`."""
        take = partial(_answer, _packed(self.recipe), question)
        try:
            context = _session(self.master).sparkContext
            # Answers of a few tasks an executor lie here at once, whatever the number of parts.
            at_once = max(2 * context.defaultParallelism, 2)
            for begin in range(0, len(parts), at_once):
                some = list(parts[begin : begin + at_once])
                # One part a task: a task that is lost is taken again by itself.
                yield from context.parallelize(some, len(some)).map(take).collect()
        except RemitError:
            raise
        except Exception as error:  # noqa: BLE001 - Spark's errors are many, and not ours
            raise _failed("Spark", error) from None


@dataclass(frozen=True, slots=True)
class DaskWorkers:
    """The workers of a Dask scheduler.

    Attributes:
        scheduler: its address, such as `tcp://HOST:8786`; `local[2]` starts as many here.
    """

    scheduler: str
    recipe: Recipe

    def then(self, step: Step) -> Workers:
        """As `Workers.then`."""
        return replace(self, recipe=replace(self.recipe, steps=(*self.recipe.steps, step)))

    def answers(self, question: Question, parts: Sequence[int]) -> Iterator[bytes]:
        """As `Workers.answers`."""
        try:
            from distributed import Client
        except ImportError:
            raise _missing("Dask", "dask") from None
        packed = _packed(self.recipe)
        local = self.scheduler.startswith("local[")
        workers = int(self.scheduler.removeprefix("local[").rstrip("]")) if local else 0
        cluster = _local_dask(workers) if local else None
        try:
            where = self.scheduler if cluster is None else cluster
            with Client(where) as client:  # type: ignore[no-untyped-call]  # Dask gives it no type
                asked = [
                    client.submit(_answer, packed, question, number, retries=TRIES - 1, pure=False)
                    for number in parts
                ]
                for future in asked:
                    yield future.result()
                    future.release()
        except RemitError:
            raise
        except Exception as error:  # noqa: BLE001 - Dask's errors are many, and not ours
            raise _failed("Dask", error) from None
        finally:
            if cluster is not None:
                cluster.close()


def _local_dask(workers: int) -> LocalCluster:
    """Worker processes on this machine."""
    from distributed import LocalCluster

    settings = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": None}
    return LocalCluster(silence_logs=50, **settings)  # type: ignore[no-untyped-call]  # as above


def workers_of(kind: str, where: str, opening: Opening) -> Workers:
    """The workers of a cluster.

    Args:
        kind: `spark` or `dask`. where: as `SparkWorkers` and `DaskWorkers` have it.
        opening: opens the dataset; can be sent to another process.
    """
    found = SparkWorkers if kind == "spark" else DaskWorkers
    return found(where, Recipe(opening))


def _packed(recipe: Recipe) -> bytes:
    return pickle.dumps(recipe)


def _session(master: str) -> SparkSession:
    """A session; one that is there is taken."""
    try:
        with warnings.catch_warnings():
            # It warns of versions of pandas, which takes no part in this.
            warnings.simplefilter("ignore", FutureWarning)
            from pyspark.sql import SparkSession
    except ImportError:
        raise _missing("Spark", "spark") from None
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "OFF",  # what a task fails with may quote a row
    }
    if master.startswith("local["):
        # Tasks here run under this very Python; by itself Spark here tries each once.
        master = master if "," in master else f"{master.rstrip(']')},{TRIES}]"
        settings |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    builder = SparkSession.builder.master(master).appName("remit")
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            found = builder.getOrCreate()
    except Exception as error:  # noqa: BLE001 - no Java, no network, no master: none of them ours
        raise _failed("Spark", error) from None
    if master.startswith("local["):
        found.sparkContext.pythonExec = sys.executable
    return found


def _missing(what: str, extra: str) -> DatasetError:
    return DatasetError(
        f"{what} is not installed",
        expected=f"the libraries of {what}",
        got="none",
        next_step=f"in a checkout of Remit: python -m pip install '.[{extra}]'",
    )


def _failed(what: str, error: Exception) -> DatasetError:
    """A refusal that holds no row: the error of a worker may quote one, so its kind is told."""
    return DatasetError(
        f"{what} gave no answer for a part of the dataset",
        expected="workers that see the dataset under the same name, with the same Remit",
        got=f"{type(error).__name__}, after {TRIES} tries",
        next_step=f"look at the log of {what}; try one part here first, without --engine",
    )
