"""What differs, what changes, and what changes otherwise: made data with a known truth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from remit.endpoints.definition_choice import chosen_definitions
from remit.endpoints.study_responses import adjudicate_study
from remit.errors import MethodError, OmicsError
from remit.facts.opened import Facts
from remit.omics.expression import Expression
from remit.omics.expression_tests import compare_expression
from remit.omics.labels import Labels, adjudicated_labels, read_labels
from remit.omics.ledger import open_ledger
from remit.omics.samples import Sample
from remit.omics.signatures import packaged_signatures, score_signatures
from remit.protocol import protocol_named

GENES = tuple(f"G{at}" for at in range(200))


def sample(person: str, visit: str, assay: str, batch: str = "") -> Sample:
    return Sample(
        f"{person}-{visit}", person, "blood", visit, assay, batch, "", Path("v.csv"), "c", "log2",
        None, 1,
    )  # fmt: skip


def expression(
    persons: int, visits: Sequence[str], values: npt.NDArray[np.float64], *, assay: str
) -> Expression:
    samples = [sample(f"P{at}", visit, assay) for visit in visits for at in range(persons)]
    return Expression(assay, GENES, tuple(samples), values)


LABELS = Labels("made", {f"P{at}": at % 2 == 0 for at in range(20)})
YES = np.array([at % 2 == 0 for at in range(20)])


def test_planted_counts_differ_and_others_do_not() -> None:
    """Negative binomial counts; the first ten genes are three times as many in responders."""
    random = np.random.default_rng(2)
    level = random.uniform(20, 400, (200, 1)) * random.uniform(0.5, 2, 20)
    level[:10, YES] *= 3
    counts = random.negative_binomial(8, 8 / (8 + level)).astype(float)
    found = compare_expression(expression(20, ["w0"], counts, assay="rna_counts"), LABELS)
    assert found.groups == {"with": 10, "without": 10}
    assert {one.feature for one in found.features[:10]} == set(GENES[:10])
    assert all(
        0.9 < one.effect < 2.3 and one.low > 0 for one in found.features[:10]
    )  # log2 3 = 1.6
    assert found.ledger[0].found == sum(one.adjusted < 0.05 for one in found.features)
    assert found.ledger[1].p is None  # none of the signatures' genes is there


def visits_of(change: npt.NDArray[np.float64], *, seed: int) -> Expression:
    """Two visits of 20 persons, whose own levels are far apart; `change`: genes × persons."""
    random = np.random.default_rng(seed)
    own = random.normal(8, 2, (200, 20))
    first = own + random.normal(0, 0.3, own.shape)
    second = own + change + random.normal(0, 0.3, own.shape)
    both = np.concatenate([first, second], axis=1)
    return expression(20, ["w0", "w24"], both, assay="expression_array")


def test_a_change_within_persons_is_found() -> None:
    change = np.zeros((200, 20))
    change[:5] = 0.6
    found = compare_expression(
        visits_of(change, seed=3), None, contrast="change", visits=["w0", "w24"]
    )
    assert found.groups == {"persons": 20}
    assert {one.feature for one in found.features[:5]} == set(GENES[:5])
    assert found.ledger[0].found in (5, 6)
    # The other way round, the same change down.
    back = compare_expression(
        visits_of(change, seed=3), None, contrast="change", visits=["w24", "w0"]
    )
    assert back.features[0].effect == pytest.approx(-found.features[0].effect)


def test_a_change_in_responders_alone_is_found() -> None:
    change = np.full((200, 20), 0.5)  # everybody's, which is not asked for
    change[:5, YES] += 1.0
    found = compare_expression(
        visits_of(change, seed=4), LABELS, contrast="response_by_change", visits=["w0", "w24"]
    )
    assert {one.feature for one in found.features[:5]} == set(GENES[:5])
    assert found.ledger[0].found >= 5
    kept = compare_expression(
        visits_of(change, seed=4).columns(range(39)),
        LABELS,
        contrast="response_by_change",
        visits=["w0", "w24"],
        unpaired=True,
    )
    assert {one.feature for one in kept.features[:5]} == set(GENES[:5])
    assert any("correlate with 0.9" in note for note in kept.notes)


def test_nothing_is_found_where_nothing_is() -> None:
    """Any finding is a false one: in 5 % of cohorts, so in more than 5 of 40 by 1 chance in 70."""
    nothing = np.zeros((200, 20))
    with_any = 0
    for seed in range(40):
        found = compare_expression(
            visits_of(nothing, seed=seed),
            LABELS,
            contrast="response_by_change",
            visits=["w0", "w24"],
        )
        with_any += found.ledger[0].found > 0
    assert with_any <= 5


def test_who_lacks_a_visit_is_left_out_and_said() -> None:
    whole = visits_of(np.zeros((200, 20)), seed=5)
    some = whole.columns([at for at in range(40) if at not in (21, 22)])
    found = compare_expression(some, None, contrast="change", visits=["w0", "w24"])
    assert found.groups == {"persons": 18}
    assert "2 persons without a sample at both visits were left out" in found.notes


def test_what_a_contrast_lacks_is_named() -> None:
    whole = visits_of(np.zeros((200, 20)), seed=5)
    with pytest.raises(OmicsError, match="needs responses"):
        compare_expression(whole, None, visits=["w0"])
    with pytest.raises(OmicsError, match="about 1 visit of the samples"):
        compare_expression(whole, LABELS)
    with pytest.raises(OmicsError, match="about 2 visits"):
        compare_expression(whole, LABELS, contrast="change", visits=["w0", "w99"])
    with pytest.raises(OmicsError, match="too few persons"):
        compare_expression(whole, LABELS.only(["P0", "P1", "P2", "P3"]), visits=["w0"])
    with pytest.raises(OmicsError, match="nobody has this covariate"):
        compare_expression(whole, LABELS, visits=["w0"], covariates=["egfr"])


def test_a_batch_of_one_group_cannot_be_adjusted_for() -> None:
    whole = visits_of(np.zeros((200, 20)), seed=5).columns(range(20))
    samples = tuple(
        sample(one.person, "w0", "expression_array", "A" if LABELS.answers[one.person] else "B")
        for one in whole.samples
    )
    confounded = Expression("expression_array", GENES, samples, whole.values)
    with pytest.raises(MethodError, match="depend on each other"):
        compare_expression(confounded, LABELS, covariates=["batch"])


def test_a_signature_is_the_mean_of_its_genes() -> None:
    genes = packaged_signatures()["plasma_cells"].genes
    there = ("IGHA1", "IGJ", "TNFRSF17")  # IGJ is what platforms call JCHAIN
    values = np.array([[1.0, 2], [3, 4], [5, 9]])
    samples = tuple(sample(f"P{at}", "w0", "expression_array") for at in range(2))
    found = score_signatures(Expression("expression_array", there, samples, values), {})
    assert found.scored["plasma_cells"].tolist() == [3.0, 5.0]
    assert found.found["plasma_cells"] == ("IGHA1", "JCHAIN", "TNFRSF17")
    assert len(genes) == 5
    assert found.left_out["interferon_six"] == "0 of 6 genes are in the data"


def test_the_ledger_holds_families_together() -> None:
    """By hand: Simes 0.03 and 0.5; over two families 0.06 and 0.5."""
    rows = open_ledger([("a", np.array([0.01, 0.9, 0.5])), ("b", np.array([0.5, np.nan])),
                        ("c", np.array([]))])  # fmt: skip
    assert [row.tests for row in rows] == [3, 1, 0]
    assert [row.p for row in rows] == [pytest.approx(0.03), 0.5, None]
    assert [row.adjusted for row in rows] == [pytest.approx(0.06), 0.5, None]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("person,label\nP1,maybe\n", "neither yes nor no"),
        ("person,label\nP1,PR\n", "neither yes nor no"),
        ("person,label\nP1,1\nP1,0\n", "two labels"),
        ("who,label\nP1,1\n", "no column person"),
        ("person,label,egfr\nP1,1,high\n", "holds a text"),
    ],
)
def test_labels_that_cannot_be_are_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "labels.csv").write_text(text)
    clinical = ["egfr"] if "egfr" in text else []
    with pytest.raises(OmicsError, match=words):
        read_labels(tmp_path / "labels.csv", rule="made", clinical=clinical)


def test_labels_need_their_rule(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("person,label\nP1,1\nP2,NA\n")
    with pytest.raises(OmicsError, match="need the rule"):
        read_labels(tmp_path / "labels.csv", rule=" ")
    found = read_labels(tmp_path / "labels.csv", rule="made")
    assert (found.answers, found.left_out) == ({"P1": True}, {"no label in the file": 1})


def test_labels_are_the_adjudicated_responses(cohort_of: object) -> None:
    """Each label is what `remit adjudicate` says of the person, and no answer is a no."""
    assert callable(cohort_of)
    facts: Facts = cohort_of(400, 1)
    protocol = protocol_named("nct05631717")
    study = adjudicate_study(protocol, facts, chosen_definitions(protocol, "all"))
    visit = study.visits.ids[-1]
    told = study.to_arrow().to_pylist()
    some = 0
    for one in study.adjudications:
        labels = adjudicated_labels(study, one.definition.id, visit)
        rows = [
            row for row in told if (row["definition"], row["visit"]) == (one.definition.id, visit)
        ]
        known = {row["person"]: row["imputed"] for row in rows if row["imputed"] in one.grades}
        last = one.grades[-1]
        assert labels.answers == {who: word != last for who, word in known.items()}
        assert sum(labels.left_out.values()) == len(rows) - len(known)
        some += len(known)
    assert some > 0
    with pytest.raises(OmicsError, match="not adjudicated under"):
        adjudicated_labels(study, "nonsense", visit)
