"""What resources say, made rows of the tables."""
