"""One request and what is found out about it on its way: for headers, access log and metrics.

Kept in the ASGI scope under ``ogpgraph.exchange``, so that every route can add what it knows:
``exchange_of(request.scope)``.
"""

from __future__ import annotations

import asyncio
import ipaddress
import random
import re
import time
from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ogpgraph.engine.job import Cost

Scope = MutableMapping[str, Any]

EXCHANGE = "ogpgraph.exchange"
CONNECTION = "ogpgraph.connection"  # name of the ASGI extension that gives the Connection
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Connection(Protocol):
    """What the server's connections offer beyond ASGI: see ogpgraph.serve.connections."""

    on_lost: Callable[[], None] | None  # called once when the client goes away
    gone: bool  # whether it has gone already

    def cut(self) -> None:
        """End the connection now, without the end of the answer."""
        ...


@dataclass(slots=True)
class Exchange:
    """What is known of one request; routes fill in lane, cache, query hash and cost."""

    request_id: str
    method: str
    path: str
    client: str  # whose share of the limits it takes: an address, or the /64 network of an IPv6 address
    connection: Connection | None
    stop: Callable[[], object] | None = None  # ends the work on it
    started: float = field(default_factory=time.perf_counter)
    status: int = 0
    sent_bytes: int = 0
    complete: bool = False  # whether the whole answer was sent
    version: str = ""  # of the release that answers; empty: the one in service when the answer begins
    lane: str = "-"
    cache: str = "-"  # hit, miss, collapsed
    query_hash: str = ""  # first 16 hexadecimal digits of the SHA-256 of the query
    limit: str = ""  # the setting that ended it
    cost: Cost | None = None
    client_gone: bool = False
    needed_by_others: Callable[[], bool] | None = None  # whether others wait for this evaluation

    def seconds(self) -> float:
        """Time since the request began."""
        return time.perf_counter() - self.started

    def client_left(self) -> None:
        """End the work on the request when its client has gone, unless others wait for the same answer."""
        self.client_gone = True
        if self.stop and not (self.needed_by_others and self.needed_by_others()):
            self.stop()


def begin(scope: Scope, trusted_proxies: int) -> Exchange:
    """The exchange of a request that comes in, noted in its scope; the one that is there if it began elsewhere."""
    exchange: Exchange | None = scope.get(EXCHANGE)
    if exchange is None:
        peer = scope["client"][0] if scope.get("client") else ""
        exchange = scope[EXCHANGE] = Exchange(
            request_id=request_id_of(header(scope, b"x-request-id")),
            method=scope["method"],
            path=scope["path"],
            client=client_of(peer, header(scope, b"x-forwarded-for"), trusted_proxies),
            connection=scope.get("extensions", {}).get(CONNECTION),
        )
    task = asyncio.current_task()
    exchange.stop = task.cancel if task else None
    if exchange.connection:
        exchange.connection.on_lost = exchange.client_left
    return exchange


def exchange_of(scope: Scope) -> Exchange:
    """The exchange of a request, from its ASGI scope."""
    found: Exchange = scope[EXCHANGE]
    return found


def header(scope: Scope, name: bytes) -> str | None:
    """A header by its name in small letters; lines of the same name are joined by commas (RFC 9110, section 5.3)."""
    return header_of(scope["headers"], name)


def header_of(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str | None:
    """The same of headers that belong to no scope."""
    values = [value for found, value in headers if found == name]
    return b", ".join(values).decode("latin-1") if values else None


def request_id_of(given: str | None) -> str:
    """The client's own id where it is a plain one, so that it can break neither header nor log; else a new one."""
    return given if given and _REQUEST_ID.fullmatch(given) else f"{random.getrandbits(64):016x}"


def client_of(peer: str, forwarded_for: str | None, trusted_proxies: int) -> str:
    """The client's address: the peer, or what the outermost of ``trusted_proxies`` saw (X-Forwarded-For).

    Each proxy appends whom it saw, so the entries that count stand at the end: what a client writes into the header
    stands before them. An IPv6 client owns a whole /64 network, which counts as one.
    """
    if trusted_proxies:
        hops = [hop.strip() for hop in (forwarded_for or "").split(",") if hop.strip()]
        if hops:
            peer = hops[-min(trusted_proxies, len(hops))]
    return _share(peer) if ":" in peer else peer[:64]


def _share(address: str) -> str:
    try:
        found = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    return str(found.ipv4_mapped or ipaddress.IPv6Network((int(found) >> 64 << 64, 64)))
