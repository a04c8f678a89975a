"""The settings: each is read from the environment, has a reason, and stands in README.md."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from ingest.settings import Settings
from ingest.settings_table import README, table, within

CELL = re.compile(r"^\| `([A-Z_]+)` \|", re.MULTILINE)


def test_readme_lists_exactly_the_settings_that_are_read() -> None:
    text = README.read_text(encoding="utf-8")
    assert text == within(text), "run `python -m ingest.settings_table`"
    assert [name.lower() for name in CELL.findall(table())] == list(Settings.model_fields)


def test_every_setting_says_what_it_is_for() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description and len(field.description.split()) > 3, name
        assert "|" not in field.description and "\n" not in field.description


def test_a_setting_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMPILEMENT_DATA", "/somewhere")
    monkeypatch.setenv("EMPILEMENT_SERVICE_ALLOWED", '["https://a.example/sparql"]')
    monkeypatch.setenv("EMPILEMENT_RESIDENT", "false")
    chosen = Settings()
    assert chosen.data == Path("/somewhere")
    assert chosen.service_allowed == {"https://a.example/sparql"}
    assert chosen.resident is False


@pytest.mark.parametrize(
    ("name", "value"),
    [("WORKERS", "0"), ("QUERY_SECONDS", "0"), ("PORT", "65536"), ("LOG_FORMAT", "xml")],
)
def test_a_setting_beyond_reason_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"EMPILEMENT_{name}", value)
    with pytest.raises(ValidationError):
        Settings()


def test_a_text_without_the_marks_is_left_alone() -> None:
    with pytest.raises(ValueError, match="marks"):
        within("# A text without them\n")
