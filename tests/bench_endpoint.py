"""Benchmarks of the endpoint: beside ``oxigraph serve`` and rdflib-endpoint, and under duress.

All in one run on the same data, in turns. On a machine that does other work too, ratios mean more
than figures; a goal that is missed is said, not hidden.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any, Final

import httpx

from ingest.store import Version
from queries.catalogue import load_catalogue
from tests.bench_contenders import oxigraph, rdflib_endpoint
from tests.bench_load import JSON_RESULTS, Seen, addressed, load, result, start
from tests.processes import Observed
from tests.serving import running
from tests.watching import descendants, until

_PREFIXES: Final = """PREFIX emp: <https://w3id.org/empilement/def#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""
_COMMUNE: Final = "https://w3id.org/empilement/id/commune/"
_ROUNDS: Final = 3
_SLICE: Final = 3.0
_OVERRUN_SECONDS: Final = 0.5
_BURNING_SECONDS: Final = 10
_WORKERS: Final = 2
_KEPT: Final = 300
_BACK_TIMES: Final = 10
# What no engine answers in time: three statements, each with each.
_ENDLESS: Final = "SELECT (COUNT(*) AS ?n{}) {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }}"
_ROWS: Final = "SELECT ?commune ?name{} {{ ?commune a emp:Commune ; rdfs:label ?name{} }}"
_HEAVY: Final = {
    "statements by property": "SELECT ?p (COUNT(*) AS ?n{}) {{ ?s ?p ?o }} GROUP BY ?p",
    "communes by région": "SELECT ?region (COUNT(DISTINCT ?c) AS ?n{}) "
    "{{ ?region a emp:Region . ?c emp:within ?region ; a emp:Commune }} GROUP BY ?region",
    "names that match": "SELECT (COUNT(*) AS ?n{}) "
    '{{ ?c a emp:Commune ; rdfs:label ?name FILTER(REGEX(?name, "saint.*sur", "i")) }}',
    "members by instrument": "SELECT ?i (COUNT(DISTINCT ?t) AS ?n{}) "
    "{{ ?d emp:appliesInstrument ?i ; emp:perimeter/emp:perimeterMember ?t }} GROUP BY ?i",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    Args:
        name: what is measured, with its unit.
        ours: measured.
        theirs: of the contender, in the same run; None where there is none, or it failed.
        whose: the contender.
        ratio: how much better ours is; of the limit, where there is no contender.
        goal: the least ratio; None where none is set.
        note: what else is to be known.
    """

    name: str
    ours: float
    theirs: float | None = None
    whose: str = ""
    ratio: float | None = None
    goal: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is nothing to judge."""
        return None if self.goal is None or self.ratio is None else self.ratio >= self.goal


def _faster(name: str, ours: float, theirs: float, whose: str, goal: float | None) -> Figure:
    """Compare two durations, or two sizes: the smaller is the better."""
    return Figure(name, ours, theirs, whose, theirs / ours, goal)


def _limited(name: str, ours: float, most: float, note: str = "") -> Figure:
    """Compare a figure with the most it may be."""
    return Figure(name, ours, None, f"at most {most:g}", most / max(ours, 1e-9), 1.0, note)


@dataclass(slots=True)
class Arena:
    """The servers, by name, and the codes that queries ask for.

    Args:
        ours: the address of our endpoint.
        others: the addresses of the others.
        codes: of the communes.
        front: the process of our service that speaks HTTP.
        serial: of the queries, of which no two are the same.
    """

    ours: str
    others: dict[str, str]
    codes: Sequence[str]
    front: Observed
    serial: int = 0

    def fresh(self, pattern: str) -> str:
        """Make a query that nobody was asked before: a variable is numbered."""
        self.serial += 1
        return _PREFIXES + pattern.format(*(self.serial,) * pattern.count("{}"))

    def lookups(self, seed: int) -> list[str]:
        """Make lookups of every commune by its code, in random order."""
        self.serial += 1
        codes = list(self.codes)
        random.Random(seed).shuffle(codes)  # noqa: S311
        name = f"?name{self.serial}"
        return [
            f'{_PREFIXES}SELECT ?c {name} {{ ?c emp:inseeCode "{code}" ; a emp:Commune ; '
            f"rdfs:label {name} }}"
            for code in codes
        ]

    def turns(
        self, measure: Callable[[str], float], names: Sequence[str], rounds: int = _ROUNDS
    ) -> dict[str, float]:
        """Measure us and others in turns; give the median of each."""
        found: dict[str, list[float]] = {}
        for _ in range(rounds):
            for name, endpoint in {"ours": self.ours, **self.others}.items():
                if name == "ours" or name in names:
                    found.setdefault(name, []).append(measure(endpoint))
        return {name: statistics.median(values) for name, values in found.items()}


def measure_endpoint(version: Version, codes: Sequence[str], seconds: float = 10.0) -> list[Figure]:
    """Measure the endpoint against the others on the version in use, and under duress.

    Args:
        version: what is served.
        codes: codes of communes.
        seconds: how long a thousand connections are kept busy.

    Returns:
        The lines of the table.

    """
    with ExitStack() as stack:
        data = version.path.parent.parent
        ours = stack.enter_context(running(data, workers=str(_WORKERS), log_level="WARNING"))
        front = Observed(ours.process.pid)
        others = {"oxigraph serve": stack.enter_context(oxigraph(version.store))}
        arena = Arena(f"{ours.address}/sparql", others, codes, front)
        # Until then it reads its guide and its index of names, once.
        front.wait_idle()
        with rdflib_endpoint(version.store) as slow:
            if slow:
                others["rdflib-endpoint"] = slow
            figures = [*_lookups(arena), *_stacks(arena)]
        # What it may still be at is stopped here, and weighs on nothing that follows.
        others.pop("rdflib-endpoint", None)
        parts = (_rows, _aggregates, _lights, _overruns, _thousand(seconds))
        return figures + [figure for part in parts for figure in part(arena)]


def _lookups(arena: Arena) -> Iterator[Figure]:
    rates = arena.turns(
        lambda endpoint: (
            _sound(load(addressed(endpoint, arena.lookups(1)), connections=16, seconds=_SLICE)).rate
        ),
        tuple(arena.others),
    )
    for name, goal in (("oxigraph serve", 0.5), ("rdflib-endpoint", 10.0)):
        if name in rates:
            ours, theirs = rates["ours"], rates[name]
            yield Figure("lookups a second", ours, theirs, name, ours / theirs, goal)
    again = addressed(arena.ours, arena.lookups(2)[:_KEPT])
    load(again, connections=4, most=_KEPT, seconds=_SLICE * 4)

    def kept(endpoint: str) -> float:
        asked = again if endpoint == arena.ours else addressed(endpoint, arena.lookups(2)[:_KEPT])
        return _sound(load(asked, connections=16, seconds=_SLICE)).rate

    rates = arena.turns(kept, ("oxigraph serve",))
    ours, theirs = rates["ours"], rates["oxigraph serve"]
    yield Figure("lookups asked again, a second", ours, theirs, "oxigraph serve", ours / theirs, 1)


def _stacks(arena: Arena) -> Iterator[Figure]:
    question = load_catalogue()["stack"].text
    default = f"{_COMMUNE}37261"
    if default not in question:
        raise RuntimeError("The question of the stack has another default territory.")
    chooser = random.Random(3)  # noqa: S311

    def once(endpoint: str) -> float:
        codes = chooser.sample(list(arena.codes), 5)
        texts = [question.replace(default, _COMMUNE + code) for code in codes]
        slow = endpoint == arena.others.get("rdflib-endpoint")
        few = 1 if slow else len(texts)
        # Prefixes are declared in the text, since the others know none.
        asked = addressed(endpoint, texts[:few])
        seen = load(asked, connections=1, seconds=30, most=few, post=True)
        # Of what was never answered, how long it was waited for.
        return statistics.median(seen.latencies or [seen.seconds]) * 1000

    times = arena.turns(once, tuple(arena.others), 1)
    for name, goal in (("rdflib-endpoint", 15.0), ("oxigraph serve", None)):
        if name in times:
            yield _faster("stack of one commune, ms", times["ours"], times[name], name, goal)


def _rows(arena: Arena) -> Iterator[Figure]:
    firsts: dict[str, list[float]] = {}

    def dump(endpoint: str) -> float:
        queries = [arena.fresh(_ROWS) for _ in range(3)]
        seen = _sound(load(addressed(endpoint, queries), connections=1, seconds=120, most=3))
        firsts.setdefault(endpoint, []).extend(seen.firsts)
        return statistics.median(seen.latencies) * 1000

    name = "oxigraph serve"
    totals = arena.turns(dump, (name,))
    yield _faster("all communes with their names, ms", totals["ours"], totals[name], name, 1.0)
    first = [statistics.median(firsts[each]) * 1000 for each in (arena.ours, arena.others[name])]
    yield _faster("the same, to the first byte, ms", *first, name, None)


def _aggregates(arena: Arena) -> Iterator[Figure]:
    name = "oxigraph serve"
    ratios: list[float] = []
    for title, pattern in _HEAVY.items():

        def once(endpoint: str, pattern: str = pattern) -> float:
            addresses = addressed(endpoint, [arena.fresh(pattern)])
            seen = _sound(load(addresses, connections=1, seconds=300, most=1))
            return seen.latencies[0] * 1000

        times = arena.turns(once, (name,))
        ratios.append(times[name] / times["ours"])
        yield _faster(f"aggregate, {title}, ms", times["ours"], times[name], name, None)
    median = statistics.median(ratios)
    yield Figure("heavy aggregates, median of the ratios", median, None, name, median, 5.0)


def _lights(arena: Arena) -> Iterator[Figure]:
    name = "oxigraph serve"

    def worst(endpoint: str) -> float:
        heavy = addressed(
            endpoint, [arena.fresh(_ENDLESS) for _ in range(2)], f"&timeout={_BURNING_SECONDS}"
        )
        span = _BURNING_SECONDS / 2
        if endpoint != arena.ours:
            # It has no limit of time: what it still does would weigh on what is measured next.
            heavy = addressed(endpoint, [arena.fresh(_HEAVY["statements by property"])])
        burning = start(heavy, connections=2, seconds=span, most=0, accept=JSON_RESULTS)
        time.sleep(1)
        light = addressed(endpoint, arena.lookups(4))
        seen = _sound(load(light, connections=1, seconds=span - 1))
        result(burning, _BURNING_SECONDS * 3)
        return _percentile(seen.latencies, 0.99) * 1000

    times = arena.turns(worst, (name,))
    note = f"{name}: {times[name]:.1f}"
    yield _limited("light query while two heavy ones run, p99 ms", times["ours"], 50, note)


def _overruns(arena: Arena) -> Iterator[Figure]:
    limit = f"&timeout={_OVERRUN_SECONDS}"
    queries = [arena.fresh(_ENDLESS) for _ in range(100)]
    seen = load(addressed(arena.ours, queries, limit), connections=_WORKERS, seconds=25)
    over = [latency - _OVERRUN_SECONDS for latency in seen.latencies]
    note = f"{len(over)} queries, statuses {seen.statuses}"
    yield _limited("overrun of the deadline, p99 ms", _percentile(over, 0.99) * 1000, 100, note)
    back: list[float] = []
    with httpx.Client(timeout=30) as client:
        root = arena.ours.removesuffix("/sparql")
        for _ in range(_BACK_TIMES):
            until(lambda: _idle(client, root) == _WORKERS)
            client.get(addressed(arena.ours, [arena.fresh(_ENDLESS)], limit)[0])
            begun = time.perf_counter()
            until(lambda: _idle(client, root) == _WORKERS)
            back.append(time.perf_counter() - begun)
    yield _limited("worker back after a kill, worst of ten, ms", max(back) * 1000, 200)


def _idle(client: httpx.Client, root: str) -> int:
    lines = client.get(f"{root}/metrics").text.splitlines()
    return next(int(float(line.split()[-1])) for line in lines if 'state="idle"' in line)


def _thousand(seconds: float) -> Callable[[Arena], Iterator[Figure]]:
    def measured(arena: Arena) -> Iterator[Figure]:
        front = arena.front
        processes = len(descendants(front.pid))
        process = start(
            addressed(arena.ours, arena.lookups(5)),
            connections=1000,
            seconds=seconds,
            most=0,
            accept=JSON_RESULTS,
        )
        time.sleep(seconds / 2)
        half = front.memory()
        seen = result(process, seconds)
        front.wait_idle()
        after = front.memory()
        left = len(descendants(front.pid))
        note = f"{seconds:g} s, statuses {seen.statuses}, {seen.broken} broken"
        name = "1,000 connections: failures"
        yield Figure(name, seen.failures, None, "none", float(not seen.failures), 1.0, note)
        yield _limited("afterwards: processes", left, processes)
        yield _limited("afterwards: memory of the front against halfway", after / half, 1.1)

    return measured


def _sound(seen: Seen) -> Seen:
    if not seen.statuses:
        raise RuntimeError("A server answers no more: nothing can be compared.")
    if not seen.sound:
        sys.stderr.write(f"unsound: {seen.statuses}, {seen.broken} broken\n")
    return seen


def _percentile(values: Sequence[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def table(figures: Sequence[Figure]) -> str:
    """Write the figures as a table."""
    lines = []
    for each in figures:
        theirs = "" if each.theirs is None else f"{each.theirs:.4g}"
        ratio = "" if each.ratio is None else f"{each.ratio:.3g}"
        goal = "" if each.goal is None else f"{each.goal:g}"
        met = {None: "", True: "met", False: "MISSED"}[each.met]
        lines.append(
            f"{each.name:<52} {each.ours:>9.4g} {theirs:>9} {each.whose:<16} "
            f"{ratio:>7} {goal:>5} {met:<6} {each.note}"
        )
    head = f"{'figure':<52} {'ours':>9} {'theirs':>9} {'whose':<16} {'ratio':>7} {'goal':>5}"
    return "\n".join([head, *lines])


def endpoint(version: Version, codes: Sequence[str]) -> dict[str, Any]:
    """Measure the endpoint, print the table, and give it for the file of results."""
    figures = measure_endpoint(version, codes)
    sys.stdout.write(table(figures) + "\n")
    if not any(each.whose == "rdflib-endpoint" for each in figures):
        sys.stdout.write("rdflib-endpoint could not be installed: not compared.\n")
    return {"endpoint": [asdict(each) | {"met": each.met} for each in figures]}
