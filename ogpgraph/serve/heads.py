"""The headers that every answer has, whatever way it takes through the server."""

from __future__ import annotations

from ogpgraph.serve.exchange import Exchange

Headers = list[tuple[bytes, bytes]]

_EXPOSED = "ETag, Link, OGPGraph-Version, Server-Timing, Cache-Status, X-Request-Id, Retry-After"
ALWAYS: Headers = [
    # Any page may ask; without credentials there is nothing that it could ask in its visitor's name.
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", _EXPOSED.encode()),
    (b"link", b'<https://creativecommons.org/licenses/by/4.0/>; rel="license"'),
    (b"x-content-type-options", b"nosniff"),
]


def own_headers(exchange: Exchange) -> Headers:
    """What differs from answer to answer, even of the same query."""
    return [(b"x-request-id", exchange.request_id.encode()), (b"server-timing", _server_timing(exchange))]


def _server_timing(exchange: Exchange) -> bytes:
    """What took how many milliseconds until the head of the answer (https://www.w3.org/TR/server-timing/)."""
    total = exchange.seconds() * 1000
    cost = exchange.cost
    if cost is None:
        return b"total;dur=%.2f" % total
    spent = (cost.queue_seconds * 1000, cost.evaluation_seconds * 1000, total)
    return b"queue;dur=%.2f, eval;dur=%.2f, total;dur=%.2f" % spent
