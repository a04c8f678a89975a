"""The ``ontology`` verbs: check, explain, compare and document the vocabulary itself."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import Format, Lang, say, write_rows
from ingest.errors import EXIT_VIOLATIONS, EmpilementError, ViolationsError

if TYPE_CHECKING:
    from ingest.term_usage import Usage

app = typer.Typer(
    name="ontology", help="Check, explain, compare, document the ontology.", no_args_is_help=True
)

LangOption = Annotated[Lang, typer.Option("--lang", help="Language of what is said.")]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How to write the answer.")]

ROOT = Path(__file__).resolve().parent.parent
Row = tuple[str, str, str]

WORDS = {
    "removed": ("retiré", "removed"),
    "redefined": ("redéfini", "redefined"),
    "deprecated": ("déprécié", "deprecated"),
    "added": ("ajouté", "added"),
    "annotated": ("texte modifié", "wording changed"),
    "major": ("majeure", "major"),
    "minor": ("mineure", "minor"),
    "patch": ("corrective", "patch"),
    "none": ("aucune", "none"),
}


def _word(name: str, lang: Lang) -> str:
    return WORDS[name][0 if lang is Lang.FR else 1]


class OntologyPathError(EmpilementError):
    """A path that holds no readable ontology, or a folder that cannot be written."""


@app.command()
def diff(
    old: Annotated[
        str,
        typer.Argument(
            help="Earlier state: a released version (0.1.0), `.` for the project's files, "
            "a folder of modules, or a file."
        ),
    ],
    new: Annotated[str, typer.Argument(help="Later state.")],
    lang: LangOption = Lang.EN,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Compare two states, term by term, and say which version number the changes call for."""
    from ontology.difference import compare
    from ontology.loading import OntologyError
    from ontology.releases import state

    try:
        difference = compare(state(old), state(new))
    except OntologyError as error:
        raise OntologyPathError(
            "The two states of the ontology cannot be compared.",
            f"{error}.".replace("..", "."),
            "Give released versions, folders of Turtle modules, or Turtle files that parse.",
        ) from error
    if format_ is Format.JSON:
        record = {
            "level": difference.level,
            "old_version": difference.old_version or None,
            "new_version": difference.new_version or None,
            "changes": [
                {"change": c.kind, "term": c.term, "removed": c.gone, "added": c.new}
                for c in difference.changes
            ],
        }
        sys.stdout.write(json.dumps(record, ensure_ascii=False, indent=2) + "\n")
        return
    rows = [
        (
            _word(change.kind, lang) if format_ is Format.TABLE else change.kind,
            change.term,
            "\n".join([*(f"- {text}" for text in change.gone), *(f"+ {t}" for t in change.new)]),
        )
        for change in difference.changes
    ]
    write_rows(("change", "term", "detail"), rows, format_)
    versions = f"{difference.old_version or '?'} → {difference.new_version or '?'}"
    if lang is Lang.FR:
        say(f"version {_word(difference.level, lang)} ; annoncé : {versions}")
    else:
        say(f"{difference.level} version; declared: {versions}")


@app.command()
def check(lang: LangOption = Lang.EN, format_: FormatOption = Format.TABLE) -> None:
    """Reason with HermiT, apply hygiene, judge canaries and inferences; exit 1 on a failure."""
    rows = [*reasoner_rows(lang), *hygiene_rows(), *canary_rows(), *inference_rows()]
    write_rows(("check", "result", "detail"), rows, format_)
    failed = [row for row in rows if row[1] not in {"ok", "warning"}]
    raise typer.Exit(EXIT_VIOLATIONS if failed else 0)


def reasoner_rows(lang: Lang) -> list[Row]:
    """Have HermiT judge the ontology; say in words why a class is empty or all is inconsistent."""
    from rdflib import Graph, URIRef

    from ontology.explanation import explain, explain_unsatisfiable
    from ontology.loading import load_ontology
    from ontology.reasoning import check_consistency

    report = check_consistency()
    if report.consistent and not report.unsatisfiable:
        return [("HermiT", "ok", f"{report.seconds:.1f} s")]
    labels = load_ontology(restrictions=True)
    reasons = (
        [explain_unsatisfiable(URIRef(name)) for name in report.unsatisfiable]
        if report.consistent
        else [explain(Graph())]
    )
    verdict = "unsatisfiable" if report.consistent else "inconsistent"
    return [
        ("HermiT", verdict, f"{reason.subject} {reason.in_words(labels, lang.value)}".strip())
        for reason in reasons
        if reason is not None
    ] or [("HermiT", verdict, ", ".join(report.unsatisfiable))]


def hygiene_rows() -> list[Row]:
    """Apply every hygiene rule, that of unused terms included."""
    from ontology.hygiene import check_hygiene, hygiene_graph, load_rules
    from ontology.loading import load_ontology
    from ontology.spelling import check_built_ins, check_prefixes, turtle_files
    from ontology.usage import check_usage, justified, mentions

    graph = hygiene_graph()
    findings = [
        *check_hygiene(graph),
        *check_prefixes(turtle_files()),
        *check_built_ins(graph),
        *check_usage(load_ontology(restrictions=True), mentions(users()), justified()),
    ]
    if not findings:
        return [("hygiene", "ok", f"{len(load_rules()) + 4} rules")]
    return [
        (f.rule, f.severity, f"{f.entity} {f.value}: {f.problem} {f.solution}") for f in findings
    ]


def users(dataset: Path | None = None) -> list[Path]:
    """List the files that may use a term: shapes, questions, schemes and data.

    Args:
        dataset: the built graph; by default the current one. Where none is built, the tables
            and the mappings that read them stand for it.

    Returns:
        The files.

    """
    from ingest.errors import MissingBuildError
    from ingest.settings import Settings
    from ingest.store import current

    # The catalogue of sources and its reader: what they say is read at build time, not published.
    places = (
        "shapes/*.ttl",
        "queries/named/*.rq",
        "ontology/voc/*.ttl",
        "ingest/*.ttl",
        "ingest/sources.py",
    )
    found = [path for place in places for path in ROOT.glob(place)]
    try:
        return [*found, dataset or current(Settings()).dataset]
    except MissingBuildError:
        return [*found, *ROOT.glob("ingest/**/*.py"), *ROOT.glob("ingest/tables/**/*.csv")]


def canary_rows() -> list[Row]:
    """Judge every canary: a reasoner that misses one must not be believed."""
    from ontology.reasoning import check_canaries

    results = check_canaries()
    wrong = [
        (r.name, "failed", f"{r.expected} expected, {r.found} found: {r.shows}")
        for r in results
        if not r.passed
    ]
    return wrong or [("canaries", "ok", f"{len(results)} judged as announced")]


def inference_rows() -> list[Row]:
    """Judge every expected inference; one that is lost, or that none wanted, is named."""
    from ontology.inferences import check_inferences
    from ontology.reasoning import ReasonerError

    try:
        results = check_inferences()
    except ReasonerError as error:
        return [("inferences", "failed", str(error))]
    wrong = [
        ("inferences", "failed", f"{r.expected.text}: {r.expected.holds} expected, {r.found} found")
        for r in results
        if not r.passed
    ]
    return wrong or [("inferences", "ok", f"{len(results)} as expected")]


@app.command()
def explain(
    file: Annotated[Path, typer.Argument(help="A small RDF file in Turtle.")],
    lang: LangOption = Lang.FR,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Say which axioms a small file contradicts, in words; exit 1 if it contradicts some."""
    from rdflib import Graph

    from ontology.explanation import explain as find_reason
    from ontology.loading import OntologyError, load_ontology, parse_turtle

    data = Graph()
    try:
        parse_turtle(file, data)
    except OntologyError as error:
        raise OntologyPathError(
            f"{file} cannot be explained.", f"{error}.", "Give a Turtle file that parses."
        ) from error
    reason = find_reason(data)
    if reason is None:
        say("cohérent avec l'ontologie" if lang is Lang.FR else "consistent with the ontology")
        return
    labels = load_ontology(restrictions=True) + data
    origin = {Lang.FR: ("ontologie", "fichier"), Lang.EN: ("ontology", "file")}[lang]
    rows = [
        (origin[axiom.given], words, axiom.text)
        for axiom, words in zip(reason.axioms, reason.sentences(labels, lang.value), strict=True)
    ]
    write_rows(("origin", "words", "axiom"), rows, format_)
    raise typer.Exit(ViolationsError.exit_code)


@app.command()
def doc(
    out: Annotated[Path, typer.Option("--out", help="Folder to write to; made if need be.")],
    lang: LangOption = Lang.FR,
) -> None:
    """Write the guide as a site: a page a term, in both languages, with drawings and downloads."""
    from api.site import site

    written = 0
    try:
        for name, content in site(lang.value, usage()):
            path = out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            written += path.suffix == ".html"
    except OSError as error:
        raise OntologyPathError(
            f"The pages cannot be written to {out}.",
            f"{error.strerror}.",
            "Give another folder: --out DIR.",
        ) from error
    say(f"{written} pages: {out / 'index.html'}")


def usage() -> "Mapping[str, Usage]":
    """Return the use of each term in the current version; nothing where none is built."""
    from ingest.errors import MissingBuildError
    from ingest.settings import Settings
    from ingest.store import current
    from ingest.term_usage import read_usage

    try:
        return read_usage(current(Settings()).path)
    except MissingBuildError:
        return {}
