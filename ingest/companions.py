"""Named graphs that the build receives from elsewhere and publishes with its own."""

from collections.abc import Iterable
from dataclasses import dataclass

from ingest.parts import Part, keep, part_key
from ingest.quads import Graph
from ingest.settings import Settings
from ontology.namespaces import GRAPH


@dataclass(frozen=True, slots=True)
class Companion:
    """A graph made by a room that the build does not know, such as the one of questions.

    Args:
        graph: its statements, under the name ``graph/{source}/{vintage}``.
        title: its title, by language.
    """

    graph: Graph
    title: dict[str, str]

    @property
    def iri(self) -> str:
        """The name of the graph."""
        return self.graph.name.value


def companion_parts(companions: Iterable[Companion], settings: Settings) -> list[Part]:
    """Make a part of each companion; its key, and so the identity of a build, is its content.

    Args:
        companions: the graphs.
        settings: where parts lie.

    """
    made = []
    for each in companions:
        name = each.iri.removeprefix(str(GRAPH))
        made.append(keep(name, part_key(name, *each.graph.lines()), each.graph, settings))
    return made
