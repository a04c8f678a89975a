"""The tests of the W3C suite, read from its manifests (``mf:``, ``qt:``, ``ut:``, ``ht:``)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rdflib import RDF, RDFS, Graph, Namespace, URIRef
from rdflib.term import Node

MF: Final = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT: Final = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT: Final = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
HT: Final = Namespace("http://www.w3.org/2011/http#")
CNT: Final = Namespace("http://www.w3.org/2011/content#")
HOME: Final = "https://w3c.github.io/rdf-tests/sparql/sparql11/"
"""Where the suite is published: relative IRIs in it are read against this."""

GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "Protocol": ("protocol",),
    "Service Description": ("service-description",),
    "Query": (
        "aggregates",
        "bind",
        "bindings",
        "cast",
        "construct",
        "exists",
        "functions",
        "grouping",
        "negation",
        "project-expression",
        "property-path",
        "subquery",
        "syntax-query",
    ),
    "Query Results": ("csv-tsv-res", "json-res"),
    "Update": (
        "add",
        "basic-update",
        "clear",
        "copy",
        "delete",
        "delete-data",
        "delete-insert",
        "delete-where",
        "drop",
        "move",
        "syntax-update-1",
        "syntax-update-2",
        "update-silent",
    ),
    "Federated Query": ("syntax-fed", "service"),
    "Entailment Regimes": ("entailment",),
    "Graph Store Protocol": ("http-rdf-update",),
}
"""Folders of the suite, by the recommendation they test."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request of a protocol test and what is expected of its answer.

    Args:
        method: HTTP method.
        query_string: what follows ``?`` in the address, as the manifest encodes it.
        headers: names and values.
        body: the bytes, in the encoding that the manifest names; None without a body.
        statuses: first digits of the statuses that are right.
        form: ``boolean``, ``tabular`` or ``RDF``; empty when any will do.
        boolean: the answer to an ASK; None when it does not matter.
    """

    method: str
    query_string: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    statuses: frozenset[int]
    form: str
    boolean: bool | None


@dataclass(frozen=True, slots=True)
class Graphs:
    """Files that make a dataset.

    Args:
        default: those of the default graph.
        named: IRI of each named graph, and its file.
    """

    default: tuple[Path, ...] = ()
    named: tuple[tuple[str, Path], ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One test.

    Args:
        iri: its IRI.
        name: as the suite writes it.
        kind: local name of its class.
        group: the recommendation it tests.
        folder: that of its manifest.
        text: file of the query or update; None when the requests or nothing are given.
        before: the dataset before.
        after: the dataset that an update should leave.
        result: file of the expected result of a query.
        exchanges: the requests of a protocol test.
    """

    iri: str
    name: str
    kind: str
    group: str
    folder: str
    text: Path | None = None
    before: Graphs = Graphs()
    after: Graphs = Graphs()
    result: Path | None = None
    exchanges: tuple[Exchange, ...] = ()

    @property
    def is_update(self) -> bool:
        """Whether the text is an update."""
        return self.text is not None and self.text.suffix == ".ru"


def read_suite(suite: Path) -> list[Case]:
    """Read every test of the suite, in the order of the manifests.

    Args:
        suite: its folder.

    Returns:
        The tests.

    """
    return [
        case
        for group, folders in GROUPS.items()
        for folder in folders
        for case in read_manifest(suite, folder, group)
    ]


def read_manifest(suite: Path, folder: str, group: str) -> list[Case]:
    """Read the tests of one manifest.

    Args:
        suite: the folder of the suite.
        folder: name of the folder in it.
        group: what the tests are said to belong to.

    Returns:
        The tests, in order.

    """
    graph = Graph()
    graph.parse(suite / folder / "manifest.ttl", publicID=f"{HOME}{folder}/manifest.ttl")
    reader = _Reader(graph, suite)
    lists = graph.objects(None, MF.entries)
    return [reader.case(entry, group, folder) for each in lists for entry in graph.items(each)]


def published(path: Path) -> str:
    """Give the IRI under which a file of the suite is published."""
    return f"{HOME}{path.parent.name}/{path.name}"


@dataclass(frozen=True, slots=True)
class _Reader:
    graph: Graph
    suite: Path

    def case(self, entry: Node, group: str, folder: str) -> Case:
        graph = self.graph
        kind = str(graph.value(entry, RDF.type)).removeprefix(str(MF))
        action, result = graph.value(entry, MF.action), graph.value(entry, MF.result)
        # Syntax tests have their text as the action itself.
        text = graph.value(action, QT.query) or graph.value(action, UT.request) or action
        # Protocol tests say beside their action which graphs must be there.
        holder = action if kind != "ProtocolTest" else entry
        return Case(
            iri=str(entry),
            name=str(graph.value(entry, MF.name)),
            kind=kind,
            group=group,
            folder=folder,
            text=self._path(text),
            before=self._graphs(holder),
            after=self._graphs(result),
            result=self._path(result),
            exchanges=tuple(self._exchanges(action)),
        )

    def _path(self, node: Node | None) -> Path | None:
        return self.suite / str(node).removeprefix(HOME) if isinstance(node, URIRef) else None

    def _graphs(self, holder: Node | None) -> Graphs:
        if holder is None:
            return Graphs()
        graph = self.graph
        default = [*graph.objects(holder, QT.data), *graph.objects(holder, UT.data)]
        named = [(str(each), self._path(each)) for each in graph.objects(holder, QT.graphData)]
        for each in graph.objects(holder, UT.graphData):
            file = self._path(graph.value(each, UT.graph))
            named.append((str(graph.value(each, RDFS.label)), file))
        return Graphs(
            tuple(sorted(path for each in default if (path := self._path(each)))),
            tuple(sorted((name, path) for name, path in named if path)),
        )

    def _exchanges(self, action: Node | None) -> list[Exchange]:
        requests = self.graph.value(action, HT.requests)
        return [self._exchange(each) for each in self.graph.items(requests)] if requests else []

    def _exchange(self, request: Node) -> Exchange:
        graph = self.graph
        response, body = graph.value(request, HT.resp), graph.value(request, HT.body)
        boolean = graph.value(response, MF.expectedBoolean)
        return Exchange(
            method=str(graph.value(request, HT.methodName)),
            query_string=str(graph.value(request, HT.absolutePath)).partition("?")[2],
            headers=tuple(self._headers(request)),
            body=self._body(body) if body is not None else None,
            statuses=frozenset(
                int(str(each).rpartition("StatusCode")[2][0])
                for each in graph.objects(response, MF.expectedStatus)
            ),
            form=str(graph.value(response, MF.expectedFormat) or ""),
            boolean=str(boolean) == "true" if boolean is not None else None,
        )

    def _headers(self, request: Node) -> list[tuple[str, str]]:
        graph = self.graph
        headers = graph.value(request, HT.headers)
        return [
            (str(graph.value(each, HT.fieldName)), str(graph.value(each, HT.fieldValue)))
            for each in (graph.items(headers) if headers else ())
        ]

    def _body(self, body: Node) -> bytes:
        encoding = str(self.graph.value(body, CNT.characterEncoding))
        return str(self.graph.value(body, CNT.chars)).encode(encoding)
