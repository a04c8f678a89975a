"""The shapes: SHACL rules, validation of a graph against them, reports."""
