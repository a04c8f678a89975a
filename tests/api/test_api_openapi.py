"""The OpenAPI description: valid, and true of what the service answers."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from api import openapi, openapi_endpoint
from queries.catalogue import ParameterType, load_catalogue


@pytest.fixture(scope="module")
def described(client: TestClient) -> dict[str, Any]:
    answer = client.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def operations(described: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, item in described["paths"].items()
        for method, operation in item.items()
        if method in {"get", "head", "post"}
    ]


def test_it_is_valid_openapi_3_1(described) -> None:
    assert described["openapi"].startswith("3.1.")
    validate(described, cls=OpenAPIV31SpecValidator)


def test_every_question_has_a_path_with_its_parameters(described) -> None:
    questions = load_catalogue()
    paths = {path.removeprefix("/query/") for path in described["paths"] if "/query/" in path}
    assert paths == set(questions)
    for slug, asked in questions.items():
        item = described["paths"][f"/query/{slug}"]
        own = {each["name"]: each for each in item["parameters"] if "name" in each}
        assert set(own) == {each.name for each in asked.parameters} | {"format"}
        assert {"get", "head"} <= set(item)
        for each in asked.parameters:
            schema = own[each.name]["schema"]
            assert each.description["en"] in own[each.name]["description"]
            assert schema.get("enum", []) == list(each.choices)
            assert str(schema["default"]).lower() == each.default.lower()
            wanted = {ParameterType.INTEGER: "integer", ParameterType.BOOLEAN: "boolean"}
            assert schema["type"] == wanted.get(each.type, "string")
            assert (schema.get("format") == "date") == (each.type is ParameterType.DATE)


def test_every_operation_has_a_name_of_its_own_and_no_status_is_invented(described) -> None:
    names = [operation["operationId"] for *_, operation in operations(described)]
    assert len(names) == len(set(names))
    # The framework would promise 422, which nothing here answers.
    assert not [path for path, _, each in operations(described) if "422" in each["responses"]]


def test_every_route_tells_the_statuses_it_really_gives(described) -> None:
    for path, method, operation in operations(described):
        statuses = set(operation["responses"])
        assert {"400", "414"} <= statuses, path
        assert statuses & {"200", "303"}, path
        # Nothing is promised in general: neither "2XX" nor "default".
        assert all(each.isdecimal() for each in statuses), (method, path)


def test_the_endpoint_tells_its_three_ways_and_its_parameters(described) -> None:
    """After SPARQL 1.1 Protocol §2.1 and §2.2, and the extensions of this service."""
    item = described["paths"]["/sparql"]
    assert set(item["post"]["requestBody"]["content"]) == {
        "application/x-www-form-urlencoded",
        "application/sparql-query",
        "application/sparql-update",
    }
    asked = {each["name"] for each in item["get"]["parameters"] if "name" in each}
    wishes = {"format", "timeout", "rows"}
    graphs = {"default-graph-uri", "named-graph-uri"}
    assert asked == {"query", "edit"} | wishes | graphs
    sent = {each["name"] for each in item["post"]["parameters"] if "name" in each}
    assert sent == wishes | graphs | {"using-graph-uri", "using-named-graph-uri"}
    assert "204" in item["post"]["responses"] and "204" not in item["get"]["responses"]
    assert "304" in item["get"]["responses"] and "304" not in item["post"]["responses"]
    for status in ("400", "401", "403", "406", "408", "413", "414", "415", "503", "504", "507"):
        assert status in item["post"]["responses"]


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("GET", "/sparql?query=ASK%7B%7D", {}, 200),
        ("GET", "/sparql?query=nonsense", {}, 400),
        ("GET", "/sparql?query=ASK%7B%7D", {"headers": {"Authorization": "Bearer x"}}, 401),
        ("POST", "/sparql", {"data": {"update": "CLEAR ALL"}}, 403),
        ("GET", "/sparql?query=ASK%7B%7D", {"headers": {"Accept": "image/png"}}, 406),
        ("POST", "/sparql", {"data": {"query": " " * (1 << 21)}}, 413),
        ("GET", f"/sparql?query={'a' * 40_000}", {}, 414),
        ("POST", "/sparql", {"content": b"ASK {}"}, 415),
        ("GET", "/sources/quality.csv", {"headers": {"Range": "bytes=0-9"}}, 206),
        ("GET", "/sources/quality.csv", {"headers": {"Range": "bytes=99999999-"}}, 416),
        ("GET", "/sources/quality.csv", {"headers": {"Range": "bytes=9-1"}}, 400),
    ],
)
def test_the_statuses_of_the_endpoint_and_of_files_are_described(
    client: TestClient, described, method: str, path: str, sent: dict[str, Any], status: int
) -> None:
    answer = client.request(method, path, **sent)
    assert answer.status_code == status
    route = "/sparql" if path.startswith("/sparql") else "/sources/{name}"
    told = described["paths"][route][method.lower()]["responses"][str(status)]
    if "$ref" in told:
        told = described["components"]["responses"][told["$ref"].rpartition("/")[2]]
    assert answer.headers["content-type"].partition(";")[0] in told["content"]


def test_every_question_answers_as_described(client: TestClient, described) -> None:
    for slug in load_catalogue():
        content = described["paths"][f"/query/{slug}"]["get"]["responses"]["200"]["content"]
        schema = content["application/sparql-results+json"]["schema"]
        answer = client.get(f"/query/{slug}", headers={"Accept": "application/json"})
        assert answer.status_code == 200
        wanted = schema["properties"]["head"]["properties"]["vars"]["const"]
        assert answer.json()["head"]["vars"] == wanted


def test_every_described_form_exists(client: TestClient, described) -> None:
    item = described["paths"]["/query/stack"]
    content = item["get"]["responses"]["200"]["content"]
    for media in content:
        answer = client.get("/query/stack", headers={"Accept": media})
        assert answer.headers["content-type"].split(";")[0] == media
    form = next(each for each in item["parameters"] if each.get("name") == "format")
    for name in form["schema"]["enum"]:
        answer = client.get("/query/stack", params={"format": name})
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] in content
        assert client.get(f"/query/stack.{name}").status_code == 200
    described_headers = item["get"]["responses"]["200"]["headers"]
    csv = client.get("/query/stack.csv")
    assert {name for name in described_headers if name.lower() not in csv.headers} == set()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/query/stack?date=tomorrow", 400),
        ("/query/stack?other=1", 400),
        ("/query/stack?territory=99999", 404),
        ("/query/stack?format=geojson", 406),
    ],
)
def test_failures_are_the_described_problems(client, described, path: str, status: int) -> None:
    operation = described["paths"]["/query/stack"]["get"]
    reference = operation["responses"][str(status)]["$ref"]
    assert reference == f"#/components/responses/{status}"
    assert (
        "application/problem+json" in described["components"]["responses"][str(status)]["content"]
    )
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    schema = described["components"]["schemas"]["Problem"]
    assert set(schema["required"]) <= set(answer.json())


def test_the_statuses_of_a_busy_or_stopped_question_are_described(described) -> None:
    for path, _, operation in operations(described):
        if path.startswith("/query/"):
            assert {"200", "304", "400", "404", "406", "503", "504", "507"} <= set(
                operation["responses"]
            )
    assert "Retry-After" in described["components"]["responses"]["503"]["headers"]


def test_an_extension_adds_what_the_framework_does_not_know(client: TestClient) -> None:
    def more(found: dict[str, Any]) -> None:
        found["paths"]["/more"] = {
            "get": {"operationId": "more", "responses": {"200": {"description": "Rows."}}}
        }

    found = openapi.describe(client.app, load_catalogue().values(), [openapi_endpoint.extend, more])
    validate(found, cls=OpenAPIV31SpecValidator)
    assert "/more" in found["paths"]
