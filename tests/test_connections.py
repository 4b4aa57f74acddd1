"""Limits of connections, and how answers begin and end on the wire: bytes that come and go on bare connections."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from stub_engine import Script, Served, serving, until

from ogpgraph.engine.job import LimitReached

QUERY = "SELECT * { ?s ?p 1 }"
PATH = "/sparql?" + urlencode({"query": QUERY})
CUT = LimitReached(503, "query_seconds", 30, "it took longer")
GET = f"GET {PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    limits = {"header_seconds": 1, "body_seconds": 1, "idle_seconds": 1, "send_seconds": 1, "body_bytes": 5000}
    with serving(**limits, cache_bytes=16_000) as served:
        yield served


@pytest.fixture
def served(server: Served) -> Served:
    server.forget()
    return server


def everything(connection: socket.socket) -> bytes:
    """What comes until the server closes."""
    parts = []
    while part := connection.recv(65_536):
        parts.append(part)
    return b"".join(parts)


def dripped_seconds(connection: socket.socket, piece: bytes) -> float:
    """How long the server takes pieces of a head, one every twentieth of a second."""
    begun = time.monotonic()
    try:
        while time.monotonic() - begun < 10:
            connection.sendall(piece)
            time.sleep(0.05)
    except OSError:
        pass
    return time.monotonic() - begun


def refusal(raw: bytes, status: int) -> dict:
    """The problem details of a refused connection; it says that it closes."""
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    assert lines[0].startswith(f"http/1.1 {status} ")
    assert "content-type: application/problem+json" in lines
    assert "connection: close" in lines
    assert f"content-length: {len(body)}" in lines
    found = json.loads(body)
    assert found["status"] == status
    return found


@pytest.mark.parametrize("begun", [b"G", b"GET /sparql HTTP/1.1\r\nHost: x\r\n", b"GET / HTTP/1.1\r\nX: " + b"y" * 900])
def test_a_head_that_is_never_whole_is_refused(begun: bytes, served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(begun)
        found = refusal(everything(connection), 408)
    assert (found["limit"], found["value"]) == ("header_seconds", 1)


def test_a_head_that_drips_gets_no_more_time(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        assert dripped_seconds(connection, b"X: y\r\n") < 5


def test_empty_lines_keep_no_connection(served: Served) -> None:
    with served.connect() as connection:
        assert dripped_seconds(connection, b"\r\n") < 5


def test_a_connection_without_a_request_is_closed(served: Served) -> None:
    with served.connect() as connection:
        assert everything(connection) == b""


def test_a_connection_that_is_not_used_again_is_closed(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(GET)
        assert everything(connection).startswith(b"HTTP/1.1 200 OK\r\n")


def test_one_connection_answers_many_requests(served: Served) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    for _ in range(3):
        connection.request("GET", PATH)
        assert connection.getresponse().read() == b"{}"
    connection.close()


def test_requests_in_a_row_are_answered_in_their_order(served: Served) -> None:
    first, second = (f"/sparql?{urlencode({'query': f'SELECT * {{ ?s ?p {number} }}'})}" for number in (1, 2))
    served.engine.scripts["SELECT * { ?s ?p 1 }"] = Script(b"one")
    served.engine.scripts["SELECT * { ?s ?p 2 }"] = Script(b"two")
    with served.connect() as connection:
        connection.sendall(f"GET {first} HTTP/1.1\r\nHost: x\r\n\r\nGET {second} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        raw = everything(connection)
    assert raw.index(b"\r\n\r\none") < raw.index(b"\r\n\r\ntwo")


def test_a_head_that_is_too_long_is_refused(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n" + b"X-Filler: " + b"y" * 70_000)
        assert refusal(everything(connection), 431)["title"] == "Request header fields too large"


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"HELLO\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\n\r\n",
        b"BREW /pot HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused(raw: bytes, served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(raw)
        assert refusal(everything(connection), 400)["detail"] == "this is no valid HTTP request"


def test_a_body_that_is_never_whole_is_refused(served: Served) -> None:
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 100\r\n\r\n"
    with served.connect() as connection:
        connection.sendall(head + b"SELECT")
        found = refusal(everything(connection), 408)
    assert (found["limit"], found["value"]) == ("body_seconds", 1)
    assert served.engine.started == []


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large_is_refused_although_its_client_sends_on(chunked: bool, served: Served) -> None:
    headers = {"Content-Type": "application/sparql-query"}
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    body = (b"x" * 10_000 for _ in range(50)) if chunked else b"x" * 500_000
    connection.request("POST", "/sparql", body, headers, encode_chunked=chunked)
    answer = connection.getresponse()
    found = json.loads(answer.read())
    assert (answer.status, answer.headers["connection"]) == (413, "close")
    assert (found["limit"], found["value"]) == ("body_bytes", 5000)
    connection.close()


def test_a_body_that_says_that_it_is_too_large_is_not_waited_for(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(b"POST /sparql HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5001\r\n\r\n")
        assert refusal(everything(connection), 413)["found"] == "the body is larger: Content-Length is 5001"


def test_a_cut_answer_is_seen_as_cut(served: Served) -> None:
    served.engine.scripts[QUERY] = Script(chunks=[b"a" * 2000, b"b" * 2000, CUT])
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    connection.request("GET", PATH)
    answer = connection.getresponse()
    assert answer.status == 200
    with pytest.raises(http.client.IncompleteRead):
        answer.read()
    connection.close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_says_that_a_cut_answer_is_cut(served: Served) -> None:
    served.engine.scripts[QUERY] = Script(chunks=[b"a" * 2000, CUT])
    url = f"http://127.0.0.1:{served.port}{PATH}"
    assert subprocess.run(["curl", "--silent", "--noproxy", "*", url], capture_output=True).returncode == 18


def test_an_error_before_the_first_bytes_is_an_honest_status(served: Served) -> None:
    served.engine.scripts[QUERY] = Script(chunks=[b"a" * 500, CUT])  # what is kept whole is not sent in part
    answer = served.ask(path=PATH)
    assert (answer.status, json.loads(answer.body)["limit"]) == (503, "query_seconds")


def test_http_1_0_gets_whole_answers_only(served: Served) -> None:
    request = f"GET {PATH} HTTP/1.0\r\n\r\n".encode()
    served.engine.scripts[QUERY] = Script(b"short")
    with served.connect() as connection:
        connection.sendall(request)
        raw = everything(connection).lower()
    assert raw.endswith(b"\r\n\r\nshort")
    assert b"content-length: 5" in raw
    assert b"transfer-encoding" not in raw
    served.forget()
    served.engine.scripts[QUERY] = Script(chunks=[b"a" * 2000] * 2)
    with served.connect() as connection:
        connection.sendall(request)
        assert refusal(everything(connection), 505)["title"] == "HTTP version not supported"


def test_head_has_the_headers_of_get_and_no_body(served: Served) -> None:
    served.engine.scripts[QUERY] = Script(b"short")
    changing = {"date", "x-request-id", "server-timing", "cache-status"}
    head, get = served.ask("HEAD", PATH), served.ask("GET", PATH)
    assert (head.status, head.body, get.body) == (200, b"", b"short")
    assert {name: value for name, value in head.headers.items() if name not in changing} == {
        name: value for name, value in get.headers.items() if name not in changing
    }
    assert head.headers["content-length"] == "5"


def test_head_of_a_long_answer_ends_its_evaluation(served: Served) -> None:
    served.engine.scripts[QUERY] = Script(chunks=[b"a" * 2000] * 100)
    answer = served.ask("HEAD", PATH)
    assert (answer.status, answer.body, "content-length" in answer.headers) == (200, b"", False)
    assert len(served.engine.left) == 1


def test_a_client_that_goes_away_ends_its_query(served: Served) -> None:
    served.engine.scripts[QUERY] = Script(b"late", go=threading.Event())
    with served.connect() as connection:
        connection.sendall(GET)
        until(lambda: len(served.engine.started) == 1)
    until(lambda: len(served.engine.cancelled) == 1)


def test_a_client_that_goes_away_in_the_middle_ends_its_stream(served: Served) -> None:
    served.engine.scripts[QUERY] = Script(chunks=[b"a" * 1_000_000] * 100)
    with served.connect() as connection:
        connection.sendall(GET)
        connection.recv(1000)
    until(lambda: len(served.engine.cancelled) == 1)


@pytest.mark.parametrize("script", [Script(chunks=[b"a" * 1_000_000] * 100), Script(b"a" * 8_000_000)])
def test_a_client_that_takes_nothing_is_cut(script: Script, served: Served) -> None:
    served.engine.scripts[QUERY] = script
    with served.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(GET)
        until(lambda: len(served.engine.started) == 1)
        until(lambda: served.app.connections.open == 0)


def test_a_client_that_takes_nothing_is_cut_as_soon_as_its_answer_fails() -> None:
    fails = threading.Event()
    with serving(send_seconds=60) as served, served.connect() as connection:
        served.engine.scripts[QUERY] = Script(chunks=[b"a" * 1_000_000] * 100, fails=fails)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(GET)
        until(lambda: len(served.engine.started) == 1)
        time.sleep(0.3)  # the server is now waiting for the client
        assert served.app.connections.open == 1
        fails.set()
        until(lambda: served.app.connections.open == 0)


def test_a_client_that_takes_its_time_gets_its_answer(served: Served) -> None:
    served.engine.scripts[QUERY] = Script(b"a" * 6_000_000)
    with served.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        connection.sendall(GET.replace(b"Host", b"Connection: close\r\nHost"))
        received = 0
        while part := connection.recv(200_000):
            received += len(part)
            time.sleep(0.06)
    assert received > 6_000_000


def test_connections_of_one_client_are_bounded() -> None:
    with serving(client_connections=2) as served:
        held = [served.connect() for _ in range(2)]
        until(lambda: served.app.connections.open == 2)
        with served.connect() as third:
            found = refusal(everything(third), 429)
        assert (found["limit"], found["value"]) == ("client_connections", 2)
        held.pop().close()
        until(lambda: served.app.connections.open == 1)
        assert served.ask(path="/health").status == 200
        held.pop().close()


def test_all_connections_are_bounded_and_proxies_are_no_clients() -> None:
    with serving(connections=3, client_connections=1, trusted_proxies=1) as served:
        served.engine.scripts[QUERY] = Script(b"late", go=threading.Event())
        held = [served.connect() for _ in range(3)]
        for connection in held:
            connection.sendall(GET)
        until(lambda: len(served.engine.started) >= 1 and served.app.connections.open == 3)
        with served.connect() as fourth:
            found = refusal(everything(fourth), 503)
        assert (found["limit"], found["value"]) == ("connections", 3)
        for connection in held:
            connection.close()


def test_connections_that_wait_for_a_request_keep_no_newcomer_out() -> None:
    """The one that has waited longest goes, whether it has sent nothing, half a head or an earlier request."""
    with serving(connections=3, header_seconds=60, idle_seconds=60, cache_bytes=0) as served:
        begun = [b"", b"GET /sparql HTTP/1.1\r\n", b""]
        silent, half, busy = held = [served.connect() for _ in begun]
        until(lambda: served.app.connections.open == 3)
        for connection, sent in zip(held, begun, strict=True):
            connection.sendall(sent)
        busy.sendall(GET)
        assert busy.recv(65_536).startswith(b"HTTP/1.1 200 OK\r\n")
        served.engine.scripts[QUERY] = Script(b"late", go=threading.Event())
        for goes in (silent, half, busy):
            newcomer = served.connect()
            held.append(newcomer)
            newcomer.sendall(GET)
            assert everything(goes) == b""
        with served.connect() as refused:
            assert refusal(everything(refused), 503)["limit"] == "connections"
        for connection in held:
            connection.close()


def test_a_query_that_is_long_is_judged_like_a_short_one() -> None:
    """Its calls are refused, its form is known; it is not kept."""
    filler = "#" + "x" * 20_000
    with serving(body_bytes=100_000) as large:
        for query, status in (
            (f"SELECT * {{ SERVICE <http://example.org/> {{}} }}{filler}", 403),
            (f"CONSTRUCT WHERE {{}}{filler}", 406),
            (f"SELECT * {{}}{filler}", 200),
        ):
            headers = {"Content_Type": "application/sparql-query", "Accept": "text/csv"}
            answer = large.ask("POST", body=query.encode(), **headers)
            assert answer.status == status
        assert answer.headers["cache-control"] == "no-store"
        assert [job.format.name for job in large.engine.started] == ["csv"]


def test_a_later_head_gets_no_more_time_than_the_first(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(GET)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 OK\r\n")
        connection.sendall(b"GET /sparql HTTP/1.1\r\n")
        assert refusal(everything(connection), 408)["limit"] == "header_seconds"


@pytest.mark.parametrize(
    "last", [GET, GET.replace(b"Host", b"If-None-Match: x\r\nHost")], ids=["short way", "whole way"]
)
def test_the_time_without_a_request_begins_anew_with_each_answer(served: Served, last: bytes) -> None:
    with served.connect() as connection:
        for request in (GET, GET, GET, last):  # a whole idle time and a half
            connection.sendall(request)
            assert connection.recv(65_536).startswith(b"HTTP/1.1 200")
            answered = time.monotonic()
            time.sleep(0.5)
        connection.settimeout(5)
        assert connection.recv(1) == b""
    assert 0.9 < time.monotonic() - answered < 1.9


def test_a_query_that_takes_longer_than_the_time_without_a_request_is_answered(served: Served) -> None:
    go = threading.Event()
    with served.connect() as connection:
        connection.sendall(GET)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200")
        served.engine.digest = "d2"  # nothing of it is kept
        served.engine.scripts[QUERY] = Script(b"{}", go=go)
        connection.sendall(GET)
        threading.Timer(1.5, go.set).start()
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200")
        answered = time.monotonic()
        assert connection.recv(1) == b""
    assert 0.9 < time.monotonic() - answered < 1.9
