"""Importing a clinic's own records: what every format shares, and one module or more a format."""
