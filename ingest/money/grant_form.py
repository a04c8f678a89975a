"""The choices that the State's own DETR-DSIL form offers, each a citable record."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from ingest.columns import concepts, integers, minted, node, text
from ingest.frames import keep, read_table
from ingest.known import Known
from ingest.quads import Graph, emp, label, type_
from ingest.sources import Source
from ingest.tables import Tally

_LISTS: Final = "listes_controlees.csv"
_CATEGORIES: Final = "categories_detr_par_departement.csv"


def map_grant_form(
    source: Source, files: Mapping[str, Path], graph: Graph, tally: Tally, _: Known
) -> None:
    """Map the lists of the form; arguments as for every mapping.

    A choice is a text that the form offers, not an instrument: it is matched with none. DETR
    categories are set département by département, and make no national scheme.
    """
    lists = read_table(files[_LISTS], ["liste", "rang", "libelle", "question"], tally)
    lists = lists.with_columns(of="liste", asked="question")
    columns = ["code_departement", "departement", "rang", "libelle"]
    categories = read_table(files[_CATEGORIES], columns, tally).with_columns(
        of=pl.concat_str(pl.lit("detr-"), pl.col("code_departement")),
        asked=pl.concat_str(pl.lit("Catégories prioritaires de la DETR : "), pl.col("departement")),
    )
    for table, rows in ((_LISTS, lists), (_CATEGORIES, categories)):
        key = pl.concat_str(
            pl.lit(f"{source.identifier}/"), pl.col("of"), pl.lit("/"), pl.col("rang")
        )
        record = minted("record", key)
        whole = pl.col("libelle").is_not_null() & record.is_not_null()
        kept = keep(tally, table, rows, whole, "no text, list or rank")
        graph.state(kept, record, type_, node(emp("SourceRecord").value))
        graph.state(kept, record, emp("recordOf"), node(source.graph))
        graph.state(kept, record, label, text(pl.col("libelle"), "fr"))
        graph.state(kept, record, emp("recordNote"), text(pl.col("asked"), "fr"))
        graph.state(kept, record, emp("rowNumber"), integers(pl.col("row")))
        where = pl.concat_str(pl.lit(f"{table}#"), pl.col("of"), pl.lit("/"), pl.col("rang"))
        graph.state(kept, record, emp("recordKey"), text(where))
        graph.state(kept, record, emp("confidence"), concepts("confidence", pl.lit("doubtful")))
