"""The page of a deployment: what applies, where, when, who signed, what is promised."""

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode

from api import terms
from api.describe import Description
from api.views.cells import Cell, Section, Words
from api.views.things import period_of
from ontology.namespaces import EMP
from queries.engine import Engine, Term

Rows = tuple[tuple[Term | None, ...], ...]
COVERAGE = ("coversDirectly", "covers", "coversCollectively", "touches")


def identity(described: Description, words: Words) -> Section:
    """Say what applies, its period, its carrier, its status, its sources."""
    lines: list[tuple[str, tuple[Cell, ...]]] = [
        ("appliesInstrument", words.links(described.iris("appliesInstrument"))),
    ]
    rows = [((words.link(str(EMP[name])),), cells) for name, cells in lines]
    rows.append(((Cell(words.say("col_period")),), (Cell(period_of(described, words)),)))
    for name in (
        "observedOn",
        "carriedBy",
        "programmeCode",
        "deploymentStatus",
        "endStatus",
        "recordNote",
        "confidence",
        "supportedBy",
    ):
        values = described.values(str(EMP[name]))
        spoken = words.best({k: v for k, v in described.texts(str(EMP[name])).items() if k})
        if values:
            cells = (spoken,) if spoken else words.cells(values)
            rows.append(((words.link(str(EMP[name])),), cells))
    return Section(
        "identity",
        words.say("section_identity"),
        (words.say("col_property"), words.say("col_value")),
        tuple(rows),
    )


def perimeter_of(engine: Engine, iri: str) -> Rows:
    """Read the territories that make the perimeter of a deployment, and how far each counts."""
    return engine.select(
        f"SELECT DISTINCT ?member ?extent ?vintage WHERE {{ {terms.iri(iri)}"
        f" <{EMP.perimeter}> ?p . ?p <{EMP.perimeterMember}> ?member ."
        f" OPTIONAL {{ ?p <{EMP.perimeterExtent}> ?extent }}"
        f" OPTIONAL {{ ?p <{EMP.expressedIn}> ?vintage }} }} ORDER BY ?member"
    ).rows


def participations_of(engine: Engine, iri: str) -> Rows:
    """Read who takes part in a deployment, in which role, and when each signed."""
    return engine.select(
        f"SELECT DISTINCT ?actor ?role ?signed ?part WHERE {{ {terms.iri(iri)}"
        f" <{EMP.hasParticipation}> ?part . ?part <{EMP.participant}> ?actor ."
        f" OPTIONAL {{ ?part <{EMP.role}> ?role }}"
        f" OPTIONAL {{ ?part <{EMP.signedOn}> ?signed }} }} ORDER BY ?part"
    ).rows


def commitments_of(engine: Engine, iri: str) -> Rows:
    """Read the promises and amounts of a deployment, or of the model an instrument gives."""
    return engine.select(
        f"SELECT DISTINCT ?c ?from ?to ?resource ?amount ?stage WHERE {{ {terms.iri(iri)}"
        f" <{EMP.hasCommitment}>|<{EMP.commitmentModel}> ?c ."
        f" OPTIONAL {{ ?c <{EMP.committedBy}>|<{EMP.foreseenFrom}> ?from }}"
        f" OPTIONAL {{ ?c <{EMP.commitmentTo}>|<{EMP.foreseenTo}> ?to }}"
        f" OPTIONAL {{ ?c <{EMP.resourceKind}> ?resource }}"
        f" OPTIONAL {{ ?c <{EMP.amount}> ?amount }}"
        f" OPTIONAL {{ ?c <{EMP.amountStage}> ?stage }} }} ORDER BY ?c"
    ).rows


def participations_by(engine: Engine, iri: str) -> Rows:
    """Read the deployments an actor takes part in, and in which role."""
    return engine.select(
        f"SELECT DISTINCT ?deployment ?role ?signed WHERE {{ ?part <{EMP.participant}>"
        f" {terms.iri(iri)} ; <{EMP.participationIn}> ?deployment ."
        f" OPTIONAL {{ ?part <{EMP.role}> ?role }}"
        f" OPTIONAL {{ ?part <{EMP.signedOn}> ?signed }} }} ORDER BY ?deployment ?role"
    ).rows


def iris_of(rows: Iterable[tuple[Term | None, ...]]) -> set[str]:
    """Give every IRI of some rows, so that its name can be fetched."""
    return {value.value for row in rows for value in row if isinstance(value, NamedNode)}


def perimeter_section(rows: Rows, words: Words) -> Section:
    """List the members of a perimeter; say so when it is not known."""
    if not rows:
        return Section(
            "perimeter", words.say("section_perimeter"), note=words.say("perimeter_unknown")
        )
    return Section(
        "perimeter",
        words.say("section_perimeter"),
        (words.say("col_area"), words.say("col_extent"), words.say("thing_vintage")),
        _cells(rows, words),
    )


def participations_section(rows: Rows, words: Words) -> list[Section]:
    """List the parties of a deployment."""
    if not rows:
        return []
    return [
        Section(
            "participations",
            words.say("section_participations"),
            tuple(words.say(f"col_{name}") for name in ("actor", "role", "signed")),
            _cells([row[:3] for row in rows], words),
        )
    ]


def roles_section(rows: Rows, words: Words) -> list[Section]:
    """List the deployments an actor takes part in."""
    if not rows:
        return []
    return [
        Section(
            "roles",
            words.say("section_roles"),
            tuple(words.say(f"col_{name}") for name in ("deployment", "role", "signed")),
            _cells(rows, words),
        )
    ]


def commitments_section(rows: Rows, words: Words) -> list[Section]:
    """List promises and amounts; an amount keeps its stage, for the stages do not add up."""
    if not rows:
        return []
    return [
        Section(
            "commitments",
            words.say("section_commitments"),
            tuple(
                words.say(f"col_{name}")
                for name in ("object", "from", "to", "resource", "amount", "type")
            ),
            _cells(rows, words),
        )
    ]


def coverage_section(described: Description, words: Words) -> list[Section]:
    """Count the territories a deployment reaches, by the way it reaches them."""
    rows = []
    for name in COVERAGE:
        reached = described.iris(name)
        if reached:
            count = words.cell(Literal(len(reached)))
            rows.append(((words.link(str(EMP[name])),), (count,), words.links(reached, 25)))
    if not rows:
        return []
    return [
        Section(
            "coverage",
            words.say("section_coverage"),
            tuple(words.say(f"col_{name}") for name in ("property", "count", "first")),
            tuple(rows),
        )
    ]


def _cells(
    rows: Iterable[tuple[Term | None, ...]], words: Words
) -> tuple[tuple[tuple[Cell, ...], ...], ...]:
    return tuple(
        tuple((words.cell(value),) if value is not None else () for value in row) for row in rows
    )
