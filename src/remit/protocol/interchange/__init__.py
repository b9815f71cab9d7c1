"""The way in and out for definitions: cohort expressions of OHDSI, FHIR resources, English.

Each way out names what the other side cannot say; the way in refuses what it cannot keep.
"""
