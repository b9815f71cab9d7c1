"""Reports: what was screened as one page of HTML that needs nothing else."""

from remit.report.choosing import choose_examples, choose_varied
from remit.report.rendering import render_report

__all__ = ["choose_examples", "choose_varied", "render_report"]
