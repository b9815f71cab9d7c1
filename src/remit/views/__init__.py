"""Views: results as text for a terminal, small HTML for notebooks, JSON, Markdown and files.

They hold no formula and no reading. What each type has is one table, `remit.views.kinds`.
"""
