"""The reference data as files and as statements, for the tests that compare the two."""

import csv
from functools import cache
from pathlib import Path
from typing import Final

from ingest.fetch import TABLES, TABLES_FOLDER
from ingest.known import Known
from ingest.mappings import MAPPINGS
from ingest.quads import Graph
from ingest.sources import Source, load_sources
from ingest.tables import Tally
from tests.conftest import SHARED

DATA: Final = SHARED / "data/referentiels"
WORKBOOK: Final = DATA / "table-appartenance-geo-communes-22.xlsx"
ID: Final = "https://w3id.org/empilement/id/"
VOC: Final = "https://w3id.org/empilement/voc/"
TYPOLOGIES: Final = {
    "density/2025": ("densite_ot_cog2025.csv", "niveau_densite"),
    "centrality/2025": ("centralite_ot_cog2025.csv", "niveau_centralite"),
    "rurality/2025": ("ruralite_ot_cog2025.csv", "niveau_ruralite"),
    "massif/2025": ("montagne_ot_cog2025.csv", "niveau_montagne"),
}


def raw(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@cache
def source(identifier: str) -> Source:
    (found,) = (each for each in load_sources() if each.identifier == identifier)
    return found


def files_of(identifier: str, folder: Path = DATA) -> dict[str, Path]:
    return {
        d.name: TABLES_FOLDER / d.address.removeprefix(TABLES)
        if d.address.startswith(TABLES)
        else folder / d.name
        for d in source(identifier).distributions
    }


class Read:
    """What a mapping made of a source: its statements, and what became of the rows."""

    def __init__(self, identifier: str, known: Known, folder: Path = DATA) -> None:
        graph, self.tally = Graph(source(identifier).graph), Tally()
        mapping = MAPPINGS[source(identifier).mapping]
        mapping(source(identifier), files_of(identifier, folder), graph, self.tally, known)
        self.lines = graph.lines()
        self._end = f" {graph.name} ."

    def pairs(self, prop: str) -> list[tuple[str, str]]:
        """Return the ends of each statement of a property: local ids, or the text of literals."""
        chosen = self.lines.filter(self.lines.str.contains(f"[#/]{prop}> "))
        rows = (line.removesuffix(self._end).split(" ", 2) for line in chosen)
        return [(_short(s), _short(o)) for s, _, o in rows]

    def values(self, prop: str) -> dict[str, str]:
        pairs = self.pairs(prop)
        assert len(pairs) == len(dict(pairs)), f"{prop} is stated twice of something"
        return dict(pairs)


def _short(term: str) -> str:
    if term.startswith('"'):
        return term[1 : term.rindex('"')]
    return term.strip("<>").removeprefix(ID).removeprefix(VOC)
