"""Files of FHIR: their JSON, its elements, references and the version that they show."""
