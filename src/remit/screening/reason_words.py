"""Why something is unknown, in words: the same in every view."""

from __future__ import annotations

from collections.abc import Mapping

from remit.truth import Reason

REASON: Mapping[Reason, str] = {
    Reason.NO_ANCHOR: "a named date of the study is missing",
    Reason.NO_DATA: "no record in the window",
    Reason.NOT_COVERED: "the records do not cover the whole window",
    Reason.CODE_UNRESOLVED: "a record that nobody can read may be it, or the data cannot carry it",
    Reason.NO_VALUE: "the record has no value",
    Reason.UNIT_MISSING: "the record has no unit",
    Reason.UNIT_UNKNOWN: "the unit is not one that this quantity converts",
    Reason.IMPLAUSIBLE: "the value is outside the plausible range",
    Reason.NO_REFERENCE_RANGE: "the record has no reference range",
    Reason.CENSORED: "the value is only a bound, such as <0.2",
    Reason.UNCONFIRMED: "no second record confirms it",
    Reason.IMPRECISE_BIRTH_DATE: "the birth date is not precise enough",
    Reason.IMPRECISE_DATE: "the day of a record is not known, and the answer depends on it",
    Reason.NO_DOSE: "the drug is recorded without a dose",
    Reason.NO_END_DATE: "the condition is recorded without an end date",
    Reason.NOT_POSITIVE: "a divisor is zero or negative",
    Reason.CODE_UNKNOWN: "the coded answer is not in the list",
    Reason.NEEDS_ATTESTATION: "waits for a person's signature",
    Reason.INCOMPLETE: "the registry page lost a part of this criterion",
    Reason.LOSSY_OPERATOR: "the registry page lost a comparison sign; a person must confirm it",
    Reason.NOT_IN_DATA: "the data cannot hold this",
    Reason.NOT_WRITTEN: "the study's author has not written its expression yet",
}
