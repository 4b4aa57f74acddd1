"""Attacks that are no queries: slow, large and many. Each opens its own connections and tells how it ended."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import resource
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

from benchmarks.bombing import Ending, ending_of, throw
from benchmarks.bombs import BOMBS
from benchmarks.pages import HEALTH
from benchmarks.processes import holds_connection
from benchmarks.servers import Server

_PATIENCE_SECONDS = 30
_DRIP_SECONDS = 0.05
# Attackers come from other addresses than the visitors of pages; on loopback all of 127.0.0.0/8 is this machine.
ATTACKER = "127.0.0.2"


def slow_head(server: Server) -> Ending:
    """A head of a request that comes letter by letter and never ends."""
    return _drip(server, "slow head", b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\nX-Slow: ")


def slow_body(server: Server) -> Ending:
    """A body that comes letter by letter."""
    head = (
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 900000\r\n\r\n"
    )
    return _drip(server, "slow body", head)


def _drip(server: Server, name: str, beginning: bytes) -> Ending:
    with _connected(server) as attacker:
        begun = time.perf_counter()
        attacker.sendall(beginning)
        attacker.settimeout(_DRIP_SECONDS)
        while time.perf_counter() - begun < _PATIENCE_SECONDS:
            with contextlib.suppress(TimeoutError):
                if attacker.recv(1, socket.MSG_PEEK) is not None:
                    break
            attacker.sendall(b"x")
        seconds = time.perf_counter() - begun
        attacker.settimeout(_PATIENCE_SECONDS)
        return ending_of(attacker, name, seconds)


def slow_reader(server: Server) -> Ending:
    """An endless answer of which nothing is read until the server has given up; then what lay on the way is read."""
    with _connected(server, buffer_bytes=4096) as attacker:
        ports = server.address[1], attacker.getsockname()[1]
        begun = time.perf_counter()
        _ask(attacker, BOMBS["endless stream"])
        time.sleep(0.3)
        while holds_connection(*ports) and time.perf_counter() - begun < _PATIENCE_SECONDS:
            time.sleep(0.01)
        return ending_of(attacker, "slow reader", time.perf_counter() - begun)


def client_that_leaves(server: Server) -> Ending:
    """A query whose client hangs up; over when the server runs no query any more."""
    with _connected(server) as attacker:
        _ask(attacker, BOMBS["cross product"])
        while not running_queries(server):
            time.sleep(0.01)
    begun = time.perf_counter()
    while running_queries(server):
        time.sleep(0.01)
    return Ending("client that leaves", time.perf_counter() - begun, 0, is_cut=True)


def running_queries(server: Server) -> int:
    """How many queries the server says that it runs."""
    connection = http.client.HTTPConnection(*server.address, timeout=_PATIENCE_SECONDS)
    with contextlib.closing(connection):
        connection.request("GET", HEALTH)
        return int(json.load(connection.getresponse())["engine"]["running"])


def oversize_body(server: Server) -> Ending:
    """A body whose Content-Length says that it is too large; it is never sent."""
    with _connected(server) as attacker:
        begun = time.perf_counter()
        attacker.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
            b"Content-Length: 99999999999\r\n\r\n"
        )
        return ending_of(attacker, "oversize body, declared", time.perf_counter() - begun)


def oversize_chunks(server: Server) -> Ending:
    """Chunks without end and without a Content-Length."""
    with _connected(server) as attacker:
        begun = time.perf_counter()
        attacker.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        with contextlib.suppress(OSError):
            for _ in range(100):
                attacker.sendall(chunk)
        return ending_of(attacker, "oversize body, chunked", time.perf_counter() - begun)


def compressed_body(server: Server) -> Ending:
    """A small body that would unpack to ten megabytes."""
    body = gzip.compress(b" " * 10_000_000)
    head = (
        "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Encoding: gzip\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with _connected(server) as attacker:
        begun = time.perf_counter()
        attacker.sendall(head.encode() + body)
        return ending_of(attacker, "compressed body", time.perf_counter() - begun)


ATTACKS: tuple[Callable[[Server], Ending], ...] = (
    slow_head,
    slow_body,
    slow_reader,
    client_that_leaves,
    oversize_body,
    oversize_chunks,
    compressed_body,
)


def many_at_once(server: Server, count: int) -> list[Ending]:
    """The same client's bombs, all at the same time."""
    with ThreadPoolExecutor(count) as threads:
        return list(
            threads.map(lambda i: throw(server, f"bomb {i}", f"{BOMBS['hashes']} # {i}", ATTACKER), range(count))
        )


@contextlib.contextmanager
def many_connections(server: Server, count: int, sources: int) -> Iterator[list[socket.socket]]:
    """Connections that ask nothing, held open, from several addresses."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with contextlib.ExitStack() as stack:
        opened = []
        for i in range(count):
            opened.append(stack.enter_context(_connected(server, source=f"127.0.1.{1 + i % sources}")))
        yield opened


def _connected(server: Server, buffer_bytes: int = 0, source: str = ATTACKER) -> socket.socket:
    attacker = socket.socket()
    if buffer_bytes:
        attacker.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
    attacker.settimeout(_PATIENCE_SECONDS)
    attacker.bind((source, 0))
    attacker.connect(server.address)
    return attacker


def _ask(attacker: socket.socket, query: str) -> None:
    attacker.sendall(f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
