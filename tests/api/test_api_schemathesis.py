"""The OpenAPI description put to the test by schemathesis: all it generates is answered as said."""

from collections.abc import Iterator

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings

from ingest.settings import Settings
from tests.serving import serving

EXAMPLES = 15
OF_A_QUESTION = 5

bounded = settings(
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def address(town: Settings) -> Iterator[str]:
    with serving(town.data, workers="2", log_level="ERROR") as found:
        yield found


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as found:
        yield found


@pytest.fixture
def described(address: str) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_url(f"{address}/openapi.json")


routes = schemathesis.pytest.from_fixture("described").exclude(path_regex="^/query/.")
questions = schemathesis.pytest.from_fixture("described").include(path_regex="^/query/.")


@routes.parametrize()
@settings(bounded, max_examples=EXAMPLES)
def test_every_route_answers_as_described(
    case: schemathesis.Case, session: requests.Session
) -> None:
    case.call_and_validate(session=session)


@questions.parametrize()
@settings(bounded, max_examples=OF_A_QUESTION)
def test_every_question_answers_as_described(
    case: schemathesis.Case, session: requests.Session
) -> None:
    case.call_and_validate(session=session)
