"""Which samples of a sheet a question is about: one tissue and assay, some visits."""

from __future__ import annotations

from collections.abc import Sequence

from remit.errors import OmicsError
from remit.omics.samples import Sample, SampleSheet


def choose_samples(
    sheet: SampleSheet, *, tissue: str = "", assay: str = "", visits: Sequence[str] = ()
) -> tuple[Sample, ...]:
    """The samples of one tissue and assay, at the visits that are named or at all.

    Raises:
        OmicsError: the sheet has several tissues or assays and none was named, or has no such
            sample.
    """
    chosen = sheet.samples
    for name, asked in (("tissue", tissue), ("assay", assay)):
        there = tuple(dict.fromkeys(getattr(one, name) for one in chosen))
        if (asked and asked not in there) or (not asked and len(there) > 1):
            raise OmicsError(
                f"the sheet has {'no samples' if asked else 'samples'} of "
                f"{'this' if asked else 'more than one'} {name}",
                expected=f"one of {', '.join(there)}",
                got=asked or "none named",
                next_step=f"name it with --{name}",
                place=sheet.path,
            )
        chosen = tuple(one for one in chosen if not asked or getattr(one, name) == asked)
    for visit in visits:
        if all(one.visit != visit for one in chosen):
            there = tuple(dict.fromkeys(one.visit or "(none stated)" for one in chosen))
            raise OmicsError(
                "the sheet has no sample at this visit",
                expected=f"one of {', '.join(there[:20])}",
                got=visit,
                next_step="name a visit of the sheet",
                place=sheet.path,
            )
    return tuple(one for one in chosen if not visits or one.visit in visits)
