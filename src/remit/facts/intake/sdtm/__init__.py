"""SDTM: the domains of a trial, their terms and days."""
