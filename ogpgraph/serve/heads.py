"""The heads of answers, whatever way they take through the server."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote

from ogpgraph.engine.job import Job
from ogpgraph.serve.cache import etag_of
from ogpgraph.serve.exchange import Exchange
from ogpgraph.settings import BASE, Settings

Headers = Sequence[tuple[bytes, bytes]]

_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
# What scripts of other origins may read beyond what browsers give them anyway (Fetch, section 4.10).
_EXPOSED = (
    "ETag, Link, OGPGraph-Version, OGPGraph-Data-Period, Server-Timing, Cache-Status, X-Request-Id, Retry-After, "
    "Location, Allow, Content-Disposition, Memento-Datetime, Vary"
)
_ALWAYS: Headers = [
    # Any page may ask; without credentials there is nothing that it could ask in its visitor's name.
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", _EXPOSED.encode()),
    (b"x-content-type-options", b"nosniff"),
]
# What the answers of so many versions have alike is remembered.
_MOST_VERSIONS = 16
# RFC 9211, by what the log calls it.
_CACHE_STATUS = {
    "hit": b"ogpgraph; hit",
    "miss": b"ogpgraph; fwd=miss",
    "collapsed": b"ogpgraph; fwd=miss; collapsed",
}


@lru_cache(_MOST_VERSIONS)
def of_every_answer(version: str) -> Headers:
    """What all answers have; ``version``: of the release that they are from, whose persistent IRI RFC 8574 wants."""
    links = f'<{_LICENCE}>; rel="license", <{BASE}dumps/{quote(version)}/>; rel="cite-as"'
    return (*_ALWAYS, (b"link", links.encode()), (b"ogpgraph-version", version.encode("latin-1", "replace")))


@lru_cache(_MOST_VERSIONS)
def lines_of_every_answer(version: str) -> bytes:
    """The same as lines."""
    return lines(of_every_answer(version))


def of_one_answer(exchange: Exchange) -> Headers:
    """What differs from answer to answer, even of the same query."""
    return [(b"x-request-id", exchange.request_id.encode()), (b"server-timing", _server_timing(exchange))]


def of_results(job: Job) -> Headers:
    """What the answer of a query is."""
    return _of_results(job.format.content_type)


@lru_cache
def lines_of_results(content_type: str) -> bytes:
    """The same as lines."""
    return lines(_of_results(content_type))


def _of_results(content_type: str) -> Headers:
    return [(b"content-type", content_type.encode()), (b"vary", b"Accept, Accept-Encoding")]


def of_body(body: bytes, encoding: str) -> Headers:
    """What a body is that is sent whole."""
    length = (b"content-length", b"%d" % len(body))
    return [length] if encoding == "identity" else [length, (b"content-encoding", encoding.encode())]


def for_caches(key: str, seconds: int) -> Headers:
    """How long caches may keep an answer, and the tag of its key."""
    return [(b"etag", etag_of(key).encode()), (b"cache-control", b"public, max-age=%d" % seconds)]


def seconds_to_keep(settings: Settings) -> int:
    """How long: who has written wants to see it, so where writing is on it is asked for again by its tag."""
    return 0 if settings.update_token else settings.cache_seconds


def cache_status(what: str) -> tuple[bytes, bytes]:
    """What our own cache did, as RFC 9211 has it."""
    return b"cache-status", _CACHE_STATUS[what]


def lines(headers: Headers) -> bytes:
    """Headers as they stand in a response."""
    return b"".join([b"%b: %b\r\n" % each for each in headers])


def _server_timing(exchange: Exchange) -> bytes:
    """What took how many milliseconds until the head of the answer (https://www.w3.org/TR/server-timing/)."""
    total = exchange.seconds() * 1000
    cost = exchange.cost
    if cost is None:
        return b"total;dur=%.2f" % total
    spent = (cost.queue_seconds * 1000, cost.evaluation_seconds * 1000, total)
    return b"queue;dur=%.2f, eval;dur=%.2f, total;dur=%.2f" % spent
