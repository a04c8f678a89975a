"""The graph of a mapped list, as a test asks it."""

from collections import defaultdict
from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from ingest.identity import mint

Said = dict[tuple[str, str], set[str]]


def read(lines: Iterable[str]) -> Said:
    """Index statements by subject and local name of the property.

    Args:
        lines: N-Quads.

    Returns:
        The values: codes of things (``epci/240100883``, ``extent/whole``), or texts, those with a
        language as ``text@fr``.

    """
    found: Said = defaultdict(set)
    for quad in parse("\n".join(lines), format=RdfFormat.N_QUADS):
        subject, value = quad.subject, quad.object
        assert isinstance(subject, NamedNode)
        name = quad.predicate.value.rpartition("#")[2].rpartition("/")[2]
        if isinstance(value, Literal):
            text = f"{value.value}@{value.language}" if value.language else value.value
        else:
            assert isinstance(value, NamedNode)
            text = short(value.value)
        found[short(subject.value), name].add(text)
    return found


def short(iri: str) -> str:
    """Return an IRI of ours without its beginning."""
    for start in ("id/", "def#", "voc/", "graph/"):
        if iri.startswith(f"https://w3id.org/empilement/{start}"):
            return iri.removeprefix(f"https://w3id.org/empilement/{start}")
    return iri


def deployments(said: Said, instrument: str) -> set[str]:
    """Return the keys of the deployments of an instrument."""
    prefix = mint("deployment", f"{instrument}/x").removesuffix("x")
    start = short(prefix)
    applied = {s for (s, p), values in said.items() if p == "appliesInstrument"}
    return {subject.removeprefix(start) for subject in applied if subject.startswith(start)}


def members(said: Said, instrument: str, key: str) -> set[str]:
    """Return the members of the perimeter of a deployment, as kind and code."""
    return said.get((f"deployment/{instrument}/{key}/perimeter", "perimeterMember"), set())
