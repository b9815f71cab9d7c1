"""The criterion language as rows of data: tiny records, an expression, the answer.

The answers are written by hand from `docs/decisions/0002-criterion-language.md`. The same rows make
`docs/reference/language.md`.
"""
