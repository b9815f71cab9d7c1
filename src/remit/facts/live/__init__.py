"""Facts where they live: a hospital's own OMOP tables, read in place and never written."""
