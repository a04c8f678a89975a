"""Released states of the ontology, and which of them added or changed each term."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from rdflib import OWL, Graph, URIRef

from ontology.difference import ChangeKind, compare, load_modules
from ontology.loading import ROOT, load_files, load_ontology, load_vocabularies
from ontology.namespaces import BASE

FOLDER: Final = ROOT / "versions"
_AGGREGATE: Final = URIRef(f"{BASE}ont")


@dataclass(frozen=True, slots=True)
class Change:
    """What one version did to one term.

    Args:
        version: the version number; of the files at hand when nothing has been released since.
        kind: the way, `added` for a term of the first version too.
        gone: what was said before and no more, in functional syntax.
        new: what is said since.
    """

    version: str
    kind: ChangeKind
    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()


def _order(path: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in path.stem.split("."))


def release_files() -> dict[str, Path]:
    """Return the file of each released version, the oldest first.

    Returns:
        Version numbers such as `0.1.0`, and the paths of `versions/*.ttl`.
    """
    return {path.stem: path for path in sorted(FOLDER.glob("*.ttl"), key=_order)}


def declared_version(graph: Graph) -> str:
    """Return the version number that the aggregate ontology declares.

    Args:
        graph: a state of the ontology, aggregate included.

    Returns:
        The number; empty when none is declared.
    """
    return str(graph.value(_AGGREGATE, OWL.versionInfo) or "")


def history(current: Graph, released: Mapping[str, Path] | None = None) -> dict[str, list[Change]]:
    """Tell which version added or changed each term, by comparing each state with the one before.

    Args:
        current: the state at hand: modules, aggregate, restrictions, alignments and schemes.
        released: the files of the released versions, the oldest first; by default the project's.

    Returns:
        For each term, in functional syntax (`emp:Commune`), its changes, the oldest first. Changes
        of the files at hand bear the version that they declare.

    Raises:
        OntologyError: a file cannot be read.
    """
    files = release_files() if released is None else released
    states = [(version, load_files([path])) for version, path in files.items()]
    states.append((declared_version(current), current))
    found: dict[str, list[Change]] = {}
    for (_, old), (version, new) in pairwise([("", Graph()), *states]):
        for change in compare(old, new).changes:
            entry = Change(version, change.kind, change.gone, change.new)
            found.setdefault(change.term, []).append(entry)
    return found


def state(name: str) -> Graph:
    """Read a state of the ontology by the number of its version, or from where it lies.

    Args:
        name: a released version such as `0.1.0`; `.` for the project's files; else the path of
            a Turtle file or of a folder of modules.

    Returns:
        Its triples.

    Raises:
        OntologyError: it does not exist, or a file cannot be read.
    """
    if name in (released := release_files()):
        return load_files([released[name]])
    if name == ".":
        return load_ontology(restrictions=True, alignments=True) + load_vocabularies()
    return load_modules(Path(name))
