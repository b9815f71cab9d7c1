"""Sister trials are never merged, the true pair always is.

A sister differs from its trial as the trials of one sponsor do: in a dose, a product, a population,
a phase, a country, an extension. Each is made from one page of a pair of one trial, by changing
that one thing, and held against the other page, which still says the true trial.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

from remit.registry import LinkDecision, compare_records, fixture_pages, link_records, read_text
from remit.views.json import json_of
from remit.views.json.registry_page import trial_page
from remit.views.terminal.registry_entries import describe_trial


@dataclass(frozen=True)
class Pair:
    """Two pages of one trial, and for each part of their titles the words of either page."""

    table: str
    list: str
    product: tuple[str, str]
    arm: tuple[str, str]
    disease: tuple[str, str]
    sponsor: str
    place: tuple[str, str, str]
    ages: tuple[str, str]
    criteria: tuple[tuple[str, str], ...]


def invented() -> Pair:
    pages = {page.stem: page.read_text(encoding="utf-8") for page in fixture_pages()}
    return Pair(
        pages["trial_table"],
        pages["clinconnect"],
        product=("Safety of Tozalimab", "Tozalimab Plus"),
        arm=("Mycophenolate Mofetil Alone", "MMF Alone"),
        disease=("Proliferative Lupus Nephritis", "Proliferative LN"),
        sponsor="University Hospital of Valdemar",
        place=("Sweden", "Valdemar", "Norrland"),
        ages=("18", "70"),
        criteria=(
            ("0.8 mg/mg", "3 mg/mg"),
            ("0.8 mg/mg", "0.8 mg/g"),
            ("26 weeks", "52 weeks"),
            ("class III or IV", "class V"),
            ("2019 EULAR/ACR", "1997 ACR"),
            ("40 mL/min", "15 mL/min"),
            ("anti-CD20", "anti-CD19"),
            ("less than 40 weeks", "less than 4 weeks"),
            ("1 mg/kg/day", "2 mg/kg/day"),
            ("12 weeks", "24 weeks"),
            ("30 x 10^9/L", "100 x 10^9/L"),
            ("HIV antibody found", "HIV antibody not found"),
            ("or not willing", "or willing"),
        ),
    )


def real(shared: Path) -> Pair:
    """Pages 001 and 003, which are one trial (studies.md)."""
    folder = shared / "pages"
    return Pair(
        next(folder.glob("001*")).read_text(encoding="utf-8"),
        next(folder.glob("003*")).read_text(encoding="utf-8"),
        product=("Human Umbilical Cord", "Human Umbilical Cord"),
        arm=("Low-dose IL-2", "Low-dose IL-2"),
        disease=("Treatment of Lupus Nephritis", "Treatment of LN"),
        sponsor="The Affiliated Nanjing Drum Tower Hospital of Nanjing University Medical School",
        place=("China", "Nanjing", "Jiangsu"),
        ages=("18", "65"),
        criteria=(
            ("at least 4 of", "at least 3 of"),
            ("ACR in 1997", "SLICC in 2012"),
            ("24-hour urinary protein", "12-hour urinary protein"),
            ("with or without microscopic", "without microscopic"),
            ("active lupus nephritis", "active IgA nephropathy"),
            ("within 24 weeks", "within 48 weeks"),
            ("within 4 weeks", "within 8 weeks"),
            ("received rituximab", "received obinutuzumab"),
            ("Plasmapheresis or", "Dialysis or"),
            ("basal cell carcinoma", "squamous cell carcinoma"),
            ("Pregnant or lactating", "Pregnant or fertile"),
            ("first 12 weeks", "first 6 weeks"),
            ("or JAK inhibitors", "or TYK2 inhibitors"),
        ),
    )


PRODUCTS: tuple[str, ...] = (
    "Bone Marrow",
    "Adipose-derived",
    "Rituximab and",
    "Placental",
    "Tacrolimus and",
)
PRODUCTS += ("Wharton's Jelly", "Placebo and")
ARMS: tuple[str, ...] = (
    "Placebo",
    "Low-dose IL-15",
    "High-dose IL-2",
    "Standard-dose IL-2",
    "Cyclophosphamide",
)
ARMS += ("Low-dose Methotrexate", "Ultra-low-dose IL-2", "Belimumab 10 mg/kg", "Sham Infusion")
DISEASES: tuple[str, ...] = (
    "IgA Nephropathy",
    "Membranous Nephropathy",
    "Systemic Sclerosis",
    "Lupus Rash",
)
DISEASES += ("Sjogren Syndrome", "Antiphospholipid Syndrome", "Neuropsychiatric Lupus")
POPULATIONS: tuple[str, ...] = (
    "in Children",
    "in Adolescents",
    "in the Elderly",
    "in Japanese Patients",
)
POPULATIONS += ("in Pregnant Women", "in Refractory Disease", "in New-onset Disease", "in Men")
EXTENSIONS: tuple[str, ...] = (
    ": a Two-year Extension",
    " (OLE)",
    ": Roll-over Study",
    ": Long-term Follow-up",
)
EXTENSIONS += (": Open-label Extension", ": Continuation", ": Year 2", ": Part B", " II", ", LTE")
EXTENSIONS += (": Rollover Protocol", ": Extended Access", ": Re-treatment", ": Kidney Sub-study")
PHASES = ("Phase 3", "Phase II", "Phase 1/2", "A Pilot", "Double-blind", "Retrospective")
COUNTRIES = ("Japan", "United States", "Korea, Republic of", "Germany")


def changed(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def sisters(pair: Pair) -> Iterator[tuple[str, str, str]]:
    """The name of the change, and the two pages, one of them changed."""
    for side in (0, 1):
        page = (pair.table, pair.list)[side]

        def made(
            name: str, *pairs: tuple[str, str], page: str = page, side: int = side
        ) -> tuple[str, str, str]:
            text = changed(page, *pairs)
            both = (text, pair.list) if side == 0 else (pair.table, text)
            return (f"{name} on page {side + 1}", *both)

        title = page.split("\n")[2 if side == 0 else 0]
        for product in PRODUCTS:
            yield made(product, (pair.product[side], product))
        for arm in ARMS:
            yield made(arm, (pair.arm[side], arm))
        for disease in DISEASES:
            yield made(disease, (pair.disease[side], f"Treatment of {disease}"))
        for population in POPULATIONS:
            yield made(population, (title, f"{title} {population}"))
        for extension in EXTENSIONS:
            yield made(extension, (title, title + extension))
        for phase in PHASES:
            yield made(phase, (title, f"{phase}: {title}"))
        for old, new in pair.criteria:
            if old in page and not (side == 0 and old.startswith("40 mL")):
                yield made(f"{old} → {new}", (old, new))
        for country in COUNTRIES:
            nation, city, state = pair.place
            if side == 0:
                rows = ((f"{nation} | ", f"{country} | "), (f"| {city} | {state}", "| X | Y"))
                yield made(country, *rows, (f"\n{nation},", f"\n{country},"))
            else:
                yield made(country, (f"{city}, {state}, {nation}", f"X, Y, {country}"))
    low, high = pair.ages
    for ages in ("12 Years to 17 Years", "6 Years to 17 Years", "18 Years to 80 Years"):
        yield ages, changed(pair.table, (f"{low} Years to {high} Years", ages)), pair.list
    phases = changed(pair.table, ("Gender |", "Phase | Phase 4 |\nGender |"))
    yield "a phase row", phases, pair.list
    women = changed(pair.table, ("Gender | All", "Gender | Female"))
    yield "women", women, pair.list
    yield "another sponsor", changed(pair.table, (pair.sponsor, "Sampleton Clinic")), pair.list


read = lru_cache(maxsize=4)(read_text)


def decide(table: str, text: str) -> LinkDecision:
    return compare_records(read(table, "table"), read(text, "list"))


def told(decision: LinkDecision) -> list[tuple[str, str]]:
    """What forbids the link or leaves it open: each rule and its words."""
    vetoes = [(veto.rule, veto.detail) for veto in decision.vetoes]
    return vetoes + [(question.rule, question.detail) for question in decision.questions]


def assert_no_sister_is_merged(pair: Pair) -> None:
    made = list(sisters(pair))
    assert len(made) >= 100
    merged = []
    for name, table, text in made:
        decision = decide(table, text)
        if decision.linked or not told(decision):
            merged.append(name)
        assert all(words for _, words in told(decision))
        backwards = compare_records(read(text, "list"), read(table, "table"))
        assert backwards.linked == decision.linked, name
    assert merged == []


def test_no_sister_of_the_invented_pair_is_merged() -> None:
    assert_no_sister_is_merged(invented())


@pytest.mark.shared
def test_no_sister_of_the_real_pair_is_merged(shared: Path) -> None:
    assert_no_sister_is_merged(real(shared))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("Low-dose IL-2 in", "High-dose IL-2 in", "title_words"),
        ("Human Umbilical Cord", "Human Bone Marrow", "title_words"),
        ("Low-dose IL-2 in", "Placebo in", "title_words"),
        ("of Lupus Nephritis\n", "of IgA Nephropathy\n", "title_words"),
        ("18 Years to 65 Years", "12 Years to 17 Years", "ages"),
        ("SLEDAI-2K score = 6", "SLEDAI-2K score = 12", "criterion_numbers"),
        ("of Lupus Nephritis\n", "of Lupus Nephritis: a Two-year Extension\n", "follow_up"),
        ("of Lupus Nephritis\n", "of Lupus Nephritis (OLE)\n", "follow_up"),
        ("of Lupus Nephritis\n", "of Lupus Nephritis, a Roll-over Trial\n", "follow_up"),
        ("Single-center", "Phase III, Single-center", "phase"),
        ("human umbilical cord", "human bone marrow", "treatment_source"),
        ("low-dose IL-2", "high-dose IL-2", "treatment_dose"),
        ("low-dose IL-2", "placebo", "treatment_control"),
        ("Comparing the", "Comparing, Sequential or Alone, the", "title_words"),
    ],
)
def test_a_sister_is_told_by_its_own_rule(shared: Path, old: str, new: str, rule: str) -> None:
    pair = real(shared)
    decision = decide(changed(pair.table, (old, new)), pair.list)
    assert not decision.linked
    assert rule in {name for name, _ in told(decision)}


def test_what_forbids_shows_the_words_of_both_pages() -> None:
    pair = invented()
    decision = decide(changed(pair.table, ("> 0.8 mg/mg", "> 3 mg/mg")), pair.list)
    (veto,) = decision.vetoes
    assert veto.rule == "criterion_numbers"
    assert "0.8 mg/mg" in veto.detail
    assert "3 mg/mg" in veto.detail


def test_a_question_leaves_two_trials() -> None:
    pair = invented()
    title = pair.list.split("\n")[0]
    more = changed(pair.list, (title, f"{title} With Nephrotic Syndrome"))
    records = [read_text(pair.table, "table"), read_text(more, "list")]
    decision = compare_records(*records)
    assert (decision.linked, decision.vetoes) == (False, ())
    assert [question.rule for question in decision.questions] == ["title_words"]
    assert "nephrotic syndrome" in decision.questions[0].detail
    trials = link_records(records)
    assert [len(trial.records) for trial in trials] == [1, 1]
    shown = describe_trial(trials[0])
    assert "a question" in shown
    assert "one trial although title_words" in " ".join(shown.split())
    assert '"rule": "title_words"' in json.dumps(json_of(trial_page(trials[0])))


def test_the_number_of_the_registry_settles_every_question() -> None:
    pair = invented()
    more = changed(pair.list, ("Trial Information\n", "Trial Information\nNCT99000555\n"))
    other = changed(pair.table, ("Enrollment |", "NCT number | NCT99000555 |\nEnrollment |"))
    decision = decide(changed(other, ("> 0.8 mg/mg", "> 3 mg/mg")), more)
    assert (decision.linked, decision.vetoes, decision.questions) == (True, (), ())


# ---- the true pair, worded otherwise -------------------------------------------------------------


def items_of(text: str) -> tuple[list[str], list[str], list[str]]:
    """The page's lines before its criteria, the criteria, and the lines after them."""
    lines = text.split("\n")
    first = next(k for k, line in enumerate(lines) if line.startswith("- Inclusion"))
    last = next(k for k, line in enumerate(lines) if line.startswith("About "))
    return lines[:first], lines[first:last], lines[last:]


def reworded(text: str, change: Callable[[str], str]) -> str:
    """The page with the text of each criterion changed."""
    before, items, after = items_of(text)
    bullet = "- • "
    return "\n".join(
        [
            *before,
            *(bullet + change(i[4:]) if i.startswith(bullet) else i for i in items),
            *after,
        ]
    )


def shuffled(text: str, seed: int) -> str:
    """The page with each side's criteria in another order."""
    before, items, after = items_of(text)
    cut = next(k for k, item in enumerate(items) if item.startswith("- Exclusion"))
    mixed = []
    for side in (items[:cut], items[cut:]):
        rest = side[2:]
        random.Random(seed).shuffle(rest)
        mixed += [*side[:2], *rest]
    return "\n".join([*before, *mixed, *after])


def wide(text: str) -> str:
    return re.sub(r"\d", lambda digit: chr(ord(digit[0]) + 0xFEE0), text)


CHINESE = str.maketrans({",": "，", ";": "；", "(": "（", ")": "）", ":": "："})
PUNCTUATION: dict[str, Callable[[str], str]] = {
    "Chinese": lambda text: text.translate(CHINESE),
    "Japanese": lambda text: text.replace(", ", "、").replace(";", "；"),
    "Chinese stop": lambda text: text.replace(".", "。"),
    "decimal comma": lambda text: re.sub(r"(\d)\.(\d)", r"\1,\2", text),
    "French": lambda text: text.replace(":", " :").replace("(", "« ").replace(")", " »"),
    "German": lambda text: text.replace("'", "’").replace("(", "„").replace(")", "“"),
    "full-width digits": wide,
    "capitals": str.upper,
    "no full stop": lambda text: text.rstrip(".;"),
    "British": lambda text: text.replace("hematuria", "haematuria").replace("tumor", "tumour"),
    "hyphens": lambda text: text.replace("-", " "),
    "number words": lambda text: text.replace(" 4 of", " four of").replace(" two ", " 2 "),
    "entities": lambda text: text.replace("≥", "&ge;").replace("≤", "&le;"),
}
LOST = (
    "?",
    "³",
    "£",
    "Â³",
    "â‰¥",
    "â?¥",
    "¡Ý",
    "¿",
    "□",
    "\ufffd",
    "≧",
    "⩾",
    "&ge;",
    "> or =",
    "=",
)


def rewordings(pair: Pair) -> Iterator[tuple[str, str, str]]:
    for name, change in PUNCTUATION.items():
        yield name, pair.table, reworded(pair.list, change)
    for sign in LOST:
        yield f"{sign} for ≥", pair.table, changed(pair.list, ("≥", sign))
    for seed in range(4):
        yield f"order {seed}", pair.table, shuffled(pair.list, seed)
    first, *others = pair.table.split("\n")[2].split(" ")
    official, brief = " ".join((first, *others)), pair.list.split("\n")[0]
    colons = ("Criteria:", "Criteria：")
    yield "wide colons", changed(pair.table, colons), changed(pair.list, colons)
    yield "official title on both", pair.table, changed(pair.list, (brief, official))
    yield "brief title on both", changed(pair.table, (official, brief)), pair.list
    swapped = changed(pair.table, (official, brief))
    yield "titles exchanged", swapped, changed(pair.list, (brief, official))
    yield (
        "another kind of title",
        changed(pair.table, ("Official title", "Scientific title")),
        pair.list,
    )
    yield "title in capitals", changed(pair.table, (official, official.upper())), pair.list
    yield (
        "sponsor in capitals",
        changed(pair.table, (pair.sponsor, pair.sponsor.upper())),
        pair.list,
    )
    yield (
        "sponsor with a country",
        changed(pair.table, (pair.sponsor, f"{pair.sponsor}, {pair.place[0]}")),
        pair.list,
    )
    short = pair.sponsor.replace("University", "Univ.").replace("Hospital", "Hosp.")
    yield "sponsor shortened", changed(pair.table, (pair.sponsor, short)), pair.list


def assert_all_are_linked(pair: Pair) -> None:
    made = list(rewordings(pair))
    assert len(made) >= 20
    apart = [
        (name, decision.vetoes, decision.questions, decision.score)
        for name, table, text in made
        if not (decision := decide(table, text)).linked
    ]
    assert apart == []


def test_the_invented_pair_is_linked_however_it_is_worded() -> None:
    assert decide(invented().table, invented().list).linked
    assert_all_are_linked(invented())


@pytest.mark.shared
def test_the_real_pair_is_linked_however_it_is_worded(shared: Path) -> None:
    pair = real(shared)
    assert decide(pair.table, pair.list).linked
    assert_all_are_linked(pair)


@pytest.mark.shared
@pytest.mark.parametrize(
    "title",
    [
        "Comparing hUC-MSCs and Low-dose IL-2 in LN",
        "Umbilical Cord Mesenchymal Stem Cells Versus Low-dose Interleukin-2 for Lupus Nephritis",
        "Low-dose IL-2 and Umbilical-cord MSC in the Treatment of Lupus Nephritis: a Comparison",
        "Umbilical Cord Mesenchymal Stromal Cells (UC-MSC) and Low Dose IL-2: Lupus Nephritis (LN)",
        "Umbilical Cord Mesenchymal Stem Cells，Low-dose IL-2（LN）",
    ],
)
def test_other_titles_of_the_real_pair(shared: Path, title: str) -> None:
    pair = real(shared)
    brief = pair.list.split("\n")[0]
    assert decide(pair.table, changed(pair.list, (brief, title))).linked


@pytest.mark.shared
@pytest.mark.parametrize(
    "name",
    [
        "Nanjing Drum Tower Hospital",
        "Drum Tower Hospital",
        "Affiliated Drum Tower Hospital of Nanjing University Medical School",
        "Nanjing Drum Tower Hosp., Nanjing Univ. Sch. of Med.",
        "Nanjing University Medical College Affiliated Drum Tower Hospital",
        "NJU Drum Tower Hospital",
    ],
)
def test_other_spellings_of_the_real_sponsor(shared: Path, name: str) -> None:
    pair = real(shared)
    assert decide(changed(pair.table, (pair.sponsor, name)), pair.list).linked
    assert decide(pair.table, changed(pair.list, (pair.sponsor.upper(), name.upper()))).linked


def test_comparing_grows_with_the_pages() -> None:
    def cost(size: int) -> float:
        pair = invented()
        more = "".join(
            f"- • Number {k} is at least {k % 97}.5 mg of sort {k % 89}\n" for k in range(size)
        )
        less = "".join(
            f"- • Number {k} is at most {k % 83}.5 mg of kind {k % 89}\n" for k in range(size)
        )
        left = changed(pair.list, ("- Exclusion Criteria:\n", f"{more}- Exclusion Criteria:\n"))
        right = changed(pair.list, ("- Exclusion Criteria:\n", f"{less}- Exclusion Criteria:\n"))
        records = read_text(left, "left"), read_text(right, "right")
        start = time.process_time()
        compare_records(*records)
        return time.process_time() - start

    cost(50)
    assert cost(800) < 24 * max(cost(100), 0.02)
