"""Each figure with its rows and the Python that draws it: the same bytes by another process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from remit.analysis.rows.flow_rows import TrialFlow, flow_of
from remit.analysis.rows.grade_states import grade_states, grade_states_of
from remit.analysis.rows.trial_analysis import TrialAnalysis, analyse_trial
from remit.analysis.rows.visit_answers import shown_answers, shown_table
from remit.facts.opened import Facts
from remit.protocol import protocol_named
from remit.report.analysis_page import write_analysis
from remit.report.figures.figure_source import FigureSource
from remit.report.figures.trial_figures import trial_figures

STUDY = protocol_named("nct05631717")
EACH = """
import runpy, sys
_, out, *scripts = sys.argv
for script in scripts:
    sys.argv = [script, out]
    runpy.run_path(script, run_name="__main__")
"""
PLANNED = {
    "complete_response", "time_to_complete_response", "glucocorticoid_dose_change",
    "adverse_events",
}  # fmt: skip


@pytest.fixture(scope="module")
def found(large_cohort: Facts) -> TrialAnalysis:
    few = tuple(one for one in STUDY.analyses if one.id in PLANNED)
    plan = STUDY.model_copy(update={"analyses": few, "families": ()})
    return analyse_trial(plan, large_cohort, every_definition=True, flow=True)


def test_the_python_beside_a_figure_draws_the_same_bytes(
    found: TrialAnalysis, tmp_path: Path
) -> None:
    """One of each kind, in another process that is given nothing but the folder."""
    folder = write_analysis(found, tmp_path / "out") / "figures"
    again = tmp_path / "again"
    again.mkdir()
    kinds = {one.source.draw: one for one in trial_figures(found)}
    assert len(kinds) == 10
    scripts = [folder / f"{one.name}.py" for one in kinds.values()]
    run: list[str | Path] = [sys.executable, "-c", EACH, again, *scripts]
    subprocess.run(run, check=True, capture_output=True, cwd=again)
    for one in kinds.values():
        for form in ("svg", "pdf"):
            drawn = (again / f"{one.name}.{form}").read_bytes()
            assert drawn == (folder / f"{one.name}.{form}").read_bytes(), one.name
    names = {one.name for one in trial_figures(found)}
    for ending in ("svg", "pdf", "csv", "parquet", "py"):
        assert {path.stem for path in folder.glob(f"*.{ending}")} == names


def test_what_a_figure_shows_is_read_again_as_it_was(found: TrialAnalysis) -> None:
    assert isinstance(found.flow, TrialFlow)
    assert flow_of(found.flow.to_arrow()) == found.flow
    states = grade_states(found.trial)
    assert states is not None
    assert grade_states_of(states.to_arrow()) == states
    answers = [one for one in found.answers if one.analysis == "glucocorticoid_dose_change"]
    for before, after in zip(answers, shown_answers(shown_table(answers)), strict=True):
        used = before.used
        assert after.visit == used.visit
        assert after.unit == used.unit == "mg/d"
        assert (after.person == used.person).all()
        assert (after.value == used.value).all()
        assert (after.arm == used.arm).all()


def test_a_title_cannot_end_the_text_of_a_script(found: TrialAnalysis, tmp_path: Path) -> None:
    """Titles come from protocols that anybody may write."""
    source = trial_figures(found)[0].source
    odd = FigureSource(
        source.table, source.read, source.draw, {**source.options, "labels": {"a": '\'\n"""'}}
    )
    text = odd.script("flow", 'Flow\n""" + exit(3) + """\\')
    compiled = compile(text, "flow.py", "exec")
    assert compiled.co_consts[0].startswith("Flow")
    assert "exit(3)" in compiled.co_consts[0]
