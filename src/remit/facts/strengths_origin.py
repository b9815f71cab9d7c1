"""Who says what is in a drug."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class StrengthsOrigin:
    """Who says what is in a drug: the source's own table DRUG_STRENGTH, or a vocabulary's.

    Attributes:
        version: of the vocabulary, or of that which the source has beside its data; None where it
            says none.

    >>> StrengthsOrigin("vocabulary", "v5.0 27-FEB-26").words
    'the vocabulary v5.0 27-FEB-26'
    """

    by: Literal["source", "vocabulary"]
    version: str | None = None

    @property
    def words(self) -> str:
        """Who it is, and which version."""
        if self.by == "vocabulary":
            return f"the vocabulary {self.version or ''}".strip()
        return f"the source, vocabulary {self.version}" if self.version else "the source"
