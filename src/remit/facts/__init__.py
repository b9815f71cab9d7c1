"""Facts: typed OMOP tables, the concept dictionary, dataset snapshots and their checks."""
