"""What became of the rows of DRUG_STRENGTH that a dataset does not keep."""

from __future__ import annotations

from remit.facts.intake.accounting.report import SHOWN, LeftOut
from remit.facts.vocabulary.strength_rows import KeptStrengths

STRENGTHS_OF_VOCABULARY = "DRUG_STRENGTH of the vocabulary"


def strengths_left_out(kept: KeptStrengths) -> tuple[LeftOut, ...]:
    """The rows that are not kept; of those that cannot be read, the first few drugs."""
    found = (
        LeftOut("says nothing of the drugs of these data", kept.others, (), on_purpose=True),
        LeftOut("is not valid any more", kept.ended, (), on_purpose=True),
        LeftOut("says all of another row again", kept.again, (), fate="merged"),
        *(
            LeftOut(fault, len(drugs), tuple(map(str, drugs[:SHOWN])))
            for fault, drugs in kept.refused.items()
        ),
    )
    return tuple(item for item in found if item.rows)
