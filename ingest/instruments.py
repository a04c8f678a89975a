"""Mapping of the instrument catalogue: instruments, actors, legal texts, relations, values.

Each value is stated twice: plainly, so that a query can use it, and as a ``CatalogueStatement``
that carries its confidence, its sources and the source's own nuance. A doubtful value is stated
only the second way; an unknown one is a statement without object.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode

from ingest.bounds import read_date
from ingest.identity import mint
from ingest.known import Known
from ingest.local_ids import concept, several, thing
from ingest.quads import Graph, Value, day, duration, emp, term
from ingest.sources import Source
from ingest.tables import Row, RowError, Tally, map_rows
from ingest.validity import add_bounds, bounds_of_texts

COLUMNS: Final[dict[str, str]] = {
    "sources": "code,title_fr,title_en,url,kind",
    "actor_categories": "id,name_fr,name_en,scale,is_state,definition_fr,definition_en",
    "actors": "id,name_fr,name_en,acronym,class,scale,siren,administers,from,to,confidence,sources",
    "actor_links": "subject,predicate,object,text_fr,text_en,date,confidence,sources",
    "families": "id,name_fr,name_en",
    "cited_instruments": "id,name_fr,name_en,confidence,sources",
    "instruments": (
        "id,name_fr,name_en,acronym,former_names_fr,definition_fr,definition_en,kind,origin,family,"
        "inheritance,dynamics,framework,confidence,sources"
    ),
    "legal_acts": (
        "id,type,number,date,name_fr,name_en,number_confidence,date_confidence,in_force,"
        "in_force_confidence,in_force_sources,eli,eli_confidence,sources"
    ),
    "legal_links": "instrument,act,predicate,article,confidence,sources",
    "values": (
        "instrument,property,n,value_type,value,text_fr,text_en,confidence,sources,note,holder"
    ),
    "relations": "n,k,subject,type,object,status,confidence,sources,note_fr,note_en",
}
_PROPERTIES: Final = {
    "start": "validFrom",
    "end": "validBefore",
    "count": "measureValue",
    "beneficiaryScaleText": "applicationScale",
}
_BOUNDS: Final = frozenset({"start", "end"})
# Properties whose value is words; words said of any other stay in the statement only.
_WORDS: Final = frozenset({"eligibility", "objective"})
_NUANCES: Final = frozenset({"count", "beneficiaryScaleText"})
# Relation types that have a plain property of their own, read from subject to object.
_PLAIN_RELATIONS: Final = {
    "integrates": "designedToIntegrate",
    "gathers": "gathers",
    "implements": "implements",
    "part-of": "partOfInstrument",
    "subset-of": "partOfInstrument",
    "anchored-in": "anchoredIn",
}
_CATEGORIES: Final = {"fr": "catégories d'acteurs", "en": "categories of actors"}
_ASSERTED: Final = frozenset({"seed", "sourced", "general-knowledge", "derived"})


def map_instruments(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the tables of the catalogue; arguments as for every mapping."""
    del source
    mapper = Mapper(graph, known)
    uses: dict[str, tuple[Callable[[Row], None], tuple[str, ...]]] = {
        "sources": (mapper.source, ("code",)),
        "actor_categories": (mapper.actor_category, ("id",)),
        "actors": (mapper.actor, ("id",)),
        "actor_links": (mapper.actor_link, ()),
        "families": (mapper.family, ("id",)),
        "cited_instruments": (mapper.cited_instrument, ("id",)),
        "instruments": (mapper.instrument, ("id",)),
        "legal_acts": (mapper.legal_act, ("id",)),
        "legal_links": (mapper.legal_link, ("instrument", "act", "predicate", "article")),
        "values": (mapper.value, ("instrument", "property", "n")),
        "relations": (mapper.relation, ("n", "k")),
    }
    for name, (use, key) in uses.items():
        map_rows(files[f"{name}.csv"], COLUMNS[name].split(","), tally, use, key)
    mapper.close()


def map_listed_instruments(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the instruments that national lists name and the catalogue has no entry for."""
    del source
    mapper = Mapper(graph, known)
    uses = {
        "sources": (mapper.source, ("code",)),
        "instruments": (mapper.instrument, ("id",)),
        "values": (mapper.value, ("instrument", "property", "n")),
    }
    for name, (use, key) in uses.items():
        map_rows(files[f"{name}.csv"], COLUMNS[name].split(","), tally, use, key)
    mapper.close()


class Mapper:
    """Rows of the catalogue to statements of one graph."""

    def __init__(self, graph: Graph, known: Known) -> None:
        self.graph = graph
        self.known = known
        self.lives: dict[str, dict[str, str]] = {}
        self.counts: Counter[str] = Counter()

    def attest(self, subject: str, row: Row) -> None:
        """State the sources and the confidence of a row."""
        for code in several(row["sources"]):
            self.graph.add(subject, emp("supportedBy"), NamedNode(mint("source", code)))
        if row.get("confidence"):
            self.graph.add(subject, emp("confidence"), concept("confidence", row["confidence"]))

    def source(self, row: Row) -> None:
        """Map a source that facts cite; the register that lists it is this graph."""
        record = mint("source", row["code"])
        self.graph.add(record, emp("recordOf"), self.graph.name)
        self.graph.named(record, "SourceRecord", texts(row, "title"))
        self.graph.add(record, emp("recordKey"), Literal(row["code"]))
        if row["url"]:
            self.graph.add(record, term("dcterms", "source"), NamedNode(row["url"]))

    def actor_category(self, row: Row) -> None:
        """Map a category of actors (the communes, the préfets…) to a SKOS concept."""
        category = concept("actor-category", row["id"]).value
        scheme = NamedNode(category.rpartition("/")[0])
        self.graph.add(scheme.value, term("rdf", "type"), term("skos", "ConceptScheme"))
        self.graph.labels(scheme.value, term("skos", "prefLabel"), _CATEGORIES)
        self.graph.add(category, term("rdf", "type"), term("skos", "Concept"))
        self.graph.add(category, term("skos", "inScheme"), scheme)
        self.graph.labels(category, term("skos", "prefLabel"), texts(row, "name"))
        self.graph.labels(category, term("skos", "definition"), texts(row, "definition"))
        if row["scale"]:
            self.graph.add(category, emp("actorScale"), concept("scale", row["scale"]))
        self.graph.add(category, emp("isState"), Literal(row["is_state"] == "yes"))

    def actor(self, row: Row) -> None:
        """Map an actor."""
        actor = mint("actor", row["id"])
        start = bounds_of_texts(row["from"], row["to"])
        if row["acronym"]:
            self.graph.add(actor, term("skos", "notation"), Literal(row["acronym"]))
        # A body that the geographic code has described already keeps one class and one name.
        if actor not in self.known.subjects:
            self.describe_actor(actor, row)
            self.known.subjects.add(actor)
        add_bounds(self.graph, actor, row["from"], row["to"], start)
        self.attest(actor, row)

    def describe_actor(self, actor: str, row: Row) -> None:
        """State what an actor is: class, names, level, code, territory."""
        self.graph.named(actor, row["class"], texts(row, "name"))
        if row["scale"]:
            self.graph.add(actor, emp("actorScale"), concept("scale", row["scale"]))
        if row["siren"]:
            self.graph.add(actor, emp("sirenCode"), Literal(row["siren"]))
        if row["administers"]:
            self.graph.add(actor, emp("administers"), thing(row["administers"].replace("/", ":")))

    def actor_link(self, row: Row) -> None:
        """Map a succession of actors, or what is said of an actor's role."""
        subject = thing(row["subject"]).value
        if row["predicate"] == "precededBy":
            self.graph.add(subject, emp("precededBy"), thing(row["object"]))
        elif row["predicate"] != "role":
            raise RowError(f"unknown predicate {row['predicate']!r}")
        slug = subject.rpartition("/")[2]
        self.counts[slug] += 1
        target = thing(row["object"]) if row["object"] else None
        key = f"actor/{slug}/{self.counts[slug]}"
        node = self.statement(key, subject, row["predicate"], target, row)
        if row["date"]:
            self.graph.add(node, term("dcterms", "date"), partial_date(row["date"]))

    def family(self, row: Row) -> None:
        """Map a family of instruments."""
        self.graph.named(mint("family", row["id"]), "InstrumentFamily", texts(row, "name"))

    def cited_instrument(self, row: Row) -> None:
        """Map an instrument that the catalogue names without an entry of its own."""
        cited = mint("cited-instrument", row["id"])
        self.graph.named(cited, "CitedInstrument", texts(row, "name"))
        self.attest(cited, row)

    def instrument(self, row: Row) -> None:
        """Map one of the instruments of the catalogue."""
        instrument = mint("instrument", row["id"])
        self.graph.named(instrument, "Instrument", texts(row, "name"))
        if row["framework"] == "yes":
            self.graph.add(instrument, term("rdf", "type"), emp("ProgrammingFramework"))
        self.graph.labels(instrument, term("skos", "definition"), texts(row, "definition"))
        for former in several(row["former_names_fr"]):
            self.graph.add(instrument, term("skos", "altLabel"), Literal(former, language="fr"))
        if row["acronym"]:
            self.graph.add(instrument, term("skos", "notation"), Literal(row["acronym"]))
        if row["family"]:
            self.graph.add(instrument, emp("family"), NamedNode(mint("family", row["family"])))
        for prop, scheme, cell in (
            ("primaryKind", "kind", "kind"),
            ("origin", "origin", "origin"),
            ("inheritanceMode", "inheritance", "inheritance"),
            ("perimeterDynamics", "dynamics", "dynamics"),
        ):
            for slug in several(row[cell]):
                self.graph.add(instrument, emp(prop), concept(scheme, slug))
        self.attest(instrument, row)

    def legal_act(self, row: Row) -> None:
        """Map a legal text; an ELI built from a pattern is stated as such, not as a link."""
        act = mint("legal-act", row["id"])
        self.graph.named(act, "LegalAct", texts(row, "name"))
        self.graph.add(act, emp("legalActType"), Literal(row["type"]))
        parts: list[tuple[str, Value | None, str]] = [
            ("legalActNumber", Literal(row["number"]) if row["number"] else None, "number"),
        ]
        if row["date"]:
            signed = read_date(row["date"])
            exact = day(signed.first) if signed.precision == "day" else None
            parts.append(("signatureDate", exact, "date"))
        for prop, value, cell in parts:
            self.graph.add(act, emp(prop), value)
            confidence = row[f"{cell}_confidence"]
            if confidence:
                nuance = row | {"confidence": confidence, "text_fr": "", "text_en": ""}
                nuance |= {"text_fr": row[cell]} if value is None else {}
                self.statement(f"legal/{row['id']}/{prop}", act, prop, value, nuance)
        if row["in_force"]:
            add_bounds(self.graph, act, row["in_force"], "", bounds_of_texts(row["in_force"], ""))
            nuance = row | {"text_fr": "entrée en vigueur", "text_en": "entry into force"}
            nuance |= {"confidence": row["in_force_confidence"], "sources": row["in_force_sources"]}
            started = partial_date(row["in_force"])
            self.statement(f"legal/{row['id']}/validFrom", act, "validFrom", started, nuance)
        if row["eli"]:
            confirmed = row["eli_confidence"] == "sourced"
            if confirmed:
                self.graph.add(act, emp("eliUri"), NamedNode(row["eli"]))
            nuance = row | {"confidence": row["eli_confidence"], "text_fr": "", "text_en": ""}
            self.statement(
                f"legal/{row['id']}/eliUri", act, "eliUri", NamedNode(row["eli"]), nuance
            )
        for code in several(row["sources"]):
            self.graph.add(act, emp("supportedBy"), NamedNode(mint("source", code)))

    def legal_link(self, row: Row) -> None:
        """Map the link of an instrument to a legal text."""
        instrument, act = mint("instrument", row["instrument"]), mint("legal-act", row["act"])
        self.graph.add(instrument, emp(row["predicate"]), NamedNode(act))
        if row["predicate"] != "legalBasis":
            self.graph.add(instrument, emp("legalBasis"), NamedNode(act))
        nuance = row | {"text_fr": row["article"], "text_en": row["article"]}
        link = f"law/{row['instrument']}/{row['act']}/{row['predicate']}"
        self.counts[link] += 1
        key = f"{link}/{self.counts[link]}"
        self.statement(key, instrument, row["predicate"], NamedNode(act), nuance)

    def value(self, row: Row) -> None:
        """Map one value of one property of one instrument."""
        instrument = mint("instrument", row["instrument"])
        prop = _PROPERTIES.get(row["property"], row["property"])
        value = read_value(row)
        # What somebody judges, or only proposes, is never stated in the graph's own voice.
        held = row["holder"] or row["note"].startswith("status proposed")
        if row["confidence"] in _ASSERTED and not held:
            if row["property"] in _BOUNDS:
                if row["n"] == "1":
                    self.lives.setdefault(instrument, {})[row["property"]] = row["value"]
            elif row["property"] not in _NUANCES:
                self.graph.add(instrument, emp(prop), value)
                if prop in _WORDS:
                    self.graph.labels(instrument, emp(prop), texts(row, "text"))
        key = f"instruments/{row['instrument']}/{row['property']}/{row['n']}"
        self.statement(key, instrument, prop, value, row)

    def relation(self, row: Row) -> None:
        """Map a numbered relation between instruments or actors."""
        relation = mint("relation", f"{row['n']}-{row['k']}")
        subject, target = thing(row["subject"]), thing(row["object"])
        self.graph.add(relation, term("rdf", "type"), emp("InstrumentRelation"))
        self.graph.add(relation, emp("relationNumber"), Literal(int(row["n"])))
        self.graph.add(relation, emp("relationSubject"), subject)
        self.graph.add(relation, emp("relationType"), concept("relation", row["type"]))
        self.graph.add(relation, emp("relationObject"), target)
        if row["status"]:
            self.graph.add(relation, emp("deploymentStatus"), concept("status", row["status"]))
        self.graph.labels(relation, emp("recordNote"), texts(row, "note"))
        self.attest(relation, row)
        plain = _PLAIN_RELATIONS.get(row["type"])
        if plain and not row["status"] and row["confidence"] in _ASSERTED:
            self.graph.add(subject.value, emp(plain), target)

    def statement(self, key: str, subject: str, prop: str, value: Value | None, row: Row) -> str:
        """Write the statement that carries the confidence of a value; return its IRI."""
        node = mint("statement", key)
        self.graph.add(node, term("rdf", "type"), emp("CatalogueStatement"))
        self.graph.add(node, term("rdf", "subject"), NamedNode(subject))
        self.graph.add(node, term("rdf", "predicate"), emp(prop))
        self.graph.add(node, term("rdf", "object"), value)
        self.graph.labels(node, emp("statedText"), texts(row, "text"))
        for holder in several(row.get("holder", "")):
            self.graph.add(node, emp("heldBy"), NamedNode(mint("actor", holder)))
        if row.get("note"):
            self.graph.add(node, emp("recordNote"), Literal(row["note"], language="en"))
        self.attest(node, row)
        return node

    def close(self) -> None:
        """Write what needs several rows: the validity of each instrument."""
        for instrument, life in self.lives.items():
            start, end = life.get("start", ""), life.get("end", "")
            if start or end:
                found = bounds_of_texts(start, end)
                add_bounds(self.graph, instrument, start, end, found)


def texts(row: Row, prefix: str) -> dict[str, str]:
    """Return the French and English cells of a text."""
    return {language: row.get(f"{prefix}_{language}", "") for language in ("fr", "en")}


def read_value(row: Row) -> Value | None:
    """Return the term of a cell according to ``value_type``; None where it is words or unknown.

    Raises:
        ValueError: the cell has not its type.

    """
    text, kind = row["value"], row["value_type"]
    if not text or row["confidence"] == "unknown":
        return None
    readers: dict[str, Callable[[str], Value | None]] = {
        "iri": thing,
        "text": lambda _: None,
        "date": partial_date,
        "integer": lambda cell: Literal(int(cell)),
        "boolean": lambda cell: Literal(_boolean(cell)),
        "duration": duration,
    }
    if kind not in readers:
        raise ValueError(f"unknown value_type {kind!r}")
    return readers[kind](text)


def partial_date(cell: str) -> Value | None:
    """Return a date at its own precision (XML Schema: date, gYearMonth, gYear); no decade.

    Raises:
        ValueError: the cell is no date.

    """
    datatype = {"day": "date", "month": "gYearMonth", "year": "gYear"}.get(
        read_date(cell).precision
    )
    return Literal(cell, datatype=term("xsd", datatype)) if datatype else None


def _boolean(cell: str) -> bool:
    if cell not in {"true", "false"}:
        raise ValueError(f"{cell!r} is neither true nor false")
    return cell == "true"
