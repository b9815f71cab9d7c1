"""The columns evaluator: expressions over all subjects at once, with numpy over Arrow columns.

Read in this order: `subjects` (persons with named dates), `rows` and `records` (what is fetched),
`picks` (the record that counts), `thresholds` (exact comparison), one module for each family of
leaves, `logic` (Kleene). The result must agree with `remit.criteria.reference` on every subject.
"""
