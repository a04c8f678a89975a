"""The endpoint under test, over HTTP."""

from pathlib import Path
from types import TracebackType
from typing import Final, Self

import httpx
import pyoxigraph as ox

from tests.conformance.cases import Exchange, Graphs, published

NOTHING: Final = "urn:nothing"
"""Name of a graph that is not there: an empty default graph is asked for by it."""
DEFAULT: Final = "urn:default"
"""Name under which the default graph is copied, to be looked at."""


class Endpoint:
    """A SPARQL endpoint for queries and updates, as a client sees it; one connection for all.

    Args:
        address: of queries and updates.
        token: what allows updates.
    """

    def __init__(self, address: str, token: str) -> None:
        self.address = address
        self.client = httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.close()

    def query(
        self,
        text: str,
        accept: str,
        *,
        default: tuple[str, ...] = (),
        named: tuple[str, ...] = (),
        post: bool = False,
    ) -> httpx.Response:
        """Ask a query, with GET or as a form.

        Args:
            text: the query.
            accept: what is wanted, a media type.
            default: IRIs of the graphs that make the default graph.
            named: IRIs of the named graphs.
            post: whether to send a form.

        Returns:
            The response, whatever its status.

        """
        parameters = {"query": text, "default-graph-uri": default, "named-graph-uri": named}
        headers = {"Accept": accept}
        if post:
            return self.client.post(self.address, data=parameters, headers=headers)
        return self.client.get(self.address, params=parameters, headers=headers)

    def update(self, text: str) -> httpx.Response:
        """Carry out an update, sent as itself."""
        headers = {"Content-Type": "application/sparql-update"}
        return self.client.post(self.address, content=text.encode(), headers=headers)

    def describe(self, accept: str) -> httpx.Response:
        """Ask what the service is (SPARQL 1.1 Service Description §2)."""
        return self.client.get(self.address, headers={"Accept": accept})

    def send(self, exchange: Exchange) -> httpx.Response:
        """Send a request of a protocol test as the manifest writes it."""
        query = f"?{exchange.query_string}" if exchange.query_string else ""
        return self.client.request(
            exchange.method,
            self.address + query,
            headers=list(exchange.headers),
            content=exchange.body,
        )

    def fill(self, *datasets: Graphs) -> None:
        """Make the store hold these graphs and nothing else.

        Args:
            datasets: their files; blank nodes of different files stay different.

        """
        blocks = {("", path) for graphs in datasets for path in graphs.default}
        blocks |= {each for graphs in datasets for each in graphs.named}
        text = "".join(_block(name, path) for name, path in sorted(blocks))
        self.update(f"CLEAR ALL ;\nINSERT DATA {{\n{text}}}").raise_for_status()

    def state(self) -> str:
        """Tell every quad of the store as JSON results; the default graph as one named so."""
        self.update(f"COPY DEFAULT TO <{DEFAULT}>").raise_for_status()
        text = "SELECT ?g ?s ?p ?o WHERE { GRAPH ?g { ?s ?p ?o } }"
        return self.query(text, "application/sparql-results+json").raise_for_status().text


def _block(name: str, path: Path) -> str:
    triples = ox.parse(path=path, base_iri=published(path), rename_blank_nodes=True)
    text = "".join(f"{each.triple} .\n" for each in triples)
    return f"GRAPH <{name}> {{\n{text}}}\n" if name else text
