"""Rows that readers hand over: kept out of memory, and what no dataset may hold left out."""
