"""The endpoints that links come from: where, what is asked, what an answer must look like."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ontology.namespaces import BASE, PREFIXES

FOLDER: Final = Path(__file__).parent
_IGEO: Final = "http://rdf.insee.fr/def/geo#"
_WDT: Final = "http://www.wikidata.org/prop/direct/"
_EUKG: Final = "https://linkedopendata.eu/prop/direct/"
_UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ITEM: Final = r"Q[1-9][0-9]*"
_CCI: Final = r"[0-9]{4}[A-Z]{2}[0-9A-Z]{8,12}"

EXACT: Final = PREFIXES["skos"] + "exactMatch"
CLOSE: Final = PREFIXES["skos"] + "closeMatch"
SEE: Final = PREFIXES["rdfs"] + "seeAlso"
# Of an identifier that its publisher gives away under no stated terms, nothing more is claimed.
NO_LICENCE: Final = BASE + "licence/none-stated"


@dataclass(frozen=True, slots=True)
class Question:
    """One kind of code to ask an endpoint about.

    Args:
        name: what it is called in messages.
        about: IRI of the class (INSEE) or property (Wikibase) that the code belongs to.
        code: the property of this graph that holds the code.
        kinds: kinds of things (see ``ingest.identity``) whose codes are asked.
        form: regular expression that a code asked must match in full.
    """

    name: str
    about: str
    code: str
    kinds: tuple[str, ...]
    form: str = r"[0-9A-Z]{2,9}"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A SPARQL endpoint elsewhere.

    Args:
        name: what it is called; also names its graph and its files.
        title: its title by language.
        address: address of the endpoint.
        query: name of the query file beside this module.
        variables: variables that every answer must have.
        item: regular expression that the IRI of an item must match in full.
        relation: IRI of the relation to the only item in force that bears a code.
        dated: whether its items are versions in time, so that one code has several in turn.
        publisher: IRI of who publishes the data.
        publisher_name: their name.
        licence: IRI of the terms of the data.
        questions: what is asked of it.
    """

    name: str
    title: dict[str, str]
    address: str
    query: str
    variables: tuple[str, ...]
    item: re.Pattern[str]
    relation: str
    dated: bool
    publisher: str
    publisher_name: str
    licence: str
    questions: tuple[Question, ...]

    def template(self) -> str:
        """Return the text of the query, its ``VALUES`` still empty."""
        return (FOLDER / self.query).read_text(encoding="utf-8")


_INSEE: Final = Endpoint(
    name="insee",
    title={
        "fr": "Liens vers les territoires de l'INSEE",
        "en": "Links to the territories of INSEE",
    },
    address="https://rdf.insee.fr/sparql",
    query="insee.rq",
    variables=("code", "item", "since", "until"),
    item=re.compile(rf"http://id\.insee\.fr/geo/[A-Za-z0-9]+/{_UUID}"),
    relation=EXACT,
    dated=True,
    publisher=BASE + "publisher/insee",
    publisher_name="INSEE",
    licence="https://spdx.org/licenses/etalab-2.0",
    questions=(
        Question("communes", _IGEO + "Commune", "inseeCode", ("commune",)),
        Question(
            "municipal arrondissements",
            _IGEO + "ArrondissementMunicipal",
            "inseeCode",
            ("arrondissement-municipal",),
        ),
        Question("arrondissements", _IGEO + "Arrondissement", "inseeCode", ("arrondissement",)),
        Question("départements", _IGEO + "Departement", "inseeCode", ("departement",)),
        Question("régions", _IGEO + "Region", "inseeCode", ("region",)),
        Question("EPCI", _IGEO + "Intercommunalite", "sirenCode", ("epci",)),
    ),
)
# An item of Wikidata runs through renamings and often mixes a place with its body: never exact.
# A SIREN identifies the legal person, hence the actors and not the territories they administer.
_WIKIDATA: Final = Endpoint(
    name="wikidata",
    title={"fr": "Liens vers Wikidata", "en": "Links to Wikidata"},
    address="https://query.wikidata.org/sparql",
    query="wikidata.rq",
    variables=("code", "item", "until"),
    item=re.compile(rf"http://www\.wikidata\.org/entity/{_ITEM}"),
    relation=CLOSE,
    dated=False,
    publisher=BASE + "publisher/wikidata",
    publisher_name="Wikidata",
    licence="https://spdx.org/licenses/CC0-1.0",
    questions=(
        Question("communes", _WDT + "P374", "inseeCode", ("commune",)),
        Question("régions", _WDT + "P2585", "inseeCode", ("region",)),
        Question("départements", _WDT + "P2586", "inseeCode", ("departement",)),
        Question("legal persons", _WDT + "P1616", "sirenCode", ("actor",), r"[0-9]{9}"),
    ),
)
_EU_KNOWLEDGE_GRAPH: Final = Endpoint(
    name="eukg",
    title={
        "fr": "Liens vers le graphe de connaissances de l'Union européenne",
        "en": "Links to the EU Knowledge Graph",
    },
    address="https://query.linkedopendata.eu/sparql",
    query="eukg.rq",
    variables=("code", "item"),
    item=re.compile(rf"https://linkedopendata\.eu/entity/{_ITEM}"),
    relation=EXACT,
    dated=False,
    publisher=BASE + "publisher/european-commission",
    publisher_name="Commission européenne",
    licence=NO_LICENCE,
    questions=(
        Question(
            "NUTS units",
            _EUKG + "P192",
            "nutsCode",
            ("pays", "region", "departement"),
            r"[A-Z]{2}[0-9A-Z]{0,3}",
        ),
        Question(
            "EU programmes",
            _EUKG + "P1367",
            "programmeCode",
            ("instrument", "deployment"),
            _CCI,
        ),
    ),
)

ENDPOINTS: Final[dict[str, Endpoint]] = {
    endpoint.name: endpoint for endpoint in (_INSEE, _WIKIDATA, _EU_KNOWLEDGE_GRAPH)
}
