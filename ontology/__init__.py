"""Room ontology."""
