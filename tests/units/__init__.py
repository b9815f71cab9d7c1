"""Tests of the closed table of units."""
