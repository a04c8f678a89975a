"""Settings of the product, read from the environment (prefix EMPILEMENT_)."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where things lie and how far they may go.

    Each field is read from the environment variable of the same name in capitals after
    ``EMPILEMENT_`` (``EMPILEMENT_DATA=…``).
    """

    model_config = SettingsConfigDict(env_prefix="EMPILEMENT_", frozen=True)

    data: Path = Field(Path("build"), description="Folder that holds the built versions")
    cache: Path = Field(Path("build/cache"), description="Folder of fetched source files")
    mirror: Path | None = Field(None, description="Folder tried when an official address fails")
    packages: Path = Field(Path("node_modules"), description="Folder where npm installs packages")
    host: str = Field(
        "127.0.0.1",
        description="Address the service listens on; what a proxy on the same machine needs",
    )
    port: int = Field(8000, ge=1, le=65535, description="Port the service listens on")
    public_url: str = Field("", description="Public address of the service, if behind a proxy")
    workers: int = Field(
        2, ge=1, le=64, description="Processes that answer light queries: one a core"
    )
    heavy_workers: int = Field(
        2,
        ge=0,
        le=64,
        description="Further processes, of lower priority, for queries that run over a second",
    )
    queue: int = Field(
        256, ge=1, description="Queries that may wait for a process; one more gets 503"
    )
    answer_mb: int = Field(
        1024, ge=1, description="Size of the largest answer, in MiB; it is spooled on disk"
    )
    answer_rows: int = Field(
        2_000_000, ge=0, description="Most rows or triples of an answer; 0 for no limit"
    )
    cache_mb: int = Field(64, ge=0, description="Memory for answers kept to be sent again, in MiB")
    update_token: str = Field(
        "",
        description="Who sends it as bearer may change the graph in memory; empty: nobody may",
    )
    trusted_token: str = Field(
        "", description="Who sends it as bearer may run longer queries; empty: nobody may"
    )
    trusted_seconds: float = Field(
        600.0, gt=0, description="Time limit of who sends the trusted token, in seconds"
    )
    service_allowed: frozenset[str] = Field(
        frozenset(),
        description="Endpoints that SERVICE may call, as a JSON list; any opens the network",
    )
    sparql_endpoint: str = Field(
        "",
        description="Query address of a SPARQL 1.1 server that answers instead of processes here, "
        "for a graph too large for this machine; may hold user:password@",
    )
    sparql_store: str = Field(
        "",
        description="Address at which that server takes graphs (Graph Store HTTP Protocol); "
        "`empilement push` loads builds through it",
    )
    sparql_update: str = Field(
        "",
        description="Address at which that server takes updates; without it they are refused, "
        "since the build is what it must hold",
    )
    query_seconds: float = Field(
        30.0,
        gt=0,
        description="Time limit of one query, in seconds; what takes longer holds up others",
    )
    query_memory_mb: int = Field(
        2048, ge=64, description="Memory one query may take beyond the loaded graph, in MiB"
    )
    reload_seconds: float = Field(
        5.0, ge=0, description="How often to look for a new build, in seconds; 0: never"
    )
    log_format: Literal["json", "text"] = Field("json", description="Form of the log lines")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least level that is logged; INFO holds a line a request"
    )
    resident: bool = Field(
        True, description="Serve from memory (fast) rather than from disk (small)"
    )
