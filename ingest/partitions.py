"""How much each named graph, and all of them, use classes, properties and datatypes."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from ingest.parts import Part
from ontology.namespaces import GRAPH, PREFIXES

_TYPE: Final = f"<{PREFIXES['rdf']}type>"
_LANGUAGE: Final = f"{PREFIXES['rdf']}langString"
_STRING: Final = f"{PREFIXES['xsd']}string"
_NO_CLASSES: Final = pl.DataFrame(schema={"subject": pl.String, "class": pl.String})


@dataclass(frozen=True, slots=True)
class Counts:
    """What a set of statements holds; classes, properties and datatypes are given by IRI.

    Args:
        entities: distinct instances, by class.
        triples: statements, by property.
        uses: statements by class of the subject and property; of one graph alone, not counted.
        objects: the same, by class of the subject, property and class of the object.
        datatypes: the same, by class of the subject, property and datatype of the literal.
    """

    entities: Mapping[str, int]
    triples: Counter[str] = field(default_factory=Counter)
    uses: Counter[tuple[str, str]] = field(default_factory=Counter)
    objects: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    datatypes: Counter[tuple[str, str, str]] = field(default_factory=Counter)


def count_parts(parts: Iterable[Part]) -> tuple[Counts, dict[str, Counts]]:
    """Count what the graphs of a build hold, each statement once for each graph that makes it.

    The lines are counted rather than a store asked: the join of every statement with the classes
    of its subject and of its object takes an engine of triples several times longer.

    Args:
        parts: the graphs, as canonical N-Quads lines.

    Returns:
        The counts of all graphs together, where an instance has the classes that any graph gives
        it; and those of each graph alone, by its name.

    """
    made = [part for part in parts if part.quads]
    stated = {part.name: _classes(part) for part in made}
    pairs = pl.concat([*stated.values(), _NO_CLASSES]).unique()
    sets = pairs.group_by("subject").agg(pl.col("class").sort().str.join(" "))
    # Few sets of classes exist: statements are gathered by the number of one.
    sets = sets.with_columns(pl.col("class").rank("dense").alias("kind"))
    kinds = {number: text.split(" ") for number, text in _distinct(sets)}
    instances = sets.select("subject", "kind")
    whole = Counts(_by_class(pairs))
    alone: dict[str, Counts] = {}
    for part in made:
        own = Counts(_by_class(stated[part.name]))
        for kind, predicate, other, ending, number in _gathered(part, instances).iter_rows():
            own.triples[predicate[1:-1]] += number
            for each in kinds.get(kind, ()):
                use = (each[1:-1], predicate[1:-1])
                whole.uses[use] += number
                if ending is not None:
                    whole.datatypes[*use, _datatype(ending)] += number
                for target in kinds.get(other, ()):
                    whole.objects[*use, target[1:-1]] += number
        alone[part.name] = own
        whole.triples.update(own.triples)
    return whole, alone


def _lines(part: Part) -> pl.LazyFrame:
    # A separator that no line holds: control characters are escaped (RDF 1.1 N-Quads, section 3).
    read = pl.scan_csv(
        part.path, has_header=False, separator="\x01", quote_char=None, schema={"line": pl.String}
    )
    return read.select(pl.col("line").str.strip_suffix(f" <{GRAPH}{part.name}> ."))


def _split(lines: pl.LazyFrame) -> pl.LazyFrame:
    fields = pl.col("line").str.splitn(" ", 3)
    return lines.select(fields.struct.rename_fields(["subject", "predicate", "object"])).unnest(
        "line"
    )


def _classes(part: Part) -> pl.DataFrame:
    typing = pl.col("line").str.contains(f" {_TYPE} ", literal=True)
    rows = _split(_lines(part).filter(typing)).filter(pl.col("predicate") == _TYPE)
    return rows.select("subject", pl.col("object").alias("class")).collect()


def _distinct(sets: pl.DataFrame) -> Iterable[tuple[int, str]]:
    return sets.select("kind", "class").unique().iter_rows()


def _by_class(pairs: pl.DataFrame) -> dict[str, int]:
    counted = pairs.group_by("class").len().sort("class")
    return {name[1:-1]: number for name, number in counted.iter_rows()}


def _gathered(part: Part, instances: pl.DataFrame) -> pl.DataFrame:
    """Count statements by kind of subject, predicate, kind of object and end of a literal."""
    known = instances.lazy()
    rows = _split(_lines(part)).join(known, on="subject", how="left")
    rows = rows.join(known, left_on="object", right_on="subject", how="left", suffix="_other")
    ending = pl.col("object").str.extract(r'"([^"]*)$')
    return rows.group_by("kind", "predicate", "kind_other", ending.alias("ending")).len().collect()


def _datatype(ending: str) -> str:
    """Name the datatype of a literal by what follows its last quotation mark."""
    if ending.startswith("^^"):
        return ending[3:-1]
    return _LANGUAGE if ending else _STRING
