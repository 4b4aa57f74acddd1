"""Plain queries by GET: the short way answers as the whole way does, or leaves it to that."""

from __future__ import annotations

import contextlib
import gc
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from stub_engine import Script, Served, StubEngine, serving, until

from ogpgraph.engine.job import EngineFailed, LimitReached
from ogpgraph.protocol.errors import QuerySyntaxError
from ogpgraph.serve import prompt
from ogpgraph.serve.cache import Flight
from ogpgraph.serve.exchange import Exchange

QUERY = "SELECT * { ?s ?p 1 }"
TARGET = "/sparql?" + urlencode({"query": QUERY})
BODY = b'{"head":{"vars":["s","p"]},"results":{"bindings":[]}}'
OWN = ("date", "x-request-id", "server-timing")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "access.log"


@pytest.fixture
def served(log: Path) -> Iterator[Served]:
    with serving(cache_bytes=40_000_000, access_log=str(log)) as served:
        served.engine.scripts[QUERY] = Script(BODY)
        yield served


@pytest.fixture
def short(served: Served) -> list[bool]:
    """For every request that came in one piece: whether it took the short way."""
    taken: list[bool] = []
    take = served.app.connections.take_prompt

    def noted(*arguments: object) -> bool:
        taken.append(take(*arguments))  # type: ignore[arg-type]
        return taken[-1]

    served.app.connections.take_prompt = noted
    return taken


def request(target: str = TARGET, *headers: str, method: str = "GET", version: str = "1.1") -> bytes:
    return "\r\n".join([f"{method} {target} HTTP/{version}", "Host: x", *headers, "", ""]).encode()


def answer_on(connection: socket.socket, to: bytes = b"GET") -> tuple[list[str], bytes]:
    """The lines of the next response's head, and its body as Content-Length has it."""
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(1)
        assert part, "the connection was closed"
        received += part
    lines = received.decode().split("\r\n")[:-2]
    length = next((int(line.split(":")[1]) for line in lines if line.startswith("content-length:")), 0)
    body = b""
    while len(body) < length and not to.startswith(b"HEAD"):
        part = connection.recv(length - len(body))
        assert part, "the body is not whole"
        body += part
    return lines, body


def asked(connection: socket.socket, sent: bytes) -> tuple[list[str], bytes]:
    connection.sendall(sent)
    return answer_on(connection, sent)


def without_own(lines: list[str]) -> list[str]:
    """A head without the values that differ from answer to answer."""
    return [line.partition(":")[0] if line.startswith(OWN) else line for line in lines]


SAME = {
    "plain": request(),
    "accept": request(TARGET, "Accept: text/csv;q=0.5, application/sparql-results+xml"),
    "encoding": request(TARGET, "Accept-Encoding: gzip, zstd"),
    "format": request(TARGET + "&format=tsv"),
    "dataset": request(TARGET + "&default-graph-uri=http%3A%2F%2Fex.org%2Fg"),
    "keep-alive": request(TARGET, "Connection: Keep-Alive"),
    "origin": request(TARGET, "Origin: https://a.example", "X-Forwarded-For: 192.0.2.9"),
    "header twice": request(TARGET, "Accept: text/csv;q=0.2", "Accept: text/tab-separated-values"),
}
ENDS = {
    "whole": Script(BODY),
    "limit": Script(error=LimitReached(503, "query_seconds", 1, "it took longer")),
    "share": Script(error=LimitReached(429, "client_queries", 1, "one runs", retry_seconds=1)),
    "syntax": Script(error=QuerySyntaxError("expected {", 1, 2)),
    "engine": Script(error=EngineFailed("the worker ended")),
    "stream": Script(chunks=[b"a" * 2_000_000, b"b" * 2_000_000]),
}
LONG_WAY = "X-Request-Id: chosen"


def as_noted(served: Served, log: Path) -> list[dict]:
    """The access log, without what differs every time."""
    served.app.access_log.flush()
    noted = [json.loads(line) for line in log.read_text("ascii").splitlines()]
    return [{k: v for k, v in line.items() if k not in ("time", "id", "milliseconds")} for line in noted]


@pytest.mark.parametrize("name", SAME)
def test_both_ways_give_the_same(name: str, served: Served, short: list[bool], log: Path) -> None:
    """Evaluated and from the cache, head and body, and what the log says of them."""
    whole_way = SAME[name].replace(b"\r\n", f"\r\n{LONG_WAY}\r\n".encode(), 1)
    with served.connect() as connection:
        answers = [asked(connection, sent) for sent in (whole_way, whole_way)]
        served.app.cache.clear()
        answers += [asked(connection, sent) for sent in (SAME[name], SAME[name], SAME[name])]
    assert short == [False, False, True, True, True]
    (missed, body), (hit, _), (short_missed, short_body), (short_hit, hit_body), (again, _) = answers
    assert missed[0] == "HTTP/1.1 200 OK"
    assert "cache-status: ogpgraph; fwd=miss" in missed
    assert "cache-status: ogpgraph; hit" in hit
    assert sorted(without_own(short_missed)) == sorted(without_own(missed))
    assert sorted(without_own(short_hit)) == sorted(without_own(hit))
    assert body == short_body == hit_body == BODY
    ids = {line for lines in (short_missed, short_hit, again) for line in lines if line.startswith("x-request-id")}
    assert len(ids) == 3
    until(lambda: len(as_noted(served, log)) == 5)
    noted = as_noted(served, log)
    assert noted[2:4] == noted[:2]
    assert len(served.engine.started) == 2
    assert served.engine.started[0] == served.engine.started[1]


@pytest.mark.parametrize("end", ENDS)
def test_both_ways_end_the_same(end: str, served: Served, short: list[bool], log: Path) -> None:
    served.engine.scripts[QUERY] = ENDS[end]
    read = everything_chunked if end == "stream" else answer_on
    with served.connect() as connection:
        found = []
        for sent in (request(TARGET, LONG_WAY), request()):
            served.app.cache.clear()
            connection.sendall(sent)
            found.append(read(connection))
        assert asked(connection, request("/health"))[0][0] == "HTTP/1.1 200 OK"
    assert short == [False, True, False]
    (head, body), (short_head, short_body) = found
    assert sorted(without_own(short_head)) == sorted(without_own(head))
    assert short_body == body
    until(lambda: len(as_noted(served, log)) == 3)
    noted = as_noted(served, log)
    assert noted[0] == noted[1]
    assert served.app.cache._flights == {}
    assert len(served.engine.started) == 2
    assert len(served.engine.left) == (0 if ENDS[end].error else 2)


def everything_chunked(connection: socket.socket) -> tuple[list[str], bytes]:
    """The lines of a head, and a body that comes in chunks."""
    file = connection.makefile("rb")
    lines = list(iter(lambda: file.readline().decode().rstrip("\r\n"), ""))
    assert "transfer-encoding: chunked" in lines
    body = b""
    while size := int(file.readline(), 16):
        body += file.read(size)
        file.readline()
    file.readline()
    return lines, body


def test_a_stream_that_fails_is_cut(served: Served, short: list[bool]) -> None:
    served.engine.scripts[QUERY] = Script(chunks=[b"a" * 5_000_000, EngineFailed("the worker ended")])
    with served.connect() as connection:
        connection.sendall(request())
        with pytest.raises(ValueError, match="invalid literal"):  # no last chunk
            everything_chunked(connection)
    assert short == [True]


def test_who_leaves_ends_the_query(served: Served, short: list[bool], log: Path) -> None:
    served.engine.scripts[QUERY] = Script(BODY, go=threading.Event())
    with served.connect() as connection:
        connection.sendall(request())
        until(lambda: len(served.engine.started) == 1)
    until(lambda: len(served.engine.cancelled) == 1)
    until(lambda: len(as_noted(served, log)) == 1)
    (noted,) = as_noted(served, log)
    assert (noted["client_gone"], noted["bytes"]) == (True, 0)
    assert served.app.cache._flights == {}
    assert short == [True]


def test_who_asks_the_same_meanwhile_gets_the_same_answer(served: Served, short: list[bool]) -> None:
    """Also where who asked first has left."""
    go = threading.Event()
    served.engine.scripts[QUERY] = Script(BODY, go=go)
    with served.connect() as first, served.connect() as second:
        first.sendall(request())
        until(lambda: len(served.engine.started) == 1)
        second.sendall(request())
        until(lambda: served.app.cache.waiting == 1)
        first.close()
        go.set()
        lines, body = answer_on(second)
    assert body == BODY
    assert "cache-status: ogpgraph; fwd=miss; collapsed" in lines
    assert len(served.engine.started) == 1
    assert served.engine.cancelled == []
    assert short == [True, False]


def test_who_waits_for_a_long_answer_asks_on_their_own_when_the_first_has_left(served: Served, log: Path) -> None:
    go = threading.Event()
    served.engine.scripts[QUERY] = Script(chunks=[BODY], go=go)
    with served.connect() as first, served.connect() as second:
        first.sendall(request())
        until(lambda: len(served.engine.started) == 1)
        second.sendall(request())
        until(lambda: served.app.cache.waiting == 1)
        first.close()
        until(lambda: served.app.connections.open == 1)
        go.set()
        assert answer_on(second)[1] == BODY
    assert len(served.engine.started) == 2
    assert len(served.engine.left) == 2
    until(lambda: len(as_noted(served, log)) == 2)
    assert [each.get("client_gone", False) for each in as_noted(served, log)] == [True, False]  # each noted once


WHOLE_WAY = {
    "another tag": request(TARGET, 'If-None-Match: "other"'),
    "not as it is kept": request(TARGET, "Accept-Encoding: gzip, identity;q=0"),
    "own id": request(TARGET, "X-Request-Id: mine"),
    "upgrade": request(TARGET, "Connection: upgrade", "Upgrade: h2c"),
    "secret": request(TARGET, "Authorization: Bearer secret"),
    "cookie": request(TARGET, "Cookie: session=secret"),
    "no body": request(TARGET, "Content-Length: 0"),
    "HEAD": request(method="HEAD"),
    "not kept": request("/sparql?" + urlencode({"query": "SELECT (NOW() AS ?now) { }"})),
    "error": request("/sparql?query=a&query=b"),
    "description": request("/sparql?format=turtle"),
    "another path": request("/health"),
    "no URL": request("/sparql?query=ASK{}"),
    "a fragment": request("/sparql?query=ASK%7B%7D#fragment"),
    "federated": request("/sparql?" + urlencode({"query": "ASK { SERVICE <http://ex.org/> { } }"})),
    "parameter first": request("/sparql?format=csv&" + urlencode({"query": QUERY})),
    "too long": request(TARGET, "X: " + "y" * 9000),
}


@pytest.mark.parametrize("name", WHOLE_WAY)
def test_what_is_special_goes_the_whole_way(name: str, served: Served, short: list[bool]) -> None:
    with served.connect() as connection:
        for _ in range(4):
            asked(connection, WHOLE_WAY[name])
    assert not any(short)


@pytest.mark.parametrize("header", ["Accept text/csv", ": text/csv", "Accept\x00: text/csv", "Accept: a\nb"])
def test_what_is_no_http_is_refused(header: str, served: Served, short: list[bool]) -> None:
    with served.connect() as connection:
        head, _ = asked(connection, request(TARGET, header))
    assert head[0] == "HTTP/1.1 400 Bad Request"
    assert not any(short)


@pytest.mark.parametrize("sent", [request(TARGET, "Connection: close"), request(version="1.0")])
def test_a_connection_that_is_to_be_closed_is_closed(sent: bytes, served: Served, short: list[bool]) -> None:
    for _ in range(3):
        with served.connect() as connection:
            _, body = asked(connection, sent)
            assert body == BODY
            assert connection.recv(1) == b""
    assert not any(short)


def test_who_has_the_answer_is_told_so_every_time(served: Served, short: list[bool]) -> None:
    with served.connect() as connection:
        head, _ = asked(connection, request())
        etag = next(line.partition(": ")[2] for line in head if line.startswith("etag:"))
        for _ in range(3):
            head, body = asked(connection, request(TARGET, f"If-None-Match: {etag}"))
            assert (head[0], body) == ("HTTP/1.1 304 Not Modified", b"")


def test_another_release_is_asked_again(served: Served, short: list[bool]) -> None:
    with served.connect() as connection:
        asked(connection, request())
        served.engine.digest, served.engine.version = "d2", "2.0.0"
        served.engine.scripts[QUERY] = Script(b"new")
        head, body = asked(connection, request())
    assert body == b"new"
    assert "ogpgraph-version: 2.0.0" in head
    assert "cache-status: ogpgraph; fwd=miss" in head
    assert short == [True, True]


def test_an_engine_that_cannot_be_asked_so_goes_the_whole_way(served: Served, short: list[bool], monkeypatch) -> None:
    monkeypatch.delattr(StubEngine, "ask")
    with served.connect() as connection:
        for _ in range(2):
            assert asked(connection, request())[1] == BODY
    assert short == [False, True]  # what is kept needs no engine


def test_requests_in_one_piece_are_all_answered(served: Served) -> None:
    with served.connect() as connection:
        for _ in range(3):
            connection.sendall(request() * 3)
            assert [answer_on(connection)[1] for _ in range(3)] == [BODY] * 3
        connection.sendall(request()[:20])
        connection.sendall(request()[20:])
        assert answer_on(connection)[1] == BODY


@pytest.mark.parametrize("first", [Script(BODY), Script(chunks=[BODY * 60_000])], ids=["whole", "stream"])
@pytest.mark.parametrize("is_whole", [True, False])
def test_what_is_sent_before_the_answer_is_answered_after_it(first: Script, is_whole: bool, served: Served) -> None:
    served.engine.scripts[QUERY] = first
    first.go = threading.Event()
    with served.connect() as connection:
        connection.sendall(request())
        until(lambda: len(served.engine.started) == 1)
        following = request("/health", "Connection: close")
        connection.sendall(following[: len(following) if is_whole else 30])
        threading.Event().wait(0.05)
        first.go.set()
        if not is_whole:
            threading.Event().wait(0.05)
            connection.sendall(following[30:])
        received = b"".join(iter(lambda: connection.recv(65_536), b""))
    answer, _, health = received.rpartition(b"HTTP/1.1 200 OK\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert BODY in answer
    assert b'"version":"1.0.0"' in health


def test_the_body_of_a_request_is_never_taken_for_another_one(served: Served, short: list[bool]) -> None:
    with served.connect() as connection:
        for _ in range(3):
            asked(connection, request())
        short.clear()
        connection.sendall(request(TARGET, f"Content-Length: {len(request())}"))
        assert answer_on(connection)[1] == BODY
        connection.sendall(request())  # is that body
        head, _ = asked(connection, request("/health"))
        assert "content-type: application/json" in head
    assert not any(short)


def test_a_client_that_takes_nothing_is_not_sent_more(served: Served, short: list[bool]) -> None:
    served.engine.scripts[QUERY] = Script(bytes(2_000_000))
    with served.connect() as connection:
        for _ in range(3):
            asked(connection, request())
        sent = 0
        while len(short) == 3 + sent and sent < 30:
            connection.sendall(request())
            sent += 1
            with contextlib.suppress(AssertionError):
                until(lambda: len(short) == 3 + sent, seconds=0.5)  # noqa: B023
        assert len(short) < 3 + sent  # the last one waits for room
        assert all(len(answer_on(connection)[1]) == 2_000_000 for _ in range(sent))


def test_what_is_remembered_is_bounded_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompt, "_MOST_HEADS", 5)
    known = prompt._Heads()
    for number in range(20):
        found = known.find(b"Accept: text/csv;q=0.%d\r\n\r\n" % number)
        assert found
        assert found.accept == f"text/csv;q=0.{number}"
        assert known.find(b"Cookie: %d\r\n\r\n" % number) is None
    assert list(known._known) == [b"Accept: text/csv;q=0.%d\r\n\r\n" % number for number in range(15, 20)]


def test_a_server_that_stops_finishes_what_it_has(log: Path) -> None:
    script = Script(BODY, go=threading.Event())
    with serving() as served:
        served.engine.scripts[QUERY] = script
        connection = served.connect()
        connection.sendall(request())
        until(lambda: len(served.engine.started) == 1)
        threading.Timer(0.3, script.go.set).start()  # type: ignore[union-attr]
    with connection:
        lines, body = answer_on(connection)
        assert connection.recv(1) == b""
    assert body == BODY
    assert "connection: close" in lines


def kept_of_requests() -> int:
    """What is in memory of requests, by any server in this process."""
    return sum(isinstance(each, (Exchange, Flight)) for each in gc.get_objects())


def test_what_a_request_leaves_is_freed_without_the_collector(served: Served, short: list[bool]) -> None:
    """Answers held by circles of references would lie about until it runs."""
    gc.collect()
    gc.disable()
    try:
        before = kept_of_requests()
        with served.connect() as connection:
            for number in range(20):
                served.engine.scripts[f"SELECT * {{ ?s ?p {number} }}"] = Script(BODY)
                target = f"/sparql?query=SELECT+*+%7B+%3Fs+%3Fp+{number}+%7D"
                assert asked(connection, request(target))[1] == BODY
            left = kept_of_requests() - before
    finally:
        gc.enable()
    assert short == [True] * 20
    assert left <= 2  # the last request's, which its connection still knows
