"""The access log and the share of a client: what is noted of a request, and what never is."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from stub_engine import Script, Served, serving, until

from ogpgraph.engine.job import LimitReached
from ogpgraph.serve.access_log import AccessLog
from ogpgraph.serve.exchange import Exchange, client_of, header, request_id_of

QUERY = "SELECT * { ?s ?p 'very private' }"
PATH = "/sparql?" + urlencode({"query": QUERY})
SECRETS = {"Authorization": "Bearer open-sesame", "Cookie": "session=open-sesame", "Referer": "https://x/open-sesame"}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "access.log"


@pytest.fixture
def served(log: Path) -> Iterator[Served]:
    with serving(access_log=str(log)) as served:
        yield served


def lines(served: Served, log: Path, *paths: str, **headers: str) -> list[dict]:
    """The lines that requests leave: each may come a moment after its answer."""
    for path in paths:
        served.ask(path=path, **headers)

    def all_noted() -> bool:
        served.app.access_log.flush()
        return log.read_text("ascii").count("\n") >= len(paths)

    until(all_noted)
    return [json.loads(line) for line in log.read_text("ascii").splitlines()]


def test_a_line_tells_what_a_request_took(served: Served, log: Path) -> None:
    served.engine.scripts[QUERY] = Script(b"0123456789")
    first, second = lines(served, log, PATH, PATH, X_Request_Id="my-id")
    assert set(first) == {
        *("time", "id", "method", "path", "status", "bytes", "milliseconds", "lane", "cache", "query"),
        *("cpu_milliseconds", "client"),
    }
    told = {name: first[name] for name in ("id", "method", "path", "status", "bytes", "lane", "cache", "query")}
    assert told == {
        "id": "my-id",
        "method": "GET",
        "path": "/sparql",
        "status": 200,
        "bytes": 10,
        "lane": "public",
        "cache": "miss",
        "query": hashlib.sha256(QUERY.encode()).hexdigest()[:16],
    }
    assert first["cpu_milliseconds"] == 3.0  # the stub engine says so
    assert (second["cache"], second["cpu_milliseconds"], second["query"]) == ("hit", 0, first["query"])


def test_a_line_names_the_limit_that_ended_a_request(served: Served, log: Path) -> None:
    served.engine.scripts[QUERY] = Script(error=LimitReached(503, "query_seconds", 1, "it took longer"))
    (line,) = lines(served, log, PATH)
    assert (line["status"], line["limit"]) == (503, "query_seconds")


def test_no_secret_and_no_address_is_noted(served: Served, log: Path) -> None:
    lines(served, log, PATH, "/nothing?token=open-sesame", **SECRETS)
    text = log.read_text("ascii")
    for secret in ("open-sesame", "private", "127.0.0.1", "SELECT"):
        assert secret not in text


def test_clients_are_told_apart_only_within_one_process(served: Served, log: Path, tmp_path: Path) -> None:
    first, second = (line["client"] for line in lines(served, log, "/health", "/health"))
    assert first == second
    other = tmp_path / "other.log"
    with serving(access_log=str(other)) as another:
        (line,) = lines(another, other, "/health")
    assert line["client"] != first


def test_no_request_forges_a_line(served: Served, log: Path) -> None:
    forged = '/x\n{"status": 200}\r\x1b[31m\u2028'
    found = lines(served, log, quote(forged), X_Request_Id="a b")
    assert [line["path"] for line in found] == [forged]
    assert log.read_bytes().count(b"\n") == 1
    assert found[0]["id"] != "a b"


def test_a_log_that_nobody_reads_makes_nobody_wait() -> None:
    """Standard error may be a pipe that is full: lines are dropped then, and counted when it is read again."""
    reading, writing = os.pipe()
    log = AccessLog("")
    log._file = writing
    exchange = Exchange("id", "GET", "/" + "x" * 200, "client", None, None)
    log._waiting.extend([log._line(exchange)] * 20_000)
    log.add(exchange)
    log.flush()  # returns although only a part of a pipe's 64 KB is taken
    assert 19_000 < len(log._waiting) < 20_000
    first = os.read(reading, 65_536)
    log.flush()
    assert b'{"lines_not_written": 1}\n' in first + os.read(reading, 65_536)
    os.close(reading)
    log.flush()  # a reader that is gone is no error either
    os.close(writing)


def scope(peer: str, *forwarded: str) -> dict:
    return {"client": (peer, 1), "headers": [(b"x-forwarded-for", each.encode()) for each in forwarded]}


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "client"),
    [
        ("192.0.2.1", (), 0, "192.0.2.1"),
        ("192.0.2.1", ("198.51.100.7",), 0, "192.0.2.1"),  # nobody is believed who is not a trusted proxy
        ("192.0.2.1", ("198.51.100.7",), 1, "198.51.100.7"),
        ("192.0.2.1", ("203.0.113.9, 198.51.100.7",), 1, "198.51.100.7"),  # what stands before is the client's own
        ("192.0.2.1", ("203.0.113.9", "198.51.100.7"), 1, "198.51.100.7"),
        ("192.0.2.1", ("203.0.113.9, 198.51.100.7",), 2, "203.0.113.9"),
        ("192.0.2.1", ("198.51.100.7",), 2, "198.51.100.7"),
        ("192.0.2.1", (), 1, "192.0.2.1"),
        ("192.0.2.1", (" , ",), 1, "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", (), 0, "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", (), 0, "2001:db8:1:2::/64"),
        ("fe80::1%eth0", (), 0, "fe80::/64"),
        ("::ffff:192.0.2.1", (), 0, "192.0.2.1"),
        ("192.0.2.1", ("x:" * 100,), 1, ("x:" * 100)[:64]),
    ],
)
def test_a_client_is_known_by_its_address(peer: str, forwarded: tuple[str, ...], proxies: int, client: str) -> None:
    assert client_of(peer, header(scope(peer, *forwarded), b"x-forwarded-for"), proxies) == client


@pytest.mark.parametrize("given", [None, "", "a\r\nb", "ä", "x" * 65, "a b", "<script>"])
def test_a_request_id_that_is_not_plain_is_replaced(given: str | None) -> None:
    made = request_id_of(given)
    assert made != given
    assert len(made) == 16
    assert request_id_of(given) != made
