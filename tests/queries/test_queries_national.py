"""All of France: no question of the catalogue is cut by the limits of the service."""

from collections.abc import Iterator

import pytest

from ingest.settings import Settings
from ingest.store import Version
from queries.binding import run
from queries.catalogue import load_catalogue
from queries.workers import WorkerPool

# The build of all of France takes minutes on a small machine.
pytestmark = [pytest.mark.shared, pytest.mark.built, pytest.mark.timeout(1500)]
CATALOGUE = load_catalogue()
COMMUNE = {"territory": "37261", "date": "2024-06-30"}


def cases() -> Iterator[tuple[str, dict[str, str]]]:
    """Every question with its defaults; those about a territory, of a commune on a day too."""
    for slug, query in CATALOGUE.items():
        yield slug, {}
        known = {parameter.name for parameter in query.parameters}
        if "territory" in known:
            yield slug, {name: value for name, value in COMMUNE.items() if name in known}


@pytest.fixture(scope="module")
def pool(national_version: Version) -> Iterator[WorkerPool]:
    """The engine of the service with its default limits, on the disk: the slower of its two."""
    limits = Settings()
    with WorkerPool(
        national_version.store,
        workers=limits.workers,
        seconds=limits.query_seconds,
        memory_mb=limits.query_memory_mb,
    ) as made:
        made.wait_ready()
        yield made


@pytest.mark.parametrize(
    ("slug", "values"),
    [pytest.param(*case, id=f"{case[0]}{' of a commune' if case[1] else ''}") for case in cases()],
)
def test_answers_within_the_limits_of_the_service(
    pool: WorkerPool, slug: str, values: dict[str, str]
) -> None:
    """A question that overruns its time or its memory raises."""
    table = run(pool, CATALOGUE[slug], values)
    assert table.columns == CATALOGUE[slug].columns
    # An empty table is a defect of a default; of one chosen territory it may be the answer.
    assert table.rows or values
