"""Materialised coverage: what each deployment reaches, directly, by inheritance, in part.

Inheritance is a property of the instrument, not a law of geometry: a distributive instrument holds
of each part of its perimeter, a collective one of the whole, a punctual one of a site inside.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import NamedNode, Store

from ingest.local_ids import concept
from ingest.quads import Graph, emp, term

_PARTIAL: Final = {concept("extent", each) for each in ("part", "infra", "unknown")}
_POINT: Final = concept("extent", "point")
_COLLECTIVE: Final = concept("inheritance", "collective")
_PUNCTUAL: Final = concept("inheritance", "punctual")
_DISTRIBUTIVE: Final = concept("inheritance", "distributive")
_HEIR: Final = term("dcterms", "isReplacedBy")
_WANTED: Final = {_HEIR: "heir"} | {
    emp(name): name
    for name in (
        "partOf",
        "appliesInstrument",
        "perimeter",
        "perimeterMember",
        "perimeterExtent",
        "inheritanceMode",
    )
}


@dataclass(slots=True)
class World:
    """The statements that coverage is computed from, indexed by subject."""

    parts: dict[NamedNode, set[NamedNode]] = field(default_factory=dict)
    links: dict[str, dict[NamedNode, list[NamedNode]]] = field(default_factory=dict)

    def of(self, prop: str, subject: NamedNode) -> list[NamedNode]:
        """Return the values of a property of a thing."""
        return self.links.get(prop, {}).get(subject, [])


def read_world(store: Store) -> World:
    """Index the statements of a dataset that coverage needs."""
    world = World()
    found = (quad for prop in _WANTED for quad in store.quads_for_pattern(None, prop, None, None))
    for quad in found:
        prop = _WANTED.get(quad.predicate)
        subject, value = quad.subject, quad.object
        if prop is None or not isinstance(subject, NamedNode) or not isinstance(value, NamedNode):
            continue
        if prop == "partOf":
            world.parts.setdefault(value, set()).add(subject)
        else:
            world.links.setdefault(prop, {}).setdefault(subject, []).append(value)
    return world


def descendants(world: World, territory: NamedNode) -> set[NamedNode]:
    """Return every part of a territory, parts of parts included."""
    found: set[NamedNode] = set()
    front = [territory]
    while front:
        new = world.parts.get(front.pop(), set()) - found
        found |= new
        front.extend(new)
    return found


def enclosed(world: World, reached: set[NamedNode]) -> set[NamedNode]:
    """Return the territories all of whose parts are reached, though no link says so.

    An EPCI belongs to no département in law, yet one whose communes are all inside a région lies
    inside it.
    """
    found: set[NamedNode] = set()
    while True:
        everything = reached | found
        new = {whole for whole, parts in world.parts.items() if parts <= everything} - everything
        if not new:
            return found
        found |= new


def cover(world: World, graph: Graph) -> None:
    """Write what each deployment reaches.

    Args:
        world: the statements coverage is computed from.
        graph: receives ``emp:coversDirectly``, ``covers``, ``coversCollectively``, ``touches``,
            ``hasPointIn``.

    """
    for deployment, instruments in world.links.get("appliesInstrument", {}).items():
        modes = {mode for i in instruments for mode in world.of("inheritanceMode", i)}
        for perimeter in world.of("perimeter", deployment):
            members = world.of("perimeterMember", perimeter)
            extents = set(world.of("perimeterExtent", perimeter))
            if _POINT in extents:
                _say(graph, deployment, "hasPointIn", members)
                continue
            if modes & {_PUNCTUAL} or extents & _PARTIAL:
                _say(graph, deployment, "touches", members)
                continue
            _say(graph, deployment, "coversDirectly", members)
            _say(graph, deployment, "covers", members)
            # What a merged commune had, its successor has in part, unless it is named itself.
            heirs = {heir for member in members for heir in world.of("heir", member)}
            _say(graph, deployment, "touches", heirs - set(members))
            inherited: set[NamedNode] = set()
            for member in members:
                inherited |= descendants(world, member)
            inherited |= enclosed(world, inherited | set(members))
            inherited -= set(members)
            if modes & {_COLLECTIVE}:
                _say(graph, deployment, "coversCollectively", inherited)
            elif modes & {_DISTRIBUTIVE}:
                _say(graph, deployment, "covers", inherited)


def _say(graph: Graph, deployment: NamedNode, prop: str, territories: Iterable[NamedNode]) -> None:
    for territory in territories:
        graph.add(deployment.value, emp(prop), territory)
