"""The ``empilement`` command: each verb calls one room."""

import os
import socket
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from cli.links import app as links_app
from cli.ontology import app as ontology_app
from cli.output import Format, Lang, errors, fail, say, write_rows
from ingest.errors import (
    EXIT_SOURCE,
    EXIT_USAGE,
    EXIT_VIOLATIONS,
    EmpilementError,
    ViolationsError,
)
from ingest.settings import Settings

app = typer.Typer(
    name="empilement",
    help="Open knowledge graph of territorial cohesion instruments.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)
app.add_typer(ontology_app)
app.add_typer(links_app)

_COUNTS = ("read", "kept", "corrected", "uncertain", "rejected")
LangOption = Annotated[Lang, typer.Option("--lang", help="Language of what is said.")]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How to write the answer.")]


@app.command()
def build(
    check: Annotated[
        bool, typer.Option("--check", help="Also reason over the ontology with HermiT (Java).")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Build even if up to date.")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 3 if a list could not be read this time.")
    ] = False,
) -> None:
    """Build the graph from its sources, validate it, make it current.

    A list that cannot be read is left out, or kept as last read; a base source that cannot be read
    stops the build.
    """
    from ingest.build import build as build_graph
    from ingest.build import steps
    from ingest.progress import reporting
    from queries.examples import companions

    if check:
        require_consistency()
    with reporting(errors, steps()) as progress:
        version = build_graph(Settings(), progress, force, companions())
    info = version.info
    say(f"version {version.id}: {info['quads']} quads in {len(info['graphs'])} graphs")
    for source in info["sources"]:
        counts = ", ".join(f"{source[name]} {name}" for name in _COUNTS)
        say(f"{source['identifier']}: {source['state']}; rows: {counts}")
    say(f"validation: {info['validation']}")
    if any(source["rejected"] for source in info["sources"]):
        say(f"rejected rows are listed in {version.path / 'rejected.csv'}")
    failed = [source for source in info["sources"] if source["failure"]]
    for source in failed:
        say(f"{source['identifier']} could not be read ({source['state']}): {source['failure']}")
    if failed and strict:
        raise typer.Exit(EXIT_SOURCE)


def require_consistency() -> None:
    """Have HermiT judge the ontology; refuse to go on if it is not consistent.

    Raises:
        ViolationsError: inconsistent, or a class that nothing can belong to.

    """
    from ontology.reasoning import check_consistency

    report = check_consistency()
    if not report.consistent or report.unsatisfiable:
        raise ViolationsError(
            "The ontology is not consistent.",
            f"Classes that nothing can belong to: {', '.join(report.unsatisfiable) or 'all'}.",
            "Undo the last change of an axiom, or see ontology/canaries for known clashes.",
        )
    say(f"HermiT: consistent, no unsatisfiable class ({report.seconds:.1f} s)")


@app.command()
def validate(
    file: Annotated[Path | None, typer.Argument(help="RDF file; none: the current graph.")] = None,
    format_: FormatOption = Format.TABLE,
    lang: LangOption = Lang.EN,
    engine: Annotated[
        Literal["compiled", "pyshacl"], typer.Option(help="pyshacl: the reference, slow.")
    ] = "compiled",
) -> None:
    """Validate the current graph, or a file, against the shapes; exit 1 on violations."""
    from ingest.store import current
    from shapes.reports import to_text
    from shapes.validation import validate as run_shapes

    report = run_shapes(file or current(Settings()).dataset, engine=engine)
    if format_ is Format.TABLE:
        typer.echo(to_text(report, lang.value), nl=False)
    else:
        columns = ("rule", "severity", "focus", "path", "value", "message")
        rows = [
            (
                f.rule,
                f.severity,
                f.focus,
                f.path or "",
                f.value or "",
                f.message_fr if lang is Lang.FR else f.message_en,
            )
            for f in report.results
        ]
        write_rows(columns, rows, format_)
    raise typer.Exit(0 if report.conforms else EXIT_VIOLATIONS)


@app.command()
def query(
    file: Annotated[str, typer.Argument(help="A .rq file, the slug of a question, or - (stdin).")],
    param: Annotated[
        list[str] | None, typer.Option("--param", "-p", help="name=value; may be repeated.")
    ] = None,
    endpoint: Annotated[
        str | None, typer.Option(help="Ask this SPARQL 1.1 endpoint, not the local graph.")
    ] = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Answer a question of the catalogue, or any SPARQL query."""
    from cli.ask import answer, open_engine, read_query

    asked = read_query(file, param or [])
    with open_engine(Settings(), endpoint) as engine:
        answer(engine, asked, format_)


@app.command()
def stack(
    code: Annotated[str, typer.Argument(help="37261, 243700754, departement/37, region/24…")],
    date_: Annotated[
        str | None, typer.Option("--date", help="Day asked, e.g. 2024-06-30; today if none.")
    ] = None,
    lang: LangOption = Lang.FR,
    format_: FormatOption = Format.TABLE,
) -> None:
    """List the instruments that stack on a territory at a date."""
    from cli.ask import open_engine, write_stack

    with open_engine(Settings(), None) as engine:
        write_stack(engine, code, date_ or date.today().isoformat(), lang, format_)


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(help="Port; EMPILEMENT_PORT if none.")] = None,
    host: Annotated[str | None, typer.Option(help="Address; EMPILEMENT_HOST if none.")] = None,
) -> None:
    """Serve the current graph: SPARQL, linked data, pages."""
    from api.server import run
    from ingest.store import current

    changes: dict[str, Any] = {"port": port, "host": host}
    settings = Settings(**{name: value for name, value in changes.items() if value is not None})
    current(settings)
    require_port(settings.host, settings.port)
    say(f"http://{settings.host}:{settings.port}/")
    run(settings)


def require_port(host: str, port: int) -> None:
    """Refuse a port that another program holds.

    Raises:
        EmpilementError: the port cannot be listened on.

    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise EmpilementError(
                f"Cannot listen on {host}:{port}.",
                f"{error.strerror}.",
                "Stop the other program, or choose another port: --port 8001 or PORT=8001.",
            ) from error


@app.command()
def push(
    store: Annotated[
        str, typer.Option(help="Graph Store address; EMPILEMENT_SPARQL_STORE if none.")
    ] = "",
    endpoint: Annotated[
        str, typer.Option(help="Query address; EMPILEMENT_SPARQL_ENDPOINT if none.")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Load it even if it is there.")] = False,
) -> None:
    """Load the current graph into a SPARQL server elsewhere, through the Graph Store Protocol."""
    from ingest.progress import reporting
    from ingest.push import Remote, steps
    from ingest.push import push as push_graph
    from ingest.store import current, lock

    settings = Settings()
    version = current(settings)
    with (
        Remote(endpoint or settings.sparql_endpoint, store or settings.sparql_store) as remote,
        lock(settings),
    ):
        if remote.holds(version.id) and not force:
            say(f"version {version.id} is there already")
            return
        with reporting(errors, steps(version)) as progress:
            sent, deleted = push_graph(version, remote, progress)
    say(f"version {version.id}: {sent} graphs loaded, {deleted} deleted")


@app.command()
def sources(
    fetch: Annotated[bool, typer.Option("--fetch", help="Fetch what is not cached yet.")] = False,
    format_: FormatOption = Format.TABLE,
) -> None:
    """List the sources: what the current graph took of each; exit 3 if a file cannot be had.

    csv and json also give title, publisher, licence, address, vintage, day retrieved, the rows that
    each named rule took, and why a source could not be read.
    """
    from cli.report import source_rows

    columns, rows, missing = source_rows(Settings(), fetch, format_)
    write_rows(columns, rows, format_)
    for error in missing:
        fail(error)
    raise typer.Exit(missing[0].exit_code if missing else 0)


def main() -> None:
    """Run the command; an error of the product is said in three lines, without traceback."""
    from ontology.java import JavaMissingError
    from ontology.loading import OntologyError
    from ontology.reasoning import ReasonerError
    from shapes.loading import ShapesError

    try:
        app()
    except EmpilementError as error:
        sys.exit(fail(error))
    except (JavaMissingError, OntologyError, ReasonerError, ShapesError) as error:
        # These rooms know nothing of the command; their messages stand on their own.
        say(str(error))
        sys.exit(EXIT_USAGE)
    except BrokenPipeError:
        # The reader left (`| head`): nothing more to say, and Python must not say it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
