"""Loading a release into another server: all of it, once, also after an interruption."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import signal
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, DefaultGraph, NamedNode, Quad, RdfFormat, Store, parse
from remote_servers import BIN, VIRTUOSO, Remote, free_port, oxigraph, virtuoso

from ogpgraph import cli
from ogpgraph.load import dataset_of, sending
from ogpgraph.load.endpoint import Endpoint
from ogpgraph.load.remote import CATALOGUE, CHUNK_BYTES, CHUNK_TRIPLES, Chunk, Load, Target
from ogpgraph.settings import BASE

LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
PLAIN_GRAPHS = 6
PLAIN_TRIPLES = 40  # of each


def lines(version: str, graphs: int = PLAIN_GRAPHS) -> Iterator[str]:
    """A small release: a default graph with blank nodes, texts that are hard to write, a catalogue."""
    for number in range(PLAIN_TRIPLES):
        yield f'<{BASE}id/{number}> {LABEL} "{number} \\"é\\\\ \\n \\u0009 {{}} # > 😀"@fr'
    yield f"<{BASE}id/list> {LABEL} _:first"
    yield f'_:first {LABEL} "1"^^<http://www.w3.org/2001/XMLSchema#integer>'
    yield f"_:first {LABEL} _:rest"
    yield f'_:rest {LABEL} "end"'
    for graph in range(graphs):
        for number in range(PLAIN_TRIPLES):
            yield f'<{BASE}id/{number}> {LABEL} "{version}" <{BASE}graph/source/{graph}>'
        yield f"<{BASE}id/0> {LABEL} _:only <{BASE}graph/source/{graph}>"
    yield f'<{BASE}id/dataset/ogp-graph> <http://www.w3.org/ns/dcat#version> "{version}" <{CATALOGUE}>'


def released(out: Path, version: str = "1", graphs: int = PLAIN_GRAPHS) -> Path:
    """A folder of releases whose latest is a small one."""
    folder = out / version
    folder.mkdir(parents=True)
    raw = "".join(f"{line} .\n" for line in lines(version, graphs)).encode()
    (folder / "dataset.nq").write_bytes(raw)
    manifest = {
        "version": version,
        "quads": raw.count(b" .\n"),
        "files": {"dataset.nq": {"sha256": hashlib.sha256(raw).hexdigest()}},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (out / "latest").unlink(missing_ok=True)
    (out / "latest").symlink_to(version)
    return out


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return released(tmp_path / "dist")


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[Remote]:
    with oxigraph(tmp_path / "store") as server:
        yield server


def load(out: Path, *options: str) -> int:
    return cli.main(["load", "--out", str(out), *options])


def graphs_of(quads: Iterator[Quad]) -> dict[str, str]:
    """Every graph by its canonical form (RDFC-1.0), in which names of blank nodes do not matter."""
    parts: dict[str, Dataset] = {}
    for quad in quads:
        parts.setdefault(str(quad.graph_name), Dataset()).add(Quad(*quad.triple, DefaultGraph()))
    for part in parts.values():
        part.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {name: "\n".join(sorted(map(str, part))) for name, part in parts.items()}


def in_release(out: Path) -> dict[str, str]:
    return graphs_of(parse((out / "latest/dataset.nq").read_bytes(), RdfFormat.N_QUADS))


def in_server(remote: Remote) -> dict[str, str]:
    request = urllib.request.Request(remote.graph_store, headers={"Accept": "application/n-quads"})
    with urllib.request.urlopen(request, timeout=20) as response:
        return graphs_of(parse(response.read(), RdfFormat.N_QUADS))


def change(remote: Remote, update: str) -> None:
    headers = {"Content-Type": "application/sparql-update"}
    urllib.request.urlopen(urllib.request.Request(remote.update, update.encode(), headers), timeout=20).close()


WAYS = pytest.mark.parametrize("way", ["--graph-store", "--update"])


@WAYS
def test_a_server_has_every_graph_of_the_release(
    way: str, out: Path, remote: Remote, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load(out, *remote.options(way), "--chunk-triples", "7") == 0
    assert in_server(remote) == in_release(out)
    said = json.loads(capsys.readouterr().out)
    assert said == {"version": "1", "quads": len(list(lines("1"))), "endpoint": remote.query}
    assert [path.name for path in out.iterdir() if path.name.startswith("load-")] == []


@WAYS
def test_another_release_replaces_the_first_only_when_told(way: str, out: Path, remote: Remote) -> None:
    assert load(out, *remote.options(way)) == 0
    first = in_server(remote)
    change(remote, f"INSERT DATA {{ GRAPH <urn:other> {{ <urn:a> {LABEL} 'not ours' }} }}")
    released(out, "2", graphs=3)
    assert load(out, *remote.options(way)) == 1
    assert {name: graph for name, graph in in_server(remote).items() if name != "<urn:other>"} == first
    assert load(out, *remote.options(way), "--replace") == 0
    there = in_server(remote)
    assert "not ours" in there.pop("<urn:other>")
    assert there == in_release(out)


@WAYS
def test_the_default_graph_goes_into_a_named_one_where_a_store_has_none(way: str, out: Path, remote: Remote) -> None:
    assert load(out, *remote.options(way), "--default-graph", "urn:default") == 0
    wanted = in_release(out)
    wanted["<urn:default>"] = wanted.pop("DEFAULT")
    assert in_server(remote) == wanted


def started(out: Path, state: Path, remote: Remote, way: str) -> subprocess.Popen[bytes]:
    command = [str(BIN / "ogpgraph"), "load", "--out", str(out), "--state", str(state), "--chunk-triples", "1"]
    return subprocess.Popen([*command, *remote.options(way)], stderr=subprocess.DEVNULL)


def chunks_done(state: Path) -> int:
    with contextlib.suppress(FileNotFoundError):
        return int(json.loads(state.read_text())["chunks_done"])
    return 0


@WAYS
def test_a_load_that_was_killed_goes_on_where_it_was(way: str, tmp_path: Path, out: Path, remote: Remote) -> None:
    state = tmp_path / "state.json"
    loader = started(out, state, remote, way)
    while chunks_done(state) < 60:
        time.sleep(0.001)
    loader.send_signal(signal.SIGKILL)
    assert loader.wait() == -signal.SIGKILL
    assert 60 <= chunks_done(state) < len(list(lines("1")))
    assert in_server(remote) != in_release(out)
    options = (*remote.options(way), "--state", str(state), "--chunk-triples", "1")
    assert load(out, *options) == 1  # there is something already, and nobody said --resume
    # What was done is not done again: the loss is not repaired, and it is noticed.
    lost = f'<{BASE}id/3> {LABEL} "3 \\"é\\\\ \\n \\u0009 {{}} # > 😀"@fr'
    change(remote, f"DELETE DATA {{ {lost} }}")
    assert load(out, *options, "--resume") == 1
    change(remote, f"INSERT DATA {{ {lost} }}")
    assert load(out, *options, "--resume") == 0
    assert in_server(remote) == in_release(out)
    assert not state.exists()


def test_a_load_goes_on_only_as_the_same_load(out: Path, tmp_path: Path, remote: Remote) -> None:
    state = tmp_path / "state.json"
    loader = started(out, state, remote, "--graph-store")
    while chunks_done(state) < 5:
        time.sleep(0.001)
    loader.kill()
    loader.wait()
    options = (*remote.options(), "--state", str(state), "--resume", "--chunk-triples")
    assert load(out, *options, "2") == 1
    released(out, "2")
    assert load(out, *options, "1") == 1
    state.write_text("[]")
    assert load(out, *options, "1") == 1


def test_a_load_that_never_began_can_be_resumed(out: Path, remote: Remote) -> None:
    assert load(out, *remote.options(), "--resume") == 0
    assert in_server(remote) == in_release(out)


def test_every_chunk_may_be_sent_twice(out: Path, tmp_path: Path) -> None:
    """The property that repetition after a lost answer rests on."""
    once, twice = Store(), Store()
    for chunk in chunks_of(out, tmp_path):
        given(once, chunk)
        given(twice, chunk)
        given(twice, chunk)
    assert graphs_of(iter(once)) == graphs_of(iter(twice)) == in_release(out)


def chunks_of(out: Path, folder: Path, **bounds: int) -> list[Chunk]:
    endpoint = Endpoint.of("http://localhost/")
    bounds = {"chunk_triples": 10, **bounds}
    return list(Load(dataset_of(out / "latest"), Target(endpoint, endpoint), folder / "state", **bounds).chunks())


def given(store: Store, chunk: Chunk) -> None:
    graph = NamedNode(chunk.graph) if chunk.graph else DefaultGraph()
    if chunk.is_first:
        store.clear_graph(graph)
    # A server gives blank nodes new names in each request.
    for quad in parse(chunk.body, RdfFormat.N_TRIPLES, rename_blank_nodes=True):
        store.add(Quad(*quad.triple, graph))


def test_chunks_keep_to_their_bounds_and_the_catalogue_is_last(out: Path, tmp_path: Path) -> None:
    chunks = chunks_of(out, tmp_path, chunk_bytes=1000)
    assert all(chunk.triples <= 10 and (len(chunk.body) <= 1000 or chunk.triples == 1) for chunk in chunks)
    assert max(len(chunk.body) for chunk in chunks) > 800
    assert sum(chunk.triples for chunk in chunks) == len(list(lines("1")))
    assert (chunks[0].graph, chunks[-1].graph) == ("", CATALOGUE)
    assert {chunk.graph for chunk in chunks if chunk.is_first} == {chunk.graph for chunk in chunks}


def test_a_server_that_has_other_triples_than_were_sent_is_noticed(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def swallow(request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, dict[str, str], bytes]:
        return (200, {}, b'{"results":{"bindings":[]}}') if b"SELECT" in body else (204, {}, b"")

    with answering(swallow) as url:
        assert load(out, "--engine", url) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert f"the default graph has 0 triples instead of {PLAIN_TRIPLES + 4}" in said
    assert f"{PLAIN_GRAPHS + 2 - 5} other graphs" in said


Replied = tuple[int, dict[str, str], bytes]


@contextlib.contextmanager
def answering(reply: Callable[[BaseHTTPRequestHandler, bytes], Replied | None]) -> Iterator[str]:
    """A server that answers by a function; None hangs up."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _reply(self) -> None:
            said = reply(self, self.rfile.read(int(self.headers.get("Content-Length", 0))))
            if said is None:
                self.close_connection = True
                return
            status, headers, body = said
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = do_DELETE = _reply

        def log_message(self, *_: Any) -> None:
            """Nothing: the tests look at what was sent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def sender(url: str, token: str = "") -> sending.Sender:
    return sending.Sender(Endpoint.of(url, token))


def test_a_busy_or_broken_server_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    said: list[Replied | None] = [(503, {"Retry-After": "9"}, b""), (429, {}, b""), None, (204, {}, b"")]
    bodies = []

    def reply(_: BaseHTTPRequestHandler, body: bytes) -> Replied | None:
        bodies.append(body)
        return said[len(bodies) - 1]

    with answering(reply) as url, sender(url) as busy:
        busy.update("CLEAR ALL")
    assert bodies == 4 * [b"CLEAR ALL"]
    assert pauses == [9, 1.0, 2.0]


@pytest.mark.parametrize(("status", "times"), [(503, 8), (400, 1), (401, 1), (302, 1)])
def test_what_cannot_be_loaded_is_told(status: int, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    asked = []

    def reply(_: BaseHTTPRequestHandler, body: bytes) -> Replied:
        asked.append(body)
        return status, {"Location": "http://127.0.0.1:1/"}, b"no such\nthing"

    with (
        answering(reply) as url,
        sender(url) as refused,
        pytest.raises(sending.LoadFailed, match=f"{status}: no such thing"),
    ):
        refused.update("CLEAR ALL")
    assert len(asked) == times


def test_a_server_that_is_down_is_told(monkeypatch: pytest.MonkeyPatch, out: Path) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    assert load(out, "--engine", f"http://127.0.0.1:{free_port()}/") == 1


def test_the_token_of_the_environment_is_sent_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OGPGRAPH_UPDATE_TOKEN", "open sesame")
    given: list[str | None] = []

    def reply(request: BaseHTTPRequestHandler, _: bytes) -> Replied:
        given.append(request.headers["Authorization"])
        return 403, {}, b"no"

    with answering(reply) as url:
        assert load(out, "--engine", url) == 1
        assert load(out, "--engine", url.replace("//", "//user:pass@")) == 1
    basic = "Basic " + base64.b64encode(b"user:pass").decode()
    assert given == ["Bearer open sesame", basic]
    said = "".join(capsys.readouterr())
    assert not any(secret in said for secret in ("sesame", "pass@"))


@pytest.mark.parametrize(
    "options",
    [
        ["--update", "http://localhost/"],
        ["--graph-store", "http://localhost/"],
        ["--engine", "localhost:7878"],
        ["--engine", "http://localhost/", "--default-graph", "no iri"],
    ],
)
def test_options_that_make_no_sense_are_wrong_usage(options: list[str], out: Path) -> None:
    assert load(out, *options) == 2


@pytest.mark.parametrize(
    "options", [["--update", "u", "--graph-store", "g"], ["--replace", "--resume"], ["--chunk-triples", "0"]]
)
def test_options_that_exclude_each_other_are_wrong_usage(options: list[str], out: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        load(out, "--engine", "http://localhost/", *options)
    assert ended.value.code == 2


def test_the_command_line_has_the_defaults_of_the_loader() -> None:
    options = cli._parser().parse_args(["load"])
    assert (options.chunk_bytes, options.chunk_triples) == (CHUNK_BYTES, CHUNK_TRIPLES)


@pytest.fixture(scope="module")
def administered_virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    if VIRTUOSO is None:
        pytest.skip("Virtuoso is not installed: make servers")
    with virtuoso(tmp_path_factory.mktemp("virtuoso")) as remote:
        yield remote


@WAYS
def test_virtuoso_is_loaded_with_digest_authentication(way: str, out: Path, administered_virtuoso: Remote) -> None:
    options = administered_virtuoso.options(way)
    assert load(out, *options, "--replace") == 0
    released(out, "2", graphs=3)
    assert load(out, *options) == 1
    assert load(out, *options, "--replace") == 0
    wrong = [option.replace("dba:dba@", "dba:other@") for option in options]
    assert load(out, *wrong, "--replace") == 1
