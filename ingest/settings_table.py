"""The settings as a table of README.md, so that what is written is what is read.

``python -m ingest.settings_table`` writes it anew between its two marks.
"""

from pathlib import Path
from typing import Any, Final

from ingest.settings import Settings

README: Final = Path(__file__).parent.parent / "README.md"
START: Final = "<!-- settings: written by `python -m ingest.settings_table` -->\n"
END: Final = "<!-- end of settings -->\n"


def table() -> str:
    """Give the table in Markdown: each setting, its default, what it is for."""
    rows = ["| `EMPILEMENT_…` | default | |\n|---|---|---|\n"]
    for name, field in Settings.model_fields.items():
        rows.append(f"| `{name.upper()}` | {_shown(field.default)} | {field.description} |\n")
    return "".join(rows)


def within(text: str) -> str:
    """Give a text with the table of today between its marks.

    Raises:
        ValueError: it has not both marks.
    """
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise ValueError("The marks of the table of settings are missing.")
    return before + START + table() + END + after


def _shown(default: Any) -> str:
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if default is None or default in ("", frozenset()):
        return ""
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


if __name__ == "__main__":
    README.write_text(within(README.read_text(encoding="utf-8")), encoding="utf-8")
