"""Maps drafted from what the sheets of a clinic show."""
