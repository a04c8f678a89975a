"""The ontology: modules and vocabularies in Turtle, their loading, reasoning, pages and releases."""
