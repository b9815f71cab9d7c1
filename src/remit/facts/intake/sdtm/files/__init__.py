"""Files of SDTM: XPT, Dataset-JSON and CSV."""
