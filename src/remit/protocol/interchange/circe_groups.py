"""Groups of criteria of a Circe definition as expressions of the criterion language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from remit.protocol.interchange.circe_concepts import (
    KINDS,
    ConceptSet,
    ImportedConcept,
    imported_concept,
)
from remit.protocol.interchange.circe_keys import CirceObject, Remarks
from remit.protocol.interchange.circe_windows import (
    FARTHEST,
    INDEX,
    CirceWindow,
    Occurrence,
    counted,
    first_ever,
    joined,
)

_SEXES: Mapping[int, str] = {8507: "male", 8532: "female"}
_OPERATORS: Mapping[str, str] = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "eq": "="}
YEARS = (
    "an age counts in completed years on the day of entry; Circe subtracts the year of birth from "
    "the year of that day"
)


@dataclass(frozen=True, slots=True)
class AskedRecords:
    """Records of a concept that Circe asks for.

    Attributes:
        first: only the first that a person ever had.
        conditions: what must hold on the day of the record, beside its concept.
        correlated: a group about other records around it.
    """

    concept: str
    label: str
    first: bool
    conditions: tuple[str, ...]
    correlated: CirceObject | None


@dataclass(slots=True)
class DefinitionReading:
    """What a definition is read with, and what was found while it was read."""

    sets: Mapping[int, ConceptSet]
    concepts: dict[tuple[int, str], ImportedConcept] = field(default_factory=dict)
    remarks: Remarks = field(default_factory=Remarks)

    def criterion(self, holder: CirceObject) -> AskedRecords:
        """The criterion in an object with one key, the table: `{"ConditionOccurrence": {…}}`."""
        tables = [key for key, value in holder.values.items() if value is not None]
        if len(tables) != 1 or tables[0] not in KINDS:
            raise holder.refused(
                "these records are not read",
                expected=f"one of {', '.join(KINDS)}",
                got=", ".join(tables) or "none",
            )
        kind = KINDS[tables[0]]
        asked = holder.part(tables[0])
        assert asked is not None
        asked.only({"CodesetId", "First", "Age", "Gender", "CorrelatedCriteria"})
        number = asked.number("CodesetId")
        if number is None or number not in self.sets:
            raise asked.refused(
                "any record of the table is asked for"
                if number is None
                else "it names a concept set that is not there",
                expected="the number of a concept set",
                got="none" if number is None else str(number),
            )
        concept = self.concepts.get((number, kind))
        if concept is None:
            concept = imported_concept(self.sets[number], kind, asked)
            self.concepts[number, kind] = concept
        conditions = tuple(self._person(asked))
        return AskedRecords(
            concept.name,
            concept.label,
            asked.flag("First"),
            conditions,
            asked.part("CorrelatedCriteria"),
        )

    def _person(self, asked: CirceObject) -> Iterator[str]:
        """What is asked of the person on the day of entry: age and sex."""
        age = asked.part("Age")
        if age is not None:
            age.only({"Value", "Op", "Extent"})
            value, operator = age.number("Value"), age.text("Op")
            extent = age.number("Extent")
            if value is not None and operator == "bt" and extent is not None:
                yield f"{value} years <= age at {INDEX} <= {extent} years"
            elif value is not None and operator in _OPERATORS:
                yield f"age at {INDEX} {_OPERATORS[operator]} {value} years"
            else:
                raise age.refused(
                    "this comparison of an age is not read",
                    expected=f"a Value and one of {', '.join([*_OPERATORS, 'bt'])}",
                    got=operator or "none",
                )
            self.remarks.persons[YEARS] = None
        sexes = [concept.number("CONCEPT_ID") for concept in asked.parts("Gender")]
        if sexes:
            words = [_SEXES.get(sex or 0) for sex in sexes]
            if None in words:
                raise asked.refused(
                    "a sex is asked for that is neither male nor female",
                    expected="8507 or 8532",
                    got=", ".join(map(str, sexes)),
                )
            yield joined(sorted({f"sex is {word}" for word in words}), "or")

    def group(self, group: CirceObject) -> str | None:
        """The expression of a group; None where it asks for nothing.

        Raises:
            ProtocolError: something in it cannot be said.
        """
        group.only({"Type", "Count", "CriteriaList", "DemographicCriteriaList", "Groups"})
        parts = [self._correlated(one) for one in group.parts("CriteriaList")]
        for one in group.parts("DemographicCriteriaList"):
            one.only({"Age", "Gender"})
            parts.append(joined(list(self._person(one)), "and"))
        parts += [text for one in group.parts("Groups") if (text := self.group(one)) is not None]
        if not parts:
            return None
        kind, count = group.text("Type", otherwise="ALL"), group.number("Count", otherwise=0)
        assert count is not None
        if kind == "ALL":
            return joined(parts, "and")
        if kind == "ANY":
            return joined(parts, "or")
        if kind == "AT_LEAST":
            return self._at_least(group, parts, count)
        if kind == "AT_MOST":
            if count >= len(parts):
                return None
            return f"not {joined([self._at_least(group, parts, count + 1)], 'and')}"
        raise group.refused(
            "this kind of group is not read",
            expected="ALL, ANY, AT_LEAST or AT_MOST",
            got=kind,
        )

    def _at_least(self, group: CirceObject, parts: list[str], count: int) -> str:
        if not 1 <= count <= len(parts):
            raise group.refused(
                "so many of its criteria can never hold, or always do",
                expected=f"a count from 1 to {len(parts)}",
                got=str(count),
            )
        if count == 1:
            return joined(parts, "or")
        if count == len(parts):
            return joined(parts, "and")
        return f"at least {count} of ({', '.join(parts)})"

    def _correlated(self, item: CirceObject) -> str:
        item.only({"Criteria", "StartWindow", "Occurrence", "IgnoreObservationPeriod"})
        holder = item.part("Criteria")
        if holder is None:
            raise item.refused("it asks for no records", expected="Criteria", got="none")
        criterion = self.criterion(holder)
        if criterion.correlated is not None and self._asks(criterion.correlated):
            raise holder.refused(
                "criteria around a record that is itself around the entry are not read",
                expected="criteria around the day of entry",
                got="CorrelatedCriteria",
            )
        if criterion.conditions:
            raise holder.refused(
                "an age or a sex is asked at the day of another record than that of entry",
                expected="Age and Gender at the entry event or as DemographicCriteriaList",
                got="one in a correlated criterion",
            )
        window = self._window(item)
        occurrence = self._occurrence(item)
        text = (
            self._first(criterion, window, occurrence, item)
            if criterion.first
            else counted(criterion.concept, window, occurrence)
        )
        if text is None:
            raise item.refused(
                "records are counted on both sides of the day of entry, within its observation",
                expected="none or at least one, or a window on one side",
                got="a count",
            )
        return text

    def _asks(self, group: CirceObject) -> bool:
        return any(group.values.get(key) for key in
                   ("CriteriaList", "DemographicCriteriaList", "Groups"))  # fmt: skip

    def _first(
        self, criterion: AskedRecords, window: CirceWindow, asked: Occurrence, item: CirceObject
    ) -> str:
        """A first record is one or none."""
        text = first_ever(criterion.concept, window)
        if asked.least == 1 and asked.most in {None, 1}:
            return text
        if asked.most == 0 and not asked.least:
            return f"not {joined([text], 'and')}"
        raise item.refused(
            "a first record is counted, which is one or none",
            expected="at least 1, or 0",
            got="another number",
        )

    def _window(self, item: CirceObject) -> CirceWindow:
        observed = not item.flag("IgnoreObservationPeriod")
        window = item.part("StartWindow")
        if window is None:
            return CirceWindow(None, None, observed)
        window.only({"Start", "End", "UseIndexEnd", "UseEventEnd"})
        for key in ("UseIndexEnd", "UseEventEnd"):
            if window.flag(key):
                raise window.refused(
                    f"{key}: a window counts from the end of a record",
                    expected="windows from the day of entry to the first day of a record",
                    got=key,
                )
        low, high = window.part("Start"), window.part("End")
        bounds: list[int | None] = []
        for bound, open_side in ((low, -1), (high, 1)):
            if bound is None:
                # Atlas writes both, empty where there is no bound; tools differ on one that lacks.
                raise window.refused(
                    "a window has not both of its bounds",
                    expected="Start and End; without Days where there is no bound",
                    got="one, or none",
                )
            bound.only({"Days", "Coeff"}, idle={"TimeUnit"})
            if bound.text("TimeUnit", otherwise="day") != "day":
                raise bound.refused("it is not in days", expected="day",
                                    got=bound.text("TimeUnit"))  # fmt: skip
            days, sign = bound.number("Days"), bound.number("Coeff", otherwise=open_side)
            if days is None and sign != open_side:
                raise bound.refused(
                    "a bound without days is on the wrong side",
                    expected=f"Coeff {open_side}",
                    got=str(sign),
                )
            if days is not None and sign is not None and abs(days * sign) > FARTHEST:
                if days * sign * open_side < 0:
                    raise bound.refused(
                        "so far from the day of entry there is no record",
                        expected=f"at most {FARTHEST} days",
                        got=f"{abs(days * sign)} days",
                    )
                days = None  # farther than any record reaches: there is no bound
            bounds.append(None if days is None or sign is None else days * sign)
        return CirceWindow(bounds[0], bounds[1], observed)

    def _occurrence(self, item: CirceObject) -> Occurrence:
        asked = item.part("Occurrence")
        if asked is None:
            return Occurrence(1, None)
        asked.only({"Type", "Count", "IsDistinct"})
        count, kind = asked.number("Count", otherwise=0), asked.number("Type")
        assert count is not None
        found = {
            0: Occurrence(count, count),
            1: Occurrence(None, count),
            2: Occurrence(count, None),
        }
        if kind not in found:
            raise asked.refused("this kind of count is not read",
                                expected="0 (exactly), 1 (at most) or 2 (at least)",
                                got=str(kind))  # fmt: skip
        if asked.flag("IsDistinct") and (count > 1 or (kind != 2 and count > 0)):
            raise asked.refused(
                "different concepts are counted, where Remit counts records",
                expected="a count of records",
                got="IsDistinct",
            )
        if kind == 2 and count == 0:
            raise asked.refused("at least 0 records always holds", expected="1 or more", got="0")
        return found[kind]
