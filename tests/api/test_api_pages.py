"""The pages as a reader meets them: what they say, in both languages, and how they are built."""

import pytest
from fastapi.testclient import TestClient

from tests.api.reading import Page, read

PAGES = [
    "/",
    "/search?q=tours",
    "/search?q=nothing+of+that+name",
    "/doc/commune/37261",
    "/doc/commune/37261?date=2010-01-01",
    "/doc/commune/39300",
    "/doc/epci/243700754",
    "/doc/region/24",
    "/doc/instrument/fr-crte",
    "/doc/instrument/fr-acv1",
    "/doc/deployment/fr-crte/1",
    "/doc/actor/anct",
    "/doc/actor/243700754",
    "/doc/legal-act/loi-2019-753",
    "/doc/statement/a/2",
    "/voc/kind/contract",
    "/graph/cog/2026",
    "/graph/pvd/2026-04",
    "/sources",
    "/def",
    "/def/Deployment",
    "/def/appliesInstrument",
    "/ont/territories",
    "/ont/0.1.0",
    "/query",
    "/query/stack",
    "/sparql",
    "/doc/commune/99999",
]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_page_is_well_built(client: TestClient, path, lang) -> None:
    page = read(client, path, lang)
    assert page.faults == []
    assert page.all("html")[0]["lang"] == lang
    assert len(page.all("h1")) == 1
    assert page.all("a")[0]["href"] == "#content"
    assert page.all("main")[0]["id"] == "content"
    assert {each["hreflang"] for each in page.all("link") if "hreflang" in each} == {"fr", "en"}
    assert all(each.get("scope") for each in page.all("th"))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    fields = [
        each
        for tag in ("input", "select", "textarea")
        for each in page.all(tag)
        if each.get("type") != "hidden"
    ]
    assert {each["id"] for each in fields} <= {each["for"] for each in page.all("label")}


@pytest.mark.parametrize("path", PAGES)
def test_no_page_asks_anything_of_another_host_or_runs_script(client: TestClient, path) -> None:
    page = read(client, path)
    for tag, attributes in page.tags:
        assert tag not in {"script", "iframe", "object", "embed", "style"}
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        addresses = [attributes.get("src", ""), attributes.get("action", "")]
        addresses += [attributes["href"]] if tag == "link" else []
        assert all(not each or each.startswith(("/", "?")) for each in addresses)
        assert not attributes.get("href", "").lower().startswith(("javascript:", "data:"))


@pytest.mark.parametrize("path", [*PAGES, "/sparql?query=ASK%7B%7D", "/health", "/nowhere"])
def test_every_answer_has_its_safety_headers(client: TestClient, path) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("path", PAGES)
def test_every_page_states_its_data_and_links_to_its_other_language(client, path) -> None:
    french, english = read(client, path, "fr"), read(client, path, "en")
    assert "Données du 23 novembre 2026, version town." in french.text
    assert "Data of 23 November 2026, version town." in english.text
    assert "Licence Ouverte 2.0" in french.text
    other = [each["href"] for each in french.all("a") if each.get("hreflang") == "en"]
    assert len(other) == 1 and "lang=en" in other[0] and other[0].startswith("/")


def test_the_language_chosen_in_the_address_follows_the_reader(client: TestClient) -> None:
    page = Page(client.get("/doc/commune/37261?lang=en", headers={"Accept": "text/html"}).text)
    assert page.all("html")[0]["lang"] == "en"
    links = [each["href"] for each in page.all("a") if "hreflang" not in each]
    things = [each for each in links if each.startswith("/doc/") and "." not in each]
    assert things and all("lang=en" in each for each in things)


def test_the_stack_of_a_commune_in_french(client: TestClient) -> None:
    text = read(client, "/doc/commune/37261?date=2024-07-01").text
    for expected in (
        "L'empilement au 1er juillet 2024",
        "Contrat de transition",
        "CRTE de Tours",
        "○ hérité",
        "● direct",
        "3 mars 2022 → 2 mars 2028 (d'après la durée prévue)",
        "date inconnue → date inconnue",
        "Certaines à cette date : 1. Possibles (dates mal connues) : 1.",
        "Loi ANCT",
        "F50",
        "code officiel géographique 2026",
        "la date demandée est de 2024, la composition des territoires est celle de 2026",
        "Tours Métropole",
        "Indre-et-Loire",
        "Centre-Val de Loire",
    ):
        assert expected in text


def test_the_stack_of_a_commune_in_english(client: TestClient) -> None:
    text = read(client, "/doc/commune/37261?date=2026-07-01", "en").text
    for expected in (
        "The stack on 1 July 2026",
        "Transition contract",
        "CRTE of Tours",
        "○ inherited",
        "unknown date → unknown date",
        "ANCT act",
    ):
        assert expected in text
    assert "Caution: the date asked" not in text
    assert "hérité" not in text and "date inconnue" not in text


def test_the_stack_is_one_table_from_wide_to_fine(client: TestClient) -> None:
    page = read(client, "/doc/commune/37261")
    text = client.get("/doc/commune/37261", headers={"Accept": "text/html"}).text
    (stack,) = (part for part in text.split("<table")[1:] if "<caption>" in part)
    assert stack.split("</table>")[0].count('scope="rowgroup"') == 2
    assert page.text.index("Intercommunalité") < page.text.index("ACV de Tours")


def test_the_date_asked_changes_the_stack(client: TestClient) -> None:
    before = read(client, "/doc/commune/37261?date=2021-01-01").text
    assert "CRTE de Tours" not in before.split("Toutes les propriétés")[0]
    assert "ACV de Tours" in before


def test_an_empty_stack_says_that_absence_here_is_not_absence(client: TestClient) -> None:
    french = read(client, "/doc/commune/39478").text
    assert "L'absence dans les sources chargées n'est pas l'absence dans le monde." in french
    english = read(client, "/doc/commune/39478", "en").text
    assert "Absence from the sources loaded is not absence in the world." in english


@pytest.mark.parametrize("asked", ["yesterday", "2024-02-30", "20240701", "2024-07-01T00:00"])
def test_a_date_that_is_none_is_400_and_said(client: TestClient, asked) -> None:
    answer = client.get(f"/doc/commune/37261?date={asked}", headers={"Accept": "text/html"})
    assert answer.status_code == 400
    assert "date" in Page(answer.text).text and asked in answer.text
    assert "etag" not in answer.headers


def test_an_instrument_says_who_pays_and_what_is_not_known(client: TestClient) -> None:
    page = read(client, "/doc/instrument/fr-crte", "en")
    for expected in (
        "Transition contract",
        "Six-year contract.",
        "Cohesion agency",
        "unknown (looked for, not found)",
        "Funds by contract: not found.",
        "article (seed)",
        "F50 · Article",
        "integrates",
        "Heart of town",
        "Known applications: 1",
        "CRTE of Tours",
        "ANCT act",
    ):
        assert expected in page.text
    assert "Crédits par contrat" not in page.text.split("All properties")[0]


def test_an_instrument_without_application_says_it_is_only_not_loaded(client) -> None:
    text = read(client, "/doc/instrument/fr-acv1", "fr").text
    assert "Applications connues : 1" in text


def test_a_deployment_says_who_signed_and_where(client: TestClient) -> None:
    text = read(client, "/doc/deployment/fr-crte/1", "fr").text
    for expected in ("Tours Métropole", "signataire", "3 mars 2022", "entier", "Ballan-Miré"):
        assert expected in text


def test_every_thing_says_which_graph_states_it(client: TestClient) -> None:
    text = read(client, "/doc/commune/37261", "en").text
    assert "Geographic code" in text and "9 March 2026" in text
    assert "https://www.etalab.gouv.fr/licence-ouverte-open-licence" in text


def test_who_refers_to_a_thing_is_counted(client: TestClient) -> None:
    page = read(client, "/doc/epci/243700754", "en")
    assert "What refers to it" in page.text
    assert "Ballan-Miré" in page.text


def test_a_name_that_holds_markup_is_shown_and_does_nothing(client: TestClient) -> None:
    page = read(client, "/doc/commune/39300")
    assert "<script>alert(1)</script>" in page.text
    assert page.all("script") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("saint claude", "/doc/commune/39478"),
        ("ST-CLAUDE", "/doc/commune/39478"),
        ("coeur de ville", "/doc/instrument/fr-acv1"),
        ("ballan mire", "/doc/commune/37018"),
        ("Toours", "/doc/commune/37261"),
    ],
)
def test_search_finds_without_case_accent_or_hyphen(client, text, expected) -> None:
    page = read(client, f"/search?q={text}")
    assert expected in [each["href"] for each in page.all("a")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("37261", "/doc/commune/37261"),
        ("37000", "/doc/commune/37261"),
        ("37900", "/doc/commune/37018?former=37900"),
        ("crte", "/doc/instrument/fr-crte"),
        ("anct", "/doc/actor/anct"),
    ],
)
def test_a_code_or_an_acronym_leads_straight_to_its_thing(client, text, expected) -> None:
    answer = client.get("/search", params={"q": text}, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, expected)


def test_search_tells_homonyms_apart_and_speaks_json(client: TestClient) -> None:
    page = read(client, "/search?q=tours", "en")
    assert "Indre-et-Loire, 139,259 inhabitants" in page.text
    found = client.get("/search?q=tours", headers={"Accept": "application/json"}).json()
    assert found[0]["id"].endswith("/id/commune/37261")
    assert (found[0]["departement"], found[0]["population"]) == ("Indre-et-Loire", 139259)


def test_the_landing_counts_what_the_graph_holds(client: TestClient) -> None:
    words = read(client, "/", "en").text
    assert "communes 4" in words and "instruments 3" in words and "legal texts 1" in words


def test_the_style_sheet_is_ours_and_has_a_validator(client: TestClient) -> None:
    sheet = client.get("/static/empilement.css")
    assert sheet.headers["content-type"].startswith("text/css")
    assert "@import" not in sheet.text and "url(" not in sheet.text
    for rule in (":focus-visible", "@media print", "max-width: 40rem"):
        assert rule in sheet.text
    tag = {"If-None-Match": sheet.headers["etag"]}
    assert client.get("/static/empilement.css", headers=tag).status_code == 304
    assert client.get("/favicon.ico").status_code == 204


@pytest.mark.parametrize(("lang", "expected"), [("fr", "⊙ ponctuel"), ("en", "⊙ at a point")])
def test_a_place_in_a_commune_does_not_cover_it_and_has_its_words(client, lang, expected) -> None:
    text = read(client, "/doc/commune/37018?date=2024-07-01", lang).text
    assert expected in text
    assert ("Ponctuelles : 1." if lang == "fr" else "At a point: 1.") in text


@pytest.mark.parametrize(
    ("lang", "counts", "unknown"),
    [
        (
            "fr",
            "qui ne la couvrent pas : 0 ; dont on ne sait pas : 3.",
            "Inconnu, aucune liste complète n'étant chargée : 3 dispositifs",
        ),
        (
            "en",
            "that do not cover it: 0; of which it is not known: 3.",
            "Not known, no complete list being loaded: 3 instruments",
        ),
    ],
)
def test_unknown_is_said_as_unknown(client: TestClient, lang, counts, unknown) -> None:
    """No list of the town is complete in the Jura: of its three instruments nothing is known."""
    text = read(client, "/doc/commune/39478?date=2026-07-01", lang).text
    assert counts in text and unknown in text


@pytest.mark.parametrize(
    ("lang", "day", "means", "nothing"),
    [
        ("fr", "1er juillet 2024", "la liste est complète et", "Aucune liste chargée"),
        ("en", "1 July 2024", "the list is complete and official", "No list loaded is complete"),
    ],
)
def test_an_instrument_says_where_absence_from_its_lists_means_something(
    client: TestClient, lang, day, means, nothing
) -> None:
    told = read(client, "/doc/instrument/fr-acv1", lang).text
    untold = read(client, "/doc/instrument/fr-crte", lang).text
    assert means in told and f"{day} Indre-et-Loire 1" in told and nothing not in told
    assert nothing in untold and means not in untold
