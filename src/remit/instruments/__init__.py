"""Scores, classifications and grades: data, rules and citation, computed with unknown kept."""

from remit.instruments.biopsy_class import read_biopsy_class
from remit.instruments.catalogue import instrument_named, packaged_instruments, read_instrument
from remit.instruments.form_files import read_form, visits_of
from remit.instruments.forms import form_sheet
from remit.instruments.instrument import Instrument
from remit.instruments.scoring import (
    BoundInstrument,
    Scores,
    bind_instrument,
    bound_packaged,
    score_sheet,
)

__all__ = [
    "BoundInstrument",
    "Instrument",
    "Scores",
    "bind_instrument",
    "bound_packaged",
    "form_sheet",
    "instrument_named",
    "packaged_instruments",
    "read_biopsy_class",
    "read_form",
    "read_instrument",
    "score_sheet",
    "visits_of",
]
