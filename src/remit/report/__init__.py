"""Reports: what was screened as one page of HTML that needs nothing else."""

from remit.report.choosing import choose_examples, choose_followed, choose_varied
from remit.report.followed import Followed
from remit.report.readjudication import readjudication_svg
from remit.report.rendering import render_report

__all__ = [
    "Followed",
    "choose_examples",
    "choose_followed",
    "choose_varied",
    "readjudication_svg",
    "render_report",
]
