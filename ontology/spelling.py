"""Hygiene that no query can see: unused prefixes, and misspelt names of OWL, RDF, RDFS and SKOS."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from rdflib import OWL, RDF, RDFS, SKOS, Graph, URIRef

from ontology.hygiene import HygieneFinding
from ontology.loading import ROOT

_PREFIX: Final = re.compile(r"^\s*(?:@prefix|PREFIX)\s+([\w-]*):", re.MULTILINE | re.IGNORECASE)
_TEXT: Final = re.compile(r'"""(?:[^\\]|\\.)*?"""|"(?:[^"\\\n]|\\.)*"|<[^<>\s]*>|#.*')


def turtle_files() -> tuple[Path, ...]:
    """Return every Turtle file of the room, canaries included.

    Returns:
        The paths, sorted.
    """
    return tuple(sorted(ROOT.rglob("*.ttl")))


def unused_prefixes(turtle: str) -> tuple[str, ...]:
    """Find the prefixes that a Turtle text declares and does not use.

    Args:
        turtle: the text.

    Returns:
        The prefixes, sorted; texts, addresses and comments are no use.
    """
    declared = set(_PREFIX.findall(turtle))
    body = _TEXT.sub(" ", _PREFIX.sub(" ", turtle))
    return tuple(
        sorted(name for name in declared if not re.search(rf"(?<![\w-]){re.escape(name)}:", body))
    )


def check_prefixes(paths: Iterable[Path]) -> tuple[HygieneFinding, ...]:
    """Find the unused prefixes of some Turtle files.

    Args:
        paths: the files.

    Returns:
        One finding (TXT-01) for each file and prefix.
    """
    return tuple(
        HygieneFinding(
            rule="TXT-01",
            severity="warning",
            entity=f"{path.parent.name}/{path.name}",
            property="@prefix",
            value=name,
            problem="A prefix is declared and not used.",
            solution="Remove its line.",
        )
        for path in paths
        for name in unused_prefixes(path.read_text(encoding="utf-8"))
    )


def check_built_ins(graph: Graph) -> tuple[HygieneFinding, ...]:
    """Find names that OWL, RDF, RDFS or SKOS does not define, such as owl:Functional.

    Args:
        graph: an ontology graph.

    Returns:
        One finding (TXT-02) for each name, sorted.
    """
    names = {node for triple in graph for node in triple if isinstance(node, URIRef)}
    unknown = {
        name
        for name in names
        for space in (OWL, RDF, RDFS, SKOS)
        if name.startswith(str(space)) and name not in space and not _is_member(name)
    }
    return tuple(
        HygieneFinding(
            rule="TXT-02",
            severity="error",
            entity=str(name),
            property="",
            value=str(name),
            problem="A name is used that its vocabulary does not define.",
            solution="Correct its spelling (ROBOT illegal_use_of_built_in_vocabulary).",
        )
        for name in sorted(unknown)
    )


def _is_member(name: URIRef) -> bool:
    """Tell a container member (rdf:_1), one of an endless series."""
    return re.fullmatch(re.escape(str(RDF)) + r"_\d+", str(name)) is not None
