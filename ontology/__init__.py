"""The ontology: modules and vocabularies in Turtle, their loading, reasoning and documentation."""
