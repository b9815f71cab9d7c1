"""What the codes of a dataset leave open is counted, and told beside the verdicts."""

from __future__ import annotations

from datetime import date
from io import StringIO

from rich.console import Console, RenderableType

from remit.protocol import read_protocol_text
from remit.report import render_report
from remit.screening import Screening, screen_dataset
from remit.screening.code_gaps import UncarriedConcept, UnresolvedRows, concepts_by_table
from remit.screening.explanation import explain_person
from remit.testing import Row, small_facts, study_text
from remit.views.json.explanation_page import explanation_page
from remit.views.json.screening_page import screening_page
from remit.views.notebook.result_tables import screening_html
from remit.views.terminal.screenings import explanation_text, screening_text

CUT = date(2024, 6, 30)
PROTOCOL = read_protocol_text(
    study_text(
        {
            "A": "not any pulmonary_arterial_hypertension in [screening - 1 year, screening]",
            "B": "not any rituximab in [screening - 1 year, screening]",
            "C": "latest platelets > 50 10*9/L or not any rituximab in [.., screening]",
        }
    ),
    source="test",
)
STRANGE: Row = {
    "concept": 999_001,
    "table": "condition_occurrence",
    "date": "2024-02-01",
    "end": "2024-02-09",
}


def told(view: RenderableType) -> str:
    console = Console(width=400, record=True, file=StringIO())
    console.print(view)
    return console.export_text()


def screened(*rows: Row, mapped: tuple[str, ...] = (), own: tuple[str, ...] = ()) -> Screening:
    everyone: list[Row] = []
    for person in (1, 2, 3):
        everyone.append({"person_id": person, "anchor": "screening", "date": "2024-03-31"})
    facts = small_facts([*everyone, *rows], data_cut=CUT, mapped=mapped, own_codes=own)
    return screen_dataset(PROTOCOL, facts)


def test_concepts_that_the_data_cannot_carry_are_named_with_their_criteria() -> None:
    gaps = screened().code_gaps()
    assert gaps.concepts == (
        UncarriedConcept("pulmonary_arterial_hypertension", "condition_occurrence", ("A",)),
        UncarriedConcept("rituximab", "drug_exposure", ("B", "C")),
    )
    assert gaps.tables == ()
    assert concepts_by_table(gaps) == {
        "condition_occurrence": ("pulmonary_arterial_hypertension",),
        "drug_exposure": ("rituximab",),
    }
    assert screened().reason_counts("B") == {"code_unresolved": 3}


def test_a_code_that_occurs_or_a_declaration_closes_the_gap() -> None:
    rituximab: Row = {"person_id": 3, "drug": "rituximab", "start": "2020-01-01"}
    gaps = screened(rituximab).code_gaps()
    assert [item.concept for item in gaps.concepts] == ["pulmonary_arterial_hypertension"]
    both = ("condition_occurrence", "drug_exposure")
    assert not screened(mapped=both, own=both).code_gaps()


def test_every_view_tells_the_gaps_before_the_counts() -> None:
    rows = [{**STRANGE, "person_id": person} for person in (1, 1, 2)]
    screening = screened(*rows, mapped=("drug_exposure",))
    found = explain_person(screening, 1)
    shown = {
        "terminal": told(screening_text(screening)),
        "one person": told(explanation_text(found)),
        "notebook": screening_html(screening),
        "report": render_report((screening,), explained={}, title="t"),
    }
    for name, text in shown.items():
        plain = " ".join(text.split())
        assert "carries no code of pulmonary_arterial_hypertension" in plain, name
        assert "3 rows of 2 persons have one of 1 codes that nobody knows" in plain, name
    page = screening_page(screening).code_gaps
    assert page.tables[0].rows == 3
    assert explanation_page(found).code_gaps == page
    hidden = told(screening_text(screening, smallest=5))
    assert "rows of some persons have a code that nobody knows" in " ".join(hidden.split())
    assert screening_page(screening, smallest=5).code_gaps.tables[0].rows is None


def test_rows_that_nobody_can_read_are_counted() -> None:
    rows = [{**STRANGE, "person_id": person} for person in (1, 1, 2)]
    both = ("condition_occurrence", "drug_exposure")
    screening = screened(*rows, mapped=both, own=both)
    assert screening.code_gaps().tables == (
        UnresolvedRows("condition_occurrence", codes=1, rows=3, persons=2, criteria=("A",)),
    )
    assert screening.reason_counts("A") == {"code_unresolved": 2}
    assert screening.reason_counts("B") == {}


def test_codes_that_one_concept_only_leaves_open_are_counted() -> None:
    """The vocabulary knows what lies below rituximab, and nothing of belimumab."""
    protocol = read_protocol_text(
        study_text(
            {
                "A": "not any belimumab in [screening - 1 year, screening]",
                "B": "not any rituximab in [screening - 1 year, screening]",
            }
        ),
        source="test",
    )
    rows: list[Row] = [
        {"anchor": "screening", "date": "2024-03-31"},
        {"drug": 777_777, "start": "2024-03-01"},
        {"person_id": 2, "anchor": "screening", "date": "2024-03-31"},
        {"person_id": 2, "drug": 0, "start": "2024-03-01"},
        {"ancestor": 777_777, "descendant": 777_777},
        {"ancestor": "rituximab", "descendant": "rituximab"},
    ]
    screening = screen_dataset(protocol, small_facts(rows, data_cut=CUT, mapped=("drug_exposure",)))
    assert screening.code_gaps().tables == (
        UnresolvedRows("drug_exposure", codes=2, rows=2, persons=2, criteria=("A", "B")),
    )
    assert screening.reason_counts("A") == {"code_unresolved": 2}
    assert screening.reason_counts("B") == {"code_unresolved": 1}
