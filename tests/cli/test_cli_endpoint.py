"""The command over a SPARQL server elsewhere, named in the environment: no build is needed here."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.elsewhere import oxigraph

COMMAND = [sys.executable, "-c", "from cli.main import main; main()"]
TOWN = ROOT / "tests/api/town.trig"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("elsewhere")
    with oxigraph(folder, TOWN.read_text("utf-8"), union=True) as address:
        yield address


def run(data: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"EMPILEMENT_DATA": str(data)} | variables
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_questions_are_put_to_the_endpoint_of_the_environment(
    endpoint: str, tmp_path: Path
) -> None:
    asked = tmp_path / "asked.rq"
    asked.write_text("SELECT ?c { ?c a emp:Commune ; emp:inseeCode '37261' }", encoding="utf-8")
    found = run(
        tmp_path, "query", str(asked), "--format", "csv", EMPILEMENT_SPARQL_ENDPOINT=endpoint
    )
    assert (found.returncode, found.stdout.split()) == (
        0,
        ["c", "https://w3id.org/empilement/id/commune/37261"],
    )
    stacked = run(
        tmp_path, "stack", "37261", "--date", "2026-01-01", EMPILEMENT_SPARQL_ENDPOINT=endpoint
    )
    assert stacked.returncode == 0
    assert "Tours (commune/37261), 2026-01-01." in stacked.stderr


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/query", "file:///etc/hostname"])
def test_a_wrong_address_is_said_in_three_lines(address: str, tmp_path: Path) -> None:
    found = run(tmp_path, "stack", "37261", EMPILEMENT_SPARQL_ENDPOINT=address)
    assert found.returncode == 4
    assert "Traceback" not in found.stderr
    assert len(found.stderr.strip().splitlines()) == 3


def test_a_push_without_a_build_or_without_an_address_is_refused(tmp_path: Path) -> None:
    found = run(tmp_path, "push", EMPILEMENT_SPARQL_ENDPOINT="http://127.0.0.1:9/query")
    assert found.returncode == 2
    assert "No graph has been built yet." in found.stderr
    (tmp_path / "current").mkdir()
    (tmp_path / "current" / "build.json").write_text('{"graphs": {}}', encoding="utf-8")
    found = run(tmp_path, "push", EMPILEMENT_SPARQL_ENDPOINT="http://127.0.0.1:9/query")
    assert found.returncode == 2
    assert "EMPILEMENT_SPARQL_STORE" in found.stderr
