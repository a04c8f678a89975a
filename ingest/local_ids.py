"""Local ids of the curated tables (``actor:anct``, ``scale:epci``) turned into IRIs."""

from typing import Final

from pyoxigraph import NamedNode

from ingest.identity import KINDS, mint
from ontology.namespaces import EMP, VOC

_THINGS: Final = {"cited": "cited-instrument", "act": "legal-act"} | {kind: kind for kind in KINDS}
# fmt: off
_SCHEMES: Final = frozenset({
    "kind", "origin", "scale", "modality", "selection", "inheritance", "dynamics", "extent",
    "certainty", "end-status", "confidence", "role", "theme", "actor-category", "relation",
    "status", "amount-stage", "resource", "claim-kind", "nature", "legal-form",
    "funding-regime", "zone", "event-type", "density", "centrality", "rurality", "massif", "frr",
    "attraction",
})
# fmt: on


def thing(local: str) -> NamedNode:
    """Return the IRI of a local id.

    Args:
        local: ``{kind}:{code}`` or ``{scheme}:{concept}``.

    Raises:
        ValueError: the prefix is unknown.
        IdentityError: the code has not the form of its kind.

    """
    prefix, _, code = local.strip().partition(":")
    if prefix in _SCHEMES:
        return concept(prefix, code)
    if prefix in _THINGS:
        return NamedNode(mint(_THINGS[prefix], code))
    if prefix == "emp":
        return NamedNode(str(EMP) + code)
    raise ValueError(f"{local!r} is not a local id: unknown prefix {prefix!r}")


def concept(scheme: str, slug: str) -> NamedNode:
    """Return the IRI of a concept of one of the project's SKOS schemes."""
    return NamedNode(f"{VOC}{scheme}/{slug.strip()}")


def several(cell: str) -> list[str]:
    """Split a multi-valued cell (``;``), leaving out empty parts."""
    return [part.strip() for part in cell.split(";") if part.strip()]
