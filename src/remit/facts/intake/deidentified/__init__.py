"""Names, days and texts taken out of a dataset, and the key that finds them again."""
