"""Links had from real SPARQL servers in other processes, kept, replaced, and never lost."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store, parse
from typer.testing import CliRunner

from cli.links import Name
from cli.main import app
from ingest.links.cache import cached_links
from ingest.links.client import Limits, LinksError
from ingest.links.endpoints import CLOSE, ENDPOINTS, EXACT, SEE
from ingest.links.refresh import refresh, things_of
from ingest.progress import Silent
from ingest.settings import Settings
from ontology.namespaces import PREFIXES
from shapes.validation import validate
from tests.elsewhere import faulty, oxigraph, says

WHEN = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
ID = "https://w3id.org/empilement/id/"
QUICK = Limits(seconds=10, attempts=2, pause=0.01, batch=2, rest=0)
OURS = """
PREFIX emp: <https://w3id.org/empilement/def#>
PREFIX id: <https://w3id.org/empilement/id/>
GRAPH <https://w3id.org/empilement/graph/cog/2026> {
  <https://w3id.org/empilement/id/commune/33529> emp:inseeCode "33529" .
  <https://w3id.org/empilement/id/commune/45234> emp:inseeCode "45234" ; emp:sirenCode "214502346" .
  <https://w3id.org/empilement/id/commune/01001> emp:inseeCode "01001" .
  <https://w3id.org/empilement/id/commune-deleguee/01002> emp:inseeCode "01002" .
  <https://w3id.org/empilement/id/departement/24> emp:inseeCode "24" .
  <https://w3id.org/empilement/id/region/24> emp:inseeCode "24" .
  <https://w3id.org/empilement/id/epci/243500139> emp:sirenCode "243500139" .
  <https://w3id.org/empilement/id/actor/243500139> emp:sirenCode "243500139" .
  <https://w3id.org/empilement/id/deployment/cpier/loire> emp:programmeCode "2021FR16FFPR001" .
  <https://w3id.org/empilement/id/deployment/crte/a> emp:programmeCode "crte-24-37-1" .
  <https://w3id.org/empilement/id/instrument/feder> emp:programmeCode "2021FR16RFPR009" .
  <https://w3id.org/empilement/id/deployment/feder/a> emp:programmeCode "2021FR16RFPR009" .
}
"""
# Shaped as INSEE's graph: versions in time with events, one code for several classes.
INSEE = """
PREFIX igeo: <http://rdf.insee.fr/def/geo#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX c: <http://id.insee.fr/geo/commune/>
GRAPH <http://rdf.insee.fr/graphes/geo/cog> {
  c:72d08f78-9b5c-46c6-bdaf-b31ed46216a0 a igeo:Commune ; igeo:codeINSEE "33529" .
  c:34e3a788-bc74-4334-a764-209b5b45b3fc a igeo:Commune ; igeo:codeINSEE "33529" .
  c:4180d005-bb9a-4271-ae5c-dc6b46b874da a igeo:Commune ; igeo:codeINSEE "45234" .
  <http://id.insee.fr/geo/region/a464366d-321a-49ae-ba50-2624c4468657>
    a igeo:Region ; igeo:codeINSEE "24" .
  <http://id.insee.fr/geo/departement/f1d6d530-6cad-4e87-9e68-cdfaadd912bc>
    a igeo:Departement ; igeo:codeINSEE "24" .
  <http://id.insee.fr/geo/intercommunalite/831d6a01-3f71-47a0-940b-04df167053c1>
    a igeo:Intercommunalite ; igeo:codeINSEE "243500139" .
  <x:e1> igeo:date "1943-01-01"^^xsd:date ;
    igeo:creation c:72d08f78-9b5c-46c6-bdaf-b31ed46216a0 , c:4180d005-bb9a-4271-ae5c-dc6b46b874da .
  <x:e2> igeo:date "1994-06-13"^^xsd:date ;
    igeo:suppression c:72d08f78-9b5c-46c6-bdaf-b31ed46216a0 ;
    igeo:creation c:34e3a788-bc74-4334-a764-209b5b45b3fc .
  <x:e3> igeo:date "2015-01-01"^^xsd:date ;
    igeo:creation <http://id.insee.fr/geo/intercommunalite/831d6a01-3f71-47a0-940b-04df167053c1> .
}
GRAPH <x:another> {
  c:00000000-0000-0000-0000-000000000000 a igeo:Commune ; igeo:codeINSEE "01001" .
}
"""
WIKIDATA = """
PREFIX wd: <http://www.wikidata.org/entity/>
PREFIX wdt: <http://www.wikidata.org/prop/direct/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
wd:Q6548 wdt:P374 "45234" .
wd:Q202 wdt:P374 "33529" ; wdt:P576 "1994-06-13T00:00:00Z"^^xsd:dateTime .
wd:Q203 wdt:P374 "33529" .
wd:Q101 wdt:P374 "01001" . wd:Q102 wdt:P374 "01001" .
wd:Q13947 wdt:P2585 "24" . wd:Q3230 wdt:P2586 "24" .
wd:Q12208 wdt:P1616 "243500139" .
"""
EUKG = """
PREFIX e: <https://linkedopendata.eu/entity/>
PREFIX p: <https://linkedopendata.eu/prop/direct/>
e:Q3526 p:P192 "FRB" . e:Q3487 p:P192 "FRH" . e:Q77 p:P192 "DE1" .
e:Q4000001 p:P1367 "2021FR16FFPR001" . e:Q4000002 p:P1367 "2021FR16RFPR009" .
"""


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(oxigraph(tmp_path_factory.mktemp(name) / "store", trig))
            for name, trig in (("insee", INSEE), ("wikidata", WIKIDATA), ("eukg", EUKG))
        }


@pytest.fixture
def ours() -> Store:
    store = Store()
    store.load(OURS, format=RdfFormat.TRIG)
    return store


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", cache=tmp_path / "cache")


def asked(name: str, ours: Store, settings: Settings, address: str, **more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"when": WHEN, "address": address, "limits": QUICK} | more
    return refresh(ENDPOINTS[name], ours, settings, Silent(), **given)


def matches(path: Path) -> set[tuple[str, str, str]]:
    """The links of a file: our thing, the relation, the item."""
    relations = {EXACT, CLOSE, SEE}
    return {
        (q.subject.value.removeprefix(ID), q.predicate.value, q.object.value)
        for q in parse(path=str(path), format=RdfFormat.N_QUADS)
        if q.predicate.value in relations
    }


def test_insee_dates_decide_how_close_a_link_is(
    addresses: dict[str, str], ours: Store, settings: Settings
) -> None:
    account = asked("insee", ours, settings, addresses["insee"])
    (path,) = cached_links(settings)
    place = "http://id.insee.fr/geo/"
    assert matches(path) == {
        ("commune/45234", EXACT, f"{place}commune/4180d005-bb9a-4271-ae5c-dc6b46b874da"),
        ("commune/33529", CLOSE, f"{place}commune/34e3a788-bc74-4334-a764-209b5b45b3fc"),
        ("commune/33529", SEE, f"{place}commune/72d08f78-9b5c-46c6-bdaf-b31ed46216a0"),
        ("region/24", SEE, f"{place}region/a464366d-321a-49ae-ba50-2624c4468657"),
        ("departement/24", SEE, f"{place}departement/f1d6d530-6cad-4e87-9e68-cdfaadd912bc"),
        (
            "epci/243500139",
            EXACT,
            f"{place}intercommunalite/831d6a01-3f71-47a0-940b-04df167053c1",
        ),
    }
    assert account["asked"]["communes"] == 3
    assert account["links"] == {EXACT: 2, CLOSE: 1, SEE: 3}


def test_wikidata_links_the_legal_person_by_its_siren_and_leaves_out_the_ambiguous(
    addresses: dict[str, str], ours: Store, settings: Settings
) -> None:
    account = asked("wikidata", ours, settings, addresses["wikidata"])
    (path,) = cached_links(settings)
    item = ENDPOINTS["wikidata"].item.pattern.split("Q")[0].replace("\\", "")
    assert matches(path) == {
        ("commune/45234", CLOSE, f"{item}Q6548"),
        ("commune/33529", CLOSE, f"{item}Q203"),
        ("region/24", CLOSE, f"{item}Q13947"),
        ("departement/24", CLOSE, f"{item}Q3230"),
        ("actor/243500139", CLOSE, f"{item}Q12208"),
    }
    reasons = {(each["item"], each["reason"]) for each in account["refused"]}
    assert reasons == {
        (f"{item}Q101", "ambiguous: 2 items for this code"),
        (f"{item}Q102", "ambiguous: 2 items for this code"),
        (f"{item}Q202", "it ended on 1994-06-13"),
    }


def test_the_eu_knowledge_graph_is_asked_for_regions_and_programmes(
    addresses: dict[str, str], ours: Store, settings: Settings
) -> None:
    asked("eukg", ours, settings, addresses["eukg"])
    (path,) = cached_links(settings)
    item = "https://linkedopendata.eu/entity/"
    assert matches(path) == {
        ("region/24", EXACT, f"{item}Q3526"),
        ("region/53", EXACT, f"{item}Q3487"),
        ("deployment/cpier/loire", EXACT, f"{item}Q4000001"),
        # Two things of ours share a code: neither is the same thing as the item.
        ("instrument/feder", SEE, f"{item}Q4000002"),
        ("deployment/feder/a", SEE, f"{item}Q4000002"),
    }


def test_only_codes_of_the_right_kind_and_form_are_asked(ours: Store) -> None:
    questions = {
        question.name: question
        for endpoint in ENDPOINTS.values()
        for question in endpoint.questions
    }
    assert list(things_of(questions["EU programmes"], ours)) == [
        "2021FR16FFPR001",
        "2021FR16RFPR009",
    ]
    assert list(things_of(questions["legal persons"], ours)) == ["243500139"]
    assert len(things_of(questions["NUTS units"], ours)) == 18


@pytest.mark.parametrize("name", ENDPOINTS)
def test_a_graph_of_links_tells_how_it_was_had_and_keeps_the_rules(
    name: str, addresses: dict[str, str], ours: Store, settings: Settings, tmp_path: Path
) -> None:
    asked(name, ours, settings, addresses[name])
    (path,) = cached_links(settings)
    quads = list(parse(path=str(path), format=RdfFormat.N_QUADS))
    graph = NamedNode(f"https://w3id.org/empilement/graph/links-{name}/2026-11-24")
    assert {quad.graph_name for quad in quads} == {graph}
    assert not [quad for quad in quads if quad.predicate.value == PREFIXES["owl"] + "sameAs"]
    store = Store()
    store.extend(quads)
    told = store.query(
        "SELECT ?address ?moment ?hash { ?g prov:wasGeneratedBy ?run ; dcterms:source ?address ;"
        " prov:generatedAtTime ?moment . ?run prov:used ?query . ?query emp:contentHash ?hash }",
        prefixes={each: PREFIXES[each] for each in ("prov", "dcterms", "emp")},
        use_default_graph_as_union=True,
    )
    ((address, moment, digest),) = list(told)  # type: ignore[arg-type]
    assert address.value == addresses[name]
    assert datetime.fromisoformat(moment.value) == WHEN
    account = json.loads((settings.cache / "links" / f"{name}.json").read_text("utf-8"))
    assert digest.value == account["query"]["sha256"]
    described = tmp_path / "described.nq"
    outside = {EXACT, CLOSE, SEE}
    described.write_text(
        "".join(f"{quad} .\n" for quad in quads if quad.predicate.value not in outside), "utf-8"
    )
    watched = {"PRV", "LBL", "CNF"}
    findings = validate(described).results
    assert [f for f in findings if f.rule.split("-")[0] in watched] == []


def test_asking_again_replaces_and_leaves_nothing_behind(
    addresses: dict[str, str], ours: Store, settings: Settings
) -> None:
    asked("insee", ours, settings, addresses["insee"], limit=1)
    (small,) = cached_links(settings)
    assert {subject for subject, *_ in matches(small) if "commune" in subject} == set()
    asked("insee", ours, settings, addresses["insee"])
    (whole,) = cached_links(settings)
    assert whole != small
    assert sorted(path.name for path in whole.parent.iterdir()) == [whole.name, "insee.json"]
    asked("wikidata", ours, settings, addresses["wikidata"])
    assert [path.name.split("-")[0] for path in cached_links(settings)] == ["insee", "wikidata"]


def test_the_same_answers_give_the_same_bytes(
    addresses: dict[str, str], ours: Store, settings: Settings
) -> None:
    asked("eukg", ours, settings, addresses["eukg"])
    (first,) = cached_links(settings)
    before = first.read_bytes()
    asked("eukg", ours, settings, addresses["eukg"])
    assert cached_links(settings) == [first]
    assert first.read_bytes() == before


EMPTY = b'{"head":{"vars":["code","item"]},"results":{"bindings":[]}}'
GOOD = json.dumps(
    {
        "head": {"vars": ["code", "item"]},
        "results": {
            "bindings": [
                {
                    "code": {"type": "literal", "value": "FRB"},
                    "item": {"type": "uri", "value": "https://linkedopendata.eu/entity/Q3526"},
                }
            ]
        },
    }
).encode()
FOREIGN = GOOD.replace(b"/entity/", b"/wiki/")


@pytest.mark.parametrize(
    ("replies", "why"),
    [
        ([says(503)], "503"),
        ([says(400)], "refused"),
        ([says(200, b"<html>maintenance</html>", Content_Type="text/html")], "no whole SPARQL"),
        ([says(200, EMPTY[:-2])], "no whole SPARQL"),
        ([says(200, EMPTY.replace(b'"item"', b'"entity"'))], "lack item"),
        ([says(200, EMPTY)], "No link"),
        ([says(200, FOREIGN)], "not an item of the endpoint"),
        ([*[says(200, GOOD)] * 5, says(502)], "502"),
        # Nine batches of régions answered in full, then the property of the programmes is gone.
        ([*[says(200, GOOD)] * 9, says(200, EMPTY)], "No link to EU programmes"),
    ],
    ids=[
        *("down", "refused", "html", "truncated", "renamed", "empty", "foreign", "down-midway"),
        "half-gone",
    ],
)
def test_links_kept_from_before_survive_every_failure(
    addresses: dict[str, str], ours: Store, settings: Settings, replies: list[Any], why: str
) -> None:
    asked("eukg", ours, settings, addresses["eukg"])
    (path,) = cached_links(settings)
    folder = {each.name: each.read_bytes() for each in path.parent.iterdir()}
    with faulty(replies, []) as address, pytest.raises(LinksError, match=why):
        asked("eukg", ours, settings, address)
    assert {each.name: each.read_bytes() for each in path.parent.iterdir()} == folder
    assert cached_links(settings) == [path]


def test_a_write_that_fails_leaves_the_links_from_before(
    addresses: dict[str, str], ours: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked("insee", ours, settings, addresses["insee"], limit=1)
    (path,) = cached_links(settings)
    replace = Path.replace

    def full(self: Path, target: Path) -> Path:
        if target.suffix == ".json":
            raise OSError("no space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space"):
        asked("insee", ours, settings, addresses["insee"])
    assert cached_links(settings) == [path]


def test_damaged_links_are_told_and_none_is_no_fault(
    addresses: dict[str, str], ours: Store, settings: Settings
) -> None:
    assert cached_links(settings) == []
    asked("insee", ours, settings, addresses["insee"])
    (path,) = cached_links(settings)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(LinksError, match="SHA-256"):
        cached_links(settings)
    path.unlink()
    with pytest.raises(LinksError, match="damaged"):
        cached_links(settings)
    for text in ("{", "[]", "{}", '{"endpoint": "eukg"}'):
        (path.parent / "insee.json").write_text(text, "utf-8")
        with pytest.raises(LinksError, match="refresh insee"):
            cached_links(settings)
    asked("insee", ours, settings, addresses["insee"])
    assert cached_links(settings) == [path]


@pytest.fixture
def published(
    settings: Settings, ours: Store, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """A current version whose store is our small graph."""
    version = settings.data / "versions" / "0123456789abcdef"
    version.mkdir(parents=True)
    store = Store(str(version / "store"))
    store.extend(list(ours))
    store.flush()
    del store
    (version / "build.json").write_text("{}", "utf-8")
    (settings.data / "current").symlink_to(version)
    monkeypatch.setenv("EMPILEMENT_DATA", str(settings.data))
    monkeypatch.setenv("EMPILEMENT_CACHE", str(settings.cache))
    yield settings


def test_the_commands(published: Settings, addresses: dict[str, str]) -> None:
    assert {name.value for name in Name} == set(ENDPOINTS)
    runner = CliRunner()
    given = ["links", "refresh", "eukg", "--endpoint", addresses["eukg"], "--limit", "2"]
    result = runner.invoke(app, given, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert len(cached_links(published)) == 1
    result = runner.invoke(app, ["links", "status", "--format", "json"])
    rows = {row["endpoint"]: row for row in json.loads(result.stdout)}
    assert list(rows) == list(ENDPOINTS)
    assert rows["insee"]["retrieved"] == "never"
    # Two of the eighteen régions and two programmes: of FR1 and FRB only the second is there.
    assert rows["eukg"]["asked"] == "4"
    assert (rows["eukg"]["exact"], rows["eukg"]["see also"]) == ("2", "2")


def test_the_command_says_what_failed(published: Settings) -> None:
    with faulty([says(404)], []) as address:
        given = ["links", "refresh", "insee", "--endpoint", address]
        result = CliRunner().invoke(app, given)
    assert result.exit_code == 3
    assert cached_links(published) == []
    result = CliRunner().invoke(app, ["links", "refresh", "--endpoint", "http://127.0.0.1:9/"])
    assert result.exit_code == 2
