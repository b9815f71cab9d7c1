"""Codes that the data's vocabulary puts below others (`concept_ancestor`)."""

from __future__ import annotations

from dataclasses import replace

from criteria.spec.running import answer_specs
from criteria.spec.writing import (
    ENVIRONMENT,
    Fact,
    Spec,
    below,
    code_of,
    condition,
    drug,
    era,
    lab,
    row,
    table,
)

W = "in [screening - 28 days, screening]"


def _check(descendants: dict[str, tuple[int, ...]], *tables: tuple[Spec, ...]) -> None:
    pairs = {code_of(name): codes for name, codes in descendants.items()}
    specs = [spec for rows in tables for spec in rows]
    answers = answer_specs(specs, replace(ENVIRONMENT, codes=below(pairs)))
    for spec, found in zip(specs, answers, strict=True):
        assert set(found) == {spec.truth}, f"{spec.expression}: {spec.note}"


def _with_code(fact: Fact, column: str, code: int) -> Fact:
    return replace(fact, columns={**fact.columns, column: code})


def test_a_code_below_a_concept_is_found() -> None:
    known = _with_code(drug("rituximab", "03-10"), "drug_concept_id", 777)
    _check(
        {"rituximab": (777,)},
        table(f"any rituximab {W}", row("met", "below rituximab", known)),
        table(f"any b_cell_depletion {W}", row("met", "and in its class", known)),
        table(f"any methotrexate {W}", row("not_met", "not in another", known)),
    )


def test_a_code_may_be_chronic_in_one_concept_and_an_episode_in_another() -> None:
    old = condition("lupus_nephritis", "2015-01-01")
    _check(
        {"pneumonia": (code_of("lupus_nephritis"),)},
        table(f"any pneumonia {W}", row("unknown: no_end_date", "read as an episode", old)),
        table(f"any lupus_nephritis {W}", row("met", "read as chronic", old)),
        table(f"count of pneumonia {W} >= 1", row("unknown: no_end_date", "counted so", old)),
        table(
            f"any pneumonia {W} overlapping lupus_nephritis",
            row("unknown: no_end_date", "each by its own course", old),
        ),
    )


def test_two_concepts_may_share_a_code() -> None:
    low = lab("home_platelets", "40", "10*9/L", "03-31")
    own = lab("platelets", "200", "10*9/L", "03-10")
    _check(
        {"platelets": (code_of("home_platelets"),)},
        table(f"latest platelets {W} < 50 10*9/L", row("met", "the code below", own, low)),
        table(f"latest home_platelets {W} < 50 10*9/L", row("met", "its own code", own, low)),
        table(f"any platelets {W} < 50 10*9/L", row("met", "the code below", own, low)),
        table(f"any home_platelets {W} >= 200 10*9/L", row("unknown: not_covered", "", own, low)),
        table(f"count of platelets {W} = 2", row("met", "both", own, low)),
        table(
            f"latest platelets {W} - latest home_platelets {W} >= 0 10*9/L",
            row("met", "the same record twice", own, low),
        ),
    )


def test_a_product_of_two_drugs_counts_once() -> None:
    product = _with_code(era("prednisone", "10", "mg/d", "01-01", "06-30"), "drug_concept_id", 777)
    _check(
        {"prednisone": (777,), "prednisolone": (777,)},
        table("dose of glucocorticoid at screening <= 10 mg/d", row("met", "once", product)),
        table("dose of prednisone at screening >= 10 mg/d", row("met", "of the one", product)),
        table("dose of prednisolone at screening >= 10 mg/d", row("met", "of the other", product)),
    )
