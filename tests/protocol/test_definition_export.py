"""The way out: Circe JSON, FHIR and English, each with what it cannot say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from remit.cli import main
from remit.criteria.meanings import LEAF_KINDS
from remit.facts.codes import NO_VOCABULARY, OWN
from remit.facts.dictionary import packaged_dictionary
from remit.protocol import packaged_protocols, protocol_named, read_protocol_text
from remit.protocol.bound import BoundProtocol, bind_protocol
from remit.protocol.interchange.circe_cohort import read_circe_text
from remit.protocol.interchange.circe_export import circe_definition
from remit.protocol.interchange.circe_leaves import LEAF_GROUPS
from remit.protocol.interchange.english import english_definition
from remit.protocol.interchange.english_leaves import LEAF_WORDS
from remit.protocol.interchange.fhir_definition import fhir_definition
from remit.protocol.interchange.losses import Exported
from remit.testing import study_text

FORMS = ("circe", "fhir", "english")


def _exported(form: str, bound: BoundProtocol) -> Exported:
    if form == "circe":
        return circe_definition(bound, ())
    return fhir_definition(bound) if form == "fhir" else english_definition(bound)


def _bound(**criteria: str) -> BoundProtocol:
    return bind_protocol(read_protocol_text(study_text(criteria), source="t"), NO_VOCABULARY)


def test_each_kind_of_leaf_has_words_and_a_place_or_a_refusal() -> None:
    assert set(LEAF_WORDS) == set(LEAF_KINDS)
    assert set(LEAF_GROUPS) == set(LEAF_KINDS)


@pytest.mark.parametrize("name", packaged_protocols())
@pytest.mark.parametrize("form", FORMS)
def test_no_criterion_is_dropped_in_silence(name: str, form: str) -> None:
    bound = bind_protocol(protocol_named(name), NO_VOCABULARY)
    found = _exported(form, bound)
    assert found == _exported(form, bound)
    left_out = {loss.criterion for loss in found.losses if loss.whole}
    for item in bound.criteria:
        written = f"{item.criterion.id}: " if form == "circe" else f"{item.criterion.id}"
        assert (written in found.text) != (form == "circe" and item.criterion.id in left_out)
    assert any("unknown" in loss.what for loss in found.losses)


def test_circe_says_a_window_a_count_and_an_exclusion() -> None:
    bound = _bound(E1="count of infection in [screening - 30 days, screening) >= 2")
    page = json.loads(circe_definition(bound, ()).text)
    (rule,) = page["InclusionRules"]
    (asked,) = rule["expression"]["CriteriaList"] or rule["expression"]["Groups"]
    asked = asked if "Criteria" in asked else asked["CriteriaList"][0]
    assert asked["StartWindow"]["Start"] == {"Days": 30, "Coeff": -1}
    assert asked["StartWindow"]["End"] == {"Days": 1, "Coeff": -1}
    assert asked["Occurrence"] == {"Type": 2, "Count": 2, "IsDistinct": False}


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("platelets < 50 10*9/L", "any value of the window passes"),
        ("urine_protein_24h >= 1 g/d", "unit conversion"),
        ("age at screening >= 18 years", "completed years"),
        ("dose of glucocorticoid at screening <= 20 mg/d", "equivalents"),
        (
            "any urine_protein_24h in [screening - 1 month, screening] > 1 g/d "
            "confirmed within [1 day, 14 days]",
            "confirms the first",
        ),
        ("any sle in [screening - 2 months, screening]", "60 days"),
        ("sledai_2k >= 6", "score"),
        ("at least 2 of (sex is female, any sle in [.., screening], ast > 1.5 * uln)", "m of k"),
    ],
)
def test_what_circe_cannot_say_is_named(expression: str, words: str) -> None:
    found = circe_definition(_bound(I1=expression), ())
    assert any(loss.criterion == "I1" and words in loss.what for loss in found.losses)


def test_english_says_windows_and_numbers_in_words() -> None:
    text = english_definition(_bound(I1="latest platelets in [.., screening) >= 1.5 10*9/L")).text
    assert "the latest Platelets at any time before screening is at least 1.5" in text.replace(
        "Platelet count", "Platelets"
    )


def test_fhir_keeps_each_criterion_and_does_not_split_what_excludes_together() -> None:
    text = study_text({"E1": "sex is male and any sle in [.., screening]", "E2": "sex is male"})
    found = fhir_definition(bind_protocol(read_protocol_text(text, source="t"), NO_VOCABULARY))
    variable, people = (entry["resource"] for entry in json.loads(found.text)["entry"])
    assert variable["resourceType"] == "EvidenceVariable"
    assert [one["description"][:2] for one in variable["characteristic"]] == ["E1", "E2"]
    assert people["resourceType"] == "Group"
    exclusions = [one for one in people["characteristic"] if one["exclude"]]
    assert len(exclusions) in {0, 1}


@pytest.mark.parametrize("name", packaged_protocols())
def test_fhir_says_its_version_and_has_ids_and_elements_of_r4_and_r4b(name: str) -> None:
    """FHIR R4 (hl7.org/fhir/R4): `id` and `fullUrl`; R4B has no `EvidenceVariable.type`."""
    page = json.loads(fhir_definition(bind_protocol(protocol_named(name), NO_VOCABULARY)).text)
    urls = [entry["fullUrl"] for entry in page["entry"]]
    assert len(set(urls)) == 2
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", url) for url in urls)
    for resource in (page, *(entry["resource"] for entry in page["entry"])):
        (profile,) = resource["meta"]["profile"]
        kind = resource["resourceType"]
        assert profile == f"http://hl7.org/fhir/StructureDefinition/{kind}|4.0.1"
        if kind != "Bundle":
            assert re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", resource["id"])
            assert kind != "EvidenceVariable" or "type" not in resource


def test_fhir_of_r5_says_its_version_and_has_the_membership_of_r5_where_r4_has_actual() -> None:
    """FHIR R5 (hl7.org/fhir/R5/group.html): `Group.membership`, in place of R4's `actual`."""
    bound = bind_protocol(protocol_named("nct06167174"), NO_VOCABULARY)
    older, newer = (fhir_definition(bound, release=release) for release in ("R4", "R5"))
    text = newer.text.replace("|5.0.0", "|4.0.1")
    assert text != newer.text
    assert text.replace('"membership": "definitional"', '"actual": false') == older.text
    (said,) = (loss.what for loss in newer.losses if "versions of FHIR" in loss.what)
    assert "R5 (5.0.0)" in said


def test_circe_gets_no_number_that_is_remits_own_and_the_codes_without_one_are_named() -> None:
    for name in packaged_protocols():
        found = circe_definition(bind_protocol(protocol_named(name), NO_VOCABULARY), ())
        sets = json.loads(found.text)["ConceptSets"]
        items = [item for one in sets for item in one["expression"]["items"]]
        ids = {item["concept"]["CONCEPT_ID"] for item in items}
        assert not ids & set(OWN)
        assert all(any(not i["isExcluded"] for i in one["expression"]["items"]) for one in sets)
    dictionary = packaged_dictionary()
    without = next(
        one
        for one in dictionary.concepts.values()
        if one.kind == "condition" and one.codes and all(c.omop in OWN for c in one.codes)
    )
    lost = circe_definition(_bound(I1=f"any {without.name} in [.., screening]"), ()).losses
    assert any(loss.whole and "no code of it has an id of OMOP" in loss.what for loss in lost)


@pytest.mark.parametrize("form", FORMS)
def test_the_command_writes_the_losses_beside(form: str, tmp_path: Path) -> None:
    out = tmp_path / f"study.{form}"
    done = CliRunner().invoke(
        main, ["protocol", "export", "umin000042298", str(out), "--format", form]
    )
    assert done.exit_code == 0, done.output
    losses = json.loads((tmp_path / f"study.{form}.losses.json").read_text(encoding="utf-8"))
    assert losses["kind"] == "remit.losses"
    assert losses["target"] == form
    assert losses["losses"]


def test_what_circe_exports_of_events_can_be_read_again() -> None:
    bound = _bound(I1="any sle in [screening - 90 days, screening]", I2="sex is female")
    page = json.loads(circe_definition(bound, ()).text)
    # Any visit dates a person there, which an import refuses: a visit of a concept set does not.
    visit = {"VisitOccurrence": {"CodesetId": page["ConceptSets"][0]["id"]}}
    page["PrimaryCriteria"]["CriteriaList"] = [visit]
    found = read_circe_text(json.dumps(page), source="c.json")
    assert found.last
    assert "[index - 90 days, index]" in found.rules[1].expression
