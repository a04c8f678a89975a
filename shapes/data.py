"""The data to validate: any accepted form, as one Oxigraph store."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from rdflib import Dataset, Graph

from shapes.loading import ShapesError, syntax_error

Data = Graph | ox.Store | Path | str | Iterable[Path | str]
"""What can be validated: a graph, a dataset, a store, a file, a folder, or several files."""

_SUFFIXES: Final = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".trig": ox.RdfFormat.TRIG,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
}


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.suffix in _SUFFIXES)
        if not found:
            raise ShapesError(f"{path.name}/: no .ttl, .trig, .nt or .nq file to validate.")
        return found
    if path.suffix not in _SUFFIXES:
        raise ShapesError(f"{path.name}: unknown format; give .ttl, .trig, .nt or .nq.")
    if not path.is_file():
        raise ShapesError(f"{path.name}: no such file; check the path.")
    return [path]


def data_store(data: Data) -> ox.Store:
    """Copy the data into a private Oxigraph store, named graphs kept.

    Params: the data in any accepted form. Returns: an in-memory store (the caller's graph is
    never touched). Raises: ShapesError for an unreadable file, naming file and line.
    """
    store = ox.Store()
    if isinstance(data, Dataset):
        store.bulk_load(data.serialize(format="nquads").encode(), format=ox.RdfFormat.N_QUADS)
    elif isinstance(data, Graph):
        store.bulk_load(
            data.serialize(format="nt", encoding="utf-8"), format=ox.RdfFormat.N_TRIPLES
        )
    elif isinstance(data, ox.Store):
        store.bulk_extend(iter(data))
    else:
        paths = [data] if isinstance(data, str | Path) else list(data)
        for path in (file for item in paths for file in _files(Path(item))):
            try:
                store.bulk_load(path=str(path), format=_SUFFIXES[path.suffix])
            except SyntaxError as error:
                raise syntax_error(path, error) from error
    return store


def indexed_store(data: Data, index: Graph) -> ox.Store:
    """Give a store that holds the data and the vocabulary index, to be read and not written.

    Params: the data; the class hierarchy and the published terms. Returns: the caller's own store
    where it holds the index already (a built graph holds the ontology), a private copy otherwise.
    Raises: ShapesError for an unreadable file.
    """
    triples = index.serialize(format="nt", encoding="utf-8")
    if isinstance(data, ox.Store) and all(
        next(data.quads_for_pattern(t.subject, t.predicate, t.object, None), None)
        for t in ox.parse(triples, format=ox.RdfFormat.N_TRIPLES)
    ):
        return data
    store = data_store(data)
    store.bulk_load(triples, format=ox.RdfFormat.N_TRIPLES)
    return store
