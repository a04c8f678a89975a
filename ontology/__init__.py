"""The vocabulary: OWL modules, SKOS schemes, alignments; loading, reasoning, documentation."""
