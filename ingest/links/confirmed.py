"""Mapping of the identifiers that public repositories give: régions, samples, EPCI by name.

Each link is a statement with its source and confidence; one that is not doubtful is also stated
plainly. What was matched by name only is doubtful: it stays a statement.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode

from ingest.frames import read_table
from ingest.identity import mint, split
from ingest.known import Known
from ingest.links.endpoints import CLOSE, ENDPOINTS, EXACT, SEE
from ingest.links.nuts import region_of
from ingest.local_ids import concept
from ingest.quads import Graph, emp, term
from ingest.sources import Source
from ingest.tables import Row, RowError, Tally, map_rows

COLUMNS: Final[dict[str, str]] = {
    "kohesio_nuts_fr": (
        "nuts_level,nuts_code,label,wikidata_uri,point_wkt,eu_knowledge_graph_uri,eurostat_nuts_uri"
    ),
    "insee_uri_samples": "type,code,libelle,uri",
    "wikidata_epci_from_nsi": "siren,nom_decoupage_administratif,type,wikidata_qid,nom_nsi",
}
_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "kohesio_nuts_fr": ("nuts_code",),
    "insee_uri_samples": ("uri",),
    "wikidata_epci_from_nsi": ("siren",),
}
_NUTS: Final = "http://data.europa.eu/nuts/code/"
# Our kind of thing by INSEE's type, and whether INSEE builds the URI on the code.
_KINDS: Final[dict[str, tuple[str, bool]]] = {
    "region": ("region", False),
    "departement": ("departement", False),
    "commune": ("commune", False),
    "intercommunalite": ("epci", False),
    "zoneDEmploi2020": ("zone-emploi", True),
    "aireDAttractionDesVilles2020": ("aire-attraction", True),
    "uniteUrbaine2020": ("unite-urbaine", True),
}
_RECORDS: Final = {
    "kohesio_nuts_fr": {
        "fr": "Table des régions de Kohesio : NUTS, Wikidata, graphe de connaissances de l'Union",
        "en": "Table of the regions of Kohesio: NUTS, Wikidata, EU Knowledge Graph",
    },
    "insee_uri_samples": {
        "fr": "URI de l'INSEE relevées dans des tests publics",
        "en": "URIs of INSEE seen in public tests",
    },
    "wikidata_epci_from_nsi": {
        "fr": "EPCI rapprochés par leur nom des opérateurs de name-suggestion-index",
        "en": "EPCI matched by name with the operators of name-suggestion-index",
    },
}


def map_links(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the tables of identifiers; arguments as for every mapping."""
    del source
    mapper = _Mapper(graph, known)
    uses: dict[str, Callable[[Row], None]] = {
        "kohesio_nuts_fr": mapper.region,
        "insee_uri_samples": mapper.insee,
        "wikidata_epci_from_nsi": mapper.epci,
    }
    for name, use in uses.items():
        path, columns = files[f"{name}.csv"], COLUMNS[name].split(",")
        # A table cut short is refused whole, which reading row by row would not see.
        read_table(path, columns, Tally())
        mapper.open(name)
        map_rows(path, columns, tally, use, _KEYS[name])


class _Mapper:
    """Rows of the tables to statements of one graph; ``record`` is the table being read."""

    def __init__(self, graph: Graph, known: Known) -> None:
        self.graph = graph
        self.known = known
        self.record = ""

    def open(self, table: str) -> None:
        """Describe a table as the source of the rows that follow."""
        self.record = mint("source", f"links-{table}")
        self.graph.named(self.record, "SourceRecord", _RECORDS[table])
        self.graph.add(self.record, emp("recordOf"), self.graph.name)
        self.graph.add(self.record, emp("recordKey"), Literal(f"{table}.csv"))

    def region(self, row: Row) -> None:
        """Map a région: the items are given by its NUTS code, so they are the NUTS unit's."""
        region = self.known.require(NamedNode(region_of(row["nuts_code"]))).value
        wikidata = _item("wikidata", row["wikidata_uri"])
        eukg = _item("eukg", row["eu_knowledge_graph_uri"])
        if row["eurostat_nuts_uri"] != _NUTS + row["nuts_code"]:
            raise RowError(f"{row['eurostat_nuts_uri']!r} is not the URI of {row['nuts_code']}")
        self.link("nuts", region, EXACT, row["eurostat_nuts_uri"], said=row["label"])
        self.link("eukg", region, EXACT, eukg, said=row["label"])
        # An item of Wikidata runs through renamings, and overseas is the département's as well.
        self.link("wikidata", region, CLOSE, wikidata, said=row["label"])

    def insee(self, row: Row) -> None:
        """Map a URI of INSEE; exact only where it is built on the code, hence the only one."""
        if row["type"] not in _KINDS:
            raise RowError(f"unknown type of territory {row['type']!r}")
        kind, derived = _KINDS[row["type"]]
        if not derived:
            _item("insee", row["uri"])
        elif not row["uri"].startswith("http://id.insee.fr/") or not row["uri"].endswith(
            f"/{row['code']}"
        ):
            raise RowError(f"{row['uri']!r} is not built on the code {row['code']}")
        thing = self.known.require(NamedNode(mint(kind, row["code"]))).value
        # One code has several URIs in time: without its own days, one is only worth a look.
        self.link("insee", thing, EXACT if derived else SEE, row["uri"], said=row["libelle"])

    def epci(self, row: Row) -> None:
        """Map an item matched by name with an EPCI: the body, not the territory it administers."""
        body = self.known.require(NamedNode(mint("actor", row["siren"]))).value
        item = _item("wikidata", f"http://www.wikidata.org/entity/{row['wikidata_qid']}")
        self.link("wikidata", body, SEE, item, said=row["nom_nsi"], doubtful=True)

    def link(
        self,
        target: str,
        thing: str,
        relation: str,
        item: str,
        *,
        said: str,
        doubtful: bool = False,
    ) -> None:
        """State a link, its confidence, the name the table gives; plainly unless doubtful."""
        if not doubtful:
            self.graph.add(thing, NamedNode(relation), NamedNode(item))
        kind, code = split(thing)
        node = mint("statement", f"links/{target}/{kind}/{code}/{item.rpartition('/')[2]}")
        confidence = concept("confidence", "doubtful" if doubtful else "sourced")
        self.graph.add(node, term("rdf", "type"), emp("CatalogueStatement"))
        self.graph.add(node, term("rdf", "subject"), NamedNode(thing))
        self.graph.add(node, term("rdf", "predicate"), NamedNode(relation))
        self.graph.add(node, term("rdf", "object"), NamedNode(item))
        self.graph.labels(node, emp("recordNote"), {"fr": said})
        self.graph.add(node, emp("supportedBy"), NamedNode(self.record))
        self.graph.add(node, emp("confidence"), confidence)


def _item(endpoint: str, iri: str) -> str:
    if not ENDPOINTS[endpoint].item.fullmatch(iri):
        raise RowError(f"{iri!r} is not an item of {endpoint}")
    return iri
