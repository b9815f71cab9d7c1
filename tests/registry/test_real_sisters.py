"""Real trials of one sponsor that look alike, without their registry numbers: none is merged.

The pairs were found by comparing all 228,150 pairs of the 676 ICTRP records held here, numbers left
out, and reading those with a score of a link. They differ in what the comment beside each names.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from itertools import combinations
from pathlib import Path

import pytest

from remit.registry import Record, compare_records, read_page, read_text

pytestmark = pytest.mark.shared

PAIRS = (
    ("NCT04292899", "NCT04292730"),  # severe, moderate disease
    ("NCT04252274", "NCT04261517"),  # another medicine
    ("NCT04276896", "NCT04299724"),  # another vaccine
    ("NCT04305457", "NCT04290858"),  # another protocol of the same gas
    ("ChiCTR2000029812", "ChiCTR2000029818"),  # mononuclear cells, plasma
    ("ChiCTR2000029812", "ChiCTR2000029816"),  # mononuclear cells, mesenchymal stem cells
    ("ChiCTR2000029817", "ChiCTR2000029816"),  # with and without natural killer cells
    ("ChiCTR2000029569", "ChiCTR2000029572"),  # the cells, their conditioned medium
    ("ChiCTR2000029899", "ChiCTR2000029898"),  # mild, severe disease
    ("ChiCTR2000029757", "ChiCTR2000030702"),  # severe, common disease
    ("ChiCTR2000029988", "ChiCTR2000030718"),  # severe disease, all
    ("ChiCTR2000029957", "ChiCTR2000030135"),  # observed, randomised
    ("ChiCTR2000029935", "ChiCTR2000029939"),  # one arm, randomised
    ("ChiCTR2000029460", "ChiCTR2000029459"),  # shadow boxing, rehabilitation
    ("ChiCTR2000030424", "ChiCTR2000030487"),  # two hospitals
    ("ChiCTR2000030701", "ChiCTR2000030700"),  # common disease, all
)


@pytest.fixture(scope="module")
def trials(shared: Path) -> dict[str, ET.Element]:
    folder = shared / "data" / "registry" / "ictrp"
    tree = ET.parse(next(folder.glob("ICTRP-Results*.xml")))
    return {trial.findtext("TrialID") or "": trial for trial in tree.getroot()}


def without_number(trial: ET.Element) -> Record:
    """The record as an API v2 text that says everything but the trial's number."""

    def said(name: str) -> str | None:
        return (trial.findtext(name) or "").strip() or None

    def age(name: str) -> str | None:
        years = re.match(r"\d+", said(name) or "")
        return f"{years[0]} Years" if years else None

    sizes = [int(size) for size in re.findall(r"\d+", said("Target_size") or "")]
    kind = (said("Study_type") or "").upper().partition(" ")[0]
    criteria = "\n".join(
        f"{side} Criteria:\n" + re.sub(r"^\s*\w+ criteria\s*:|\s*<br>\s*", "\n", text, flags=re.I)
        for side in ("Inclusion", "Exclusion")
        if (text := said(f"{side}_Criteria"))
    )
    protocol = {
        "identificationModule": {
            "briefTitle": said("Public_title"),
            "officialTitle": said("Scientific_title"),
        },
        "sponsorCollaboratorsModule": {"leadSponsor": {"name": said("Primary_sponsor")}},
        "eligibilityModule": {
            "eligibilityCriteria": criteria,
            "minimumAge": age("Inclusion_agemin"),
            "maximumAge": age("Inclusion_agemax"),
        },
        "designModule": {
            "studyType": kind or None,
            "enrollmentInfo": {"count": sum(sizes) or None},
        },
    }
    return read_text(json.dumps({"protocolSection": protocol}), said("TrialID") or "a trial")


@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_a_real_sister_is_not_merged(trials: dict[str, ET.Element], left: str, right: str) -> None:
    decision = compare_records(without_number(trials[left]), without_number(trials[right]))
    assert not decision.linked
    assert decision.vetoes or decision.questions
    for told in (*(v.detail for v in decision.vetoes), *(q.detail for q in decision.questions)):
        assert told


def test_a_trial_registered_twice_is_still_found(trials: dict[str, ET.Element]) -> None:
    """One text under two numbers: without the numbers it is one trial, with them it is vetoed."""
    left, right = trials["ChiCTR2000030420"], trials["ChiCTR2000030467"]
    assert compare_records(without_number(left), without_number(right)).linked


def test_no_two_of_the_records_and_pages_held_here_are_merged(shared: Path) -> None:
    paths = sorted((shared / "data" / "registry" / "ctrdata-demo").glob("CTGOV2_*.json"))
    paths += [page for page in sorted((shared / "pages").glob("*.txt")) if page.name[:3] != "003"]
    records = [read_page(path) for path in paths]
    assert len(records) == 9
    linked = [
        (a.source, b.source) for a, b in combinations(records, 2) if compare_records(a, b).linked
    ]
    assert linked == []
