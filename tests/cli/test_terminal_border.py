"""No text of any file acts on the terminal, the spreadsheet or the page that shows it.

Every command is driven with files whose free texts are poisoned. A command that is added fails here
until it is driven too.
"""

from __future__ import annotations

import ast
import csv
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.poison import MARK, POISON, Poisoned, acting, leaves, write_poisoned
from remit.cli import main
from remit.terminal import cell_text, json_visible, one_line, plain_text, visible_text

Words = tuple[object, ...]
UNFORESEEN = 70
REFUSED = object()
AT = ("--at", "2024-12-01")


def refused(*words: object) -> Words:
    """A call that has to be refused."""
    return REFUSED, *words


def both(at: Poisoned) -> Words:
    return "--definition", "lunar", "--definition", at.definition


def form_of(at: Poisoned) -> Words:
    return at.study, "--facts", at.facts, "--at", "week_24"


SHORT = ("--repeats", 1, "--permutations", 19)


def labelled(at: Poisoned) -> Words:
    return at.samples / "samples.csv", "--labels", at.samples / "labels.csv", "--rule", POISON


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Poisoned:
    return write_poisoned(tmp_path_factory.mktemp("poisoned"))


# Each command -> what it is called with. Every call shows, or refuses, something poisoned.
CALLS: Mapping[str, Callable[[Poisoned], tuple[Words, ...]]] = {
    "registry read": lambda at: (
        tuple(sorted(at.pages.iterdir())),
        (*sorted(at.pages.iterdir()), "--json"),
        refused(at.broken_page),
        refused(at.pages / f"none{POISON.replace('/', '')[:40]}"),
    ),
    "registry show": lambda at: (
        *((page,) for page in at.pages.iterdir()),
        refused(at.broken_page),
    ),
    "registry diff": lambda at: (
        *((page, page) for page in at.pages.iterdir()),
        tuple(sorted(at.pages.iterdir())[:2]),
        (*sorted(at.pages.iterdir())[:2], "--json"),
        refused(at.broken_page, at.broken_page),
    ),
    "registry link": lambda at: (
        tuple(sorted(at.pages.iterdir())),
        (*sorted(at.pages.iterdir()), "--json"),
        refused(at.broken_page),
    ),
    "registry examples": lambda at: ((at.out / "examples",), refused(at.facts)),
    "facts simulate": lambda at: (
        ("--persons", 2, "--seed", 1, "--out", at.out / "simulated"),
        refused("--persons", 2, "--seed", 1, "--out", at.facts),
    ),
    "facts check": lambda at: (
        (at.facts,),
        refused(at.facts, "--strict-units"),
        refused(at.unsound),
        refused(at.damaged),
    ),
    "facts sign": lambda at: (
        (at.facts, "--key", at.broken_page, "--out", at.out / "signature"),
        refused(at.facts, "--key", at.pages),
        refused(at.damaged, "--key", at.broken_page),
    ),
    "facts verify": lambda at: (
        refused(at.facts, "--key", at.broken_page, "--signature", at.odd_form),
        refused(at.facts, "--key", at.pages / POISON.replace("/", "")[:40]),
    ),
    "facts upgrade": lambda at: (
        (at.old_facts, "--out", at.out / "new"),
        refused(at.facts, "--out", at.out / "never"),
        refused(at.damaged, "--out", at.out / "never"),
    ),
    "facts import omop": lambda at: (
        (at.facts / "part-0000", "--out", at.out / "imported", "--study", at.study),
        refused(at.facts / "part-0000", "--out", at.facts),
        refused(at.facts / "part-0000", "--out", at.out / "never", "--signed", at.bad_panel),
        refused(at.facts / "part-0000", "--out", at.out / "never", "--screening-date", POISON),
        refused(at.facts / "part-0000", "--out", at.out / "never", "--complete", POISON),
        refused(at.pages, "--out", at.out / "never"),
        refused(at.unsound / "part-0000", "--out", at.out / "never", "--strict"),
    ),
    "facts import tidy": lambda at: (
        (*at.sheets, "--draft-map", at.out / "drafted.toml"),
        (*at.sheets, "--map", at.sheet_map, "--out", at.out / "sheets", "--study", at.study),
        refused(*at.sheets, "--draft-map", at.sheet_map),
        refused(*at.sheets, "--map", at.sheet_map, "--out", at.facts),
        refused(at.sheets[0], "--map", at.sheet_map, "--out", at.out / "never"),
        refused(at.sheets[0], "--map", at.broken_page, "--out", at.out / "never"),
        refused(at.sheets[0], "--map", at.broken_study, "--out", at.out / "never"),
        refused(at.sheets[1], at.bad_panel, "--draft-map", at.out),
        refused(at.pages, "--draft-map", at.out / "never.toml"),
    ),
    "facts import redcap": lambda at: (
        (*at.redcap, "--draft-map", at.out / "redcap-drafted.toml"),
        (*at.redcap, "--map", at.redcap_map, "--out", at.out / "redcap", "--study", at.study),
        refused(*at.redcap, "--draft-map", at.redcap_map),
        refused(*at.redcap, "--map", at.redcap_map, "--out", at.facts),
        refused(*at.redcap, "--map", at.sheet_map, "--out", at.out / "never"),
        refused(*reversed(at.redcap), "--map", at.redcap_map, "--out", at.out / "never"),
        refused("--url", f"https://x{POISON}/", "--draft-map", at.out / "never.toml"),
    ),
    "facts whois": lambda at: (
        (at.key, "P-1"),
        refused(at.key, f"P{POISON}"),
        refused(at.broken_page, "P-1"),
    ),
    "facts concepts": lambda at: ((), ("upcr",), refused(f"upcr{POISON}")),
    "facts lint": lambda at: (
        (),
        refused("--vocabulary", at.vocabulary),
        refused("--vocabulary", at.arms),
        refused("--vocabulary", at.pages),
    ),
    "protocol list": lambda at: ((),),
    "protocol show": lambda at: (
        (at.study,),
        refused(at.study, "--set", f"x{POISON}=y"),
        refused(at.study, "--set", POISON),
        refused(at.broken_page),
    ),
    "protocol redcap": lambda at: (
        (at.study, "--out", at.out / "redcap.csv"),
        refused(at.study, "--out", at.facts / "manifest.json"),
        refused(at.broken_study, "--out", at.out / "never.csv"),
    ),
    "protocol check": lambda at: (
        (at.study,),
        refused(at.broken_study),
        refused(at.broken_page),
        refused(at.arms),
    ),
    "protocol new": lambda at: (
        (at.out / "new.toml",),
        *(
            (at.out / f"new-{number}.toml", "--from", page)
            for number, page in enumerate(sorted(at.pages.iterdir()))
        ),
        refused(at.out / "never.toml", "--from", at.broken_page),
        refused(at.out / "never.toml", "--from", at.pages / f"x{POISON.replace('/', '')[:40]}"),
        refused(at.study),
    ),
    "protocol export": lambda at: (
        ("nct06167174", at.out / "exported.toml"),
        refused(f"x{POISON}", at.out / "never.toml"),
        refused("nct06167174", at.study),
    ),
    "protocol import": lambda at: (
        refused(at.broken_page, "--out", at.out / "never.toml"),
        refused(at.study, "--out", at.out / "never.toml"),
    ),
    "protocol schema": lambda at: ((),),
    "screen": lambda at: (
        *(
            (at.study, "--facts", at.facts, *more)
            for more in (
                (),
                ("--smallest", 5),
                ("--format", "json"),
                ("--out", at.out / "screened.txt"),
                ("--format", "json", "--out", at.out / "screened.json"),
                ("--format", "parquet", "--evidence", "--out", at.out / "screened"),
                ("--format", "csv"),
                ("--format", "csv", "--out", at.out / "worklist.csv"),
                ("--format", "xlsx", "--out", at.out / "worklist.xlsx"),
                ("--since", at.out / "screened", "--set", "laboratory_lookback=90 days"),
                ("--since", at.out / "screened", "--format", "csv"),
            )
        ),
        refused(at.study, "--facts", at.unsound),
        refused(at.study, "--facts", at.facts, "--since", at.pages / POISON.replace("/", "")[:40]),
        refused(at.study, "--facts", at.damaged),
        refused(at.broken_study, "--facts", at.facts),
    ),
    "explain": lambda at: (
        *((at.study, person, "--facts", at.facts) for person in range(1, 13)),
        (at.study, 3, "--facts", at.facts, "--json"),
        refused(at.study, 999999, "--facts", at.facts),
        refused(at.study, 3, "--facts", at.unsound),
    ),
    "report": lambda at: (
        (at.study, "--facts", at.facts, "--out", at.out / "report.html", "--title", POISON),
        refused(at.study, "--facts", at.facts, "--out", at.out / "report.html"),
        refused(at.study, "--facts", at.damaged, "--out", at.out / "never.html"),
    ),
    "facts import fhir": lambda at: (
        refused(at.pages, "--out", at.out / "never"),
        refused(at.broken_page, "--out", at.out / "never"),
        refused(at.pages, "--out", at.out / "never", "--expect", POISON),
    ),
    "facts import sdtm": lambda at: (
        refused(at.pages, "--out", at.out / "never"),
        refused(at.pages, "--map", at.broken_page, "--out", at.out / "never"),
        refused(at.pages, "--out", at.out / "never", "--expect", POISON),
    ),
    "what-if": lambda at: (
        (at.study, "--facts", at.facts),
        (at.study, "--facts", at.facts, "--json"),
        refused(at.study, "--facts", at.facts, "--without", POISON),
        refused(at.study, "--facts", at.facts, "--set", f"{POISON} >= 4"),
        refused(at.study, "--facts", at.damaged),
    ),
    "score": lambda at: (
        ("--list",),
        ("sledai-2k", "--describe"),
        refused(f"sle{POISON}"),
        ("sledai-2k", "--items", at.form),
        ("sledai-2k", "--items", at.form, "--explain"),
        ("sledai-2k", "--items", at.form, "--json"),
        *(refused("sledai-2k", "--items", form) for form in (at.odd_form, at.days, at.broken_page)),
        ("sledai-2k", "--facts", at.facts, *AT),
        ("sledai-2k", "--facts", at.facts, *AT, "--json"),
        ("sledai-2k", "--facts", at.facts, *AT, "--person", 3, "--explain"),
        ("sledai-2k", "--facts", at.facts, *AT, "--out", at.out / "scores.parquet"),
        ("ctcae-v5", "--facts", at.facts, "--visits", "--shift"),
        refused("sledai-2k", "--facts", at.damaged, *AT),
    ),
    "dose": lambda at: (
        ("glucocorticoid", "--facts", at.facts, *AT),
        ("glucocorticoid", "--facts", at.facts, *AT, "--json"),
        refused(f"gluco{POISON}", "--facts", at.facts, *AT),
        refused("glucocorticoid", "--facts", at.damaged, *AT),
    ),
    "plan show": lambda at: (
        (at.study,),
        refused(at.study, "--lock", at.broken_page),
    ),
    "plan check": lambda at: (
        (at.study, "--lock", at.lock),
        refused(at.study, "--lock", at.broken_page),
    ),
    "plan lock": lambda at: (
        (at.study, at.out / "plan.lock.json", "--by", f"A. {POISON}"),
        refused(at.study, at.out / "none.json", "--by", " "),
    ),
    "analyze": lambda at: (
        (
            *(at.study, "--facts", at.facts, "--arms", at.planned_arms),
            *("--out", at.out / "results", "--adam"),
        ),
        (
            *(at.study, "--facts", at.facts, "--arms", at.planned_arms),
            *("--lock", at.lock, "--json"),
        ),
        refused(at.study, "--facts", at.facts),
        refused(at.study, "--facts", at.facts, "--arms", at.strange_arms),
        refused(at.study, "--facts", at.damaged),
    ),
    "design": lambda at: (
        (at.study, "--trials", 2, "--workers", 1, "--figure", at.out / "power.svg"),
        refused(at.study, "--trials", 2, "--assume", at.broken_page),
        refused(at.study, "--trials", 2, "--analysis", f"none {POISON}"),
    ),
    "trace": lambda at: (
        ("complete_response.week_24.stem_cells.count.count", "--results", at.results),
        (
            "complete_response.week_24.stem_cells.count.count",
            "--results",
            at.results,
            "--json",
        ),
        refused(f"none {POISON}", "--results", at.results),
        refused("none", "--results", at.facts),
    ),
    "adjudicate": lambda at: (
        *(
            (at.study, "--facts", at.facts, *more)
            for more in (
                (),
                ("--definition", at.definition),
                ("--persons",),
                ("--times",),
                ("--arms", at.arms, "--format", "json"),
                (*both(at), "--compare", "--arms", at.arms),
                (*both(at), "--compare", "--format", "json"),
                (*both(at), "--compare", "--arms", at.arms, "--figure", at.out / "rates.svg"),
                ("--format", "parquet", "--out", at.out / "r", "--evidence", at.out / "e"),
                *(("--person", person) for person in at.followed[:9]),
                *(("--person", person, "--format", "json") for person in at.followed[:3]),
            )
        ),
        *(
            refused(at.study, "--facts", at.facts, *more)
            for more in (
                ("--definition", at.broken_definition),
                ("--arms", at.strange_arms),
                ("--arms", at.broken_page),
                ("--at", f"week{POISON}"),
                ("--person", 999999),
            )
        ),
        refused(at.study, "--facts", at.damaged),
    ),
    "panel form": lambda at: (
        (*form_of(at), "--adjudicator", f"=Li{POISON}", "--out", at.out / "form.csv"),
        refused(*form_of(at), "--adjudicator", "Li", "--out", at.out / "form.csv"),
        refused(
            *(at.study, "--facts", at.facts, "--at", f"week{POISON}"),
            *("--adjudicator", "Li", "--out", at.out / "never.csv"),
        ),
    ),
    "panel compare": lambda at: (
        at.panels[:2],
        (*at.panels[:2], "--consensus", at.panels[2]),
        *(refused(at.panels[0], form) for form in (at.bad_panel, at.broken_page, at.arms)),
        refused(*at.panels[:2], "--study", at.study, "--facts", at.facts),
    ),
    "referee": lambda at: (
        (at.printed,),
        (at.printed, "--all"),
        (at.printed, "--json"),
        (at.printed, "--format", "html", "--out", at.out / "refereed.html"),
        refused(at.bad_printed),
        refused(at.broken_page),
        refused(at.pages / f"none{POISON.replace('/', '')[:40]}.yaml"),
    ),
    "docs language": lambda at: (
        (),
        ("--topics",),
        refused(f"no heading{POISON}"),
    ),
    "omics simulate": lambda at: (
        ("--persons", 20, "--seed", 1, "--out", at.out / "made"),
        refused("--persons", 20, "--seed", 1, "--out", at.facts),
    ),
    "omics check": lambda at: (
        (at.samples / "samples.csv",),
        (at.samples / "samples.csv", "--json"),
        (at.samples / "samples.csv", "--study", at.study, "--facts", at.facts),
        refused(at.broken_page),
        refused(at.samples / POISON.replace("/", "")[:40]),
    ),
    "omics test": lambda at: (
        (*labelled(at), "--covariate", "batch", "--clinical", f"upcr{MARK}"),
        (*labelled(at), "--json"),
        refused(*labelled(at), "--covariate", POISON),
        refused(*labelled(at), "--visit", POISON),
        refused(*labelled(at), "--tissue", POISON),
        refused(*labelled(at), "--probes", at.broken_page),
    ),
    "omics predict": lambda at: (
        (*labelled(at), *SHORT, "--clinical", f"upcr{MARK}", "--show-leaks"),
        (*labelled(at), *SHORT, "--json"),
        (*labelled(at), *SHORT, "--format", "html", "--out", at.out / "biomarker.html"),
        refused(*labelled(at), *SHORT, "--label-column", POISON),
        refused(*labelled(at), *SHORT, "--clinical", POISON),
        refused(*labelled(at), *SHORT, "--clinical-file", at.broken_page),
        refused(
            at.samples / "samples.csv",
            *SHORT,
            "--study",
            at.study,
            "--facts",
            at.facts,
            "--at",
            "week_24",
            "--definition",
            "lunar",
        ),
    ),
    "demo": lambda at: (
        ("--persons", 5, "--out", at.out / "demo", "--pages", at.pages),
        refused("--persons", 5, "--out", at.out / "never", "--pages", at.facts),
    ),
}
# What these print holds no text of a file that others write.
SILENT = frozenset({"protocol list", "protocol schema"})


def test_every_command_is_driven() -> None:
    assert set(CALLS) == leaves(main)


@pytest.mark.parametrize("command", sorted(CALLS))
def test_no_text_of_a_file_acts(files: Poisoned, command: str) -> None:
    shown = ""
    for words in CALLS[command](files):
        call = [*command.split(), *(str(word) for word in words if word is not REFUSED)]
        ran = CliRunner().invoke(main, call)
        assert ran.exit_code != UNFORESEEN, (call, ran.output)
        assert (ran.exit_code != 0) == (REFUSED in words), (call, ran.output, ran.exception)
        assert acting(ran.output.replace("\t", "")) == set(), (call, ran.output)
        shown += ran.output
    assert command in SILENT or MARK in shown


def test_no_file_that_is_written_acts(files: Poisoned) -> None:
    """After all commands ran: what they wrote, for whoever prints it."""
    kinds = {".txt", ".json", ".html", ".svg", ".toml"}
    ours = {file for name in ("examples", "demo") for file in (files.out / name).glob("*.txt")}
    written = [path for path in files.out.rglob("*") if path.suffix in kinds and path not in ours]
    names = {path.name for path in written}
    assert names >= {"screened.txt", "screened.json", "summary.json", "report.html", "rates.svg"}
    assert names >= {"new.toml", "new-0.toml", "exported.toml"}
    for path in written:
        assert acting(path.read_text("utf-8").replace("\t", "")) == set(), path
    assert MARK in (files.out / "screened.txt").read_text("utf-8")
    told = json.loads((files.out / "screened.json").read_text("utf-8"))
    assert MARK in str(told)
    for name in ("form.csv", "worklist.csv"):
        with (files.out / name).open(encoding="utf-8-sig", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert any(MARK in cell for cell in cells), name
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells), name


def test_markup_in_the_name_of_an_arm_is_text(files: Poisoned) -> None:
    words = ["adjudicate", files.study, "--facts", files.facts, "--arms", files.arms, "--compare"]
    words += ["--definition", "lunar", "--definition", "access"]
    ran = CliRunner(env={"COLUMNS": "400"}).invoke(main, list(map(str, words)))
    # A narrow column breaks the name into lines.
    first = next(line for line in ran.output.splitlines() if line.startswith("lunar"))
    assert "[bold red]x[/bold" in first
    assert ":skull:<b>|`*" in ran.output


def test_nothing_but_the_border_writes_to_a_terminal() -> None:
    """The printer of the commands echoes and opens consoles; `written` makes text of a view."""
    root = Path(main.callback.__code__.co_filename).parents[1] if main.callback else Path()
    border = {"cli/printer.py", "views/terminal/plain_tables.py"}
    found = set()
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                if name in {"click.echo", "click.secho", "print", "Console", "logging.getLogger",
                            "warnings.warn", "sys.stdout.write", "sys.stderr.write"}:  # fmt: skip
                    found.add(str(path.relative_to(root)))
    assert found == border


ALL = "".join(map(chr, range(0x110000)))


def test_every_acting_character_is_made_visible() -> None:
    assert acting(visible_text(ALL)) == {"U+0009"}
    assert acting(one_line(ALL)) == {"U+0009"}
    assert "\n" not in one_line(ALL)
    assert acting(plain_text(ALL)) == set()
    assert acting(json_visible(ALL)) == {"U+0009"}


def test_json_says_the_same_when_it_is_visible() -> None:
    without_halves = "".join(c for c in ALL if not "\ud800" <= c <= "\udfff")
    for text in (POISON, "\U000e0041\ud800 \U0001f480 \x00", without_halves):
        assert json.loads(json_visible(json.dumps(text, ensure_ascii=False))) == text


def test_what_has_a_sense_stays() -> None:
    for text in ("≥ 3 g/g, Sjögren 狼疮肾炎", "a\n  b\tc", "日本語"):
        assert visible_text(text) == text
    assert visible_text("a\r\nb") == "a\nb"


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t=", "\r=", " =", "\n@", "＝", "＋", "－", "＠"]
)
def test_no_cell_is_a_formula(start: str) -> None:
    assert cell_text(f"{start}1+1|calc").startswith("'")
