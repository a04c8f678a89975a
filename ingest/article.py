"""Mapping of the facts of the founding article: each source record says what it holds, and who."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode

from ingest.identity import mint
from ingest.instruments import partial_date, texts
from ingest.known import Known
from ingest.local_ids import concept, several, thing
from ingest.quads import Graph, emp, term
from ingest.sources import Source
from ingest.tables import Row, RowError, Tally, map_rows

COLUMNS: Final = "code,section,nature,holder,holder_name,about,date,text_fr,text_en,in_scope"
# Countries that the article compares with France, which alone is in the geographic code.
_COUNTRIES: Final[dict[str, dict[str, str]]] = {
    "DE": {"fr": "Allemagne", "en": "Germany"},
    "CH": {"fr": "Suisse", "en": "Switzerland"},
    "IT": {"fr": "Italie", "en": "Italy"},
    "GB": {"fr": "Royaume-Uni", "en": "United Kingdom"},
}
_IN_SCOPE: Final = {"yes": True, "no": False}


def map_article(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the facts of the article onto the source records that the catalogue has declared.

    Args:
        source: the catalogue entry.
        files: the table, by file name.
        graph: receives the statements.
        tally: receives counts and rejections.
        known: what the territories, the instrument catalogue and the worked case have stated.

    """
    del source
    for code, names in _COUNTRIES.items():
        country = mint("pays", code)
        graph.named(country, "Country", names)
        known.subjects.add(country)

    def use(row: Row) -> None:
        map_fact(row, graph, known)

    map_rows(files["facts.csv"], COLUMNS.split(","), tally, use, ("code",))


def map_fact(row: Row, graph: Graph, known: Known) -> None:
    """State the section, nature, holders, subjects, words and, of an event, the date of one fact.

    Nothing is written of a row that is refused.

    Args:
        row: the fact: what its author states, judges or proposes.
        graph: receives the statements.
        known: what exists; takes in the holders declared here.

    Raises:
        RowError: its record, its nature or a thing it is about exists in no source, a cell is
            missing, or it says both that it names something of the graph and that it does not.

    """
    record = known.require(NamedNode(mint("source", row["code"]))).value
    nature = known.require(concept("nature", row["nature"]))
    about = [known.require(thing(local)) for local in several(row["about"])]
    if _IN_SCOPE.get(row["in_scope"]) is not bool(about):
        raise RowError(f"in_scope is {row['in_scope']!r} with {len(about)} things named")
    sections, words = several(row["section"]), texts(row, "text")
    told = partial_date(row["date"]) if row["date"] else None
    if not sections or not all(words.values()):
        raise RowError("no section, or no text in one of the two languages")
    for holder, name in holders(row).items():
        graph.add(record, emp("heldBy"), NamedNode(holder))
        if holder not in known.subjects:
            graph.named(holder, "Actor", {"fr": name})
            known.subjects.add(holder)
    for section in sections:
        graph.add(record, emp("section"), Literal(section))
    graph.add(record, emp("nature"), nature)
    for named in about:
        graph.add(record, emp("about"), named)
    graph.add(record, term("dcterms", "date"), told)
    graph.labels(record, emp("claimText"), words)


def holders(row: Row) -> dict[str, str]:
    """Return the name of each holder of a fact, by IRI.

    Raises:
        RowError: no holder, or not one name a holder.

    """
    slugs, names = several(row["holder"]), several(row["holder_name"])
    if not slugs or len(slugs) != len(names):
        raise RowError(f"{len(slugs)} holders and {len(names)} names of holders")
    return {mint("actor", slug): name for slug, name in zip(slugs, names, strict=True)}
