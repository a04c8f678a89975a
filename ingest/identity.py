"""Identity: the only place that turns (kind, code) into an IRI, and back."""

import re
from typing import Final
from urllib.parse import quote, unquote

from ingest.errors import IdentityError
from ontology.namespaces import ID

_SIREN: Final = r"[0-9]{9}"
_SLUG: Final = r"[a-z0-9]+(?:[-.][a-z0-9]+)*"
# Overseas collectivities (975 to 989) have three-character codes at every level above the commune.
_DEPARTEMENT: Final = r"(?:0[1-9]|[1-8][0-9]|9[0-5]|2[AB]|97[1-8]|98[4-9])"
_COMMUNE: Final = r"(?:(?:0[1-9]|[1-8][0-9]|9[0-5]|2[AB])[0-9]{3}|97[1-8][0-9]{2}|98[4-9][0-9]{2})"
_FREE: Final = r"[A-Za-z0-9][A-Za-z0-9._+-]*"
_PART: Final = r"/(?:perimeter|amount(?:/[0-9]+)?|participation/[0-9]+|commitment/[0-9]+)"

TERRITORY_KINDS: Final[dict[str, str]] = {
    "commune": _COMMUNE,
    "commune-deleguee": _COMMUNE,
    "commune-associee": _COMMUNE,
    "arrondissement-municipal": _COMMUNE,
    "arrondissement": _DEPARTEMENT + r"[0-9]{1,2}",
    "departement": _DEPARTEMENT,
    "region": r"(?:[0-9]{2}|97[578]|98[4-9])",
    "pays": r"[A-Z]{2}",
    "epci": _SIREN,
    "ept": _SIREN,
    "espace": _SLUG,
    "groupement": _SIREN,
    "qpv": r"Q[NP](?:[0-9]{3}|02[AB])[0-9]{2}[A-Z]",
    "zone-emploi": r"[0-9]{4}",
    "aire-attraction": r"[0-9A-Z]{3}",
    "unite-urbaine": r"(?:[0-9]{2}|2[AB]|9[A-F])[0-9]{3}",
    "bassin-de-vie": r"[0-9AB]{5}",
}
KINDS: Final[dict[str, str]] = TERRITORY_KINDS | {
    "actor": rf"(?:{_SIREN}|{_SLUG})",
    "family": _SLUG,
    "instrument": _SLUG,
    "cited-instrument": _SLUG,
    "deployment": rf"{_SLUG}/{_FREE}(?:{_PART})?",
    "legal-act": _FREE,
    "vintage": _SLUG,
    "source": _FREE,
    "relation": r"[0-9]+-[0-9]+",
    "statement": rf"{_FREE}(?:/{_FREE})+",
    "indicator": _SLUG,
    "observation": _FREE,
    "claim": _SLUG,
    "run": r"[0-9a-f]{16}",
    "gap": _SLUG,
    "record": rf"{_FREE}(?:/{_FREE})+",
    "membership": rf"{_FREE}(?:/{_FREE})+",
    "event": _FREE,
    "completeness": rf"{_FREE}(?:/{_FREE})+",
    "coverage": rf"{_FREE}(?:/{_FREE})+",
}
_PATTERNS: Final = {kind: re.compile(pattern) for kind, pattern in KINDS.items()}
_AMBIGUOUS: Final = re.compile(r"[0-9][0-9AB][0-9]?")


def mint(kind: str, code: str) -> str:
    """Return the IRI of a thing: a pure, injective function of its official key.

    Args:
        kind: a key of ``KINDS``, such as ``commune``.
        code: the official code, as text, such as ``37261``.

    Returns:
        The IRI, e.g. ``https://w3id.org/empilement/id/commune/37261``.

    Raises:
        IdentityError: the kind is unknown, or the code has not the form of that kind.

    """
    pattern = _PATTERNS.get(kind)
    if pattern is None:
        raise IdentityError(
            f"Unknown kind of thing: {kind!r}.",
            "An identifier is made of a kind and a code.",
            f"Use one of: {', '.join(sorted(KINDS))}.",
        )
    if not pattern.fullmatch(code):
        raise IdentityError(
            f"{code!r} is not a code of kind {kind!r}.",
            f"Codes of this kind match {pattern.pattern}.",
            "Check the code: it is text, with its leading zeros.",
        )
    return f"{ID}{kind}/{quote(code, safe='/')}"


def mint_part(whole: str, *path: str) -> str:
    """Return the IRI of a part of a thing, such as the perimeter of a deployment.

    Args:
        whole: IRI of the thing.
        path: the name of the part, and its number if there are several.

    Raises:
        IdentityError: the thing is not ours, or has no such part.

    """
    kind, code = split(whole)
    return mint(kind, "/".join((code, *path)))


def split(iri: str) -> tuple[str, str]:
    """Return the kind and code of an IRI made by :func:`mint`.

    Args:
        iri: an IRI of the project's things.

    Returns:
        The pair (kind, code), such that ``mint(*split(iri)) == iri``.

    Raises:
        IdentityError: the IRI is not one of ours.

    """
    kind, separator, code = iri.removeprefix(str(ID)).partition("/")
    if not iri.startswith(str(ID)) or not separator or mint(kind, unquote(code)) != iri:
        raise IdentityError(
            f"{iri!r} is not an identifier of this graph.",
            f"Its identifiers start with {ID} and end with a kind and a code.",
            "Check the address.",
        )
    return kind, unquote(code)


def parse_reference(text: str) -> tuple[str, str]:
    """Read a territory as people write it: ``37261``, ``243700754``, ``region/24``.

    Args:
        text: a commune code, a SIREN of an EPCI, or ``kind/code``.

    Returns:
        The pair (kind, code); whether such a territory exists is for the graph to say.

    Raises:
        IdentityError: the text has no territory's form, or may name several kinds.

    """
    reference = text.strip()
    if "/" in reference:
        kind, _, code = reference.partition("/")
        if kind not in TERRITORY_KINDS:
            raise IdentityError(
                f"Unknown kind of territory: {kind!r}.",
                "A territory is written as a code alone, or as kind/code.",
                f"Use one of: {', '.join(TERRITORY_KINDS)}.",
            )
        mint(kind, code)
        return kind, code
    if _PATTERNS["commune"].fullmatch(reference):
        return "commune", reference
    if _PATTERNS["epci"].fullmatch(reference):
        return "epci", reference
    if _AMBIGUOUS.fullmatch(reference):
        raise IdentityError(
            f"{reference!r} may be a département, a région or an arrondissement.",
            "These kinds share their codes: 24 is Dordogne and Centre-Val de Loire.",
            f"Write departement/{reference} or region/{reference}.",
        )
    raise IdentityError(
        f"{text!r} is not the code of a territory.",
        "A commune has 5 characters, an EPCI 9 digits; other kinds are written kind/code.",
        "Check the code: it is text, with its leading zeros.",
    )
