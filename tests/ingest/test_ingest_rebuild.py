"""Builds that follow each other: a list changes, fails, appears; what is done again, what is kept.

The base and five lists, from a copy of the catalogue and of the mirror that a test may change.
"""

import json
import os
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from ingest import build as building
from ingest import fetch as fetching
from ingest import mappings, sources
from ingest.identity import mint
from ingest.mappings import BASE
from ingest.parts import Part, keep
from ingest.progress import Silent
from ingest.provenance import file_hash
from ingest.settings import Settings
from ingest.sources import load_sources
from ingest.store import Version
from ontology.namespaces import GRAPH
from tests.conftest import ROOT, SHARED
from tests.counting import uncounted
from tests.ingest import spoiling
from tests.ingest.listed import short

pytestmark = [pytest.mark.shared, pytest.mark.timeout(1200)]
LISTS: Final = {
    "anct-crossing/2024-07": "anct-croisement/ngeo-anct-cog2023.csv",
    "crte/2022": "crte/epci-et-crte_2022.csv",
    "pvd/2024-09": "pvd/pvd_superposeur_2024-09.csv",
    "pvd/2026-04": "pvd/pvd_gazetteer_2026-05.csv",
    "territoires-engagement/2025-12": "territoires-engagement/liste_tec_te_2025-12.csv",
}
LATE: Final = "villages-avenir/va_superposeur_2024-09.csv"
DERIVED: Final = {"derived/coverage", "derived/mentions", "derived/validity", "meta/build"}
NOWHERE: Final = "http://127.0.0.1:9"
# Yonne, Sens: one contract of the list, all of whose rows are taken out.
CONTRACT: Final = "crte-27-89-2"


@dataclass
class World:
    """A data folder, a mirror and a catalogue of its own."""

    folder: Path
    mapped: list[str] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        data, mirror = self.folder / "data", self.folder / "mirror"
        return Settings(
            data=data, cache=data / "cache", packages=ROOT / "node_modules", mirror=mirror
        )

    def put(self, name: str, change: Callable[[bytes], bytes] = bytes, pin: bool = True) -> None:
        """Lay a file in the mirror, changed; the catalogue pins it unless told not to."""
        original, target = SHARED / "data" / name, self.folder / "mirror" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        before = file_hash(target if target.exists() else original)
        target.write_bytes(change(original.read_bytes()))
        if not pin:
            return
        pinned = 0
        for path in (self.folder / "catalogue").glob("*.ttl"):
            text = path.read_text(encoding="utf-8")
            pinned += text.count(before)
            path.write_text(text.replace(before, file_hash(target)), encoding="utf-8")
        assert pinned

    def build(self) -> "Built":
        """Build; tell the version, and which parts were written."""
        self.mapped.clear()
        with uncounted():
            version = building.build(self.settings, Silent())
        return Built(version, sorted(self.mapped))


@dataclass(frozen=True)
class Built:
    """A version, and the parts that its build wrote."""

    version: Version
    mapped: list[str]

    def states(self) -> dict[str, set[str]]:
        found = defaultdict(set)
        for each in self.version.info["sources"]:
            found[each["state"]].add(each["identifier"])
        return found

    def source(self, identifier: str) -> dict[str, Any]:
        listed = {each["identifier"]: each for each in self.version.info["sources"]}
        return dict(listed[identifier])

    def graph(self, name: str) -> list[str]:
        end = f"/graph/{name}> .\n"
        with self.version.dataset.open(encoding="utf-8") as lines:
            return [line for line in lines if line.endswith(end)]


def changed(before: Built, after: Built) -> set[str]:
    """Return the named graphs whose lines differ from one version to another."""
    done = subprocess.run(
        ["comm", "-3", before.version.dataset, after.version.dataset],
        env=os.environ | {"LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
    )
    return {short(line.rsplit(" ", 2)[1].strip("<>")) for line in done.stdout.splitlines()}


def described(built: Built, instrument: str) -> set[str]:
    """Return the keys of the deployments described as only mentioned, of an instrument."""
    applies = f"appliesInstrument> <{mint('instrument', instrument)}>"
    lines = (line for line in built.graph("derived/mentions") if applies in line)
    return {line.split("> ", 1)[0].rpartition("/")[2] for line in lines}


def without_contract(data: bytes) -> bytes:
    lines = data.decode("utf-8-sig").splitlines(keepends=True)
    left = [line for line in lines if CONTRACT not in line]
    assert 0 < len(lines) - len(left) < 30
    return "".join(left).encode()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Five lists in the mirror, and no network.

    The disk store is left out: nothing here asks it, and it takes half the time of a build.
    """
    made = World(tmp_path_factory.mktemp("rebuild"))
    shutil.copytree(sources.CATALOGUE, made.folder / "catalogue")

    def spy(name: str, *args: Any, **kwargs: Any) -> Part:
        made.mapped.append(name)
        return keep(name, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HTTP_PROXY", NOWHERE)
        patch.setenv("HTTPS_PROXY", NOWHERE)
        patch.setenv("NO_PROXY", "")
        patch.setattr(fetching, "_RETRIES", 0)
        patch.setattr(sources, "CATALOGUE", made.folder / "catalogue")
        patch.setattr(mappings, "keep", spy)
        patch.setattr(building, "write_store", lambda _: None)
        patch.setattr(building, "write_usage", lambda *_: None)
        for name in LISTS.values():
            made.put(name)
        yield made


@pytest.fixture(scope="module")
def first(world: World) -> Built:
    """Five lists of eighty."""
    return world.build()


@pytest.fixture(scope="module")
def same(world: World, first: Built) -> Built:
    """Nothing changed."""
    assert first.mapped
    return world.build()


@pytest.fixture(scope="module")
def second(world: World, same: Built) -> Built:
    """One list changed."""
    assert same.version
    world.put(LISTS["crte/2022"], without_contract)
    return world.build()


@pytest.fixture(scope="module")
def third(world: World, second: Built) -> Built:
    """Four lists fail, each in its way, and one appears."""
    assert second.version
    world.put(LISTS["pvd/2024-09"], spoiling.truncated)
    world.put(LISTS["pvd/2026-04"], lambda data: spoiling.write(spoiling.renamed(table(data))))
    world.put(LISTS["anct-crossing/2024-07"], lambda _: spoiling.HTML)
    engagement = "territoires-engagement/2025-12"
    world.put(LISTS[engagement], lambda data: data + b"\n", pin=False)
    shutil.rmtree(world.settings.cache / engagement)
    world.put(LATE)
    return world.build()


def table(data: bytes) -> spoiling.Table:
    return spoiling.read(data)


class TestMissing:
    """Lists that were never had: the graph says less, and says so."""

    def test_the_rest_is_built_and_conforms(self, first: Built) -> None:
        everything = {source.identifier for source in load_sources()}
        own = {s.identifier for s in load_sources() if s.mapping in BASE}
        states = first.states()
        assert own | set(LISTS) <= states["read"]
        assert states["missing"] == everything - states["read"]
        assert len(states["missing"]) > 50
        assert first.version.info["validation"]["violation"] == 0

    def test_each_missing_list_says_why_and_has_no_graph(self, first: Built) -> None:
        for identifier in first.states()["missing"]:
            assert "unavailable" in first.source(identifier)["failure"]
            assert f"{GRAPH}{identifier}" not in first.version.info["graphs"]

    def test_what_another_list_only_mentions_is_described(self, first: Built) -> None:
        """The crossing names the villages; the list of the villages is not there."""
        raw = table((SHARED / "data" / LISTS["anct-crossing/2024-07"]).read_bytes())
        column = raw[0].index("id_va")
        named = {key for row in raw[1:] for key in row[column].split(" ; ")} - {"", "NA"}
        assert len(named) > 500
        assert described(first, "fr-va") == named


class TestNothingChanged:
    """The same bytes and the same code."""

    def test_no_part_is_written_and_no_version_made(self, first: Built, same: Built) -> None:
        assert same.mapped == []
        assert same.version.id == first.version.id
        assert same.version.info == first.version.info


class TestOneListChanged:
    """A list of other bytes, as its catalogue entry says."""

    def test_only_its_part_is_written(self, first: Built, second: Built) -> None:
        assert second.mapped == ["crte/2022"]
        assert set(LISTS) < set(first.mapped)

    def test_only_its_graph_and_what_is_derived_differ(self, first: Built, second: Built) -> None:
        found = changed(first, second)
        assert "crte/2022" in found
        assert found <= {"crte/2022"} | DERIVED

    def test_what_the_change_says_is_in_the_graph(self, first: Built, second: Built) -> None:
        assert any(f"/fr-crte/{CONTRACT}>" in line for line in first.graph("crte/2022"))
        assert not any(f"/fr-crte/{CONTRACT}>" in line for line in second.graph("crte/2022"))
        # The crossing goes on naming what the list no longer describes.
        assert described(second, "fr-crte") - described(first, "fr-crte") == {CONTRACT}
        assert second.version.info["validation"]["violation"] == 0


class TestFailed:
    """Lists that were had, and that cannot be read any more."""

    FAILED: Final = set(LISTS) - {"crte/2022"}

    def test_the_last_good_graphs_are_kept(self, second: Built, third: Built) -> None:
        assert third.states()["kept"] == self.FAILED
        found = changed(second, third)
        assert found.isdisjoint(self.FAILED)
        for identifier in self.FAILED:
            assert third.graph(identifier)

    def test_the_rest_goes_on_and_conforms(self, third: Built) -> None:
        assert third.mapped == ["va/2024-09"]
        assert third.source("crte/2022")["state"] == "read"
        assert third.version.info["validation"]["violation"] == 0

    @pytest.mark.parametrize(
        ("identifier", "why"),
        [
            ("pvd/2024-09", "last line"),
            ("pvd/2026-04", "column"),
            ("anct-crossing/2024-07", "web page"),
            ("territoires-engagement/2025-12", "checksum differs"),
        ],
    )
    def test_the_summary_says_why(self, third: Built, identifier: str, why: str) -> None:
        assert why in third.source(identifier)["failure"]
        said = json.loads((third.version.path / "build.json").read_text(encoding="utf-8"))
        assert said == third.version.info

    def test_the_graph_says_that_what_it_holds_is_of_before(self, third: Built) -> None:
        notes = [line for line in third.graph("meta/build") if "/def#recordNote>" in line]
        stale = {short(note.split("> ")[0].strip("<")) for note in notes if "last time" in note}
        assert stale == self.FAILED

    def test_a_list_that_stays_broken_makes_no_other_version(
        self, world: World, third: Built
    ) -> None:
        again = world.build()
        assert (again.version.id, again.mapped) == (third.version.id, [])


class TestAppeared:
    """A list that was missing from the first build."""

    def test_it_is_read_and_describes_what_was_only_mentioned(
        self, second: Built, third: Built
    ) -> None:
        assert second.source("va/2024-09")["state"] == "missing"
        assert third.source("va/2024-09")["state"] == "read"
        raw = table((SHARED / "data" / LATE).read_bytes())
        column = raw[0].index("id_territoire")
        listed = {row[column] for row in raw[1:]}
        assert described(third, "fr-va") == described(second, "fr-va") - listed
