"""Figures of a trial: drawn from result rows and answers alone, all in one style."""
