"""The catalogue and the dataset as triples: DCAT 3 and VoID, with files and the endpoint."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, Triple

from api import terms
from api.service import Service
from ingest.provenance import META
from ingest.store import Version
from ontology.namespaces import BASE, EMP, PREFIXES
from queries.engine import Engine
from queries.formats import Format

CATALOGUE: Final = f"{BASE}catalogue"
DUMPS: Final[dict[str, str]] = {
    "nq": Format.NQUADS.media_type,
    "nq.gz": "application/gzip",
}
"""By extension of a dump, its media type."""
_MEDIA: Final = "https://www.iana.org/assignments/media-types/"
_LICENCE: Final = NamedNode("https://spdx.org/licenses/etalab-2.0")
_PROTOCOL: Final = NamedNode("https://www.w3.org/TR/sparql11-protocol/")
_SHA256: Final = NamedNode(PREFIXES["spdx"] + "checksumAlgorithm_sha256")
_TITLES: Final = {
    "nq": {"fr": "Tout le graphe, en N-Quads", "en": "The whole graph, in N-Quads"},
    "nq.gz": {
        "fr": "Tout le graphe, en N-Quads compressé",
        "en": "The whole graph, in compressed N-Quads",
    },
    "sparql": {"fr": "Point d'accès SPARQL", "en": "SPARQL endpoint"},
}
# Beside the sources, what the catalogue speaks of. The partitions of each graph stay in the store.
_LISTED: Final = """SELECT DISTINCT ?s ?p ?o WHERE {{ GRAPH {meta} {{
  {{ BIND({catalogue} AS ?s) }}
  UNION {{ {catalogue} dcterms:publisher|dcat:dataset|(dcat:dataset/dcterms:publisher) ?s }}
  UNION {{ {catalogue} dcat:dataset/dcat:distribution/spdx:checksum? ?s }}
  ?s ?p ?o
  FILTER(?p = void:triples || !STRSTARTS(STR(?p), STR(void:)))
}} }}"""
_STATED: Final = """SELECT DISTINCT ?s ?p ?o WHERE {{ GRAPH {meta} {{
  {{ {dataset} (void:classPartition|void:propertyPartition|ext:datatypePartition)* ?s . ?s ?p ?o }}
  UNION {{
    {dataset} void:subset ?s . ?s ?p ?o
    FILTER(?p IN (rdf:type, void:triples, dcterms:title, dcterms:license))
  }}
}} }}"""
_OF_DATASET: Final = """SELECT ?s ?p ?o WHERE {{ GRAPH {meta} {{
  BIND({dataset} AS ?s) ?s ?p ?o FILTER(?p IN (rdf:type, dcterms:title, void:triples))
}} }}"""


def dump_path(version: Version, extension: str) -> Path:
    """Return the file of a dump, by its extension."""
    return version.dataset.with_suffix(f".{extension}")


def dataset_iri(version: Version) -> str:
    """Return the identifier of the dataset of a version."""
    return f"{BASE}dataset/{version.id}"


def catalogue(service: Service, root: str) -> list[Triple]:
    """Describe the sources, and what is published from them.

    Args:
        service: the state of the service.
        root: the address of the service, without a final slash.

    Returns:
        The catalogue (DCAT 3 §6.3) with the data sets of the sources, the dataset that is served,
        its files and the endpoint.

    """
    node, dataset = NamedNode(CATALOGUE), NamedNode(dataset_iri(service.version))
    return [
        *_read(service.engine, _LISTED, catalogue=CATALOGUE),
        Triple(node, _term("rdf", "type"), _term("dcat", "Catalog")),
        Triple(node, _term("dcat", "dataset"), dataset),
        Triple(node, _term("dcat", "service"), NamedNode(f"{root}/sparql#service")),
        *_read(service.engine, _OF_DATASET, dataset=dataset.value),
        *_published(service, root),
    ]


def dataset_description(service: Service, root: str) -> list[Triple]:
    """Describe the dataset that is served (VoID, sections 2 to 6).

    Args:
        service: the state of the service.
        root: the address of the service, without a final slash.

    Returns:
        Its statistics by class and property, its named graphs, its files and the endpoint.

    """
    dataset = dataset_iri(service.version)
    return [*_read(service.engine, _STATED, dataset=dataset), *_published(service, root)]


def _published(service: Service, root: str) -> Iterator[Triple]:
    """Say where the dataset is to be had, and on what terms."""
    dataset, endpoint = NamedNode(dataset_iri(service.version)), NamedNode(f"{root}/sparql")
    access = NamedNode(f"{root}/sparql#service")
    yield Triple(dataset, _term("rdf", "type"), _term("dcat", "Dataset"))
    yield Triple(dataset, _term("rdf", "type"), _term("void", "Dataset"))
    yield Triple(dataset, _term("dcterms", "identifier"), Literal(service.version.id))
    yield Triple(dataset, _term("dcterms", "license"), _LICENCE)
    yield Triple(dataset, _term("dcterms", "publisher"), NamedNode(f"{BASE}team"))
    yield Triple(dataset, _term("dcat", "landingPage"), NamedNode(f"{root}/"))
    yield Triple(dataset, _term("foaf", "homepage"), NamedNode(f"{root}/"))
    yield Triple(dataset, _term("void", "sparqlEndpoint"), endpoint)
    yield Triple(dataset, _term("void", "vocabulary"), NamedNode(str(EMP)))
    for extension in DUMPS:
        if dump_path(service.version, extension).is_file():
            yield from _file(service.version, root, dataset, extension)
    through = NamedNode(f"{endpoint.value}#distribution")
    yield Triple(dataset, _term("dcat", "distribution"), through)
    yield Triple(through, _term("rdf", "type"), _term("dcat", "Distribution"))
    yield from _texts(through, _TITLES["sparql"])
    yield Triple(through, _term("dcterms", "license"), _LICENCE)
    yield Triple(through, _term("dcat", "accessURL"), endpoint)
    yield Triple(through, _term("dcat", "accessService"), access)
    yield Triple(access, _term("rdf", "type"), _term("dcat", "DataService"))
    yield from _texts(access, _TITLES["sparql"])
    yield Triple(access, _term("dcat", "endpointURL"), endpoint)
    # Without a query, the endpoint answers with its own description.
    yield Triple(access, _term("dcat", "endpointDescription"), endpoint)
    yield Triple(access, _term("dcat", "servesDataset"), dataset)
    yield Triple(access, _term("dcterms", "conformsTo"), _PROTOCOL)


def _file(version: Version, root: str, dataset: NamedNode, extension: str) -> Iterator[Triple]:
    path = dump_path(version, extension)
    address = NamedNode(f"{root}/dump/{version.id}.{extension}")
    known: Mapping[str, Any] = version.info.get("files", {}).get(path.name, {})
    yield Triple(dataset, _term("void", "dataDump"), address)
    yield Triple(dataset, _term("dcat", "distribution"), address)
    yield Triple(address, _term("rdf", "type"), _term("dcat", "Distribution"))
    yield from _texts(address, _TITLES[extension])
    yield Triple(address, _term("dcterms", "license"), _LICENCE)
    yield Triple(address, _term("dcat", "accessURL"), address)
    yield Triple(address, _term("dcat", "downloadURL"), address)
    media = NamedNode(_MEDIA + DUMPS["nq"])
    yield Triple(address, _term("dcat", "mediaType"), media)
    if extension != "nq":
        packed = NamedNode(_MEDIA + DUMPS[extension])
        yield Triple(address, _term("dcat", "compressFormat"), packed)
    if known:
        size = Literal(
            str(known["bytes"]), datatype=NamedNode(PREFIXES["xsd"] + "nonNegativeInteger")
        )
        checksum = NamedNode(f"{address.value}#sha256")
        digest = Literal(known["sha256"], datatype=NamedNode(PREFIXES["xsd"] + "hexBinary"))
        yield Triple(address, _term("dcat", "byteSize"), size)
        yield Triple(address, _term("spdx", "checksum"), checksum)
        yield Triple(checksum, _term("rdf", "type"), _term("spdx", "Checksum"))
        yield Triple(checksum, _term("spdx", "algorithm"), _SHA256)
        yield Triple(checksum, _term("spdx", "checksumValue"), digest)


def _read(engine: Engine, text: str, **iris: str) -> Iterator[Triple]:
    used = ("rdf", "dcat", "dcterms", "spdx", "void")
    prologue = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in used)
    prologue += f"PREFIX ext: <{PREFIXES['void-ext']}>\n"
    filled = text.format(meta=terms.iri(META), **{k: terms.iri(v) for k, v in iris.items()})
    for subject, name, value in engine.select(prologue + filled).rows:
        if isinstance(subject, NamedNode) and isinstance(name, NamedNode) and value is not None:
            yield Triple(subject, name, value)


def _texts(subject: NamedNode, texts: Mapping[str, str]) -> Iterator[Triple]:
    for language, text in texts.items():
        yield Triple(subject, _term("dcterms", "title"), Literal(text, language=language))


def _term(prefix: str, name: str) -> NamedNode:
    return NamedNode(PREFIXES[prefix] + name)
