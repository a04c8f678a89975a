"""What another list names, when the list of its own programme could not be read."""

from pyoxigraph import RdfFormat, Store

from ingest.identity import mint
from ingest.mentioned import describe_mentioned
from ingest.quads import Graph

WORLD = """
@prefix emp: <https://w3id.org/empilement/def#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@base <https://w3id.org/empilement/id/> .
<deployment/fr-va/va-01-01> emp:observedOn "2024-07-01"^^xsd:date .
<coverage/fr-fs/fs-1/37132> emp:coverageDeployment <deployment/fr-fs/fs-1> ;
  emp:supportedBy <record/anct-crossing/2024-07/7> .
<coverage/fr-fs/fs-1/37133> emp:coverageDeployment <deployment/fr-fs/fs-1> ;
  emp:supportedBy <record/anct-crossing/2024-07/8> .
<coverage/fr-pvd/37132/37132> emp:coverageDeployment <deployment/fr-pvd/37132> ;
  emp:supportedBy <record/anct-crossing/2024-07/7> .
<deployment/fr-pvd/37132> emp:observedOn "2024-07-01"^^xsd:date ;
  emp:appliesInstrument <instrument/fr-pvd> .
"""


def described() -> dict[str, set[str]]:
    store = Store()
    store.load(WORLD.encode(), format=RdfFormat.TURTLE)
    graph = Graph("https://example.org/g")
    describe_mentioned(store, graph)
    found: dict[str, set[str]] = {}
    for quad in graph:
        found.setdefault(quad.subject.value, set()).add(quad.object.value)
    return found


def test_only_what_nothing_describes_is_described() -> None:
    found = described()
    va, fs = mint("deployment", "fr-va/va-01-01"), mint("deployment", "fr-fs/fs-1")
    assert set(found) == {va, fs, f"{va}/perimeter", f"{fs}/perimeter"}


def test_the_identifier_gives_the_instrument_and_no_member() -> None:
    found = described()
    va = mint("deployment", "fr-va/va-01-01")
    assert mint("instrument", "fr-va") in found[va]
    assert f"{va}/perimeter" in found[va]
    assert "https://w3id.org/empilement/voc/extent/unknown" in found[f"{va}/perimeter"]
    assert len(found[f"{va}/perimeter"]) == 2


def test_it_stands_on_the_rows_that_name_it() -> None:
    found = described()
    fs, records = mint("deployment", "fr-fs/fs-1"), mint("record", "anct-crossing/2024-07")
    assert {value for value in found[fs] if value.startswith(records)} == {
        f"{records}/7",
        f"{records}/8",
    }
