"""Leaves that ask for a person's sex, age and signed answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.logic import MET_CODE, NOT_MET_CODE, LeafCodes
from remit.criteria.columns.months import completed_months
from remit.criteria.columns.numbers import Flags, Whole, compared
from remit.criteria.columns.picks import one_of
from remit.criteria.columns.records import Records
from remit.criteria.columns.several_subjects import paired
from remit.criteria.columns.subjects import places_of
from remit.criteria.dates import Moment
from remit.criteria.leaves import AgeTest, Attested, SexIs
from remit.criteria.readings import Operator
from remit.facts.arrays import NO_DAY, Days, dates_of, texts_of, whole_numbers
from remit.facts.selection import chosen, kept
from remit.truth import Reason


def sex_codes(leaf: SexIs, records: Records) -> LeafCodes:
    """Whether the recorded sex is one of some."""
    sex = records.subjects.sex
    codes = chosen(one_of(sex, leaf.known), np.int8(NOT_MET_CODE), np.int8(Reason.NO_VALUE))
    accepted = [code for code in leaf.accepted if code in leaf.known]
    return chosen(one_of(sex, accepted), np.int8(MET_CODE), codes)


def age_codes(leaf: AgeTest, records: Records) -> LeafCodes:
    """Completed years or months on a date; unknown where possible birthdays give both answers."""
    missing, *months = records.once(("age", leaf.anchor), lambda: _months_lived(leaf, records))
    unit = 12 if leaf.period == "year" else 1
    youngest, oldest = (lived // unit for lived in months)
    low, high = _compared(youngest, leaf), _compared(oldest, leaf)
    open_ = low != high
    if leaf.operator == "=" and leaf.number.denominator == 1:
        # Between two other ages lies the one asked for.
        open_ |= _compared(youngest, leaf, "<") & _compared(oldest, leaf, ">")
    codes = chosen(low, np.int8(MET_CODE), np.int8(NOT_MET_CODE))
    codes = chosen(open_, np.int8(Reason.IMPRECISE_BIRTH_DATE), codes)
    return chosen(missing, np.int8(Reason.NO_ANCHOR), codes)


def _months_lived(leaf: AgeTest, records: Records) -> tuple[Flags, Whole, Whole]:
    """Who has no such date, and the least and the greatest number of months lived until it."""
    who = records.subjects
    day = who.day(Moment(leaf.anchor))
    missing = np.asarray(day == NO_DAY, np.bool_)
    day = kept(~missing, day)
    youngest = completed_months(who.born_last, day)
    same = who.born_first is who.born_last or bool((who.born_first == who.born_last).all())
    return missing, youngest, youngest if same else completed_months(who.born_first, day)


def _compared(number: Whole, leaf: AgeTest, operator: Operator | None = None) -> Flags:
    scaled = number * leaf.number.denominator
    return compared(scaled, operator or leaf.operator, leaf.number.numerator)


def attested_codes(leaf: Attested, records: Records) -> LeafCodes:
    """The latest signed answer of a person for the study."""
    codes = np.full(len(records.subjects), Reason.NEEDS_ATTESTATION, np.int8)
    for item, subject, answer in records.once("signed", lambda: _signed(records)):
        if item == leaf.item:
            codes[subject] = chosen(answer, np.int8(MET_CODE), np.int8(NOT_MET_CODE))
    return codes


def _signed(
    records: Records,
) -> list[tuple[str | None, npt.NDArray[np.int64], Flags]]:
    """For each item the subjects and answers of its signatures, the latest of a subject last."""
    columns = ("person_id", "item", "answer", "signed_by")
    who = records.subjects
    rows = records.part.rows("attestation", columns, study=who.study)
    items, item = texts_of(rows["item"])
    signers, signer = texts_of(rows["signed_by"])
    nobody = [place for place, text in enumerate(signers) if not text]
    person = np.asarray(whole_numbers(rows["person_id"]), np.int64)
    answer = np.asarray(whole_numbers(rows["answer"]), np.bool_)
    several = records.several
    ids = who.person if several is None else who.person.take(several.begin)
    found = []
    for text, at in _rows_of_items(items, item):
        if nobody:
            at = at.compress(~one_of(signer.take(at), nobody))
        who_signs = person.take(at)
        if (who_signs[1:] <= who_signs[:-1]).any():
            row, day = _order_of_signing(records)
            at = at.take(np.lexsort((row.take(at), day.take(at), who_signs)))
        place = places_of(ids, person.take(at))
        if len(place) and place.min() < 0:
            known = np.flatnonzero(place >= 0)
            at, place = at.take(known), place.take(known)
        signed = answer.take(at)
        if several is not None:
            # Every subject that a person is carries her signature.
            of, place = paired(several.begin.take(place), several.count.take(place))
            signed = signed.take(of)
        found.append((text, place, signed))
    return found


def _order_of_signing(records: Records) -> tuple[npt.NDArray[np.integer], Days]:
    """The key and the day of each signature: asked only where a person signs an item twice."""
    columns, study = ("attestation_id", "signed_date"), records.subjects.study
    rows = records.once("signing", lambda: records.part.rows("attestation", columns, study=study))
    return whole_numbers(rows["attestation_id"]), dates_of(rows["signed_date"])


def _rows_of_items(
    items: Sequence[str | None], item: npt.NDArray[np.integer]
) -> Iterator[tuple[str | None, npt.NDArray[np.int64]]]:
    """Each item with its rows, which stand together in a snapshot."""
    edges = np.flatnonzero(item[1:] != item[:-1]) + 1
    runs: dict[int, list[npt.NDArray[np.int64]]] = {}
    for begin, end in pairwise([0, *edges.tolist(), len(item)] if len(item) else []):
        runs.setdefault(int(item[begin]), []).append(np.arange(begin, end))
    for place, found in runs.items():
        yield items[place], found[0] if len(found) == 1 else np.concatenate(found)
