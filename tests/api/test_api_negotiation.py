"""Content negotiation as a table (RFC 9110 §12.5.1), and under random headers."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.negotiation import NotAcceptableError, Offer, language, negotiate, preferences

HTML, TTL, JSON = "text/html", "text/turtle", "application/ld+json"
OFFERS = (Offer(HTML, ("application/xhtml+xml",)), Offer(TTL), Offer(JSON, ("application/json",)))
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, HTML),
        ("", HTML),
        ("*/*", HTML),
        (FIREFOX, HTML),
        ("text/turtle", TTL),
        ("TEXT/Turtle", TTL),
        ("text/turtle; charset=utf-8", TTL),
        ("text/turtle, */*", TTL),
        ("text/turtle;q=0.5, application/ld+json", JSON),
        ("text/turtle;q=0.5, application/ld+json;q=0.4", TTL),
        ("application/json", JSON),
        ("application/*", JSON),
        ("text/*", HTML),
        ("text/*;q=0.1, text/turtle", TTL),
        ("*/*, text/html;q=0", TTL),
        ("*/*;q=0.1, text/html;q=0, text/turtle;q=0", JSON),
        ("text/html;q=0.1, */*", TTL),
        ('application/ld+json;profile="http://a,b;c"', JSON),
        ("not a header", HTML),
        ('text/turtle;a="never closed, text/html', TTL),
        ('text/turtle;a="closed \\" here", text/html;q=0.1', TTL),
        ("text/turtle;q=2", HTML),
        ("image/png, text/turtle;q=0.001", TTL),
    ],
)
def test_chooses_what_the_client_prefers(accept, expected) -> None:
    assert negotiate(accept, OFFERS) == expected


@pytest.mark.parametrize("accept", ["image/png", "*/*;q=0", "image/*, application/pdf"])
def test_says_what_exists_when_nothing_suits(accept: str) -> None:
    with pytest.raises(NotAcceptableError) as caught:
        negotiate(accept, OFFERS)
    assert caught.value.offers == (HTML, TTL, JSON)


def test_orders_all_that_may_be_sent() -> None:
    accept = "application/json;q=0.3, text/turtle;q=0.9, text/html;q=0"
    assert preferences(accept, OFFERS) == (TTL, JSON)


@pytest.mark.parametrize(
    ("asked", "header", "expected"),
    [
        (None, None, "fr"),
        (None, "en", "en"),
        (None, "en-GB,en;q=0.8,fr;q=0.5", "en"),
        (None, "de, en;q=0.3", "en"),
        (None, "de", "fr"),
        (None, "fr;q=0.2, en;q=0", "fr"),
        (None, "*", "fr"),
        (None, "en;q=nonsense", "fr"),
        ("en", "fr", "en"),
        ("de", "en", "en"),
    ],
)
def test_chooses_the_language(asked, header, expected) -> None:
    assert language(asked, header, ("fr", "en")) == expected


@given(st.one_of(st.none(), st.text(), st.from_regex(r"[a-z*]+/[a-z*]+(;q=[0-9.]+)?(,.*)?")))
def test_any_header_gives_an_offer_or_a_refusal(accept) -> None:
    try:
        assert negotiate(accept, OFFERS) in {HTML, TTL, JSON}
    except NotAcceptableError as error:
        assert error.offers


@given(st.floats(0.001, 0.999), st.floats(0.001, 0.999))
def test_the_higher_quality_wins(one: float, other: float) -> None:
    first, second = f"{one:.3f}", f"{other:.3f}"
    chosen = negotiate(f"text/turtle;q={first}, application/ld+json;q={second}", OFFERS)
    assert chosen == (TTL if float(first) >= float(second) else JSON)


@given(st.text(), st.text())
def test_any_language_header_gives_a_language_that_exists(asked: str, header: str) -> None:
    assert language(asked, header, ("fr", "en")) in {"fr", "en"}


@pytest.mark.parametrize("header", ['"' + '\\"' * 32_000, '"' * 64_000, '"\\' * 32_000])
def test_quotes_that_are_never_closed_cost_no_time(header: str) -> None:
    """The longest header there can be; looked for from each quote anew, it took 16 seconds."""
    began = time.process_time()
    assert negotiate(header, OFFERS) == HTML
    assert time.process_time() - began < 1
