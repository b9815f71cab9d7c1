"""Samples, their measurements, and what these tell of a response: the patient is the unit."""
