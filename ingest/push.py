"""Loading a build into a SPARQL server elsewhere, through the Graph Store HTTP Protocol.

Only the description of the build (``graph/meta/build``) says which version a server holds. It is
deleted before anything else changes and sent after everything else, so that a server on which a
load was broken off says of no version that it holds it.
"""

import tempfile
from contextlib import ExitStack
from http import HTTPStatus
from typing import IO, Any, Final, cast

import httpx
from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    parse_query_results,
)
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from ingest.errors import EmpilementError, MissingBuildError
from ingest.identity import mint
from ingest.progress import Progress
from ingest.provenance import META
from ingest.store import Version
from ontology.namespaces import GRAPH, PREFIXES

_ATTEMPTS: Final = 5
_LONGEST_PAUSE: Final = 30.0
# A server may index millions of triples before it answers.
_TIMES: Final = httpx.Timeout(900.0, connect=10.0)
_GONE: Final = frozenset((HTTPStatus.NOT_FOUND, HTTPStatus.GONE))
# Not `GRAPH ?g {}`: some servers answer nothing to it.
_GRAPHS: Final = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"


class PushError(EmpilementError):
    """A build cannot be loaded into a server elsewhere."""


class _PassingError(Exception):
    """A failure that may not last."""


def claim(version: str, *, union: bool = False) -> str:
    """Write the ASK that holds where a build was loaded to its end.

    Args:
        version: identifier of the build.
        union: whether it must also hold in the default graph, the union of the named ones.
    """
    said = f"<{mint('run', version)}> a <{PREFIXES['prov']}Activity>"
    return f"ASK {{ GRAPH <{META}> {{ {said} }} {said if union else ''} }}"


class Remote:
    """A server, by the addresses at which it is asked and filled. They may hold user and password.

    Args:
        endpoint: where it answers queries (SPARQL 1.1 Protocol).
        store: where it takes graphs (SPARQL 1.1 Graph Store HTTP Protocol §4.2, indirect names).
        pause: seconds before the second attempt, doubled before each further one.

    Raises:
        PushError: an address is not one of http or https.
    """

    def __init__(self, endpoint: str, store: str, pause: float = 1.0) -> None:
        self._endpoint = _address(endpoint, "EMPILEMENT_SPARQL_ENDPOINT")
        self._store = _address(store, "EMPILEMENT_SPARQL_STORE")
        self._client = httpx.Client(timeout=_TIMES, headers={"User-Agent": "empilement"})
        self._pause = pause

    def __enter__(self) -> "Remote":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def holds(self, version: str) -> bool:
        """Tell whether a build was loaded to its end."""
        return bool(self._asked(claim(version), QueryBoolean))

    def graphs(self) -> frozenset[str]:
        """Give the IRIs of the named graphs there."""
        rows = cast("QuerySolutions", self._asked(_GRAPHS, QuerySolutions))
        return frozenset(cast("NamedNode", row["g"]).value for row in rows)

    def put(self, graph: str, triples: IO[bytes]) -> None:
        """Have a graph hold these triples and no other.

        Args:
            graph: its IRI.
            triples: a file of N-Triples.
        """

        def sent() -> httpx.Response:
            triples.seek(0)
            headers = {"Content-Type": "application/n-triples"}
            return self._client.put(self._at(graph), content=triples, headers=headers)

        self._tried(f"The graph {graph} cannot be loaded.", sent)

    def delete(self, graph: str) -> None:
        """Have a graph be no more."""
        self._tried(
            f"The graph {graph} cannot be deleted.", lambda: self._client.delete(self._at(graph))
        )

    def _at(self, graph: str) -> httpx.URL:
        return self._store.copy_merge_params({"graph": graph})

    def _asked(self, query: str, form: type[Any]) -> QuerySolutions | QueryBoolean:
        what = f"The endpoint {_shown(self._endpoint)} cannot be asked."
        headers = {"Accept": "application/sparql-results+json"}
        found = self._tried(
            what, lambda: self._client.post(self._endpoint, data={"query": query}, headers=headers)
        )
        try:
            results = parse_query_results(found.content, format=QueryResultsFormat.JSON)
        except (SyntaxError, ValueError) as error:
            raise _failed(what, f"It answers no results: {error}") from error
        if not isinstance(results, form):
            raise _failed(what, "It answers another form of query than was sent.")
        return cast("QuerySolutions | QueryBoolean", results)

    def _tried(self, what: str, send: Any) -> httpx.Response:
        retrying = Retrying(
            retry=retry_if_exception_type(_PassingError),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_exponential(multiplier=self._pause, max=_LONGEST_PAUSE),
            reraise=True,
        )
        try:
            return retrying(_attempt, what, send)
        except _PassingError as error:
            raise _failed(what, f"{error}, at {_ATTEMPTS} attempts.") from error


def steps(version: Version) -> tuple[str, ...]:
    """Return the names of the steps of a load, for a progress bar."""
    graphs = (graph.removeprefix(GRAPH) for graph in version.info["graphs"])
    return ("graphs parted", "description withdrawn", *graphs, "others deleted")


def push(version: Version, remote: Remote, progress: Progress) -> tuple[int, int]:
    """Load a build into a server; graphs of ours that it has and the build has not are deleted.

    The graphs are parted into files first, so that memory stays flat and each can be sent again.
    (Reading them from the embedded store takes fifteen times the work.)

    Args:
        version: the build.
        remote: the server.
        progress: told of each step.

    Returns:
        How many graphs were sent, and how many deleted.

    Raises:
        MissingBuildError: the build is incomplete.
        PushError: the server refuses, or fails at every attempt; it then claims no version.

    """
    with ExitStack() as stack:
        with progress.step("graphs parted"):
            here = _parted(version, stack)
        others = remote.graphs() - here.keys()
        dropped = sorted(graph for graph in others if graph.startswith(GRAPH))
        if foreign := len(others) - len(dropped):
            progress.say(
                f"graphs there that are not ours, and stay part of what it answers: {foreign}"
            )
        with progress.step("description withdrawn"):
            remote.delete(META)
        for graph in sorted(here.keys() - {META}):
            with progress.step(graph.removeprefix(GRAPH)):
                remote.put(graph, here[graph])
        with progress.step("others deleted"):
            for graph in dropped:
                remote.delete(graph)
        with progress.step(META.removeprefix(GRAPH)):
            remote.put(META, here[META])
        return len(here), len(dropped)


def _parted(version: Version, stack: ExitStack) -> dict[str, IO[bytes]]:
    """Write each graph of a build to a file without a name, as N-Triples."""
    files: dict[bytes, IO[bytes]] = {}
    try:
        with version.dataset.open("rb") as lines:
            for line in lines:
                triple, graph, _ = line.rsplit(b" ", 2)
                file = files.get(graph)
                if file is None:
                    # Beside the build, where there is room: /tmp may lie in memory.
                    file = tempfile.TemporaryFile(dir=version.path.parent)  # noqa: SIM115
                    files[graph] = stack.enter_context(file)
                file.write(triple + b" .\n")
    except (OSError, ValueError) as error:
        raise _incomplete(version, " ".join(str(error).split())) from error
    for file in files.values():
        file.flush()
    found = {graph[1:-1].decode(): file for graph, file in files.items()}
    if META not in found:
        raise _incomplete(version, "It lacks its own description.")
    return found


def _incomplete(version: Version, why: str) -> MissingBuildError:
    return MissingBuildError(
        f"The build {version.id} is incomplete.", why, "Run `empilement build --force`."
    )


def _attempt(what: str, send: Any) -> httpx.Response:
    try:
        found: httpx.Response = send()
    except httpx.TransportError as error:
        raise _PassingError(f"The connection failed ({error or type(error).__name__})") from error
    if found.is_success or (found.request.method == "DELETE" and found.status_code in _GONE):
        return found
    said = f"It said {found.status_code}: {' '.join(found.text.split())[:300]}".rstrip(": ")
    if found.is_server_error or found.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        raise _PassingError(said)
    raise _failed(what, f"{said}.")


def _failed(what: str, why: str) -> PushError:
    return PushError(
        what,
        why,
        "Mend the server or its addresses, then push again; until then it claims no version.",
    )


def _address(text: str, setting: str) -> httpx.URL:
    try:
        found = httpx.URL(text)
    except httpx.InvalidURL:
        found = httpx.URL()
    if found.scheme not in {"http", "https"} or not found.host:
        raise PushError(
            "The address of the server is missing or malformed.",
            f"{setting} is no address of http or https.",
            f"Set {setting}; a server of Oxigraph has /query and /store.",
        )
    return found


def _shown(address: httpx.URL) -> str:
    return str(address.copy_with(username=None, password=None))
