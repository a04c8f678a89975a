"""From sources to named graphs: which mapping reads which source, and what a failure costs."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Final

from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat
from pyoxigraph import parse as parse_rdf
from rdflib import Graph as RdflibGraph

from ingest.article import map_article
from ingest.cog import map_cog
from ingest.cog_history import change, compose, map_vintage, read_package, snapshot
from ingest.errors import CatalogueError, EmpilementError, SourceError
from ingest.fetch import fetch
from ingest.instruments import map_instruments, map_listed_instruments
from ingest.known import Known
from ingest.links.confirmed import map_links
from ingest.lists.acv import map_acv
from ingest.lists.centres import map_entrees_ville, map_pvd, map_va
from ingest.lists.city_contracts import map_city_contracts, map_city_contracts_2019
from ingest.lists.commerce import map_frla, map_pao
from ingest.lists.crossing import map_crossing
from ingest.lists.groupings import map_crte, map_engagement, map_ti
from ingest.lists.indicators import map_communal_figures, map_unemployment
from ingest.lists.leader import map_action_group_counts, map_action_groups, map_perimeter_names
from ingest.lists.mergers import map_mergers
from ingest.lists.mountains import map_mountains
from ingest.lists.neighbourhoods import map_qpv
from ingest.lists.revitalisation import map_ort
from ingest.lists.services import map_cites, map_fabriques, map_france_services
from ingest.lists.state_contracts import map_2019, map_descriptions, map_rural_contracts
from ingest.lists.syndicates import map_groupings
from ingest.lists.typologies import map_typology
from ingest.lists.zones import map_zones
from ingest.lists.zonings import map_frr, map_recoded
from ingest.money.european import map_european_operations
from ingest.money.grant_form import map_grant_form
from ingest.money.green_fund import map_green_fund
from ingest.money.local_authorities import map_local_authorities
from ingest.money.state_grants import map_grants_2018, map_grants_2019
from ingest.money.third_party import map_places, map_region
from ingest.parts import Part, keep, last_good, part_key, take
from ingest.progress import Progress
from ingest.provenance import COMPOSITION, ONTOLOGY, VOCABULARIES, file_hash, mapping_hash
from ingest.quads import Graph
from ingest.settings import Settings
from ingest.sources import Source, load_sources
from ingest.tables import Tally
from ingest.worked_case import map_worked_case
from ontology.loading import load_ontology, load_vocabularies
from ontology.namespaces import GRAPH

Mapping_ = Callable[[Source, Mapping[str, Path], Graph, Tally, Known], None]

# Without these there is no graph: a failure stops the build. In this order: each may rely on what
# those before it have stated.
BASE: Final[dict[str, Mapping_]] = {
    "cog": lambda source, files, graph, tally, _: map_cog(source, files, graph, tally),
    "cog-history": map_vintage,
    "instruments": map_instruments,
    "listed-instruments": map_listed_instruments,
    "worked-case": map_worked_case,
    "article": map_article,
}
# Each stands on the base alone: one that fails is left out, or keeps what was last read of it.
LISTS: Final[dict[str, Mapping_]] = {
    "links": map_links,
    "acv": map_acv,
    "pvd": map_pvd,
    "va": map_va,
    "entrees-ville": map_entrees_ville,
    "frla": map_frla,
    "pao": map_pao,
    "ort": map_ort,
    "anct-crossing": map_crossing,
    "crte": map_crte,
    "ti": map_ti,
    "engagement": map_engagement,
    "city-contracts": map_city_contracts,
    "city-contracts-2019": map_city_contracts_2019,
    "rural-contracts": map_rural_contracts,
    "state-map-2019": map_2019,
    "state-descriptions": map_descriptions,
    "typology": map_typology,
    "zones": map_zones,
    "communal-figures": map_communal_figures,
    "unemployment": map_unemployment,
    "mergers": map_mergers,
    "frr": map_frr,
    "recoded-zoning": map_recoded,
    "qpv": map_qpv,
    "local-authorities": map_local_authorities,
    "grants-2018": map_grants_2018,
    "grants-2019": map_grants_2019,
    "green-fund": map_green_fund,
    "green-fund-region": map_region,
    "green-fund-places": map_places,
    "european-operations": map_european_operations,
    "grant-form": map_grant_form,
    "france-services": map_france_services,
    "fabriques": map_fabriques,
    "cites": map_cites,
    "avenir-montagnes": map_mountains,
    "groupements": map_groupings,
    "perimeter-names": map_perimeter_names,
    "action-groups": map_action_groups,
    "action-group-counts": map_action_group_counts,
}
MAPPINGS: Final[dict[str, Mapping_]] = BASE | LISTS
_GEOGRAPHY: Final = frozenset({"cog", "cog-history"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A source whose files have been had, or why they have not."""

    source: Source
    files: Mapping[str, Path]
    hashes: Mapping[str, str]
    failure: EmpilementError | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that a build goes on without, or with what was last read of it."""

    source: Source
    why: EmpilementError
    kept: Part | None


def fetch_sources(settings: Settings) -> list[Entry]:
    """Fetch the files of every source of the catalogue, in the order they are mapped.

    Args:
        settings: where sources lie.

    Raises:
        CatalogueError: a source names a mapping that does not exist.
        SourceError: a file of a base source cannot be had.

    """
    sources = load_sources()
    unknown = {source.mapping for source in sources} - set(MAPPINGS)
    if unknown:
        raise CatalogueError(
            f"Unknown mapping: {', '.join(sorted(unknown))}.",
            f"The mappings are: {', '.join(MAPPINGS)}.",
            "Check emp:mapping in ingest/catalogue/.",
        )
    order, down = list(MAPPINGS), set[str]()
    entries = []
    for source in sorted(sources, key=lambda s: (order.index(s.mapping), s.identifier)):
        try:
            files = fetch(source, settings, down)
        except SourceError as error:
            if source.mapping in BASE:
                raise
            entries.append(Entry(source, {}, {}, error))
        else:
            hashes = {name: file_hash(path) for name, path in files.items()}
            entries.append(Entry(source, files, hashes))
    return entries


def map_sources(
    entries: Iterable[Entry], settings: Settings, progress: Progress
) -> tuple[list[Part], list[Failure]]:
    """Map every source, or take the part that an earlier build made of the same bytes and code.

    Args:
        entries: the sources, fetched, in the order of the mappings.
        settings: where parts lie.
        progress: told of each step.

    Returns:
        The named graphs, and the sources that failed.

    Raises:
        SourceError: a base source cannot be read.

    """
    reading = _Reading(list(entries), settings)
    with progress.step("ontology"):
        reading.ontology()
    with progress.step("composition"):
        reading.composition()
    for entry in reading.entries:
        with progress.step(entry.source.identifier):
            reading.source(entry)
        if reading.failures and reading.failures[-1].source is entry.source:
            failure = reading.failures[-1]
            instead = "kept as last read" if failure.kept else "left out"
            why = f"{failure.why.what} {failure.why.why}"
            progress.say(f"{entry.source.identifier}: {instead}. {why}")
    return reading.parts, reading.failures


class _Reading:
    """The state of one pass over the sources: parts made, failures, what is known so far."""

    def __init__(self, entries: list[Entry], settings: Settings) -> None:
        self.entries, self.settings = entries, settings
        self.parts: list[Part] = []
        self.failures: list[Failure] = []
        self.code = mapping_hash()
        self.base = _digest(entry for entry in entries if entry.source.mapping in BASE)
        self.geography = _digest(e for e in entries if e.source.mapping in _GEOGRAPHY)
        self._known: Known | None = None
        self._unlearned: list[Path] = []

    @property
    def known(self) -> Known:
        """What the base parts state; read only when a source must be mapped."""
        if self._known is None:
            self._known = Known(
                {
                    entry.source.vintage: read_package(entry.files.values())
                    for entry in self.entries
                    if entry.source.mapping in _GEOGRAPHY
                }
            )
        while self._unlearned:
            self._known.learn(parse_rdf(path=str(self._unlearned.pop())))
        return self._known

    def ontology(self) -> None:
        """Restate the ontology and its vocabularies as graphs."""
        for iri, content in ((ONTOLOGY, load_ontology), (VOCABULARIES, load_vocabularies)):
            self._make(iri, "", partial(_restate, content))

    def composition(self) -> None:
        """State what belonged to what, and what became of what, over all vintages."""

        def state(graph: Graph) -> None:
            compose(self.known.packages, graph)
            change(self.known.packages, graph)

        self._make(COMPOSITION, self.geography, state)
        for entry in self.entries:
            if entry.source.mapping in _GEOGRAPHY:
                self._snapshot(entry.source.vintage)

    def _snapshot(self, year: str) -> None:
        """State what lay in what in one vintage."""
        self._make(
            f"{COMPOSITION}-{year}",
            self.geography,
            lambda graph: snapshot(year, self.known.packages, graph),
        )

    def _make(self, iri: str, inputs: str, state: Callable[[Graph], None]) -> None:
        name = iri.removeprefix(str(GRAPH))
        key = part_key(name, self.code, inputs)
        part = take(name, key, self.settings)
        if part is None:
            graph = Graph(iri)
            state(graph)
            part = keep(name, key, graph, self.settings)
        self._done(part)

    def _done(self, part: Part) -> None:
        self.parts.append(part)
        self._unlearned.append(part.path)

    def source(self, entry: Entry) -> None:
        """Map one source, or take it as it was mapped before."""
        source, name = entry.source, entry.source.identifier
        base = source.mapping in BASE
        try:
            if entry.failure:
                raise entry.failure
            key = part_key(name, self.code, self.base, _digest([entry]))
            part = take(name, key, self.settings)
            if part is None:
                graph, tally = Graph(source.graph), Tally()
                MAPPINGS[source.mapping](source, entry.files, graph, tally, self.known)
                part = keep(name, key, graph, self.settings, entry.hashes, tally)
        except SourceError as error:
            if base:
                raise
            kept = last_good(name, self.settings, f"{error.what} {error.why}")
            self.failures.append(Failure(source, error, kept))
            if kept is None:
                return
            part = kept
        self.parts.append(part)
        if base:
            self._unlearned.append(part.path)


def _digest(entries: Iterable[Entry]) -> str:
    """Return what decides of sources beside the code: what the catalogue says, and the bytes."""
    said = [(asdict(entry.source), sorted(entry.hashes.items())) for entry in entries]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def _restate(content: Callable[[], RdflibGraph], graph: Graph) -> None:
    """Restate an ontology, its blank nodes (axioms, lists) named canonically (RDFC-1.0)."""
    triples = content().serialize(format="nt")
    dataset = Dataset(parse_rdf(triples, format=RdfFormat.N_TRIPLES))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    graph.add_all(dataset)
