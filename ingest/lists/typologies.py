"""Grids and typologies of communes: which concept of which scheme each commune is given."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl
from rdflib import RDF, SKOS

from ingest.columns import concepts, minted
from ingest.frames import keep, read_table
from ingest.known import Known
from ingest.lists.statements import once, resolve_members
from ingest.quads import Graph, emp
from ingest.rules import apply
from ingest.sources import Source
from ingest.tables import Tally
from ontology.loading import load_files, vocabulary_files

_COLUMNS: Final = {
    "density": "niveau_densite",
    "centrality": "niveau_centralite",
    "rurality": "niveau_ruralite",
    "massif": "niveau_montagne",
}
_SCHEMA: Final = {"_written": pl.String, "slug": pl.String}


def map_typology(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map one grid; arguments as for every mapping. The list's name is that of its scheme."""
    scheme = source.identifier.partition("/")[0]
    column = _COLUMNS[scheme]
    path = next(iter(files.values()))
    rows = read_table(path, ["insee_com", "lib_com", column], tally, trim=False)
    written = pl.col(column).str.strip_chars()
    none = written.str.ends_with("undefined")
    apply(tally, "no-class", rows.filter(none).height)
    apply(tally, "label-cleaned", rows.filter(~none & (pl.col(column) != written)).height)
    rows = resolve_members(rows, "insee_com", path.name, tally, known)
    rows = once(rows, ["kind", "listed", column], tally)
    rows = keep(tally, path.name, rows, pl.len().over("kind", "listed") == 1, "two classes for one")
    classed = rows.filter(~none.fill_null(value=False))
    state_classes(classed, written, scheme, path.name, graph, tally)


def state_classes(
    frame: pl.DataFrame, written: pl.Expr, scheme: str, table: str, graph: Graph, tally: Tally
) -> pl.DataFrame:
    """State the class of each territory, and reject the rows whose class the scheme has not.

    Args:
        frame: ``kind`` and ``listed`` are the territory.
        written: the class, as the source writes it.
        scheme: name of the SKOS scheme.
        table: name of the file.
        graph: receives the statements.
        tally: receives the rejections.

    Returns:
        The rows kept.

    """
    known = spellings(scheme)
    rows = frame.with_columns(_written=written).join(
        known, on="_written", how="left", maintain_order="left"
    )
    reason = pl.concat_str(
        pl.lit(f"no concept of {scheme}: "), pl.col("_written").fill_null("(empty)")
    )
    rows = keep(tally, table, rows, pl.col("slug").is_not_null(), reason)
    for kind in rows["kind"].unique().sort():
        of = rows.filter(kind=kind)
        value = concepts(scheme, pl.col("slug"))
        graph.state(of, minted(kind, pl.col("listed")), emp("classifiedAs"), value)
    return rows.drop("_written", "slug")


def spellings(scheme: str) -> pl.DataFrame:
    """Return how sources write the concepts of a scheme: French name, code, or "code - name".

    Args:
        scheme: name of a file of ``ontology/voc``.

    Returns:
        ``_written`` and ``slug``, the last part of the concept's IRI.

    """
    graph = load_files(path for path in vocabulary_files() if path.stem == scheme)
    rows = []
    for concept in graph.subjects(RDF.type, SKOS.Concept):
        slug = str(concept).rpartition("/")[2]
        names = [
            str(name)
            for name in graph.objects(concept, SKOS.prefLabel)
            if getattr(name, "language", None) == "fr"
        ]
        codes = [str(code) for code in graph.objects(concept, SKOS.notation)]
        both = [f"{code} - {name}" for code in codes for name in names]
        rows += [(written, slug) for written in (*names, *codes, *both)]
    return pl.DataFrame(rows, _SCHEMA, orient="row")
