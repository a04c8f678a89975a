"""The project's namespaces: the only place where these strings stand."""

from typing import Final

from rdflib import Namespace

BASE: Final = "https://w3id.org/empilement/"
EMP: Final = Namespace(BASE + "def#")
EMPS: Final = Namespace(BASE + "shape#")
VOC: Final = Namespace(BASE + "voc/")
ID: Final = Namespace(BASE + "id/")
GRAPH: Final = Namespace(BASE + "graph/")
ONT: Final = Namespace(BASE + "ont/")

PREFIXES: Final[dict[str, str]] = {
    "emp": str(EMP),
    "emps": str(EMPS),
    "voc": str(VOC),
    "id": str(ID),
    "graph": str(GRAPH),
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "qb": "http://purl.org/linked-data/cube#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vs": "http://www.w3.org/2003/06/sw-vocab-status/ns#",
    "void": "http://rdfs.org/ns/void#",
    "void-ext": "http://ldf.fi/void-ext#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
