"""A clinic's own sheets, read by a map."""
