"""An answer on its way to the client: from the cache, with others who wait for the same, or evaluated for it."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from ogpgraph.engine.job import Answer, Engine, Job
from ogpgraph.negotiate import refuses_identity
from ogpgraph.serve import heads
from ogpgraph.serve.bodies import Send
from ogpgraph.serve.cache import AnswerCache, Entry, Flight, etag_of, in_flight, key_of, tag_matches
from ogpgraph.serve.errors import EXPECTED, AnswerCut, problem
from ogpgraph.serve.exchange import Exchange, Scope, header
from ogpgraph.serve.heads import Headers
from ogpgraph.serve.releases import InService
from ogpgraph.settings import Settings

_SAFE_METHODS = {"GET", "HEAD", "QUERY"}  # what HTTP caches may keep
BEGUN = "ogpgraph.begun"  # where a scope has it


@dataclass(frozen=True, slots=True)
class Begun:
    """An answer that was asked for before the request came here; see ogpgraph.serve.prompt."""

    engine: Engine
    answer: Answer
    flight: Flight


class Responder:
    """Sends the answer of one job."""

    def __init__(self, scope: Scope, send: Send, exchange: Exchange, job: Job, settings: Settings) -> None:
        self._scope, self._send, self._exchange, self._job, self._settings = scope, send, exchange, job, settings
        self._headers: list[tuple[bytes, bytes]] = [*heads.of_results(job)]

    async def answer_shared(self, releases: InService, cache: AnswerCache) -> None:
        """Answer a query that has the same answer whenever it is asked of a release."""
        begun: Begun | None = self._scope.get(BEGUN)
        engine = begun.engine if begun else releases.engine
        self._headers = [*heads.of_results(self._job)]
        self._exchange.version = engine.version
        key = key_of(engine.digest, self._job)
        self._let_caches_keep(key)
        if begun:
            self._note_cache("miss")
            await self._evaluate(begun.answer, cache, key, begun.flight)
            return
        etag = etag_of(key)
        condition = header(self._scope, b"if-none-match") if self._scope["method"] in _SAFE_METHODS else None
        entry = cache.find(key)
        if tag_matches(condition, etag) or (condition and condition.strip() == "*" and entry):
            self._note_cache("hit")
            await self._send_not_modified()
            return
        if entry:
            self._note_cache("hit")
        elif flight := cache.flight(key):
            self._note_cache("collapsed")
            entry = await flight.join()
        if entry:
            await self._send_whole(entry.body, entry.encoding)
        elif engine is not releases.engine:  # it went out of service while this query waited for another's answer
            await self.answer_shared(releases, cache)
        else:
            self._note_cache("miss")
            await self._evaluate(engine.answer(self._job), cache, key, cache.lead(key, self._exchange))

    async def answer_once(self, engine: Engine) -> None:
        """Answer a query whose answer belongs to this one request, such as one with NOW() or SERVICE."""
        self._exchange.version = engine.version
        self._headers.append((b"cache-control", b"no-store"))
        async with engine.answer(self._job) as answer:
            self._exchange.cost = answer.cost
            if answer.complete is not None:
                await self._send_whole(answer.complete, answer.encoding)
            else:
                await self._send_stream(answer, [], aiter(answer))

    async def _evaluate(self, asked: Answer, cache: AnswerCache, key: str, flight: Flight) -> None:
        with in_flight(flight):
            async with asked as answer:
                self._exchange.cost = answer.cost
                rest = aiter(answer)
                chunks, whole = await _gathered(answer.complete, rest, cache.largest_bytes)
                if not whole:
                    flight.land(None)
                    if not self._exchange.client_gone:
                        await self._send_stream(answer, chunks, rest)
                    return
                entry = Entry(b"".join(chunks), answer.encoding)
            cache.keep(key, entry)
            flight.land(entry)
        await self._send_whole(entry.body, entry.encoding)

    def _let_caches_keep(self, key: str) -> None:
        """An answer to POST is nothing that HTTP lets others keep, nor has it a tag (RFC 9110, section 9.3.3)."""
        if self._scope["method"] in _SAFE_METHODS:
            self._headers += heads.for_caches(key, heads.seconds_to_keep(self._settings))
        else:
            self._headers.append((b"cache-control", b"no-cache"))

    def _note_cache(self, what: str) -> None:
        """For the log and for the client; what is noted last counts."""
        self._exchange.cache = what
        self._headers = [each for each in self._headers if each[0] != b"cache-status"]
        self._headers.append(heads.cache_status(what))

    async def _send_not_modified(self) -> None:
        kept = [each for each in self._headers if each[0] != b"content-type"]
        await self._send({"type": "http.response.start", "status": 304, "headers": kept})
        await self._send({"type": "http.response.body", "body": b""})

    async def _send_whole(self, body: bytes, encoding: str) -> None:
        if encoding == "identity" and self._job.encoding == "gzip" and self._refuses_identity():
            body, encoding = gzip.compress(body, 6, mtime=0), "gzip"
        await self._send_head([*self._headers, *heads.of_body(body, encoding)])
        await self._send({"type": "http.response.body", "body": body})

    async def _send_stream(self, answer: Answer, begun: Sequence[bytes], rest: AsyncIterator[bytes]) -> None:
        """Send an answer as it comes; one that fails on its way ends without its last chunk."""
        if self._scope["http_version"] == "1.0":
            await self._refuse_stream()
            return
        coding = [] if answer.encoding == "identity" else [(b"content-encoding", answer.encoding.encode())]
        await self._send_head([*self._headers, *coding])
        if self._exchange.connection:  # a client that reads nothing would keep the next chunk, and its failure, waiting
            answer.on_failure = self._exchange.connection.cut
        if self._scope["method"] != "HEAD":
            try:
                for chunk in begun:
                    await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
                async for chunk in rest:
                    await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
            except EXPECTED as error:
                raise AnswerCut(str(error)) from error
        await self._send({"type": "http.response.body", "body": b""})

    async def _refuse_stream(self) -> None:
        """HTTP/1.0 ends an answer by closing the connection: a cut one would look whole, so none is begun."""
        detail = "an answer of this length is sent in chunks, which HTTP/1.0 does not know: ask by HTTP/1.1"
        response = problem(505, "HTTP version not supported", detail)
        await self._send({"type": "http.response.start", "status": 505, "headers": response.raw_headers})
        await self._send({"type": "http.response.body", "body": bytes(response.body)})

    async def _send_head(self, headers: Headers) -> None:
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})

    def _refuses_identity(self) -> bool:
        return refuses_identity(header(self._scope, b"accept-encoding"))


async def _gathered(complete: bytes | None, rest: AsyncIterator[bytes], most_bytes: int) -> tuple[list[bytes], bool]:
    """The chunks of an answer up to a size, and whether they are the whole of it."""
    if complete is not None:
        return [complete], True
    chunks: list[bytes] = []
    size = 0
    async for chunk in rest:
        chunks.append(chunk)
        size += len(chunk)
        if size > most_bytes:
            return chunks, False
    return chunks, True
