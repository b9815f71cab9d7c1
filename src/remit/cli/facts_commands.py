"""`remit facts`: simulate, check and upgrade datasets, look at concepts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

import remit
from remit.cli.command_group import ListedGroup
from remit.cli.import_commands import import_group
from remit.cli.options import (
    CONCEPTS_OF,
    FILE,
    FOLDER,
    OUT_FILE,
    OUT_FOLDER,
    REPLACE,
    SAME_OR_NEW,
    chosen_dictionary,
    chosen_study,
)
from remit.cli.parameter_types import Whole
from remit.cli.printer import print_text, working

if TYPE_CHECKING:
    from remit.facts.opened import Facts


@click.group(cls=ListedGroup)
def facts() -> None:
    """Datasets of facts: simulate and check them, and the concept dictionary.

    \b
    Example: remit facts simulate --persons 2000 --seed 1 --out cohort
    """


facts.add_command(import_group)


@facts.command("simulate")
@click.option("--persons", type=Whole(1, example=2000), required=True, help="How many persons.")
@click.option("--seed", type=Whole(0, example=1), required=True, help="Same seed, same bytes.")
@click.option("--out", type=SAME_OR_NEW, required=True, help="The folder to write.")
@click.option("--truth/--no-truth", default=True, show_default=True, help="Write the known truth.")
@click.option(
    "--study",
    "studies",
    multiple=True,
    help="A study, or a protocol file, that the persons are made for; repeatable. All packaged "
    "ones by default.",
)
@REPLACE
def facts_simulate(
    persons: int, seed: int, out: Path, truth: bool, studies: tuple[str, ...]
) -> None:
    """Write a synthetic lupus cohort in OMOP tables, with the known truth of every criterion.

    \b
    Example: remit facts simulate --persons 2000 --seed 1 --out cohort
    """
    from remit.simulate import find_cohort, write_cohort

    with working("simulating") as say:
        # A study of one's own may have changed since: its cohort is drawn anew.
        same = None if studies else find_cohort(out, persons=persons, seed=seed, truth=truth)
        dataset = same or write_cohort(
            out,
            persons=persons,
            seed=seed,
            truth=truth,
            protocols=[chosen_study(study) for study in studies] or None,
            progress=lambda done, of: say(f"simulating: {done:,} of {of:,} persons"),
        )
    for name, file in dataset.manifest.tables.items():
        print_text(f"{name:24}{file.rows:>14,} rows")
    print_text(f"written: {out}" if same is None else f"there already, the same: {out}")


@facts.command("whois")
@click.argument("key", metavar="KEYFILE", type=FILE)
@click.argument("pseudonyms", nargs=-1, required=True)
def facts_whois(key: Path, pseudonyms: tuple[str, ...]) -> None:
    """Say who the persons of a de-identified dataset are, by the key that it was written with.

    \b
    Example: remit facts whois our-key.json P-36f9b71a74a40e15f4ff
    """
    from remit.errors import DatasetError
    from remit.facts.intake.deidentified.pseudonym_key import read_key

    persons = read_key(key).persons
    strange = [name for name in pseudonyms if name not in persons]
    if strange:
        raise DatasetError(
            "the key gave nobody this pseudonym",
            expected="a pseudonym of a dataset that was written with this key",
            got=", ".join(strange),
            next_step="give the key of that dataset",
            place=key,
        )
    for name in pseudonyms:
        print_text(f"{name}  {persons[name]}")


@facts.command("check")
@click.argument("folder", type=FOLDER)
@click.option("--strict-units", is_flag=True, help="Refuse a unit that nobody knows.")
@CONCEPTS_OF
def facts_check(folder: Path, strict_units: bool, study: str | None) -> None:
    """Verify a dataset's files and look for facts that cannot be.

    \b
    Example: remit facts check cohort
    """
    from remit.facts.soundness import check_dataset, require_sound

    dataset = remit.open_facts(folder).under(chosen_dictionary(study))
    with working("checking"):
        findings = check_dataset(dataset, strict_units=strict_units)
    for finding in findings:
        print_text(f"{finding.severity}: {finding}")
    if any(finding.severity == "error" for finding in findings):
        require_sound(dataset, strict_units=strict_units)
    files = dataset.manifest.tables.values()
    _print_strengths(dataset)
    print_text(f"{len(files)} tables, {sum(file.rows for file in files):,} rows, every file sound")


def _print_strengths(dataset: Facts) -> None:
    """What is in drugs, where a dataset knows that."""
    manifest = dataset.manifest
    if manifest.strengths is not None:
        rows = manifest.tables["drug_strength"].rows
        print_text(f"drug_strength: {rows:,} rows, by {manifest.strengths.words}")


@facts.command("sign")
@click.argument("folder", type=FOLDER)
@click.option("--key", type=FILE, required=True, help="A file of 32 or more random bytes.")
@click.option("--out", type=OUT_FILE, help="The file to write; beside the manifest if not given.")
@REPLACE
def facts_sign(folder: Path, key: Path, out: Path | None) -> None:
    """Write a detached signature of a dataset, after its files were verified.

    The key is a shared secret (HMAC-SHA256): whoever can verify the signature can make one.

    \b
    Example: remit facts sign cohort --key shared.key
    """
    from remit.facts.signature import sign_facts

    with working("verifying the dataset"):
        written = sign_facts(remit.open_facts(folder), key, out)
    print_text(f"written: {written}")


@facts.command("verify")
@click.argument("folder", type=FOLDER)
@click.option("--key", type=FILE, required=True, help="The key with which it was signed.")
@click.option("--signature", type=FILE, help="The signature; beside the manifest if not given.")
def facts_verify(folder: Path, key: Path, signature: Path | None) -> None:
    """Verify a dataset's files and its detached signature.

    \b
    Example: remit facts verify cohort --key shared.key
    """
    from remit.facts.signature import verify_signature

    with working("verifying the dataset"):
        dataset = remit.open_facts(folder)
        verify_signature(dataset, key, signature)
    print_text(f"{folder}: every file sound, signed with this key")
    print_text(f"manifest sha256 {dataset.manifest.digest}")


@facts.command("upgrade")
@click.argument("folder", type=FOLDER)
@click.option("--out", type=OUT_FOLDER, required=True, help="The folder to write.")
@REPLACE
def facts_upgrade(folder: Path, out: Path) -> None:
    """Write a dataset of an earlier version anew, with the same rows.

    \b
    Example: remit facts upgrade old-cohort --out cohort
    """
    from remit.facts.upgrade import upgrade_dataset

    with working("upgrading"):
        dataset = upgrade_dataset(folder, out)
    origin, manifest = dataset.manifest.origin, dataset.manifest
    if origin is not None:
        print_text(f"version {origin.version} -> {manifest.version}, parts: {len(dataset.parts)}")
    print_text(f"written: {out}")


@facts.command("concepts")
@click.argument("name", required=False)
@CONCEPTS_OF
def facts_concepts(name: str | None, study: str | None) -> None:
    """List the concept dictionary, or show one concept with its codes.

    \b
    Example: remit facts concepts upcr
    """
    dictionary = chosen_dictionary(study)
    if name is None:
        for concept in dictionary.concepts.values():
            unit = concept.unit.code if concept.unit else ""
            print_text(f"{concept.name:40}{concept.kind:12}{unit:20}{concept.label}")
        return
    concept = dictionary.concept(name)
    print_text(f"{concept.name}: {concept.label} ({concept.kind})")
    if concept.factors:
        print_text(f"  units: {', '.join(concept.factors)}")
    if concept.plausible:
        print_text(f"  plausible: {concept.plausible[0]} to {concept.plausible[1]}")
    if concept.members:
        print_text(f"  members: {', '.join(concept.members)}")
    days = f" {concept.absence.days} days" if concept.absence.days else ""
    print_text(f"  absence: {concept.absence.rule}{days}")
    for code in concept.codes:
        omop = f" (OMOP {code.omop})" if code.omop else ""
        print_text(f"  {code.vocabulary} {code.code}{omop} {code.name} [{code.verified}]")
    print_text(f"  source: {concept.source}")


@facts.command("lint")
@click.option(
    "--vocabulary",
    type=FILE,
    help="What to hold the codes against: a folder or zip archive of Athena, or a CONCEPT.csv.",
)
@click.option("--facts", "folder", type=FOLDER, help="A dataset: the codes of its source too.")
@CONCEPTS_OF
def facts_lint(vocabulary: Path | None, folder: Path | None, study: str | None) -> None:
    """Check codes: form and check digit, names, OMOP ids, and whether they are standard today.

    Without --vocabulary the dictionary is held against itself; with --facts against what the import
    kept of its vocabulary.

    \b
    Example: remit facts lint --vocabulary athena
    Example: remit facts lint --facts clinic
    """
    from remit.errors import ConceptError
    from remit.facts.lint import lint_codes, lint_dataset, vocabulary_of

    dictionary = chosen_dictionary(study)
    with working("looking up codes"):
        findings = lint_codes(dictionary, vocabulary or vocabulary_of(dictionary))
        if folder is not None:
            with remit.open_facts(folder) as dataset:
                findings += lint_dataset(dictionary, dataset)
                _print_strengths(dataset)
    for finding in findings:
        print_text(str(finding))
    if findings:
        raise ConceptError(
            f"{len(findings)} codes do not agree with the vocabulary",
            next_step="correct the codes, or mark them UNVERIFIED; correct mislabelled ones at "
            "their source",
        )
    print_text("no findings")
