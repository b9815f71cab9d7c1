"""Readers of what belongs together in a record, such as an arm or a site, by its keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from remit.registry.exports.export_form import ItemReader, Part, field_of
from remit.registry.exports.leaf import Leaf, all_said, said, span_of, written_text
from remit.registry.record import Arm, Field, Location, Official, OutcomeType
from remit.registry.text.outcomes import outcome
from remit.registry.text.written_values import tidy_role


def text_block(group: Iterable[Leaf]) -> str:
    """What some leaves say, a line each."""
    return "\n".join(str(leaf.value) for leaf in group)


def outcome_reader(kind: OutcomeType, time_frame: str) -> ItemReader:
    """The reader of outcomes of a kind; `time_frame` is the key of their time."""

    def read(group: Sequence[Leaf]) -> Iterable[Part]:
        yield outcome(
            kind,
            " ".join((said(group, "measure") or "").split()),
            said(group, "description"),
            said(group, time_frame),
            source_text=written_text(group),
            span=span_of(group),
        )

    return read


def arm_reader(label: str, kind: str, description: str, interventions: str) -> ItemReader:
    """The reader of arms whose parts have these keys."""

    def read(group: Sequence[Leaf]) -> Iterable[Field]:
        arm = Arm(
            said(group, label) or "",
            said(group, kind),
            said(group, description),
            all_said(group, interventions),
        )
        yield field_of("arm", arm, group)

    return read


def named_reader(name: str, key: str) -> ItemReader:
    """The reader of what is a field of one value, that of a key, with all its leaves."""

    def read(group: Sequence[Leaf]) -> Iterable[Field]:
        yield field_of(name, said(group, key) or text_block(group), group)

    return read


def location_reader(facility: str, city: str, state: str, country: str) -> ItemReader:
    """The reader of sites whose parts have these keys."""

    def read(group: Sequence[Leaf]) -> Iterable[Field]:
        parts = (said(group, key) for key in (facility, city, state, country))
        yield field_of("location", Location(*parts), group)

    return read


def official_reader(name: str, role: str, affiliation: str) -> ItemReader:
    """The reader of those who answer for the trial."""

    def read(group: Sequence[Leaf]) -> Iterable[Field]:
        called = said(group, name)
        if called is None:
            yield field_of("other", text_block(group), group)
            return
        told = tidy_role(said(group, role) or "")
        yield field_of("official", Official(called, told, said(group, affiliation)), group)

    return read


def reference_reader(kind: str, citation: str) -> ItemReader:
    """The reader of citations: of a result, or of anything else."""

    def read(group: Sequence[Leaf]) -> Iterable[Field]:
        is_result = (said(group, kind) or "").upper() == "RESULT"
        name = "publication" if is_result else "reference"
        yield field_of(name, said(group, citation) or text_block(group), group)

    return read
