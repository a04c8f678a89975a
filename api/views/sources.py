"""The sources of a build as pages show them: where each comes from, its state, its rows, rules."""

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from api import messages
from api.views.cells import Cell, Cells, Section, Words, short
from ingest.rules import Rule, load_rules
from ontology.namespaces import BASE, EMP, GRAPH, PREFIXES
from queries.engine import Engine

COUNTS: Final = ("read", "kept", "corrected", "uncertain", "rejected")
STATES: Final = ("read", "kept", "missing")
_DCTERMS: Final = PREFIXES["dcterms"]
_DCAT: Final = PREFIXES["dcat"]
_FILE: Final = re.compile(r"file://\S*/")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a source comes from: the name of its publisher, of its licence, its addresses."""

    publisher: str = ""
    licence: dict[str, str] | None = None
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Applied:
    """A named rule, the rows it took, and in which sources: identifier and rows."""

    id: str
    title: Cell
    text: Cell
    family: int
    outcome: str
    rows: int
    sources: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A source as a row of the page."""

    identifier: str
    title: Cell
    publisher: str
    licence: Cell
    addresses: Cells
    retrieved: str
    state: str
    failure: str
    counts: Mapping[str, int]
    rules: tuple[tuple[str, Cell, int], ...]

    @property
    def reason(self) -> str:
        """The first sentence of the failure; an address in it ends no sentence."""
        return self.failure.partition(". ")[0]

    @property
    def vintage(self) -> str:
        """The vintage, which ends the identifier."""
        return self.identifier.rpartition("/")[2]


def origins_of(engine: Engine) -> dict[str, Origin]:
    """Read where each source comes from, by identifier.

    The official address is the page that publishes the data (``dcterms:source``); where the
    catalogue names none, the addresses of the files.
    """
    table = engine.select(
        f"SELECT ?g ?publisher ?licence ?page ?file WHERE {{ ?g a <{EMP.SourceDataset}> ."
        f" OPTIONAL {{ ?g <{_DCTERMS}publisher>/<{PREFIXES['foaf']}name> ?publisher }}"
        f" OPTIONAL {{ ?g <{_DCTERMS}license>/<{PREFIXES['rdfs']}label> ?licence }}"
        f" OPTIONAL {{ ?g <{_DCTERMS}source> ?page }}"
        f" OPTIONAL {{ ?g <{_DCAT}distribution>/<{_DCAT}downloadURL> ?file }} }}"
    )
    gathered: dict[str, dict[str, Any]] = {}
    for graph, publisher, licence, page, file in table.rows:
        if graph is None:
            continue
        found = gathered.setdefault(
            str(graph.value).removeprefix(str(GRAPH)), {"licence": {}, "pages": {}, "files": {}}
        )
        if publisher is not None:
            found["publisher"] = str(publisher.value)
        if licence is not None:
            found["licence"][getattr(licence, "language", "") or ""] = str(licence.value)
        for key, value in (("pages", page), ("files", file)):
            if value is not None and str(value.value).startswith("http"):
                found[key][str(value.value)] = None
    return {
        identifier: Origin(
            found.get("publisher", ""),
            found["licence"],
            tuple(sorted(found["pages"] or found["files"])),
        )
        for identifier, found in gathered.items()
    }


def rejected_by_rule(path: Path) -> dict[str, Counter[str]]:
    """Count the rejected rows of each source by the rule their reason starts with.

    Args:
        path: ``rejected.csv`` of a version; nothing is counted where it is not there.

    Returns:
        Counters by source; rows rejected for a reason that is no named rule are not in them.

    """
    found: dict[str, Counter[str]] = {}
    rules = load_rules()
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                name = row["reason"].partition(":")[0]
                if name in rules:
                    found.setdefault(row["source"], Counter())[name] += 1
    return found


def shown(
    sources: Sequence[Mapping[str, Any]],
    origins: Mapping[str, Origin],
    rejected: Mapping[str, Mapping[str, int]],
    words: Words,
) -> tuple[Shown, ...]:
    """Arrange the sources of a build, those that could not be read first.

    Args:
        sources: what ``build.json`` says of each.
        origins: where each comes from.
        rejected: rows rejected by a named rule, by source.
        words: the language of the page.

    """
    rows = [_shown(source, origins, rejected, words) for source in sources]
    order = {"missing": 0, "kept": 1}
    return tuple(sorted(rows, key=lambda row: (order.get(row.state, 2), row.identifier)))


def _shown(
    source: Mapping[str, Any],
    origins: Mapping[str, Origin],
    rejected: Mapping[str, Mapping[str, int]],
    words: Words,
) -> Shown:
    identifier = source["identifier"]
    origin = origins.get(identifier, Origin())
    counted = Counter(source.get("rules", {})) + Counter(rejected.get(identifier, {}))
    licence = words.best(origin.licence or {}) or Cell(short(source["licence"]))
    address = source["licence"] if not source["licence"].startswith(BASE) else ""
    return Shown(
        identifier=identifier,
        title=words.best(source["title"]) or Cell(identifier),
        publisher=origin.publisher or source.get("publisher", "").rpartition("/")[2],
        licence=Cell(_licence(licence.text), address, licence.lang),
        addresses=tuple(_address(each, words) for each in origin.addresses),
        retrieved=messages.day(words.lang, source.get("retrieved", "")),
        state=source.get("state", "read"),
        # Where the server keeps its files is nobody's business.
        failure=_FILE.sub("", source.get("failure", "")),
        counts={name: source.get(name, 0) for name in COUNTS},
        rules=tuple(
            (name, _title(load_rules().get(name), name, words), rows)
            for name, rows in sorted(counted.items(), key=lambda each: (-each[1], each[0]))
        ),
    )


def _licence(text: str) -> str:
    return text.removeprefix("https://spdx.org/licenses/")


def _address(address: str, words: Words) -> Cell:
    if address.startswith(BASE):
        return Cell(words.say("source_own"))
    return Cell(address.partition("://")[2].rstrip("/"), address)


def _title(rule: Rule | None, name: str, words: Words) -> Cell:
    return (words.best(rule.title) if rule else None) or Cell(name)


def totals(rows: Sequence[Shown]) -> dict[str, int]:
    """Add up the rows of every source, by what became of them."""
    return {name: sum(row.counts[name] for row in rows) for name in COUNTS}


def states(rows: Sequence[Shown]) -> dict[str, int]:
    """Count the sources by state."""
    counted = Counter(row.state for row in rows)
    return {state: counted[state] for state in STATES}


def applied(rows: Sequence[Shown], words: Words) -> tuple[Applied, ...]:
    """Arrange the named rules by what they do, with the rows of each source they took."""
    taken: dict[str, list[tuple[str, int]]] = {}
    for row in rows:
        for name, _, count in row.rules:
            taken.setdefault(name, []).append((row.identifier, count))
    return tuple(
        Applied(
            rule.id,
            _title(rule, rule.id, words),
            words.best(rule.text) or Cell(""),
            rule.family,
            rule.outcome,
            sum(count for _, count in taken.get(rule.id, ())),
            tuple(sorted(taken.get(rule.id, ()))),
        )
        for rule in sorted(load_rules().values(), key=lambda each: (each.family, each.id))
    )


def quality_sections(row: Shown, words: Words) -> list[Section]:
    """Say of one source what was read of it, and what each rule did."""
    state: Cells = (Cell(words.say(f"source_{row.state}")),)
    if row.failure:
        state += (Cell(row.failure, lang="en"),)
    lines: list[tuple[Cells, ...]] = [
        ((Cell(words.say("col_state")),), state),
        ((Cell(words.say("col_publisher")),), (Cell(row.publisher),)),
        ((Cell(words.say("col_address")),), row.addresses),
    ]
    for name in COUNTS:
        count = (Cell(messages.number(words.lang, row.counts[name])),)
        lines.append(((words.link(str(EMP[f"rows{name.capitalize()}"])),), count))
    columns = (words.say("col_property"), words.say("col_value"))
    found = [Section("quality", words.say("section_quality"), columns, tuple(lines))]
    if row.rules:
        heads = (words.say("col_rule"), words.say("col_rows"), words.say("col_does"))
        rules = tuple(_rule_line(*each, words) for each in row.rules)
        found.append(Section("rules", words.say("col_rules"), heads, rules))
    return found


def _rule_line(name: str, title: Cell, rows: int, words: Words) -> tuple[Cells, ...]:
    rule = load_rules().get(name)
    does = words.best(rule.text) if rule else None
    return (
        (Cell(title.text, f"/sources#rule-{name}", title.lang),),
        (Cell(messages.number(words.lang, rows)),),
        (does,) if does else (),
    )
