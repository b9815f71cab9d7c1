"""Definition files as pages of the documentation."""
