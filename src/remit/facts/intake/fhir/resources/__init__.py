"""Resources of FHIR, each read to what it says of a person."""
