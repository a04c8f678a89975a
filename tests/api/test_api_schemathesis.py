"""The OpenAPI description put to the test by schemathesis: all it generates is answered as said."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from api.app import create_app
from api.protocol import QUERY, UPDATE
from ingest.settings import Settings
from tests.serving import serving

EXAMPLES = 12
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


# Read from the application itself, so that each operation is a test of its own.
DESCRIBED = schemathesis.openapi.from_dict(create_app(Settings(data=Path("nowhere"))).openapi())
routes = DESCRIBED.exclude(path_regex="^/query/.")
# One route answers them all, to GET as to HEAD.
questions = DESCRIBED.include(path_regex="^/query/.", method="GET")
schemathesis.serializer.alias([QUERY, UPDATE], "text/plain")


# No schema says what is sound SPARQL, nor which instruments and territories the graph holds: a
# value of the right type may still be refused, and test_api_openapi.py asks with those that exist.
UNKNOWABLE = [positive_data_acceptance]


@routes.parametrize()
@settings(bounded, max_examples=EXAMPLES)
def test_every_route_answers_as_described(
    case: schemathesis.Case, address: str, session: requests.Session
) -> None:
    free = case.path == "/sparql"
    case.call_and_validate(
        base_url=address, session=session, excluded_checks=UNKNOWABLE if free else []
    )


@questions.parametrize()
@settings(bounded, max_examples=OF_A_QUESTION)
def test_every_question_answers_as_described(
    case: schemathesis.Case, address: str, session: requests.Session
) -> None:
    case.call_and_validate(base_url=address, session=session, excluded_checks=UNKNOWABLE)
