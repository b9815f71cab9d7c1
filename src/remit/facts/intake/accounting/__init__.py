"""The account of an import: what became of each row, code and unit of the source."""
