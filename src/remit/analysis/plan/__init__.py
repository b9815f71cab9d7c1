"""The plan of a study's analyses: what each means, what follows from it, and whether it holds."""
