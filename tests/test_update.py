"""SPARQL Update over HTTP: who may write, what passes the gate, what a crash, a limit or a reader meanwhile sees."""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse
from stub_engine import serving as in_thread
from writable_server import AUTHORIZED, TOKEN, Server, copy_of, serving

from ogpgraph.engine import change
from ogpgraph.engine.change import Conflict, Operation
from ogpgraph.engine.writable import WritableFolder, folder_to_serve, hidden_release
from ogpgraph.load import open_release
from ogpgraph.protocol import documents, requests
from ogpgraph.release import Release
from ogpgraph.serve.releases import Releases
from ogpgraph.serve.update import Writes
from ogpgraph.settings import CANONICAL_BASE, Settings
from ogpgraph.vocabulary import SH

pytest_plugins = ["fixtures_three_plans"]

COMMITMENT = f"<{CANONICAL_BASE}id/commitment/XA0006>"
INSERT = "INSERT DATA { GRAPH <http://e/g> { <http://e/s> <http://e/p> %s } }"
VALUES = "SELECT ?o { GRAPH <http://e/g> { <http://e/s> <http://e/p> ?o } } ORDER BY ?o"
FORM = "application/x-www-form-urlencoded"
UPDATE = "application/sparql-update"


@pytest.fixture(scope="module")
def server(xanadu_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that writes without validating: what is written is not what these tests are about."""
    out = copy_of(xanadu_release.folder, tmp_path_factory.mktemp("update"))
    with serving(out, update_checks=0, access_log=str(out / "access.log")) as server:
        yield server


@pytest.fixture
def empty(server: Server) -> Server:
    """The server without the graph that the tests write to."""
    assert server.update("DROP SILENT GRAPH <http://e/g>").status == 204
    return server


@pytest.fixture(scope="module")
def gated(xanadu_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that validates what is written."""
    with serving(copy_of(xanadu_release.folder, tmp_path_factory.mktemp("gated"))) as server:
        yield server


# Who may write


def test_without_a_token_nothing_is_written(xanadu_release: Release, tmp_path: Path) -> None:
    with serving(copy_of(xanadu_release.folder, tmp_path), token="") as server:
        for path in ("/sparql", "/update"):
            for body, content_type in ((INSERT % 1, UPDATE), (urlencode({"update": INSERT % 1}), FORM)):
                refused = server.write("POST", path, body, content_type)
                assert refused.status == 403
                assert "read-only" in refused.json()["detail"]
        for method in ("PUT", "POST", "DELETE"):
            for path in ("/graphs?default", "/graphs", "/graph/catalogue"):
                assert server.write(method, path, "").status == 403
        assert server.rows(VALUES) == []
        assert server.request("GET", "/graph/catalogue").status == 200
        assert not (tmp_path / "writable").exists()


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (None, 401),
        ("", 401),
        ("Bearer", 401),
        ("Bearer ", 401),
        (f"Basic {TOKEN}", 401),
        (TOKEN, 401),
        ("Bearer wrong", 403),
        (f"Bearer {TOKEN[:-1]}", 403),
        (f"Bearer {TOKEN}x", 403),
        ("Bearer t\xf6ken", 403),
        (f"bearer {TOKEN}", 204),
    ],
)
def test_a_write_needs_the_token(empty: Server, authorization: str | None, status: int) -> None:
    headers = {"Content-Type": UPDATE} | ({} if authorization is None else {"Authorization": authorization})
    answer = empty.request("POST", "/sparql", INSERT % 1, headers)
    assert answer.status == status
    assert answer.headers["www-authenticate"] == ('Bearer realm="ogpgraph"' if status == 401 else None)
    assert TOKEN not in answer.body.decode()
    assert empty.rows(VALUES) == ([["1"]] if status == 204 else [])


def test_the_token_is_taken_from_the_header_alone_and_is_not_logged(empty: Server) -> None:
    parameters = urlencode({"access_token": TOKEN, "token": TOKEN})
    body = f"{parameters}&{urlencode({'update': INSERT % 1})}"
    assert empty.request("POST", f"/sparql?{parameters}", body, {"Content-Type": FORM}).status == 401
    assert empty.update(INSERT % 2).status == 204
    assert empty.rows(VALUES) == [["2"]]
    query = f'"query": "{hashlib.sha256((INSERT % 2).encode()).hexdigest()[:16]}"'
    assert within_seconds(10, lambda: query in (empty.out / "access.log").read_text("utf-8"))
    log = (empty.out / "access.log").read_text("utf-8")
    assert TOKEN not in log
    assert quote(TOKEN) not in log


def test_a_large_body_is_not_awaited_from_who_may_not_write(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.putrequest("POST", "/update")
    connection.putheader("Content-Type", UPDATE)
    connection.putheader("Content-Length", str(40_000_000))
    connection.endheaders(b"INSERT DATA {")
    assert connection.getresponse().status == 401
    connection.close()


def test_a_form_may_be_as_large_as_an_update_for_who_may_write(empty: Server) -> None:
    large = "x" * 1_100_000
    update = urlencode({"update": INSERT % f'"{large}"'})
    refused = empty.request("POST", "/sparql", update, {"Content-Type": FORM})
    assert (refused.status, refused.json()["limit"], refused.json()["value"]) == (413, "body_bytes", 1_000_000)
    assert empty.write("POST", "/sparql", update, FORM).status == 204
    assert empty.rows(VALUES) == [[large]]
    query = urlencode({"query": f"ASK {{}} #{large}"})
    refused = empty.write("POST", "/sparql", query, FORM)
    assert (refused.status, refused.json()["limit"]) == (413, "body_bytes")


@pytest.mark.parametrize(
    ("path", "token", "methods"),
    [
        ("/graphs", TOKEN, "GET, HEAD, POST, PUT, DELETE, OPTIONS"),
        ("/graph/catalogue", TOKEN, "GET, HEAD, POST, PUT, DELETE, OPTIONS"),
        ("/sparql", TOKEN, "GET, HEAD, POST, QUERY, OPTIONS"),
        ("/graphs", "", "GET, HEAD, POST, QUERY, OPTIONS"),
    ],
)
def test_scripts_are_told_the_methods_that_write(path: str, token: str, methods: str) -> None:
    with in_thread(update_token=token) as server:
        asked_for = {"Origin": "https://example.org", "Access_Control_Request_Method": "PUT"}
        answer = server.ask("OPTIONS", path, **asked_for)
    assert (answer.status, answer.headers["access-control-allow-methods"]) == (204, methods)
    allowed = answer.headers["access-control-allow-headers"].split(", ")
    assert {"Authorization", "Content-Type", "If-None-Match"} <= set(allowed)
    assert ("If-Match" in allowed) == ("PUT" in methods)


def test_with_another_endpoint_behind_writes_go_there() -> None:
    settings = Settings(engine="http://127.0.0.1:9/sparql", update_token=TOKEN)
    scope = {"headers": [(b"authorization", f"Bearer {TOKEN}".encode())]}
    refused = Writes(Releases(settings), settings).denied(scope)
    assert refused
    assert refused.status_code == 501
    assert b"send the write there" in refused.body


def test_what_is_kept_on_disk_is_not_written_to(xanadu_release: Release, tmp_path: Path) -> None:
    with serving(copy_of(xanadu_release.folder, tmp_path), store="disk") as server:
        refused = server.update(INSERT % 1)
        assert refused.status == 501
        assert "store=memory" in refused.json()["detail"]
        assert server.rows(VALUES) == []


# The operation


@pytest.mark.parametrize("path", ["/sparql", "/update"])
@pytest.mark.parametrize("content_type", [UPDATE, FORM])
def test_an_update_changes_what_new_queries_see(empty: Server, path: str, content_type: str) -> None:
    before, tag = empty.health(), tag_of(empty)
    body = INSERT % "'é+%20'" if content_type == UPDATE else urlencode({"update": INSERT % "'é+%20'"})
    answer = empty.write("POST", path, body, content_type)
    assert (answer.status, answer.body) == (204, b"")
    assert empty.rows(VALUES) == [["é+%20"]]
    after = empty.health()
    assert after["quads"] == before["quads"] + 1
    assert after["digest"] != before["digest"]
    assert after["version"] == f"{before['version'].partition('+')[0]}+{after['digest'][:8]}"
    assert answer.headers["ogpgraph-version"] == after["version"]
    assert tag_of(empty) != tag


def test_no_state_has_the_tag_of_another(empty: Server) -> None:
    """Even where the data are the same again: an answer that was given between two states must not be kept for both."""
    tags = {tag_of(empty)}
    for text in (INSERT % 1, "DROP GRAPH <http://e/g>", "CREATE SILENT GRAPH <http://e/g>"):
        assert empty.update(text).status == 204
        tags.add(tag_of(empty))
    assert len(tags) == 4


def tag_of(server: Server) -> str:
    return server.request("GET", f"/sparql?query={quote(VALUES)}").headers["etag"]


def test_the_request_may_name_the_graphs_of_where(empty: Server) -> None:
    assert empty.update("INSERT DATA { GRAPH <http://e/h> { <http://e/s> <http://e/p> 7 } }").status == 204
    text = "INSERT { GRAPH <http://e/g> { ?s ?p ?o } } WHERE { ?s ?p ?o }"
    assert empty.write("POST", "/sparql?using-graph-uri=http://e/h", text, UPDATE).status == 204
    assert empty.rows(VALUES) == [["7"]]


def test_relative_iris_are_resolved_against_the_endpoint(empty: Server) -> None:
    assert empty.update(INSERT % "<test>").status == 204
    assert empty.rows(VALUES) == [[f"{CANONICAL_BASE}test"]]


def test_an_update_that_does_not_parse_is_400_with_its_place(empty: Server) -> None:
    refused = empty.update("INSERT DATA {\n <http://e/s> <http://e/p>\n}")
    assert refused.status == 400
    assert (refused.json()["line"], refused.json()["column"]) == (3, 1)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("LOAD <{document}> INTO GRAPH <http://e/g>", 403),
        ("PREFIX e: <{document}> LOAD e: INTO GRAPH <http://e/g>", 403),
        ("LOAD <file:///etc/passwd> INTO GRAPH <http://e/g>", 403),
        ("LOAD <{document}> INTO", 400),
        ("LOAD ;", 400),
        ("LOAD SILENT <{document}> INTO GRAPH <http://e/g>", 204),
        ("load silent <file:///etc/passwd> INTO GRAPH <http://e/g> ; CLEAR SILENT GRAPH <{document}>", 204),
        ("INSERT {{ GRAPH <http://e/g> {{ ?s ?p ?o }} }} WHERE {{ SERVICE <{document}> {{ ?s ?p ?o }} }}", 403),
    ],
)
def test_an_update_fetches_nothing(empty: Server, text: str, status: int) -> None:
    """A LOAD that may fail silently does nothing, any other is refused; nobody comes to the port that it names."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        answer = empty.update(text.format(document=f"http://127.0.0.1:{listener.getsockname()[1]}/"))
        assert answer.status == status, answer.body
        with pytest.raises(TimeoutError):
            listener.accept()
    assert empty.rows(VALUES) == []


NOWHERE = f"<{documents.NOWHERE}>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LOAD <urn:a>", f"LOAD {NOWHERE}"),
        ("load # <urn:b>\nsilent<urn:a>into graph<urn:b>", f"load # <urn:b>\nsilent{NOWHERE}into graph<urn:b>"),
        (
            "PREFIX a: <urn:a> LOAD a:b; CLEAR ALL; LOAD :",
            f"PREFIX a: <urn:a> LOAD {NOWHERE}; CLEAR ALL; LOAD {NOWHERE}",
        ),
        ("INSERT DATA { <urn:LOAD> a:LOAD 'LOAD <urn:a>' }", "INSERT DATA { <urn:LOAD> a:LOAD 'LOAD <urn:a>' }"),
        ("LOAD ; LOAD SILENT", "LOAD ; LOAD SILENT"),
        ("LOADa:b", "LOADa:b"),
    ],
)
def test_a_load_is_made_to_name_what_cannot_be(text: str, expected: str) -> None:
    assert documents.to_nowhere(requests.Update(text)).text == expected


def test_an_update_is_done_whole_or_not_at_all(empty: Server) -> None:
    version = empty.health()["version"]
    refused = empty.update(f"{INSERT % 1} ; DROP GRAPH <http://e/nothing>")
    assert refused.status == 409
    assert "<http://e/nothing>" in refused.json()["detail"]
    assert empty.rows(VALUES) == []
    assert empty.health()["version"] == version


# The gate


def test_a_write_that_breaks_a_shape_or_a_rule_is_refused_with_the_report(gated: Server) -> None:
    title = f"SELECT ?title {{ {COMMITMENT} <http://purl.org/dc/terms/title> ?title }}"
    before = gated.rows(title), gated.health()["digest"]
    identifier = "<http://purl.org/dc/terms/identifier>"
    text = (
        f"DELETE {{ {COMMITMENT} {identifier} ?old }} INSERT {{ {COMMITMENT} {identifier} 'nonsense' }} "
        f"WHERE {{ {COMMITMENT} {identifier} ?old }}"
    )
    refused = gated.update(text)
    assert refused.status == 422
    problem = refused.json()
    assert problem["count"] == len(problem["violations"])
    found = {(each["rule"], each["node"]) for each in problem["violations"]}
    node = COMMITMENT.strip("<>")
    assert {("CommitmentShape-identifier", node), ("005-identifier-iri", node), ("unaccounted", node)} <= found
    assert all(each["message"] for each in problem["violations"])
    report = gated.update(text, Accept="text/turtle, application/json;q=0.5")
    assert (report.status, report.headers["content-type"]) == (422, "text/turtle; charset=utf-8")
    triples = {quad.triple for quad in parse(report.body, RdfFormat.TURTLE)}
    assert [each.object.value for each in triples if each.predicate == SH.conforms] == ["false"]
    shapes = {each.object.value.rpartition("#")[2] for each in triples if each.predicate == SH.sourceShape}
    assert {"CommitmentShape-identifier", "Rule-005-identifier-iri", "Rule-unaccounted"} <= shapes
    assert (gated.rows(title), gated.health()["digest"]) == before
    assert [path.name for path in (gated.out / "writable").iterdir()] == ["lock"]


def test_a_write_that_keeps_shapes_and_rules_passes_the_gate(gated: Server) -> None:
    note = f"{COMMITMENT} <http://www.w3.org/2000/01/rdf-schema#seeAlso> <http://e/elsewhere>"
    assert gated.update(f"INSERT DATA {{ GRAPH <http://e/notes> {{ {note} }} }}").status == 204
    assert gated.rows(f"SELECT ?where {{ GRAPH ?where {{ {note} }} }}") == [["http://e/notes"]]


# Limits


CROSS_PRODUCT = (
    "INSERT { <http://e/s> <http://e/p> ?n } WHERE { { SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } } }"
)
MANY = "INSERT { GRAPH <http://e/g> { ?a ?b ?f } } WHERE { ?a ?b ?c . ?d ?e ?f }"


LIMITS = {"update_seconds": 3, "query_memory_bytes": 50_000_000, "update_body_bytes": 1000}


@pytest.fixture(scope="module")
def limited(xanadu_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with low limits."""
    with serving(
        copy_of(xanadu_release.folder, tmp_path_factory.mktemp("limits")), update_checks=0, **LIMITS
    ) as server:
        yield server


@pytest.mark.parametrize(
    ("text", "status", "limit"),
    [
        (CROSS_PRODUCT, 503, "update_seconds"),
        (MANY, 503, "query_memory_bytes"),
        (INSERT % 1 + "#" * 1000, 413, "update_body_bytes"),
    ],
)
def test_a_write_over_its_limit_ends_and_changes_nothing(limited: Server, text: str, status: int, limit: str) -> None:
    before, processes = limited.health(), len(family(limited.process.pid))
    refused = limited.update(text)
    assert refused.status == status
    assert (refused.json()["limit"], refused.json()["value"]) == (limit, LIMITS[limit])
    after = limited.health()
    assert (after["digest"], after["quads"]) == (before["digest"], before["quads"])
    assert len(family(limited.process.pid)) <= processes


def family(pid: int) -> list[int]:
    """The processes below one that are alive, it included."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state != "Z":
            parents[int(folder.name)] = int(parent)
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found


def test_a_client_that_goes_away_ends_its_write(empty: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", empty.port, timeout=5)
    connection.request("POST", "/update", CROSS_PRODUCT, {**AUTHORIZED, "Content-Type": UPDATE})
    time.sleep(0.3)
    connection.close()
    assert empty.update(INSERT % 4).status == 204
    assert empty.rows(VALUES) == [["4"]]


# Readers and other writers meanwhile


def test_readers_see_whole_states_and_writers_see_each_other(empty: Server) -> None:
    graph, count = "/graphs?graph=http://e/g", 300
    query = "SELECT (COUNT(*) AS ?n) (MIN(?o) AS ?least) (MAX(?o) AS ?most) { GRAPH <http://e/g> { ?s ?p ?o } }"

    def put(value: int) -> None:
        triples = "".join(f"<http://e/{n}> <http://e/p> {value} .\n" for n in range(count))
        assert empty.write("PUT", graph, triples).status in (201, 204)
        ((_, least, _),) = empty.rows(query)
        assert int(least) >= value

    put(0)
    with ThreadPoolExecutor(3) as readers:
        writing = readers.submit(lambda: [put(value) for value in range(1, 12)])
        states = []
        while not writing.done():
            states += list(readers.map(empty.rows, [query, query]))
        writing.result()
    assert {row[0][0] for row in states} == {str(count)}
    assert all(row[0][1] == row[0][2] for row in states)
    assert len({row[0][1] for row in states}) > 2


def test_writes_at_the_same_time_are_done_one_after_another(empty: Server) -> None:
    with ThreadPoolExecutor(6) as writers:
        answers = list(writers.map(lambda value: empty.update(INSERT % value), range(6)))
    assert {answer.status for answer in answers} == {204}
    assert len({answer.headers["ogpgraph-version"] for answer in answers}) > 1
    assert empty.rows(VALUES) == [[str(value)] for value in range(6)]


def test_only_one_server_writes(tmp_path: Path) -> None:
    folder, version = WritableFolder(tmp_path), committed(tmp_path, 1).name
    folder.acquire(version)
    folder.stage(Operation.UPDATE, [], None, None)
    other = WritableFolder(tmp_path)
    with pytest.raises(Conflict, match="another server writes"):
        other.acquire(version)
    other.discard()
    assert folder.staging.is_dir()
    folder.release()
    with pytest.raises(Conflict, match=f"the writable copy is {re.escape(version)}, this server answers from 0.1.0-0"):
        WritableFolder(tmp_path).acquire("0.1.0-0")


# What stays


def test_what_was_written_outlives_the_server_and_a_newer_release(xanadu_release: Release, tmp_path: Path) -> None:
    out = copy_of(xanadu_release.folder, tmp_path)
    with serving(out, update_checks=0) as server:
        assert server.update(f"{INSERT % 5} ; CREATE GRAPH <http://e/empty>").status == 204
        version = server.health()["version"]
    with serving(out, update_checks=0, release_check_seconds=1) as server:
        assert server.health()["version"] == version
        assert server.rows(VALUES) == [["5"]]
        assert server.request("GET", "/graphs?graph=http://e/empty").status == 200
        (out / "newer").symlink_to(xanadu_release.folder.name)
        (out / "latest").unlink()
        (out / "latest").symlink_to("newer")
        assert server.update(INSERT % 6).status == 204
        time.sleep(1.5)
        assert server.rows(VALUES) == [["5"], ["6"]]
        assert "hidden_release" not in server.health()  # it is the release that was copied
    assert folder_to_serve(Settings(out=str(out), update_token="")) == out / xanadu_release.version


def test_a_release_that_a_writable_copy_hides_is_told(
    xanadu_release: Release, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = copy_of(xanadu_release.folder, tmp_path)

    def told() -> str:
        return capfd.readouterr().err

    with serving(out, update_checks=0, release_check_seconds=1) as server:
        assert server.update(INSERT % 5).status == 204
        version = server.health()["version"]
        (out / xanadu_release.version).rename(out / "99.0.0")
        (out / "latest").unlink()
        (out / "latest").symlink_to("99.0.0")
        assert (server.health()["version"], server.health()["hidden_release"]) == (version, "99.0.0")
        line = f"release 99.0.0 is hidden by {version}, to which writes went: remove {out / 'writable'}"
        logged: list[str] = []
        assert within_seconds(10, lambda: line in (logged.append(told()) or "".join(logged)))
        time.sleep(1.5)
        assert ("".join(logged) + told()).count("is hidden by") == 1
    with serving(out, update_checks=0) as server:
        assert server.health()["hidden_release"] == "99.0.0"
    assert line in told()
    assert hidden_release(Settings(out=str(out), update_token=""), version) is None


STAGES: dict[str, Callable[[Path], bool]] = {
    "the candidate is being judged": lambda folder: (folder / "staging" / "dataset.nq").exists(),
    "the state is in force": lambda folder: (folder / "latest").exists(),
}


@pytest.mark.parametrize("stage", STAGES)
def test_a_crash_leaves_the_old_or_the_new_state(xanadu_release: Release, tmp_path: Path, stage: str) -> None:
    out = copy_of(xanadu_release.folder, tmp_path)
    new = stage == "the state is in force"
    with serving(out, update_checks=0 if new else 1) as server, ThreadPoolExecutor(1) as writer:
        writing = writer.submit(server.update, INSERT % 1)
        while not STAGES[stage](out / "writable") and not writing.done():
            pass
        processes = family(server.process.pid)
        server.kill()
        assert new or isinstance(writing.exception(), http.client.HTTPException | ConnectionError)
        assert within_seconds(10, lambda: not any(map(is_there, processes)))
    with serving(out, update_checks=0) as server:
        assert server.rows(VALUES) == ([["1"]] if new else [])
        assert ("+" in server.health()["version"]) == new
        assert server.update(INSERT % 2).status == 204
        assert sorted(path.name for path in (out / "writable").glob("*+*")) == [server.health()["version"]]


def is_there(pid: int) -> bool:
    """Whether a process runs; one that has ended and that nobody waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def within_seconds(seconds: float, holds: Callable[[], bool]) -> bool:
    """Whether something holds soon."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_a_commit_that_is_interrupted_anywhere_leaves_the_old_or_the_new_state(tmp_path: Path) -> None:
    """Ends a process at every system call of a commit that touches the disk, the first, the second, …"""
    settings = Settings(out=str(tmp_path), update_token=TOKEN)
    first = committed(tmp_path, 1)
    seen = []
    for step in range(1, 100):
        child = os.fork()
        if not child:
            stop_at(step)
            committed(tmp_path, 2)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        folder = folder_to_serve(settings)
        assert folder
        (quad,) = open_release(folder)
        assert quad.object.value == ("1" if folder == first else "2")
        seen.append(quad.object.value)
        if os.waitstatus_to_exitcode(status) == 0:
            break
        if folder != first:
            (tmp_path / "writable" / "latest").unlink()
            (tmp_path / "writable" / "latest").symlink_to(first.name)
    assert len(seen) > 8
    assert seen == sorted(seen)
    assert set(seen) == {"1", "2"}


def committed(out: Path, value: int) -> Path:
    """Write a dataset of one quad to the writable copy, as a server does; the folder of the new state."""
    folder = WritableFolder(out)
    store = Store()
    store.add(Quad(NamedNode("http://e/s"), NamedNode("http://e/p"), Literal(value), NamedNode("http://e/g")))
    current = folder_to_serve(Settings(out=str(out), update_token=TOKEN))
    folder.acquire(current.name if current else "0.1.0-0")
    staged = folder.stage(Operation.UPDATE, [(b"", "http://e/", UPDATE)], None, None)
    answer = change.apply(store, change.as_message(staged, folder.candidate, 10))
    try:
        return folder.commit(change.outcome(answer), "0.1.0-0")
    finally:
        folder.release()


def stop_at(step: int) -> None:
    """End this process as a crash does before its so many-th system call that touches the disk."""
    left = step

    def stopping(function: Callable[..., object]) -> Callable[..., object]:
        def called(*arguments: object, **options: object) -> object:
            nonlocal left
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **options)

        return called

    for name in ("fsync", "replace", "symlink", "unlink", "mkdir", "rmdir", "open"):
        setattr(os, name, stopping(getattr(os, name)))
