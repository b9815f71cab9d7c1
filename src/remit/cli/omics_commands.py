"""`remit omics`: samples, what differs in them by response, and whether they tell it beforehand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

import click

from remit.cli.command_group import ListedGroup
from remit.cli.facts_option import FactsChoice, facts_option
from remit.cli.options import FILE, OUT_FILE, OUT_FOLDER, REPLACE, chosen_study
from remit.cli.parameter_types import Whole
from remit.cli.print_forms import as_json, print_form
from remit.cli.printer import print_json, print_text, print_view, working
from remit.output import write_new_file

if TYPE_CHECKING:
    from remit.omics.expression import Expression
    from remit.omics.labels import Labels


@dataclass(frozen=True, slots=True)
class _Question:
    """What was asked: which samples, and where the answers of their persons stand."""

    samples: Path
    tissue: str
    assay: str
    visits: tuple[str, ...]
    probes: Path | None
    labels: Path | None
    rule: str
    person_column: str
    label_column: str
    clinical: tuple[str, ...]
    clinical_file: Path | None
    study: str | None
    facts: FactsChoice | None
    definitions: tuple[str, ...]
    at: str | None


_OPTIONS = (
    click.option("--tissue", default="", help="Where the sheet has several."),
    click.option("--assay", default="", help="Where the sheet has several."),
    click.option("--visit", "visits", multiple=True, help="Of the samples; may be repeated."),
    click.option("--probes", type=FILE, help="A table that says which gene each probe measures."),
    click.option("--labels", type=FILE, help="A file with a label for each person."),
    click.option("--rule", default="", help="With --labels: what a yes is, in words."),
    click.option("--person-column", default="person", show_default=True),
    click.option("--label-column", default="label", show_default=True),
    click.option(
        "--clinical", multiple=True, metavar="COLUMN",
        help="A number that the clinic has anyway; may be repeated.",
    ),
    click.option(
        "--clinical-file", type=FILE, help="Where those stand, if not in the file of labels."
    ),
    click.option("--study", help="In place of --labels: the study whose responses are asked."),
    click.option("--definition", "definitions", multiple=True, help="With --study."),
    click.option("--at", help="With --study: the visit of the response."),
)  # fmt: skip


def _question(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say what is asked; the command takes them as one `asked`."""

    @wraps(command)
    def taken(
        samples: Path,
        tissue: str,
        assay: str,
        visits: tuple[str, ...],
        probes: Path | None,
        labels: Path | None,
        rule: str,
        person_column: str,
        label_column: str,
        clinical: tuple[str, ...],
        clinical_file: Path | None,
        study: str | None,
        facts: FactsChoice | None,
        definitions: tuple[str, ...],
        at: str | None,
        **own: object,
    ) -> None:
        if (study is None) != (facts is None) or (study is None) != (at is None):
            raise click.UsageError("--study, --facts and --at go together")
        if study is not None and labels is not None:
            raise click.UsageError("--labels and --study are two sources of answers: give one")
        asked = _Question(
            samples, tissue, assay, visits, probes, labels, rule, person_column, label_column,
            clinical, clinical_file, study, facts, definitions, at,
        )  # fmt: skip
        command(asked=asked, **own)

    found: Callable[..., None] = facts_option(taken, required=False)
    for option in reversed(_OPTIONS):
        found = option(found)
    return click.argument("samples", type=FILE)(found)


def _expression(asked: _Question) -> Expression:
    from remit.omics.expression import read_expression
    from remit.omics.sample_choice import choose_samples
    from remit.omics.samples import read_samples

    sheet = read_samples(asked.samples)
    chosen = choose_samples(
        sheet, tissue=asked.tissue, assay=asked.assay, visits=asked.visits
    )  # fmt: skip
    return read_expression(chosen)


def _genes(asked: _Question) -> Mapping[str, str]:
    from remit.omics.probe_maps import read_probe_map

    return {} if asked.probes is None else read_probe_map(asked.probes)


def _labels(asked: _Question) -> Mapping[str, Labels]:
    """Labels by definition; by an empty name where a file gives them, empty without any."""
    from remit.omics.labels import adjudicated_labels, read_clinical, read_labels

    clinical = None
    if asked.clinical_file is not None:
        clinical = read_clinical(
            asked.clinical_file, asked.clinical, person=asked.person_column
        )  # fmt: skip
    if asked.labels is not None:
        inside = () if clinical is not None else asked.clinical
        found = read_labels(
            asked.labels, rule=asked.rule, person=asked.person_column,
            label=asked.label_column, clinical=inside,
        )  # fmt: skip
        return {"": found if clinical is None else found.with_clinical(clinical)}
    if asked.study is None or asked.facts is None or asked.at is None:
        return {}
    from remit.endpoints.definition_choice import chosen_definitions
    from remit.endpoints.study_responses import adjudicate_study

    plan = chosen_study(asked.study)
    bounds = chosen_definitions(plan, *asked.definitions)
    study = adjudicate_study(plan, asked.facts.open(plan), bounds)
    visit = study.visit_named(asked.at)
    return {one.id: adjudicated_labels(study, one.id, visit, clinical=clinical) for one in bounds}


@click.group(cls=ListedGroup)
def omics() -> None:
    """Say what samples tell of a response, or that they do not.

    \b
    Example: remit omics predict samples.csv --labels labels.csv --rule "complete response"
    """


def _for_study(command: Callable[..., None]) -> Callable[..., None]:
    return facts_option(command, required=False)


@omics.command()
@click.argument("samples", type=FILE)
@click.option("--study", help="A study whose persons and visits the sheet is held against.")
@_for_study
@as_json
def check(samples: Path, study: str | None, facts: FactsChoice | None, as_json: bool) -> None:
    """Read the sample sheet SAMPLES and name what does not fit.

    \b
    Example: remit omics check samples.csv
    """
    from remit.omics.sample_joins import join_samples
    from remit.omics.samples import read_samples

    if (study is None) != (facts is None):
        raise click.UsageError("--study and --facts go together")
    sheet = read_samples(samples)
    if study is None or facts is None:
        found = join_samples(sheet)
    else:
        from remit.endpoints.study_responses import adjudicate_study
        from remit.facts.person_names import person_names

        plan = chosen_study(study)
        followed = adjudicate_study(plan, facts.open(plan), ())
        names = person_names(followed.followed.facts)
        persons = names.all_shown(dict.fromkeys(followed.visits.visits.person.tolist()))
        found = join_samples(sheet, persons=persons, visits=followed.visits.ids)
    if as_json:
        from remit.views.json import json_of
        from remit.views.json.omics_page import samples_page

        print_json(json_of(samples_page(found)))
        return
    from remit.views.terminal.omics_texts import samples_text

    print_view(samples_text(found))


@omics.command()
@_question
@click.option(
    "--contrast",
    type=click.Choice(["response", "change", "response_by_change"]),
    default="response",
    show_default=True,
    help="Between persons, within them from one --visit to the next, or how that differs.",
)
@click.option("--covariate", "covariates", multiple=True, help="batch, site, or a --clinical.")
@click.option("--keep-unpaired", is_flag=True, help="Keep persons with one of two visits.")
@as_json
def test(
    asked: _Question,
    contrast: str,
    covariates: tuple[str, ...],
    keep_unpaired: bool,
    as_json: bool,
) -> None:
    """Test what differs by response, or changes between visits, in SAMPLES.

    \b
    Example: remit omics test samples.csv --labels labels.csv --rule "complete response"
    """
    from remit.omics.expression_tests import compare_expression

    with working("reading samples") as say:
        labels = _labels(asked)
        if len(labels) > 1:
            raise click.UsageError("several definitions are several questions: give one here")
        expression = _expression(asked)
        say("testing")
        found = compare_expression(
            expression, next(iter(labels.values()), None), contrast=contrast,
            visits=asked.visits, covariates=covariates, genes=_genes(asked),
            unpaired=keep_unpaired,
        )  # fmt: skip
    if as_json:
        from remit.views.json import json_of
        from remit.views.json.omics_page import expression_tests_page

        print_json(json_of(expression_tests_page(found)))
        return
    from remit.views.terminal.omics_texts import tests_text

    print_view(tests_text(found))


@omics.command()
@_question
@click.option(
    "--pipeline",
    type=click.Choice(["ridge", "ridge_batch_centred", "selected"]),
    default="ridge",
    show_default=True,
    help="All features; those centred by batch; or the 20 strongest of each training.",
)
@click.option(
    "--several",
    type=click.Choice(["refuse", "mean"]),
    default="refuse",
    show_default=True,
    help="Where a person has several samples.",
)
@click.option("--repeats", type=Whole(1, 1000, example=20), default=20, show_default=True)
@click.option(
    "--permutations", type=Whole(19, 100_000, example=1000), default=1000, show_default=True
)
@click.option("--seed", type=Whole(0, 2**31, example=1), default=1, show_default=True)
@click.option("--show-leaks", is_flag=True, help="Show what leaks would print beside it.")
@print_form("html", told="html is a page of its own: give --out.")
@click.option("--out", type=OUT_FILE, help="With --format html: the file to write.")
@REPLACE
def predict(
    asked: _Question,
    pipeline: str,
    several: str,
    repeats: int,
    permutations: int,
    seed: int,
    show_leaks: bool,
    form: str,
    out: Path | None,
) -> None:
    """Say whether SAMPLES tell who responds, beyond what the clinic knows.

    The verdict is biomarker, not shown, or cannot be answered with these data. Each step is fitted
    inside folds of persons; samples of one person are never on both sides.

    \b
    Example: remit omics predict samples.csv --labels labels.csv --rule response
    """
    from remit.omics.prediction import ValidationPlan, predict_definitions

    if (form == "html") != (out is not None):
        raise click.UsageError("--format html and --out FILE go together")
    plan = ValidationPlan(pipeline, repeats, permutations, seed, show_leaks)
    with working("reading samples") as say:
        labels = _labels(asked)
        if not labels:
            raise click.UsageError("give --labels FILE and --rule, or --study, --facts and --at")
        expression = _expression(asked)
        say("validating")
        found = predict_definitions(
            expression, labels, plan=plan, several=several, clinical=asked.clinical
        )  # fmt: skip
    if form == "json":
        from remit.views.json import json_of
        from remit.views.json.omics_page import biomarker_page

        print_json(json_of(biomarker_page(found)))
    elif out is not None:
        from remit.report.biomarker_page import biomarker_html

        write_new_file(out, biomarker_html(found))
        print_text(f"written: {out}")
    else:
        from remit.views.terminal.omics_texts import definitions_text, prediction_text

        only = next(iter(found.predictions.values()))
        one = len(found.predictions) == 1
        print_view(prediction_text(only) if one else definitions_text(found))


@omics.command()
@click.option("--out", type=OUT_FOLDER, required=True, help="A new folder.")
@click.option("--persons", type=Whole(4, 10_000, example=80), default=80, show_default=True)
@click.option("--features", type=Whole(20, 100_000, example=400), default=400, show_default=True)
@click.option(
    "--planted",
    type=Whole(0, 100_000, example=10),
    default=0,
    show_default=True,
    help="How many features tell the response.",
)
@click.option("--effect", type=float, default=1.0, show_default=True, help="In sd of the noise.")
@click.option("--seed", type=Whole(0, 2**31, example=1), required=True)
@REPLACE
def simulate(
    out: Path, persons: int, features: int, planted: int, effect: float, seed: int
) -> None:
    """Write made samples, labels and values, with the truth beside them.

    \b
    Example: remit omics simulate --planted 12 --seed 1 --out made
    """
    from remit.simulate.expression_samples import MadeSamples, write_made_samples

    made = MadeSamples(persons=persons, features=features, planted=planted, effect=effect)
    write_made_samples(out, made, seed=seed)
    print_text(f"written: {out}")
