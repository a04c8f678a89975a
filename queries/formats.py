"""The formats of answers: the only place that knows media types, extensions and engine formats."""

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from pyoxigraph import QueryResultsFormat, RdfFormat

from queries.errors import FormatError


class QueryForm(Enum):
    """What a query gives back (SPARQL 1.1 Query §16): rows, one truth value, or triples.

    CONSTRUCT and DESCRIBE are one form here: both give triples, and the engine does not tell
    them apart.
    """

    SELECT = "select"
    ASK = "ask"
    GRAPH = "graph"


@dataclass(frozen=True, slots=True)
class Spec:
    """What is to be known of one format.

    Args:
        media_type: the registered media type, without parameters.
        extension: file extension without the dot; also the short name of the format.
        aliases: other media types and names under which it is asked for.
        engine: the format as pyoxigraph names it.
    """

    media_type: str
    extension: str
    aliases: tuple[str, ...]
    engine: QueryResultsFormat | RdfFormat


class Format(Enum):
    """Every format an answer can be given in, best known first within each kind.

    Results: SPARQL 1.1 Query Results JSON, XML, CSV and TSV (W3C, 21 March 2013); pyoxigraph
    also writes a truth value as CSV or TSV, which these two leave undefined. JSON-LD is the
    expanded form.
    """

    JSON = Spec(
        "application/sparql-results+json",
        "srj",
        ("json", "application/json"),
        QueryResultsFormat.JSON,
    )
    XML = Spec(
        "application/sparql-results+xml",
        "srx",
        ("xml", "application/xml", "text/xml"),
        QueryResultsFormat.XML,
    )
    CSV = Spec("text/csv", "csv", (), QueryResultsFormat.CSV)
    TSV = Spec("text/tab-separated-values", "tsv", (), QueryResultsFormat.TSV)
    TURTLE = Spec(
        "text/turtle", "ttl", ("turtle", "application/x-turtle", "text/plain"), RdfFormat.TURTLE
    )
    NTRIPLES = Spec("application/n-triples", "nt", ("ntriples",), RdfFormat.N_TRIPLES)
    NQUADS = Spec("application/n-quads", "nq", ("nquads",), RdfFormat.N_QUADS)
    TRIG = Spec("application/trig", "trig", (), RdfFormat.TRIG)
    RDFXML = Spec(
        "application/rdf+xml",
        "rdf",
        ("rdfxml", "xml", "application/xml", "text/xml"),
        RdfFormat.RDF_XML,
    )
    JSONLD = Spec(
        "application/ld+json",
        "jsonld",
        ("json-ld", "json", "application/json"),
        RdfFormat.JSON_LD,
    )

    @property
    def media_type(self) -> str:
        """The registered media type, without parameters."""
        return self.value.media_type

    @property
    def extension(self) -> str:
        """The file extension, without the dot."""
        return self.value.extension

    @property
    def results(self) -> QueryResultsFormat:
        """The engine's format of rows and truth values.

        Raises:
            FormatError: this format is one of graphs.
        """
        if isinstance(self.value.engine, QueryResultsFormat):
            return self.value.engine
        raise _unsuited(self.name.lower(), QueryForm.SELECT)

    @property
    def rdf(self) -> RdfFormat:
        """The engine's format of triples.

        Raises:
            FormatError: this format is one of results.
        """
        if isinstance(self.value.engine, RdfFormat):
            return self.value.engine
        raise _unsuited(self.name.lower(), QueryForm.GRAPH)

    @property
    def is_graph(self) -> bool:
        """True for the formats of triples, False for those of rows and truth values."""
        return isinstance(self.value.engine, RdfFormat)

    def named(self, wanted: str) -> bool:
        """Whether a media type, a name or an extension means this format."""
        spec = self.value
        return wanted in (spec.media_type, spec.extension, self.name.lower(), *spec.aliases)


RESULTS = tuple(each for each in Format if not each.is_graph)
GRAPHS = tuple(each for each in Format if each.is_graph)


def suited(form: QueryForm) -> tuple[Format, ...]:
    """Give the formats in which a form can be answered, the default one first."""
    return GRAPHS if form is QueryForm.GRAPH else RESULTS


@lru_cache(256)
def choose(form: QueryForm, wanted: str | None = None) -> Format:
    """Choose the format of an answer.

    Args:
        form: what the query gives back.
        wanted: media types, names or extensions parted by commas, the most wanted first;
            parameters after ``;`` are left out of account, ``*/*`` means any. None: the default.

    Returns:
        The first wanted format that suits the form.

    Raises:
        FormatError: none of them suits.
    """
    formats = suited(form)
    if wanted is None:
        return formats[0]
    for piece in wanted.split(","):
        name = piece.partition(";")[0].strip().lower()
        if name in ("*/*", "*"):
            return formats[0]
        for each in formats:
            if each.named(name):
                return each
            if name.endswith("/*") and each.media_type.startswith(name[:-1]):
                return each
    raise _unsuited(wanted, form)


def find(name: str) -> Format:
    """Find a format by media type, name or extension, whatever the query's form.

    Returns:
        The format; where a name means one of results and one of graphs, that of results.

    Raises:
        FormatError: no format has this name.
    """
    wanted = name.partition(";")[0].strip().lower()
    for each in Format:
        if each.named(wanted):
            return each
    raise FormatError(
        f"No format is called {name!r}.",
        "The name is neither a media type, nor a short name, nor a file extension known here.",
        "Use one of: " + ", ".join(each.name.lower() for each in Format) + ".",
    )


def tidy(chosen: Format, body: bytes, *, whole: bool = True) -> bytes:
    """Put in order the prefixes that head a graph, and keep those it uses.

    pyoxigraph writes them all, in an order that changes from one process to the next; the same
    answer must have the same bytes.

    Args:
        chosen: the format of the body.
        body: a graph as pyoxigraph wrote it.
        whole: whether the body is all of it; of a beginning, every prefix is kept.

    Returns:
        The same graph; formats without prefixes are returned untouched.
    """
    if chosen in (Format.TURTLE, Format.TRIG):
        heads = re.match(rb"(?:@prefix [^\n]*\n)*", body)
        start = heads.end() if heads else 0
        names = sorted(body[:start].splitlines(keepends=True))
        rest = body[start:]
        kept = [each for each in names if not whole or each.split(b" ", 2)[1] in rest]
        return b"".join(kept) + rest
    if chosen is Format.RDFXML:
        head = re.search(rb"<rdf:RDF([^>]*)>", body)
        if head is not None:
            names = sorted(re.findall(rb' xmlns:[^=]+="[^"]*"', head[1]))
            rest = body[head.end() :]
            used = b"rdf:" + rest
            kept = [each for each in names if not whole or each[7:].split(b"=")[0] + b":" in used]
            return body[: head.start()] + b"<rdf:RDF" + b"".join(kept) + b">" + rest
    return body


def _unsuited(wanted: str, form: QueryForm) -> FormatError:
    kind = {
        QueryForm.SELECT: "rows",
        QueryForm.ASK: "true or false",
        QueryForm.GRAPH: "triples",
    }[form]
    return FormatError(
        f"The answer cannot be given as {wanted!r}.",
        f"This query answers with {kind}, which that format does not hold.",
        "Ask for one of: " + ", ".join(each.media_type for each in suited(form)) + ".",
    )
