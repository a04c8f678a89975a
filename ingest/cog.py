"""Mapping of the Code officiel géographique (npm package decoupage-administratif) to quads.

Everything is said in one vintage: ``emp:partOf`` states the composition of that vintage only.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from pyoxigraph import Literal, NamedNode
from stdnum.fr import siren as siren_number

from ingest.identity import mint
from ingest.local_ids import concept
from ingest.quads import Graph, day, emp
from ingest.sources import Source
from ingest.tables import RowError, Tally, map_items

Item = dict[str, Any]

FILES: Final = (
    "regions.json",
    "departements.json",
    "arrondissements.json",
    "epci.json",
    "ept.json",
    "communes.json",
)
_COUNTRY: Final = mint("pays", "FR")
_LEGAL_FORMS: Final = {"CC", "CA", "CU", "METRO", "MET69", "EPT"}
_FUNDING_REGIMES: Final = {"FPU", "FA"}


def map_cog(source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally) -> None:
    """Map the territories of one vintage.

    Args:
        source: the catalogue entry; its vintage dates the composition.
        files: the files of the package, by name.
        graph: receives the statements.
        tally: receives counts and rejections.

    """
    mapper = _Mapper(source, graph)
    uses: dict[str, tuple[Callable[[Item], None], tuple[str, ...]]] = {
        "regions.json": (mapper.region, ("code", "nom", "zone")),
        "departements.json": (mapper.departement, ("code", "nom", "region", "zone")),
        "arrondissements.json": (mapper.arrondissement, ("code", "nom", "departement")),
        "epci.json": (mapper.epci, ("code", "nom", "type")),
        "ept.json": (mapper.ept, ("code", "nom", "type")),
        "communes.json": (mapper.commune, ("code", "nom", "type", "departement", "region")),
    }
    for name in FILES:
        use, required = uses[name]
        map_items(files[name], tally, use, required)


class _Mapper:
    """The state of one reading: what has been declared, so that a link never dangles."""

    def __init__(self, source: Source, graph: Graph) -> None:
        self.graph = graph
        self.vintage = mint("vintage", f"cog-{source.vintage}")
        self.declared: set[str] = set()
        self.intercommunal: dict[str, list[str]] = {}
        graph.named(_COUNTRY, "Country", {"fr": "France", "en": "France"})
        graph.named(
            self.vintage,
            "ReferenceVintage",
            {
                "fr": f"Code officiel géographique {source.vintage}",
                "en": f"Official geographic code {source.vintage}",
            },
        )
        if source.reference_date:
            graph.add(self.vintage, emp("vintageDate"), day(source.reference_date))

    def declare(self, kind: str, code: str, class_: str, name: str) -> str:
        """State that a territory exists in the vintage; refuse a second one of the same key."""
        territory = mint(kind, code)
        if territory in self.declared:
            raise RowError(f"{kind} {code} stands twice")
        self.declared.add(territory)
        self.graph.named(territory, class_, {"fr": name.strip()})
        self.graph.add(territory, emp("existsIn"), NamedNode(self.vintage))
        return territory

    def whole(self, kind: str, code: str) -> NamedNode:
        """Return a whole that has been declared; asked for before anything is written of a row."""
        whole = mint(kind, code)
        if whole not in self.declared:
            raise RowError(f"belongs to {kind} {code}, which the same package does not list")
        return NamedNode(whole)

    def classify(self, subject: str, prop: str, scheme: str, slug: str) -> None:
        """Link to a concept of a SKOS scheme."""
        self.graph.add(subject, emp(prop), concept(scheme, slug))

    def region(self, item: Item) -> None:
        region = self.declare("region", item["code"], "Region", item["nom"])
        self.graph.add(region, emp("inseeCode"), Literal(item["code"]))
        self.graph.add(region, emp("partOf"), NamedNode(_COUNTRY))
        self.classify(region, "zone", "zone", item["zone"])
        self.seat(region, item)

    def seat(self, territory: str, item: Item) -> None:
        """Link to the chef-lieu; overseas collectivities have none in the package."""
        if item.get("chefLieu"):
            self.graph.add(territory, emp("seat"), NamedNode(mint("commune", item["chefLieu"])))

    def departement(self, item: Item) -> None:
        region = self.whole("region", item["region"])
        departement = self.declare("departement", item["code"], "Department", item["nom"])
        self.graph.add(departement, emp("inseeCode"), Literal(item["code"]))
        self.graph.add(departement, emp("partOf"), region)
        self.classify(departement, "zone", "zone", item["zone"])
        self.seat(departement, item)

    def arrondissement(self, item: Item) -> None:
        code, departement = item["code"], self.whole("departement", item["departement"])
        arrondissement = self.declare("arrondissement", code, "Arrondissement", item["nom"])
        self.graph.add(arrondissement, emp("inseeCode"), Literal(code))
        self.graph.add(arrondissement, emp("partOf"), departement)
        self.seat(arrondissement, item)

    def epci(self, item: Item) -> None:
        regime = item.get("modeFinancement")
        if regime not in _FUNDING_REGIMES:
            raise RowError(f"unknown funding regime {regime!r}")
        self.group(item, "epci", "IntermunicipalTerritory")
        self.classify(mint("epci", item["code"]), "fundingRegime", "funding-regime", regime.lower())

    def ept(self, item: Item) -> None:
        self.group(item, "ept", "TerritorialEstablishment")

    def group(self, item: Item, kind: str, class_: str) -> None:
        """Map a group of communes: the territory, and the body that administers it."""
        code, name = item["code"], item["nom"]
        if not siren_number.is_valid(code):
            raise RowError(f"{code} is not a valid SIREN")
        if item["type"] not in _LEGAL_FORMS:
            raise RowError(f"unknown legal form {item['type']!r}")
        members = [member["code"] for member in item.get("membres", [])]
        if not members:
            raise RowError("no member commune")
        territory = self.declare(kind, code, class_, name)
        body = mint("actor", code)
        self.graph.named(body, "IntermunicipalBody", {"fr": name.strip()})
        self.graph.add(body, emp("administers"), NamedNode(territory))
        self.classify(body, "actorScale", "scale", "epci")
        for subject in (territory, body):
            self.graph.add(subject, emp("sirenCode"), Literal(code))
            self.classify(subject, "legalForm", "legal-form", item["type"].lower())
        for prop, key in (
            ("municipalPopulation", "populationMunicipale"),
            ("totalPopulation", "populationTotale"),
        ):
            if isinstance(item.get(key), int):
                self.graph.add(territory, emp(prop), Literal(item[key]))
        for member in members:
            self.intercommunal.setdefault(member, []).append(territory)

    def commune(self, item: Item) -> None:
        {
            "commune-actuelle": self.current_commune,
            "commune-deleguee": self.part_of_commune("DelegatedCommune", "chefLieu"),
            "commune-associee": self.part_of_commune("AssociatedCommune", "chefLieu"),
            "arrondissement-municipal": self.part_of_commune("MunicipalArrondissement", "commune"),
        }.get(item["type"], self.unknown_type)(item)

    def unknown_type(self, item: Item) -> None:
        raise RowError(f"unknown type of commune {item['type']!r}")

    def current_commune(self, item: Item) -> None:
        code, siren = item["code"], item.get("siren")
        if siren and not siren_number.is_valid(siren):
            raise RowError(f"{siren} is not a valid SIREN")
        wholes = [self.whole("departement", item["departement"])]
        wholes += [NamedNode(group) for group in self.intercommunal.get(code, [])]
        # Mayotte's only arrondissement is named by its communes but not listed by the package.
        arrondissement = item.get("arrondissement")
        if arrondissement and mint("arrondissement", arrondissement) in self.declared:
            wholes.append(self.whole("arrondissement", arrondissement))
        commune = self.declare("commune", code, "Commune", item["nom"])
        self.graph.add(commune, emp("inseeCode"), Literal(code))
        for whole in wholes:
            self.graph.add(commune, emp("partOf"), whole)
        if siren:
            self.graph.add(commune, emp("sirenCode"), Literal(siren))
        if isinstance(item.get("population"), int):
            self.graph.add(commune, emp("referencePopulation"), Literal(item["population"]))
        for postal in item.get("codesPostaux", []):
            self.graph.add(commune, emp("postalCode"), Literal(postal))
        for former in item.get("anciensCodes", []):
            self.graph.add(commune, emp("formerCode"), Literal(former))

    def part_of_commune(self, class_: str, key: str) -> Callable[[Item], None]:
        """Return the mapping of a part of a commune, attached through ``key``."""

        def use(item: Item) -> None:
            part = self.declare(item["type"], item["code"], class_, item["nom"])
            self.graph.add(part, emp("inseeCode"), Literal(item["code"]))
            self.graph.add(part, emp("partOf"), NamedNode(mint("commune", item[key])))
            if isinstance(item.get("population"), int):
                self.graph.add(part, emp("referencePopulation"), Literal(item["population"]))

        return use
