"""Throws bombs at a server and tells how each ended, what it left behind and what the visitors of pages noticed.

    python -m benchmarks.bombing [--out dist]

starts the server with short deadlines, throws every query of ``benchmarks.bombs``, four at a time, and prints how long
each lived beyond its deadline. Ends with 1 where one was not stopped in time or honestly.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks import servers
from benchmarks.bombs import BOMBS, REFUSED
from benchmarks.pages import Visit, visited
from benchmarks.processes import Usage, cpu_between, usage
from benchmarks.servers import Server

AT_ONCE = 4
DEADLINE_SECONDS = 1
# Every wait is short, so that every limit is met soon; nothing is cached, so that every page is evaluated.
SETTINGS: Mapping[str, Any] = {
    "query_seconds": DEADLINE_SECONDS,
    "query_memory_bytes": 400_000_000,
    "result_bytes": 20_000_000,
    "queries_at_once": AT_ONCE,
    "header_seconds": DEADLINE_SECONDS,
    "body_seconds": DEADLINE_SECONDS,
    "send_seconds": DEADLINE_SECONDS,
    "idle_seconds": 5,
    "cache_bytes": 0,
    "page_cache_bytes": 0,
    "pages_ahead": 0,
}
LATE_SECONDS = 0.1
# A query is read by a tokenizer before its time begins: a megabyte takes about half a second.
_READING_SECONDS_A_CHARACTER = 1e-6
PAGES_P95_MILLISECONDS = 10.0
_HONEST = {400, 403, 408, 413, 414, 415, 429, 431, 503}
_SETTLING_SECONDS, _WATCHED_SECONDS = 0.2, 0.3


@dataclass(frozen=True)
class Ending:
    """How a bomb ended: seconds until nothing more came, the status, and what the problem details name.

    The status is 0 where the connection was closed before any.
    """

    name: str
    seconds: float
    status: int
    limit: str = ""
    is_cut: bool = False

    @property
    def is_honest(self) -> bool:
        """Refused with problem details, visibly cut after a 200, or closed without a word."""
        if self.status in (0, 200):
            return self.is_cut
        return self.status in _HONEST and bool(self.limit)

    def __str__(self) -> str:
        return f"{self.name:36} {self.seconds:6.3f} s  {self.status} {'cut' if self.is_cut else self.limit}"


def throw(server: Server, name: str, query: str, source: str = "127.0.0.1") -> Ending:
    """Send one query by POST, from a given address of this machine, and wait for whatever comes back."""
    connection = http.client.HTTPConnection(*server.address, timeout=60, source_address=(source, 0))
    begun = time.perf_counter()
    try:
        headers = {"Content-Type": "application/sparql-query"}
        connection.request("POST", urlsplit(server.url).path, query.encode(), headers)
        response = connection.getresponse()
        limit, is_cut = _read(response)
        return Ending(name, time.perf_counter() - begun, response.status, limit, is_cut)
    finally:
        connection.close()


def ending_of(attacker: socket.socket, name: str, seconds: float) -> Ending:
    """How a connection that sent its own bytes ended, from what the server says on it."""
    response = http.client.HTTPResponse(attacker)
    try:
        response.begin()
    except (http.client.HTTPException, ConnectionError):
        return Ending(name, seconds, 0, is_cut=True)
    return Ending(name, seconds, response.status, *_read(response))


def _read(response: http.client.HTTPResponse) -> tuple[str, bool]:
    """The limit that an answer names, and whether it was cut."""
    try:
        return _limit(response, _drained(response)), False
    except (http.client.IncompleteRead, ConnectionError):
        return "", True


def _drained(response: http.client.HTTPResponse) -> bytes:
    """The end of the body; a long answer is thrown away as it comes."""
    last = b""
    while chunk := response.read1(1 << 20):
        last = chunk
    return last


def _limit(response: http.client.HTTPResponse, body: bytes) -> str:
    """The limit that problem details name, or their title; empty where there are none."""
    if response.headers.get_content_type() != "application/problem+json":
        return ""
    problem = json.loads(body)
    return str(problem.get("limit") or problem["title"])


def throw_all(server: Server, bombs: Mapping[str, str]) -> list[Ending]:
    """All bombs, four at a time, the next four when the last of these has ended."""
    endings: list[Ending] = []
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for batch in _batches(bombs):
            endings += threads.map(lambda bomb: throw(server, *bomb), batch)
    return endings


def _batches(bombs: Mapping[str, str]) -> Iterator[list[tuple[str, str]]]:
    rest = iter(bombs.items())
    while batch := list(itertools.islice(rest, AT_ONCE)):
        yield batch


def cpu_afterwards(server: Server) -> float:
    """Processor seconds that the server's processes use in the third of a second after something has ended."""
    time.sleep(_SETTLING_SECONDS)
    before = usage(server.pid)
    time.sleep(_WATCHED_SECONDS)
    return cpu_between(before, usage(server.pid))


@dataclass(frozen=True)
class Bombing:
    """What throwing all bombs did: how they ended, the pages meanwhile, and what the server took before and after."""

    endings: list[Ending]
    pages: Visit
    before: Usage
    after: Usage
    cpu_after: float

    def complaints(self, late_seconds: float, p95_milliseconds: float) -> list[str]:
        """What is not as it should be: a bomb that outlived its deadline by more, a dishonest end, slow pages."""
        found = [f"late: {each}" for each in self.endings if lateness(each) > late_seconds]
        found += [f"dishonest: {each}" for each in self.endings if not each.is_honest]
        if self.pages.p95 > p95_milliseconds or self.pages.not_ok:
            found.append(f"pages meanwhile: {self.pages}, {self.pages.not_ok} not answered")
        if self.cpu_after > 0.05:
            found.append(f"{self.cpu_after:.2f} s of processor time used afterwards")
        if self.after.processes != self.before.processes:
            found.append(f"{self.before.processes} processes before, {self.after.processes} after")
        if self.after.memory_bytes > 1.2 * self.before.memory_bytes + 20e6:
            found.append(f"{self.before.memory_bytes >> 20} MB before, {self.after.memory_bytes >> 20} MB after")
        return found


def lateness(ending: Ending) -> float:
    """Seconds by which a bomb outlived its deadline, the reading of its text apart; negative where it did not."""
    text = (BOMBS | REFUSED)[ending.name]
    return ending.seconds - DEADLINE_SECONDS - len(text) * _READING_SECONDS_A_CHARACTER


def bomb(server: Server) -> Bombing:
    """Throw everything, while pages are asked for."""
    throw(server, "first", "ASK {}")
    with visited(server) as pages:
        before = usage(server.pid)  # with the pages that are kept
        endings = throw_all(server, BOMBS | REFUSED)
    cpu = cpu_afterwards(server)
    return Bombing(endings, pages, before, usage(server.pid), cpu)


def main() -> int:
    """Print how everything ended; 1 where something is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("dist"), help="folder of the releases")
    with servers.ours(parser.parse_args().out, **SETTINGS) as server:
        bombing = bomb(server)
    print(*bombing.endings, sep="\n")
    latest = max(map(lateness, bombing.endings))
    print(f"\n{len(bombing.endings)} bombs; the last was stopped {1000 * latest:.0f} ms after its deadline")
    print(f"pages meanwhile: {bombing.pages} (bar: p95 {PAGES_P95_MILLISECONDS} ms)")
    print(f"processor time afterwards: {bombing.cpu_after:.2f} s")
    print(f"memory: {bombing.before.memory_bytes >> 20} MB before, {bombing.after.memory_bytes >> 20} MB after")
    complaints = bombing.complaints(LATE_SECONDS, PAGES_P95_MILLISECONDS)
    print(*(f"MISSED: {each}" for each in complaints), sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
