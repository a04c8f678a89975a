"""The page of one thing: what is fetched for its kind, and the template that shows it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse

from api import messages, terms
from api.describe import Description, Names, names_of
from api.problems import NotFoundError
from api.render import language_of, page
from api.service import Service
from api.source_pages import rows_of as source_rows
from api.views import deployment as parts
from api.views import former, generic, status, territory, things
from api.views.cells import Cell, Cells, Section, Words
from api.views.completeness import completeness_section, lists_of
from api.views.sources import quality_sections as quality
from ingest.identity import TERRITORY_KINDS
from ontology.namespaces import EMP, PREFIXES
from queries.binding import run
from queries.engine import Engine
from queries.former import events_of, former_of, taken_over
from queries.vintages import composition_year

Forms = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the builders of sections share."""

    engine: Engine
    described: Description
    lang: str
    terms: dict[str, dict[str, str]]

    def words(self, iris: set[str]) -> Words:
        """Give the words of the page, with the names of further things."""
        known: Names = dict(self.described.names or {})
        known |= names_of(self.engine, iris - known.keys())
        return Words(self.lang, known, self.terms)


def thing_page(
    request: Request,
    service: Service,
    key: tuple[str, str],
    described: Description,
    forms: Forms,
) -> HTMLResponse:
    """Render the page of a thing.

    Args:
        request: what is answered.
        service: the state of the service.
        key: the kind of thing, such as ``commune`` (``voc`` and ``graph`` for these), and its code.
        described: what the graph says of it.
        forms: suffix and address of its other forms.

    Returns:
        The page; that of a territory shows its stack.

    """
    kind, code = key
    seen = _Seen(service.engine, described, language_of(request), service.vocabulary.names)
    words = seen.words(set())
    title = words.best((described.names or {}).get(described.iri, {})) or Cell(code)
    common: dict[str, Any] = {
        "title": title,
        "kind": messages.say(seen.lang, f"thing_{kind}"),
        "code": code,
        "iri": described.iri,
        "forms": forms,
        "behind": behind(described.iri),
        "definition": words.best(described.texts(PREFIXES["skos"] + "definition")),
        "classes": words.cells(described.values(PREFIXES["rdf"] + "type")),
    }
    if kind in TERRITORY_KINDS:
        return _territory(request, service, seen, common)
    sections = {
        "instrument": _instrument,
        "deployment": _deployment,
        "actor": _actor,
    }.get(kind, _other)(seen)
    if kind == "graph":
        rows = source_rows(service, words)
        sections = [
            *(part for row in rows if row.identifier == code for part in quality(row, words)),
            *sections,
        ]
    return page(request, service, "thing.html", sections=sections, **common)


def behind(iri: str) -> str:
    """Give the address of the editor with the query behind a page in it."""
    pattern = f"GRAPH ?graph {{ {terms.iri(iri)} ?property ?value }}"
    query = f"SELECT ?graph ?property ?value WHERE {{\n  {pattern}\n}}"
    return "/sparql?" + urlencode({"edit": query})


def _instrument(seen: _Seen) -> list[Section]:
    engine, iri = seen.engine, seen.described.iri
    stated = things.stated_of(engine, iri)
    relations = things.relations_of(engine, iri)
    count, deployments = things.deployments_of(engine, iri)
    commitments = parts.commitments_of(engine, iri)
    complete = lists_of(engine, iri)
    words = seen.words(
        things.iris_of(stated)
        | parts.iris_of(complete)
        | parts.iris_of(relations)
        | parts.iris_of(deployments)
        | parts.iris_of(commitments)
    )
    lives = territory.lives_of(engine, [str(row[0].value) for row in deployments if row[0]])
    rows = []
    for row in deployments:
        found = str(row[0].value) if row[0] else ""
        life = lives.get(found, territory.Life())
        since, before = (str(value.value) if value else "" for value in row[1:3])
        period = (
            f"{messages.start(seen.lang, since, life.start)}"
            f" → {messages.end(seen.lang, before, life.end, life.status)}"
        )
        confidence = (words.link(life.confidence),) if life.confidence else ()
        rows.append(((words.link(found),), (Cell(period),), confidence))
    counted = messages.number(seen.lang, count)
    listed = Section(
        "deployments",
        words.say("section_deployments", n=counted),
        tuple(words.say(f"col_{name}") for name in ("deployment", "period", "confidence")),
        tuple(rows),
        words.say("deployments_scope" if rows else "deployments_none"),
    )
    return [
        _identity(seen, words),
        *things.statement_sections(stated, words),
        *things.relations_section(relations, words),
        *parts.commitments_section(commitments, words),
        completeness_section(complete, words),
        listed,
        *generic.closing(seen.described, words),
    ]


def _identity(seen: _Seen, words: Words) -> Section:
    skos = PREFIXES["skos"]
    named = [skos + "notation", skos + "altLabel"]
    named += [
        str(EMP[name])
        for name in (
            "primaryKind",
            "secondaryKind",
            "origin",
            "family",
            "inheritanceMode",
            "perimeterDynamics",
            "confidence",
            "supportedBy",
        )
    ]
    rows = [
        ((words.link(each),), words.cells(values))
        for each in named
        if (values := seen.described.values(each))
    ]
    period = Cell(things.period_of(seen.described, words))
    rows.append(((Cell(words.say("col_period")),), (period,)))
    return Section(
        "identity",
        words.say("section_identity"),
        (words.say("col_property"), words.say("col_value")),
        tuple(rows),
    )


def _deployment(seen: _Seen) -> list[Section]:
    engine, iri = seen.engine, seen.described.iri
    perimeter = parts.perimeter_of(engine, iri)
    participations = parts.participations_of(engine, iri)
    commitments = parts.commitments_of(engine, iri)
    reached = {each for name in parts.COVERAGE for each in seen.described.iris(name)[:100]}
    words = seen.words(
        parts.iris_of(perimeter)
        | parts.iris_of(participations)
        | parts.iris_of(commitments)
        | reached
    )
    return [
        parts.identity(seen.described, words),
        parts.perimeter_section(perimeter, words),
        *parts.participations_section(participations, words),
        *parts.commitments_section(commitments, words),
        *parts.coverage_section(seen.described, words),
        *generic.closing(seen.described, words),
    ]


def _actor(seen: _Seen) -> list[Section]:
    stated = things.stated_of(seen.engine, seen.described.iri)
    roles = parts.participations_by(seen.engine, seen.described.iri)
    words = seen.words(things.iris_of(stated) | parts.iris_of(roles))
    return [
        *parts.roles_section(roles, words),
        *things.statements_section(stated, words),
        *generic.closing(seen.described, words),
    ]


def _other(seen: _Seen) -> list[Section]:
    stated = things.stated_of(seen.engine, seen.described.iri)
    words = seen.words(things.iris_of(stated))
    return [
        *things.statements_section(stated, words),
        *generic.closing(seen.described, words),
    ]


def _territory(
    request: Request, service: Service, seen: _Seen, common: dict[str, Any]
) -> HTMLResponse:
    kind, code = str(common["iri"]).rsplit("/", 2)[-2:]
    asked = request.query_params.get("date", "").strip() or service.data_date
    problem = "" if _is_date(asked) else asked
    when = service.data_date if problem else asked
    question = service.questions.get("stack")
    if question is None:
        raise NotFoundError(request.url.path, kind, code)
    table = run(service.engine, question, {"territory": f"{kind}/{code}", "date": when})
    column = table.columns.index("deployment")
    deployments = [str(value.value) for row in table.rows if (value := row[column])]
    lives = territory.lives_of(service.engine, deployments)
    wholes = territory.wholes_of(service.engine, seen.described.iri)
    shown = {iri for iris in wholes.values() for iri in iris}
    words = seen.words(
        {life.confidence for life in lives.values()} | shown | territory.iris_of(table)
    )
    code_before = request.query_params.get("former", "")
    here = seen.described.iri
    merged = bool(code_before) and here in territory.successor_of(service.engine, code_before)
    vintage = composition_year(service.engine, when)
    past = _past(service, seen, kind, when)
    if past.story:
        common["kind"] = messages.say(seen.lang, "thing_former-commune")
    stack_query = {"territory": f"{kind}/{code}", "date": when}
    return page(
        request,
        service,
        "territory.html",
        status=400 if problem else 200,
        stack=territory.stack_of(table, lives, words),
        wholes=tuple((each, words.links(iris, 10)) for each, iris in wholes.items()),
        date=when,
        bad_date=problem,
        vintage=vintage,
        other_year=when[:4] if vintage and when[:4] != vintage else "",
        former=code_before if merged else "",
        story=past.story,
        known=None if past.gone else _status(service, seen, (kind, code), when),
        sections=[*past.sections, *generic.closing(seen.described, words)],
        stack_query="/query/stack?" + urlencode(stack_query),
        status_query="/query/coverage-status?" + urlencode(stack_query | {"only": "all"}),
        **common,
    )


@dataclass(frozen=True, slots=True)
class _Past:
    """What a commune was, became or took over."""

    story: tuple[Cells, ...] = ()
    gone: bool = False
    sections: tuple[Section, ...] = ()


def _past(service: Service, seen: _Seen, kind: str, when: str) -> _Past:
    if kind != "commune":
        return _Past()
    engine, iri = service.engine, seen.described.iri
    gone, taken, events = former_of(engine, iri), taken_over(engine, iri), events_of(engine, iri)
    words = seen.words({iri for each in events for iri in (each.kind, *each.graphs) if iri})
    return _Past(
        former.story(gone, events, when, words) if gone else (),
        gone is not None and former.gone_by(gone, events, when),
        (*former.taken_section(taken, words), *former.history_section(events, words)),
    )


def _status(service: Service, seen: _Seen, key: tuple[str, str], when: str) -> status.Status | None:
    """Answer for a commune; wider territories are asked through the named question."""
    question = service.questions.get("coverage-status")
    if question is None or key[0] != "commune":
        return None
    values = {"territory": "/".join(key), "date": when, "only": "all"}
    table = run(service.engine, question, values)
    return status.status_of(table, seen.words(status.iris_of(table)))


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
