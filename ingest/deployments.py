"""Mapping of applications of instruments: deployments, perimeters, participations, commitments."""

from datetime import date
from typing import Final

from pyoxigraph import Literal, NamedNode

from ingest.bounds import Bounds, read_date
from ingest.identity import mint, mint_part
from ingest.instruments import Mapper, texts
from ingest.known import Known
from ingest.local_ids import concept, several, thing
from ingest.quads import Graph, day, decimal, emp, term
from ingest.tables import Row, RowError
from ingest.validity import CONTRACTS, add_bounds, bounds_of_texts, by_duration

COLUMNS: Final[dict[str, str]] = {
    "deployments": (
        "instrument,key,class,label_fr,label_en,programme_code,start,end,observed,status,"
        "amount_eur,amount_stage,carrier,confidence,sources,note_fr,note_en"
    ),
    "members": "instrument,key,kind,code,name,extent,confidence,sources",
    "participations": "instrument,key,actor,role,date,confidence,sources",
    "commitments": ("instrument,key,from,to,object_fr,object_en,resource,theme,confidence,sources"),
}
_MODEL: Final = "*"


class DeploymentMapper(Mapper):
    """Rows of the four deployment tables to statements of one graph."""

    def __init__(self, graph: Graph, known: Known, vintage: str, until: date) -> None:
        super().__init__(graph, known)
        self.until = until
        self.vintage = NamedNode(mint("vintage", vintage))
        self.deployments: set[str] = set()
        self.extents: dict[str, str] = {}

    def iri(self, row: Row) -> str:
        """Return the deployment of a row, declared by an earlier one."""
        deployment = mint("deployment", f"{row['instrument']}/{row['key']}")
        if deployment not in self.deployments:
            raise RowError(f"no deployment {row['instrument']}/{row['key']} in this source")
        return deployment

    def deployment(self, row: Row) -> None:
        """Map one application of an instrument."""
        instrument = self.known.require(NamedNode(mint("instrument", row["instrument"])))
        deployment = mint("deployment", f"{row['instrument']}/{row['key']}")
        observed = tuple(several(row["observed"]))
        dated = self.validity(instrument.value, row, observed)
        carriers = [self.actor_of(carrier) for carrier in several(row["carrier"])]
        amount = decimal(row["amount_eur"]) if row["amount_eur"] else None
        self.deployments.add(deployment)
        self.graph.named(deployment, row["class"], texts(row, "label"))
        self.graph.add(deployment, emp("appliesInstrument"), instrument)
        if row["programme_code"]:
            self.graph.add(deployment, emp("programmeCode"), Literal(row["programme_code"]))
        for observation in observed:
            self.graph.add(deployment, emp("observedOn"), day(read_date(observation).last))
        if dated:
            found, status = dated
            add_bounds(self.graph, deployment, row["start"], row["end"], found)
            self.graph.add(deployment, emp("endStatus"), concept("end-status", status))
        if row["status"]:
            self.graph.add(deployment, emp("deploymentStatus"), concept("status", row["status"]))
        for carrier in carriers:
            self.graph.add(deployment, emp("carriedBy"), carrier)
        self.graph.labels(deployment, emp("recordNote"), texts(row, "note"))
        self.attest(deployment, row)
        if amount is not None:
            node = mint_part(deployment, "amount")
            self.graph.add(node, term("rdf", "type"), emp("FinancialCommitment"))
            self.graph.add(node, emp("amount"), amount)
            self.graph.add(node, emp("currency"), Literal("EUR"))
            stage = concept("amount-stage", row["amount_stage"])
            self.graph.add(node, emp("amountStage"), stage)
            self.graph.add(deployment, emp("hasCommitment"), NamedNode(node))
            self.attest(node, row)

    def validity(
        self, instrument: str, row: Row, observed: tuple[str, ...]
    ) -> tuple[Bounds, str] | None:
        """Return the bounds of a deployment and why its end is what it is.

        Nothing where no source gives a start or an end: then the days on which lists name it, or
        do not, bound it (`ingest.list_validity`).
        """
        start, end, life = row["start"], row["end"], self.known.life(instrument)
        if observed and not start and not end:
            return None
        found = bounds_of_texts(start, end, observed, life, self.until)
        if end:
            return found, "stated"
        duration = self.known.durations.get(instrument)
        if not duration or row["class"] not in CONTRACTS:
            return found, "unknown"
        return by_duration(found, read_date(start).last if start else None, duration, life)

    def actor_of(self, local: str) -> NamedNode:
        """Return an actor or a category of actors, which must exist."""
        return self.known.require(thing(local if ":" in local else f"actor:{local}"))

    def member(self, row: Row) -> None:
        """Map one member of a perimeter."""
        deployment = self.iri(row)
        territory = self.known.require(NamedNode(mint(row["kind"], row["code"])))
        perimeter = mint_part(deployment, "perimeter")
        extent = self.extents.setdefault(perimeter, row["extent"])
        if extent != row["extent"]:
            raise RowError(f"extent {row['extent']!r}, where other members have {extent!r}")
        self.graph.add(deployment, emp("perimeter"), NamedNode(perimeter))
        self.graph.add(perimeter, term("rdf", "type"), emp("Perimeter"))
        self.graph.add(perimeter, emp("perimeterMember"), territory)
        self.graph.add(perimeter, emp("perimeterExtent"), concept("extent", extent))
        self.graph.add(perimeter, emp("expressedIn"), self.vintage)
        self.attest(perimeter, row | {"confidence": ""})

    def participation(self, row: Row) -> None:
        """Map the involvement of one actor in one role."""
        deployment, actor = self.iri(row), self.actor_of(row["actor"])
        signed = read_date(row["date"]) if row["date"] else None
        node = self.numbered(deployment, "participation")
        self.graph.add(node, term("rdf", "type"), emp("Participation"))
        self.graph.add(node, emp("participant"), actor)
        self.graph.add(node, emp("participationIn"), NamedNode(deployment))
        self.graph.add(node, emp("role"), concept("role", row["role"]))
        self.graph.add(deployment, emp("hasParticipation"), NamedNode(node))
        if signed and signed.precision == "day":
            self.graph.add(node, emp("signedOn"), day(signed.first))
        self.attest(node, row)

    def commitment(self, row: Row) -> None:
        """Map an obligation of one party for the benefit of another; ``*`` is the model's."""
        source, target = self.actor_of(row["from"]), self.actor_of(row["to"])
        if row["key"] == _MODEL:
            holder = mint("instrument", row["instrument"])
            self.counts[holder] += 1
            node = mint("statement", f"commitment/{row['instrument']}/{self.counts[holder]}")
            self.graph.add(holder, emp("commitmentModel"), NamedNode(node))
            kind, from_, to = "CommitmentModel", "foreseenFrom", "foreseenTo"
        else:
            kind, from_, to = "Commitment", "committedBy", "commitmentTo"
            holder = self.iri(row)
            node = self.numbered(holder, "commitment")
            self.graph.add(holder, emp("hasCommitment"), NamedNode(node))
        self.graph.add(node, term("rdf", "type"), emp(kind))
        self.graph.add(node, emp(from_), source)
        self.graph.add(node, emp(to), target)
        self.graph.labels(node, term("rdfs", "label"), texts(row, "object"))
        if row["resource"]:
            self.graph.add(node, emp("resourceKind"), concept("resource", row["resource"]))
        for theme in several(row["theme"]):
            self.graph.add(node, emp("theme"), concept("theme", theme))
        self.attest(node, row)

    def close(self) -> None:
        """State that the perimeters no row gives are not known."""
        for deployment in self.deployments:
            perimeter = mint_part(deployment, "perimeter")
            if perimeter not in self.extents:
                self.graph.add(deployment, emp("perimeter"), NamedNode(perimeter))
                self.graph.add(perimeter, term("rdf", "type"), emp("Perimeter"))
                self.graph.add(perimeter, emp("perimeterExtent"), concept("extent", "unknown"))

    def numbered(self, deployment: str, kind: str) -> str:
        """Return the next IRI of a part of a deployment, in the order of the table."""
        self.counts[f"{deployment} {kind}"] += 1
        return mint_part(deployment, kind, str(self.counts[f"{deployment} {kind}"]))
