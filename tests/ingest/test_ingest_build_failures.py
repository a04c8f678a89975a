"""What a build refuses, what it keeps when it fails, and how it tells its advance."""

import csv
import json
import os
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from ingest import fetch as fetching
from ingest import mappings
from ingest.build import build, steps
from ingest.errors import (
    BuildLockedError,
    CatalogueError,
    MissingBuildError,
    SourceError,
    ViolationsError,
)
from ingest.progress import Lines, Silent, reporting
from ingest.settings import Settings
from ingest.store import Version, current, lock
from queries.examples import companions
from tests.counting import uncounted


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project's tables that a test may break."""
    copy = tmp_path / "tables"
    shutil.copytree(fetching.TABLES_FOLDER, copy)
    monkeypatch.setattr(fetching, "TABLES_FOLDER", copy)
    return copy


@pytest.fixture
def scratch(
    version: Version, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """Settings over a data folder that already holds the good version, and its parts."""
    # The lists of elsewhere are absent by intent; waiting for them again tells nothing more.
    monkeypatch.setattr(fetching, "_RETRIES", 0)
    data = tmp_path / "data"
    (data / "versions").mkdir(parents=True)
    (data / "parts").mkdir()
    for part in (settings.data / "parts").iterdir():
        # Parts are named by their content and never written to again; the marks of the last are.
        (shutil.copy if part.suffix == ".last" else os.link)(part, data / "parts" / part.name)
    (data / "versions" / version.id).symlink_to(version.path)
    (data / "current").symlink_to(data / "versions" / version.id)
    return settings.model_copy(update={"data": data})


class TestFailures:
    """A build that fails says why and leaves the last good version."""

    def test_up_to_date_build_is_not_redone(self, scratch: Settings) -> None:
        said = Console(record=True, file=open("/dev/null", "w"))  # noqa: PTH123, SIM115
        before = current(scratch)
        assert build(scratch, Lines(said), companions=companions()).id == before.id
        assert "up to date" in said.export_text()

    @pytest.mark.parametrize(
        ("table", "change", "expected"),
        [
            ("cvl/members.csv", lambda text: text.replace("extent", "etendue", 1), "etendue"),
            ("cvl/members.csv", lambda _: "", "missing"),
            ("cvl/deployments.csv", lambda _: "<html>503</html>", "missing"),
        ],
    )
    def test_broken_table_keeps_the_last_version(
        self, scratch: Settings, tables: Path, table: str, change: Any, expected: str
    ) -> None:
        before = current(scratch).id
        path = tables / table
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
        with pytest.raises(SourceError) as caught:
            build(scratch, Silent())
        assert expected in caught.value.why
        assert path.name in caught.value.what
        assert current(scratch).id == before
        assert [entry.name for entry in scratch.data.iterdir() if "building" in entry.name] == []

    def test_missing_table_is_a_missing_source(self, scratch: Settings, tables: Path) -> None:
        (tables / "cvl/members.csv").unlink()
        with pytest.raises(SourceError) as caught:
            build(scratch, Silent())
        assert caught.value.exit_code == 3

    def test_unknown_code_is_rejected_listed_and_counted(
        self, scratch: Settings, tables: Path
    ) -> None:
        path = tables / "cvl/members.csv"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        pvd = next(line for line in lines if line.startswith("fr-pvd,37132,"))
        # Both have the form of a code and are none; 01330, of another vintage, would be one.
        lines.insert(1, pvd.replace(",commune,37132,", ",commune,37999,"))
        lines.insert(2, pvd.replace(",commune,37132,", ",commune,37998,"))
        path.write_text("".join(lines), encoding="utf-8")
        with uncounted():
            version = build(scratch, Silent())
        with (version.path / "rejected.csv").open(encoding="utf-8") as stream:
            rejected = list(csv.DictReader(stream))
        assert [(row["table"], row["row"]) for row in rejected] == [
            ("members.csv", "2"),
            ("members.csv", "3"),
        ]
        assert "37999" in rejected[0]["reason"]
        by_source = {s["identifier"]: s["rejected"] for s in version.info["sources"]}
        assert by_source["centre-val-de-loire/2026-11"] == 2

    def test_graph_that_breaks_a_shape_is_refused_with_its_report(
        self, scratch: Settings, tables: Path
    ) -> None:
        before = current(scratch).id
        path = tables / "catalogue/instruments.csv"
        text = path.read_text(encoding="utf-8")
        name = "Petites Villes de Demain"
        assert f"fr-pvd,{name}," in text
        path.write_text(text.replace(f"fr-pvd,{name},", "fr-pvd,,"), encoding="utf-8")
        with pytest.raises(ViolationsError) as caught, uncounted():
            build(scratch, Silent())
        assert caught.value.exit_code == 1
        assert current(scratch).id == before
        report = json.loads((scratch.data / "refused/report.json").read_text(encoding="utf-8"))
        assert "fr-pvd" in json.dumps(report)

    def test_two_builds_at_once(self, scratch: Settings) -> None:
        entered, leave = threading.Event(), threading.Event()

        def hold() -> None:
            with lock(scratch):
                entered.set()
                leave.wait(30)

        holder = threading.Thread(target=hold)
        holder.start()
        entered.wait(30)
        try:
            with pytest.raises(BuildLockedError):
                build(scratch, Silent())
        finally:
            leave.set()
            holder.join()
        assert build(scratch, Silent(), companions=companions()).id == current(scratch).id

    def test_no_build_yet(self, settings: Settings, tmp_path: Path) -> None:
        with pytest.raises(MissingBuildError) as caught:
            current(settings.model_copy(update={"data": tmp_path / "empty"}))
        assert "empilement build" in caught.value.todo

    def test_unknown_mapping(self, scratch: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(mappings, "MAPPINGS", {"cog": mappings.MAPPINGS["cog"]})
        with pytest.raises(CatalogueError):
            build(scratch, Silent())


def test_progress_in_a_log_has_no_control_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with reporting(Console(stderr=True, force_terminal=False), steps()) as progress:
        with progress.step("cog/2026"):
            pass
        progress.say("[bold]as it is[/bold]")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "cog/2026: 0.0 s" in captured.err
    assert "[bold]as it is[/bold]" in captured.err
    assert "\x1b" not in captured.err


def test_progress_in_a_terminal_ends_at_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(stderr=True, force_terminal=True, width=100)
    with reporting(console, ("one", "validation")) as progress:
        for name in ("one", "validation"):
            with progress.step(name):
                pass
        progress.say("done")
    assert "100%" in capsys.readouterr().err
