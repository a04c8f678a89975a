"""The ``empilement links`` commands: ask elsewhere for links, say what links are kept."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from cli.output import Format, errors, fail, say, write_rows
from ingest.settings import Settings

app = typer.Typer(name="links", help="Links to INSEE, Wikidata and the EU Knowledge Graph.")


class Name(StrEnum):
    """Whom links come from."""

    INSEE = "insee"
    WIKIDATA = "wikidata"
    EUKG = "eukg"


_COLUMNS = ("endpoint", "retrieved", "asked", "exact", "close", "see also", "refused", "address")
_RELATIONS = ("exactMatch", "closeMatch", "seeAlso")


@app.command()
def refresh(
    name: Annotated[Name | None, typer.Argument(help="Whom to ask; everyone if none.")] = None,
    endpoint: Annotated[
        str | None, typer.Option(help="Ask at this address instead (with a name).")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many codes a kind.")] = None,
) -> None:
    """Ask who the things of the current graph are elsewhere; keep the answers for next builds."""
    from pyoxigraph import Store

    from ingest.links.client import LinksError
    from ingest.links.endpoints import ENDPOINTS
    from ingest.links.refresh import refresh as refresh_links
    from ingest.progress import reporting
    from ingest.store import current

    if endpoint and not name:
        raise typer.BadParameter("an address belongs to one endpoint: name it", param_hint="name")
    settings = Settings()
    chosen = [ENDPOINTS[name.value]] if name else list(ENDPOINTS.values())
    steps = tuple(f"{each.name}: {q.name}" for each in chosen for q in each.questions)
    store = Store.read_only(str(current(settings).store))
    failed: list[LinksError] = []
    with reporting(errors, steps) as progress:
        for each in chosen:
            try:
                account = refresh_links(
                    each,
                    store,
                    settings,
                    progress,
                    when=datetime.now(UTC),
                    address=endpoint,
                    limit=limit,
                )
            except LinksError as error:
                failed.append(error)
                continue
            kept = sum(account["links"].values())
            progress.say(f"{each.name}: {kept} links kept, {len(account['refused'])} refused")
    for failure in failed:
        fail(failure)
    if failed:
        raise typer.Exit(failed[0].exit_code)
    say("Run `empilement build` to take them in.")


@app.command()
def status(
    format_: Annotated[
        Format, typer.Option("--format", "-f", help="How to write the answer.")
    ] = Format.TABLE,
) -> None:
    """Say which links are kept, had when and where."""
    from ingest.links.cache import account_of
    from ingest.links.endpoints import ENDPOINTS

    rows = []
    for name, endpoint in ENDPOINTS.items():
        account = account_of(name, Settings())
        if not account:
            rows.append((name, "never", "", "", "", "", "", endpoint.address))
            continue
        counts = {iri.rpartition("#")[2]: str(n) for iri, n in account["links"].items()}
        asked, refused = sum(account["asked"].values()), len(account["refused"])
        found = (counts.get(relation, "0") for relation in _RELATIONS)
        row = (name, account["retrieved"], str(asked), *found, str(refused), account["address"])
        rows.append(row)
    write_rows(_COLUMNS, rows, format_)
