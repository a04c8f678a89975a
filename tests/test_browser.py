"""A reader's walk through the pages in a real browser: links followed, nothing asked elsewhere."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from ingest.store import Version
from tests.serving import serving

pytestmark = [pytest.mark.browser, pytest.mark.built]
CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.fixture(scope="module")
def site(version: Version) -> Iterator[str]:
    """The service over the graph built for the tests."""
    with serving(version.path.parent.parent) as address:
        yield address


@pytest.fixture
def page(site: str) -> Iterator[Page]:
    """A page whose requests are recorded; scripts are off, as the pages promise to need none."""
    if CHROMIUM is None:
        pytest.fail("Chromium is missing; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(java_script_enabled=False, locale="fr-FR")
        opened = context.new_page()
        elsewhere: list[str] = []
        opened.on(
            "request",
            lambda request: None if request.url.startswith(site) else elsewhere.append(request.url),
        )
        yield opened
        browser.close()
        assert elsewhere == []


def test_from_a_commune_to_its_group_an_instrument_and_a_law(page: Page, site: str) -> None:
    page.goto(f"{site}/doc/commune/37261?date=2024-06-30&lang=fr")
    assert page.locator("h1").inner_text() == "Tours"
    table = page.locator("table").first
    assert "CRTE" in table.inner_text()
    assert "réciprocité" not in table.inner_text()
    page.get_by_role("link", name="Tours Métropole Val de Loire").first.click()
    assert "/epci/243700754" in page.url
    assert page.locator("h1").inner_text() == "Tours Métropole Val de Loire"
    page.go_back()
    page.locator('a[href*="/instrument/fr-crte"]').first.click()
    assert "transition écologique" in page.locator("h1").inner_text()
    page.locator('a[href*="/legal-act/"]').first.click()
    assert "/legal-act/" in page.url
    assert page.locator("h1").inner_text()


def test_the_date_form_changes_the_stack(page: Page, site: str) -> None:
    page.goto(f"{site}/doc/commune/37261?lang=fr")
    page.fill('input[type="date"]', "2020-06-30")
    page.locator('form:has(input[type="date"]) button').click()
    assert "date=2020-06-30" in page.url
    contracts = page.locator('a[href*="/deployment/cvl-reciprocite-tours/"]')
    found = {contracts.nth(index).get_attribute("href") for index in range(contracts.count())}
    assert len(found) == 10
    assert "2026" in page.locator("main").inner_text()


def test_search_from_the_landing_page(page: Page, site: str) -> None:
    page.goto(f"{site}/?lang=fr")
    page.locator('main input[name="q"]').fill("saint avertin")
    page.locator("main form button").click()
    assert "37208" in page.content()


def test_the_model_of_a_contract_names_both_sides(page: Page, site: str) -> None:
    """F130 and F131: what the métropole brings, what the other EPCI bring."""
    page.goto(f"{site}/doc/instrument/cvl-reciprocite-tours?lang=fr")
    rows = page.locator("tr", has_text="cantines scolaires").all_inner_texts()
    sides = ("EPCI à fiscalité propre", "Tours Métropole Val de Loire")
    assert any(all(side in row for side in sides) for row in rows), rows


def test_a_judgement_is_shown_with_who_holds_it(page: Page, site: str) -> None:
    """F81: the author calls the regional contract top-down; S84: the Région, negotiated."""
    page.goto(f"{site}/doc/instrument/cvl-crst?lang=fr")
    judged = page.locator("tr", has_text="dispositif descendant").first.inner_text()
    assert "jugement tenu par" in judged
    assert "Carrière" in judged
    page.goto(f"{site}/doc/instrument/fr-crte?lang=fr")
    fact = page.locator("tr", has_text="Premier ministre").first.inner_text()
    assert "jugement" not in fact


@pytest.mark.parametrize("width", [320, 1200])
def test_no_sideways_scroll(page: Page, site: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/", "/doc/commune/37261?date=2020-06-30", "/doc/instrument/fr-crte", "/query"):
        page.goto(f"{site}{path}")
        body = page.locator("body").bounding_box()
        assert body is not None
        assert body["width"] <= width, path


def test_print_shows_the_stack_without_the_navigation(page: Page, site: str) -> None:
    page.goto(f"{site}/doc/commune/37261?date=2024-06-30")
    page.emulate_media(media="print")
    assert page.locator("table").first.is_visible()
    assert not page.locator("header nav").first.is_visible()


@pytest.mark.parametrize("width", [390, 1200])
def test_the_page_of_a_term_fits_with_its_drawing(page: Page, site: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    for path in ("/def", "/def/Deployment", "/def/perimeterMember", "/ont/territories"):
        page.goto(f"{site}{path}?lang=fr")
        wide = page.locator("main *").evaluate_all(
            "all => all.filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
            ".map(e => e.tagName)"
        )
        assert wide == [], path
    page.goto(f"{site}/def/Deployment?lang=fr")
    drawing = page.locator("figure svg").bounding_box()
    assert drawing is not None and 300 < drawing["width"] <= min(width, 400)
    page.locator("figure svg a", has_text="Instrument").first.click()
    assert page.url.startswith(f"{site}/def/")


def test_from_a_page_of_data_to_the_term_and_back_to_an_example(page: Page, site: str) -> None:
    page.goto(f"{site}/doc/commune/37261?lang=fr")
    page.locator('a[href*="/def/Commune"]').first.click()
    assert page.locator("h1").inner_text() == "Commune"
    page.locator("#usage ~ p a").first.click()
    assert "/doc/commune/" in page.url
