"""Reports: what was screened as pages of HTML that need nothing else."""

from remit.report.edition import (
    Report,
    compose_report,
    render_file,
    render_folder,
    render_report,
    write_folder,
)
from remit.report.followed import Followed
from remit.report.nearest import MOST_ROWS
from remit.report.readjudication import readjudication_svg
from remit.report.shown_persons import choose_courses, choose_examples

__all__ = [
    "MOST_ROWS",
    "Followed",
    "Report",
    "choose_courses",
    "choose_examples",
    "compose_report",
    "readjudication_svg",
    "render_file",
    "render_folder",
    "render_report",
    "write_folder",
]
