"""Parts on disk: taken again as they were kept, dropped when not needed, merged in order."""

from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import Literal

from ingest.parts import drop_others, keep, last_good, merge_lines, part_key, take
from ingest.quads import Graph, label
from ingest.settings import Settings
from ingest.tables import Rejection, Tally


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


def graph(name: str, *texts: str) -> Graph:
    made = Graph(f"https://example.org/{name}")
    for text in texts:
        made.add("https://example.org/s", label, Literal(text))
    return made


def tally() -> Tally:
    lost = Rejection("t.csv", 7, "unknown-code: x", '{"a": "é"}')
    return Tally(9, [lost], Counter({"lost-zero": 2}), Counter({"secrecy-zero": 1}))


def test_what_is_kept_is_taken_again(settings: Settings) -> None:
    made = keep("acv/2018-10", "k1", graph("a", "x", "y"), settings, {"t.csv": "0" * 64}, tally())
    assert take("acv/2018-10", "k1", settings) == made
    assert (made.quads, made.tally) == (2, tally())
    assert made.path.read_text(encoding="utf-8").splitlines() == sorted(
        graph("a", "x", "y").lines()
    )


def test_an_incomplete_part_is_not_taken(settings: Settings) -> None:
    made = keep("acv/2018-10", "k1", graph("a", "x"), settings)
    made.path.unlink()
    assert take("acv/2018-10", "k1", settings) is None
    assert take("acv/2018-10", "k2", settings) is None


def test_the_last_good_part_of_a_source_says_why_it_stands_in(settings: Settings) -> None:
    keep("acv/2018-10", "k1", graph("a", "x"), settings)
    kept = last_good("acv/2018-10", settings, "The file is a web page.")
    assert kept is not None
    assert (kept.key, kept.failure) == ("k1", "The file is a web page.")
    assert last_good("pvd/2021-01", settings, "") is None


def test_parts_of_before_are_dropped_and_the_last_ones_stay(settings: Settings) -> None:
    keep("acv/2018-10", "k1", graph("a", "x"), settings)
    keep("acv/2018-10", "k2", graph("a", "y"), settings)
    keep("pvd/2021-01", "k3", graph("b", "z"), settings)
    drop_others(settings)
    assert take("acv/2018-10", "k1", settings) is None
    assert take("acv/2018-10", "k2", settings)
    assert take("pvd/2021-01", "k3", settings)


def test_a_key_changes_with_name_bytes_and_code() -> None:
    keys = {part_key("a/1", "code", "bytes"), part_key("a/2", "code", "bytes")}
    keys |= {part_key("a/1", "other", "bytes"), part_key("a/1", "code", "other")}
    assert len(keys) == 4


def test_merged_files_are_one_sorted_file(settings: Settings, tmp_path: Path) -> None:
    parts = [
        keep("a/1", "k1", graph("a", "x", "z"), settings),
        keep("b/1", "k2", graph("b", "é", "w"), settings),
    ]
    target = tmp_path / "all.nq"
    assert merge_lines((part.path for part in parts), target) == 4
    lines = target.read_text(encoding="utf-8").splitlines()
    assert lines == sorted(lines)
    assert len(set(lines)) == 4
