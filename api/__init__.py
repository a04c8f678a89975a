"""The service: SPARQL protocol, linked data, named questions, pages."""
