"""The functions an engine may offer beyond SPARQL 1.1, and how to find out that it does."""

from typing import Final

from ingest.errors import EmpilementError
from ontology.namespaces import PREFIXES
from queries.engine import Engine

_GEO: Final = "http://www.opengis.net/def/function/geosparql/"
_UNIT: Final = "http://www.opengis.net/def/uom/OGC/1.0/"
_WKT: Final = "^^<http://www.opengis.net/ont/geosparql#wktLiteral>"
_SQUARE: Final = f'"POLYGON((0 0,1 0,1 1,0 1,0 0))"{_WKT}'
_OTHER: Final = f'"POLYGON((0.5 0.5,2 0.5,2 2,0.5 2,0.5 0.5))"{_WKT}'
_POINTS: Final = f'"POINT(0 0)"{_WKT}, "POINT(0 1)"{_WKT}'
_OF_ONE: Final = (
    "asGeoJSON centroid convexHull coordinateDimension dimension envelope getSRID isEmpty isSimple"
    " spatialDimension"
)
_OF_TWO: Final = (
    "difference intersection symDifference union sfContains sfCrosses sfDisjoint sfEquals"
    " sfIntersects sfOverlaps sfTouches sfWithin ehContains ehCoveredBy ehCovers ehDisjoint"
    " ehEquals ehInside ehMeet ehOverlap rcc8dc rcc8ec rcc8eq rcc8ntpp rcc8ntppi rcc8po rcc8tpp"
    " rcc8tppi"
)
# Constructors of datatypes that SPARQL 1.1 does not ask for (§17.5 asks for seven others).
_TEXTS: Final = {
    "date": "2024-07-01",
    "dayTimeDuration": "P1D",
    "duration": "P1Y",
    "gDay": "---01",
    "gMonth": "--07",
    "gMonthDay": "--07-01",
    "gYear": "2024",
    "gYearMonth": "2024-07",
    "time": "00:00:00",
    "yearMonthDuration": "P1Y",
}
CALLS: Final[dict[str, str]] = {
    **{f"{_GEO}{name}": _SQUARE for name in _OF_ONE.split()},
    **{f"{_GEO}{name}": f"{_SQUARE}, {_OTHER}" for name in _OF_TWO.split()},
    f"{_GEO}relate": f'{_SQUARE}, {_OTHER}, "T*T***T**"',
    f"{_GEO}distance": f"{_POINTS}, <{_UNIT}metre>",
    f"{_GEO}length": f"{_SQUARE}, <{_UNIT}metre>",
    f"{_GEO}perimeter": f"{_SQUARE}, <{_UNIT}metre>",
    f"{_GEO}area": f"{_SQUARE}, <{_UNIT}square_metre>",
    **{f"{PREFIXES['xsd']}{name}": f'"{text}"' for name, text in _TEXTS.items()},
}
"""By IRI of a function, arguments that it has a value for."""

_DEV: Final = "https://github.com/w3c/sparql-dev/blob/main/SEP"
LANGUAGE: Final[dict[str, str]] = {
    f"{_DEV}/SEP-0002/sep-0002.md": (
        'ASK { FILTER(ADJUST("2024-07-01T00:00:00Z"^^xsd:dateTime, "PT1H"^^xsd:dayTimeDuration)'
        ' = "2024-07-01T01:00:00+01:00"^^xsd:dateTime) }'
    ),
    f"{_DEV}/SEP-0006/sep-0006.md": (
        "ASK { VALUES ?one { 1 } LATERAL { BIND(?one + 1 AS ?two) } FILTER(?two = 2) }"
    ),
}
"""By proposal of the SPARQL community group, a question that is true only where it is kept."""


def functions(engine: Engine) -> list[str]:
    """Find which of the functions an engine offers, by asking it for a value of each.

    One question where it knows them all; one each where it refuses some.

    Args:
        engine: what answers.

    Returns:
        Their IRIs, in order.

    """
    known = sorted(CALLS)
    names = [f"?f{number}" for number in range(len(known))]
    calls = " ".join(f"({_call(iri)} AS {name})" for iri, name in zip(known, names, strict=True))
    try:
        (row,) = engine.select(f"SELECT {calls} WHERE {{}}").rows
    except EmpilementError:
        return [iri for iri in known if _true(engine, f"ASK {{ FILTER(STR({_call(iri)}) != '') }}")]
    return [iri for iri, value in zip(known, row, strict=True) if value is not None]


def language_extensions(engine: Engine) -> list[str]:
    """Find which proposals of the community group an engine keeps, by asking it."""
    prologue = f"PREFIX xsd: <{PREFIXES['xsd']}> "
    return [iri for iri, asked in LANGUAGE.items() if _true(engine, prologue + asked)]


def _call(iri: str) -> str:
    return f"<{iri}>({CALLS[iri]})"


def _true(engine: Engine, question: str) -> bool:
    try:
        return engine.ask(question)
    except EmpilementError:
        return False
