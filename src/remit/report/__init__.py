"""Reports: what was screened as one page of HTML that needs nothing else."""

from remit.report.followed import Followed
from remit.report.readjudication import readjudication_svg
from remit.report.shown_persons import choose_courses, choose_examples, choose_varied
from remit.report.study_page import render_report

__all__ = [
    "Followed",
    "choose_courses",
    "choose_examples",
    "choose_varied",
    "readjudication_svg",
    "render_report",
]
