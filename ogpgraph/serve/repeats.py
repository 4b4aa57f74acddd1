"""Requests that came before, byte for byte: answered from the cache without being read again.

Programs repeat themselves exactly, and reading a request takes several times as long as finding its answer. Only what
the whole way through the server has answered from the cache is remembered here, and it counts only while the same
release is in service and the cache still keeps the answer: so nothing is said that the whole way would not say.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from ogpgraph.serve.access_log import AccessLog
from ogpgraph.serve.cache import AnswerCache
from ogpgraph.serve.exchange import Exchange, Scope, request_id_of
from ogpgraph.serve.heads import Headers, own_headers
from ogpgraph.serve.metrics import Metrics
from ogpgraph.serve.releases import Releases

_MOST_BYTES = 16 * 1024 * 1024
# What one takes beyond its bytes: objects and table.
_OVERHEAD_BYTES = 1000
# Headers that do more to a connection or an answer than choosing it, and those that hold secrets.
_SPECIAL = {
    *(b"connection", b"content-length", b"expect", b"transfer-encoding", b"upgrade", b"x-request-id"),
    *(b"authorization", b"cookie", b"proxy-authorization"),
}


@dataclass(frozen=True, slots=True)
class _Repeat:
    """What the whole way found out."""

    release: tuple[str, str]  # version and digest
    key: str  # of the answer in the cache
    head: bytes  # the headers that are the same every time
    client: str
    path: str
    lane: str
    query_hash: str

    def size(self, request: bytes) -> int:
        """Bytes that it takes, together with the request."""
        return len(request) + len(self.head) + _OVERHEAD_BYTES


class Repeats:
    """The requests that were answered from the cache, by client; the least recent is forgotten first."""

    def __init__(self, releases: Releases, cache: AnswerCache, access_log: AccessLog, metrics: Metrics) -> None:
        self._releases, self._cache, self._access_log, self._metrics = releases, cache, access_log, metrics
        self._known: OrderedDict[tuple[str, bytes], _Repeat] = OrderedDict()
        self._held_bytes = 0

    def answer(self, peer: str, request: bytes, server_headers: Headers) -> bytes | None:
        """The whole response to a request of a peer, noted in log and metrics; None where it goes the whole way."""
        repeat = self._known.get((peer, request))
        if repeat is None:
            return None
        entry = self._cache.find(repeat.key) if repeat.release == self._release else None
        if entry is None:
            self._forget(peer, request)
            return None
        self._known.move_to_end((peer, request))
        exchange = Exchange(
            request_id_of(None), "GET", repeat.path, repeat.client, None, None,
            status=200, sent_bytes=len(entry.body), complete=True,
            lane=repeat.lane, cache="hit", query_hash=repeat.query_hash,
        )  # fmt: skip
        self._metrics.note(exchange)
        self._access_log.add(exchange)
        own = _lines(own_headers(exchange))
        return b"".join((b"HTTP/1.1 200 OK\r\n", _lines(server_headers), repeat.head, own, b"\r\n", entry.body))

    def learn(self, scope: Scope, exchange: Exchange, headers: Headers) -> None:
        """Remember a request that is being answered from the cache, with its headers but those of `own_headers`."""
        if not exchange.request or scope["http_version"] != "1.1" or not _is_plain(scope["headers"]):
            return
        peer = scope["client"][0] if scope["client"] else ""
        self._forget(peer, exchange.request)
        repeat = self._known[peer, exchange.request] = _Repeat(
            self._release, exchange.kept_as, _lines(headers),
            exchange.client, exchange.path, exchange.lane, exchange.query_hash,
        )  # fmt: skip
        self._held_bytes += repeat.size(exchange.request)
        while self._held_bytes > _MOST_BYTES:
            self._forget(*next(iter(self._known)))

    def _forget(self, peer: str, request: bytes) -> None:
        known = self._known.pop((peer, request), None)
        if known:
            self._held_bytes -= known.size(request)

    @property
    def _release(self) -> tuple[str, str]:
        return self._releases.version, self._releases.digest


def _is_plain(headers: Headers) -> bool:
    """Whether the headers of a request do nothing but choose the answer."""
    return all(name not in _SPECIAL or (name, value) == (b"connection", b"keep-alive") for name, value in headers)


def _lines(headers: Headers) -> bytes:
    return b"".join([b"%b: %b\r\n" % each for each in headers])
