"""The words of the pages: both languages, same places to fill, every key used exists."""

import re
from pathlib import Path
from string import Formatter

import pytest

import api
from api.messages import CATALOGUE, day, end, number, say, start
from ingest.identity import KINDS

FOLDER = Path(api.__file__).parent


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(CATALOGUE))
def test_every_text_stands_in_both_languages_with_the_same_places(key: str) -> None:
    texts = CATALOGUE[key]
    assert set(texts) == {"fr", "en"}
    assert all(text.strip() for text in texts.values())
    assert places(texts["fr"]) == places(texts["en"])


def test_every_key_that_templates_and_code_write_in_full_exists() -> None:
    texts = [p.read_text("utf-8") for p in FOLDER.rglob("*") if p.suffix in {".html", ".py"}]
    used = {
        key
        for text in texts
        for key in re.findall(
            r"""(?:\bsay|messages\.say)\((?:\w+(?:\.\w+)*, )?"([\w-]+)"[,)]""", text
        )
    }
    assert len(used) > 60
    assert used - CATALOGUE.keys() == set()


def test_every_kind_of_thing_and_every_failure_has_its_words() -> None:
    from api.access import TokenError, UpdateClosedError
    from api.problems import TABLE, NotReadyError, TooLargeError, problem_of
    from api.watching import AskerGoneError

    assert {f"thing_{kind}" for kind in KINDS} <= CATALOGUE.keys()
    assert {f"error_{code}" for _, _, code in TABLE} <= CATALOGUE.keys()
    others = (UpdateClosedError(), TokenError(), AskerGoneError(), NotReadyError(), TooLargeError())
    assert {f"error_{problem_of(each).code}" for each in others} <= CATALOGUE.keys()


@pytest.mark.parametrize(
    ("language", "text", "precision", "expected"),
    [
        ("fr", "2020-01-01", "day", "1er janvier 2020"),
        ("fr", "2020-11-20", "day", "20 novembre 2020"),
        ("en", "2020-11-20", "day", "20 November 2020"),
        ("fr", "2018-03-01", "month", "mars 2018"),
        ("en", "2019-01-01", "year", "2019"),
        ("en", "2003-01-01", "decade", "2000s"),
        ("fr", "not a date", "day", "not a date"),
    ],
)
def test_a_date_is_written_to_its_precision(language, text, precision, expected) -> None:
    assert day(language, text, precision) == expected


def test_an_unknown_date_is_said_and_never_invented() -> None:
    assert start("fr", "", "") == "date inconnue"
    assert start("en", "", "unknown") == "unknown date"
    assert "1900" not in start("fr", "2019-09-05", "bounded")
    assert start("fr", "2019-09-05", "bounded") == "date inconnue (pas avant le 5 septembre 2019)"
    assert end("en", "", "", "unknown") == "unknown date"


def test_the_end_is_the_last_day_inside() -> None:
    assert end("fr", "2022-01-01", "year", "stated") == "2021"
    assert end("en", "2028-03-03", "", "by-duration") == "2 March 2028 (from the planned duration)"
    assert end("fr", "", "", "open") == "en cours"


def test_numbers_are_grouped_as_each_language_does() -> None:
    assert number("en", 34969) == "34,969"
    assert number("fr", 34969) == "34\u202f969"


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("fr", "no such key")
