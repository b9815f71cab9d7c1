"""A study as FHIR R4 (4.0.1) or R5 (5.0.0): an EvidenceVariable with every criterion, and a Group.

The EvidenceVariable holds each criterion: its words, whether it excludes, and the expression of the
criterion language. The Group holds the criteria that are one fact with a code; it has no windows.
What is written as R4 is valid as R4B too: no element is used that it renamed. R5 has
`Group.membership` in place of `Group.actual`; all else that is used is the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

from remit.criteria.leaves import AgeTest, Exists, SexIs, ValueIn, ValueTest
from remit.criteria.readings import Operator, Threshold
from remit.criteria.tree import And, Node, Placed
from remit.facts.concept import Concept
from remit.facts.dictionary import Dictionary
from remit.protocol.bound import BoundProtocol
from remit.protocol.interchange.english import node_lines
from remit.protocol.interchange.english_leaves import Words, window_words
from remit.protocol.interchange.losses import Exported, Loss, distinct_losses

Json = dict[str, object]
LANGUAGE = "text/x-remit-criterion"
Release = Literal["R4", "R5"]
VERSIONS: Mapping[Release, str] = {"R4": "4.0.1", "R5": "5.0.0"}
_PROFILES = "http://hl7.org/fhir/StructureDefinition"
_SYSTEMS = {
    "LOINC": "http://loinc.org",
    "SNOMED": "http://snomed.info/sct",
    "RxNorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "ATC": "http://www.whocc.no/atc",
    "CVX": "http://hl7.org/fhir/sid/cvx",
    "NDC": "http://hl7.org/fhir/sid/ndc",
    "ICD10CM": "http://hl7.org/fhir/sid/icd-10-cm",
    "ICD10": "http://hl7.org/fhir/sid/icd-10",
    "ICD9CM": "http://hl7.org/fhir/sid/icd-9-cm",
}
_COMPARATORS: dict[Operator, str] = {"<": "<", "<=": "<=", ">=": ">=", ">": ">"}
_SEXES = {8507: "male", 8532: "female"}
OF_ANY_STUDY = (
    "unknown: neither resource says what follows where nothing is recorded, nor what must be "
    "covered or mapped for that",
    "days that are not exactly known: neither resource says how they count",
    f"a machine that runs criteria: FHIR carries each expression as text ({LANGUAGE})",
)
_OTHER_RELEASES: Mapping[Release, str] = {
    "R4": f"versions of FHIR: this is R4 ({VERSIONS['R4']}), read by R4B too; R5 has another Group",
    "R5": f"versions of FHIR: this is R5 ({VERSIONS['R5']}); R4 and R4B have another Group",
}
# A Group that says whom it would hold, and names nobody.
_DEFINED: Mapping[Release, Json] = {"R4": {"actual": False}, "R5": {"membership": "definitional"}}


def fhir_definition(bound: BoundProtocol, *, release: Release = "R4") -> Exported:
    """A study as a FHIR Bundle of an EvidenceVariable and a Group."""
    protocol = bound.protocol
    statements = {name: item.text for name, item in protocol.attestations.items()}
    words = Words(protocol.dictionary, statements)
    losses = [Loss("", text) for text in (*OF_ANY_STUDY, _OTHER_RELEASES[release])]
    if protocol.entry is not None:
        losses.append(Loss("", "the record that dates a person (the entry event)"))
    variables: list[Json] = []
    members: list[Json] = []
    for item in bound.criteria:
        criterion = item.criterion
        exclude = criterion.kind == "exclusion"
        description = f"{criterion.id}. {criterion.text}"
        if item.node is not None:
            said = " ".join(line.strip() for line in node_lines(item.node, words))
            description = f"{description} {said}"
        variable: Json = {"description": description, "exclude": exclude}
        if criterion.expression is not None:
            variable["definitionExpression"] = {
                "language": LANGUAGE,
                "expression": criterion.expression.strip(),
            }
        else:
            variable["definitionCodeableConcept"] = {"text": criterion.text}
        variables.append(variable)
        text = criterion.expression or ""
        if "$" in text or "meets " in text:
            named = "the parameters and definitions that its expression names"
            losses.append(Loss(criterion.id, f"{named}: the description has them in words"))
        facts, lost = _facts(item.node, protocol.dictionary)
        if exclude and len(facts) > 1:
            facts, lost = [], "several characteristics that exclude only together"
        members += [{**fact, "exclude": exclude} for fact in facts]
        if not facts:
            words_of_loss = f"the Group has no words for it: {lost}"
            losses.append(Loss(criterion.id, f"{words_of_loss}; the EvidenceVariable has its text"))
        elif lost:
            losses.append(Loss(criterion.id, f"in the Group: {lost}"))
        if criterion.cohorts:
            losses.append(Loss(criterion.id, "the cohorts that it concerns"))
    head: Json = {
        "status": "draft",
        "name": protocol.name,
        "title": protocol.title,
        "description": protocol.summary.strip(),
    }
    stem = re.sub(r"[^A-Za-z0-9.-]", "-", protocol.id)[:48]
    variable = {
        "resourceType": "EvidenceVariable",
        "id": f"{stem}-criteria",
        "meta": _meta("EvidenceVariable", release),
        **head,
        "characteristic": variables,
    }
    group: Json = {
        "resourceType": "Group",
        "id": f"{stem}-group",
        "meta": _meta("Group", release),
        "type": "person",
        **_DEFINED[release],
        "name": protocol.name,
    }
    if members:
        group["characteristic"] = members
    entries = [
        {"fullUrl": f"urn:uuid:{uuid5(NAMESPACE_URL, str(one['id']))}", "resource": one}
        for one in (variable, group)
    ]
    page: Json = {
        "resourceType": "Bundle",
        "meta": _meta("Bundle", release),
        "type": "collection",
        "entry": entries,
    }
    text = json.dumps(page, indent=2, ensure_ascii=False) + "\n"
    return Exported(text, distinct_losses(losses))


def _meta(resource: str, release: Release) -> Json:
    """What says of which version of FHIR a resource is."""
    return {"profile": [f"{_PROFILES}/{resource}|{VERSIONS[release]}"]}


def _facts(node: Node | None, dictionary: Dictionary) -> tuple[list[Json], str]:
    """The characteristics of a Group for a node, and what is lost; none where it has no words."""
    if node is None:
        return [], "it is not worked out here either"
    parts: Sequence[Node] = node.parts if isinstance(node, And) else (node,)
    found, lost = [], []
    for part in parts:
        fact, words = _fact(part, dictionary)
        if fact is None:
            return [], words
        found.append(fact)
        lost += [words] if words else []
    if len(found) > 1 and not isinstance(node, Placed):
        lost.append("that several characteristics are one criterion")
    return found, "; ".join(dict.fromkeys(lost))


def _fact(node: Node, dictionary: Dictionary) -> tuple[Json | None, str]:
    if not isinstance(node, Placed):
        return None, "and, or, not, m of k, conditions and scores"
    leaf = node.leaf
    match leaf:
        case SexIs() if len(leaf.accepted) == 1 and leaf.accepted[0] in _SEXES:
            sex = {"text": _SEXES[leaf.accepted[0]]}
            return {"code": {"text": "sex"}, "valueCodeableConcept": sex}, ""
        case AgeTest() if leaf.operator in _COMPARATORS and leaf.number.denominator == 1:
            unit = "a" if leaf.period == "year" else "mo"
            bound = "low" if leaf.operator in {">=", ">"} else "high"
            limit: Json = {
                "value": int(leaf.number),
                "code": unit,
                "system": "http://unitsofmeasure.org",
            }
            value: Json = {bound: limit}
            lost = f"the date of the age ({leaf.anchor})"
            if leaf.operator in {"<", ">"}:
                lost += ", and that the limit itself is left out"
            return {"code": {"text": "age"}, "valueRange": value}, lost
        case Exists() if not leaf.overlapping and " except " not in leaf.events.name:
            code = _code(dictionary.concept(leaf.events.name), dictionary)
            return {"code": code, "valueBoolean": True}, _window_lost(leaf)
        case ValueTest(test=Threshold() as test) if test.operator in _COMPARATORS:
            measure = leaf.value.measure
            quantity: Json = {
                "value": float(test.value),
                "comparator": _COMPARATORS[test.operator],
                "code": measure.unit,
                "system": "http://unitsofmeasure.org",
            }
            code = _code(dictionary.concept(measure.name), dictionary)
            lost = f"{_window_lost(leaf)}; which value counts, and unit conversion"
            return {"code": code, "valueQuantity": quantity}, lost
        case ValueIn() if len(leaf.accepted) == 1:
            concept = dictionary.concept(leaf.name)
            labels = {value.omop: value.label for value in concept.values.values()}
            answer = {"text": labels.get(leaf.accepted[0], str(leaf.accepted[0]))}
            code = _code(concept, dictionary)
            return {"code": code, "valueCodeableConcept": answer}, _window_lost(leaf)
        case _:
            return None, _WITHOUT_WORDS.get(type(leaf).__name__, "several answers of one fact")


_WITHOUT_WORDS = {
    "Quantified": "a value that is confirmed, some or every value",
    "Slope": "the slope of values",
    "CountTest": "how many records there are",
    "AttributeIn": "an answer that belongs to a procedure",
    "DoseTest": "a daily dose, in equivalents where drugs are summed",
    "Unchanged": "a daily dose that stays the same",
    "DoseDays": "a daily dose on so many days",
    "Attested": "a signature",
    "LinearTest": "arithmetic between readings",
    "Exists": "records at the same time as others, or less others",
    "ValueTest": "multiples of a limit of normal, and exact equality",
}


def _window_lost(leaf: Exists | ValueTest | ValueIn) -> str:
    return f"the window ({window_words(leaf.windows[0])})"


def _code(concept: Concept, dictionary: Dictionary) -> Json:
    coding = []
    for plain in dictionary.leaves(concept.name):
        for code in plain.codes:
            if code.is_verified and code.vocabulary in _SYSTEMS:
                system = _SYSTEMS[code.vocabulary]
                coding.append({"system": system, "code": code.code, "display": code.name})
    found: Json = {"text": concept.label}
    return {"coding": coding, **found} if coding else found
