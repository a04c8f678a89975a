"""The words of the pages: one catalogue, in French and in English."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("fr", "en")
PRECISE: Final = ("day", "month", "year", "decade")
CATALOGUE: Final[dict[str, dict[str, str]]] = json.loads(
    (Path(__file__).parent / "messages.json").read_text(encoding="utf-8")
)


def say(language: str, key: str, **values: object) -> str:
    """Give a text of the pages.

    Args:
        language: ``fr`` or ``en``.
        key: its key in the catalogue.
        values: what goes into its braces.

    Raises:
        KeyError: the catalogue has no such key.

    """
    return CATALOGUE[key][language].format(**values)


def number(language: str, value: int) -> str:
    """Write a whole number as the language does: ``34 867``, ``34,867``."""
    text = f"{value:,}"
    return text.replace(",", "\u202f") if language == "fr" else text


def day(language: str, text: str, precision: str = "day") -> str:
    """Write a date to its precision; a text that is no date is given back as it is.

    Args:
        language: ``fr`` or ``en``.
        text: an ISO date.
        precision: ``day``, ``month``, ``year`` or ``decade``.

    """
    try:
        when = date.fromisoformat(text)
    except ValueError:
        return text
    month = say(language, "months").split()[when.month - 1]
    if precision == "decade":
        return say(language, "decade", year=when.year // 10 * 10)
    if precision == "year":
        return str(when.year)
    if precision == "month":
        return f"{month} {when.year}"
    first = "1er" if language == "fr" and when.day == 1 else str(when.day)
    return f"{first} {month} {when.year}"


def start(language: str, since: str, certainty: str) -> str:
    """Write when something begins, and never more than is known.

    Args:
        language: ``fr`` or ``en``.
        since: outer bound, ISO; empty when there is none.
        certainty: slug of ``emp:startCertainty``, or empty.

    """
    if not since:
        return say(language, "date_unknown")
    if certainty in PRECISE:
        return day(language, since, certainty)
    return say(language, "date_unknown_after", day=day(language, since))


def end(language: str, before: str, certainty: str, status: str) -> str:
    """Write when something ends, and never more than is known.

    Args:
        language: ``fr`` or ``en``.
        before: outer bound, ISO, the first day outside; empty when there is none.
        certainty: slug of ``emp:endCertainty``, or empty.
        status: slug of ``emp:endStatus``, or empty.

    """
    if status == "open":
        return say(language, "date_open")
    if not before:
        return say(language, "date_unknown")
    try:
        last = (date.fromisoformat(before) - timedelta(days=1)).isoformat()
    except ValueError:
        return before
    if status == "by-duration":
        return say(language, "date_by_duration", day=day(language, last))
    if certainty in PRECISE:
        return day(language, last, certainty)
    return say(language, "date_unknown_before", day=day(language, last))
