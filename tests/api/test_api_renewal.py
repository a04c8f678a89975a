"""A new build lands, or the service is told to stop, while queries run; seen from outside."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count, pairwise
from pathlib import Path

import httpx
import pytest

from api.renewal import Look, refused
from tests.serving import Running, lay, running
from tests.watching import descendants, living, until

ASKERS = 10
VERSION = "SELECT ?v { <urn:graph> rdfs:label ?v }"
LONG = "SELECT (COUNT(*) AS ?n) { ?a <urn:is> ?b . ?c <urn:is> ?d . ?e <urn:is> ?f }"
RDFS_LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
_NUMBERS = count(1)


def publish(data: Path, things: int = 1, spoil: Callable[[Path], object] | None = None) -> str:
    """Publish a version that says its name and holds so many things; give its name.

    Args:
        data: the folder of the built versions.
        things: how many.
        spoil: what is done to its folder before it is seen.

    """
    name = f"v{next(_NUMBERS)}"
    lines = [f"<urn:t{n}> <urn:is> <urn:thing> <urn:g> .\n" for n in range(things)]
    lines.append(f'<urn:graph> {RDFS_LABEL} "{name}" <urn:g> .\n')
    lay(data, name, "".join(lines), spoil)
    return name


@dataclass(frozen=True, slots=True)
class Site:
    """A data folder, and the service over it.

    Args:
        data: the folder.
        service: the service, which looks for new builds five times a second.
        log: what it says.
    """

    data: Path
    service: Running
    log: Path

    def publish(self, things: int = 1, spoil: Callable[[Path], object] | None = None) -> str:
        return publish(self.data, things, spoil)

    def said(self) -> list[dict[str, str]]:
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def residents(self) -> set[int]:
        """Give the processes that hold a graph: the children that have children."""
        children = descendants(self.service.process.pid)
        return {pid for pid in children if descendants(pid)}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    data = tmp_path / "data"
    publish(data, 400)
    log = tmp_path / "log"
    with running(data, log, reload_seconds="0.2", query_seconds="200") as service:
        yield Site(data, service, log)


@pytest.fixture
def http(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.service.address, timeout=240) as client:
        yield client


def ask(http: httpx.Client, query: str) -> httpx.Response:
    return http.get("/sparql", params={"query": query})


def value(answer: httpx.Response) -> str:
    assert answer.status_code == 200
    (row,) = answer.json()["results"]["bindings"]
    (term,) = row.values()
    return term["value"]


def at_work(http: httpx.Client) -> bool:
    text = http.get("/metrics").text
    return any(f'empilement_workers{{state="{each}"}} 1.0' in text for each in ("light", "heavy"))


def test_a_query_under_way_finishes_on_the_old_graph(site: Site, http: httpx.Client) -> None:
    before = ask(http, VERSION)
    old = site.residents()
    assert len(old) == 1
    with ThreadPoolExecutor(1) as threads:
        long = threads.submit(ask, http, LONG)
        assert until(lambda: at_work(http))
        new = site.publish(2)
        assert until(lambda: value(ask(http, VERSION)) == new)
        assert not long.done()
        assert living(old) == old
        assert value(long.result()) == str(400**3)
    assert value(ask(http, LONG)) == str(2**3)
    after = ask(http, VERSION)
    assert value(before) != value(after)
    assert before.headers["etag"] != after.headers["etag"]
    held = {"If-None-Match": before.headers["etag"]}
    assert http.get("/sparql", params={"query": VERSION}, headers=held).status_code == 200
    assert until(lambda: not living(old))
    assert until(lambda: http.get("/ready").json()["version"] == new)
    assert f'empilement_version{{version="{new}"}} 1.0' in http.get("/metrics").text
    assert any(line["message"] == "renewed" and line["version"] == new for line in site.said())


def test_no_request_fails_while_a_new_build_takes_over(site: Site, http: httpx.Client) -> None:
    first = value(ask(http, VERSION))
    enough = threading.Event()

    def keep_asking(_: int) -> list[tuple[str, str]]:
        seen = []
        with httpx.Client(base_url=site.service.address, timeout=60) as client:
            while not enough.is_set():
                answer = ask(client, VERSION)
                seen.append((value(answer), answer.headers.get("etag", "")))
        return seen

    with ThreadPoolExecutor(ASKERS) as threads:
        asking = [threads.submit(keep_asking, number) for number in range(ASKERS)]
        try:
            names = [first]
            for _ in range(3):
                names.append(site.publish())
                assert until(lambda: value(ask(http, VERSION)) == names[-1])
        finally:
            enough.set()
        heard = [each.result() for each in asking]
    tags: dict[str, str] = {}
    for seen in heard:
        order = [names.index(version) for version, _ in seen]
        assert order == sorted(order)
        for version, tag in seen:
            assert not tag or tags.setdefault(tag, version) == version
    assert {version for seen in heard for version, _ in seen} == set(names)
    assert until(lambda: len(site.residents()) == 1)


def test_a_broken_build_is_said_and_the_old_one_goes_on(site: Site, http: httpx.Client) -> None:
    old = value(ask(http, VERSION))
    broken = site.publish(
        spoil=lambda folder: (folder / "dataset.nq").write_text("<urn:a> <urn:b>", "utf-8")
    )
    assert until(lambda: any(line["message"] == "not renewed" for line in site.said()))
    (refused,) = [line for line in site.said() if line["message"] == "not renewed"]
    assert (refused["version"], refused["level"]) == (broken, "ERROR")
    assert refused["why"]
    assert value(ask(http, VERSION)) == old
    assert http.get("/ready").json()["version"] == old

    current = site.data / "current"
    current.unlink()
    current.symlink_to(Path("versions") / "none")
    assert until(lambda: any(line["message"] == "no build" for line in site.said()))
    assert value(ask(http, VERSION)) == old

    sound = site.publish()
    assert until(lambda: value(ask(http, VERSION)) == sound)
    assert until(lambda: len(site.residents()) == 1)


def refusals(site: Site) -> int:
    return sum(line["message"] == "not renewed" for line in site.said())


def test_a_broken_build_is_tried_again_once_it_is_mended(site: Site, http: httpx.Client) -> None:
    old = value(ask(http, VERSION))
    sound = ""

    def spoil(folder: Path) -> None:
        nonlocal sound
        sound = (folder / "dataset.nq").read_text(encoding="utf-8")
        (folder / "dataset.nq").write_text("<urn:a> <urn:b>", encoding="utf-8")

    name = site.publish(spoil=spoil)
    assert until(lambda: refusals(site) == 1)
    time.sleep(1)  # five looks: as it lies there it is left alone
    assert refusals(site) == 1
    assert value(ask(http, VERSION)) == old
    dataset = site.data / "versions" / name / "dataset.nq"
    dataset.write_text("<urn:a> <urn:b>!", encoding="utf-8")
    assert until(lambda: refusals(site) == 2)
    mended = dataset.with_suffix(".new")
    mended.write_text(sound, encoding="utf-8")
    mended.replace(dataset)
    assert until(lambda: value(ask(http, VERSION)) == name)
    assert refusals(site) == 2
    assert until(lambda: len(site.residents()) == 1)


def test_a_build_refused_again_and_again_is_tried_ever_less_often() -> None:
    here: Look = ("v", (1, 1))
    first = refused(here, None)
    pauses = [first.pause]
    last = first
    for _ in range(10):
        last = refused(here, last)
        pauses.append(last.pause)
    assert all(after == min(2 * before, 3600) for before, after in pairwise(pauses))
    assert pauses[-1] == 3600
    assert refused(("other", (1, 1)), last).pause == pauses[0]
    assert first.stands(here)
    assert not first.stands(("v", (2, 1)))
    assert not replace(first, until=time.monotonic()).stands(here)


def test_told_to_stop_it_answers_first_and_leaves_no_child(site: Site, http: httpx.Client) -> None:
    process = site.service.process
    family = descendants(process.pid)
    with ThreadPoolExecutor(1) as threads:
        long = threads.submit(ask, http, LONG)
        assert until(lambda: at_work(http))
        process.send_signal(signal.SIGTERM)
        assert value(long.result()) == str(400**3)
    assert process.wait(30) == 0
    assert until(lambda: not living(family))


def endless(folder: Path) -> None:
    """Make of a version one that is loaded for ever: opening a pipe waits for a writer."""
    (folder / "dataset.nq").unlink()
    os.mkfifo(folder / "dataset.nq")


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_while_a_build_is_being_loaded_it_stops(site: Site, told: int) -> None:
    process = site.service.process
    (resident,) = site.residents()
    before = descendants(process.pid)
    site.publish(spoil=endless)
    assert until(lambda: descendants(process.pid) - before)
    family = descendants(process.pid)
    assert resident in family
    process.send_signal(told)
    try:
        assert process.wait(20) == 0
    except subprocess.TimeoutExpired:
        pytest.fail("it waits for a build that never comes")
    assert until(lambda: not living(family))
