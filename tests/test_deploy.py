"""The files of operation: what of them can be run without root, a container or a systemd."""

import configparser
import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from ingest.settings import Settings
from tests.serving import ROOT, lay, running

DEPLOY = ROOT / "deploy"
UNITS = sorted(path.name for path in DEPLOY.iterdir() if path.suffix in {".service", ".timer"})
MOST_EXPOSED = 2.0
DATA = {".ttl", ".rq", ".csv", ".html", ".css", ".json"}


def instructions() -> list[tuple[str, str]]:
    """Give the instructions of the Containerfile: the word and what follows it."""
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    whole = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    found = [line.split(maxsplit=1) for line in whole.splitlines() if line.strip()]
    return [(word, rest.strip()) for word, rest in found]


def last(word: str) -> str:
    return [rest for found, rest in instructions() if found == word][-1]


def environment() -> dict[str, str]:
    return dict(part.split("=", 1) for part in last("ENV").split())


def copied() -> list[str]:
    """Give what is copied from the folder of the project."""
    places = [rest.split() for word, rest in instructions() if word == "COPY"]
    return [name for names in places if not names[0].startswith("--") for name in names[:-1]]


def unit(name: str) -> configparser.ConfigParser:
    found = configparser.ConfigParser(interpolation=None, strict=False, delimiters=("=",))
    found.optionxform = str  # type: ignore[assignment, method-assign]
    found.read_string((DEPLOY / name).read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the image installs, made as it does from what it copies, and nothing else."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in copied():
        place = source / name
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, place)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--no-index", "--wheel-dir", str(out), str(source)], check=True)
    (found,) = out.glob("*.whl")
    return found


def test_the_image_installs_every_module_and_every_data_file(wheel: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    rooms = {name.partition(".")[0] for name in project["tool"]["setuptools"]["packages"]}
    asked = ["git", "ls-files", *rooms]
    tracked = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    wanted = {name for name in tracked.splitlines() if Path(name).suffix in DATA | {".py"}}
    assert len(wanted) > 100
    assert wanted - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_the_image_copies_what_may_be_copied() -> None:
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line[1:] for line in allowed if line.startswith("!")} == set(copied())


def test_the_health_check_of_the_image_tells_ready_from_not(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "app")
    command = json.loads(last("HEALTHCHECK").partition("CMD ")[2])
    assert command[0] == "python"
    lay(tmp_path / "data", "one", "<urn:a> <urn:b> <urn:c> <urn:g> .\n")
    with running(tmp_path / "data", folder=tmp_path / "app", log_level="ERROR") as service:
        port = service.address.rpartition(":")[2]
        here = [sys.executable, command[1], command[2].replace(":8000/", f":{port}/")]
        assert subprocess.run(here, check=False).returncode == 0
    assert subprocess.run(here, check=False, stderr=subprocess.DEVNULL).returncode != 0


def test_the_image_runs_as_nobody_on_a_volume_with_locked_packages() -> None:
    user = last("USER").partition(":")[0]
    assert user.isdigit() and int(user) > 0
    chosen = environment()
    assert last("VOLUME") == chosen["EMPILEMENT_DATA"]
    assert last("EXPOSE") == str(Settings.model_fields["port"].default)
    known = {f"EMPILEMENT_{name.upper()}" for name in Settings.model_fields}
    assert {name for name in chosen if name.startswith("EMPILEMENT_")} <= known
    assert json.loads(last("ENTRYPOINT")) + json.loads(last("CMD")) == ["empilement", "serve"]
    installs = [rest for word, rest in instructions() if word == "RUN" and "pip install" in rest]
    assert all("--require-hashes" in each or "--no-deps" in each for each in installs)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")
def test_systemd_finds_no_fault_in_the_units(tmp_path: Path) -> None:
    there = tmp_path / ".venv/bin/empilement"
    there.parent.mkdir(parents=True)
    there.write_text("#!/bin/sh\n", encoding="ascii")
    there.chmod(0o755)
    for name in UNITS:
        text = (DEPLOY / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("/opt/empilement", str(tmp_path)), "utf-8")
    paths = [str(tmp_path / name) for name in UNITS]
    verify = ["systemd-analyze", "verify", *paths]
    found = subprocess.run(verify, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "")
    weigh = [
        "systemd-analyze",
        "security",
        "--offline=yes",
        paths[UNITS.index("empilement.service")],
    ]
    weighed = subprocess.run(weigh, capture_output=True, text=True, check=False).stdout
    exposure = re.search(r"exposure level for empilement\.service: ([0-9.]+)", weighed)
    assert exposure and float(exposure[1]) < MOST_EXPOSED


def test_service_and_build_share_user_folder_and_settings() -> None:
    served, made = (
        unit("empilement.service")["Service"],
        unit("empilement-build.service")["Service"],
    )
    for name in ("User", "DynamicUser", "StateDirectory", "Environment", "EnvironmentFile"):
        assert served[name] == made[name]
    for each in (served, made):
        assert each["NoNewPrivileges"] == "yes" and each["ProtectSystem"] == "strict"


def test_the_unit_leaves_queries_the_time_to_finish() -> None:
    service = unit("empilement.service")["Service"]
    assert service["KillMode"] == "mixed"
    assert int(service["TimeoutStopSec"]) > Settings.model_fields["query_seconds"].default
