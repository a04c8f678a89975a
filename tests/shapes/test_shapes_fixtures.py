"""Every rule against its fixtures: the exact set of findings, and no vacuous success."""

import re
from pathlib import Path

import pytest

from ontology.namespaces import EMPS
from shapes import loading
from shapes.data import indexed_store
from shapes.loading import load_shapes, rules, vocabulary_index
from shapes.targets import focus_count, hierarchy
from shapes.validation import validate

FIXTURES = Path(loading.__file__).parent / "fixtures"
WORLD = FIXTURES / "world.ttl"
SHAPES = load_shapes()
INDEX = vocabulary_index()
VALID = sorted(FIXTURES.glob("*/valid-*"))
INVALID = sorted(FIXTURES.glob("*/invalid-*"))
EXPECT = re.compile(r"^# expect: (\S+) (\S+) (\S+)$", re.MULTILINE)


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def expected(path: Path) -> set[tuple[str, str, str]]:
    return {(m[1], m[2], m[3]) for m in EXPECT.finditer(path.read_text(encoding="utf-8"))}


def found(path: Path) -> set[tuple[str, str, str]]:
    report = validate([WORLD, path], SHAPES, INDEX)
    return {(f.rule, f.focus, f.path or "-") for f in report.results}


def looked_at(path: Path) -> int:
    """Count the nodes a rule finds in its fixture alone: the world's must not stand in for it."""
    store = indexed_store(path, INDEX)
    return focus_count(store, SHAPES, EMPS[path.parent.name], hierarchy(store))


def test_every_rule_has_valid_and_invalid_fixtures() -> None:
    ids = {rule.id for rule in rules(SHAPES)}
    folders = {path.name for path in FIXTURES.iterdir() if path.is_dir()}
    assert len(ids) > 90
    assert folders == ids
    assert {path.parent.name for path in VALID} == ids
    assert {path.parent.name for path in INVALID} == ids


def test_fixture_folders_hold_nothing_unread() -> None:
    assert sorted(p for p in FIXTURES.glob("*/*")) == sorted(VALID + INVALID)


def test_the_world_is_valid() -> None:
    assert validate(WORLD, SHAPES, INDEX).results == ()


@pytest.mark.parametrize("path", VALID, ids=name)
def test_valid_fixture_conforms_and_is_looked_at(path: Path) -> None:
    assert found(path) == set()
    assert looked_at(path) >= 1


@pytest.mark.parametrize("path", INVALID, ids=name)
def test_invalid_fixture_gives_exactly_what_its_header_says(path: Path) -> None:
    wanted = expected(path)
    assert path.parent.name in {rule for rule, _, _ in wanted}
    assert found(path) == wanted


def test_header_lines_are_all_read() -> None:
    for path in INVALID:
        lines = [x for x in path.read_text("utf-8").splitlines() if x.startswith("# expect")]
        assert len(lines) == len(expected(path)), name(path)
