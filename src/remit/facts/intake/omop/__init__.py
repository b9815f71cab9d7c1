"""Tables of the OMOP CDM, in files, archives and databases."""
