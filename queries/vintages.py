"""Which vintage of the geographic code composes the territories on a day."""

from ontology.namespaces import EMP
from queries.engine import Engine


def composition_year(engine: Engine, day: str) -> str:
    """Return the year of the vintage that questions about a day are answered with.

    It is the latest one loaded that is not after that day, or else the first one.

    Args:
        engine: the graph.
        day: the day asked, YYYY-MM-DD.

    Returns:
        The year; empty where the graph holds no composition.

    """
    table = engine.select(
        f"SELECT DISTINCT ?day WHERE {{ ?graph <{EMP.compositionOf}>/<{EMP.vintageDate}> ?day }}"
    )
    days = sorted(str(row[0].value) for row in table.rows if row[0] is not None)
    before = [each for each in days if each <= day]
    return (before[-1:] or days[:1] or [""])[0][:4]
