"""A reader's walk through the pages in a real browser: links followed, nothing asked elsewhere."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, sync_playwright

from ingest.store import Version

pytestmark = [pytest.mark.browser, pytest.mark.built]
ROOT = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.fixture(scope="module")
def site(version: Version) -> Iterator[str]:
    """The service on a free port, over the graph built for the tests."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = "from cli.main import main; main()"
    environment = os.environ | {"EMPILEMENT_DATA": str(version.path.parent.parent)}
    command = [sys.executable, "-c", code, "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, cwd=ROOT)
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                if httpx.get(f"{base}/ready").status_code == httpx.codes.OK:
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        yield base
    finally:
        process.terminate()
        assert process.wait(10) is not None


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
