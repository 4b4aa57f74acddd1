"""Queries by GET that are answered without ASGI: the short way, which nearly all of what programs ask can take.

A task, a scope and the calls between them cost the server several times what the answer itself does. A request that
came in one piece and has no header that does more than choose its answer is understood at once, and answered by a call
as soon as the engine has its answer. Whatever is not so plain goes the whole way through Front and SparqlEndpoint; both
ways say the same, which tests compare.
"""

from __future__ import annotations

import string
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, cast

import httptools

from ogpgraph.engine.job import Engine, Job, Lane, PromptAnswer, PromptEngine
from ogpgraph.negotiate import refuses_identity
from ogpgraph.serve import heads
from ogpgraph.serve.access_log import AccessLog
from ogpgraph.serve.cache import AnswerCache, Entry, key_of
from ogpgraph.serve.errors import EXPECTED, answer_to
from ogpgraph.serve.exchange import Connection, Exchange, client_of, header_of, request_id_of
from ogpgraph.serve.heads import Headers
from ogpgraph.serve.jobs import LONGEST_REMEMBERED, hash_of, job_of, parameters_of
from ogpgraph.serve.judgement import Judge
from ogpgraph.serve.metrics import Metrics
from ogpgraph.serve.releases import Releases
from ogpgraph.serve.responder import Begun
from ogpgraph.settings import Settings

_PATH = "/sparql"
# The first line of a request: what stands before and after the query string, and the characters that RFC 3986
# (section 2) knows.
_BEFORE, _AFTER = b"GET /sparql?", b" HTTP/1.1\r\n"
_OF_ADDRESSES = (string.ascii_letters + string.digits + "!$%&'()*+,-./:;=?@[]_~").encode()
# Headers that do more than choose the answer, and those that hold secrets, which are not remembered.
_SPECIAL = {
    *(b"connection", b"content-length", b"expect", b"transfer-encoding", b"upgrade", b"x-request-id"),
    *(b"authorization", b"cookie", b"if-none-match", b"proxy-authorization"),
}
_MOST_HEADS = 1024  # remembered: together at most 8 MB
# Remembered: as many as there are answers of usual size in the cache, for each is found by its plan. Together at most
# 90 MB, usually a quarter of that.
_MOST_PLANS = 8192


class PromptConnection(Connection, Protocol):
    """What a connection does for a request on the short way."""

    peer: str

    def occupy(self) -> None:
        """Take no other request before this one is answered."""
        ...

    def reply(self, status: int, head: bytes, body: bytes) -> None:
        """Send the whole response, ``head`` as its lines; the next request may come."""
        ...

    def hand_over(self, query_string: bytes, headers: Headers, exchange: Exchange, begun: Begun) -> None:
        """Let the request go on by the whole way, with what has begun on the short one."""
        ...


class PromptAnswers:
    """Answers the requests that can take the short way."""

    def __init__(
        self,
        releases: Releases,
        cache: AnswerCache,
        judge: Judge,
        settings: Settings,
        access_log: AccessLog,
        metrics: Metrics,
    ) -> None:
        self.cache = cache
        self._releases, self._judge, self._settings = releases, judge, settings
        self._access_log, self._metrics = access_log, metrics
        self._base = f"{settings.base}sparql"
        self._heads = _Heads()
        self._plan = lru_cache(_MOST_PLANS)(self._planned)

    def take(self, connection: PromptConnection, request: bytes) -> bool:
        """Whether a whole request takes the short way: then it is answered, or will be."""
        end = request.find(_AFTER)
        query_string = request[len(_BEFORE) : end]
        if end < 0 or not request.startswith(_BEFORE) or not _is_one_query(query_string):
            return False
        head = self._heads.find(request[end + len(_AFTER) :])
        if head is None:
            return False
        client = client_of(connection.peer, head.forwarded_for, self._settings.trusted_proxies)
        try:
            engine = self._releases.engine
            plan = self._plan(query_string, head, client, engine.digest, engine.version)
        except EXPECTED:
            return False
        if plan is None:
            return False
        exchange = Exchange(
            request_id_of(None), "GET", _PATH, client, connection,
            version=engine.version, lane=plan.job.lane.value, query_hash=plan.query_hash,
        )  # fmt: skip
        answering = _Answering(self, connection, exchange, plan, engine)
        if entry := self.cache.find(plan.key):
            exchange.cache = "hit"
            connection.occupy()
            answering.send(entry)
            return True
        if self.cache.flight(plan.key) or not hasattr(engine, "ask"):
            return False
        connection.occupy()
        answering.evaluate(query_string, head)
        return True

    def _planned(self, query_string: bytes, head: _Head, client: str, digest: str, version: str) -> _Plan | None:
        """What is asked; None where its answer belongs to one request alone, or a text takes long to read."""
        query, wanted = parameters_of(query_string, self._base)
        judgement = self._judge.at_once(query)
        if judgement is None or not judgement.is_shared or judgement.lane is not Lane.PUBLIC:
            return None
        job = job_of(query, judgement, wanted, head.accept, head.accept_encoding, client)
        key = key_of(digest, job)
        own = heads.lines(heads.for_caches(key, heads.seconds_to_keep(self._settings)))
        always = heads.lines_of_results(job.format.content_type) + heads.lines_of_every_answer(version)
        return _Plan(job, key, hash_of(query), own + always)

    def note(self, exchange: Exchange) -> None:
        """Count a request that is done, and log it; nothing of it refers in a circle any more."""
        exchange.stop = None
        self._metrics.note(exchange)
        self._access_log.add(exchange)


def _is_one_query(query_string: bytes) -> bool:
    """Whether a query string is a short query without further parameters before it, all of known characters."""
    is_short = query_string.startswith(b"query=") and len(query_string) <= LONGEST_REMEMBERED
    return is_short and not query_string.translate(None, _OF_ADDRESSES)


class _Answering:
    """One request on the short way, from its evaluation to its response."""

    def __init__(
        self,
        way: PromptAnswers,
        connection: PromptConnection,
        exchange: Exchange,
        plan: _Plan,
        engine: Engine,
    ) -> None:
        self._way, self._connection, self._exchange = way, connection, exchange
        self._plan, self._engine = plan, engine

    def evaluate(self, query_string: bytes, head: _Head) -> None:
        """Ask the engine; who asks the same meanwhile waits for this answer."""
        self._query_string, self._head = query_string, head
        exchange = self._exchange
        exchange.cache = "miss"
        self._flight = self._way.cache.lead(self._plan.key, exchange)
        exchange.stop = self._stop
        self._connection.on_lost = exchange.client_left
        self._answer = cast(PromptEngine, self._engine).ask(self._plan.job, self._done)

    def send(self, entry: Entry) -> None:
        """Send a whole answer."""
        headers = [heads.cache_status(self._exchange.cache), *heads.of_body(entry.body, entry.encoding)]
        self._reply(200, self._plan.head, headers, entry.body)

    def _done(self, answer: PromptAnswer) -> None:
        if answer.error:
            self._fail(answer.error)
            return
        self._exchange.cost = answer.cost
        if answer.complete is None:
            self._hand_over()
        else:
            entry = Entry(answer.complete, answer.encoding)
            self._way.cache.keep(self._plan.key, entry)
            self._flight.land(entry)
            self._flight.end()
            if self._exchange.client_gone:
                self._way.note(self._exchange)
            else:
                self.send(entry)

    def _fail(self, error: Exception) -> None:
        self._flight.fail(error)
        self._flight.end()
        if self._exchange.client_gone:
            self._way.note(self._exchange)
            return
        response = answer_to(error, self._exchange)
        always = heads.lines_of_every_answer(self._exchange.version)
        self._reply(response.status_code, always, response.raw_headers, bytes(response.body))

    def _hand_over(self) -> None:
        """What is long is streamed by the whole way, which also tells those who wait what they can have."""
        if self._exchange.client_gone:
            self._stop()
            return
        self._exchange.stop = self._leave  # until the whole way has its own
        begun = Begun(self._engine, self._answer, self._flight)
        self._connection.hand_over(self._query_string, self._head.headers, self._exchange, begun)

    def _stop(self) -> None:
        """Nobody wants the answer any more."""
        self._leave()
        self._way.note(self._exchange)

    def _leave(self) -> None:
        self._answer.leave()
        self._flight.end()

    def _reply(self, status: int, head: bytes, headers: Headers, body: bytes) -> None:
        """Send a response: what is known of its head as lines already, and the rest of it."""
        exchange = self._exchange
        exchange.status, exchange.sent_bytes, exchange.complete = status, len(body), True
        self._connection.reply(status, head + heads.lines([*headers, *heads.of_one_answer(exchange)]), body)
        self._way.note(exchange)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is the same each time that a client sends a request to a release."""

    job: Job
    key: str  # in the cache
    query_hash: str
    head: bytes  # the lines of the response that are the same every time


@dataclass(frozen=True, slots=True, eq=False)  # the same head is the same object: quick to find a plan by
class _Head:
    """What the lines after the first say of the answer."""

    headers: Headers
    accept: str | None
    accept_encoding: str | None
    forwarded_for: str | None


class _Heads:
    """The heads of requests, remembered: a program sends the same one with every query."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, _Head] = OrderedDict()

    def find(self, lines: bytes) -> _Head | None:
        """What the lines say; None where a request with them does not take the short way."""
        known = self._known.get(lines)
        if known is None:
            known = _read_head(lines)
            if known is None:
                return None
            self._known[lines] = known
            if len(self._known) > _MOST_HEADS:
                self._known.popitem(last=False)
        return known


class _HeaderCollector:
    """What the parser calls."""

    def __init__(self) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self.is_whole = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_message_complete(self) -> None:
        self.is_whole = True


def _read_head(lines: bytes) -> _Head | None:
    found = _HeaderCollector()
    try:
        httptools.HttpRequestParser(found).feed_data(b"GET / HTTP/1.1\r\n" + lines)
    except (httptools.HttpParserError, httptools.HttpParserUpgrade):
        return None
    if not found.is_whole or not all(map(_is_plain, found.headers)):
        return None
    names = (b"accept", b"accept-encoding", b"x-forwarded-for")
    accept, accept_encoding, forwarded_for = (header_of(found.headers, name) for name in names)
    if refuses_identity(accept_encoding):  # what is kept is compressed anew, which takes its time
        return None
    return _Head(found.headers, accept, accept_encoding, forwarded_for)


def _is_plain(header: tuple[bytes, bytes]) -> bool:
    name, value = header
    return name not in _SPECIAL or (name, value.lower()) == (b"connection", b"keep-alive")
