"""Analysis datasets in the layout of ADaM: the answers of a trial, laid out for others to count."""
