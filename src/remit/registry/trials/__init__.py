"""Records linked into trials: evidence and vetoes for each pair, and the merge field by field."""
