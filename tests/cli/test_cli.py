"""The command as a person runs it: data on stdout, words on stderr, exit codes with a meaning."""

import csv
import io
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.store import Version
from queries.catalogue import load_catalogue

ROOT = Path(__file__).parent.parent.parent
COMMAND = [sys.executable, "-c", "from cli.main import main; main()"]


class Shell:
    """Runs the command over one data folder."""

    def __init__(self, data: Path) -> None:
        self.environment = os.environ | {
            "EMPILEMENT_DATA": str(data),
            "EMPILEMENT_CACHE": str(data / "cache"),
            "EMPILEMENT_PACKAGES": str(ROOT / "node_modules"),
            "COLUMNS": "200",
        }

    def __call__(
        self, *arguments: str, stdin: str = "", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *arguments],
            input=stdin,
            env=self.environment | variables,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )


@pytest.fixture
def shell(version: Version) -> Shell:
    return Shell(version.path.parent.parent)


@pytest.fixture
def empty(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def errors(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The three lines of an error; nothing else may have been said."""
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 3, done.stderr
    assert done.stdout == ""
    return lines


@pytest.mark.built
class TestStack:
    """``empilement stack``."""

    def rows(self, done: subprocess.CompletedProcess[str]) -> list[dict[str, str]]:
        assert done.returncode == 0, done.stderr
        return list(csv.DictReader(io.StringIO(done.stdout)))

    def test_tours_in_2020_and_in_2024(self, shell: Shell) -> None:
        """F146: reciprocity contracts 2019-2021; S100: CRTE signed on 3 March 2022."""
        then = self.rows(shell("stack", "37261", "--date", "2020-06-30", "-f", "csv"))
        now = self.rows(shell("stack", "37261", "--date", "2024-06-30", "-f", "csv"))

        def instruments(rows: list[dict[str, str]]) -> list[str]:
            return [row["instrument"].rpartition("/")[2] for row in rows]

        assert instruments(then).count("cvl-reciprocite-tours") == 10
        assert "fr-crte" not in instruments(then)
        assert "cvl-reciprocite-tours" not in instruments(now)
        assert instruments(now).count("fr-crte") == 1
        assert "cvl-sraddet" in instruments(then)

    def test_json_says_null_for_what_is_unknown(self, shell: Shell) -> None:
        done = shell("stack", "37261", "--date", "2024-06-30", "-f", "json")
        records = json.loads(done.stdout)
        sraddet = next(r for r in records if r["instrument"].endswith("/cvl-sraddet"))
        assert (sraddet["from"], sraddet["before"]) == ("2020-02-04", None)

    @pytest.mark.parametrize(("lang", "word"), [("fr", "SRADDET"), ("en", "regional scheme")])
    def test_table_for_people(self, shell: Shell, lang: str, word: str) -> None:
        done = shell("stack", "37261", "--date", "2024-06-30", "--lang", lang)
        assert word in done.stdout
        assert "COG" in done.stderr or "geographi" in done.stderr or "géographique" in done.stderr

    def test_former_code_is_explained(self, shell: Shell) -> None:
        done = shell("stack", "37235", "--date", "2024-06-30")
        assert done.returncode == 0
        assert "37235" in done.stderr
        assert "37261" in done.stderr

    @pytest.mark.parametrize(("old", "heir"), [("01330", "01187"), ("93059", "93066")])
    @pytest.mark.parametrize(
        ("lang", "said"), [("fr", "est une ancienne commune"), ("en", "is a former commune")]
    )
    def test_former_commune_is_told(
        self, shell: Shell, old: str, heir: str, lang: str, said: str
    ) -> None:
        """In the package of 2024, not in that of 2025; its past is its own."""
        done = shell("stack", old, "--date", "2023-06-30", "--lang", lang)
        assert done.returncode == 0
        assert said in done.stderr and f"({heir})" in done.stderr and "2024" in done.stderr
        assert f"commune/{old}" in done.stderr
        assert "2023." in done.stderr.splitlines()[1].split(";")[1]

    def test_unknown_code_suggests(self, shell: Shell) -> None:
        lines = errors(shell("stack", "saint-clo"))
        assert "saint-clo" in lines[0]
        assert "Saint-C" in lines[2]

    @pytest.mark.parametrize("date", ["2024-02-30", "hier", "30/06/2024", "2024"])
    def test_impossible_date(self, shell: Shell, date: str) -> None:
        done = shell("stack", "37261", "--date", date)
        assert done.returncode == 2
        assert date in errors(done)[0]

    def test_ambiguous_code(self, shell: Shell) -> None:
        done = shell("stack", "24")
        assert done.returncode == 2
        assert "region/24" in errors(done)[2]


@pytest.mark.built
class TestQuery:
    """``empilement query``."""

    def test_question_of_the_catalogue_with_a_parameter(self, shell: Shell) -> None:
        done = shell(
            "query", "stack", "-p", "territory=37261", "-p", "date=2020-06-30", "-f", "csv"
        )
        assert done.returncode == 0
        assert done.stdout.startswith("territory,instrument,")

    def test_file_and_standard_input(self, shell: Shell, tmp_path: Path) -> None:
        text = "SELECT (COUNT(*) AS ?n) { ?x a emp:Region }"
        file = tmp_path / "regions.rq"
        file.write_text(text, encoding="utf-8")
        for done in (shell("query", str(file), "-f", "csv"), shell("query", "-", stdin=text)):
            assert done.returncode == 0
            assert "26" in done.stdout

    def test_file_with_a_header_takes_parameters(self, shell: Shell, tmp_path: Path) -> None:
        file = tmp_path / "mine.rq"
        shutil.copy(load_catalogue()["stack"].path, file)
        done = shell("query", str(file), "-p", "territory=region/24", "-f", "json")
        assert done.returncode == 0
        assert all("region/24" in record["territory"] for record in json.loads(done.stdout))

    def test_ask_and_construct(self, shell: Shell) -> None:
        assert "true" in shell("query", "-", stdin="ASK { ?x a emp:Commune }").stdout
        text = "CONSTRUCT { ?x a emp:Region } { ?x a emp:Region }"
        assert shell("query", "-", stdin=text).stdout.count("emp:Region") == 26

    def test_syntax_error_has_line_and_column(self, shell: Shell) -> None:
        done = shell("query", "-", stdin="SELECT *\nWHERE { ?s ?p }\n")
        assert done.returncode == 2
        assert "line 2" in " ".join(errors(done)).lower()

    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            (("stack", "-p", "date=jamais"), "date"),
            (("stack", "-p", "colour=red"), "colour"),
            (("stack", "-p", "date"), "date"),
            (("no-such-question",), "no-such-question"),
            (("-", "-p", "a=b"), "parameter"),
        ],
    )
    def test_wrong_usage(self, shell: Shell, arguments: tuple[str, ...], expected: str) -> None:
        done = shell("query", *arguments, stdin="ASK {}")
        assert done.returncode == 2
        assert expected in errors(done)[0]

    def test_network_is_refused(self, shell: Shell) -> None:
        done = shell("query", "-", stdin="SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
        assert done.returncode == 2
        assert "SERVICE" in " ".join(errors(done))


@pytest.mark.built
class TestValidate:
    """``empilement validate``."""

    def test_broken_file_exits_1(self, shell: Shell, tmp_path: Path) -> None:
        file = tmp_path / "mine.ttl"
        file.write_text(
            """@prefix emp: <https://w3id.org/empilement/def#> .
            <https://w3id.org/empilement/id/commune/01001> a emp:Commune ;
                emp:inseeCode "1001" .""",
            encoding="utf-8",
        )
        done = shell("validate", str(file), "-f", "json")
        assert done.returncode == 1
        assert "TER-01" in {record["rule"] for record in json.loads(done.stdout)}
        assert "TER-01" in shell("validate", str(file), "--lang", "fr").stdout

    def test_file_that_is_no_rdf_exits_2(self, shell: Shell, tmp_path: Path) -> None:
        file = tmp_path / "mine.ttl"
        file.write_text("this is not Turtle", encoding="utf-8")
        done = shell("validate", str(file))
        assert done.returncode == 2
        assert "mine.ttl" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.built
class TestBuild:
    """``empilement build``."""

    def test_up_to_date_graph_is_kept_and_counted(self, shell: Shell, version: Version) -> None:
        done = shell("build")
        assert done.returncode == 0
        assert done.stdout == ""
        assert f"version {version.id} is up to date" in done.stderr
        assert "cog/2026: read; rows: 39324 read, 39324 kept, 0 corrected" in done.stderr

    @pytest.mark.java
    def test_check_has_the_ontology_reasoned(self, shell: Shell) -> None:
        done = shell("build", "--check")
        assert done.returncode == 0
        assert "HermiT: consistent" in done.stderr


@pytest.mark.built
class TestSources:
    """``empilement sources``."""

    def test_every_source_with_its_rows(self, shell: Shell, version: Version) -> None:
        done = shell("sources", "-f", "csv")
        assert done.returncode == 0
        rows = {row["source"]: row for row in csv.DictReader(io.StringIO(done.stdout))}
        for source in version.info["sources"]:
            row = rows[source["identifier"]]
            assert row["state"] == source["state"]
            assert row["failure"] == source["failure"]
            assert row["address"] and row["publisher"] and row["licence"] and row["retrieved"]
            rules = dict(each.split(": ") for each in row["rules"].split("; ") if each)
            assert rules == {name: str(count) for name, count in source["rules"].items()}
            for name in ("read", "kept", "corrected", "uncertain", "rejected"):
                # A list that was not read has no rows, not zero rows.
                assert row[name] == ("" if source["state"] == "missing" else str(source[name]))

    def test_the_table_for_people_has_the_states_and_counts(self, shell: Shell) -> None:
        lines = shell("sources").stdout.splitlines()
        assert lines[0].split() == [
            *("source", "state", "read", "kept", "corrected", "uncertain", "rejected", "files")
        ]

    def test_missing_package_exits_3(self, empty: Shell) -> None:
        done = empty("sources", "--fetch", "-f", "csv", EMPILEMENT_PACKAGES="nowhere")
        assert done.returncode == 3
        assert "npm ci" in done.stderr
        assert "missing" in done.stdout


class TestInTheWay:
    """What stops a command before it starts."""

    @pytest.mark.parametrize(
        "arguments", [("stack", "37261"), ("query", "stack"), ("validate",), ("serve",)]
    )
    def test_no_build_yet(self, empty: Shell, arguments: tuple[str, ...]) -> None:
        done = empty(*arguments)
        assert done.returncode == 2
        assert "empilement build" in errors(done)[2]

    def test_missing_source_exits_3(self, empty: Shell) -> None:
        done = empty("build", EMPILEMENT_PACKAGES="nowhere")
        assert done.returncode == 3
        assert "npm ci" in done.stderr
        assert "Traceback" not in done.stderr

    def test_no_java(self, empty: Shell) -> None:
        done = empty("build", "--check", PATH="/nonexistent", JAVA_HOME="")
        assert done.returncode == 2
        assert "Java" in done.stderr
        assert "Traceback" not in done.stderr

    @pytest.mark.built
    def test_port_in_use(self, shell: Shell) -> None:
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            held.listen()
            port = str(held.getsockname()[1])
            done = shell("serve", "--port", port)
        assert done.returncode == 2
        assert port in errors(done)[0]

    @pytest.mark.parametrize("arguments", [(), ("nonsense",), ("stack",), ("serve", "--port", "x")])
    def test_wrong_command_line(self, empty: Shell, arguments: tuple[str, ...]) -> None:
        done = empty(*arguments)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr


@pytest.mark.built
def test_closed_pipe_is_no_error(shell: Shell) -> None:
    script = (
        f"{sys.executable} -c 'from cli.main import main; main()' query territory-members -f csv"
    )
    done = subprocess.run(
        ["/bin/sh", "-c", f"{script} | head -n 1"],
        env=shell.environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr
