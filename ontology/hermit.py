"""One HermiT run in its own process: N-Triples in, a JSON verdict out."""

import json
import sys
from pathlib import Path
from typing import Any

import owlready2


def judge(ntriples: Path, java: str) -> dict[str, Any]:
    """Load a graph into a fresh world and ask HermiT about it.

    Args:
        ntriples: the graph, as N-Triples (owlready2 does not read Turtle).
        java: the Java executable.

    Returns:
        Either `consistent` and `unsatisfiable`, or `refused` with HermiT's own message.
    """
    owlready2.JAVA_EXE = java
    world = owlready2.World()
    with ntriples.open("rb") as stream:
        world.get_ontology(ntriples.as_uri()).load(
            fileobj=stream, format="ntriples", only_local=True
        )
    try:
        owlready2.sync_reasoner_hermit(
            world, infer_property_values=False, debug=0, ignore_unsupported_datatypes=True
        )
    except owlready2.OwlReadyInconsistentOntologyError:
        return {"consistent": False, "unsatisfiable": []}
    except owlready2.OwlReadyJavaError as error:
        return {"refused": str(error)}
    nothing = owlready2.Nothing
    empty = sorted({str(cls.iri) for cls in world.inconsistent_classes() if cls is not nothing})
    return {"consistent": True, "unsatisfiable": empty}


def main() -> None:
    """Read the graph and Java paths from the command line and write the verdict beside them."""
    ntriples, java, verdict = sys.argv[1:4]
    Path(verdict).write_text(json.dumps(judge(Path(ntriples), java)), encoding="utf-8")


if __name__ == "__main__":
    main()
