"""A referee for what others printed: which number follows from which, by which method, or cannot.

It knows printed numbers and `remit.analysis.methods` alone.
"""
