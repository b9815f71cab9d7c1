"""Projects of REDCap: dictionary, records and map."""
