"""Lists of contracts and labels held by groups of communes: CRTE, Territoires d'industrie…"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from ingest.columns import minted, node, text
from ingest.frames import keep, read_table
from ingest.known import Known
from ingest.lists.layers import read_layer
from ingest.lists.statements import Listing, once, resolve_members, split_cells, state_list
from ingest.quads import Graph, emp, term, type_
from ingest.rules import apply
from ingest.sources import Source
from ingest.tables import Tally

_CRTE_COLUMNS: Final = (
    "insee_reg,lib_reg,dep_chef_file,lib_dep,id_crte,lib_crte,type_grp_crte,crte_interreg,"
    "crte_interdep,siren_groupement,lib_groupement,nature_juridique,siren_grp_supra,lib_grp_supra,"
    "nat_jur_grp_supra"
)
_CRTE_NAMES: Final = (("fr", ""), ("en", "Recovery and ecological transition contract: "))
_CARRIERS: Final = ("siren_grp_supra", "lib_grp_supra", "nat_jur_grp_supra")
# What the ANCT's codes of legal nature are among the classes of actors.
_NATURES: Final = {
    "PETR": "MixedSyndicate",
    "SMO": "MixedSyndicate",
    "SMF": "MixedSyndicate",
    "POLEM": "MixedSyndicate",
    "CC": "IntermunicipalBody",
    "CA": "IntermunicipalBody",
    "CU": "IntermunicipalBody",
    "METRO": "IntermunicipalBody",
    "EPT": "IntermunicipalBody",
    "MET69": "LocalAuthority",
    "COM": "LocalAuthority",
    "ASSO": "PrivateActor",
}
_FRANCE: Final = (("pays", "FR"),)
_NOWHERE: Final[tuple[tuple[str, str], ...]] = ()
_TI_NAMES: Final = (("fr", "Territoires d'industrie : "), ("en", "Industry territories: "))
_TI_LAYER: Final = "id_territoire,lib_territoire,liste_geo"
_TI_LATER: Final = "id_ti,lib_ti,lib_groupement,siren_groupement"
_TE_NAMES: Final = (("fr", "Territoires d'engagement : "), ("en", "Territories of engagement: "))
_TE: Final = {
    "2025-12": "id_engcit,codgeo,libgeo,echelon,dispositif,periode,ingredients,url",
    "2026-07": "id_tec,lib_groupement,siren_groupement",
}
_TIERS: Final = ("departement", "region")


def map_crte(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map the CRTE, their members and the bodies that carry them; arguments as for every mapping.

    The body that carries a contract is never a member of it: its members are named one by one.
    """
    path = next(iter(files.values()))
    rows = read_table(path, _CRTE_COLUMNS.split(","), tally)
    apply(tally, "multi-valued", rows.filter(pl.col(_CARRIERS[0]).str.contains(" ; ")).height)
    rows = once(rows, ["id_crte", "siren_groupement"], tally)
    rows = resolve_members(rows, "siren_groupement", path.name, tally, known)
    key = pl.col("id_crte")
    rows = rows.with_columns(key=key, code=key, label=pl.col("lib_crte"))
    listing = Listing("fr-crte", "Contract", path.name, names=_CRTE_NAMES)
    state_list(source, rows, listing, graph, known)
    _carry(rows, graph, tally, known)


def _carry(rows: pl.DataFrame, graph: Graph, tally: Tally, known: Known) -> None:
    """State who carries each contract, and describe those whom the base does not."""
    first = pl.col(_CARRIERS[0])
    apply(tally, "grain", rows.filter(first != pl.col("siren_groupement")).height)
    carriers = (
        rows.select("key", *(pl.col(name).str.split(" ; ") for name in _CARRIERS))
        .explode(_CARRIERS)
        .unique(maintain_order=True)
    )
    actor = minted("actor", first)
    deployment = minted("deployment", pl.concat_str(pl.lit("fr-crte/"), pl.col("key")))
    graph.state(carriers, deployment, emp("carriedBy"), actor)
    new = _undescribed(carriers, _CARRIERS[0], known)
    nature = pl.col(_CARRIERS[2]).replace_strict(_NATURES, default="Actor")
    _describe(new.with_columns(class_=nature, name=pl.col(_CARRIERS[1])), _CARRIERS[0], graph)


def _describe(bodies: pl.DataFrame, siren: str, graph: Graph) -> None:
    """Describe bodies from their ``class_``, ``name`` and SIREN.

    Public bodies stand in other lists too, spelt otherwise: `ingest.other_names` labels them.
    """
    actor = minted("actor", pl.col(siren))
    for class_ in bodies["class_"].unique().sort():
        of = bodies.filter(class_=class_)
        graph.state(of, actor, type_, node(emp(class_).value))
        graph.state(of, actor, term("skos", "altLabel"), text(pl.col("name"), "fr"))
    graph.state(bodies, actor, emp("sirenCode"), text(pl.col(siren)))


def _undescribed(bodies: pl.DataFrame, siren: str, known: Known) -> pl.DataFrame:
    """Keep, once each, the bodies that the base does not describe."""
    base = pl.Series(sorted(f"<{iri}>" for iri in known.subjects), dtype=pl.String)
    new = bodies.filter(~minted("actor", pl.col(siren)).is_in(base.implode()))
    return new.unique(siren, keep="first", maintain_order=True)


def map_ti(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map one phase of Territoires d'industrie; arguments as for every mapping.

    Both phases number their territories alike, and so name different ones by one identifier. The
    resource of 2026 still has the territories of the first phase, and is read as that.
    """
    path = next(iter(files.values()))
    if source.vintage == "2026-07":
        instrument, within = "fr-ti1", _NOWHERE
        rows = read_table(path, _TI_LATER.split(","), tally)
        rows = rows.rename({"id_ti": "key", "lib_ti": "label", "siren_groupement": "member"})
        rows = split_cells(rows, "member", ", ", tally)
        apply(tally, "stale-resource", rows["key"].n_unique())
    else:
        instrument, within = "fr-ti2", _FRANCE
        rows = read_layer(path, _TI_LAYER, tally)
    apply(tally, "id-reused", rows["key"].n_unique())
    rows = resolve_members(rows, "member", path.name, tally, known).with_columns(code=pl.col("key"))
    listing = Listing(instrument, "LabelAward", path.name, names=_TI_NAMES, complete_within=within)
    state_list(source, rows, listing, graph, known)


def map_engagement(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, known: Known
) -> None:
    """Map one list of Territoires d'engagement; arguments as for every mapping.

    The territory is the key: the lists number the same laureates differently, and one laureate may
    have had several forms of support. Neither list has all that the other has.
    """
    path = next(iter(files.values()))
    rows = read_table(path, _TE[source.vintage].split(","), tally)
    listing = Listing(
        "fr-territoires-engagement", "LabelAward", path.name, names=_TE_NAMES, complete_within=()
    )
    if source.vintage == "2026-07":
        apply(tally, "id-reused", rows.height)
        rows = resolve_members(rows, "siren_groupement", path.name, tally, known)
        rows = rows.with_columns(key=pl.col("listed"), label=pl.col("name"))
        state_list(source, rows, listing, graph, known)
        return
    rows = rows.with_columns(code=pl.col("id_engcit"))
    tiers = pl.col("echelon").is_in(_TIERS)
    syndicates = _state_syndicates(source, rows.filter(~tiers), listing, graph, tally, known)
    named = rows.filter(~tiers & ~pl.col("codgeo").is_in(syndicates.implode()))
    named = resolve_members(named, "codgeo", path.name, tally, known)
    named = named.with_columns(key=pl.col("listed"), label=pl.col("name"))
    columns = ["row", "key", "kind", "listed", "label", "code"]
    large = _large(rows.filter(tiers), path.name, tally, known)
    state_list(source, pl.concat([named[columns], large[columns]]), listing, graph, known)


def _large(rows: pl.DataFrame, table: str, tally: Tally, known: Known) -> pl.DataFrame:
    """Name the départements and régions of a list, whose codes have lost their zero."""
    code = pl.col("codgeo").str.zfill(2)
    apply(tally, "lost-zero", rows.filter(code != pl.col("codgeo")).height)
    rows = rows.with_columns(kind=pl.col("echelon"), listed=code, label=pl.col("libgeo"))
    iri = pl.coalesce(
        pl.when(pl.col("kind") == kind).then(minted(kind, pl.col("listed"))) for kind in _TIERS
    )
    base = pl.Series(sorted(f"<{iri}>" for iri in known.subjects), dtype=pl.String)
    reason = pl.concat_str(pl.lit("unknown-code: "), pl.col("codgeo"))
    rows = keep(tally, table, rows, iri.is_in(base.implode()), reason)
    return rows.with_columns(key=pl.concat_str("kind", "listed", separator="-"))


def _state_syndicates(
    source: Source,
    rows: pl.DataFrame,
    listing: Listing,
    graph: Graph,
    tally: Tally,
    known: Known,
) -> pl.Series:
    """State the laureates that are syndicates: they carry, their communes are not listed."""
    unknown = known.codes.resolve(rows, "codgeo").filter(pl.col("kind").is_null())
    found = unknown.filter(pl.col("codgeo").str.contains(r"^2[0-9]{8}$"))
    apply(tally, "grain", found.height)
    found = found.select("row", "code", key=pl.col("codgeo"), label=pl.col("libgeo"))
    state_list(source, found, listing, graph, known)
    key = pl.concat_str(pl.lit(f"{listing.instrument}/"), pl.col("key"))
    actor = minted("actor", pl.col("key"))
    graph.state(found, minted("deployment", key), emp("carriedBy"), actor)
    mixed = pl.col("label").str.contains("^(?:SM|PETR) ")
    class_ = pl.when(mixed).then(pl.lit("MixedSyndicate")).otherwise(pl.lit("PublicActor"))
    new = _undescribed(found, "key", known).with_columns(class_=class_, name=pl.col("label"))
    _describe(new, "key", graph)
    return found["key"]
