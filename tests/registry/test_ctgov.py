from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from remit.registry import Record, read_page, read_text
from remit.registry.exports.json_leaves import read_leaves
from remit.views.json import json_of
from remit.views.json.registry_page import record_page

from .accounting import assert_no_personal_data


def leaves_left_over(record: Record, text: str) -> set[str]:
    held = {path for field in record.fields for path in field.paths}
    held |= {str(item.path) for item in record.dropped}
    held |= {str(item.path) for item in record.unparsed}
    return {leaf.path for leaf in read_leaves(text, "x") if leaf.value is not None} - held


@pytest.mark.shared
@pytest.mark.parametrize(
    ("number", "leaves", "criteria", "outcomes"),
    [
        ("NCT00567567", 6362, 29, 17),
        ("NCT00716976", 2148, 29, 9),
        ("NCT01305200", 1281, 15, 12),
        ("NCT01987596", 597, 27, 4),
        ("NCT03275402", 700, 8, 1),
    ],
)
def test_every_leaf_of_the_real_records_is_accounted(
    shared: Path, number: str, leaves: int, criteria: int, outcomes: int
) -> None:
    path = shared / "data" / "registry" / "ctrdata-demo" / f"CTGOV2_{number}.json"
    text = path.read_text(encoding="utf-8")
    record = read_page(path)
    assert sum(leaf.value is not None for leaf in read_leaves(text, "x")) == leaves
    assert leaves_left_over(record, text) == set()
    assert [i.number for i in record.own_ids] == [number]
    assert (len(record.criteria), len(record.outcomes)) == (criteria, outcomes)
    assert_no_personal_data(record)
    assert {item.path for item in record.unparsed} == {"_id", "ctrname", "record_last_import"}


@pytest.mark.shared
def test_lost_signs_are_found_in_a_real_record(shared: Path) -> None:
    path = shared / "data" / "registry" / "ctrdata-demo" / "CTGOV2_NCT00567567.json"
    lossy = [c.text for c in read_page(path).criteria if "lossy_operator" in c.flags]
    assert len(lossy) == 2
    assert lossy[1].startswith("Total bilirubin ? 1.5 times upper limit")


def test_fixture(fixture_record: Callable[[str], Record]) -> None:
    record = fixture_record("ctgov_v2")
    assert leaves_left_over(record, Path(record.source).read_text(encoding="utf-8")) == set()
    assert record.value("enrolment") == 96
    assert record.values("secondary_id") == ("EXAMPLE-LN-04", "2023-599999-99-00", "U01XX000000")
    nested = [(c.key, c.parent) for c in record.criteria if c.parent]
    assert nested == [("I3.1", "I3"), ("I3.2", "I3")]
    assert [c.text for c in record.criteria if c.flags] == ["CLASI-A score ? 10 at screening"]
    assert record.criteria[0].text == "Age >= 18 years"
    assert record.criteria[0].source_text == r"* Age \>= 18 years"
    assert_no_personal_data(record)
    body = json.dumps(json_of(record_page(record)))
    assert "Nora" not in body
    assert "Olaf" not in body
    assert "Ines Imagined" in body


def test_a_site_investigator_keeps_the_name_and_a_site_contact_does_not() -> None:
    contacts = [
        {"name": "Kept Person", "role": "PRINCIPAL_INVESTIGATOR", "email": "contact@example.org"},
        {"name": "Gone Person", "role": "CONTACT"},
    ]
    location = {"facility": "A clinic", "city": "Seedorf", "contacts": contacts}
    body = {
        "protocolSection": {
            "identificationModule": {"nctId": "NCT99000005"},
            "contactsLocationsModule": {"locations": [location]},
        }
    }
    said = json.dumps(json_of(record_page(read_text(json.dumps(body), "x"))))
    assert "Kept Person" in said
    assert "Gone Person" not in said
    assert "contact@example.org" not in said


def test_lines_of_leaves_are_those_of_the_file() -> None:
    text = '{\n "a": {"b": [1,\n  "two"]},\n "c": null}'
    found = [(leaf.path, leaf.value, leaf.line) for leaf in read_leaves(text, "x")]
    assert found == [("a.b[0]", 1, 2), ("a.b[1]", "two", 3), ("c", None, 4)]
