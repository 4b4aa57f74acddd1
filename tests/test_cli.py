"""The commands: what they print where, and with which exit status; bad input is a message, never a traceback."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import run, unwrapped
from pyoxigraph import DefaultGraph, Quad, RdfFormat, parse
from three_plans import FOLDER, copy_to, replaced

import ogpgraph
from ogpgraph import cli
from ogpgraph.release import Release
from ogpgraph.settings import BASE, PROJECT
from ogpgraph.vocabulary import OGP

pytest_plugins = ["fixtures_three_plans"]

COMMANDS = [
    "read",
    "lift",
    "check",
    "template",
    "release",
    "build",
    "load",
    "query",
    "diff",
    "dump",
    "serve",
    "link",
    "review",
]
QUERY = f"""PREFIX ogp: <{OGP.iri}> PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?c ?title ?none {{ ?c dcterms:identifier "XA0006" ; dcterms:title ?title }}"""
NODE = f"{BASE}id/commitment/XA0006"


@pytest.fixture
def query(tmp_path: Path) -> Path:
    path = tmp_path / "query.rq"
    path.write_text(QUERY, "utf-8")
    return path


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "--help")
    assert status == 0
    assert re.findall(r"^    (\w+) ", out, re.MULTILINE) == COMMANDS
    assert "sources --read--> records --lift--> RDF --release--> release --load--> store --serve--> HTTP" in unwrapped(
        out
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_has_an_example_that_the_command_line_reads(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = run(capsys, command, "--help")
    assert status == 0
    example = unwrapped(out).partition("example: ")[2]
    assert example.startswith("ogpgraph ")
    for part in example.split(" | "):
        program, *arguments = shlex.split(part)
        assert program == "ogpgraph"
        cli._parser().parse_args(arguments)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_explains_every_option(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, command, "--help")
    options = re.findall(r"^  (--?[\w-]+[^\n]*(?:\n {10,}[^\n]+)*)", out, re.MULTILINE)
    assert options
    assert [found for found in options if not re.search(r"\s{2,}\S", found)] == []


def test_a_server_does_not_wait_for_what_only_other_commands_need() -> None:
    code = "import sys, ogpgraph.cli, ogpgraph.serve.server; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {"pyoxigraph", "ogpgraph.serve.releases"} <= set(loaded)
    assert not {"rich", "rdflib", "pyshacl", "fastapi", "httpx"} & set(loaded)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "--version") == (0, f"ogpgraph {ogpgraph.__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["biuld"], "invalid choice: 'biuld'"),
        (["query"], "the following arguments are required: query"),
        (["query", "x.rq", "--format", "pdf"], "argument --format: invalid choice: 'pdf'"),
        (["serve", "--port", "http"], "argument --port: invalid int value: 'http'"),
        (["check", "--data", "nowhere"], "nowhere: there is no such folder; name the data folder with --data"),
        (["build", "--data", "nowhere"], "nowhere: there is no such folder; name the data folder with --data"),
    ],
)
def test_wrong_usage_is_told_and_ends_with_two(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert message in unwrapped(err)


MISSING = [
    (["query", "missing.rq"], "ogpgraph: missing.rq: No such file or directory"),
    (["lift", "missing.jsonl"], "ogpgraph: missing.jsonl: No such file or directory"),
    (["release", "missing.nq", "--data", str(FOLDER)], "ogpgraph: missing.nq: No such file or directory"),
    (["diff", "missing", "missing"], "ogpgraph: missing/dataset.nq: No such file or directory"),
    (["load", "--out", "missing"], "ogpgraph: missing: there is no release yet; run `ogpgraph build` first"),
]


@pytest.mark.parametrize(("arguments", "message"), MISSING)
def test_a_missing_file_is_a_message(
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(capsys, *arguments) == (1, "", f"{message}\n")


def test_a_query_without_a_release_is_a_message(
    query: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(capsys, "query", query, "--out", tmp_path / "none")
    assert (status, out) == (1, "")
    assert unwrapped(err).replace(
        " ", ""
    ) == f"ogpgraph: {tmp_path / 'none'}: there is no release yet; run `ogpgraph build` first".replace(" ", "")


def test_build_says_what_it_does_and_prints_the_folder(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "build", "--data", "data", "--out", "dist")
    assert status == 0
    folder = Path(out.strip())
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert folder == Path("dist") / manifest["version"]
    assert err.splitlines()[-1] == f"Released: {manifest['version']}, {manifest['quads']} quads, 1 warnings"
    assert "reading data" in err
    again = run(capsys, "build", "--data", "data", "--out", "dist")
    assert again[:2] == (0, out)
    assert again[2].splitlines()[-1] == f"Unchanged: {manifest['version']}, {manifest['quads']} quads, 1 warnings"


def test_a_build_that_is_refused_names_the_problems_and_what_stays(
    data: Path, released: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    replaced("plans/xa/xa-02.yml", "ordinal: 2", "ordnal: 2")(data)
    status, out, err = run(capsys, "build", "--data", "data", "--out", "dist")
    assert (status, out) == (1, "")
    lines = err.splitlines()
    assert "data/plans/xa/xa-02.yml:4: unknown-key: 'ordnal' is no key of the format: did you mean 'ordinal'?" in lines
    kept = released.version
    assert re.fullmatch(rf"No release was made: \d+ violations; {kept} is still the latest release\.", lines[-1])


def test_load_says_what_is_in_the_store(
    xanadu_out: Path, xanadu_release: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(capsys, "load", "--out", xanadu_out)
    graphs = {
        q.graph_name for q in parse((xanadu_release.folder / "dataset.nq").read_bytes(), format=RdfFormat.N_QUADS)
    }
    expected = {
        "version": xanadu_release.version,
        "quads": xanadu_release.quads,
        "named_graphs": len(graphs - {DefaultGraph()}),
    }
    assert (status, json.loads(out), err) == (0, expected, "")


def test_a_damaged_release_is_a_message(
    xanadu_release: Release, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    version = tmp_path / "dist" / xanadu_release.version
    version.mkdir(parents=True)
    for name in ("dataset.nq", "manifest.json"):
        (version / name).write_bytes((xanadu_release.folder / name).read_bytes())
    (version / "dataset.nq").write_bytes(b"")
    (tmp_path / "dist" / "latest").symlink_to(xanadu_release.version)
    status, out, err = run(capsys, "load", "--out", tmp_path / "dist")
    assert (status, out) == (1, "")
    assert "dataset.nq: SHA-256 is e3b0c44298fc1c149afbf4c8996fb924" in unwrapped(err)
    assert "build the release again" in unwrapped(err)


def test_a_query_as_table(query: Path, xanadu_out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "query", query, "--out", xanadu_out)
    assert (status, err) == (0, "")
    cells = [
        [cell.strip() for cell in re.split("[│┃]", line)[1:-1]] for line in out.splitlines() if re.match("[│┃]", line)
    ]
    assert cells == [["c", "title", "none"], ["id/commitment/XA0006", "Forum de la rivière", ""]]


def test_a_query_as_csv_json_and_tsv(query: Path, xanadu_out: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    def answer(name: str) -> bytes:
        capfdbinary.readouterr()
        assert cli.main(["query", str(query), "--out", str(xanadu_out), "--format", name]) == 0
        sys.stdout.flush()
        return capfdbinary.readouterr().out

    assert answer("csv").decode("utf-8") == f"c,title,none\r\n{NODE},Forum de la rivière,\r\n"
    assert answer("tsv").decode("utf-8") == f'?c\t?title\t?none\n<{NODE}>\t"Forum de la rivière"@fr\t\n'
    (row,) = json.loads(answer("json"))["results"]["bindings"]
    assert row["title"] == {"type": "literal", "value": "Forum de la rivière", "xml:lang": "fr"}


def test_a_graph_as_turtle(xanadu_out: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = tmp_path / "graph.rq"
    path.write_text(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o FILTER(?s = <{NODE}>) }}", "utf-8")
    bodies = {}
    for name, form in (("turtle", RdfFormat.TURTLE), ("ntriples", RdfFormat.N_TRIPLES), ("table", RdfFormat.TURTLE)):
        assert cli.main(["query", str(path), "--out", str(xanadu_out), "--format", name]) == 0
        sys.stdout.flush()
        bodies[name] = {quad.triple for quad in parse(capfdbinary.readouterr().out, format=form)}
    assert bodies["turtle"] == bodies["ntriples"] == bodies["table"]
    assert len(bodies["turtle"]) > 5


def test_ask_as_a_word(xanadu_out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ask.rq"
    path.write_text("ASK { ?s ?p 'XA0006' }", "utf-8")
    assert run(capsys, "query", path, "--out", xanadu_out) == (0, "yes\n", "")
    path.write_text("ASK { ?s ?p 'XA9999' }", "utf-8")
    assert run(capsys, "query", path, "--out", xanadu_out) == (0, "no\n", "")


@pytest.mark.parametrize(
    ("text", "format_", "status", "message"),
    [
        ("SELECT * {\n oops }", "table", 1, "ogpgraph: line 2, column 2:"),
        (
            "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }",
            "table",
            1,
            "ogpgraph: SERVICE is refused: this endpoint does not ask",
        ),
        (
            "ASK { ?s ?p ?o }",
            "turtle",
            2,
            "ogpgraph: --format turtle does not fit this query: use json, xml, csv, tsv or table",
        ),
        (
            "CONSTRUCT WHERE { ?s ?p ?o }",
            "csv",
            2,
            "ogpgraph: --format csv does not fit this query: use turtle, ntriples, rdfxml, jsonld, nquads, trig or",
        ),
    ],
)
def test_a_query_that_cannot_be_answered_is_a_message(
    text: str,
    format_: str,
    status: int,
    message: str,
    query: Path,
    xanadu_out: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    query.write_text(text, "utf-8")
    found = run(capsys, "query", query, "--out", xanadu_out, "--format", format_)
    assert found[:2] == (status, "")
    assert unwrapped(found[2]).startswith(message)


def test_diff_names_the_entities_as_text_and_as_json(
    data: Path, released: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    old = str(released.folder)
    replaced("initiatives/xa.yml", "label: Map of the caverns", "label: Map of all caverns")(data)
    new = run(capsys, "build", "--data", "data", "--out", "dist")[1].strip()
    node, version = f"{BASE}id/initiative/xa/cavern-map", [Path(folder).name for folder in (old, new)]
    status, out, err = run(capsys, "diff", old, "dist/latest")
    assert (status, err) == (0, "")
    assert out.splitlines()[0] == f"From {version[0]} to {version[1]}: 3 statements added, 3 removed."
    assert "  id/initiative/xa/cavern-map: changed, +1 -1: Map of all caverns" in out.splitlines()
    found = json.loads(run(capsys, "diff", old, new, "--format", "json")[1])
    label = "http://www.w3.org/2000/01/rdf-schema#label"
    assert found["entities"][node] == {
        "added": [f'<{node}> <{label}> "Map of all caverns"@en .'],
        "removed": [f'<{node}> <{label}> "Map of the caverns"@en .'],
    }
    assert (
        run(capsys, "diff", old, old)[1]
        == f"From {version[0]} to {version[0]}: 0 statements added, 0 removed.\nNothing changed.\n"
    )


def test_diff_gives_the_patch_of_the_release(data: Path, released: Release, capsys: pytest.CaptureFixture[str]) -> None:
    replaced("initiatives/xa.yml", "label: Map of the caverns", "label: Map of all caverns")(data)
    new = run(capsys, "build", "--data", "data", "--out", "dist")[1].strip()
    patch = run(capsys, "diff", str(released.folder), new, "--format", "rdfp")
    assert patch == (0, (Path(new) / "changes.rdfp").read_text("utf-8"), "")


def test_dump_prints_a_file_of_the_latest_release(xanadu_out: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert cli.main(["dump", "--out", str(xanadu_out), "commitments.csv"]) == 0
    assert capsysbinary.readouterr().out == (xanadu_out / "latest" / "commitments.csv").read_bytes()
    assert cli.main(["dump", "--out", str(xanadu_out)]) == 0
    listed = capsysbinary.readouterr().out.decode().splitlines()
    files = json.loads((xanadu_out / "latest" / "manifest.json").read_text("utf-8"))["files"]
    assert [tuple(line.split()) for line in listed] == [
        (str(facts["bytes"]), facts["sha256"], name) for name, facts in files.items()
    ]
    assert cli.main(["dump", "--out", str(xanadu_out), "../manifest.json"]) == 2


def test_read_prints_a_record_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "read", FOLDER)
    records = [json.loads(line) for line in out.splitlines()]
    kinds = [record["kind_of_record"] for record in records]
    assert (status, err) == (0, "")
    assert kinds.count("plan") == 3
    sources = [path.stem for path in (FOLDER / "sources" / "xa").iterdir()]
    assert kinds.count("source") == sum(1 for name in sources if name.startswith("xa-"))
    assert kinds.count("commitment-page") == sum(1 for name in sources if not name.startswith("xa-"))
    (page,) = [
        record
        for record in records
        if record["kind_of_record"] == "commitment-page" and record["source"]["key"] == "xa0001-l3-en"
    ]
    assert (page["id"], page["title"], page["lang"]) == ("XA0001", "Opening the archives", "en")
    assert page["status"] is None, "the label stands there without a value"
    assert "starred" not in page, "the label is not there"
    assert page["support_institutions"] == []
    assert page["as_shown"] == {"Support Institution(s)": "NA"}


def test_read_of_broken_data_prints_what_it_can_and_says_what_it_cannot(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "roles" / "xa.yml").write_text("", "utf-8")
    status, out, err = run(capsys, "read", "data")
    assert status == 1
    assert err == "data/roles/xa.yml:1: empty-file: the file is empty: fill it in or delete it\n"
    assert {json.loads(line)["kind_of_record"] for line in out.splitlines()} >= {"plan", "source", "member"}


def piped(*commands: str, cwd: Path) -> tuple[bytes, str]:
    """The output of one command as the input of the next, as a shell does it."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    raw, said = b"", ""
    for command in commands:
        arguments = [sys.executable, "-m", "ogpgraph.cli", *shlex.split(command)]
        done = subprocess.run(arguments, input=raw, capture_output=True, env=environment, cwd=cwd, check=False)
        assert done.returncode == 0, done.stderr.decode()
        raw, said = done.stdout, done.stderr.decode()
    return raw, said


def test_read_and_lift_in_a_pipe_give_the_quads_of_the_data(xanadu_quads: set[Quad], tmp_path: Path) -> None:
    copy_to(tmp_path)
    raw, said = piped("read data", "lift -", cwd=tmp_path)
    assert set(parse(raw, format=RdfFormat.N_QUADS)) == xanadu_quads
    assert said == ""
    trig, _ = piped("read data", "lift - --format trig", cwd=tmp_path)
    assert set(parse(trig, format=RdfFormat.TRIG)) == xanadu_quads


def test_release_takes_quads_from_a_file(
    data: Path, xanadu_release: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    """The quads that a release holds make the same release: what it says of itself is said anew."""
    status, out, _ = run(capsys, "release", xanadu_release.folder / "dataset.nq", "--data", "data", "--out", "dist")
    assert status == 0
    assert Path(out.strip()).name == xanadu_release.version
    assert (Path(out.strip()) / "dataset.nq").read_bytes() == (xanadu_release.folder / "dataset.nq").read_bytes()


def test_release_of_a_file_that_is_no_rdf_is_a_message(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.nq").write_text("<a> <b>\n", "utf-8")
    status, out, err = run(capsys, "release", "bad.nq", "--data", "data", "--out", "dist")
    assert (status, out) == (1, "")
    assert unwrapped(err).startswith("ogpgraph: bad.nq: Parser error at line 1")


def test_lift_of_what_is_no_record_is_a_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "r"
    path.write_text('{"kind_of_record": "star"}\n', "utf-8")
    status, out, err = run(capsys, "lift", path)
    assert (status, out) == (1, "")
    assert unwrapped(err).endswith("line 1 has no known kind_of_record: 'star'")


def test_lift_of_records_that_name_what_is_not_there_is_a_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, "read", FOLDER)
    path = tmp_path / "r"
    path.write_text(
        "\n".join(line for line in out.splitlines() if '"kind_of_record": "institutions"' not in line), "utf-8"
    )
    status, out, err = run(capsys, "lift", path)
    assert (status, out) == (1, "")
    assert unwrapped(err).endswith(
        "('XA', 'ministry of domes') is named but not known: run `ogpgraph check` on the data first"
    )
