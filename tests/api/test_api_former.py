"""Former communes as a reader meets them: found by code and by name, told in plain words."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from ingest.settings import Settings
from ingest.store import Version
from tests.api.conftest import in_process
from tests.api.reading import Page, read

pytestmark = pytest.mark.built
# Anchors of the issue: a code of a commune that is no more, and the code it resolves to.
PAIRS = (("01330", "01187"), ("93059", "93066"))


@pytest.fixture(scope="module")
def real(version: Version) -> Iterator[TestClient]:
    """A client of the service over the graph built for the tests."""
    settings = Settings(data=version.path.parent.parent)
    with TestClient(create_app(settings, in_process), follow_redirects=False) as found:
        yield found


def links(page: Page) -> set[str]:
    return {each["href"].partition("?")[0] for each in page.all("a")}


@pytest.mark.parametrize(("old", "heir"), PAIRS)
@pytest.mark.parametrize(
    ("lang", "said", "when"),
    [
        ("fr", "est une ancienne commune", "lu d'abord dans le code officiel géographique 2025"),
        ("en", "is a former commune", "first read in the official geographic code 2025"),
    ],
)
def test_its_page_says_what_happened_when_and_leads_to_the_heir(
    real: TestClient, old, heir, lang, said, when
) -> None:
    """Both are in the package of 2024 and not in that of 2025."""
    page = read(real, f"/doc/commune/{old}", lang)
    assert f"({old}) {said}" in page.text and when in page.text
    assert f"/doc/commune/{heir}" in links(page)
    assert f"/doc/event/2025-{heir}" in links(page)


@pytest.mark.parametrize("old", [old for old, _ in PAIRS])
def test_its_stack_is_its_own_while_it_existed(real: TestClient, old) -> None:
    during = read(real, f"/doc/commune/{old}?date=2023-06-30", "fr").text
    after = read(real, f"/doc/commune/{old}?date=2025-06-30", "fr").text
    gone = "cette commune n'existait plus"
    assert gone not in during and gone in after
    assert "Composition des territoires : code officiel géographique 2023." in during
    # Of a commune that is no more, nothing is said to cover it or not.
    assert "Couvert, non couvert ou inconnu" in during
    assert "Couvert, non couvert ou inconnu" not in after


@pytest.mark.parametrize(("old", "heir"), PAIRS)
def test_the_heir_lists_it_with_the_event(real: TestClient, old, heir) -> None:
    page = read(real, f"/doc/commune/{heir}", "en")
    assert "Former communes and former codes" in page.text
    assert {f"/doc/commune/{old}", f"/doc/event/2025-{heir}"} <= links(page)


@pytest.mark.parametrize(("old", "heir"), PAIRS)
@pytest.mark.parametrize(("lang", "said"), [("fr", "ancienne commune"), ("en", "former commune")])
def test_search_by_its_code_gives_both(real: TestClient, old, heir, lang, said) -> None:
    page = read(real, f"/search?q={old}", lang)
    assert {f"/doc/commune/{old}", f"/doc/commune/{heir}"} <= links(page)
    assert f"{said} {old}" in page.text


@pytest.mark.parametrize(
    ("name", "old", "heir"),
    [("ruffieu", "01330", "01187"), ("pierrefitte sur seine", "93059", "93066")],
)
def test_search_by_its_name_gives_both(real: TestClient, name, old, heir) -> None:
    assert {f"/doc/commune/{old}", f"/doc/commune/{heir}"} <= links(
        read(real, f"/search?q={name}", "fr")
    )
    found = real.get("/search", params={"q": name}, headers={"Accept": "application/json"}).json()
    (one,) = (each for each in found if each["id"].endswith(f"/id/commune/{old}"))
    assert one["replacedBy"].endswith(f"/id/commune/{heir}")


def test_a_code_gone_before_the_first_vintage_leads_to_the_commune_of_today(real) -> None:
    """No vintage loaded lists 37235, which Tours has taken over: only the code is known."""
    answer = real.get("/search?q=37235", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/doc/commune/37261?former=37235",
    )
    text = read(real, answer.headers["location"], "fr").text
    assert "Le code 37235 est celui d'une ancienne commune, ou un code abandonné" in text
    assert "aujourd'hui Tours (37261)" in text


@pytest.mark.parametrize(("old", "heir"), PAIRS)
def test_as_linked_data_it_is_described_for_what_it_is(real: TestClient, old, heir) -> None:
    assert real.get(f"/id/commune/{old}").headers["location"] == f"/doc/commune/{old}"
    turtle = real.get(f"/doc/commune/{old}.ttl").text
    assert "emp:FormerCommune" in turtle
    assert f"commune/{heir}" in turtle
