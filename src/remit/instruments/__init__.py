"""Scores, classifications and grades: data, rules and citation, computed with unknown kept.

`catalogue` finds them, `scoring` binds and scores, `forms` and `sheets` bring answers and records.
"""
