"""`remit score`, `remit adjudicate` and `remit panel` as a user types them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from remit.cli import main
from remit.facts.opened import Facts
from remit.simulate import read_allocation

EXIT = 10


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def succeed(*words: object) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def cohort(small_cohort: Facts) -> Facts:
    return small_cohort


def form(folder: Path, value: object) -> Path:
    path = folder / "form.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


# ---- score --------------------------------------------------------------------------------------


def test_instruments_are_listed_and_described() -> None:
    assert "bilag_2004" in succeed("score", "--list")
    text = succeed("score", "sledai-2k", "--describe")
    assert "not_attributed" in text
    assert "Gladman" in text


def test_a_form_is_scored_and_explained(tmp_path: Path) -> None:
    # Weights: Gladman 2002. Seizure 8 + thrombocytopenia 1; the rest is not assessed.
    path = form(tmp_path, {"seizure": "present", "platelets": "90 10*9/L"})
    assert "9 to 105" in succeed("score", "sledai-2k", "--items", path)
    assert " 9\n" in succeed("score", "sledai-2k", "--items", path, "--unlisted", "absent").replace(
        "  (unconfirmed rule)", ""
    )
    text = succeed("score", "sledai-2k", "--items", path, "--explain")
    assert "platelets 90 10*9/L" in text
    cards = json.loads(succeed("score", "sledai-2k", "--items", path, "--json"))
    assert cards[0]["outcomes"][0]["value"] == "9 to 105"
    assert cards[0]["outcomes"][0]["complete"] is False
    assert cards[0]["outcomes"][0]["unconfirmed"]


def test_a_contradiction_is_reported_and_not_overwritten(tmp_path: Path) -> None:
    path = form(tmp_path, {"leukopenia": "absent", "leukocytes": "2.5 10*9/L"})
    cards = json.loads(succeed("score", "sledai-2k", "--items", path, "--json"))
    item = next(line for line in cards[0]["items"] if line["id"] == "leukopenia")
    assert (item["answer"], item["points"]) == ("absent", "0")
    assert "2.5" in item["contradiction"]


def test_a_dataset_is_scored(cohort: Facts, tmp_path: Path) -> None:
    person = read_allocation(cohort)["person_id"][0].as_py()
    words = ["score", "sledai-2k", "--facts", cohort.folder, "--person", person]
    assert "sledai_2k" in succeed(*words, "--visits")
    assert "measurement" in succeed(*words, "--visits", "--explain")
    out = tmp_path / "scores.parquet"
    succeed("score", "sledai-2k", "--facts", cohort.folder, "--at", "2024-12-01", "--out", out)
    assert pq.read_table(out).num_rows == 4 * 400


# ---- adjudicate and panel -----------------------------------------------------------------------


def test_a_study_is_adjudicated(cohort: Facts, tmp_path: Path) -> None:
    words = ["adjudicate", "nct05631717", "--facts", cohort.folder]
    assert "nanjing_registry" in succeed(*words)
    everyone = ("--at", "all-visits", "--persons")
    assert "baseline" in succeed(*words, *everyone)
    listed = json.loads(succeed(*words, *everyone, "--format", "json"))
    assert {"baseline", "week_4", "week_24"} <= {row["visit"] for row in listed}
    rows = json.loads(succeed(*words, "--format", "json", "--definition", "kdigo_2024"))
    assert {row["visit"] for row in rows} == {"week_24"}
    assert {"CR", "PR"} == set(rows[0]["failing"])
    assert rows[0]["distances"][0]["unit"]
    records = [record for row in rows for record in row["records"]]
    assert all(record["row"] > 0 and record["date"] for record in records)
    assert any(record["table"] == "measurement" and record["value"] for record in records)
    assert any(record["name"] == "upcr at baseline" for record in records)
    assert succeed(*words, "--at", "week24") == succeed(*words, "--at", "week_24")
    assert {row["in_window"] for row in rows} == {True}
    assert all(row["response"] == row["unconfirmed"] and row["applies"] for row in rows)
    times = json.loads(succeed(*words, "--times"))
    assert {row["grade"] for row in times} == {"CR", "PR"}
    assert all(row["visit"] is not None for row in times if row["reached"])
    out = tmp_path / "responses.parquet"
    succeed(*words, "--at", "all-visits", "--format", "parquet", "--out", out)
    assert pq.read_table(out).num_rows == 6 * len(rows)
    text = succeed(*words, "--definition", "all", "--compare")
    assert "kappa" in text
    assert "bliss_ln_perr (week 104)" in " ".join(text.split())
    assert "stem_cells" in text


def test_a_response_is_traced_to_its_records(cohort: Facts, tmp_path: Path) -> None:
    words = ["adjudicate", "nct05631717", "--facts", cohort.folder]
    rows = json.loads(succeed(*words, "--format", "json"))
    by_dose = [row for row in rows if row["failing"]["CR"] == "steroid"]
    assert by_dose
    for row in by_dose:
        tables = {record["table"] for record in row["records"]}
        assert "dose_era" in tables, row["person"]
        page = json.loads(succeed(*words, "--person", row["person"], "--format", "json"))
        assert (page["kind"], page["person"]) == ("remit.response_trace", row["person"])
        (response,) = page["responses"]
        (steroid,) = (gate for gate in response["gates"] if gate["id"] == "steroid")
        (leaf,) = steroid["leaves"]
        assert leaf["distance"] > 0
        assert leaf["records"][0]["table"] == "dose_era"
        keys = {(r["table"], r["row"]) for g in response["gates"] for leaf in g["leaves"]
                for r in leaf["records"]}  # fmt: skip
        assert keys == {(record["table"], record["row"]) for record in row["records"]}
    text = succeed(*words, "--person", by_dose[0]["person"], "--at", "all-visits")
    assert text.count("CR steroid: ") == 6
    assert "distance +" in text
    out, evidence = tmp_path / "responses.parquet", tmp_path / "records.parquet"
    succeed(*words, "--format", "parquet", "--out", out, "--evidence", evidence)
    table = pq.read_table(evidence).to_pylist()
    assert {row["person_id"] for row in table} == {row["person"] for row in rows}
    result = run(*words, "--person", 999_999)
    assert (result.exit_code, "was not followed" in result.output) == (6, True)


@pytest.mark.parametrize(
    "more",
    [
        ("--person", "1", "--persons"),
        ("--person", "1", "--times"),
        ("--person", "1", "--compare", "--definition", "all"),
        ("--person", "1", "--smallest", "5"),
        ("--evidence", "x.parquet"),
        ("--evidence", "x.parquet", "--format", "json"),
    ],
)
def test_a_trace_has_its_own_words(cohort: Facts, more: tuple[str, ...]) -> None:
    result = run("adjudicate", "nct05631717", "--facts", cohort.folder, *more)
    assert result.exit_code == 2, result.output


def test_a_confirmed_response_needs_the_visit_before(cohort: Facts) -> None:
    """BLISS-LN judges at week 104 and asks the visit before to show the response too."""
    words = ["adjudicate", "nct05631717", "--facts", cohort.folder, "--definition", "bliss_ln_perr"]
    text = " ".join(succeed(*words, "--at", "all-visits").split())
    assert "confirmed by the visit before: The visit before (week 100)" in text
    assert "its source judges at week 104, not at baseline, week_4," in text
    rows = json.loads(succeed(*words, "--at", "all-visits", "--format", "json"))
    alone = {(row["person"], row["visit"]): row["unconfirmed"] for row in rows}
    order = ["baseline", "week_4", "week_8", "week_16", "week_20", "week_24"]
    found = [row for row in rows if row["visit"] != "baseline"]
    for row in found:
        before = alone[row["person"], order[order.index(row["visit"]) - 1]]
        both = {row["unconfirmed"], before}
        if row["response"] == "not yet due":  # its time was not over at the data cut
            assert row["unconfirmed"] not in {"R", "NR"}
            continue
        expected = "NR" if "NR" in both else "R" if both == {"R"} else "not assessable"
        assert row["response"] == expected
        assert row["in_window"] is False
        if row["response"] == "NR" and row["unconfirmed"] == "R":
            assert row["failing"]["R"] == "confirmation"
    told = {row["response"] for row in found}
    assert told == {"R", "NR", "not assessable", "not yet due"}


def test_a_definition_can_be_edited_and_compared(cohort: Facts, tmp_path: Path) -> None:
    packaged = Path("src/remit/endpoints/definitions/nanjing_registry.toml").read_text("utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(
        packaged.replace('id = "nanjing_registry"', 'id = "mine"')
        .replace('touches = ["nanjing_registry"]', 'touches = ["mine"]')
        .replace("upcr < 0.5 g/g", "upcr < 0.8 g/g"),
        encoding="utf-8",
    )
    words = ["adjudicate", "nct05631717", "--facts", cohort.folder, "--definition"]
    ours = json.loads(succeed(*words, mine, "--format", "json", "--at", "week_24"))
    theirs = json.loads(succeed(*words, "nanjing_registry", "--format", "json", "--at", "week_24"))
    complete = [sum(row["response"] == "CR" for row in rows) for rows in (ours, theirs)]
    assert complete[0] >= complete[1]
    assert {row["definition"] for row in ours} == {"mine"}
    both = [*words, mine, "--definition", "nanjing_registry", "--compare", "--format", "json"]
    compared = json.loads(succeed(*both, "--at", "week_24"))
    assert set(compared["grades"]) == {"mine", "nanjing_registry"}
    assert all(flip["responder_under"] == "mine" for flip in compared["flips"])
    result = run(*words, mine, "--definition", mine)
    assert (result.exit_code, "two definitions are called 'mine'" in result.output) == (EXIT, True)


def test_two_people_judge(cohort: Facts, tmp_path: Path) -> None:
    paths = []
    for name in ("Li", "Chen"):
        path = tmp_path / f"{name}.csv"
        words = ["panel", "form", "nct05631717", "--facts", cohort.folder, "--at", "week_24"]
        succeed(*words, "--adjudicator", name, "--out", path)
        answer = "CR" if name == "Li" else "NR"
        path.write_text(path.read_text("utf-8").replace(f"{name},,", f"{name},{answer},"), "utf-8")
        paths.append(path)
    text = succeed("panel", "compare", *paths)
    assert "agree on 0 of" in text


# ---- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ({"seizures": "present"}, "seizure"),
        ({"seizure": "perhaps"}, "present, absent, not_attributed"),
        ({"platelets": "many"}, "platelets: this is no number"),
        ({"platelets": "90 g/g/g"}, "not in the closed table of units"),
        ({}, "the form holds no items"),
        ([{"seizure": "present"}], "visit 1 has no date"),
        (
            [
                {"date": "2024-01-01", "upcr": "1 g/g"},
                {"date": "2024-01-01", "upcr": "100 mg/mmol"},
            ],
            "two visits have one date",
        ),
    ],
)
def test_a_wrong_form_is_refused(tmp_path: Path, items: object, message: str) -> None:
    result = run("score", "sledai-2k", "--items", form(tmp_path, items))
    assert result.exit_code == EXIT
    assert message in result.output


def test_what_is_not_there_is_named(cohort: Facts, tmp_path: Path) -> None:
    result = run("score", "sledai-3k", "--items", form(tmp_path, {"a": 1}))
    assert (result.exit_code, "sledai_2k" in result.output) == (EXIT, True)
    words = ["adjudicate", "nct05631717", "--facts", cohort.folder]
    result = run(*words, "--definition", "kdigo")
    assert (result.exit_code, "kdigo_2024" in result.output) == (EXIT, True)
    result = run(*words, "--at", "week_12")
    assert (result.exit_code, "week_20" in result.output) == (4, True)
    result = run(
        "score", "sledai-2k", "--facts", cohort.folder, "--at", "2024-01-01", "--person", 999
    )
    assert (result.exit_code, "no person 999" in result.output) == (6, True)
    result = run("score", "sledai-2k", "--items", tmp_path / "none.json")
    assert (result.exit_code, "cannot be read" in result.output) == (EXIT, True)


def test_a_negative_dose_a_wrong_weight_and_an_age_out_of_range(tmp_path: Path) -> None:
    result = run("score", "egfr", "--items", form(tmp_path, {"height": "tall"}))
    assert (result.exit_code, "height: this is no number" in result.output) == (EXIT, True)
    flare = form(tmp_path, {"dose of glucocorticoid": "-5 mg/d"})
    result = run("score", "selena-flare-index", "--items", flare)
    assert (result.exit_code, "cannot be negative" in result.output) == (EXIT, True)
    child = {"creatinine": "0.6 mg/dL", "age": 8, "sex": "female"}
    text = succeed("score", "egfr", "--items", form(tmp_path, child))
    line = next(row for row in text.splitlines() if row.startswith("egfr_ckd_epi_2021"))
    assert "implausible" in line


def test_the_command_line_starts_without_the_query_engine() -> None:
    code = "import sys, remit.cli; sys.exit('duckdb' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
