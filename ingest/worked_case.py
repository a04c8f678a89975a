"""Mapping of the Centre-Val de Loire tables: the deployment tables and what stands around them."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode

from ingest import deployments
from ingest.deployments import DeploymentMapper
from ingest.identity import mint
from ingest.instruments import COLUMNS as CATALOGUE_COLUMNS
from ingest.instruments import texts
from ingest.known import Known
from ingest.local_ids import concept, several, thing
from ingest.quads import Graph, decimal, emp, term
from ingest.sources import Source
from ingest.tables import Row, Tally, map_rows

COLUMNS: Final[dict[str, str]] = deployments.COLUMNS | {
    "actors": CATALOGUE_COLUMNS["actors"],
    "spaces": "id,name_fr,name_en,definition_fr,definition_en,type,confidence,sources",
    "space_members": "space,kind,code,name,confidence,sources",
    "indicators": "id,name_fr,name_en,definition_fr,definition_en,unit",
    "observations": (
        "indicator,area_kind,area_code,area_type_fr,area_type_en,period,value,qualifier,"
        "value_max,confidence,sources"
    ),
    "claims": "id,kind,about,holder,holder_name,polarity,addresses,text_fr,text_en,section,sources",
    "not_found": "id,subject,property,text_fr,text_en,sources",
}


_NATURES: Final = {
    "criticism": "judgement",
    "judgement": "judgement",
    "recommendation": "proposal",
    "scenario": "proposal",
}
_FRANCE: Final = mint("pays", "FR")


def map_worked_case(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the tables of the worked case.

    Args:
        source: the catalogue entry.
        files: the tables, by file name.
        graph: receives the statements.
        tally: receives counts and rejections.
        known: what the territories and the instrument catalogue have stated.

    """
    until = source.retrieved + timedelta(days=1)
    mapper = WorkedCaseMapper(graph, known, "cog-2026", until)
    uses: dict[str, tuple[Callable[[Row], None], tuple[str, ...]]] = {
        "actors": (mapper.actor, ("id",)),
        "spaces": (mapper.space, ("id",)),
        "space_members": (mapper.space_member, ("space", "kind", "code")),
        "deployments": (mapper.deployment, ("instrument", "key")),
        "members": (mapper.member, ("instrument", "key", "kind", "code")),
        "participations": (mapper.participation, ("instrument", "key", "actor", "role")),
        "commitments": (mapper.commitment, ()),
        "indicators": (mapper.indicator, ("id",)),
        "observations": (mapper.observation, ()),
        "claims": (mapper.claim, ("id",)),
        "not_found": (mapper.gap, ("id",)),
    }
    for name, (use, key) in uses.items():
        map_rows(files[f"{name}.csv"], COLUMNS[name].split(","), tally, use, key)
    mapper.compare()
    mapper.close()


class WorkedCaseMapper(DeploymentMapper):
    """Rows of the worked case to statements of one graph."""

    def __init__(self, graph: Graph, known: Known, vintage: str, until: date) -> None:
        super().__init__(graph, known, vintage, until)
        self.national: dict[tuple[str, str], list[str]] = {}
        self.regional: dict[tuple[str, str], list[str]] = {}

    def space(self, row: Row) -> None:
        """Map a space of a project, a park or a plan's vision."""
        space = mint("espace", row["id"])
        self.graph.named(space, "AdHocTerritory", texts(row, "name"))
        self.graph.labels(space, term("skos", "definition"), texts(row, "definition"))
        self.attest(space, row)
        self.known.subjects.add(space)

    def space_member(self, row: Row) -> None:
        """Map a territory named as belonging to such a space."""
        space = self.known.require(NamedNode(mint("espace", row["space"])))
        member = self.known.require(NamedNode(mint(row["kind"], row["code"])))
        self.graph.add(space.value, emp("hasPart"), member)

    def indicator(self, row: Row) -> None:
        """Map the definition of an indicator."""
        indicator = mint("indicator", row["id"])
        self.graph.named(indicator, "Indicator", texts(row, "name"))
        self.graph.labels(indicator, term("skos", "definition"), texts(row, "definition"))
        self.graph.add(indicator, emp("unit"), Literal(row["unit"]))
        self.known.subjects.add(indicator)

    def observation(self, row: Row) -> None:
        """Map a figure: of what, where, when, how exact."""
        indicator = self.known.require(NamedNode(mint("indicator", row["indicator"])))
        area = self.known.require(NamedNode(mint(row["area_kind"], row["area_code"])))
        value = decimal(row["value"])
        upper = decimal(row["value_max"]) if row["value_max"] else None
        self.counts[row["indicator"]] += 1
        node = mint("observation", f"{row['indicator']}-{self.counts[row['indicator']]}")
        self.graph.add(node, term("rdf", "type"), emp("IndicatorObservation"))
        self.graph.add(node, emp("ofIndicator"), indicator)
        self.graph.add(node, emp("refArea"), area)
        self.graph.labels(node, emp("areaType"), texts(row, "area_type"))
        if row["period"]:
            self.graph.add(node, emp("refPeriod"), Literal(row["period"]))
        self.graph.add(node, emp("measureValue"), value)
        self.graph.add(node, emp("measureMaximum"), upper)
        if row["qualifier"]:
            qualifier = concept("qualifier", row["qualifier"])
            self.graph.add(node, emp("valueQualifier"), qualifier)
        self.attest(node, row)
        key = (row["indicator"], row["period"])
        (self.national if area.value == _FRANCE else self.regional).setdefault(key, []).append(node)

    def compare(self) -> None:
        """Link each figure to the same indicator and period in France, where that is known."""
        for key, nodes in self.regional.items():
            for node in nodes:
                for reference in self.national.get(key, []):
                    self.graph.add(node, emp("comparedTo"), NamedNode(reference))

    def claim(self, row: Row) -> None:
        """Map a judgement, criticism, recommendation or scenario, with its holder."""
        claim = mint("claim", row["id"])
        self.graph.add(claim, term("rdf", "type"), emp("Claim"))
        self.graph.add(claim, emp("claimKind"), concept("claim-kind", row["kind"]))
        self.graph.add(claim, emp("nature"), concept("nature", _NATURES[row["kind"]]))
        for about in several(row["about"]):
            self.graph.add(claim, emp("about"), self.known.require(thing(about)))
        names = several(row["holder_name"])
        for number, slug in enumerate(several(row["holder"])):
            holder = mint("actor", slug)
            self.graph.add(claim, emp("heldBy"), NamedNode(holder))
            if holder not in self.known.subjects:
                self.graph.named(holder, "Actor", {"fr": names[min(number, len(names) - 1)]})
        self.graph.add(claim, emp("polarity"), concept("polarity", row["polarity"]))
        self.graph.labels(claim, emp("claimText"), texts(row, "text"))
        self.graph.add(claim, emp("section"), Literal(row["section"]))
        self.attest(claim, row)
        # No source ties a proposal to a limit: the tie is read from the two, and said to be so.
        read = row | {"confidence": "derived", "text_fr": "", "text_en": "", "holder": ""}
        for number, limit in enumerate(several(row["addresses"]), start=1):
            answered = NamedNode(mint("claim", limit))
            self.graph.add(claim, emp("addresses"), answered)
            self.statement(
                f"claims/{row['id']}/addresses/{number}", claim, "addresses", answered, read
            )

    def gap(self, row: Row) -> None:
        """Map what was looked for and not found: a statement without object."""
        subject = self.known.require(thing(row["subject"])).value
        nuance = row | {"confidence": "unknown"}
        self.statement(f"not-found/{row['id']}", subject, row["property"], None, nuance)
