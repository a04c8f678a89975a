"""From catalogued sources to a built, validated, published graph."""
