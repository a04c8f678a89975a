"""Links out: what INSEE, Wikidata and the EU Knowledge Graph call the things of this graph."""
