"""Requests that come again byte for byte: the short way answers as the whole way does, or leaves it to that."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from stub_engine import Script, Served, serving, until

from ogpgraph.serve import repeats
from ogpgraph.serve.access_log import AccessLog
from ogpgraph.serve.cache import AnswerCache
from ogpgraph.serve.connections import Connections
from ogpgraph.serve.exchange import Exchange
from ogpgraph.serve.metrics import Metrics
from ogpgraph.serve.releases import Releases
from ogpgraph.settings import Settings

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
    """For every request that could have come before: whether it took the short way."""
    taken: list[bool] = []
    answer = served.app.connections.answer_repeat

    def noted(*arguments: object) -> bytes | None:
        found = answer(*arguments)  # type: ignore[arg-type]
        taken.append(found is not None)
        return found

    served.app.connections.answer_repeat = noted
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
    "keep-alive": request(TARGET, "Connection: keep-alive"),
    "another tag": request(TARGET, 'If-None-Match: "other"'),
    "origin": request(TARGET, "Origin: https://a.example", "X-Forwarded-For: 192.0.2.9"),
}


@pytest.mark.parametrize("name", SAME)
def test_both_ways_give_the_same(name: str, served: Served, short: list[bool], log: Path) -> None:
    with served.connect() as connection:
        _, whole_way, short_way, again = (asked(connection, SAME[name]) for _ in range(4))
    assert short == [False, False, True, True]
    assert whole_way[0][0] == "HTTP/1.1 200 OK"
    assert "cache-status: ogpgraph; hit" in whole_way[0]
    assert without_own(short_way[0]) == without_own(whole_way[0])
    assert short_way[1] == whole_way[1]
    ids = {line for lines, _ in (whole_way, short_way, again) for line in lines if line.startswith("x-request-id")}
    assert len(ids) == 3
    served.app.access_log.flush()
    noted = [json.loads(line) for line in log.read_text("ascii").splitlines()]
    differing = ("time", "id", "milliseconds")
    first, second = ({key: value for key, value in line.items() if key not in differing} for line in noted[1:3])
    assert first == second


WHOLE_WAY = {
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
    "too long": request(TARGET, "X: " + "y" * 9000),
}


@pytest.mark.parametrize("name", WHOLE_WAY)
def test_what_is_special_goes_the_whole_way(name: str, served: Served, short: list[bool]) -> None:
    with served.connect() as connection:
        for _ in range(4):
            asked(connection, WHOLE_WAY[name])
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


def test_another_release_is_asked_again(served: Served) -> None:
    with served.connect() as connection:
        for _ in range(3):
            asked(connection, request())
        served.engine.digest, served.engine.version = "d2", "2.0.0"
        served.engine.scripts[QUERY] = Script(b"new")
        head, body = asked(connection, request())
    assert body == b"new"
    assert "ogpgraph-version: 2.0.0" in head
    assert "cache-status: ogpgraph; fwd=miss" in head


def test_an_answer_that_is_no_longer_kept_is_evaluated_again(served: Served, short: list[bool]) -> None:
    with served.connect() as connection:
        for _ in range(3):
            asked(connection, request())
        served.app.cache.clear()
        asked(connection, request())
    assert short == [False, False, True, False]
    assert len(served.engine.started) == 2


def test_requests_in_one_piece_are_all_answered(served: Served) -> None:
    with served.connect() as connection:
        for _ in range(3):
            asked(connection, request())
        for _ in range(3):
            connection.sendall(request() * 3)
            assert [answer_on(connection)[1] for _ in range(3)] == [BODY] * 3
        connection.sendall(request()[:20])
        connection.sendall(request()[20:])
        assert answer_on(connection)[1] == BODY


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


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "_MOST_BYTES", 10_000)
    settings = Settings(access_log="")
    releases, cache = Releases(settings), AnswerCache(1)
    metrics = Metrics(releases, cache, Connections(settings))
    known = repeats.Repeats(releases, cache, AccessLog(""), metrics)
    scope = {"http_version": "1.1", "headers": [], "client": ("192.0.2.1", 1)}
    for number in range(100):
        exchange = Exchange("id", "GET", "/sparql", "192.0.2.1", None, None, request=b"%d" % number, kept_as="key")
        for _ in range(2):
            known.learn(scope, exchange, [(b"a", b"b")])
    assert 5 <= len(known._known) < 10
    assert list(known._known)[-1] == ("192.0.2.1", b"99")
    for peer, sent in list(known._known):
        assert known.answer(peer, sent, []) is None  # the cache does not keep it: it is forgotten
    assert known._held_bytes == 0
