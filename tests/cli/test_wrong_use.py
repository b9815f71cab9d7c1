"""Options that say nothing beside others, slips of the pen, and a terminal without colours."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from remit.cli import main
from remit.facts.opened import Facts

USAGE = 2


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def cohort(small_cohort: Facts) -> Facts:
    return small_cohort


@pytest.fixture
def form(tmp_path: Path) -> Path:
    path = tmp_path / "form.json"
    path.write_text(json.dumps({"seizure": "present", "platelets": "90"}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--person", 3), "--person goes with --facts"),
        (("--visits", "--lookback", 5), "--visits and --lookback goes with --facts"),
        (("--out", "scores.parquet"), "--out goes with --facts"),
        (("--json", "--explain"), "give one"),
        (("--shift", "--at", "2025-01-01"), "--at goes with --facts"),
        (("--shift", "--explain"), "--explain says nothing beside --shift"),
    ],
)
def test_what_a_form_has_no_use_for_is_refused(
    form: Path, more: tuple[object, ...], message: str
) -> None:
    result = run("score", "sledai-2k", "--items", form, *more)
    assert (result.exit_code, message in result.output) == (USAGE, True), result.output


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--unlisted", "absent"), "--unlisted goes with --items"),
        (("--json", "--out", "scores.parquet"), "--json goes to the screen"),
        (("--lookback", 10**11), "out of range"),
        (("--shift", "--at", "2025-01-01"), "a shift needs --visits"),
        (("--shift", "--visits", "--unlisted", "absent"), "--unlisted goes with --items"),
    ],
)
def test_what_a_dataset_has_no_use_for_is_refused(
    cohort: Facts, more: tuple[object, ...], message: str
) -> None:
    words = ("score", "sledai-2k", "--facts", cohort.folder, "--at", "2024-12-01")
    result = run(*words, *more)
    assert (result.exit_code, message in result.output) == (USAGE, True), result.output
    assert not Path("scores.parquet").exists()


def test_a_span_longer_than_a_life_is_refused(cohort: Facts) -> None:
    words = ("dose", "glucocorticoid", "--facts", cohort.folder, "--at", "2024-12-01")
    assert run(*words, "--lookback", 10**11).exit_code == USAGE


def test_a_value_that_was_not_used_is_named(form: Path) -> None:
    for more in ((), ("--explain",)):
        result = run("score", "sledai-2k", "--items", form, *more)
        assert "platelets was given and not used: unit_missing" in result.output


def test_all_that_a_form_may_hold_is_described() -> None:
    text = run("score", "egfr", "--describe").output
    assert "age: years" in text
    assert "sex: female, male" in text
    assert "platelets: a number in 10*9/L" in run("score", "sledai-2k", "--describe").output
    text = run("score", "selena-flare-index", "--describe").output
    assert "  dose of glucocorticoid: a dose a day in mg/d" in text


def test_nothing_is_cut_off_in_a_narrow_terminal(
    cohort: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    words = ("dose", "glucocorticoid", "--facts", cohort.folder, "--at", "2024-12-01")
    assert "…" not in run(*words).output.replace("… ", "")


def test_a_panel_is_held_to_a_study_that_has_its_persons(cohort: Facts, tmp_path: Path) -> None:
    head = "person,visit,adjudicator,response,comment\n"
    forms = []
    for name in ("Li", "Chen"):
        forms.append(tmp_path / f"{name}.csv")
        forms[-1].write_text(f"{head}999,week_24,{name},CR,\n", encoding="utf-8")
    words = ("panel", "compare", *forms)
    assert run(*words, "--definition", "lunar").exit_code == USAGE
    held = (*words, "--study", "nct05631717", "--facts", cohort.folder)
    assert run(*held, "--definition", "all").exit_code == USAGE
    result = run(*held)
    assert (result.exit_code, "nobody follows person 999" in result.output) == (10, True)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--times", "--compare"), "--compare says nothing beside --times"),
        (("--times", "--at", "week_4"), "--at says nothing beside --times"),
        (("--persons", "--smallest", 5), "cannot hide the single persons"),
        (("--format", "json", "--smallest", 5), "cannot hide the single persons"),
        (("--compare", "--persons"), "--persons says nothing beside --compare"),
        (("--compare", "--format", "parquet", "--out", "r.parquet"), "--out says nothing"),
        (("--compare", "--at", "all-visits"), "looks at one visit"),
        (("--smallest", 2), "1 and 2 hide nothing"),
    ],
)
def test_what_an_adjudication_has_no_use_for_is_refused(
    cohort: Facts, more: tuple[object, ...], message: str
) -> None:
    result = run("adjudicate", "nct05631717", "--facts", cohort.folder, *more)
    assert (result.exit_code, message in result.output) == (USAGE, True), result.output
    assert not Path("r.parquet").exists()


def test_the_counts_of_an_adjudication_are_rounded(cohort: Facts, tmp_path: Path) -> None:
    words = ("adjudicate", "nct05631717", "--facts", cohort.folder, "--smallest", 5)
    assert "≈ are rounded to multiples of 5" in run(*words, "--at", "all-visits").output
    both = (*words, "--definition", "nanjing_registry", "--definition", "kdigo_2024", "--compare")
    figure = tmp_path / "rates.svg"
    text = run(*both, "--figure", figure).output
    assert "≈ are rounded to multiples of 5" in text
    assert "≈ counts are rounded to multiples of 5" in figure.read_text("utf-8")
    shown = json.loads(run(*both, "--format", "json").output)
    assert shown["kind"] == "remit.comparison.counts"
    assert "≈ are rounded to multiples of 5" in shown["counts"]
    counts = [rate[kind]["count"] for rate in shown["rates"] for kind in ("observed", "imputed")]
    counts += [pair[one] for pair in shown["agreement"] for one in ("n", "agreed")]
    assert counts
    assert all(count[0] == "≈" and int(count[1:]) % 5 == 0 for count in counts)
    assert "person" not in json.dumps(shown["flips"]).replace("persons", "")


def test_an_allocation_of_another_kind_is_refused(cohort: Facts, form: Path) -> None:
    result = run("adjudicate", "nct05631717", "--facts", cohort.folder, "--arms", form)
    assert (result.exit_code, "the allocation cannot be read" in result.output) == (6, True)


def test_who_is_left_out_is_counted_where_counts_are_exact_only(
    cohort: Facts, tmp_path: Path
) -> None:
    rows = cohort.extra("allocation").to_pylist()
    taken = [row["person_id"] for row in rows if row["study"] == "NCT05631717"]
    dates = cohort.rows("study_anchor").to_pylist()
    dated = {
        row["person_id"]
        for row in dates
        if (row["study"], row["anchor"]) == ("NCT05631717", "baseline")
    }
    everyone = cohort.rows("person", ["person_id"])["person_id"].to_pylist()
    lost = [person for person in everyone if person not in dated][:2]
    arms = pa.table({"person_id": [*taken, *lost], "arm": ["a"] * (len(taken) + len(lost))})
    pq.write_table(arms, tmp_path / "arms.parquet")
    of = ("nct05631717", "--facts", cohort.folder, "--arms", tmp_path / "arms.parquet")
    said = "persons of the allocation lack the named dates"
    assert f"note: 2 of {arms.num_rows} {said}" in run("adjudicate", *of).output
    assert f"note: some {said}" in run("adjudicate", *of, "--smallest", 5).output


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is a device of Linux alone")
@pytest.mark.parametrize("words", [["score", "--list"], ["score", "sledai-2k", "--describe"]])
def test_a_full_disk_is_told_without_a_traceback(words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "remit.cli", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 9
    assert "the result cannot be printed" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_a_closed_pipe_ends_quietly() -> None:
    code = f"{sys.executable} -m remit.cli score ctcae-v5 --describe | head -1"
    done = subprocess.run(code, shell=True, capture_output=True, text=True, check=False)
    assert (done.stderr, done.stdout.count("\n")) == ("", 1)


def test_errors_have_no_colour_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["score", "no-such-instrument", "--describe"]
    assert "\x1b[31m" in CliRunner().invoke(main, words, color=True).output
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[31m" not in CliRunner().invoke(main, words, color=True).output


def test_a_command_leaves_the_search_for_unused_objects_as_it_was() -> None:
    before = gc.get_threshold()
    assert run("score", "--help").exit_code == 0
    assert run("protocol", "show", "nct06167174").exit_code == 0
    assert gc.get_threshold() == before
